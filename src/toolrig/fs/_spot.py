"""One name in one directory, and what is done to it without ever leaving that directory."""

import errno
import os
from posixpath import join, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Directory = int | str

HOPS = 40  # links in a row before the kernel, too, takes them for a loop
REACH = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_OPENED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Spot:
    """A name in a directory; there may be a file, something else, or nothing.

    No method follows a symbolic link of that name, and the directory is held by its descriptor: whatever is
    renamed meanwhile, the spot stays where it is. Errors carry the path as it was asked for.

    Attributes:
        directory: its descriptor, or its path where directories have none (Windows).
        name: one component.
        shown: the path that led here, as it was given.
    """

    __slots__ = ("_keep", "_owned", "directory", "name", "shown")

    def __init__(
        self, directory: "Directory", name: str, shown: str, *, owned: bool = False, keep: object = None
    ) -> None:
        self.directory = directory
        self.name = name
        self.shown = shown
        self._owned = owned
        self._keep = keep  # what must live as long as a descriptor that is not ours

    def __enter__(self) -> "Spot":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Spot({self.shown!r})"

    def close(self) -> None:
        """Close the directory's descriptor."""
        if self._owned and isinstance(self.directory, int):
            self._owned = False
            os.close(self.directory)

    def beside(self, name: str) -> "Spot":
        """Return the spot *name* in the same directory; it must not outlive this one."""
        return Spot(self.directory, name, self.shown, keep=self)

    @property
    def dir_fd(self) -> int | None:
        """The descriptor of the directory; None where directories have none."""
        return self.directory if isinstance(self.directory, int) else None

    @property
    def path(self) -> str:
        """The name as functions take it together with `dir_fd`."""
        return self.name if isinstance(self.directory, int) else os.path.join(self.directory, self.name)

    def open(self, flags: int, mode: int = 0o666) -> int:
        """Open it, and return a descriptor that is not inherited.

        Raises:
            OSError: what open(2) says; ELOOP for a symbolic link.
        """
        with self.named():
            return os.open(self.path, flags | _OPENED, mode, dir_fd=self.dir_fd)

    def status(self) -> os.stat_result:
        """Look at it, itself where it is a link.

        Raises:
            OSError: what stat(2) says.
        """
        with self.named():
            return os.stat(self.path, dir_fd=self.dir_fd, follow_symlinks=False)

    def status_or_none(self) -> os.stat_result | None:
        """Look at it; None where there is nothing."""
        try:
            return self.status()
        except FileNotFoundError:
            return None

    def target(self) -> str:
        """Return the text of the symbolic link it is.

        Raises:
            OSError: what readlink(2) says; EINVAL where it is no link.
        """
        with self.named():
            return os.readlink(self.path, dir_fd=self.dir_fd)

    def make_directory(self, mode: int = 0o777) -> None:
        """Make a directory of that name."""
        with self.named():
            os.mkdir(self.path, mode, dir_fd=self.dir_fd)

    def make_link(self, target: str) -> None:
        """Make a symbolic link of that name with the text *target*."""
        with self.named():
            os.symlink(target, self.path, dir_fd=self.dir_fd)

    def unlink(self) -> None:
        """Remove the file or link of that name."""
        with self.named():
            os.unlink(self.path, dir_fd=self.dir_fd)

    def unlink_if_there(self) -> None:
        """Remove the file or link of that name, if there is one."""
        try:
            self.unlink()
        except FileNotFoundError:
            return

    def chmod(self, mode: int) -> None:
        """Change the permissions of the file of that name.

        Raises:
            OSError: what open(2) and fchmod(2) say; ELOOP for a symbolic link.
        """
        if self.dir_fd is None:
            os.chmod(self.path, mode)
            return
        fd = self.open(os.O_RDONLY | os.O_NONBLOCK)
        try:
            os.fchmod(fd, mode)
        finally:
            os.close(fd)

    def remove_directory(self) -> None:
        """Remove the empty directory of that name."""
        with self.named():
            os.rmdir(self.path, dir_fd=self.dir_fd)

    def rename_to(self, target: "Spot") -> None:
        """Give it the name *target*, in place of whatever has it."""
        with self.named():
            os.replace(self.path, target.path, src_dir_fd=self.dir_fd, dst_dir_fd=target.dir_fd)

    def link_to(self, target: "Spot") -> None:
        """Give it *target* as a second name, which must be free."""
        with self.named():
            os.link(
                self.path,
                target.path,
                src_dir_fd=self.dir_fd,
                dst_dir_fd=target.dir_fd,
                follow_symlinks=os.link not in os.supports_follow_symlinks,
            )

    def writable(self) -> bool:
        """Return whether this process may write to what is there."""
        effective = os.access in os.supports_effective_ids
        return os.access(self.path, os.W_OK, dir_fd=self.dir_fd, effective_ids=effective)

    def sync_directory(self) -> None:
        """Bring the directory to the disk, and with it the name."""
        if self.dir_fd is None:
            return
        fd = os.open(".", os.O_RDONLY | REACH & ~getattr(os, "O_PATH", 0), dir_fd=self.dir_fd)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def named(self) -> "_Named":
        """Return a context in which errors name the path as it was asked for."""
        return _Named(self.shown)


class _Named:
    """Lets errors name the path as it was asked for, instead of one component of it."""

    __slots__ = ("_shown",)

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, failure: object, _trace: object) -> None:
        if isinstance(failure, OSError):
            failure.filename = self._shown
            del failure.filename2


def find(
    path: str, shown: str, enter: "Callable[[str], tuple[Directory, bool]]", *, follow: bool, keep: object
) -> Spot:
    """Return the spot *path*; *enter* opens its directory, and says whether the descriptor is ours.

    With *follow*, a symbolic link leads on to what it names, there or not.

    Raises:
        IsADirectoryError: *path* ends in a slash, where a file is asked for by *follow*.
        OSError: EINVAL where *path* ends in ``.`` or ``..``, ELOOP for too many links, and what *enter* says.
    """
    for _ in range(HOPS):
        parent, name = split(path if follow else path.rstrip("/"))
        if name in ("", ".", ".."):
            raise _no_entry(path, shown, enter, keep)
        directory, owned = enter(parent)
        spot = Spot(directory, name, shown, owned=owned, keep=keep)
        try:
            target = spot.target() if follow else ""
        except OSError as failure:
            if failure.errno in (errno.EINVAL, errno.ENOENT):
                return spot
            spot.close()
            raise
        if not target:
            return spot
        spot.close()
        path = join(parent, target)
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), shown)


def _no_entry(
    path: str, shown: str, enter: "Callable[[str], tuple[Directory, bool]]", keep: object
) -> OSError:
    """Return the error for a *path* that ends in no name; *enter* refuses one that leads out as such."""
    directory, owned = enter(path)
    Spot(directory, ".", shown, owned=owned, keep=keep).close()
    if path.endswith("/"):
        return IsADirectoryError(errno.EISDIR, "is a directory: give the path of a file", shown)
    return OSError(errno.EINVAL, "ends in '.' or '..': give the name of an entry", shown)
