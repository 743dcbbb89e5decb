"""Walk a directory tree with os.scandir, in batches of paths."""

import os

from toolrig._handle import Handle
from toolrig._pure.jail import open_beneath, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolrig._pure.ignore import Ignore, Scope

_FILE, _DIRECTORY, _SYMLINK, _OTHER = 1, 2, 4, 8
_BATCH_FIRST, _BATCH_MOST = 64, 1024
_ERRORS_MOST = 1000


class Walker:
    """A walk of the directory *fd*, of which it keeps a duplicate.

    Args:
        fd: a descriptor of the directory.
        prefix: what each path begins with, empty or ending in a slash.
        trail: a directory below *fd*, as ``a/b``, that the walk is to keep to; "" for the whole tree.
        kinds: the kinds of entry handed out, as bits: 1 file, 2 directory, 4 symbolic link, 8 other.
        hidden: 0 passes over names that begin with a dot, 1 only over ``.git``, 2 over nothing.
        max_depth: levels below *fd*; negative for no bound.
        rules: git's view of the tree, or None.
        threads: how many threads may walk, the caller's own among them.
    """

    def __init__(
        self,
        fd: "int | str",
        *,
        prefix: str,
        trail: str,
        kinds: int,
        hidden: int,
        max_depth: int,
        rules: "Ignore | None",
        threads: int,
    ) -> None:
        self._prefix = prefix
        self._trail = trail.split("/") if trail else []
        self._kinds = kinds
        self._hidden = hidden
        self._max_depth = max_depth
        self._rules = rules
        self._errors: list[tuple[str, int]] = []
        self._hidden_by_rules = 0
        self._size = _BATCH_FIRST
        self._owner = os.getpid()
        self._paths: Iterator[str] | None = self._walk(Handle(fd))

    def next_batch(self) -> list[str] | None:
        """Return the next paths, in no promised order, or None when the walk is over or closed.

        Raises:
            MemoryError: the walk had to be given up.
            RuntimeError: the walk is continued in the child of a fork, or by two threads at once.
        """
        if self._paths is None:
            return None
        if os.getpid() != self._owner:
            raise RuntimeError("a walk cannot be continued after a fork: start a new one in the child")
        try:
            batch = [path for _, path in zip(range(self._size), self._paths, strict=False)]
        except ValueError as busy:
            raise RuntimeError(
                "another thread is inside this walk: give each thread a walk of its own"
            ) from busy
        self._size = min(self._size * 2, _BATCH_MOST)
        return batch or None

    def errors(self) -> list[tuple[str, int]]:
        """Return the directories that could not be read, each with its errno; at most the first 1,000."""
        return list(self._errors)

    def hidden_by_rules(self) -> int:
        """Return how many entries the rules have hidden so far; what lies below them is not counted."""
        return self._hidden_by_rules

    def close(self) -> None:
        """Stop the walk and free what it holds; a thread that is inside it does so within 50 ms."""
        self._paths = None

    def _walk(self, handle: Handle) -> "Iterator[str]":
        pending: list[tuple[str, int, Scope | None]] = [("", 1, None)]
        while pending:
            directory, depth, scope = pending.pop()
            try:
                entries, scope = self._read(handle.place, directory, scope)
            except OSError as failure:
                if len(self._errors) < _ERRORS_MOST:
                    self._errors.append((self._prefix + directory, failure.errno or 0))
                continue
            base = f"{directory}/" if directory else ""
            only = self._trail[depth - 1] if depth <= len(self._trail) else None
            for name, kind in entries:
                if self._passes_over(name) or (only is not None and name != only):
                    continue
                path = base + name
                if scope is not None and scope.hides(path, kind == _DIRECTORY):
                    self._hidden_by_rules += 1
                    continue
                if kind & self._kinds:
                    yield self._prefix + path
                if kind == _DIRECTORY and (self._max_depth < 0 or depth < self._max_depth):
                    pending.append((path, depth + 1, scope))

    def _read(
        self, top: "int | str", directory: str, scope: "Scope | None"
    ) -> "tuple[list[tuple[str, int]], Scope | None]":
        """Return the entries of *directory* with their kinds, and the rules in force inside it."""
        if isinstance(top, str):
            with os.scandir(resolve(top, directory or ".", follow=False)) as found:
                entries = [(entry.name, _kind(entry)) for entry in found]
            return entries, self._enter(scope, -1, directory, entries)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        fd = open_beneath(top, directory or ".", flags, follow=False)
        try:
            with os.scandir(fd) as found:
                entries = [(entry.name, _kind(entry)) for entry in found]
            return entries, self._enter(scope, fd, directory, entries)
        finally:
            os.close(fd)

    def _enter(
        self, scope: "Scope | None", fd: int, directory: str, entries: list[tuple[str, int]]
    ) -> "Scope | None":
        if self._rules is None:
            return scope
        names = {name for name, _ in entries}
        return self._rules.enter(scope, fd, directory, ".gitignore" in names, ".git" in names)

    def _passes_over(self, name: str) -> bool:
        if not name.startswith(".") or self._hidden == 2:
            return False
        return self._hidden == 0 or name == ".git"


def _kind(entry: "os.DirEntry[str]") -> int:
    if entry.is_symlink():
        return _SYMLINK
    if entry.is_dir(follow_symlinks=False):
        return _DIRECTORY
    if entry.is_file(follow_symlinks=False):
        return _FILE
    return _OTHER
