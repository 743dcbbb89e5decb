"""Searching files for text."""

import os
import re
import subprocess

from corpora import standard_library
from harness import Case, Peer, on

from toolrig import grep, walk


def _with_re(root: str, pattern: str) -> list[tuple[str, int]]:
    search, found = re.compile(pattern).search, []
    for path in walk(root, gitignore=False, kinds="file"):
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        if b"\0" in data[:8000]:
            continue
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        found += [(path, number) for number, line in enumerate(lines, 1) if search(line)]
    return found


def _with_gnu_grep(root: str, literal: str) -> list[tuple[str, int]]:
    done = subprocess.run(["grep", "-rnIF", "--", literal, "."], cwd=root, capture_output=True)
    rows = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    return [(row.split(":", 2)[0][2:], int(row.split(":", 2)[1])) for row in rows]


def _ours(root: str, pattern: str) -> list[tuple[str, int]]:
    return [(match.path, match.line) for match in grep(pattern, root, gitignore=False)]


def cases() -> list[Case]:
    """Return the cases of this domain."""
    root = standard_library()
    return [
        Case(
            "grep a rare literal, standard library",
            [
                Peer("toolrig", on("native", lambda: _ours(root, "RLIMIT_NOFILE"))),
                Peer("toolrig pure", on("pure", lambda: _ours(root, "RLIMIT_NOFILE"))),
                Peer("GNU grep -rnIF", lambda: _with_gnu_grep(root, "RLIMIT_NOFILE")),
                Peer("re over files", lambda: _with_re(root, "RLIMIT_NOFILE")),
            ],
            answer=sorted,
            rounds=7,
        ),
        Case(
            "grep a pattern with a literal, standard library",
            [
                Peer("toolrig", on("native", lambda: _ours(root, r"def \w+_handler\("))),
                Peer("toolrig pure", on("pure", lambda: _ours(root, r"def \w+_handler\("))),
                Peer("re over files", lambda: _with_re(root, r"def \w+_handler\(")),
            ],
            answer=sorted,
            rounds=7,
        ),
    ]
