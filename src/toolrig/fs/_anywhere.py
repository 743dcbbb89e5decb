"""Paths that no root confines: what a `Jail` does, for any file of the machine."""

import os

from toolrig.fs._jail import as_text, not_regular, regular, unopenable
from toolrig.fs._spot import REACH, Spot, find


class Anywhere:
    """Opens paths as the operating system does; has what functions on a `Jail` need of one."""

    __slots__ = ()

    def open_file(self, path: "str | os.PathLike[str]") -> int:
        """Open the regular file *path* for reading.

        Raises:
            IsADirectoryError: *path* is a directory.
            NotRegularFileError: *path* is a FIFO, a socket or a device; it was not read.
        """
        name = as_text(path)
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            fd = os.open(name, flags | getattr(os, "O_BINARY", 0))
        except OSError as failure:
            raise not_regular(name) if unopenable(failure) else failure from None
        return regular(fd, name)

    def spot(self, path: "str | os.PathLike[str]", *, follow: bool = True) -> Spot:
        """Return the spot *path*; with *follow*, that of what a symbolic link there leads to.

        Raises:
            OSError: the directory of *path* cannot be reached.
        """
        text = as_text(path)
        if os.sep != "/":
            text = text.replace(os.sep, "/")
        shown = os.fspath(path)
        try:
            return find(text, shown, _enter, follow=follow, keep=None)
        except OSError as failure:
            failure.filename = shown
            raise

    def directory(self, path: "str | os.PathLike[str]") -> "int | str":
        """Open the directory *path*; the caller closes the descriptor (Windows has none: a path)."""
        return _enter(as_text(path))[0]


ANYWHERE = Anywhere()


def _enter(path: str) -> "tuple[int | str, bool]":
    if os.open not in os.supports_dir_fd:
        return path or ".", False
    return os.open(path or ".", REACH), True
