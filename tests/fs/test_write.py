"""Writing whole files: one step, everything kept that is not content, nothing left behind."""

import gc
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolrig.errors import EncodingError, FileChangedError, NotRegularFileError
from toolrig.fs import _draft
from toolrig.fs._write import write


@pytest.fixture(params=["unnamed", "named"])
def drafts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write to files without a name where the system has them, then under passing names."""
    if request.param == "named":
        monkeypatch.setattr(_draft, "_UNNAMED", 0)
    return str(request.param)


def test_a_new_file_is_like_that_of_open(drafts: str, tmp_path: Path) -> None:
    written = write(tmp_path / "a", "text\n")
    (tmp_path / "b").write_text("text\n")
    assert (tmp_path / "a").read_bytes() == b"text\n"
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode
    assert (written.path, written.size, written.created) == (str(tmp_path / "a"), 5, True)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_an_old_file_keeps_what_is_not_content(drafts: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    os.chown(path, 12345, 23456) if os.geteuid() == 0 else None
    os.setxattr(path, "user.origin", b"here")
    before = path.stat()
    assert not write(path, "new").created
    after = path.stat()
    assert path.read_text() == "new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.getxattr(path, "user.origin") == b"here"
    assert after.st_mtime_ns >= before.st_mtime_ns
    assert os.listdir(tmp_path) == ["a"]


def test_privileges_of_the_old_content_do_not_pass_on(drafts: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o6755)
    write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_a_draft_is_not_readable_before_it_has_the_permissions_of_the_old_file(
    drafts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o600)
    modes = []
    kept = _draft.Draft.write

    def watched(draft: _draft.Draft, data: bytes) -> None:
        kept(draft, data)
        modes.append(stat.S_IMODE(os.fstat(draft.fileno()).st_mode))

    monkeypatch.setattr(_draft.Draft, "write", watched)
    write(path, "new")
    assert modes == [0o600]


def test_links_stay_and_lead_to_the_new_content(drafts: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "target").write_text("old")
    (tmp_path / "link").symlink_to("hop")
    (tmp_path / "hop").symlink_to("sub/target")
    (tmp_path / "dangling").symlink_to("sub/new")
    write(tmp_path / "link", "new")
    write(tmp_path / "dangling", "made")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "sub" / "target").read_text() == "new"
    assert (tmp_path / "sub" / "new").read_text() == "made"


def test_other_hard_links_keep_the_old_content(drafts: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    os.link(tmp_path / "a", tmp_path / "b")
    write(tmp_path / "a", "new")
    assert (tmp_path / "b").read_text() == "old"


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        (b"a\r\nb\r\n", "x\ny\n", b"x\r\ny\r\n"),
        (b"a\r\nb\r\n", "x\r\ny\n", b"x\r\ny\r\n"),
        (b"a\nb\r\nc\n", "x\n", b"x\n"),
        (b"a\n", "x\r\n", b"x\r\n"),
        (b"", "x\r\ny\n", b"x\r\ny\n"),
        (b"\xef\xbb\xbfa\n", "x\n", b"\xef\xbb\xbfx\n"),
        (b"\xff\xfea\0\n\0", "x\n", b"\xff\xfex\0\n\0"),
        (b"caf\xe9\n", "\xe9\n", b"\xe9\n"),
        (b"caf\xe9\n", "\u20ac\n", "\u20ac\n".encode()),
        (b"\0binary", "x\n", b"x\n"),
        (b"a\r\n", b"x\n", b"x\n"),
    ],
)
def test_encoding_and_line_ends_are_kept(tmp_path: Path, old: bytes, text: str | bytes, new: bytes) -> None:
    (tmp_path / "a").write_bytes(old)
    write(tmp_path / "a", text)
    assert (tmp_path / "a").read_bytes() == new


def test_a_character_cut_at_the_end_of_the_look_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a" * 65535 + "\u20ac\r\n".encode())
    write(tmp_path / "a", "\xe9")
    assert (tmp_path / "a").read_bytes() == "\xe9".encode()


def test_encoding_and_line_ends_can_be_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "a", "x\ny\r\n", newline="\r\n", encoding="utf-16")
    assert (tmp_path / "a").read_bytes().decode("utf-16") == "x\r\ny\r\n"
    with pytest.raises(EncodingError, match="has no character '\u20ac'"):
        write(tmp_path / "a", "\u20ac", encoding="ascii")
    with pytest.raises(ValueError, match="newline"):
        write(tmp_path / "a", "", newline="\r")
    with pytest.raises(EncodingError, match="surrogate"):
        write(tmp_path / "new", "\ud800")
    assert os.listdir(tmp_path) == ["a"]


@given(st.binary(max_size=300), st.text(st.characters(blacklist_categories=["Cs"]), max_size=100))
def test_text_comes_back(tmp_path_factory: pytest.TempPathFactory, old: bytes, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "roundtrip"
    path.write_bytes(old)
    write(path, text)
    data = path.read_bytes()
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "utf-8", "latin-1"]
    shapes = {text, text.replace("\r\n", "\n").replace("\n", "\r\n")}
    assert any(_decoded(data, encoding) in shapes for encoding in encodings)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def test_a_file_that_changed_is_left_alone(drafts: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    first = write(path, "one")
    second = write(path, "two", if_unchanged=first.token)
    with pytest.raises(FileChangedError, match="has changed since"):
        write(path, "three", if_unchanged=first.token)
    assert path.read_text() == "two"
    with open(path, "r+") as file:  # in place, of the same size, at once
        file.write("TWO")
    with pytest.raises(FileChangedError, match="has changed since"):
        write(path, "three", if_unchanged=second.token)
    path.unlink()
    with pytest.raises(FileChangedError, match="is gone"):
        write(path, "three", if_unchanged=second.token)
    assert os.listdir(tmp_path) == []


def test_missing_directories_are_made_when_asked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "a/b/c", "x")
    write(tmp_path / "a/b/c", "x", parents=True)
    write(tmp_path / "a/b/d", "x", parents=True)
    assert (tmp_path / "a/b/c").read_text() == "x"
    with pytest.raises(NotADirectoryError):
        write(tmp_path / "a/b/c/d", "x", parents=True)


def test_only_regular_files_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(IsADirectoryError):
        write(tmp_path / "dir", "x")
    with pytest.raises(IsADirectoryError):
        write(f"{tmp_path}/dir/", "x")
    with pytest.raises(NotRegularFileError):
        write(tmp_path / "fifo", "x")
    assert sorted(os.listdir(tmp_path)) == ["dir", "fifo"]


def test_names_of_every_length_work(drafts: str, tmp_path: Path) -> None:
    for name in ("x" * 255, "\u20ac" * 85, os.fsdecode(b"\xff" * 255)):
        for text in ("one", "two"):
            write(tmp_path / name, text)
        assert (tmp_path / name).read_text() == "two"
    assert len(os.listdir(tmp_path)) == 3
    with pytest.raises(OSError, match="too long"):
        write(tmp_path / ("x" * 256), "x")


def test_all_of_it_can_be_brought_to_the_disk(
    drafts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    real = os.fsync

    def watched(fd: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(fd).st_mode))
        real(fd)

    monkeypatch.setattr(os, "fsync", watched)
    write(tmp_path / "a", "x", sync=True)
    assert synced == [False, True]


WITHOUT_PERMISSION = """
import os, sys
from toolrig.fs._write import write
import toolrig.fs._token, toolrig._pure.jail, time, encodings.latin_1
os.setuid(12345)
for path in sys.argv[1:]:
    try:
        write(path, "new")
    except PermissionError as error:
        print(error)
