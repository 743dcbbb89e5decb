"""Start-up and memory: of the package, and of the server against the official SDK's."""

import os
import subprocess
import sys
import time
from typing import Any

from harness import Case, Peer
from servers import OFFICIAL, TOOLRIG, Server


def _python(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1000


def _first_reply(argv: list[str]) -> dict[str, Any]:
    """Start a server, shake hands, make one call, and tell how long that took and what it occupies."""
    started = time.perf_counter()
    server = Server(argv)
    text = server.read("this.py", 3)
    replied = time.perf_counter()
    resident = server.resident_mb()
    closing = time.perf_counter()
    server.close()
    ended = time.perf_counter()
    return {
        "text": text,
        "ms": (replied - started) * 1000,
        "MB": resident,
        "exit": (ended - closing) * 1000,
    }


def _ours() -> dict[str, Any]:
    return _first_reply(TOOLRIG)


def _official() -> dict[str, Any]:
    return _first_reply(OFFICIAL)


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
