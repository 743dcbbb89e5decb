"""Growing a tree from the top down, level by level, until as many entries are shown as there is room for.

Only directories that are shown are read, so the work is bounded by the room, not by the tree. What does not
fit of a level is cut evenly: each directory of it shows its first entries, and how many more it has.
"""

import os
from time import monotonic

from toolrig._backend import kernel
from toolrig.fs._gitview import rules as _rules
from toolrig.fs._path_error import PathError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolrig._native.ignore import Ignore, Scope
    from toolrig.fs._jail import Jail
    from toolrig.fs._plan import Hidden, Kind

_CHAIN_MOST = 32  # directories in one line
_ERRORS_MOST = 1000
_LOOK = 1024  # entries between two looks at the clock
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)  # fmt: skip


class Node:
    """An entry of the tree; where it is a directory that was read, also what lies in it.

    Attributes:
        path: relative to the top; of a chain of single directories, the last one's.
        depth: levels below the top.
        kids: the entries that are shown.
        count: how many entries it has; None where it was not read to its end.
    """

    __slots__ = ("count", "depth", "kids", "kind", "path", "scope")

    def __init__(self, path: str, kind: "Kind", depth: int, scope: "Scope | None") -> None:
        self.path = path
        self.kind = kind
        self.depth = depth
        self.scope = scope  # of the directory around it, until it is read
        self.kids: list[Node] = []
        self.count: int | None = None

    @property
    def left_out(self) -> int | None:
        """How many of its entries are not shown."""
        if self.kind != "dir":
            return 0
        return None if self.count is None else self.count - len(self.kids)


class Growth:
    """A tree in the making, and what is to be told of it: see `toolrig.tree`."""

    def __init__(
        self,
        jail: "Jail",
        *,
        limit: int | None,
        max_depth: int | None,
        deadline: float | None,
        gitignore: bool,
        ignore_files: "Sequence[str]",
        hidden: "Hidden",
    ) -> None:
        self._jail = jail
        self._rules: Ignore | None = _rules(jail, gitignore=gitignore, ignore_files=ignore_files)
        self._limit = limit
        self._max_depth = max_depth
        self._until = None if deadline is None else monotonic() + deadline
        self._hidden = hidden
        self.seen = 0
        self.truncated = False
        self.hidden_by_rules = 0
        self.errors: list[PathError] = []

    def grow(self) -> Node:
        """Return the top of the tree, grown; once only."""
        top = Node("", "dir", 0, None)
        level, room = [top], self._limit
        while level:
            # A single directory is found also where there is no room: it shares a line that is there.
            self._read_level(level, None if room is None else max(room, 1))
            if room is not None:
                shares = share([len(node.kids) for node in level], room)
                for node, most in zip(level, shares, strict=True):
                    self.truncated |= most < len(node.kids)
                    del node.kids[most:]
                room -= sum(shares)
            level = [kid for node in level for kid in node.kids if kid.kind == "dir"]
        return top

    def _read_level(self, level: list[Node], room: int | None) -> None:
        kept = 0
        for at, node in enumerate(level):
            self._read_chain(node, room)
            kept += len(node.kids)
            if room is not None and kept > 4 * room + _LOOK:
                # Directories still to come can only make the shares smaller.
                most = max(share([len(read.kids) for read in level[: at + 1]], room))
                for read in level[: at + 1]:
                    self.truncated |= most < len(read.kids)
                    del read.kids[most:]
                kept = sum(len(read.kids) for read in level[: at + 1])

    def _read_chain(self, node: Node, room: int | None) -> None:
        """Read *node*, and while all there is in it is one directory, go on there."""
        for length in range(1, _CHAIN_MOST + 1):
            self._read(node, room)
            only = node.kids[0] if node.count == 1 and node.kids else None
            if only is None or only.kind != "dir" or not node.path or length == _CHAIN_MOST:
                return
            node.path, node.depth, node.scope = only.path, only.depth, only.scope
            node.kids, node.count = [], None

    def _read(self, node: Node, room: int | None) -> None:
        if self._late():
            self.truncated = True
            return
        try:
            place = self._open(node.path)
        except OSError as failure:
            self._note(node, failure)
            return
        try:
            self._list(node, place, room)
        except OSError as failure:
            self._note(node, failure)
        finally:
            if isinstance(place, int):
                os.close(place)

    def _open(self, path: str) -> "int | str":
        """Open a directory beneath the top without following a link."""
        place = self._jail.place
        if isinstance(place, int):
            return int(kernel("jail").open_beneath(place, path or ".", _FLAGS, follow=False))
        from toolrig._pure.jail import resolve

        return resolve(place, path or ".", follow=False)

    def _list(self, node: Node, place: "int | str", room: int | None) -> None:
        scope = node.scope
        if self._rules is not None:
            fd = place if isinstance(place, int) else -1
            scope = self._rules.enter(scope, fd, node.path, _has(place, ".gitignore"), _has(place, ".git"))
        within = self._max_depth is None or node.depth < self._max_depth
        found = _First(room if within else 0)
        base = f"{node.path}/" if node.path else ""
        for kind, name in self._entries(place):
            if scope is not None and scope.hides(base + name, kind == "dir"):
                self.hidden_by_rules += 1
            else:
                found.add(kind, name)
        if within:
            self.seen += found.count
            self.truncated |= room is not None and found.count > room
        node.kids = [Node(base + name, kind, node.depth + 1, scope) for kind, name in found.entries()]
        node.count = None if self._late() else found.count
        node.scope = None

    def _entries(self, place: "int | str") -> "Iterator[tuple[Kind, str]]":
        with os.scandir(place) as entries:
            for number, entry in enumerate(entries, 1):
                if number % _LOOK == 0 and self._late():
                    self.truncated = True
                    return
                name = entry.name
                if not name.startswith(".") or self._hidden == "all" or (self._hidden and name != ".git"):
                    yield _kind(entry), name

    def _late(self) -> bool:
        return self._until is not None and monotonic() >= self._until

    def _note(self, node: Node, failure: OSError) -> None:
        if len(self.errors) < _ERRORS_MOST:
            code = failure.errno or 0
            self.errors.append(PathError(node.path, code, os.strerror(code)))


