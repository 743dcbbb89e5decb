"""Cases of MCP servers over standard input and output: start, memory, exit, latency, throughput."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from time import perf_counter

from toolrig.bench._case import Case, Peer
from toolrig.bench._server import Calls, Launch, RawServer

LINES = 3
_CALLS = 200
_IN_FLIGHT = 32

# -P keeps the directory that is measured off the module path: what lies in it must not run as code.
_OURS = [sys.executable, "-P", "-m", "toolrig", "serve", "."]

# The official SDK's server with one tool, which does what our `read` does.
_OFFICIAL = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("peer")

@server.tool()
def read(path: str, limit: int = 2000) -> str:
    with open(path) as file:
        return "".join(file.readlines()[:limit])

server.run("stdio")
"""


def server_cases(root: str, path: str, others: Sequence[Launch] = ()) -> list[Case]:
    """Return the cases of servers in *root* whose tool ``read`` is asked for the start of *path*.

    Args:
        others: further servers with such a tool.
    """
    launches = [*_python_servers(), *others]
    return [
        *_life_cases(root, path, launches),
        _call_case("MCP: one call of read at a time", root, path, launches, in_flight=1),
        _call_case(f"MCP: calls of read, {_IN_FLIGHT} in flight", root, path, launches, in_flight=_IN_FLIGHT),
    ]


def _python_servers() -> list[Launch]:
    missing = "" if find_spec("mcp") else "the package mcp is not installed"
    return [
        Launch("toolrig", "toolrig", _OURS),
        Launch("toolrig pure", "twin", _OURS, {"TOOLRIG_BACKEND": "pure"}),
        Launch("official SDK", "packages", [sys.executable, "-P", "-c", _OFFICIAL], missing=missing),
    ]


@dataclass(frozen=True)
class _Life:
    """A server that was started, called once and ended: milliseconds, megabytes, and what it answered."""

    started: float
    resident: float
    exited: float
    text: str


def _life_cases(root: str, path: str, launches: list[Launch]) -> list[Case]:
    kinds: list[tuple[str, str, Callable[[_Life], float]]] = [
        ("MCP: server start to first tools/call reply", "ms", lambda life: life.started),
        ("MCP: end of input to exit of the server", "ms", lambda life: life.exited),
    ]
    if os.path.exists("/proc/self/status"):
        kinds.insert(1, ("MCP: resident memory after that call", "MB", lambda life: life.resident))
    return [
        Case(
            name,
            [_life_peer(launch, root, path, figure) for launch in launches],
            unit,
            6,
            lambda life: life.text,
        )
        for name, unit, figure in kinds
    ]


def _life_peer(launch: Launch, root: str, path: str, figure: Callable[[_Life], float]) -> Peer:
    if launch.missing:
        return Peer(launch.name, launch.column, None, missing=launch.missing)
    return Peer(launch.name, launch.column, lambda: _life(launch, root, path), figure)


def _life(launch: Launch, root: str, path: str) -> _Life:
    started = perf_counter()
    with RawServer(launch, root) as server:
        calls = server.calls("read", {"path": path, "limit": LINES}, 1)
        replied = perf_counter()
        resident = server.resident_mb() if os.path.exists("/proc/self/status") else 0.0
        closing = perf_counter()
    return _Life((replied - started) * 1000, resident, (perf_counter() - closing) * 1000, _text(calls))


def _call_case(name: str, root: str, path: str, launches: list[Launch], *, in_flight: int) -> Case:
    """Return the case of many calls; each server is started at its first use and kept for the whole case."""
    running: dict[str, RawServer] = {}

    def peer(launch: Launch) -> Peer:
        if launch.missing:
            return Peer(launch.name, launch.column, None, missing=launch.missing)

        def call() -> Calls:
            if launch.name not in running:
                running[launch.name] = RawServer(launch, root)
            arguments = {"path": path, "limit": LINES}
            return running[launch.name].calls("read", arguments, _CALLS, in_flight=in_flight)

        return Peer(launch.name, launch.column, call, lambda calls: calls.seconds / _CALLS * 1e6)

    def finish() -> None:
        while running:
            running.popitem()[1].close()

    return Case(name, [peer(launch) for launch in launches], "us", 12, _text, finish)


def _text(calls: Calls) -> str:
    """Return the lines that were asked for, which all replies must agree on; ours adds a note behind them."""
    texts = {"".join(text.splitlines(keepends=True)[:LINES]) for text in calls.texts()}
    if len(texts) != 1:
        raise RuntimeError(f"the replies differ among each other: {sorted(texts)!r}")
    return texts.pop().rstrip("\n")
