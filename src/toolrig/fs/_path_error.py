"""What could not be read during a walk or a search."""

from collections import namedtuple


class PathError(namedtuple("PathError", ("path", "errno", "message"))):
    """A path that was passed over, and why.

    Attributes:
        path: relative to the root of the call.
        errno: the operating system's error number.
        message: its text.
    """

    __slots__ = ()

    path: str
    errno: int
    message: str
