"""An entry of a tree, with what the file system says of it."""

from collections import namedtuple


class Entry(namedtuple("Entry", ("path", "kind", "size", "mtime_ns"))):
    """An entry of a tree.

    Attributes:
        path: as the call that gave it says.
        kind: "file", "dir", "symlink" or "other".
        size: in bytes; -1 where the file system would not say.
        mtime_ns: when it was modified, in ns since 1970; -1 where the file system would not say.
    """

    __slots__ = ()

    path: str
    kind: str
    size: int
    mtime_ns: int
