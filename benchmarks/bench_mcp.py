"""Calls of a running MCP server."""

import atexit
import os
from collections.abc import Callable

from harness import Case, Peer
from servers import OFFICIAL, TOOLRIG, Server

_CALLS = 200


def _caller(argv: list[str], **env: str) -> Callable[[], str]:
    """Return what makes 200 calls, one after the other, of a server that is started at the first use."""
    running: list[Server] = []

    def call() -> str:
        if not running:
            running.append(Server(argv, {**os.environ, **env}))
            atexit.register(running[0].close)
        for _ in range(_CALLS - 1):
            running[0].read("this.py", 3)
        return running[0].read("this.py", 3).splitlines()[0]

    return call


def cases() -> list[Case]:
    """Return the cases of this domain."""
    return [
        Case(
            "200 calls of read over standard input and output",
            [
                Peer("toolrig", _caller(TOOLRIG)),
                Peer("toolrig pure", _caller(TOOLRIG, TOOLRIG_BACKEND="pure")),
                Peer("official SDK", _caller(OFFICIAL)),
            ],
            rounds=10,
        )
    ]
