"""Many changes or none, whichever of them fails."""

import errno
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from toolrig.fs import _transaction
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._draft import Draft
from toolrig.fs._spot import Spot
from toolrig.fs._transaction import Transaction


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(f"old {name}")
        (tmp_path / name).chmod(0o640)
    return tmp_path


def state(tree: Path) -> dict[str, tuple[int, int, str]]:
    return {
        path.relative_to(tree).as_posix(): (path.stat().st_ino, path.stat().st_mode, path.read_text())
        for path in tree.rglob("*")
        if path.is_file()
    }


def plan(transaction: Transaction, tree: Path) -> None:
    def spot(name: str) -> Spot:
        return transaction.hold(ANYWHERE.spot(tree / name))

    transaction.make_directory(spot("sub"))
    transaction.write(spot("a"), b"new a", like=(tree / "a").stat())
    transaction.write(spot("sub/new"), b"new")
    transaction.remove(spot("b"))
    transaction.chmod(spot("c"), 0o755)


def test_all_is_done(tree: Path) -> None:
    gc.collect()
    before = os.listdir("/proc/self/fd")
    with Transaction() as transaction:
        plan(transaction, tree)
        transaction.commit()
    assert {name: (mode & 0o777, text) for name, (_, mode, text) in state(tree).items()} == {
        "a": (0o640, "new a"),
        "c": (0o755, "old c"),
        "sub/new": (0o644, "new"),
    }
    assert sorted(os.listdir(tree)) == ["a", "c", "sub"]
    assert os.listdir("/proc/self/fd") == before


def test_nothing_is_done_without_commit(tree: Path) -> None:
    before = state(tree)
    with Transaction() as transaction:
        plan(transaction, tree)
    assert state(tree) == before
    assert sorted(os.listdir(tree)) == ["a", "b", "c"]


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("links", [True, False])
def test_a_step_that_fails_undoes_those_before_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch, number: int, links: bool
) -> None:
    before = state(tree)
    if not links:  # a file system without second names
        monkeypatch.setattr(Spot, "link_to", _refused)
    steps = 0

    def counted(real: "object", name: str) -> None:
        def failing(*args: object, **options: object) -> object:
            nonlocal steps
            steps += 1
            if steps == number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **options)  # type: ignore[operator]

        monkeypatch.setattr(*([_transaction, name] if name == "set_aside" else [Draft, name]), failing)

    counted(_transaction.set_aside, "set_aside")
    counted(Draft.publish, "publish")
    with Transaction() as transaction:
        plan(transaction, tree)
        with pytest.raises(OSError, match="No space"):
            transaction.commit()
    assert steps == number
    assert state(tree) == before
    assert sorted(os.listdir(tree)) == ["a", "b", "c"]


def _refused(*_args: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_content_that_does_not_fit_shows_before_anything_changes(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(tree)
    with Transaction() as transaction:
        transaction.write(transaction.hold(ANYWHERE.spot(tree / "a")), b"new", like=(tree / "a").stat())
        monkeypatch.setattr(os, "write", _refused)
        with pytest.raises(OSError, match="not permitted"):
            transaction.write(transaction.hold(ANYWHERE.spot(tree / "b")), b"new")
    assert state(tree) == before


KILLED = """
import os, signal, sys
from toolrig.fs import apply_patch

top, number = sys.argv[1], int(sys.argv[2])
steps = 0
for name in ("link", "replace", "unlink"):
    def counting(*args, real=getattr(os, name), **options):
        global steps
        steps += 1
        if steps == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **options)
    setattr(os, name, counting)
patch = "*** Begin Patch\\n"
for name in "ab":
    patch += f"*** Update File: {name}\\n@@\\n-old {name}\\n+new {name}\\n"
apply_patch(patch + "*** Delete File: c\\n*** End Patch\\n", root=top)
print(steps)
"""


def test_a_killed_process_leaves_whole_files_and_the_old_content(tree: Path) -> None:
    old = {name: f"old {name}\n" for name in "abc"}
    new = {"a": "new a\n", "b": "new b\n", "c": None}
    number = killed = 0
    while True:
        for path in tree.iterdir():
            path.unlink()
        for name, text in old.items():
            (tree / name).write_text(text)
        number += 1
        command = [sys.executable, "-c", KILLED, str(tree), str(number)]
        done = subprocess.run(command, capture_output=True, text=True)
        contents = {path.name: path.read_text() for path in tree.iterdir()}
        complete = {name: contents.get(name) for name in "abc"} == new
        for name in "abc":
            assert contents.get(name) in (old[name], new[name])
            assert complete or old[name] in contents.values()
        if done.returncode == 0:
            assert sorted(contents) == ["a", "b"]
            assert contents["b"] == "new b\n"
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        killed += 1
    assert killed >= 8
