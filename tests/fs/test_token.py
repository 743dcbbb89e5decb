"""Tokens tell any two versions of a file apart, also such as follow each other faster than clocks tick."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolrig.fs import _token
from toolrig.fs._token import settled, still, token_of, token_unsettled, token_written

SECOND = 1_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.write(fd, b"content")
    yield fd
    os.close(fd)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list whose first item is the time, in ns."""
    now = [1_700_000_000 * SECOND]
    monkeypatch.setattr(_token, "time_ns", lambda: now[0])
    return now


def token(fd: int) -> str:
    return token_of(fd, os.fstat(fd))


def is_still(known: str, fd: int) -> bool:
    return still(known, fd, os.fstat(fd))


def with_times(fd: int, times: tuple[int, int]) -> os.stat_result:
    """Return the status of *fd*, with other times of modification and change."""
    info = os.fstat(fd)
    fields = list(info) + [None] * 3 + [info.st_atime_ns, *times]
    extra = {"st_atime_ns": info.st_atime_ns, "st_mtime_ns": times[0], "st_ctime_ns": times[1]}
    return os.stat_result(fields[:10], extra)


def later(clock: list[int], fd: int) -> None:
    clock[0] = os.fstat(fd).st_ctime_ns + 10 * SECOND


def test_an_old_file_is_named_by_its_status(file: int, clock: list[int]) -> None:
    later(clock, file)
    info = os.fstat(file)
    assert [int(part, 16) for part in token(file).split("-")] == [
        info.st_ino,
        info.st_size,
        info.st_mtime_ns,
        info.st_ctime_ns,
    ]
    assert is_still(token(file), file)


def test_a_change_that_leaves_size_and_times_is_seen(file: int, clock: list[int]) -> None:
    info = with_times(file, (clock[0] - 1, clock[0] - 1))
    known = token_of(file, info)
    assert still(known, file, info)
    os.pwrite(file, b"CONTENT", 0)
    assert not still(known, file, info)
    os.pwrite(file, b"content", 0)
    assert still(known, file, info)


def test_any_other_change_is_seen(file: int, tmp_path: Path, clock: list[int]) -> None:
    later(clock, file)
    known = token(file)
    os.write(file, b"x")
    assert not is_still(known, file)
    os.ftruncate(file, 7)
    assert not is_still(known, file)
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert not is_still(known, other)
    os.close(other)


def test_the_position_stays(file: int, clock: list[int]) -> None:
    assert os.lseek(file, 3, os.SEEK_SET) == 3
    known = token_of(file, with_times(file, (clock[0], clock[0])))
    assert known.count("-") == 4
    assert os.lseek(file, 0, os.SEEK_CUR) == 3


@pytest.mark.parametrize(
    ("mtime", "ctime", "expected"),
    [
        (-SECOND, -19_999_999, False),
        (-19_999_999, -SECOND, False),
        (-20_000_001, -20_000_001, True),
        (SECOND + 1, -SECOND, False),  # from a clock that is ahead
        (-SECOND, -SECOND, False),  # whole seconds: perhaps no finer clock
        (-2 * SECOND, -2 * SECOND, True),
    ],
)
def test_when_times_are_trusted(file: int, clock: list[int], mtime: int, ctime: int, expected: bool) -> None:
    assert settled(with_times(file, (clock[0] + mtime, clock[0] + ctime))) is expected


def test_what_was_written_by_ourselves_needs_no_digest(file: int, clock: list[int]) -> None:
    info = with_times(file, (clock[0], clock[0]))
    assert token_of(file, info).startswith(token_written(info) + "-")
    assert still(token_written(info), file, info)


def test_a_large_file_that_just_changed_has_no_name(
    file: int, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    info = with_times(file, (clock[0], clock[0]))
    assert not still(token_unsettled(info), file, info)
    monkeypatch.setattr(_token, "_DIGEST_MOST", 6)
    assert token_of(file, info) == token_unsettled(info)
    assert not still(token_of(file, info), file, info)


def test_a_file_that_grows_while_it_is_read_has_no_name(
    file: int, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    info = with_times(file, (clock[0], clock[0]))
    monkeypatch.setattr(_token, "_DIGEST_MOST", 10)
    os.pwrite(file, b"more than ten", 0)
    assert token_of(file, info) == token_unsettled(info)


@pytest.mark.parametrize("text", ["", "-", "unsettled", "0-0-0-0", "0-0-0-0-", "über-x"])
def test_what_is_no_token_is_no_version(file: int, text: str) -> None:
    assert not is_still(text, file)
