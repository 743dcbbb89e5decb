"""A search of one text with windows so small that every border is met."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toolrig._backend import kernel

Scan = Callable[..., list[tuple[int, int, int, bytes, list[tuple[int, ...]]]]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


@pytest.fixture
def scan(folder: int, backend: str) -> Scan:
    """Return a function that searches files of ``tmp_path`` and returns all pieces."""

    def run(paths: list[str], needle: bytes, mode: str = "LINES", **options: int) -> list:  # type: ignore[type-arg]
        textscan = kernel("textscan")
        defaults = {"before": 0, "after": 0, "follow": False, "threads": 2, "probe": 8000}
        scanner = textscan.Scanner(folder, needle, mode=getattr(textscan, mode), **{**defaults, **options})
        scanner.start(paths)
        pieces = []
        while (batch := scanner.next_batch()) is not None:
            pieces += batch
        run.scanner = scanner  # type: ignore[attr-defined]
        scanner.close()
        return pieces

    return run
