"""A search of one text with windows so small that every border is met."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from toolrig._backend import kernel

Scan = Callable[..., list[tuple[int, int, int, bytes, list[tuple[int, ...]]]]]


@pytest.fixture(params=["avx2", "sse2", "neon", "scalar"])
def simd(request: pytest.FixtureRequest, backend: str) -> Iterator[ModuleType]:
    """The kernel on each instruction set that this machine has; the twin has but one."""
    textscan = kernel("textscan")
    if backend == "pure":
        assert textscan.instruction_set() == "python"
        yield textscan
    else:
        there = textscan._use_instruction_set(request.param)
        assert there or request.param != "scalar"
        assert not there or textscan.instruction_set() == request.param
        yield textscan
        textscan._use_instruction_set(None)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


@pytest.fixture
def scan(folder: int, backend: str) -> Scan:
    """Return a function that searches files of ``tmp_path`` and returns all pieces."""

    def run(paths: list[str], needle: object, mode: str = "LINES", **options: int) -> list:  # type: ignore[type-arg]
        textscan = kernel("textscan")
        finder = ("literals", (needle,), False) if isinstance(needle, bytes) else needle
        defaults = {"before": 0, "after": 0, "follow": False, "threads": 2, "probe": 8000}
        scanner = textscan.Scanner(folder, finder, mode=getattr(textscan, mode), **{**defaults, **options})
        scanner.start(paths)
        pieces = []
        while (batch := scanner.next_batch()) is not None:
            pieces += batch
        run.scanner = scanner  # type: ignore[attr-defined]
        scanner.close()
        return pieces

    return run
