"""Traversal and reading."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

from corpora import repository, standard_library, ten_thousand_files
from foreign import Foreign
from packages import package

from toolrig import _pool, read, scan
from toolrig.bench import Case, Peer, git_view_peers, glob_peers, on, walk_peers
from toolrig.fs import Scan

_Stat = tuple[str, int, int]


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    tree, checkout = ten_thousand_files(), repository()
    return [
        _names(tree, foreign),
        _one_thread(tree, foreign),
        _columns_on_one_thread(tree, foreign),
        _stats(tree, foreign),
        _git_view(checkout, foreign),
        _glob(tree, foreign),
        _window(),
    ]


def _names(tree: str, foreign: Foreign) -> Case:
    ways = {
        "Rust": ["std", "walkdir", "ignore", "ignore parallel", "jwalk"],
        "Go": ["filepath.WalkDir", "fastwalk", "File.ReadDir pool"],
        "Node": ["readdirSync recursion", "fdir", "fs.promises.readdir recursive"],
    }
    peers = [
        *walk_peers(tree),
        package("scandir-rs Walk", "scandir_rs", lambda scandir_rs: _scandir_rs(scandir_rs, tree)),
        package(
            "rgapi.fd", "rgapi", lambda rgapi: _below(tree, rgapi.fd(root=tree, hidden=True, ignore=False))
        ),
        *foreign.peers("walk", ways, root=tree),
    ]
    return Case("walk 10,000 files: names", peers, same=sorted)


def _one_thread(tree: str, foreign: Foreign) -> Case:
    ours, _, scandir, *_ = walk_peers(tree)
    assert ours.call is not None
    peers = [Peer("toolrig", "toolrig", _alone(ours.call)), scandir, *_single_threaded(tree, foreign)]
    return Case("walk 10,000 files on one thread: names", peers, same=sorted)


def _columns_on_one_thread(tree: str, foreign: Foreign) -> Case:
    def ours() -> Scan:
        return scan(tree, gitignore=False, hidden="all", stat=False)

    scanned = _alone(on("native", ours))
    peers = [
        Peer("toolrig", "toolrig", scanned, answer=lambda: list(scanned().paths)),
        *_single_threaded(tree, foreign),
    ]
    return Case("walk 10,000 files on one thread: columns", peers, same=sorted)


def _single_threaded(tree: str, foreign: Foreign) -> list[Peer]:
    ways = {
        "C": ["open, getdents64, close"],
        "Rust": ["std", "walkdir", "ignore"],
        "Go": ["filepath.WalkDir"],
        "Node": ["readdirSync recursion"],
    }
    return foreign.peers("walk", ways, root=tree)


def _alone(call: Callable[[], Any]) -> Callable[[], Any]:
    """Return *call* with no other thread to help it."""

    def limited() -> Any:
        granted = _pool.threads()
        _pool._threads = 1
        try:
            return call()
        finally:
            _pool._threads = granted

    return limited


def _stats(tree: str, foreign: Foreign) -> Case:
    ways = {
        "Rust": ["std", "walkdir", "ignore parallel"],
        "Go": ["filepath.WalkDir", "fastwalk", "File.ReadDir pool"],
        "Node": ["readdirSync + lstatSync", "readdirSync + lstat"],
    }

    def columns() -> tuple[Any, Any]:
        found = scan(tree, gitignore=False, hidden="all")
        return found.sizes, found.mtimes_ns

    def entries() -> list[_Stat]:
        found = scan(tree, gitignore=False, hidden="all")
        return [(entry.path, entry.size, entry.mtime_ns) for entry in found.entries()]

    peers = [
        Peer("toolrig", "toolrig", on("native", columns), answer=on("native", entries)),
        Peer("toolrig pure", "twin", on("pure", columns), answer=on("pure", entries)),
        Peer("os.scandir + stat", "stdlib", lambda: _scandir_stat(tree, "")),
        _scandir_rs_stats(tree),
        *foreign.peers("walk_stat", ways, lambda rows: list(map(tuple, rows)), root=tree),
    ]
    return Case("walk 10,000 files: size and mtime", peers, same=_to_microseconds)


def _git_view(checkout: str, foreign: Foreign) -> Case:
    ways = {
        "Rust": ["ignore", "ignore parallel"],
        "Go": ["File.ReadDir pool + doublestar match"],
        "Node": ["readdirSync + ignore"],
    }
    peers = [
        *git_view_peers(checkout),
        package("rignore", "rignore", lambda rignore: rignore_files(rignore, checkout)),
        package(
            "rgapi.fd",
            "rgapi",
            lambda rgapi: _below(checkout, rgapi.fd(root=checkout, hidden=True, exclude=".git")),
        ),
        *foreign.peers("walk_git", ways, root=checkout),
    ]
    return Case("walk a repository of 10,000 files with ignore rules", peers, same=sorted)


def _glob(tree: str, foreign: Foreign) -> Case:
    ways = {
        "Rust": ["walkdir + globset", "ignore parallel + globset"],
        "Go": ["doublestar", "fastwalk + doublestar match", "File.ReadDir pool + doublestar match"],
        "Node": ["fast-glob"],
    }
    peers = [*glob_peers(tree, ".py"), *foreign.peers("glob", ways, root=tree, pattern="**/*.py")]
    return Case("glob **/*.py in 10,000 files", peers, same=sorted)


def _window() -> Case:
    source = os.path.join(standard_library(), "argparse.py")

    def ours() -> str:
        return str(read(source, offset=100, limit=50))

    def standard() -> str:
        with open(source) as file:
            return "".join(file.readlines()[99:149])

    peers = [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("open().readlines()", "stdlib", standard),
    ]
    return Case("read 50 lines of argparse.py", peers, rounds=60)


def _scandir_stat(directory: str, prefix: str) -> list[_Stat]:
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found += _scandir_stat(entry.path, f"{prefix}{entry.name}/")
            else:
                status = entry.stat(follow_symlinks=False)
                found.append((prefix + entry.name, status.st_size, status.st_mtime_ns))
    return found


def _scandir_rs(scandir_rs: ModuleType, tree: str) -> list[str]:
    found: list[str] = []
    for directory, _, files in scandir_rs.Walk(tree):
        found += [f"{directory}/{name}" for name in files] if directory else files
    return found


def _scandir_rs_stats(tree: str) -> Peer:
    """Return the peer; its time is a float, so the answer is made of its datetime, unmeasured."""
    epoch, microsecond = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

    def entries(scandir_rs: ModuleType) -> Iterable[Any]:
        found = scandir_rs.Scandir(tree, return_type=scandir_rs.ReturnType.Ext)
        return [entry for entry in found if not entry.is_dir]

    def figured(scandir_rs: ModuleType) -> list[tuple[str, int, float]]:
        return [(entry.path, entry.st_size, entry.mtime) for entry in entries(scandir_rs)]

    def exact(scandir_rs: ModuleType) -> list[_Stat]:
        return [
            (entry.path, entry.st_size, (entry.st_mtime - epoch) // microsecond * 1000)
            for entry in entries(scandir_rs)
        ]

    return package("scandir-rs Scandir", "scandir_rs", figured, answer=exact)


def _to_microseconds(stats: list[_Stat]) -> list[_Stat]:
    return sorted((path, size, nanoseconds // 1000) for path, size, nanoseconds in stats)


def rignore_files(rignore: ModuleType, root: str) -> list[str]:
    """Return what git does not ignore; it yields directories too, which cost a look each."""
    found = rignore.walk(root, ignore_hidden=False, overrides=["!.git"])
    return [str(path)[len(root) + 1 :] for path in found if not path.is_dir()]


def _below(root: str, paths: Iterable[object]) -> list[str]:
    return [str(path)[len(root) + 1 :] for path in paths]
