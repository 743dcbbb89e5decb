"""Count the instructions of kernels under callgrind: they repeat exactly, on however busy a machine.

``python benchmarks/instructions.py`` holds them against the budgets of this compiler, Python and instruction
set. The interpreter's start and the preparation of the data are measured without any call, and taken off.
Neither of the two runs writes compiled modules: the other would find them, and start with fewer instructions.
"""

import os
import platform
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from budgets import Budget, budgets, over, shown
from kernels import KERNELS

from toolrig import _backend

_CALLS = 100
_MARGIN = 1.03


def main(argv: list[str]) -> int:
    """Hold every kernel against its budget; the exit status is 1 when one is over it."""
    if argv[:1] == ["--repeat"]:
        _repeat(argv[1], int(argv[2]))
        return 0
    return 0 if held() else 1


def held() -> bool:
    """Count, print every count beside its budget, and return whether all hold."""
    missing = [name for name in ("valgrind", "setarch") if shutil.which(name) is None]
    if missing:
        print(f"FAILED instructions were not counted: no {missing[0]} on PATH; install it")
        return False
    return holds(key(), counted())


def holds(measured_on: str, counts: Budget) -> bool:
    """Print *counts* beside the budget for *measured_on*, and return whether they hold."""
    budget: Budget = budgets()["instructions"].get(measured_on, {})
    if not budget:
        print(f"no budget of instructions for {measured_on}:")
        print("\n".join(f'"{name}" = {count:.0f}' for name, count in counts.items()))
        return True
    unknown = sorted(budget.keys() - counts.keys())
    if unknown:
        print(f"FAILED budgets.toml names kernels that do not exist: {', '.join(unknown)}")
        return False
    bounds = {name: bound * _MARGIN for name, bound in budget.items()}
    failed = over(counts, bounds)
    for name in budget:
        print(shown(f"instructions: {name}", counts[name], bounds[name], failed=name in failed), flush=True)
    return not failed


def key() -> str:
    """Return what counts depend on: the compiler of the kernels, Python, and the instruction set in use."""
    python = f"{platform.python_implementation()} {sys.version_info[0]}.{sys.version_info[1]}"
    simd = import_module("toolrig._native.textscan").instruction_set()
    return f"{_backend.compiler()}, {python}, {simd}"


def counted() -> Budget:
    """Return the instructions of one call of each kernel."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        totals = {name: [pool.submit(_collected, name, calls) for calls in (0, _CALLS)] for name in KERNELS}
        return {name: (all_.result() - none.result()) / _CALLS for name, (none, all_) in totals.items()}


def _collected(name: str, calls: int) -> int:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    again = [sys.executable, __file__, "--repeat", name, str(calls)]
    done = subprocess.run(
        ["setarch", "--addr-no-randomize", *valgrind, *again],
        env={"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed under callgrind: {done.stderr.strip()}")
    return int(done.stderr.rpartition("Collected : ")[2].split()[0])


def _repeat(name: str, calls: int) -> None:
    module, prepare = KERNELS[name]
    work = prepare(import_module(f"toolrig._native.{module}"))
    for _ in range(calls):
        work()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
