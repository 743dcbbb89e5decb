"""Read file content: pieces of one file, the places of its lines, and many files one after the other."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["count_newlines", "read_at", "read_many", "seek_lines", "seek_lines_back"]

_PIECE = 1 << 18
_MOST = (1 << 63) - 1
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
# Larger files are for the caller to read on its own, as with the native kernel.
_SMALL = 1 << 18


def read_at(fd: int, start: int, most: int | None = None) -> bytes:
    """Return the bytes of the file *fd* from *start* on, *most* of them where there are as many.

    The position of *fd* is neither used nor moved.

    Raises:
        OSError: what pread(2) says.
    """
    return b"".join(_pieces(fd, start, _MOST if most is None else start + most))


def count_newlines(text: bytes) -> int:
    """Return how many newlines *text* has."""
    return text.count(b"\n")


def seek_lines(fd: int, start: int, lines: int, stop: int | None = None) -> tuple[int, int]:
    """Pass *lines* line ends of the file *fd* from *start* on, but nothing from *stop* on (None: no bound).

    Returns the position just behind the last of them and how many there were; where there are fewer, the
    position is *stop* or the end of the file.

    Raises:
        OSError: what pread(2) says.
    """
    if start < 0:
        raise ValueError(f"start is {start}: positions count from 0")
    if lines < 0:
        raise ValueError(f"lines is {lines}: give a number from 0")
    at, passed = start, 0
    if not lines:
        return at, passed
    for piece in _pieces(fd, start, _MOST if stop is None else stop):
        count = piece.count(b"\n")
        if passed + count >= lines:
            return at + _behind(piece, lines - passed), lines
        passed += count
        at += len(piece)
    return at, passed


def seek_lines_back(fd: int, start: int, stop: int, lines: int) -> tuple[int, int]:
    """Look for the last *lines* line ends of the file *fd* before *stop*, but not before *start*.

    Returns the position just behind the earliest of them and how many there were; where there is none, the
    position is *start*.

    Raises:
        OSError: what pread(2) says.
    """
    if start < 0:
        raise ValueError(f"start is {start}: positions count from 0")
    if lines < 0:
        raise ValueError(f"lines is {lines}: give a number from 0")
    position, passed = start, 0
    while passed < lines and start < stop:
        at = max(start, stop - _PIECE)
        piece = read_at(fd, at, stop - at)
        count = piece.count(b"\n")
        if count:
            nth = max(1, count - (lines - passed) + 1)
            position = at + _behind(piece, nth)
            passed += count - nth + 1
        stop = at
    return position, passed


def read_many(
    dir_fd: "int | str", paths: list[str], most: int | None = None, *, threads: int = 1
) -> list[bytes | None]:
    """Read the files *paths* beneath the directory *dir_fd*, or wherever they are where that is -1.

    Returns for each its first *most* bytes, or None where the file should be read on its own: because it is
    large, has grown while it was read, or cannot be read, for whatever reason. See `open_beneath` of the
    kernel ``jail`` for what beneath means.

    Args:
        threads: how many threads may read, the caller's own among them.

    Raises:
        ValueError: a path contains a NUL character.
    """
    return [_read_small(dir_fd, path, most) for path in paths]


def _read_small(dir_fd: "int | str", path: str, most: int | None) -> bytes | None:
    try:
        fd = _open(dir_fd, path)
    except OSError:
        return None
    try:
        info = os.fstat(fd)
        if info.st_mode & 0o170000 != 0o100000 or min(info.st_size, _MOST if most is None else most) > _SMALL:
            return None
        return read_at(fd, 0, most)
    except OSError:
        return None
    finally:
        os.close(fd)


def _open(dir_fd: "int | str", path: str) -> int:
    if dir_fd == -1:
        return os.open(path, _FLAGS | getattr(os, "O_BINARY", 0))
    from toolrig._pure.jail import open_beneath

    return open_beneath(dir_fd, path, _FLAGS)


def _pieces(fd: int, start: int, stop: int) -> "Iterator[bytes]":
    while start < stop:
        piece = _pread(fd, min(_PIECE, stop - start), start)
        if not piece:
            return
        yield piece
        start += len(piece)


def _behind(text: bytes, nth: int) -> int:
    """Return the index just behind the *nth* newline of *text*, from 1, which has as many."""
    at = 0
    for _ in range(nth):
        at = text.index(b"\n", at) + 1
    return at


if hasattr(os, "pread"):
    _pread = os.pread
else:

    def _pread(fd: int, size: int, at: int) -> bytes:
        before = os.lseek(fd, 0, os.SEEK_CUR)
        os.lseek(fd, at, os.SEEK_SET)
        try:
            return os.read(fd, size)
        finally:
            os.lseek(fd, before, os.SEEK_SET)
