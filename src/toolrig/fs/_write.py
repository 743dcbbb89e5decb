"""Writing a file whole, in one step."""

import errno
import os

from toolrig._record import Record
from toolrig.errors import BinaryFileError, EncodingError, FileChangedError
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._coding import Coding, coding_named, coding_of
from toolrig.fs._directories import make_parents
from toolrig.fs._draft import replace
from toolrig.fs._jail import not_regular
from toolrig.fs._token import still, token_written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._jail import Jail
    from toolrig.fs._spot import Spot

# How much of an old file is looked at to learn its encoding and line ends.
_PROBE = 1 << 16


class Written(Record):
    """What `write` has done.

    Attributes:
        path: as it was given.
        size: of the file, in bytes.
        created: whether there was no such file before.
        token: names this version of the file, for ``if_unchanged``.
    """

    __slots__ = ("path", "size", "created", "token")

    path: str
    size: int
    created: bool
    token: str


def write(
    path: "str | os.PathLike[str]",
    text: str | bytes,
    *,
    if_unchanged: str | None = None,
    parents: bool = False,
    newline: str | None = None,
    encoding: str | None = None,
    sync: bool = False,
) -> Written:
    r"""Make *text* the whole content of the file *path*, in one step.

    Readers see the old content or the new, never a part, and a failure or a killed process leaves the old
    file as it was. An old file keeps its permissions (not setuid and setgid), its owner where that is
    permitted, its extended attributes, its encoding with the byte order mark, and its line ends. Symbolic
    links are followed, and stay; other hard links keep the old content. *text* as bytes is written as it is.

    Args:
        if_unchanged: the token of the version to replace, from `read`, `stat` or an earlier change: the file
            is left alone where it has changed since. Between look and replacement lie microseconds.
        parents: make the directories that are missing.
        newline: "\n" or "\r\n", which ends every line then; None keeps what most lines of an old file have,
            and leaves the text of a new one as it is.
        encoding: any that Python knows; None keeps that of an old file as far as it has all characters of
            *text*, and is UTF-8 else.
        sync: return only when the file is on the disk.

    Raises:
        EncodingError: *text* has characters that the encoding does not.
        FileChangedError: the file is not the version of *if_unchanged*, or is gone.
        IsADirectoryError: *path* is a directory.
        NotRegularFileError: *path* is a FIFO, a socket or a device.
        OSError: it cannot be written, or its directory is missing.
        ValueError: *newline* or *encoding* is unknown.
    """
    return write_jail(
        path,
        text,
        ANYWHERE,
        if_unchanged=if_unchanged,
        parents=parents,
        newline=newline,
        encoding=encoding,
        sync=sync,
    )


def write_jail(
    path: "str | os.PathLike[str]",
    text: str | bytes,
    jail: "Jail | Anywhere",
    *,
    if_unchanged: str | None = None,
    parents: bool = False,
    newline: str | None = None,
    encoding: str | None = None,
    sync: bool = False,
) -> Written:
    """Do what `write` does below *jail*."""
    if newline not in (None, "\n", "\r\n"):
        raise ValueError(f"newline is {newline!r}: use '\\n', '\\r\\n', or None to keep what is there")
    if parents:
        make_parents(path, jail)
    with jail.spot(path) as spot:
        old = replaceable(spot)
        if if_unchanged is not None:
            require_unchanged(spot, if_unchanged)
        data = text if isinstance(text, bytes) else _encoded(text, spot, old, newline, encoding)
        info = replace(spot, data, like=old, sync=sync)
    return Written(path=os.fspath(path), size=len(data), created=old is None, token=token_written(info))


def replaceable(spot: "Spot") -> os.stat_result | None:
    """Return the state of the regular file *spot*, which may be written; None where there is nothing.

    Raises:
        IsADirectoryError: it is a directory.
        NotRegularFileError: it is a FIFO, a socket or a device.
        OSError: its permissions, or its file system, do not let this process write to it.
    """
    info = spot.status_or_none()
    if info is None:
        return None
    kind = info.st_mode & 0o170000
    if kind == 0o040000:
        raise IsADirectoryError(errno.EISDIR, "is a directory: give the path of a file", spot.shown)
    if kind != 0o100000:
        raise not_regular(spot.shown)
    # A new file could take its place whatever its permissions say: they are the user's word all the same.
    if not spot.writable():
        raise _protected(spot)
    return info


def _protected(spot: "Spot") -> OSError:
    if hasattr(os, "statvfs") and os.statvfs(spot.directory).f_flag & os.ST_RDONLY:
        return OSError(errno.EROFS, os.strerror(errno.EROFS), spot.shown)
    return PermissionError(errno.EACCES, "is write-protected: change its permissions first", spot.shown)


def require_unchanged(spot: "Spot", token: str) -> None:
    """Check that the file *spot* is the version named by *token*.

    Raises:
        FileChangedError: it is another one, or gone.
    """
    try:
        fd = spot.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise file_changed(spot, "is gone") from None
    try:
        if not still(token, fd, os.fstat(fd)):
            raise file_changed(spot, "has changed since")
    finally:
        os.close(fd)


def file_changed(spot: "Spot", how: str) -> FileChangedError:
    """Return the error for a file that is not the version it was to be."""
    code = getattr(errno, "ESTALE", errno.EAGAIN)
    return FileChangedError(code, f"{how}: read it again before it is written", spot.shown)


def _encoded(
    text: str, spot: "Spot", old: os.stat_result | None, newline: str | None, encoding: str | None
) -> bytes:
    kept = _coding(spot) if old is not None and old.st_size else None
    if newline is not None:
        text = coding_named("utf-8", spot.shown, newline=newline).with_newlines(text)
    elif kept is not None and kept.newline != "\n":
        text = kept.with_newlines(text)
    if encoding is not None:
        return coding_named(encoding, spot.shown).encode(text)
    try:
        return kept.encode(text) if kept is not None else text.encode()
    except EncodingError:
        return text.encode()
    except UnicodeEncodeError as failure:
        raise EncodingError(
            f"{spot.shown}: the text has the lone surrogate {text[failure.start]!r}"
        ) from None


def _coding(spot: "Spot") -> Coding | None:
    """Return how the old file is text, from its beginning; None where it is none, or cannot be read."""
    try:
        fd = spot.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except PermissionError:
        return None
    try:
        head = os.read(fd, _PROBE)
        return coding_of(head, spot.shown, whole=len(head) < _PROBE)
    except BinaryFileError:
        return None
    finally:
        os.close(fd)