"""


def test_write_protection_counts(public_directory: Path) -> None:
    """As for everybody who is not root: a protected file, and a directory of somebody else."""
    open_directory = public_directory / "open"
    open_directory.mkdir()
    open_directory.chmod(0o777)
    (open_directory / "shut").write_text("old")
    (open_directory / "shut").chmod(0o444)
    (public_directory / "new").write_text("old")
    (public_directory / "new").chmod(0o666)
    paths = [str(open_directory / "shut"), str(public_directory / "new")]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PERMISSION, *paths], capture_output=True, text=True, check=True
    )
    shut, new = done.stdout.splitlines()
    assert "is write-protected" in shut
    assert "Permission denied" in new
    assert [Path(path).read_text() for path in paths] == ["old", "old"]


def test_no_descriptor_is_left_behind(drafts: str, tmp_path: Path) -> None:
    gc.collect()
    before = os.listdir("/proc/self/fd")
    attempts: list[Callable[[], object]] = [
        lambda: write(tmp_path / "a", "x"),
        lambda: write(tmp_path / "a", "y"),
        lambda: write(tmp_path / "missing/a", "y"),
        lambda: write(tmp_path, "y"),
        lambda: write(tmp_path / "a", "y", if_unchanged="1-2-3-4"),
    ]
    for attempt in attempts * 3:
        try:
            attempt()
        except OSError:
            continue
    assert os.listdir("/proc/self/fd") == before
