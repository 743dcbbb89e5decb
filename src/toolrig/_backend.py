"""Decides, kernel by kernel, between the compiled module and its standard-library twin.

``TOOLRIG_BACKEND`` is ``auto`` (compiled where this platform has it, the default), ``native`` (an
absent compiled module is an error) or ``pure``. Nothing is loaded before its first use.
"""

import os
from importlib import import_module

from toolrig.errors import BackendError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

KERNELS = ("files", "ignore", "jail", "pool", "spawn", "textscan", "walk")

_VARIABLE = "TOOLRIG_BACKEND"
_loaded: "dict[str, ModuleType]" = {}
_wanted: str | None = None


def kernel(name: str) -> "ModuleType":
    """Return the engine of the kernel called *name*.

    Raises:
        BackendError: ``TOOLRIG_BACKEND`` has an unknown value, or is ``native`` and the compiled
            module is absent. A compiled module that is present but broken raises its own ImportError.
    """
    module = _loaded.get(name)
    if module is None:
        module = _loaded[name] = _load(name)
    return module


def backend() -> str:
    """Return ``"native"``, ``"pure"`` or, where only some kernels are compiled, ``"mixed"``."""
    engines = {engine(name) for name in KERNELS}
    return engines.pop() if len(engines) == 1 else "mixed"


def engine(name: str) -> str:
    """Return ``"native"`` or ``"pure"``: what serves the kernel called *name*."""
    return "native" if kernel(name).__name__.startswith("toolrig._native.") else "pure"


def reason(name: str) -> str:
    """Return one phrase on why the kernel called *name* has its engine."""
    if engine(name) == "native":
        return "compiled module installed"
    if wanted() == "pure":
        return f"{_VARIABLE}=pure"
    return "no compiled module for this platform in this installation"


def compiler() -> str | None:
    """Return what compiled the kernels of this installation, "gcc 12.2.0" say; None where there are none."""
    try:
        name: str = import_module("toolrig._native.compiler").NAME
    except ModuleNotFoundError:
        return None
    return name


def wanted() -> str:
    """Return the value of ``TOOLRIG_BACKEND``, ``auto`` where unset."""
    global _wanted
    if _wanted is None:
        value = os.environ.get(_VARIABLE, "auto")
        if value not in {"auto", "native", "pure"}:
            raise BackendError(f"{_VARIABLE}={value!r} is unknown: set it to 'auto', 'native' or 'pure'")
        _wanted = value
    return _wanted


def choose(value: str | None) -> None:
    """Replace ``TOOLRIG_BACKEND`` for this process; ``None`` returns to the environment's choice.

    For tests and benchmarks: iterators that already run keep the engine they started with.
    """
    global _wanted
    _wanted = value
    _loaded.clear()


def _load(name: str) -> "ModuleType":
    mode = wanted()
    if mode != "pure":
        module = f"toolrig._native.{name}"
        try:
            return import_module(module)
        except ModuleNotFoundError as absent:
            if absent.name != module:
                raise
            if mode == "native":
                raise BackendError(
                    f"{_VARIABLE}=native, but this installation has no compiled {name!r}: "
                    "install a wheel for this platform, or unset the variable"
                ) from absent
    return import_module(f"toolrig._pure.{name}")
