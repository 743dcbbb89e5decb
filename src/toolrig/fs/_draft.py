"""New content for a name, complete before anybody sees it."""

import errno
import os

from toolrig.fs._spot import Spot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNNAMED = getattr(os, "O_TMPFILE", 0)
# What file systems without unnamed files answer, and kernels that take the flag for O_DIRECTORY.
_NO_UNNAMED = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
_BESIDE_MOST = 100
_NAME_BYTES = 255
# Privileges of the old content that the new one does not inherit, as after a write(2) by a user.
_DROPPED_BITS = 0o6000
_DROPPED_ATTRIBUTES = ("security.capability", "security.ima", "security.evm")


class Draft:
    """A file that is written without a name, or under a passing one, and then published under its own.

    Where the system has unnamed files (O_TMPFILE of open(2)) a process killed while it writes leaves nothing
    behind. A passing name is held by a lock, and the next draft for the same name removes one whose owner is
    gone.

    Args:
        spot: the name it is for.
        mode: permissions, less the umask.
    """

    def __init__(self, spot: Spot, mode: int = 0o666) -> None:
        self._spot = spot
        self._passing: Spot | None = None
        self._fd = self._unnamed(mode)
        if self._fd < 0:
            self._fd, self._passing = _named(spot, mode)

    def __enter__(self) -> "Draft":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.discard()

    def fileno(self) -> int:
        """Return its descriptor."""
        return self._fd

    def write(self, data: "bytes | memoryview") -> None:
        """Append *data*.

        Raises:
            OSError: ENOSPC, EDQUOT, EFBIG and what else write(2) says; nothing of it is ever seen.
        """
        rest = memoryview(data)
        with self._spot.named():
            while rest:
                rest = rest[os.write(self._fd, rest) :]

    def keep(self, like: os.stat_result) -> None:
        """Take over mode, owner and extended attributes of the file that *like* tells of, where permitted."""
        mode = like.st_mode & 0o7777 & ~_DROPPED_BITS
        own = os.fstat(self._fd)
        if hasattr(os, "fchown") and (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid):
            self._chown(like)
        for name, value in _attributes(self._spot):
            try:
                os.setxattr(self._fd, name, value)
            except OSError:
                continue  # not ours to set, or not of this file system
        if hasattr(os, "fchmod"):
            os.fchmod(self._fd, mode)

    def _chown(self, like: os.stat_result) -> None:
        for owner, group in ((like.st_uid, like.st_gid), (-1, like.st_gid)):
            try:
                os.fchown(self._fd, owner, group)
            except PermissionError:
                continue
            return

    def publish(self, *, replace: bool = True, sync: bool = False) -> os.stat_result:
        """Give it its name, in one step, and return its state; *sync* brings both to the disk.

        Raises:
            FileExistsError: the name is taken, and not to be replaced.
            OSError: what link(2) and rename(2) say; what had the name still has it.
        """
        # With a time finer than the clock of file systems, a later change in the same tick shows.
        if os.utime in os.supports_fd:
            from time import time_ns

            now = time_ns()
            os.utime(self._fd, ns=(now, now))
        if sync:
            os.fsync(self._fd)
        if self._spot.dir_fd is None:  # Windows renames no open file
            self._close()
        if replace:
            self._replace()
        else:
            self._occupy()
        if sync:
            self._spot.sync_directory()
        return os.fstat(self._fd) if self._fd >= 0 else self._spot.status()

    def discard(self) -> None:
        """Remove what has not been published, and close."""
        passing, self._passing = self._passing, None
        if passing is not None and self._spot.dir_fd is None:
            self._close()
        try:
            if passing is not None:
                passing.unlink()
        except FileNotFoundError:
            pass  # somebody tidied up
        finally:
            self._close()

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _unnamed(self, mode: int) -> int:
        if not _UNNAMED or self._spot.dir_fd is None or not _has_proc():
            return -1
        try:
            flags = _UNNAMED | os.O_RDWR | os.O_CLOEXEC
            return os.open(".", flags, mode, dir_fd=self._spot.dir_fd)
        except OSError as failure:
            if failure.errno in _NO_UNNAMED:
                return -1
            failure.filename = self._spot.shown
            raise

    def _replace(self) -> None:
        if self._passing is None:
            _lock(self._fd)
            self._passing = _taken(_names(self._spot), self._link)
        self._passing.rename_to(self._spot)
        self._passing = None

    def _occupy(self) -> None:
        if self._passing is None:
            self._link(self._spot)
        else:
            self._passing.link_to(self._spot)
            self._passing.unlink()
            self._passing = None

    def _link(self, target: Spot) -> None:
        try:
            os.link(f"/proc/self/fd/{self._fd}", target.path, dst_dir_fd=target.dir_fd, follow_symlinks=True)
        except OSError as failure:
            failure.filename, failure.filename2 = target.shown, None
            raise


