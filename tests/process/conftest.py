"""A host process of its own, for tests that change signals, limits, users or descriptors."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PRELUDE = """
import errno, os, resource, signal, sys, threading, time
from toolrig import errors
from toolrig.process import CancelToken, run
from toolrig.process._run import end_all

def descriptors():
    names = os.listdir("/proc/self/fd")
    return sorted(int(name) for name in names if os.path.exists(f"/proc/self/fd/{name}"))  # not the listing's

def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False

def eventually(condition):
    for _ in range(2000):
        if condition():
            return True
        time.sleep(0.005)
    return False

def no_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False
"""

Host = Callable[..., str]


@pytest.fixture
def host(backend: str) -> Host:
    """Run code in a fresh interpreter on the chosen back end; return what it prints."""

    def run_code(code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + code, *arguments], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_code


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """Tell whether a process runs (a zombie does not)."""

    def check(pid: int) -> bool:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return stat.rpartition(")")[2].split()[0] not in "ZX"

    return check


@pytest.fixture
def gone(alive: Callable[[int], bool]) -> Callable[[int], bool]:
    """Wait, within bounds, until a process runs no more."""

    def check(pid: int) -> bool:
        for _ in range(2000):
            if not alive(pid):
                return True
            time.sleep(0.005)
        return False

    return check
