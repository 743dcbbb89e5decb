"""Making directories, and removing: never more than was asked for."""

import errno
import gc
import os
from pathlib import Path

import pytest

from toolrig.fs._directories import mkdir, remove
from toolrig.fs._spot import Spot


def test_a_directory_is_made(tmp_path: Path) -> None:
    mkdir(tmp_path / "a")
    (tmp_path / "b").mkdir()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode
    mkdir(f"{tmp_path}/c/d/e/", parents=True)
    assert (tmp_path / "c/d/e").is_dir()


def test_what_is_in_the_way_of_a_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to("nowhere")
    mkdir(tmp_path / "a")
    with pytest.raises(FileExistsError):
        mkdir(tmp_path / "a")
    mkdir(tmp_path / "a", exist_ok=True)
    mkdir(tmp_path / "a", exist_ok=True, parents=True)
    for name in ("file", "dangling"):
        with pytest.raises(FileExistsError):
            mkdir(tmp_path / name, exist_ok=True)
    with pytest.raises(FileNotFoundError):
        mkdir(tmp_path / "missing/a")
    with pytest.raises(NotADirectoryError):
        mkdir(tmp_path / "file/a", parents=True)


def test_one_entry_is_removed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("dir")
    os.mkfifo(tmp_path / "fifo")
    for name in ("file", "link", "fifo", "dir"):
        remove(tmp_path / name)
    assert os.listdir(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        remove(tmp_path / "file")
    remove(tmp_path / "file", missing_ok=True)
    remove(tmp_path / "missing/file", missing_ok=True)


def test_a_directory_with_entries_stays_unless_asked(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    with pytest.raises(OSError, match="recursive=True") as caught:
        remove(tmp_path / "a")
    assert caught.value.errno == errno.ENOTEMPTY
    remove(tmp_path / "a", recursive=True)
    assert os.listdir(tmp_path) == []


def test_a_tree_is_removed_and_what_its_links_lead_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    tree = tmp_path / "tree"
    for depth in range(50):
        (tree / "/".join(["d"] * depth)).mkdir(parents=True, exist_ok=True)
    (tree / "out").symlink_to("../kept")
    (tree / "d/file").symlink_to("../../kept/file")
    (tree / os.fsdecode(b"\xff\n")).write_text("x")
    os.mkfifo(tree / "d/d/fifo")
    gc.collect()
    before = os.listdir("/proc/self/fd")
    remove(tree, recursive=True)
    assert os.listdir(tmp_path) == ["kept"]
    assert (tmp_path / "kept/file").read_text() == "x"
    assert os.listdir("/proc/self/fd") == before


def test_a_link_that_appears_in_place_of_a_directory_is_not_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").write_text("x")
    (tmp_path / "tree/sub").mkdir(parents=True)
    real = Spot.open

    def swapping(spot: Spot, flags: int) -> int:
        if spot.name == "sub":
            (tmp_path / "tree/sub").rmdir()
            (tmp_path / "tree/sub").symlink_to("../kept")
        return real(spot, flags)

    monkeypatch.setattr(Spot, "open", swapping)
    with pytest.raises(OSError, match="sub"):
        remove(tmp_path / "tree", recursive=True)
    assert (tmp_path / "kept/file").read_text() == "x"
