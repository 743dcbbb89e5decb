"""Fixtures that every test may use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from toolrig import _backend


@pytest.fixture(scope="session", autouse=True)
def default_signals() -> None:
    """Undo ignored signals: a shell's background jobs inherit SIGINT ignored, nohup's children SIGHUP.

    The tests send these to children, which inherit them in turn, and expect the defaults.
    """
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


@pytest.fixture(params=["native", "pure"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run the test on the compiled kernels, then on their twins; child processes inherit the choice."""
    monkeypatch.setenv("TOOLRIG_BACKEND", request.param)
    _backend.choose(request.param)
    yield request.param
    _backend.choose(None)


@pytest.fixture(params=["openat2", "walk in C", "walk in Python"])
def confinement(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each of the three implementations of the jail."""
    _backend.choose("pure" if request.param == "walk in Python" else "native")
    native = _backend.kernel("jail") if request.param != "walk in Python" else None
    if native:
        native._use_openat2(request.param == "openat2")
    yield request.param
    if native:
        native._use_openat2(True)
    _backend.choose(None)


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """Return a directory that other users may enter, unlike pytest's own."""
    with TemporaryDirectory() as path:
        os.chmod(path, 0o755)
        yield Path(path)