class _First:
    """The first of many entries in any order: directories, then the rest, by the bytes of their names."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._found: list[tuple[bool, bytes, Kind]] = []
        self.count = 0

    def add(self, kind: "Kind", name: str) -> None:
        self.count += 1
        self._found.append((kind != "dir", os.fsencode(name), kind))
        if self._most is not None and len(self._found) > 2 * self._most + _LOOK:
            self._cut()

    def entries(self) -> "list[tuple[Kind, str]]":
        self._cut()
        return [(kind, os.fsdecode(name)) for _, name, kind in self._found]

    def _cut(self) -> None:
        self._found.sort()
        if self._most is not None:
            del self._found[self._most :]


def share(counts: list[int], room: int) -> list[int]:
    """Return how many of each count fit: all of the small ones, evenly much of the others."""
    waiting, level = len(counts), 0
    left = room
    for count in sorted(counts):
        if count * waiting > left:
            level = left // waiting
            left -= level * waiting
            break
        left -= count
        waiting -= 1
        level = count
    else:
        return list(counts)
    shares = []
    for count in counts:
        extra = count > level and left > 0
        left -= extra
        shares.append(min(count, level + extra))
    return shares


def _has(place: "int | str", name: str) -> bool:
    try:
        if isinstance(place, int):
            os.stat(name, dir_fd=place, follow_symlinks=False)
        else:
            os.lstat(os.path.join(place, name))
    except OSError:
        return False
    return True


def _kind(entry: "os.DirEntry[str]") -> "Kind":
    if entry.is_symlink():
        return "symlink"
    if entry.is_dir(follow_symlinks=False):
        return "dir"
    return "file" if entry.is_file(follow_symlinks=False) else "other"
