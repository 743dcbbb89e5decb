"""Lazy packages: a name of a face is imported from its implementation file on first use (PEP 562)."""

import sys
from importlib import import_module


def resolve(package: str, homes: dict[str, str], name: str) -> object:
    """Return *name* of *package* from the module that ``homes`` gives for it, and keep it there.

    Raises:
        AttributeError: the package has no such name.
    """
    home = homes.get(name)
    if home is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{package}.{home}"), name)
    setattr(sys.modules[package], name, value)
    return value
