"""Traversal of trees so large that they are made only when they are measured."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from bench_fs import rignore_files
from corpora import large_repository, million_files, project
from foreign import Foreign
from packages import package

from toolrig import glob, walk
from toolrig.bench import Case, Peer, git_view_peers, on, spawned, zero_ended

_REPOSITORY = "repository of 80,000 files"
_NEWEST = 100
_RG = ["rg", "--files", "--hidden", "--glob", "!.git", "--null"]


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    return [
        _git_view(foreign),
        _tracked(foreign),
        _newest(foreign),
        _first_batch("git's view", gitignore=True),
        _first_batch("everything", gitignore=False),
        _glob(foreign),
        _memory(),
    ]


def _git_view(foreign: Foreign) -> Case:
    root = large_repository.path
    ways = {
        "Rust": ["ignore", "ignore parallel"],
        "Go": ["File.ReadDir pool + doublestar match"],
        "Node": ["readdirSync + ignore"],
    }
    peers = [
        *git_view_peers(root),
        package("rignore", "rignore", lambda rignore: rignore_files(rignore, root)),
        *foreign.peers("walk_git", ways, root=root),
    ]
    return _case(f"walk a {_REPOSITORY} with ignore rules", peers, same=sorted)


def _tracked(foreign: Foreign) -> Case:
    """Every file that no rule ignores is tracked here, so that walkers give the same answer."""
    root = large_repository.path

    def ours() -> list[str]:
        from toolrig import tracked

        return tracked(root)

    peers = [
        *_ours(ours),
        spawned("git ls-files", "programs", ["git", "ls-files", "-z"], zero_ended, cwd=root),
        spawned("rg --files --hidden", "Rust", _RG, zero_ended, cwd=root),
        *foreign.peers("walk_git", {"Rust": ["ignore parallel"]}, root=root),
    ]
    return _case(f"tracked files, {_REPOSITORY}", peers, same=sorted)


def _newest(foreign: Foreign) -> Case:
    root = large_repository.path
    ways = {
        "Rust": ["ignore parallel, sorted"],
        "Go": ["File.ReadDir pool, sorted"],
        "Node": ["readdirSync + ignore, sorted"],
    }
    sorted_by_rg = [*_RG, "--sortr=modified"]
    peers = [
        *_ours(lambda: list(glob("**/*", root, sort="mtime", limit=_NEWEST))),
        spawned("rg --sortr=modified", "Rust", sorted_by_rg, _first_names, cwd=root),
        *foreign.peers("newest", ways, root=root, limit=_NEWEST),
    ]
    return _case(f"newest {_NEWEST} files, {_REPOSITORY}", peers, same=list)


def _first_names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0", _NEWEST)[:_NEWEST]]


def _glob(foreign: Foreign) -> Case:
    root = project.path
    ways = {
        "Rust": ["ignore parallel + globset"],
        "Go": ["File.ReadDir pool + doublestar match"],
    }
    peers = [
        *_ours(lambda: list(glob("**/*.py", root))),
        Peer("pathlib.rglob", "stdlib", lambda: list(_rglob(root)), answer=lambda: _sources(root)),
        spawned("rg --files -g", "Rust", [*_RG, "--glob", "*.py"], zero_ended, cwd=root),
        *foreign.peers("glob_git", ways, root=root, pattern="**/*.py"),
    ]
    return _case("glob **/*.py in 10,000 files beside 20,000 ignored ones", peers, project.make, same=sorted)


def _rglob(root: str) -> Iterator[str]:
    return (str(path.relative_to(root)) for path in Path(root).rglob("*.py"))


def _sources(root: str) -> list[str]:
    """Return what `pathlib` finds, which knows no rules, without what lies in ignored directories."""
    ignored = ("node_modules/", ".venv/", "build/")
    return [path for path in _rglob(root) if not path.startswith(ignored)]


def _first_batch(view: str, *, gitignore: bool) -> Case:
    root = large_repository.path

    def ours() -> float:
        started = perf_counter()
        with walk(root, gitignore=gitignore, hidden="all" if not gitignore else True) as found:
            next(found.batches())
            return _since(started)

    def first_of(entries: Callable[[], Iterator[Any]]) -> float:
        started = perf_counter()
        next(entries())
        return _since(started)

    def scandir_rs_walk(scandir_rs: ModuleType) -> float:
        return first_of(lambda: iter(scandir_rs.Walk(root)))

    def rignore_walk(rignore: ModuleType) -> float:
        return first_of(lambda: iter(rignore.walk(root, ignore_hidden=False)))

    theirs = (
        [package("rignore", "rignore", rignore_walk)]
        if gitignore
        else [
            Peer("os.walk", "stdlib", lambda: first_of(lambda: os.walk(root))),
            package("scandir-rs Walk", "scandir_rs", scandir_rs_walk),
        ]
    )
    peers = [*_ours(ours), *theirs]
    timed = [replace(peer, figure=float) for peer in peers]
    return _case(f"first batch of a walk, {_REPOSITORY}: {view}", timed, same=None)


def _since(started: float) -> float:
    return (perf_counter() - started) * 1000


def _memory() -> Case:
    """Each peer counts files in a process of its own; the figure is what that adds to an interpreter."""
    ours = "import toolrig\nfiles = sum(1 for _ in toolrig.walk('.', gitignore=False))"
    peers = {
        ("toolrig", "toolrig"): ours,
        ("toolrig pure", "twin"): f"import os\nos.environ['TOOLRIG_BACKEND'] = 'pure'\n{ours}",
        ("os.walk", "stdlib"): "import os\nfiles = sum(len(names) for _, _, names in os.walk('.'))",
    }
    code = "import scandir_rs\nfiles = sum(len(names) for _, _, names in scandir_rs.Walk('.'))"
    return Case(
        "walk 1,000,000 files: memory",
        [
            *(_in_memory(name, column, code) for (name, column), code in peers.items()),
            package("scandir-rs Walk", "scandir_rs", lambda _: _in_child(code), figure=_above_interpreter),
        ],
        unit="MB",
        rounds=3,
        same=lambda measured: measured[0],
        prepare=million_files.make,
    )


def _in_memory(name: str, column: str, code: str) -> Peer:
    return Peer(name, column, lambda: _in_child(code), figure=_above_interpreter)


def _in_child(code: str) -> tuple[int, float]:
    """Run *code* in an interpreter; return what it calls ``files``, and its peak of resident memory in MB."""
    told = (
        "status = open('/proc/self/status').read()\n"
        "print(files, status.partition('VmHWM:')[2].partition('kB')[0])"
    )
    argv = [sys.executable, "-c", f"{code}\n{told}"]
    done = subprocess.run(argv, cwd=million_files.path, capture_output=True, text=True, check=True)
    files, kilobytes = done.stdout.split()
    return int(files), int(kilobytes) / 1024


@cache
def _interpreter() -> float:
    return min(memory for _, memory in (_in_child("files = 0") for _ in range(5)))


def _above_interpreter(measured: tuple[int, float]) -> float:
    return measured[1] - _interpreter()


def _ours(call: Callable[[], Any]) -> list[Peer]:
    return [
        Peer("toolrig", "toolrig", on("native", call)),
        Peer("toolrig pure", "twin", on("pure", call)),
    ]


def _case(
    name: str,
    peers: list[Peer],
    prepare: Callable[[], object] = large_repository.make,
    *,
    same: Callable[[Any], Any] | None,
) -> Case:
    return Case(name, peers, rounds=7, same=same, prepare=prepare)
