"""Start-up and memory: of the package, and of the server against the official SDK's."""

import json
import os
import subprocess
import sys
import time
from typing import Any

from corpora import standard_library
from harness import Case, Peer

_SDK_SERVER = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("peer")

@server.tool()
def read(path: str, limit: int = 2000) -> str:
    with open(path) as file:
        return "".join(file.readlines()[:limit])

server.run("stdio")
"""


def _python(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1000


def _first_reply(argv: list[str]) -> dict[str, Any]:
    """Start a server, shake hands, make one call, and tell how long that took and what it occupies."""
    started = time.perf_counter()
    child = subprocess.Popen(
        argv,
        cwd=standard_library(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin
    assert child.stdout

    def send(message: dict[str, Any]) -> None:
        child.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        child.stdin.flush()

    def receive() -> dict[str, Any]:
        return json.loads(child.stdout.readline())

    client = {"name": "bench", "version": "1"}
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
    send({"id": 1, "method": "initialize", "params": hello})
    receive()
    send({"method": "notifications/initialized"})
    call = {"name": "read", "arguments": {"path": "this.py", "limit": 3}}
    send({"id": 2, "method": "tools/call", "params": call})
    reply = receive()
    elapsed = (time.perf_counter() - started) * 1000
    with open(f"/proc/{child.pid}/status") as status:
        resident = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
    closed = time.perf_counter()
    child.stdin.close()
    child.wait(30)
    ended = (time.perf_counter() - closed) * 1000
    child.stdout.close()
    assert "result" in reply, reply
    assert not reply["result"].get("isError"), reply
    text = reply["result"]["content"][0]["text"]
    return {"text": text, "ms": elapsed, "MB": resident, "exit": ended}


def _ours() -> dict[str, Any]:
    return _first_reply([sys.executable, "-m", "toolrig", "serve", "."])


def _official() -> dict[str, Any]:
    return _first_reply([sys.executable, "-c", _SDK_SERVER])


def _text(returned: dict[str, Any]) -> str:
    first_line: str = returned["text"].splitlines()[0]
    return first_line


def cases() -> list[Case]:
    """Return the cases of this domain."""
    cases = [
        Case(
            "import toolrig",
            [
                Peer("toolrig", lambda: _python("import toolrig"), figure=float),
                Peer("bare interpreter", lambda: _python("pass"), figure=float),
            ],
            rounds=30,
            answer=None,
        )
    ]
    if os.path.exists("/proc/self/status"):
        for name, key in (
            ("server start to first tools/call reply", "ms"),
            ("server resident memory", "MB"),
            ("server end of input to exit", "exit"),
        ):
            cases.append(
                Case(
                    name,
                    [
                        Peer("toolrig", _ours, figure=lambda returned, key=key: returned[key]),
                        Peer("official SDK", _official, figure=lambda returned, key=key: returned[key]),
                    ],
                    unit="MB" if key == "MB" else "ms",
                    rounds=8,
                    answer=_text,
                )
            )
    return cases
