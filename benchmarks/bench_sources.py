"""Searching repositories of sources: a small one, and one as large as a kernel's, beside ripgrep and git."""

import os
from collections.abc import Callable
from functools import cache
from typing import Any

from corpora import Corpus, large_sources, small_sources
from foreign import Foreign

from toolrig import grep
from toolrig.bench import Case, Peer, numbered_hits, on, spawned

_Hits = list[tuple[str, int]]

# Name of the search, its pattern, and whether case counts not.
_SEARCHES = (
    ("rare literal", "toolrig_rare_marker", False),
    ("common literal", "errno.E", False),
    ("literal, either case", "runtimeerror", True),
    ("regex with a literal", r"raise \w+Error\(", False),
    ("5 literals", "getaddrinfo|epoll_wait|posix_spawn|setsockopt|pread", False),
    ("regex without a literal", r"\b[A-Z]{4}[0-9]{3}\b", False),
)


def cases(_foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    trees = (("repository of 5,000 sources", small_sources), ("repository of 78,000 sources", large_sources))
    return [
        _search(f"grep {search}, {name}", tree, pattern, either_case=either_case)
        for name, tree in trees
        for search, pattern, either_case in _SEARCHES
    ]


def _search(name: str, tree: Corpus, pattern: str, *, either_case: bool) -> Case:
    root = tree.path
    flags = ["-i"] if either_case else []
    # git's regular expressions have \w, \b and braces in the dialect of Perl.
    git = ["git", "grep", "-nIzP", *flags, "-e", pattern]
    rg = ["rg", "-n0", "--no-heading", "--hidden", "--glob", "!.git", *flags, "--", pattern, "."]

    def ours() -> _Hits:
        return [(match.path, match.line) for match in grep(pattern, root, ignore_case=either_case)]

    peers = [
        Peer("toolrig", "toolrig", on("native", ours)),
        spawned("git grep", "programs", git, _of_git, cwd=root, none_found=1),
        spawned("rg", "Rust", rg, numbered_hits, cwd=root, none_found=1),
    ]
    return _case(name, peers, tree.make)


def _case(name: str, peers: list[Peer], make: Callable[[], Any]) -> Case:
    return Case(name, peers, rounds=8, same=sorted, prepare=cache(make))


def _of_git(output: bytes) -> _Hits:
    """Read lines of "path NUL number NUL text"."""
    found = []
    for row in output.split(b"\n"):
        if row:
            path, number, _ = row.split(b"\0", 2)
            found.append((os.fsdecode(path), int(number)))
    return found
