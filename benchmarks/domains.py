"""Every case of every domain."""

from importlib import import_module

from foreign import Foreign

from toolrig.bench import Case

# The large trees come last: they fill the kernel's cache of names, which slows down every look-up after them.
DOMAINS = ("start", "fs", "content", "edit", "search", "sources", "process", "mcp", "large")


def cases(foreign: Foreign, only: str = "") -> list[Case]:
    """Return the cases whose name contains *only*."""
    found = [case for domain in DOMAINS for case in import_module(f"bench_{domain}").cases(foreign)]
    return [case for case in found if only in case.name]
