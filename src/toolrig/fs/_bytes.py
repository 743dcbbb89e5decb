"""Reading bytes: of one file, or of many in one call."""

import os

from toolrig import _pool
from toolrig._backend import kernel
from toolrig.fs._anywhere import ANYWHERE, Anywhere
from toolrig.fs._jail import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from toolrig.fs._jail import Jail


def read_bytes(path: "str | os.PathLike[str]", *, offset: int = 0, max_bytes: int | None = None) -> bytes:
    """Return the bytes of the file *path*.

    Args:
        offset: the first byte wanted, from 0.
        max_bytes: how many at most; None for all.

    Raises:
        NotRegularFileError: *path* is a FIFO, a socket or a device.
        OSError: *path* cannot be read, or is a directory.
        ValueError: *offset* or *max_bytes* is negative.
    """
    return read_bytes_jail(path, ANYWHERE, offset=offset, max_bytes=max_bytes)


def read_bytes_jail(
    path: "str | os.PathLike[str]",
    jail: "Jail | Anywhere",
    *,
    offset: int = 0,
    max_bytes: int | None = None,
) -> bytes:
    """Do what `read_bytes` does for a path below *jail*."""
    if offset < 0:
        raise ValueError(f"offset is {offset}: bytes count from 0")
    _check(max_bytes)
    fd = jail.open_file(path)
    try:
        content: bytes = kernel("files").read_at(fd, offset, max_bytes)
    finally:
        os.close(fd)
    return content


def read_many(
    paths: "Iterable[str | os.PathLike[str]]",
    *,
    max_bytes: int | None = None,
    errors: "Literal['return', 'raise']" = "return",
) -> "list[bytes | OSError]":
    """Return the bytes of each of the files *paths*, in their order.

    Small files are read on several threads at once.

    Args:
        max_bytes: how many bytes of each file at most; None for all.
        errors: "return" puts the error of a file that cannot be read in its place; "raise" raises the first.

    Raises:
        OSError: with ``errors="raise"``, what `read_bytes` raises.
        ValueError: a path contains a NUL character, *max_bytes* is negative, or *errors* unknown.
    """
    return read_many_jail(paths, ANYWHERE, max_bytes=max_bytes, errors=errors)


def read_many_jail(
    paths: "Iterable[str | os.PathLike[str]]",
    jail: "Jail | Anywhere",
    *,
    max_bytes: int | None = None,
    errors: "Literal['return', 'raise']" = "return",
) -> "list[bytes | OSError]":
    """Do what `read_many` does for paths below *jail*."""
    if isinstance(paths, str):
        raise TypeError("paths is one str: give a list of them, or use read_bytes")
    if errors not in ("return", "raise"):
        raise ValueError(f"errors is {errors!r}: use 'return' or 'raise'")
    _check(max_bytes)
    given = list(paths)
    place: int | str = -1
    if isinstance(jail, Anywhere):
        names = [as_text(path) for path in given]
    else:
        place = jail.place
        names = [_relative(path, jail) for path in given]
    found = kernel("files").read_many(place, names, max_bytes, threads=_pool.threads())
    for number, content in enumerate(found):
        if content is None:
            found[number] = _alone(given[number], jail, max_bytes, errors)
    return found  # type: ignore[no-any-return]


def _relative(path: "str | os.PathLike[str]", jail: "Jail") -> str:
    """Return the path below *jail*; an empty one, which no kernel reads, for what is outside."""
    try:
        return jail.relative(path)
    except OSError:
        return ""


def _alone(
    path: "str | os.PathLike[str]", jail: "Jail | Anywhere", max_bytes: int | None, errors: str
) -> bytes | OSError:
    """Read what the kernel left over, which is where errors get their words."""
    try:
        return read_bytes_jail(path, jail, max_bytes=max_bytes)
    except OSError as failure:
        if failure.filename is None:  # a read that failed, rather than an open
            failure.filename = os.fspath(path)
        if errors == "raise":
            raise
        return failure


def _check(max_bytes: int | None) -> None:
    if max_bytes is not None and max_bytes < 0:
        raise ValueError(f"max_bytes is {max_bytes}: use a number from 0, or None for all")
