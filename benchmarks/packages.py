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
    answer: Callable[[ModuleType], Any] | None = None,
) -> Peer:
    """Return the peer that does ``call(module)``; *answer* is for one whose ``call`` gives something else."""
    try:
        imported = import_module(module)
    except ImportError:
        return Peer(name, "packages", None, missing=f"the package {module} is not installed")
    answered = None if answer is None else lambda: answer(imported)
    return Peer(name, "packages", lambda: call(imported), answer=answered)
