"""What could not be read during a walk or a search."""

import os
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


def path_errors(noted: list[tuple[str, int]]) -> tuple[PathError, ...]:
    """Return what an engine noted, paths with their error numbers, as it is shown."""
    return tuple(PathError(path, code, os.strerror(code)) for path, code in noted)
