"""Peers that list a tree: ours, what Python brings, and programs that may be installed."""

import os
from pathlib import Path

from toolrig.bench._case import Peer, on
from toolrig.bench._spawned import spawned, zero_ended
from toolrig.fs import glob, walk

_GIT = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]


def walk_peers(root: str) -> list[Peer]:
    """Return peers that list everything in *root* that is not a directory, without rules."""

    def ours() -> list[str]:
        return list(walk(root, gitignore=False, hidden="all"))

    return [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("os.scandir recursion", "stdlib", lambda: _scandir(root, "")),
        Peer("os.walk + join", "stdlib", lambda: _os_walk(root)),
        spawned(
            "GNU find",
            "programs",
            ["find", ".", "!", "-type", "d", "-printf", "%P\\0"],
            zero_ended,
            cwd=root,
        ),
        spawned(
            "rg --files -uuu",
            "Rust",
            ["rg", "--files", "-uuu", "--null"],
            zero_ended,
            cwd=root,
            none_found=1,
        ),
    ]


def git_view_peers(root: str) -> list[Peer]:
    """Return peers that list the files of the repository *root* that git does not ignore."""

    def ours() -> list[str]:
        return list(walk(root))

    ls_files = [*_GIT, "ls-files", "-co", "-z", "--exclude-standard"]
    rg = ["rg", "--files", "--hidden", "--glob", "!.git", "--null"]
    return [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        spawned("git ls-files -co", "programs", ls_files, zero_ended, cwd=root),
        spawned("rg --files --hidden", "Rust", rg, zero_ended, cwd=root, none_found=1),
    ]


def glob_peers(root: str, suffix: str) -> list[Peer]:
    """Return peers that list the files in *root* whose name ends in *suffix*, without rules."""

    def ours() -> list[str]:
        return list(glob(f"**/*{suffix}", root, gitignore=False, hidden="all"))

    return [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("pathlib.rglob", "stdlib", lambda: _rglob(root, f"*{suffix}")),
    ]


def _scandir(directory: str, prefix: str) -> list[str]:
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found += _scandir(entry.path, f"{prefix}{entry.name}/")
            else:
                found.append(prefix + entry.name)
    return found


def _os_walk(root: str) -> list[str]:
    # Symbolic links to directories stand among its directories: they are listed, as they are by all others.
    found = []
    for top, directories, names in os.walk(root):
        below = top[len(root) + 1 :]
        names += [name for name in directories if os.path.islink(os.path.join(top, name))]
        found += [f"{below}/{name}" if below else name for name in names]
    return found


def _rglob(root: str, pattern: str) -> list[str]:
    return [str(path.relative_to(root)) for path in Path(root).rglob(pattern) if not path.is_dir()]
