"""Reading windows of text: the same lines as the standard library gives, in bounded memory."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig import read
from toolrig.errors import BinaryFileError, NotRegularFileError
from toolrig.fs import _read


def lines_of(text: str) -> list[str]:
    """Lines end at a line feed only, unlike those of str.splitlines."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    offset=st.none() | st.integers(1, 12),
    limit=st.none() | st.integers(0, 12),
    chunk=st.integers(3, 64),
    mark=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=500, deadline=None)
def test_any_window_of_any_text(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    offset: int | None,
    limit: int | None,
    chunk: int,
    mark: str,
) -> None:
    if text.startswith("\ufeff"):
        return
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(text.encode(mark))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_read, "_CHUNK", chunk)
        window = read(path, offset=offset, limit=limit)
    lines = lines_of(text)
    start = (offset or 1) - 1
    expected = lines[start:] if limit is None else lines[start : start + limit]
    assert str(window) == "".join(expected)
    assert (window.first_line, window.lines, window.total_lines) == (start + 1, len(expected), len(lines))
    assert window.truncated == (start + len(expected) < len(lines))
    assert window.encoding == mark


def test_line_endings_stay_as_they_are(file: Path) -> None:
    file.write_bytes(b"one\r\ntwo\rstill two\nthree")
    window = read(file)
    assert str(window) == "one\r\ntwo\rstill two\nthree"
    assert window.total_lines == 3


def test_text_that_is_not_utf8_is_read_as_latin_1(file: Path) -> None:
    file.write_bytes(b"caf\xe9\nplain\n")
    window = read(file, offset=2)
    assert (str(window), window.encoding) == ("plain\n", "latin-1")
    assert str(read(file)) == "café\nplain\n"


def test_a_character_cut_by_a_chunk_is_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_read, "_CHUNK", 4)
    file.write_bytes("ab€€€\nüü".encode())
    window = read(file)
    assert (str(window), window.encoding) == ("ab€€€\nüü", "utf-8")


def test_binary_files_are_refused(file: Path) -> None:
    file.write_bytes(b"\x7fELF\0" + bytes(100))
    with pytest.raises(BinaryFileError, match="file is a binary file"):
        read(file)
    file.write_bytes(b"\xff\xfeodd")
    with pytest.raises(BinaryFileError, match="UTF-16"):
        read(file)


def test_a_nul_far_into_the_file_is_text(file: Path) -> None:
    file.write_bytes(b"x" * 8000 + b"\0")
    assert read(file).lines == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_window_of_a_large_file_takes_little_memory(file: Path, encoding: str) -> None:
    import tracemalloc

    with open(file, "w", encoding=encoding) as out:
        for _ in range(64):
            out.write("a line of text\n" * 70_000)
    tracemalloc.start()
    window = read(file, offset=4_000_000, limit=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (str(window), window.total_lines) == ("a line of text\n" * 2, 4_480_000)
    assert peak < 6 << 20


@given(text=st.text("aé€😀\n", max_size=30), most=st.integers(0, 60))
@settings(max_examples=300, deadline=None)
def test_a_window_is_cut_between_characters(
    tmp_path_factory: pytest.TempPathFactory, text: str, most: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut"
    path.write_text(text)
    window = read(path, max_bytes=most)
    raw = text.encode()
    assert text.startswith(str(window))
    assert most - 4 < len(str(window).encode()) <= most or str(window) == text
    assert window.truncated == (len(raw) > most)


def test_empty_files_and_windows_past_the_end(file: Path) -> None:
    file.write_bytes(b"")
    assert (str(read(file)), read(file).total_lines, read(file).truncated) == ("", 0, False)
    file.write_bytes(b"one\n")
    past = read(file, offset=9)
    assert (str(past), past.lines, past.total_lines, past.truncated) == ("", 0, 1, False)


@pytest.mark.parametrize(("options", "word"), [({"offset": 0}, "count from 1"), ({"limit": -1}, "limit")])
def test_windows_that_cannot_be_are_named(file: Path, options: dict, word: str) -> None:
    file.touch()
    with pytest.raises(ValueError, match=word):
        read(file, **options)


def test_what_is_not_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IsADirectoryError, match="list it"):
        read(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotRegularFileError, match="fifo"):
        read(tmp_path / "fifo")
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    with pytest.raises(NotRegularFileError, match="socket"):
        read(tmp_path / "socket")
    with pytest.raises(FileNotFoundError, match="missing"):
        read(tmp_path / "missing")


def test_no_descriptor_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\0")
    (tmp_path / "text").write_bytes(b"x")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        for name in ("binary", "text", "."):
            try:
                read(tmp_path / name)
            except (ValueError, OSError):
                continue
    assert len(os.listdir("/proc/self/fd")) == before
