"""What the file system says of a path, or of many at once."""

import errno
import os
from posixpath import split

from toolrig._record import Record
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._entry import Entry
from toolrig.fs._jail import Jail, as_text
from toolrig.fs._token import settled, token_of, token_unsettled, token_written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._spot import Spot

_KINDS = {0o100000: "file", 0o040000: "dir", 0o120000: "symlink"}


class Status(Record):
    """What the file system says of one path.

    Attributes:
        path: as it was given.
        kind: "file", "dir", "symlink" or "other".
        size: in bytes.
        mtime_ns: when it was modified, in ns since 1970.
        mode: the permission bits.
        target: what a symbolic link says it leads to; None for everything else.
        token: names this version of a file, for ``if_unchanged``; None for everything else.
    """

    __slots__ = ("path", "kind", "size", "mtime_ns", "mode", "target", "token")

    path: str
    kind: str
    size: int
    mtime_ns: int
    mode: int
    target: str | None
    token: str | None


def stat(path: "str | os.PathLike[str]") -> Status:
    """Return what the file system says of *path*.

    A symbolic link is told of as such, not as what it leads to; links on the way are followed.

    Raises:
        OSError: there is nothing of that name, or it cannot be looked at.
    """
    return stat_jail(path, ANYWHERE)


def stat_jail(path: "str | os.PathLike[str]", jail: "Jail | Anywhere") -> Status:
    """Do what `stat` does for a path below *jail*."""
    shown = as_text(path)
    if not shown:
        raise FileNotFoundError(errno.ENOENT, "is empty: use '.' for the current directory", shown)
    try:
        spot = jail.spot(shown, follow=False)
    except OSError as failure:
        failure.filename = shown
        if failure.errno not in (errno.EINVAL, errno.EISDIR):
            raise
        return _directory_status(shown, jail)  # it ends in "." or "..", or is a top
    with spot:
        info = spot.status()
        kind = _kind(info)
        if shown.endswith("/") and kind in ("file", "other"):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), shown)
        target = spot.target() if kind == "symlink" else None
        token = _token(spot, info) if kind == "file" else None
    return _status(shown, info, target, token)


def _directory_status(path: str, jail: "Jail | Anywhere") -> Status:
    place = jail.directory(path)
    try:
        return _status(path, os.stat(place))
    finally:
        if isinstance(place, int):
            os.close(place)


def _status(path: str, info: os.stat_result, target: str | None = None, token: str | None = None) -> Status:
    return Status(
        path=path,
        kind=_kind(info),
        size=info.st_size,
        mtime_ns=info.st_mtime_ns,
        mode=info.st_mode & 0o7777,
        target=target,
        token=token,
    )


def _token(spot: "Spot", info: os.stat_result) -> str:
    """Return the token of the file *spot*, which is opened only where its status is too young to name it."""
    if settled(info):
        return token_written(info)
    try:
        fd = spot.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return token_unsettled(info)
    try:
        opened = os.fstat(fd)
        return token_of(fd, opened) if os.path.samestat(opened, info) else token_unsettled(info)
    finally:
        os.close(fd)


def stat_many(
    paths: "Iterable[str | os.PathLike[str]]", root: "str | os.PathLike[str]" = "."
) -> "list[Entry | OSError]":
    """Look at each of *paths*, relative to *root*, and return what the file system says, in their order.

    A symbolic link is told of as such, not as what it leads to; links on the way are followed while they stay
    below *root*. A path that cannot be looked at is its OSError in that place: `OutsideRootError` where it
    leads out of *root*. Paths of one directory cost least one behind the other.

    Raises:
        OSError: *root* is not a directory that can be opened.
        ValueError: a path is empty or contains a NUL character.
    """
    return stat_many_jail(paths, Jail(root))


def stat_many_jail(paths: "Iterable[str | os.PathLike[str]]", jail: Jail) -> "list[Entry | OSError]":
    """Do what `stat_many` does in a directory that is open already."""
    last: tuple[str, Jail] = ("", jail)
    found: list[Entry | OSError] = []
    for path in paths:
        try:
            parent, base = _parted(jail.relative(path))
            if parent != last[0]:
                last = (parent, jail.below(parent) if parent else jail)
            found.append(_entry(os.fspath(path), last[1].status(base)))
        except OSError as failure:
            found.append(failure)
    return found


def _parted(name: str) -> tuple[str, str]:
    """Return the directory of *name*, and what is to be looked at in it."""
    parent, base = split(name.rstrip("/"))
    return (name, ".") if base in (".", "..") else (parent, base)


def _entry(path: str, info: os.stat_result) -> Entry:
    return Entry(path, _kind(info), info.st_size, info.st_mtime_ns)


def _kind(info: os.stat_result) -> str:
    return _KINDS.get(info.st_mode & 0o170000, "other")
