"""Peers that search a tree for lines: ours, `re` over files, and programs that may be installed."""

import os
import re

from toolrig.bench._case import Peer, on
from toolrig.bench._spawned import spawned
from toolrig.fs import walk
from toolrig.search import grep

_BINARY_PROBE = 8000
_Hits = list[tuple[str, int]]


def grep_peers(root: str, pattern: str, *, fixed: bool) -> list[Peer]:
    """Return peers that find path and number of every line of text in *root* with *pattern*, without rules.

    Programs are asked for *pattern* as it is: it must mean the same to Python's `re`, to ripgrep and, as an
    extended expression, to GNU grep.
    """

    def ours() -> _Hits:
        found = grep(pattern, root, fixed=fixed, gitignore=False, hidden="all")
        return [(match.path, match.line) for match in found]

    searched = re.escape(pattern) if fixed else pattern
    gnu = ["grep", "-rnIZF" if fixed else "-rnIZE", "--", pattern, "."]
    rg = ["rg", "-n0", "--no-heading", "-uu", *(["-F"] if fixed else []), "--", pattern, "."]
    return [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("re over files", "stdlib", lambda: _with_re(root, searched)),
        spawned("GNU grep -rn", "programs", gnu, numbered_hits, cwd=root, none_found=1),
        spawned("rg", "Rust", rg, numbered_hits, cwd=root, none_found=1),
    ]


def _with_re(root: str, pattern: str) -> _Hits:
    search, found = re.compile(pattern).search, []
    for path in walk(root, gitignore=False, hidden="all", kinds="file"):
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        if b"\0" in data[:_BINARY_PROBE]:
            continue
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        found += [(path, number) for number, line in enumerate(lines, 1) if search(line)]
    return found


def numbered_hits(output: bytes) -> _Hits:
    """Read path and number from lines of "./path NUL number:text", as ripgrep and GNU grep print them."""
    found = []
    for row in output.splitlines():
        path, _, rest = row.partition(b"\0")
        found.append((os.fsdecode(path[2:]), int(rest.partition(b":")[0])))
    return found
