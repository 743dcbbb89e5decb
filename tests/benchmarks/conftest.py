"""The programs in ``benchmarks/`` import one another as scripts do; here they are imported the same way."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Return what imports a module of ``benchmarks/`` by its name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module
