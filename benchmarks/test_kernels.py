"""Kernels beside their twins: ``pytest benchmarks/``, with pytest-benchmark's own options and table."""

from importlib import import_module
from typing import Any

import pytest
from kernels import KERNELS


@pytest.mark.parametrize("backend", ["native", "pure"])
@pytest.mark.parametrize("name", KERNELS)
def test_kernel(benchmark: Any, name: str, backend: str) -> None:
    module, prepare = KERNELS[name]
    benchmark.group = name
    answer = benchmark(prepare(import_module(f"toolrig._{backend}.{module}")))
    assert answer == prepare(import_module(f"toolrig._pure.{module}"))()
