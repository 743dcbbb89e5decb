"""Every case of every domain."""

from importlib import import_module

from harness import Case

DOMAINS = ("start", "mcp", "fs", "search", "process")


def cases(only: str = "") -> list[Case]:
    """Return the cases whose name contains *only*."""
    found = [case for domain in DOMAINS for case in import_module(f"bench_{domain}").cases()]
    return [case for case in found if only in case.name]
