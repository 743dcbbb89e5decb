"""Programs of this machine as peers: started anew each time, their output read."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from toolrig.bench._case import Peer


def spawned(
    name: str,
    column: str,
    argv: Sequence[str],
    read: Callable[[bytes], Any],
    *,
    cwd: str,
    none_found: int = 0,
) -> Peer:
    """Return the peer that runs *argv* in *cwd* and reads its output.

    Args:
        read: turns standard output into the answer.
        none_found: the exit status, besides 0, that is not a failure.
    """
    program = shutil.which(argv[0])
    if program is None:
        return Peer(name, column, None, missing=f"no {argv[0]} on PATH")

    def call() -> Any:
        done = subprocess.run([program, *argv[1:]], cwd=cwd, capture_output=True)
        if done.returncode not in (0, none_found):
            raise RuntimeError(f"{argv[0]} exited with {done.returncode}: {_last_line(done.stderr)}")
        return read(done.stdout)

    return Peer(name, column, call)


def zero_ended(output: bytes) -> list[str]:
    """Read names that end in NUL each."""
    return os.fsdecode(output).split("\0")[:-1]


def _last_line(text: bytes) -> str:
    return text.decode(errors="replace").strip().rpartition("\n")[2]
