"""Traversal and reading."""

import os
import subprocess

from corpora import repository, standard_library, ten_thousand_files
from harness import Case, Peer, on

from toolrig import glob, read, walk


def _scandir(directory: str, prefix: str = "") -> list[str]:
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found += _scandir(entry.path, f"{prefix}{entry.name}/")
            else:
                found.append(prefix + entry.name)
    return found


def _os_walk(root: str) -> list[str]:
    found = []
    for top, _, names in os.walk(root):
        below = top[len(root) + 1 :]
        found += [f"{below}/{name}" if below else name for name in names]
    return found


def _git_ls_files(root: str) -> list[str]:
    git = ["git", "-c", "core.fsmonitor=false", "ls-files", "-co", "-z", "--exclude-standard"]
    listed = subprocess.run(git, cwd=root, check=True, capture_output=True).stdout
    return os.fsdecode(listed).split("\0")[:-1]


def _rglob(root: str, pattern: str) -> list[str]:
    from pathlib import Path

    return [str(path.relative_to(root)) for path in Path(root).rglob(pattern)]


def cases() -> list[Case]:
    """Return the cases of this domain."""
    tree, library, checkout = ten_thousand_files(), standard_library(), repository()
    source = os.path.join(library, "argparse.py")

    def window() -> str:
        return str(read(source, offset=100, limit=50))

    def standard_window() -> str:
        with open(source) as file:
            return "".join(file.readlines()[99:149])

    return [
        Case(
            "walk 10,000 files",
            [
                Peer("toolrig", on("native", lambda: list(walk(tree, gitignore=False)))),
                Peer("toolrig pure", on("pure", lambda: list(walk(tree, gitignore=False)))),
                Peer("os.scandir recursion", lambda: _scandir(tree)),
                Peer("os.walk + join", lambda: _os_walk(tree)),
            ],
            answer=sorted,
        ),
        Case(
            "walk git's view, 10,000 files",
            [
                Peer("toolrig", on("native", lambda: list(walk(checkout)))),
                Peer("toolrig pure", on("pure", lambda: list(walk(checkout)))),
                Peer("git ls-files -co", lambda: _git_ls_files(checkout)),
            ],
            answer=sorted,
        ),
        Case(
            "glob **/*.py, 10,000 files",
            [
                Peer("toolrig", on("native", lambda: list(glob("**/*.py", tree, gitignore=False)))),
                Peer("toolrig pure", on("pure", lambda: list(glob("**/*.py", tree, gitignore=False)))),
                Peer("pathlib.rglob", lambda: _rglob(tree, "*.py")),
            ],
            answer=sorted,
        ),
        Case(
            "read 50 lines of argparse.py",
            [Peer("toolrig", window), Peer("open().readlines()", standard_window)],
            rounds=40,
        ),
    ]
