"""Moving: whole, onto nothing that was not meant, and between file systems too."""

import errno
import os
from pathlib import Path

import pytest

from toolrig.fs._move import move
from toolrig.fs._spot import Spot


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("file")
    (tmp_path / "other").write_text("other")
    (tmp_path / "dir/sub").mkdir(parents=True)
    (tmp_path / "dir/sub/deep").write_text("deep")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("file")
    return tmp_path


def test_everything_can_be_moved(tree: Path) -> None:
    inodes = {name: (tree / name).lstat().st_ino for name in ("file", "dir", "link")}
    for name in inodes:
        move(tree / name, tree / f"new-{name}")
    assert {name: (tree / f"new-{name}").lstat().st_ino for name in inodes} == inodes
    assert (tree / "new-dir/sub/deep").read_text() == "deep"
    assert os.readlink(tree / "new-link") == "file"
    assert sorted(os.listdir(tree)) == ["empty", "new-dir", "new-file", "new-link", "other"]


@pytest.mark.parametrize("target", ["other", "dir", "link", "file"])
@pytest.mark.parametrize("source", ["file", "dir", "link"])
def test_what_is_there_stays_unless_asked(tree: Path, source: str, target: str) -> None:
    with pytest.raises(FileExistsError, match="overwrite=True"):
        move(tree / source, tree / target)
    assert sorted(os.listdir(tree)) == ["dir", "empty", "file", "link", "other"]


def test_what_is_there_is_replaced_when_asked(tree: Path) -> None:
    move(tree / "file", tree / "other", overwrite=True)
    assert (tree / "other").read_text() == "file"
    move(tree / "dir", tree / "empty", overwrite=True)
    assert (tree / "empty/sub/deep").read_text() == "deep"
    move(tree / "link", tree / "other", overwrite=True)
    assert sorted(os.listdir(tree)) == ["empty", "other"]
    for source, target in (("other", "empty"), ("empty", "other")):
        with pytest.raises((IsADirectoryError, NotADirectoryError)):
            move(tree / source, tree / target, overwrite=True)


def test_a_second_name_of_the_same_file_is_given_up(tree: Path) -> None:
    os.link(tree / "file", tree / "twin")
    with pytest.raises(FileExistsError):
        move(tree / "file", tree / "twin")
    move(tree / "file", tree / "twin", overwrite=True)
    assert not (tree / "file").exists()
    move(tree / "twin", tree / "twin", overwrite=True)
    assert (tree / "twin").read_text() == "file"


def test_missing_and_impossible_moves_say_so(tree: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move(tree / "missing", tree / "new")
    with pytest.raises(FileNotFoundError):
        move(tree / "file", tree / "missing/new")
    with pytest.raises(OSError, match="into itself"):
        move(tree / "dir", tree / "dir/sub/new")
    assert os.listdir(tree / "dir/sub") == ["deep"]


def test_file_systems_without_second_names(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: object, **_options: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refused)
    move(tree / "file", tree / "new")
    assert (tree / "new").read_text() == "file"


def test_between_file_systems_it_is_copied(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(_old: Spot, _new: Spot) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr("toolrig.fs._move._rename_file", elsewhere)
    monkeypatch.setattr("toolrig.fs._move._rename_directory", elsewhere)
    (tree / "dir/in").symlink_to("sub/deep")
    for name in ("file", "dir", "link"):
        move(tree / name, tree / f"new-{name}")
    assert sorted(os.listdir(tree)) == ["empty", "new-dir", "new-file", "new-link", "other"]
    assert (tree / "new-dir/sub/deep").read_text() == "deep"
    assert os.readlink(tree / "new-dir/in") == "sub/deep"
    os.mkfifo(tree / "new-dir/sub/fifo")
    with pytest.raises(OSError, match="fifo"):
        move(tree / "new-dir", tree / "newer")
    assert sorted(os.listdir(tree)) == ["empty", "new-dir", "new-file", "new-link", "other"]
