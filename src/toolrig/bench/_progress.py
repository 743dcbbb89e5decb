"""Progress on standard error: a bar on a terminal, one line a case elsewhere."""

import shutil
import sys
from typing import Self

_WIDTH = 20


class Progress:
    """How far a run has come; a context manager that leaves the terminal's line clean."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = -1
        self._name = ""
        self._terminal = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def case(self, name: str) -> None:
        """Tell that the next case begins."""
        self._done += 1
        self._name = name
        if self._terminal:
            self._draw(0.0, "checking answers")
        elif sys.stderr is not None:
            print(f"[{self._done + 1}/{self._total}] {name}", file=sys.stderr, flush=True)

    def round(self, number: int, total: int) -> None:
        """Tell that round *number* of *total* begins."""
        if self._terminal:
            self._draw((number - 1) / total, f"round {number}/{total}")

    def _draw(self, part: float, step: str) -> None:
        filled = int(_WIDTH * (self._done + part) / self._total)
        bar = "#" * filled + "." * (_WIDTH - filled)
        line = f"[{bar}] {self._done + 1}/{self._total} {self._name}: {step}"
        columns = shutil.get_terminal_size().columns
        print(f"\r\x1b[K{line[: columns - 1]}", end="", file=sys.stderr, flush=True)
