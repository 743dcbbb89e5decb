"""Walk a directory tree with os.scandir, in batches of paths or into columns."""

import os
from time import monotonic

from toolrig._handle import Handle
from toolrig._pure.columns import Columns
from toolrig._pure.jail import open_beneath, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolrig._pure.ignore import Ignore, Scope

    Status = tuple[int, int]  # size and time of modification; -1 where the file system would not say
    Row = tuple[str, int, Status]
    Lineage = tuple[tuple[int, int], "Lineage"] | None

__all__ = ["Columns", "Walker"]

_NO_STATUS = (-1, -1)
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
        look: entries have a status; to be gathered into columns that have one.
        follow: symbolic links to what lies below *fd* count as that; no directory is entered inside itself.
        same_device: directories on other devices are not entered.
        endings: what a path must end in one of to be handed out; empty for everything.
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
        look: bool = False,
        follow: bool = False,
        same_device: bool = False,
        endings: "Sequence[str]" = (),
    ) -> None:
        self._prefix = prefix
        self._trail = trail.split("/") if trail else []
        self._kinds = kinds
        self._hidden = hidden
        self._max_depth = max_depth
        self._rules = rules
        self._look = look
        self._follow = follow
        self._same_device = same_device
        self._endings = tuple(endings)
        self._errors: list[tuple[str, int]] = []
        self._hidden_by_rules = 0
        self._size = _BATCH_FIRST
        self._owner = os.getpid()
        self._rows: Iterator[Row] | None = self._walk(Handle(fd))

    def next_batch(self) -> list[str] | None:
        """Return the next paths, in no promised order, or None when the walk is over or closed.

        Raises:
            MemoryError: the walk had to be given up.
            RuntimeError: the walk is continued in the child of a fork, or by two threads at once.
        """
        batch = [path for path, _, _ in self._next(self._size)]
        self._size = min(self._size * 2, _BATCH_MOST)
        return batch or None

    def gather(self, columns: Columns, until: float | None = None) -> bool:
        """Put all that is still to come into *columns*; return whether the walk came to its end.

        Args:
            until: the moment of `time.monotonic` after which to stop; None for no bound.

        Raises:
            MemoryError: the walk had to be given up.
            RuntimeError: as for `next_batch`.
        """
        while rows := self._next(_BATCH_FIRST):
            for row in rows:
                columns._add(row)
            if until is not None and monotonic() >= until:
                return False
        return self._rows is not None

    def _next(self, count: int) -> "list[Row]":
        if self._rows is None:
            return []
        if os.getpid() != self._owner:
            raise RuntimeError("a walk cannot be continued after a fork: start a new one in the child")
        try:
            return [row for _, row in zip(range(count), self._rows, strict=False)]
        except ValueError as busy:
            raise RuntimeError(
                "another thread is inside this walk: give each thread a walk of its own"
            ) from busy

    def errors(self) -> list[tuple[str, int]]:
        """Return the directories that could not be read, each with its errno; at most the first 1,000."""
        return list(self._errors)

    def hidden_by_rules(self) -> int:
        """Return how many entries the rules have hidden so far; what lies below them is not counted."""
        return self._hidden_by_rules

    def close(self) -> None:
        """Stop the walk and free what it holds; a thread that is inside it does so within 50 ms."""
        self._rows = None

    def _walk(self, handle: Handle) -> "Iterator[Row]":
        pending = [_Directory("", 1, None, None, False)]
        device = os.stat(handle.place).st_dev if self._same_device else 0
        while pending:
            directory = pending.pop()
            try:
                entries = self._read(handle.place, directory, device)
            except OSError as failure:
                if len(self._errors) < _ERRORS_MOST:
                    self._errors.append((self._prefix + directory.path, failure.errno or 0))
                continue
            for name, kind, status in entries:
                if self._passes_over(name) or directory.leaves_trail(self._trail, name):
                    continue
                linked = kind == _SYMLINK and self._follow
                if kind != _DIRECTORY and not linked and not self._wants(name, kind):
                    continue
                path = directory.base + name
                if directory.scope is not None and directory.scope.hides(path, kind == _DIRECTORY):
                    self._hidden_by_rules += 1
                    continue
                if linked:
                    kind, status = self._linked(handle.place, path, status)
                if self._wants(name, kind):
                    yield self._prefix + path, kind, status
                if kind == _DIRECTORY and (self._max_depth < 0 or directory.depth < self._max_depth):
                    pending.append(directory.below(path, linked))

    def _read(
        self, top: "int | str", directory: "_Directory", device: int
    ) -> "list[tuple[str, int, Status]]":
        """Return the entries of *directory*, which learns what is in force inside it."""
        if isinstance(top, str):
            place = resolve(top, directory.path or ".", follow=self._follow)
            if self._barred(directory, os.stat(place), device):
                return []
            entries = self._entries(place)
            directory.scope = self._enter(directory, -1, entries)
            return entries
        flags = os.O_RDONLY | os.O_DIRECTORY | (0 if self._follow else os.O_NOFOLLOW)
        fd = open_beneath(top, directory.path or ".", flags, follow=self._follow)
        try:
            if self._barred(directory, os.fstat(fd), device):
                return []
            entries = self._entries(fd)
            directory.scope = self._enter(directory, fd, entries)
            return entries
        finally:
            os.close(fd)

    def _entries(self, place: "int | str") -> "list[tuple[str, int, Status]]":
        entries = []
        with os.scandir(place) as found:
            for entry in found:
                try:
                    status = self._status(entry) if self._look else _NO_STATUS
                except FileNotFoundError:
                    continue  # gone since it was listed
                entries.append((entry.name, _kind(entry), status))
        return entries

    def _status(self, entry: "os.DirEntry[str]") -> "Status":
        try:
            return _status(entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            raise
        except OSError:
            return _NO_STATUS

    def _barred(self, directory: "_Directory", info: os.stat_result, device: int) -> bool:
        """Return whether *directory* is not to be entered."""
        if self._same_device and info.st_dev != device:
            return True
        if not self._follow:
            return False
        identity = (info.st_dev, info.st_ino)
        above = directory.lineage
        while directory.linked and above is not None:
            if above[0] == identity:
                return True
            above = above[1]
        directory.lineage = (identity, directory.lineage)
        return False

    def _linked(self, top: "int | str", path: str, own: "Status") -> "tuple[int, Status]":
        """Return kind and status of what the link *path* leads to; its *own* where that is outside *top*."""
        try:
            if isinstance(top, str):
                info = os.stat(resolve(top, path))
            else:
                fd = open_beneath(top, path, getattr(os, "O_PATH", os.O_RDONLY | os.O_NONBLOCK))
                try:
                    info = os.fstat(fd)
                finally:
                    os.close(fd)
        except OSError:
            return _SYMLINK, own
        return _kind_of_mode(info.st_mode), _status(info)

    def _enter(
        self, directory: "_Directory", fd: int, entries: "list[tuple[str, int, Status]]"
    ) -> "Scope | None":
        if self._rules is None:
            return None
        names = {name for name, _, _ in entries}
        return self._rules.enter(directory.scope, fd, directory.path, ".gitignore" in names, ".git" in names)

    def _wants(self, name: str, kind: int) -> bool:
        return bool(kind & self._kinds) and (not self._endings or name.endswith(self._endings))

    def _passes_over(self, name: str) -> bool:
        if not name.startswith(".") or self._hidden == 2:
            return False
        return self._hidden == 0 or name == ".git"


class _Directory:
    """A directory to be read."""

    __slots__ = ("base", "depth", "lineage", "linked", "path", "scope")

    def __init__(
        self, path: str, depth: int, scope: "Scope | None", lineage: "Lineage", linked: bool
    ) -> None:
        self.path = path
        self.base = f"{path}/" if path else ""
        self.depth = depth
        self.scope = scope
        self.lineage = lineage
        self.linked = linked

    def below(self, path: str, linked: bool) -> "_Directory":
        """Return the subdirectory *path*, a path from the root."""
        return _Directory(path, self.depth + 1, self.scope, self.lineage, linked)

    def leaves_trail(self, trail: list[str], name: str) -> bool:
        """Return whether *trail* names another entry of this directory than *name*."""
        return self.depth <= len(trail) and trail[self.depth - 1] != name


def _status(info: os.stat_result) -> "Status":
    return info.st_size, info.st_mtime_ns


def _kind_of_mode(mode: int) -> int:
    return {0o100000: _FILE, 0o040000: _DIRECTORY, 0o120000: _SYMLINK}.get(mode & 0o170000, _OTHER)


def _kind(entry: "os.DirEntry[str]") -> int:
    if entry.is_symlink():
        return _SYMLINK
    if entry.is_dir(follow_symlinks=False):
        return _DIRECTORY
    if entry.is_file(follow_symlinks=False):
        return _FILE
    return _OTHER
