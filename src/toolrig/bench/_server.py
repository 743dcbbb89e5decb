"""MCP servers as children, spoken to with as little of a client as will do, the same one for all."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Timer
from time import perf_counter
from typing import Any, Self

_PATIENCE = 60.0
_CHUNK = 65536
_HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "toolrig-bench", "version": "1"},
}


@dataclass(frozen=True)
class Launch:
    """How a server is started: its column in the table, command line, directory and added environment."""

    name: str
    column: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""


class RawServer:
    """One server after the handshake; a context manager that ends it.

    Raises:
        RuntimeError: the server ended, or did not answer within a minute (it is killed then).
    """

    def __init__(self, launch: Launch, cwd: str) -> None:
        pipe, env = subprocess.PIPE, {**os.environ, **launch.env}
        self._name = launch.name
        self._process = subprocess.Popen(
            launch.argv, cwd=cwd, env=env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        try:
            self._exchange([_line({"id": 0, "method": "initialize", "params": _HELLO})], 1)
            self._stdin.write(_line({"method": "notifications/initialized"}))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def calls(self, tool: str, arguments: dict[str, Any], count: int, *, in_flight: int = 1) -> "Calls":
        """Call *tool* *count* times, *in_flight* at any time, and return the replies and the time it took."""
        params = {"name": tool, "arguments": arguments}
        messages = [
            _line({"id": number, "method": "tools/call", "params": params}) for number in range(1, count + 1)
        ]
        started = perf_counter()
        replies = self._exchange(messages, in_flight)
        return Calls(perf_counter() - started, replies)

    def resident_mb(self) -> float:
        """Return the memory the process occupies (VmRSS of /proc)."""
        with open(f"/proc/{self._process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def close(self) -> None:
        """End its input and wait for it to end; after a minute it is killed."""
        self._stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()

    def _exchange(self, messages: list[bytes], in_flight: int) -> bytes:
        """Write *in_flight* messages, then another one for each reply; return all replies."""
        watchdog = Timer(_PATIENCE, self._process.kill)
        watchdog.start()
        try:
            self._stdin.write(b"".join(messages[:in_flight]))
            sent, pending, received = in_flight, len(messages), []
            while pending > 0:
                chunk = os.read(self._stdout.fileno(), _CHUNK)
                if not chunk:
                    raise RuntimeError(f"the server {self._name} ended or did not answer")
                received.append(chunk)
                answered = chunk.count(b"\n")
                pending -= answered
                if answered and sent < len(messages):
                    self._stdin.write(b"".join(messages[sent : sent + answered]))
                    sent += answered
        finally:
            watchdog.cancel()
        return b"".join(received)


@dataclass(frozen=True)
class Calls:
    """Replies to some calls of a tool, and the seconds from the first request to the last reply."""

    seconds: float
    replies: bytes

    def texts(self) -> list[str]:
        """Return the text of each result.

        Raises:
            RuntimeError: a call failed, was answered twice or not at all.
        """
        replies = [json.loads(line) for line in self.replies.splitlines()]
        replies = [reply for reply in replies if "id" in reply]
        if sorted(reply["id"] for reply in replies) != list(range(1, len(replies) + 1)):
            raise RuntimeError("calls were not answered once each")
        for reply in replies:
            if "result" not in reply or reply["result"].get("isError"):
                raise RuntimeError(f"a call failed: {reply}")
        return [reply["result"]["content"][0]["text"] for reply in replies]


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
