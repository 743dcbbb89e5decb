"""The descriptor jail: one directory, and everything reached only through it."""

import errno
import os

from toolrig._backend import kernel
from toolrig.errors import NotRegularFileError, OutsideRootError
from toolrig.fs._spot import REACH, Spot, find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._surroundings import Surroundings

_BY_DESCRIPTOR = os.open in os.supports_dir_fd
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
# Linux and macOS differ.
_UNOPENABLE = (errno.ENXIO, getattr(errno, "EOPNOTSUPP", errno.ENXIO))


class Jail:
    """A directory through whose descriptor all below it is opened, and nothing outside it.

    Relative symbolic links are followed while they stay inside; absolute ones, ``..`` above the top and
    magic links are refused, by the kernel where it offers openat2(2). Where descriptors of directories do
    not exist (Windows), the resolved path is compared instead, which a concurrent rename can defeat.

    Raises:
        OSError: *path* is not a directory that can be opened, or is empty.
    """

    __slots__ = ("__weakref__", "fd", "inner", "path", "surroundings")

    fd: int
    path: str
    surroundings: "Surroundings | None"  # of the root that this is, or lies in; None: git may read anything
    inner: str  # from that root to here, "" for itself

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        self.fd = -1
        self.surroundings, self.inner = None, ""
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
        text = path if type(path) is str else as_text(path)
        if not text or "\0" in text:
            raise ValueError(f"path {text!r} is empty or contains a NUL character")
        if text[0] != "/" and (os.sep == "/" or not os.path.isabs(text)):
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
            fd: int = kernel("jail").open_beneath(self.place, name, flags, mode)
        except OSError as failure:
            if failure.errno == errno.EXDEV:
                raise self._outside(os.fspath(path)) from None
            raise
        return fd

    def below(self, path: "str | os.PathLike[str]") -> "Jail":
        """Return the directory *path* as a jail of its own.

        Raises:
            NotADirectoryError: *path* is something else.
            OutsideRootError: *path* leads out of the directory.
        """
        name = self.relative(path)
        if _BY_DESCRIPTOR:
            jail = Jail.__new__(Jail)
            jail.fd = self.open(name, os.O_RDONLY | _DIRECTORY)
            jail.path = os.path.normpath(os.path.join(self.path, name))
        else:
            jail = Jail(self._resolved(name))
        jail.surroundings, jail.inner = self.surroundings, os.path.join(self.inner, name)
        return jail

    def open_file(self, path: "str | os.PathLike[str]") -> int:
        """Open the regular file *path* for reading.

        Raises:
            IsADirectoryError: *path* is a directory.
            NotRegularFileError: *path* is a FIFO, a socket or a device; it was not read.
            OutsideRootError: *path* leads out of the directory.
        """
        return self.open_regular(path, os.O_RDONLY)

    def open_regular(self, path: "str | os.PathLike[str]", flags: int) -> int:
        """Open the regular file *path* with *flags*; raises what `open_file` does."""
        try:
            fd = self.open(path, flags | getattr(os, "O_NONBLOCK", 0))
        except OSError as failure:
            raise not_regular(os.fspath(path)) if unopenable(failure) else failure from None
        return regular(fd, os.fspath(path))

    def spot(self, path: "str | os.PathLike[str]", *, follow: bool = True) -> Spot:
        """Return the spot *path*; with *follow*, that of what a symbolic link there leads to.

        Raises:
            OutsideRootError: *path*, or a link, leads out of the directory.
            OSError: the directory of *path* cannot be reached.
        """
        name, shown = self.relative(path), os.fspath(path)
        if os.sep != "/":
            name = name.replace(os.sep, "/")
        try:
            return find(name, shown, self._enter, follow=follow, keep=self)
        except OSError as failure:
            failure.filename = shown
            raise

    def directory(self, path: "str | os.PathLike[str]") -> "int | str":
        """Open the directory *path* as a place for a command to start in; the caller closes the descriptor.

        Returns a path where directories have no descriptors (Windows).

        Raises:
            NotADirectoryError: *path* is something else.
            OutsideRootError: *path* leads out of the directory.
        """
        if not _BY_DESCRIPTOR:
            return self._resolved(self.relative(path))
        return self.open(path, REACH)

    def status(self, name: str) -> os.stat_result:
        """Look at the entry *name* of this directory, one component, itself where it is a link.

        Raises:
            OSError: what stat(2) says.
        """
        if not _BY_DESCRIPTOR:
            return os.lstat(os.path.join(self.path, name))
        return os.stat(name, dir_fd=self.fd, follow_symlinks=False)

    def _enter(self, path: str) -> "tuple[int | str, bool]":
        """Return the directory *path* below the top for a `Spot`, and whether it is to be closed."""
        if path.startswith("/"):
            raise self._outside(path)
        return (self.directory(path), True) if path else (self.place, False)

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


def regular(fd: int, path: str) -> int:
    """Return *fd* if it is a regular file, else close it and raise an error that names *path*."""
    kind = os.fstat(fd).st_mode & 0o170000
    if kind == 0o100000:
        return fd
    os.close(fd)
    if kind == 0o040000:
        raise IsADirectoryError(errno.EISDIR, "is a directory: list it instead of reading it", path)
    raise not_regular(path)


def unopenable(failure: OSError) -> bool:
    """Return whether *failure* is what open(2) says of sockets, and of devices without a driver."""
    return failure.errno in _UNOPENABLE


def not_regular(path: str) -> NotRegularFileError:
    """Return the error for the FIFO, socket or device *path*."""
    return NotRegularFileError(errno.EINVAL, "is a FIFO, socket or device: only regular files are read", path)
