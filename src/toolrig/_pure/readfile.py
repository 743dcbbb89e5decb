"""Read small files that somebody else wrote: regular files only, never blocking, never without bound."""

import errno
import os
import stat

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
REACH = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_CLOEXEC", 0)  # needs no permission to list
_BINARY = getattr(os, "O_BINARY", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._pure.place import Confines


class Directory:
    """A directory by descriptor or, where the platform opens none, by path."""

    def __init__(self, place: "int | str", *, owned: bool = False) -> None:
        self._place = place
        self._owned = owned

    @classmethod
    def open(cls, path: str) -> "Directory | None":
        """Open the directory *path*; None: there is none."""
        return Directory(os.path.curdir if _BY_DESCRIPTOR else "").sub(path)

    @property
    def confines(self) -> "Confines | None":
        """What everything is opened beneath; None: names may lead anywhere."""
        return None

    def enter(self, path: str) -> "Directory":
        """Open the directory *path*, relative to this one.

        Raises:
            OSError: There is none; NotADirectoryError where it is something else.
        """
        joined = self._joined(path)
        if _BY_DESCRIPTOR:
            try:
                return Directory(os.open(joined, REACH | os.O_DIRECTORY, dir_fd=self._dir_fd()), owned=True)
            except ValueError as error:  # a NUL in the path
                raise FileNotFoundError(f"{path!r} is no file name") from error
        if os.path.isdir(joined):
            return Directory(joined)
        os.stat(joined)
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), joined)

    def sub(self, path: str) -> "Directory | None":
        """Open the directory *path*, relative to this one; None: there is none, or it is out of reach."""
        try:
            return self.enter(path)
        except OSError:
            return None

    def close(self) -> None:
        if self._owned and isinstance(self._place, int):
            os.close(self._place)
            self._owned = False

    def keep(self) -> "int | str":
        """Return another descriptor of the directory, the caller's; or its path."""
        return os.dup(self._place) if isinstance(self._place, int) else self._place

    def read(self, path: str, limit: int, *, follow: bool = True) -> bytes:
        """Return the content of the regular file *path*.

        Raises:
            OSError: There is no such file, it is not a regular one, or it is longer than *limit* bytes.
        """
        flags = _FLAGS | _BINARY | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
        if not follow and not hasattr(os, "O_NOFOLLOW") and os.path.islink(self._joined(path)):
            raise OSError(f"{path!r} is a symbolic link")
        try:
            fd = self._open(path, flags)
        except ValueError as error:  # a NUL in the path
            raise FileNotFoundError(f"{path!r} is no file name") from error
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                raise OSError(f"{path!r} is not a regular file of at most {limit} bytes")
            return _read_all(fd, status.st_size)
        finally:
            os.close(fd)

    def _open(self, path: str, flags: int) -> int:
        return os.open(self._joined(path), flags, dir_fd=self._dir_fd())

    def stat(self, path: str, *, follow: bool = True) -> os.stat_result:
        if isinstance(self._place, str) and not follow:
            return os.lstat(self._joined(path))
        return os.stat(self._joined(path), dir_fd=self._dir_fd(), follow_symlinks=follow)

    def has(self, path: bytes) -> bool:
        """Return whether there is an entry *path*, be it a link that leads nowhere."""
        try:
            self.stat(os.fsdecode(path), follow=False)
        except OSError:
            return False
        return True

    def readlink(self, path: str) -> bytes | None:
        """Return what the symbolic link *path* says; None: it is none."""
        try:
            return os.fsencode(os.readlink(self._joined(path), dir_fd=self._dir_fd()))
        except OSError:
            return None

    def real_path(self, path: str) -> bytes | None:
        """Return the path of the directory *path* without symbolic links; None where nothing tells it."""
        if not _BY_DESCRIPTOR:
            return os.fsencode(os.path.realpath(self._joined(path)).replace(os.sep, "/"))
        directory = self.sub(path)
        if directory is None or not isinstance(directory._place, int):
            return None
        try:
            return _path_of(directory._place)
        finally:
            directory.close()

    def base(self, path: str) -> bytes | None:
        """Return the path of the directory that the file *path* is in, as `real_path` does."""
        return self.real_path(os.path.dirname(path) or ".")

    def searchable(self, path: str) -> bool:
        return os.access(self._joined(path), os.X_OK, dir_fd=self._dir_fd())

    def _joined(self, path: str) -> str:
        return path if isinstance(self._place, int) else os.path.join(self._place, path)

    def _dir_fd(self) -> int | None:
        return self._place if isinstance(self._place, int) else None


def _path_of(fd: int) -> bytes | None:
    import fcntl

    try:
        if hasattr(fcntl, "F_GETPATH"):
            return fcntl.fcntl(fd, fcntl.F_GETPATH, bytes(1024)).split(b"\0", 1)[0]
        path = os.readlink(f"/proc/self/fd/{fd}".encode())
    except OSError:
        return None
    return path if path.startswith(b"/") else None


def open_root(fd: int, path: str | None) -> Directory:
    """Return the open directory *fd* or, where it is -1, the directory *path*.

    Raises:
        OSError: It is no directory, or not open.
    """
    place = fd if fd >= 0 else path or ""
    root = Directory(place)
    if not os.path.isdir(place):
        os.stat(place)
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    return root


def _read_all(fd: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(fd, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
