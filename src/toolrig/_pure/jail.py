"""Open paths beneath a directory descriptor, component by component."""

import errno
import os

__all__ = ["confinement", "open_beneath"]

_HOPS = 40
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789\u00b9\u00b2\u00b3"]
)
_LINK_REFUSALS = {errno.ELOOP, errno.ENOTDIR, errno.EMLINK}
_STEP = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


def open_beneath(
    dir_fd: "int | str",
    path: "str | bytes | os.PathLike[str]",
    flags: int,
    mode: int = 0o666,
    *,
    follow: bool = True,
) -> int:
    """Open *path*, relative to the directory *dir_fd*, and return a descriptor that is not inherited.

    Symbolic links are followed while they stay beneath *dir_fd*; with ``follow=False`` any link is an
    error. See openat2(2), RESOLVE_BENEATH.

    Raises:
        OSError: ``EXDEV`` when the path leads out of the directory, ``ELOOP`` for a link that may not be
            followed, else what open(2) says. ``filename`` is *path*.
    """
    name = os.fsdecode(path)
    if "\0" in name:
        raise ValueError(f"path {path!r} contains a NUL character")
    try:
        if isinstance(dir_fd, str):
            return os.open(resolve(dir_fd, name, follow=follow), flags | getattr(os, "O_BINARY", 0), mode)
        return _Resolution(dir_fd, follow).open(name, flags, mode)
    except OSError as failure:
        raise OSError(failure.errno, failure.strerror, path) from None


def confinement() -> str:
    """Name what confines: ``"openat2"``, or ``"component walk"`` where the kernel lacks that call."""
    return "component walk"


def resolve(top: str, name: str, *, follow: bool = True) -> str:
    """Return the real path of *name* beneath *top*, where directories have no descriptors (Windows).

    The answers are those of `open_beneath`, as far as nobody renames anything meanwhile.

    Raises:
        OSError: ``EXDEV`` when it leads out of *top*, ``ELOOP`` for a link that may not be followed.
    """
    if os.name == "nt" and (unsafe := device_or_stream(name)):
        raise OSError(errno.EXDEV, f"names the device or stream {unsafe!r}", name)
    top = os.path.realpath(top)
    real = os.path.realpath(os.path.join(top, name))
    if not name or os.path.isabs(name):
        raise _failure(errno.EXDEV if name else errno.ENOENT)
    if real != top and not real.startswith(top.rstrip(os.sep) + os.sep):
        raise _failure(errno.EXDEV)
    if not follow and real != os.path.normpath(os.path.join(top, name)):
        raise _failure(errno.ELOOP)
    return real


def device_or_stream(name: str) -> str:
    """Return the component of *name* that Windows takes for something else than a file of that name; or "".

    Those are devices (``NUL``, ``com1.txt``), alternate streams and drives (``file:stream``, ``C:file``), and
    names that end in a dot or a space, which Windows takes away. See "Naming Files, Paths, and Namespaces" of
    Microsoft's documentation.
    """
    for part in name.replace("\\", "/").split("/"):
        base = part.partition(".")[0].rstrip(" ").upper()
        if ":" in part or base in _DEVICES or (part not in (".", "..") and part.endswith((".", " "))):
            return part
    return ""


class _Resolution:
    """One path on its way down: the directories entered so far and the links resolved."""

    def __init__(self, dir_fd: int, follow: bool) -> None:
        self._stack = [dir_fd]
        self._follow = follow
        self._hops = 0

    def open(self, path: str, flags: int, mode: int) -> int:
        if not path or path.startswith("/"):
            raise _failure(errno.EXDEV if path else errno.ENOENT)
        try:
            while True:
                opened, path = self._step(path, flags, mode)
                if opened >= 0:
                    return opened
        finally:
            for fd in self._stack[1:]:
                os.close(fd)

    def _step(self, path: str, flags: int, mode: int) -> tuple[int, str]:
        """Take one component; return the final descriptor, or -1 and the path that remains."""
        name, slash, rest = path.lstrip("/").partition("/")
        last = not rest.strip("/")
        if name in ("", ".", ".."):
            if name == "..":
                if len(self._stack) == 1:
                    raise _failure(errno.EXDEV)
                os.close(self._stack.pop())
            if last:
                return os.open(".", flags, mode, dir_fd=self._stack[-1]), ""
            return -1, rest
        try:
            if last and not slash:
                return self._open_last(name, flags, mode), ""
            self._stack.append(os.open(name, _STEP, dir_fd=self._stack[-1]))
        except OSError as refusal:
            if refusal.errno not in _LINK_REFUSALS or (last and not slash and flags & os.O_NOFOLLOW):
                raise
            target = self._target(name, refusal)
            return -1, target + slash + rest
        return (-1, rest) if not last else (os.open(".", flags, mode, dir_fd=self._stack[-1]), "")

    def _open_last(self, name: str, flags: int, mode: int) -> int:
        fd = os.open(name, flags | os.O_NOFOLLOW, mode, dir_fd=self._stack[-1])
        if flags & getattr(os, "O_PATH", 0) and not flags & os.O_NOFOLLOW:
            # O_PATH opens the link itself instead of refusing it.
            import stat

            if stat.S_ISLNK(os.fstat(fd).st_mode):
                os.close(fd)
                raise _failure(errno.ELOOP)
        return fd

    def _target(self, name: str, refusal: OSError) -> str:
        try:
            target = os.readlink(name, dir_fd=self._stack[-1])
        except OSError as unreadable:
            raise (refusal if unreadable.errno == errno.EINVAL else unreadable) from None
        self._hops += 1
        if not self._follow or self._hops > _HOPS:
            raise _failure(errno.ELOOP)
        if target.startswith("/") or not target:
            raise _failure(errno.EXDEV if target else errno.ENOENT)
        return target


def _failure(code: int) -> OSError:
    return OSError(code, os.strerror(code))
