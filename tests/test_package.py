"""The installed package: complete, cheap to import, and the same on both back ends."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from types import ModuleType

import pytest
import tree

import toolrig
from toolrig import _backend

HEAVY = {
    "asyncio",
    "dataclasses",
    "importlib.metadata",
    "inspect",
    "json",
    "msgspec",
    "numpy",
    "orjson",
    "pathlib",
    "ssl",
    "subprocess",
    "typing",
}


@cache
def modules_after(statement: str) -> set[str]:
    """Return the modules that an isolated interpreter has loaded after *statement*."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


# Complete


@pytest.mark.parametrize("name", tree.kernels())
def test_compiled_kernel_is_installed(name: str) -> None:
    module = importlib.import_module(f"toolrig._native.{name}")
    assert not (module.__file__ or "").endswith(".py")


def test_backend_knows_every_kernel() -> None:
    assert sorted(_backend.KERNELS) == list(_backend.KERNELS)
    modules = {name.removesuffix(".pyx") for name in tree.files(".pyx", under=tree.NATIVE)}
    assert set(_backend.KERNELS) == modules


def test_types_are_shipped() -> None:
    assert files("toolrig").joinpath("py.typed").is_file()


def test_sources_of_kernels_are_not_installed() -> None:
    folder = files("toolrig._native")
    assert [item.name for item in folder.iterdir() if item.name.endswith((".c", ".h", ".pxd", ".pyx"))] == []


@pytest.mark.parametrize("name", toolrig.__all__)
def test_public_name_resolves(name: str) -> None:
    assert getattr(toolrig, name) is not None


def test_all_is_complete() -> None:
    assert sorted(toolrig.__all__) == sorted({*toolrig._HOMES, "__version__"})
    assert dir(toolrig) == sorted(toolrig.__all__)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        toolrig.nothing  # noqa: B018


def test_version_is_the_one_of_the_distribution() -> None:
    assert toolrig.__version__ == importlib.metadata.version("toolrig")


# Cheap to import


def test_import_loads_nothing_heavy() -> None:
    loaded = modules_after("import toolrig") - modules_after("pass")
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("name", sorted({*toolrig.__all__} - {"__version__"}))
def test_public_name_loads_nothing_heavy(name: str) -> None:
    loaded = modules_after(f"import toolrig\ntoolrig.{name}") - modules_after("pass")
    assert loaded & HEAVY == set()


# The same on both back ends

PAIRS = [name for name in _backend.KERNELS if name in tree.kernels()]


def pair(name: str) -> tuple[ModuleType, ModuleType]:
    native = importlib.import_module(f"toolrig._native.{name}")
    return native, importlib.import_module(f"toolrig._pure.{name}")


def public(owner: ModuleType | type) -> dict[str, object]:
    """Return what ``__all__`` names, else what *owner* itself defines under public names.

    Those are functions, classes and plain constants.
    """
    if named := getattr(owner, "__all__", None):
        return {name: getattr(owner, name) for name in named}
    found = {}
    for name, value in vars(owner).items():
        constant = isinstance(value, int | str | bytes | tuple | frozenset)
        own = isinstance(owner, type) or getattr(value, "__module__", None) == owner.__name__
        if not name.startswith("_") and name != "TYPE_CHECKING" and (constant or (callable(value) and own)):
            found[name] = value
    return found


def shapes(owner: ModuleType | type, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield each public name with what both back ends must share: docstring, and parameters or value."""
    for name, value in sorted(public(owner).items()):
        if isinstance(value, type):
            yield prefix + name, inspect.getdoc(value)
            yield from shapes(value, f"{prefix}{name}.")
        elif callable(value):
            taken = inspect.signature(value).parameters.values()
            yield prefix + name, (inspect.getdoc(value), [(p.name, p.kind.name, p.default) for p in taken])
        else:
            yield prefix + name, value


@pytest.mark.parametrize("name", PAIRS)
def test_twins_have_the_same_shape(name: str) -> None:
    native, pure = pair(name)
    assert dict(shapes(native)) == dict(shapes(pure))


@pytest.mark.parametrize("name", PAIRS)
def test_public_functions_are_documented(name: str) -> None:
    undocumented = [
        item for item, value in public(pair(name)[0]).items() if callable(value) and not inspect.getdoc(value)
    ]
    assert undocumented == []


@pytest.mark.parametrize("name", _backend.KERNELS)
def test_twin_needs_the_standard_library_alone(name: str) -> None:
    loaded = {module.partition(".")[0] for module in modules_after(f"import toolrig._pure.{name}")}
    assert loaded - modules_after("pass") - set(sys.stdlib_module_names) == {"toolrig"}
