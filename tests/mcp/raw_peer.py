"""A peer that speaks bytes: it sends what no client would, and sees exactly what comes back."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

TOY = Path(__file__).with_name("toy_server.py")
SECONDS = 30.0

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


class RawPeer:
    """The toy server as a child, and its standard input and output as bytes."""

    def __init__(self, *, script: Path | str = TOY, env: dict[str, str] | None = None) -> None:
        argv = [sys.executable, str(script)] if isinstance(script, Path) else [sys.executable, "-c", script]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, **(env or {})},
        )
        assert self.process.stdin
        assert self.process.stdout
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self._held = b""

    def __enter__(self) -> "RawPeer":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self.stdin.fileno(), rest) :]

    def ask(self, method: str, params: object = None, *, id: object = 1) -> None:
        message = {"jsonrpc": "2.0", "id": id, "method": method}
        self.send(json.dumps(message if params is None else {**message, "params": params}).encode() + b"\n")

    def call(self, tool: str, arguments: object = None, *, id: object = 1) -> None:
        self.ask("tools/call", {"name": tool, "arguments": arguments or {}}, id=id)

    def cancel(self, id: object) -> None:
        note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}}
        self.send(json.dumps(note).encode() + b"\n")

    def line(self) -> bytes:
        """Return the next line of output."""
        while b"\n" not in self._held:
            assert select.select([self.stdout], [], [], SECONDS)[0], "no output"
            data = os.read(self.stdout.fileno(), 1 << 16)
            assert data, f"the server ended after {self._held[:200]!r}"
            self._held += data
        line, _, self._held = self._held.partition(b"\n")
        return line

    def reply(self) -> Any:
        return json.loads(self.line())

    def text(self) -> str:
        """Return the text of the next reply, which must be a tool's result."""
        text: str = self.reply()["result"]["content"][0]["text"]
        return text

    def end(self) -> tuple[bytes, str, int]:
        """End the input; return what is left of the output, standard error, and the exit status."""
        out, err = self.process.communicate(timeout=SECONDS)
        return self._held + out, err.decode(), self.process.returncode


def modern(**params: object) -> dict[str, object]:
    return {**params, "_meta": META}
