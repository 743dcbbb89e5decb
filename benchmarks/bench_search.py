"""Searching files for text."""

from types import ModuleType

from corpora import standard_library
from foreign import Foreign
from packages import package

from toolrig.bench import Case, grep_peers

_WAYS = {
    "Rust": ["grep-searcher, ignore parallel"],
    "Go": ["fastwalk, bytes.Index / regexp"],
    "Node": ["worker_threads, Buffer.indexOf / RegExp"],
}


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    root = standard_library()
    return [
        _grep("grep a rare literal, standard library", root, "RLIMIT_NOFILE", fixed=True, foreign=foreign),
        _grep(
            "grep a pattern with a literal, standard library",
            root,
            r"def \w+_handler\(",
            fixed=False,
            foreign=foreign,
        ),
        _grep(
            "grep a pattern without a literal, standard library",
            root,
            r"\b[A-Z]{4}[0-9]{3}\b",
            fixed=False,
            foreign=foreign,
        ),
    ]


def _grep(name: str, root: str, pattern: str, *, fixed: bool, foreign: Foreign) -> Case:
    peers = grep_peers(root, pattern, fixed=fixed)
    if fixed:
        peers.append(package("rgapi.rg", "rgapi", lambda rgapi: _rgapi(rgapi, root, pattern)))
    given = {"root": root, "pattern": pattern, "fixed": fixed}
    peers += foreign.peers("grep", _WAYS, lambda rows: list(map(tuple, rows)), **given)
    return Case(name, peers, rounds=12, same=sorted)


def _rgapi(rgapi: ModuleType, root: str, literal: str) -> list[tuple[str, int]]:
    return [(match.path, match.line_number) for match in rgapi.rg(literal, root, hidden=True, ignore=False)]
