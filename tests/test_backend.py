"""The choice between compiled kernels and their twins, and what a broken choice does."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from toolrig import _backend
from toolrig.errors import BackendError, ToolrigError

KERNEL = _backend.KERNELS[0]

Install = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh_choice(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("TOOLRIG_BACKEND", raising=False)
    _backend.choose(None)
    yield
    _backend.choose(None)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Pretend that this installation has these compiled kernels, or that loading one fails."""

    def pretend(*compiled: str, failure: ImportError | None = None) -> None:
        def load(name: str) -> ModuleType:
            if name.startswith("toolrig._native."):
                if failure:
                    raise failure
                if name.rpartition(".")[2] not in compiled:
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            return ModuleType(name)

        monkeypatch.setattr(_backend, "import_module", load)

    return pretend


def test_unknown_value_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLRIG_BACKEND", "rust")
    with pytest.raises(BackendError, match="'rust' is unknown: set it to 'auto', 'native' or 'pure'"):
        _backend.kernel(KERNEL)


def test_error_is_an_import_error() -> None:
    assert issubclass(BackendError, ToolrigError)
    assert issubclass(BackendError, ImportError)


def test_pure_serves_every_kernel_from_its_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLRIG_BACKEND", "pure")
    assert {_backend.kernel(name).__name__ for name in _backend.KERNELS} == {
        f"toolrig._pure.{name}" for name in _backend.KERNELS
    }
    assert _backend.backend() == "pure"
    assert _backend.reason(KERNEL) == "TOOLRIG_BACKEND=pure"


def test_environment_reaches_a_child_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLRIG_BACKEND", "pure")
    code = "import toolrig; print(toolrig.backend())"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "pure\n"


def test_auto_takes_the_compiled_kernels(install: Install) -> None:
    install(*_backend.KERNELS)
    assert _backend.backend() == "native"
    assert _backend.reason(KERNEL) == "compiled module installed"


def test_auto_falls_back_where_kernels_are_absent(install: Install) -> None:
    install()
    assert _backend.backend() == "pure"
    assert _backend.reason(KERNEL) == "no compiled module for this platform in this installation"


def test_engines_that_differ_are_mixed(install: Install) -> None:
    install(*_backend.KERNELS[1:])
    assert _backend.engine(KERNEL) == "pure"
    assert _backend.backend() == "mixed"


def test_native_refuses_where_a_kernel_is_absent(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install()
    monkeypatch.setenv("TOOLRIG_BACKEND", "native")
    with pytest.raises(BackendError, match=f"no compiled '{KERNEL}': install a wheel for this platform"):
        _backend.kernel(KERNEL)


@pytest.mark.parametrize(
    "failure",
    [ImportError("undefined symbol: tr_missing"), ModuleNotFoundError("No module named 'gone'", name="gone")],
    ids=["broken", "dependency-absent"],
)
@pytest.mark.parametrize("choice", ["auto", "native"])
def test_broken_kernel_fails_loudly(install: Install, choice: str, failure: ImportError) -> None:
    install(failure=failure)
    _backend.choose(choice)
    with pytest.raises(ImportError) as raised:
        _backend.kernel(KERNEL)
    assert raised.value is failure


def test_choice_takes_effect_at_once(install: Install) -> None:
    install(*_backend.KERNELS)
    for choice in ("pure", "native", "pure"):
        _backend.choose(choice)
        assert _backend.engine(KERNEL) == choice


def test_kernel_is_loaded_once(install: Install) -> None:
    install(KERNEL)
    assert _backend.kernel(KERNEL) is _backend.kernel(KERNEL)
