"""Many paths looked at in one call: the answers are those of lstat, errors in their place."""

import os
from pathlib import Path

import pytest

from toolrig import Root
from toolrig.errors import OutsideRootError
from toolrig.fs import Entry, stat_many


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "sub" / "file").write_text("abc")
    (root / "sub" / "link").symlink_to("file")
    (root / "way").symlink_to("sub")
    (root / "out").symlink_to("..")
    os.mkfifo(root / "fifo")
    (tmp_path / "secret").write_text("x")
    return root


def test_answers_are_those_of_lstat(backend: str, tree: Path) -> None:
    paths = [".", "sub", "sub/", "sub/file", "sub/link", "fifo", "sub/deep/..", "way/file", "sub/deep/."]
    for path, found in zip(paths, stat_many(paths, tree), strict=True):
        info = os.lstat(tree / path)
        assert isinstance(found, Entry)
        assert (found.path, found.size, found.mtime_ns) == (path, info.st_size, info.st_mtime_ns)
    kinds = [found.kind for found in stat_many(paths, tree) if isinstance(found, Entry)]
    assert kinds == ["dir", "dir", "dir", "file", "symlink", "other", "dir", "file", "dir"]


def test_absolute_paths_below_the_root_are_taken(backend: str, tree: Path) -> None:
    (found,) = stat_many([tree / "sub" / "file"], tree)
    assert isinstance(found, Entry)
    assert (found.path, found.size) == (str(tree / "sub" / "file"), 3)


def test_errors_stand_in_their_place(backend: str, tree: Path) -> None:
    paths = ["sub/file", "nowhere", "sub/file/below", "nowhere/at/all", "sub/file"]
    found = stat_many(paths, tree)
    assert [type(item) for item in found] == [
        Entry,
        FileNotFoundError,
        NotADirectoryError,
        FileNotFoundError,
        Entry,
    ]


@pytest.mark.parametrize("path", ["../secret", "out/secret", "..", "sub/../../secret", "/etc/passwd"])
def test_nothing_outside_is_looked_at(backend: str, tree: Path, path: str) -> None:
    with Root(tree) as root:
        (found,) = root.stat_many([path])
    assert isinstance(found, OutsideRootError)


def test_no_path_is_no_answer(backend: str, tree: Path) -> None:
    assert stat_many([], tree) == []
    with pytest.raises(ValueError, match="empty or contains a NUL"):
        stat_many(["sub", ""], tree)
