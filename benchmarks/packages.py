"""Python packages as peers: measured where they are installed, named where they are not."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from toolrig.bench import Peer


def package(
    name: str,
    module: str,
    call: Callable[[ModuleType], Any],
    *,
    figure: Callable[[Any], float] | None = None,
    answer: Callable[[ModuleType], Any] | None = None,
) -> Peer:
    """Return the peer that does ``call(module)``.

    Args:
        figure: as for `toolrig.bench.Peer`.
        answer: for one whose ``call`` gives something else, as ``answer(module)``.
    """
    try:
        imported = import_module(module)
    except ImportError:
        return Peer(name, "packages", None, missing=f"the package {module} is not installed")
    answered = None if answer is None else lambda: answer(imported)
    return Peer(name, "packages", lambda: call(imported), figure, answered)
