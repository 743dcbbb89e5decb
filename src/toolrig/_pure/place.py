"""Directories whose files are opened beneath a root and nowhere else.

What git reads outside of the root is then what was read when the root was opened (`Surroundings`): files by
their paths, from memory. What leads out otherwise is refused with EXDEV.
"""

import errno
import os

from toolrig._handle import Handle
from toolrig._pure.jail import open_beneath, resolve
from toolrig._pure.readfile import REACH, Directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._surroundings import Surroundings


class Confines:
    """A root that is kept to, and the directory *inner* below it that is asked about.

    Where *inner* does not lead from the root of *known* to the directory *place*, that is a root by itself.

    Attributes:
        root: what everything is opened beneath, a descriptor of its own or a path.
        known: what was read outside.
        inner: from the root to the directory, "" or ``a/b``.
        paths: the root's own absolute paths.
        around: whether the repository around the root of *known* is around this one.
    """

    def __init__(self, known: "Surroundings", place: "int | str", inner: str) -> None:
        self.known, self.inner, self.paths = known, inner, known.paths
        self.around = known.git is not None
        same = _leads_to(known.place, inner or ".", place)
        if not same:
            self.inner, self.paths, self.around = "", ("", ""), False
        self._handle = Handle(known.place if same else place)
        self.root = self._handle.place

    def top(self) -> "Confined":
        """Return the root as a directory."""
        return Confined(self, "", self.root)

    def directory(self, path: str) -> "Confined | None":
        """Open the directory *path* below the root, "" or ``a/b``, through no link; None: there is none."""
        flags = REACH | getattr(os, "O_DIRECTORY", 0)
        prefix = f"{path}/" if path else ""
        try:
            if isinstance(self.root, str):
                return Confined(self, prefix, resolve(self.root, path or ".", follow=False))
            return Confined(
                self, prefix, open_beneath(self.root, path or ".", flags, follow=False), owned=True
            )
        except OSError:
            return None

    def below(self, path: str) -> str | None:
        """Return what is below the root in the absolute *path*; None: it lies outside by its text."""
        for top in self.paths:
            bare = top.rstrip(os.sep)
            if top and (path == bare or path.startswith(bare + os.sep)):
                return path[len(bare) :].lstrip(os.sep) or "."
        return None

    def kept(self, path: str) -> tuple[bytes, bytes | None] | None:
        """Return the base and content of a file that lies outside; None: it is not known, or lies below."""
        if not os.path.isabs(path) or self.below(path) is not None:
            return None
        return self.known.files.get(os.fsencode(path))


class Confined(Directory):
    """The directory *path* below the root ("" or ``a/b/``), open as *place*; None: absolute names."""

    def __init__(
        self, confines: Confines, path: str | None, place: "int | str", *, owned: bool = False
    ) -> None:
        super().__init__(place, owned=owned)
        self._confines, self._path = confines, path

    @property
    def confines(self) -> Confines:
        return self._confines

    @property
    def is_root(self) -> bool:
        return self._path == ""

    def enter(self, path: str) -> Directory:
        below = self._below(path)
        flags = REACH | getattr(os, "O_DIRECTORY", 0)
        if isinstance(self._confines.root, str):
            place = resolve(self._confines.root, below)
            Directory(place).enter("")
            return Confined(self._confines, below + "/", place)
        fd = open_beneath(self._confines.root, below, flags)
        return Confined(self._confines, below + "/", fd, owned=True)

    def read(self, path: str, limit: int, *, follow: bool = True) -> bytes:
        kept = self._confines.kept(path)
        if kept is None:
            return super().read(path, limit, follow=follow)
        if kept[1] is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return kept[1]

    def stat(self, path: str, *, follow: bool = True) -> os.stat_result:
        if path == "." or (not follow and path in (".gitignore", "HEAD", "commondir")):
            return super().stat(path, follow=follow)  # an entry of its own
        if isinstance(self._confines.root, str):
            return os.stat(resolve(self._confines.root, self._below(path)), follow_symlinks=follow)
        fd = self._open(path, REACH | (0 if follow else os.O_NOFOLLOW))
        try:
            return os.fstat(fd)
        finally:
            os.close(fd)

    def base(self, path: str) -> bytes | None:
        kept = self._confines.kept(path)
        return super().base(path) if kept is None else kept[0] or None

    def searchable(self, path: str) -> bool:
        try:
            inside = self.enter(path)
        except OSError:
            return False
        try:
            return Directory.searchable(inside, ".")
        finally:
            inside.close()

    def _open(self, path: str, flags: int) -> int:
        return open_beneath(self._confines.root, self._below(path), flags)

    def _below(self, path: str) -> str:
        below = self._confines.below(path) if os.path.isabs(path) else None
        if below is None and (os.path.isabs(path) or self._path is None):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), path)
        return f"{self._path}{path}" if below is None else below


def _leads_to(root: "int | str", inner: str, place: "int | str") -> bool:
    try:
        if isinstance(root, str):
            return os.path.samestat(os.stat(resolve(root, inner, follow=False)), os.stat(place))
        fd = open_beneath(root, inner, REACH | os.O_DIRECTORY, follow=False)
        try:
            return os.path.samestat(os.fstat(fd), os.stat(place))
        finally:
            os.close(fd)
    except OSError:
        return False
