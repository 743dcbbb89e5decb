"""The descriptor jail: one directory, and everything reached only through it."""

import errno
import os

from toolrig._backend import kernel
from toolrig.errors import NotRegularFileError, OutsideRootError

_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
# What open(2) says of sockets, and of devices without a driver: Linux and macOS differ.
_UNOPENABLE = (errno.ENXIO, getattr(errno, "EOPNOTSUPP", errno.ENXIO))


class Jail:
    """A directory through whose descriptor all below it is opened, and nothing outside it.

    Relative symbolic links are followed while they stay inside; absolute ones, ``..`` above the top and
    magic links are refused, by the kernel where it offers openat2(2). Where descriptors of directories do
    not exist (Windows), the resolved path is compared instead, which a concurrent rename can defeat.

    Raises:
        OSError: *path* is not a directory that can be opened, or is empty.
    """

    __slots__ = ("__weakref__", "fd", "path")

    fd: int
    path: str

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        self.fd = -1
        text = as_text(path)
        if not text:  # abspath takes it for the current directory
            raise FileNotFoundError(errno.ENOENT, "is empty: use '.' for the current directory", text)
        self.path = os.path.abspath(text)
        if _BY_DESCRIPTOR:
            self.fd = os.open(self.path, os.O_RDONLY | _DIRECTORY | os.O_CLOEXEC)
        elif not os.path.isdir(self.path):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), self.path)

    def __del__(self) -> None:
        if hasattr(self, "fd"):
            self.close()

    def __repr__(self) -> str:
        return f"Jail({self.path!r})"

    @property
    def place(self) -> "int | str":
        """What kernels open things beneath: the descriptor, or the path where directories have none.

        Raises:
            ValueError: the jail is closed.
        """
        if not _BY_DESCRIPTOR:
            return self.path
        if self.fd < 0:
            raise ValueError(f"the root {self.path!r} is closed")
        return self.fd

    def close(self) -> None:
        """Close the descriptor; nothing can be opened afterwards."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def relative(self, path: "str | os.PathLike[str]") -> str:
        """Return *path* relative to the top; an absolute path that lies below the top by its text is cut.

        Raises:
            OutsideRootError: *path* is absolute and does not begin with the top.
            ValueError: *path* is empty or contains a NUL character.
        """
        text = as_text(path)
        if not text or "\0" in text:
            raise ValueError(f"path {text!r} is empty or contains a NUL character")
        if not os.path.isabs(text):
            return text
        for top in (self.path, os.path.realpath(self.path)):
            if text == top:
                return "."
            below = text.removeprefix(top if top.endswith(os.sep) else top + os.sep)
            if below != text:
                return below.lstrip(os.sep) or "."
        raise self._outside(text)

    def open(self, path: "str | os.PathLike[str]", flags: int = os.O_RDONLY, *, mode: int = 0o666) -> int:
        """Open *path* and return its descriptor, which child processes do not inherit.

        Raises:
            OutsideRootError: *path* leads out of the directory.
            OSError: what open(2) says.
        """
        name = self.relative(path)
        try:
            return int(kernel("jail").open_beneath(self.place, name, flags, mode))
        except OSError as failure:
            if failure.errno == errno.EXDEV:
                raise self._outside(os.fspath(path)) from None
            raise

    def below(self, path: "str | os.PathLike[str]") -> "Jail":
        """Return the directory *path* as a jail of its own.

        Raises:
            NotADirectoryError: *path* is something else.
            OutsideRootError: *path* leads out of the directory.
        """
        name = self.relative(path)
        if not _BY_DESCRIPTOR:
            return Jail(self._resolved(name))
        jail = Jail.__new__(Jail)
        jail.fd = self.open(name, os.O_RDONLY | _DIRECTORY)
        jail.path = os.path.normpath(os.path.join(self.path, name))
        return jail

    def open_file(self, path: "str | os.PathLike[str]") -> int:
        """Open the regular file *path* for reading.

        Raises:
            IsADirectoryError: *path* is a directory.
            NotRegularFileError: *path* is a FIFO, a socket or a device; it was not read.
            OutsideRootError: *path* leads out of the directory.
        """
        try:
            fd = self.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as failure:
            raise _not_regular(os.fspath(path)) if failure.errno in _UNOPENABLE else failure from None
        return regular(fd, os.fspath(path))

    def directory(self, path: "str | os.PathLike[str]") -> "int | str":
        """Open the directory *path* as a place for a command to start in; the caller closes the descriptor.

        Returns a path where directories have no descriptors (Windows).

        Raises:
            NotADirectoryError: *path* is something else.
            OutsideRootError: *path* leads out of the directory.
        """
        if not _BY_DESCRIPTOR:
            return self._resolved(self.relative(path))
        return self.open(path, getattr(os, "O_PATH", os.O_RDONLY) | _DIRECTORY)

    def status(self, name: str) -> os.stat_result:
        """Look at the entry *name* of this directory, one component, itself where it is a link.

        Raises:
            OSError: what stat(2) says.
        """
        if not _BY_DESCRIPTOR:
            return os.lstat(os.path.join(self.path, name))
        return os.stat(name, dir_fd=self.fd, follow_symlinks=False)

    def _outside(self, path: str) -> OutsideRootError:
        return OutsideRootError(errno.EACCES, f"leads outside {self.path}: give a path below it", path)

    def _resolved(self, name: str) -> str:
        from toolrig._pure.jail import resolve

        try:
            return resolve(self.path, name)
        except OSError as failure:
            if failure.errno == errno.EXDEV:
                raise self._outside(name) from None
            raise


def as_text(path: "str | os.PathLike[str]") -> str:
    """Return *path* as text.

    Raises:
        TypeError: it is bytes, or no path at all.
    """
    text: str | bytes = os.fspath(path)
    if isinstance(text, bytes):
        raise TypeError(f"path {text!r} is bytes: give a str, such as os.fsdecode makes of it")
    return text


def open_file(path: "str | os.PathLike[str]") -> int:
    """Open the regular file *path*, anywhere, for reading.

    Raises:
        IsADirectoryError: *path* is a directory.
        NotRegularFileError: *path* is a FIFO, a socket or a device; it was not read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        fd = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as failure:
        raise _not_regular(os.fspath(path)) if failure.errno in _UNOPENABLE else failure from None
    return regular(fd, os.fspath(path))


def regular(fd: int, path: str) -> int:
    """Return *fd* if it is a regular file, else close it and raise an error that names *path*."""
    kind = os.fstat(fd).st_mode & 0o170000
    if kind == 0o100000:
        return fd
    os.close(fd)
    if kind == 0o040000:
        raise IsADirectoryError(errno.EISDIR, "is a directory: list it instead of reading it", path)
    raise _not_regular(path)


def _not_regular(path: str) -> NotRegularFileError:
    return NotRegularFileError(errno.EINVAL, "is a FIFO, socket or device: only regular files are read", path)
