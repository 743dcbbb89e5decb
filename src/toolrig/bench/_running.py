"""Peers that run a command and capture what it prints."""

import shutil
import subprocess

from toolrig.bench._case import Peer, on
from toolrig.process import run

ECHO = [shutil.which("echo") or "/bin/echo", "hi"]


def run_peers(argv: list[str]) -> list[Peer]:
    """Return peers that run *argv* and return its standard output."""

    def ours() -> bytes:
        return bytes(run(argv).stdout)

    return [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("subprocess.run", "stdlib", lambda: subprocess.run(argv, capture_output=True).stdout),
    ]
