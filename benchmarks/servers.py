"""Servers as children, spoken to with as little of a client as will do, the same one for every peer."""

import json
import subprocess
import sys
from typing import Any

from corpora import standard_library

TOOLRIG = [sys.executable, "-m", "toolrig", "serve", "."]

# The official SDK's server with one tool, which does what our `read` does.
OFFICIAL = [
    sys.executable,
    "-c",
    """
from mcp.server.mcpserver import MCPServer
server = MCPServer("peer")

@server.tool()
def read(path: str, limit: int = 2000) -> str:
    with open(path) as file:
        return "".join(file.readlines()[:limit])

server.run("stdio")
""",
]

_HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "1"},
}


class Server:
    """One server in the standard library's directory, after the handshake."""

    def __init__(self, argv: list[str], env: dict[str, str] | None = None) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            argv, cwd=standard_library(), env=env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        self._request("initialize", _HELLO)
        self._send({"method": "notifications/initialized"})

    def read(self, path: str, limit: int) -> str:
        """Call the tool `read` and return its text."""
        reply = self._request("tools/call", {"name": "read", "arguments": {"path": path, "limit": limit}})
        assert "result" in reply, reply
        assert not reply["result"].get("isError"), reply
        text: str = reply["result"]["content"][0]["text"]
        return text

    def resident_mb(self) -> float:
        """Return the memory the process occupies."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def close(self) -> None:
        """End its input and wait for it to end."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def _request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._send({"id": 1, "method": method, "params": params})
        assert self.process.stdout
        reply: dict[str, Any] = json.loads(self.process.stdout.readline())
        return reply

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()