def replace(
    spot: Spot, data: "bytes | memoryview", *, like: os.stat_result | None = None, sync: bool = False
) -> os.stat_result:
    """Give the name *spot* the content *data*, in one step, and return the state of the new file.

    Args:
        like: tells of the file that is replaced, whose mode, owner and extended attributes are kept; None
            where there is none.
        sync: return only when the content and its name are on the disk.

    Raises:
        OSError: it could not be written; what had the name still has it, and nothing is left beside it.
    """
    # Until it has the permissions of the old file, nobody else may read it.
    with Draft(spot, 0o666 if like is None else 0o600) as draft:
        draft.write(data)
        if like is not None:
            draft.keep(like)
        return draft.publish(sync=sync)


def set_aside(spot: Spot) -> Spot:
    """Give what is at *spot* a second, passing name beside it, and return that.

    Where the file system has no second names it loses its own for the moment. Such names are never taken for
    leftovers: they hold what was there before.

    Raises:
        OSError: what link(2) and rename(2) say.
    """
    try:
        return _taken(_names(spot, "old"), spot.link_to)
    except FileExistsError:
        raise
    except OSError:  # a directory has one name only, and some file systems know no others
        return _taken(_names(spot, "old"), spot.rename_to)


def _taken(names: "Iterator[Spot]", take: "Callable[[Spot], None]") -> Spot:
    for passing in names:
        try:
            take(passing)
        except FileExistsError:
            continue
        return passing
    raise AssertionError("unreachable: _names raises")


def _named(spot: Spot, mode: int) -> tuple[int, Spot]:
    for passing in _names(spot):
        try:
            fd = passing.open(os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            continue
        if _lock(fd) and _is_still(passing, fd):
            return fd, passing
        os.close(fd)  # taken for a leftover before it was locked
    raise AssertionError("unreachable: _names raises")


def _names(spot: Spot, kind: str = "") -> "Iterator[Spot]":
    """Yield names beside *spot* that look free; of drafts, also those that dead processes left.

    Raises:
        FileExistsError: all of them are taken.
    """
    stem = os.fsencode(spot.name)[: _NAME_BYTES - len("..toolrig99" + kind)]
    for number in range(_BESIDE_MOST):
        passing = spot.beside(f".{os.fsdecode(stem)}.toolrig{kind}{number}")
        if passing.status_or_none() is None or (not kind and _cleared(passing)):
            yield passing
    message = f"has {_BESIDE_MOST} temporary files beside it: remove those named .*.toolrig*"
    raise FileExistsError(errno.EEXIST, message, spot.shown)


def _cleared(passing: Spot) -> bool:
    """Remove the leftover *passing*, and return whether that worked: not where its owner lives."""
    try:
        fd = passing.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        if not _lock(fd) or not _is_still(passing, fd):
            return False
        passing.unlink()
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _is_still(spot: Spot, fd: int) -> bool:
    there = spot.status_or_none()
    return there is not None and os.path.samestat(there, os.fstat(fd))


def _lock(fd: int) -> bool:
    """Lock the open file, and return whether nobody else had; true where the system has no such locks."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ModuleNotFoundError:
        return True
    try:
        flock(fd, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True


def _attributes(spot: Spot) -> "Iterator[tuple[str, bytes]]":
    """Yield the extended attributes of what is at *spot*; none where they cannot be read."""
    if not hasattr(os, "listxattr") or spot.dir_fd is None:
        return
    path = f"/proc/self/fd/{spot.dir_fd}/{spot.name}"
    try:
        for name in os.listxattr(path, follow_symlinks=False):
            if name not in _DROPPED_ATTRIBUTES:
                yield name, os.getxattr(path, name, follow_symlinks=False)
    except OSError:
        return


def _has_proc() -> bool:
    return os.path.exists("/proc/self/fd")
