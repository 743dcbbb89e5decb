"""Running commands with captured output."""

import subprocess

from harness import Case, Peer, on

from toolrig import run

_ECHO = ["/bin/echo", "hi"]


def cases() -> list[Case]:
    """Return the cases of this domain."""
    return [
        Case(
            "run echo, output captured",
            [
                Peer("toolrig", on("native", lambda: bytes(run(_ECHO).stdout))),
                Peer("toolrig pure", on("pure", lambda: bytes(run(_ECHO).stdout))),
                Peer("subprocess.run", lambda: subprocess.run(_ECHO, capture_output=True).stdout),
            ],
            rounds=150,
        )
    ]
