"""Kind, size and time of many paths at once."""

import os
from posixpath import split

from toolrig.fs._entry import Entry
from toolrig.fs._jail import Jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS = {0o100000: "file", 0o040000: "dir", 0o120000: "symlink"}


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
    kind = _KINDS.get(info.st_mode & 0o170000, "other")
    return Entry(path, kind, info.st_size, info.st_mtime_ns)
