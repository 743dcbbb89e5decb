"""Copying files and trees: whole or not at all."""

import errno
import gc
import os
import stat
from pathlib import Path

import pytest

from toolrig.errors import NotRegularFileError
from toolrig.fs._copy import copy


def test_a_file_is_copied_with_its_permissions(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "a").chmod(0o751)
    copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == content
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o751 & ~mask
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EXDEV, errno.EINVAL])
def test_without_the_call_for_it_bytes_are_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refused(*_args: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "copy_file_range", refused)
    (tmp_path / "a").write_bytes(b"x" * 2_500_000)
    copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"x" * 2_500_000


def test_files_of_unknown_size_are_copied(tmp_path: Path) -> None:
    copy("/proc/self/status", tmp_path / "b")
    assert (tmp_path / "b").read_text().startswith("Name:")


def test_what_is_there_stays_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    (tmp_path / "b").chmod(0o600)
    (tmp_path / "dir").mkdir()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        copy(tmp_path / "a", tmp_path / "b")
    copy(tmp_path / "a", tmp_path / "b", overwrite=True)
    assert (tmp_path / "b").read_text() == "a"
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
    copy(tmp_path / "a", tmp_path / "a", overwrite=True)
    assert (tmp_path / "a").read_text() == "a"
    with pytest.raises(IsADirectoryError):
        copy(tmp_path / "a", tmp_path / "dir", overwrite=True)


def test_links_are_followed_at_the_top_only(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/a").write_text("a")
    (tmp_path / "tree/link").symlink_to("a")
    (tmp_path / "tree/dangling").symlink_to("nowhere")
    (tmp_path / "alias").symlink_to("tree")
    copy(tmp_path / "tree/link", tmp_path / "b")
    assert not (tmp_path / "b").is_symlink()
    copy(tmp_path / "alias", tmp_path / "copy", recursive=True)
    assert {name: os.readlink(tmp_path / "copy" / name) for name in ("link", "dangling")} == {
        "link": "a",
        "dangling": "nowhere",
    }


def test_a_tree_is_copied_when_asked(tmp_path: Path) -> None:
    (tmp_path / "tree/sub/deep").mkdir(parents=True)
    (tmp_path / "tree/sub/file").write_text("x")
    (tmp_path / "tree/shut").mkdir()
    (tmp_path / "tree/shut/file").write_text("y")
    (tmp_path / "tree/shut").chmod(0o500)
    with pytest.raises(IsADirectoryError, match="recursive=True"):
        copy(tmp_path / "tree", tmp_path / "copy")
    copy(tmp_path / "tree", tmp_path / "copy", recursive=True)
    copied = {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*")}
    assert copied == {"shut", "shut/file", "sub", "sub/deep", "sub/file"}
    assert stat.S_IMODE((tmp_path / "copy/shut").stat().st_mode) == 0o500
    with pytest.raises(FileExistsError, match="free path"):
        copy(tmp_path / "tree", tmp_path / "copy", recursive=True, overwrite=True)


def test_a_copy_inside_its_source_ends(tmp_path: Path) -> None:
    (tmp_path / "tree/sub").mkdir(parents=True)
    (tmp_path / "tree/file").write_text("x")
    copy(tmp_path / "tree", tmp_path / "tree/sub/copy", recursive=True)
    assert sorted(os.listdir(tmp_path / "tree/sub/copy")) == ["file", "sub"]
    assert os.listdir(tmp_path / "tree/sub/copy/sub") == []


def test_a_copy_that_fails_is_removed(tmp_path: Path) -> None:
    (tmp_path / "tree/sub").mkdir(parents=True)
    (tmp_path / "tree/sub/file").write_text("x")
    os.mkfifo(tmp_path / "tree/sub/fifo")
    gc.collect()
    before = os.listdir("/proc/self/fd")
    with pytest.raises(NotRegularFileError, match="fifo"):
        copy(tmp_path / "tree", tmp_path / "copy", recursive=True)
    with pytest.raises(NotRegularFileError):
        copy(tmp_path / "tree/sub/fifo", tmp_path / "copy")
    assert os.listdir(tmp_path) == ["tree"]
    assert os.listdir("/proc/self/fd") == before
