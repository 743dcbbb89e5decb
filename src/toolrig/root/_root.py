"""The confined view of a directory: the functions of fs, search and process as methods."""

from toolrig.errors import OutsideRootError
from toolrig.root._base import Base
from toolrig.root._changes import Changes
from toolrig.root._commands import Commands
from toolrig.root._content import Content
from toolrig.root._replacing import Replacing
from toolrig.root._search import Search
from toolrig.root._traversal import Traversal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os


class Root(Traversal, Content, Changes, Search, Replacing, Commands):
    """A directory whose methods reach what lies below it and nothing else.

    Paths are relative to the root; an absolute path that begins with the root's own is taken as relative.
    Every path is opened beneath the root's descriptor (openat2(2) with RESOLVE_BENEATH where the kernel has
    it), so neither ``..``, nor an absolute path, nor a symbolic link leads out, also while another process
    swaps directories for links. What git's view takes from outside, such as the user's rules, is read now and
    not again (docs/root.md). A command started by `run` is *not* confined: it begins below the root and
    can then do whatever its user can.

    Args:
        path: the directory.
        read_only: refuse what could change files, `run` included.

    Raises:
        OSError: *path* is not a directory that can be opened.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Root({self.path!r}{', read_only=True' if self.read_only else ''})"

    def __enter__(self) -> "Root":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def has(self, path: "str | os.PathLike[str]") -> bool:
        """Return whether *path* is relative, or begins with the root's own path; nothing is looked up."""
        try:
            self._jail.relative(path)
        except OutsideRootError:
            return False
        return True

    def showing_absolute(self, *, read_only: bool) -> "Root":
        """Return this directory as a root whose results tell absolute paths; it must not outlive this one."""
        root = Root.__new__(Root)
        for slot in Base.__slots__:
            setattr(root, slot, getattr(self, slot))
        root._prefix = self.path.rstrip("/") + "/"
        root.read_only = read_only
        return root
