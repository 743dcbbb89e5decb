"""What a search yields: a line, a file, or a file and how many of its lines."""

from collections import namedtuple


class Match(namedtuple("Match", ("path", "line", "column", "text", "before", "after"))):
    """A line in which the pattern was found.

    Attributes:
        path: relative to the root, ``/``-separated.
        line: its number, from 1.
        column: where the first match in it begins, from 1, in code points.
        text: the line without its terminator.
        before: lines of context in front of it, in the order of the file.
        after: lines of context behind it.
    """

    __slots__ = ()

    path: str
    line: int
    column: int
    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class FileMatch(namedtuple("FileMatch", ("path",))):
    """A file in which the pattern was found.

    Attributes:
        path: relative to the root, ``/``-separated.
    """

    __slots__ = ()

    path: str


class FileCount(namedtuple("FileCount", ("path", "count"))):
    """A file in which the pattern was found, and how often.

    Attributes:
        path: relative to the root, ``/``-separated.
        count: how many lines match.
    """

    __slots__ = ()

    path: str
    count: int  # in place of tuple.count
