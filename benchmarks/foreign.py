"""Programs in C, Rust, Go and Node that do the same work: built once, then driven round by round.

Each folder of ``peers/`` makes a program ``peer`` that reads a request a line, does the work once, and
answers with the time that took by its own clock: the start of a process counts only where it is the subject.
``peers/README.md`` describes request and reply.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Timer
from typing import Any

from toolrig.bench import Launch, Peer

_HERE = os.path.dirname(os.path.abspath(__file__))
_SOURCES = os.path.join(_HERE, "peers")
_BUILT = os.path.join(os.path.dirname(_HERE), "build", "peers")
_PATIENCE = 120.0
_LANGUAGES = ("C", "Rust", "Go", "Node")
_COLUMNS = {"C": "programs"}  # the others have one of their own


@dataclass(frozen=True)
class Server:
    """An MCP server of a language: its name in the table, and its command line."""

    name: str
    argv: list[str]


@dataclass(frozen=True)
class Toolchain:
    """How the programs of one language are built and started."""

    language: str
    command: str
    build: Callable[[], None]
    version: list[str]
    peer: list[str]
    servers: list[Server]


def _run(argv: list[str], cwd: str, **env: str) -> None:
    done = subprocess.run(argv, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)} failed in {cwd}:\n{done.stderr.strip()}")


def _build_c() -> None:
    target = os.path.join(_BUILT, "c")
    os.makedirs(target, exist_ok=True)
    cc = ["cc", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-o", os.path.join(target, "peer"), "peer.c"]
    _run(cc, os.path.join(_SOURCES, "c"))


def _build_rust() -> None:
    cargo = ["cargo", "build", "--release", "--locked", "--quiet"]
    _run(cargo, os.path.join(_SOURCES, "rust"), CARGO_TARGET_DIR=os.path.join(_BUILT, "rust"))


def _build_go() -> None:
    target = os.path.join(_BUILT, "go")
    os.makedirs(target, exist_ok=True)
    _run(["go", "build", "-trimpath", "-o", target, "./cmd/..."], os.path.join(_SOURCES, "go"))


def _build_node() -> None:
    """Copy the programs, so that node_modules stays out of the sources; install after the lock changed."""
    source, target = os.path.join(_SOURCES, "node"), os.path.join(_BUILT, "node")
    locked = _content(os.path.join(source, "package-lock.json")) or b""
    stamp = os.path.join(target, ".locked")
    shutil.copytree(source, target, dirs_exist_ok=True)
    if _content(stamp) != locked:
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], target)
        with open(stamp, "wb") as file:
            file.write(locked)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _built(*parts: str) -> str:
    return os.path.join(_BUILT, *parts)


TOOLCHAINS = (
    Toolchain("C", "cc", _build_c, ["cc", "--version"], [_built("c", "peer")], []),
    Toolchain(
        "Rust",
        "cargo",
        _build_rust,
        ["rustc", "--version"],
        [_built("rust", "release", "peer")],
        [Server("rmcp", [_built("rust", "release", "mcp")])],
    ),
    Toolchain(
        "Go",
        "go",
        _build_go,
        ["go", "version"],
        [_built("go", "peer")],
        [Server("Go SDK", [_built("go", "mcp")])],
    ),
    Toolchain(
        "Node",
        "npm",
        _build_node,
        ["node", "--version"],
        ["node", _built("node", "peer.mjs")],
        [
            Server("TypeScript SDK 2", ["node", _built("node", "mcp.mjs")]),
            Server("TypeScript SDK 1", ["node", _built("node", "mcp1.mjs")]),
        ],
    ),
)


class Program:
    """A running ``peer``, which is started at its first request."""

    def __init__(self, argv: list[str]) -> None:
        self._argv = argv
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Have the work of *request* done once and return the reply.

        Raises:
            RuntimeError: the program failed, ended, or took longer than two minutes.
        """
        if self._process is None:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(self._argv, stdin=pipe, stdout=pipe)
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = Timer(_PATIENCE, process.kill)
        watchdog.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise RuntimeError(f"{self._argv[-1]} ended or did not answer")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply

    def close(self) -> None:
        """End its input and wait for it to end."""
        if self._process is not None:
            self._process.communicate(timeout=_PATIENCE)


class Foreign:
    """What there is of the foreign peers, and for each language that cannot take part the reason."""

    def __init__(self, missing: Mapping[str, str]) -> None:
        self._missing = dict(missing)
        self._programs = {chain.language: Program(chain.peer) for chain in TOOLCHAINS}

    @classmethod
    def left_out(cls) -> "Foreign":
        """Return foreign peers of which none is built and all are named."""
        return cls(dict.fromkeys(_LANGUAGES, "foreign programs are not built for this run"))

    @classmethod
    def build(cls, say: Callable[[str], None]) -> "Foreign":
        """Build the programs of every language whose toolchain is installed.

        Raises:
            RuntimeError: a build failed.
        """
        missing = {}
        for chain in TOOLCHAINS:
            if shutil.which(chain.command) is None:
                missing[chain.language] = f"no {chain.command} on PATH"
                continue
            say(f"building the {chain.language} programs")
            chain.build()
        return cls(missing)

    def peers(
        self, work: str, ways: Mapping[str, list[str]], same: Callable[[Any], Any] = list, **given: Any
    ) -> list[Peer]:
        """Return a peer for each of the *ways* in which programs do *work*, per language.

        Args:
            same: turns the answer, which is JSON, into what ours is.
            given: the rest of the request.
        """
        return [
            self._peer(language, way, {"work": work, "way": way, **given}, same)
            for language, names in ways.items()
            for way in names
        ]

    def servers(self) -> list[Launch]:
        """Return the MCP servers."""
        return [
            Launch(server.name, chain.language, server.argv, missing=self._missing.get(chain.language, ""))
            for chain in TOOLCHAINS
            for server in chain.servers
        ]

    def versions(self) -> dict[str, str]:
        """Return the version of each toolchain, or why it is missing."""
        return {
            chain.language: self._missing.get(chain.language) or _first_line(chain.version)
            for chain in TOOLCHAINS
        }

    def close(self) -> None:
        """End the programs."""
        for program in self._programs.values():
            program.close()

    def _peer(self, language: str, way: str, request: dict[str, Any], same: Callable[[Any], Any]) -> Peer:
        name, column = f"{language}: {way}", _COLUMNS.get(language, language)
        if language in self._missing:
            return Peer(name, column, None, missing=self._missing[language])
        program = self._programs[language]
        timed = {**request, "threads": os.cpu_count(), "answer": False}
        return Peer(
            name,
            column,
            lambda: program.ask(timed)["nanoseconds"],
            lambda nanoseconds: nanoseconds / 1e6,
            lambda: same(program.ask({**timed, "answer": True})["answer"]),
        )


def _first_line(argv: list[str]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.partition("\n")[0].strip()
