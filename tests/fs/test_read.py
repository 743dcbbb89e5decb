"""Reading windows of text: the same lines as the standard library gives, in bounded memory."""

import os
import random
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig import read
from toolrig._backend import kernel
from toolrig.errors import BinaryFileError, NotRegularFileError
from toolrig.fs import _read, _window
from toolrig.fs._token import still


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


def test_numbers_may_be_of_any_size(backend: str, file: Path) -> None:
    file.write_bytes(b"one\ntwo\n")
    huge = 1 << 80
    assert read(file, offset=huge).text == ""
    assert read(file, limit=huge, max_bytes=huge, max_columns=huge).text == "one\ntwo\n"
    assert read(file, tail=huge, max_bytes=huge).text == "one\ntwo\n"


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


@given(
    text=st.text("aé€\n\r", max_size=120),
    tail=st.integers(0, 12),
    most=st.none() | st.integers(0, 60),
    mark=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=500, deadline=None)
def test_any_tail_of_any_text(
    tmp_path_factory: pytest.TempPathFactory, text: str, tail: int, most: int | None, mark: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "tail"
    path.write_bytes(text.encode(mark))
    window = read(path, tail=tail, max_bytes=most)
    lines = lines_of(text)
    expected = lines[max(0, len(lines) - tail) :]
    while most is not None and len(expected) > 1 and len("".join(expected).encode()) > most:
        del expected[0]
    whole = "".join(expected)
    assert whole.startswith(str(window))
    assert window.truncated == (most is not None and len(whole.encode()) > most)
    assert window.truncated or str(window) == whole
    assert (window.first_line, window.total_lines) == (len(lines) - len(expected) + 1, len(lines))


def test_the_tail_is_that_of_tail(backend: str, file: Path) -> None:
    generator = random.Random(5)
    for ending in ("", "\n"):
        file.write_text("\n".join("x" * generator.randrange(200) for _ in range(5_000)) + ending)
        for count in (1, 2, 50, 4_999, 5_000, 9_999):
            expected = subprocess.run(["tail", f"-n{count}", file], capture_output=True, check=True).stdout
            assert str(read(file, tail=count)).encode() == expected


def test_windows_are_those_of_sed(backend: str, file: Path) -> None:
    generator = random.Random(6)
    file.write_text("".join("x" * generator.choice([0, 3, 90, 9_000]) + "\n" for _ in range(3_000)))
    for first in (1, 2, 1_000, 2_990, 3_001):
        script = f"{first},{first + 19}p"
        expected = subprocess.run(["sed", "-n", script, file], capture_output=True, check=True).stdout
        window = read(file, offset=first, limit=20)
        assert str(window).encode() == expected
        assert window.total_lines == 3_000


def test_a_tail_has_no_offset(file: Path) -> None:
    for options in ({"offset": 1}, {"limit": 1}):
        with pytest.raises(ValueError, match="without offset and limit"):
            read(file, tail=1, **options)


def test_lines_far_behind_a_window_are_not_counted(
    backend: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_window, "COUNTED_MOST", 100)
    file.write_bytes(b"12345678\n" * 20 + b"open")
    window = read(file, offset=2, limit=8)
    assert (window.lines, window.total_lines, window.truncated) == (8, None, True)
    window = read(file, offset=2, limit=9)
    assert (window.lines, window.total_lines, window.truncated) == (9, 21, True)
    window = read(file, offset=2)
    assert (window.lines, window.total_lines, window.truncated) == (20, 21, False)


def test_lines_far_before_a_tail_are_not_counted(
    backend: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_window, "COUNTED_MOST", 100)
    file.write_bytes(b"12345678\n" * 20)
    near, far = read(file, tail=9), read(file, tail=2)
    assert (near.first_line, near.lines, near.total_lines, near.truncated) == (12, 9, 20, False)
    assert (far.first_line, far.lines, far.total_lines, far.truncated) == (None, 2, None, False)
    assert read(file, tail=2, max_bytes=4).truncated


def test_long_lines_are_cut_and_say_so(backend: str, file: Path) -> None:
    file.write_text("short\n" + "é" * 3_012 + "\r\n" + "x" * 12 + "\nlast", newline="")
    window = read(file, max_columns=12)
    assert str(window) == "short\n" + "é" * 12 + " [... 3,000 characters cut]\r\n" + "x" * 12 + "\nlast"
    assert (window.cut_lines, window.lines, window.truncated) == (1, 4, False)
    assert str(read(file, max_columns=3, tail=1)) == "las [... 1 characters cut]"
    assert read(file).cut_lines == 0


def test_a_line_that_was_not_read_to_its_end_says_so(file: Path) -> None:
    file.write_text("x" * 100)
    window = read(file, max_columns=10, max_bytes=50)
    assert str(window) == "x" * 10 + " [... more than 40 characters cut]"
    assert (window.cut_lines, window.truncated) == (1, True)


def test_the_encoding_is_judged_by_the_window_and_the_beginning(file: Path) -> None:
    file.write_bytes(b"plain\n" * 20_000 + b"caf\xe9\n" + "café\n".encode())
    assert [read(file, offset=line, limit=1).encoding for line in (1, 20_001, 20_002)] == [
        "utf-8",
        "latin-1",
        "utf-8",
    ]
    file.write_bytes(b"plain\n" + "\u20ac".encode()[:2])
    assert read(file, limit=1).encoding == "latin-1"
    file.write_bytes(b"x" * (_read._HEAD - 1) + "\u20ac\n".encode())
    assert read(file).encoding == "utf-8"


@pytest.mark.parametrize("path", ["/proc/self/status", "/sys/kernel/mm/transparent_hugepage/enabled"])
def test_files_whose_size_is_not_told_are_read_whole(backend: str, path: str) -> None:
    expected = Path(path).read_text().splitlines(keepends=True)
    names = [line.split(":")[0] for line in expected]
    window = read(path)
    assert [line.split(":")[0] for line in str(window).splitlines(keepends=True)] == names
    assert (window.lines, window.total_lines) == (len(names), len(names))
    last = read(path, tail=1)
    assert (last.first_line, str(last).split(":")[0]) == (len(names), names[-1])


def test_a_token_says_whether_the_file_is_still_the_same(backend: str, file: Path) -> None:
    file.write_text("one")
    token = read(file, limit=0).token
    with open(file, "r+b") as opened:
        assert still(token, opened.fileno(), os.fstat(opened.fileno()))
        opened.write(b"two")
        opened.flush()
        assert not still(token, opened.fileno(), os.fstat(opened.fileno()))


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_places_of_lines_are_those_counted_in_memory(backend: str, file: Path, size: int) -> None:
    generator = random.Random(size)
    for rarity in (1, 3, 5_000):
        data = bytes(10 if generator.randrange(rarity) == 0 else 65 for _ in range(size))
        file.write_bytes(data)
        ends = [place + 1 for place, byte in enumerate(data) if byte == 10]
        with open(file, "rb") as opened:
            fd = opened.fileno()
            for _ in range(30):
                start, stop = sorted(generator.choices(range(size + 2), k=2))
                within = [end for end in ends if start < end <= stop]
                lines = generator.choice(
                    [0, 1, 2, len(within), len(within) + 1, generator.randrange(size + 1)]
                )
                position, passed = kernel("files").seek_lines(fd, start, lines, stop)
                met = within[:lines]
                reached = max(start, min(stop, size))
                expected = start if not lines else met[-1] if len(met) == lines else reached
                assert (position, passed) == (expected, len(met))
                met = within[max(0, len(within) - lines) :]
                found = kernel("files").seek_lines_back(fd, start, stop, lines)
                assert found == (met[0] if met else start, len(met))


def test_ctrl_c_ends_a_long_count(backend: str, file: Path) -> None:
    """A file that is all hole is long enough for the signal to come while it is read."""
    file.touch()
    os.truncate(file, 1 << 42)
    with open(file, "rb") as opened:
        timer = threading.Timer(0.1, signal.raise_signal, [signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            kernel("files").seek_lines(opened.fileno(), 0, 1)
        timer.join()
