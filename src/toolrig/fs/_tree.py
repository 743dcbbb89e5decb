"""A directory tree that fits where it is to be shown."""

import os
from collections import namedtuple
from time import perf_counter

from toolrig._record import Record
from toolrig.fs._growth import Growth, Node
from toolrig.fs._jail import Jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolrig.fs._path_error import PathError
    from toolrig.fs._plan import Hidden, Kind

LIMIT = 400


class TreeEntry(namedtuple("TreeEntry", ("path", "kind", "level", "left_out"))):
    """One line of a tree.

    Attributes:
        path: relative to the root; a chain of directories that hold nothing else is one entry, the last.
        kind: "file", "dir", "symlink" or "other".
        level: how far the line is indented; 0 below the root.
        left_out: how many entries of the directory are not shown; None where it was not read to its end.
    """

    __slots__ = ()

    path: str
    kind: "Kind"
    level: int
    left_out: int | None


class Tree(Record):
    """A directory tree cut to a number of entries; ``str(tree)`` is the text.

    Attributes:
        entries: what is shown, each directory followed by what is shown of it.
        left_out: how many entries of the root itself are not shown; None where it was not read to its end.
        total: how many entries there are, down to ``max_depth``; None where not all of them were seen.
        truncated: whether entries are missing, because of ``limit`` or ``deadline``.
        hidden_by_gitignore: entries seen that git's rules kept out; what lies below them is not counted.
        errors: directories that could not be read, at most the first 1,000.
        elapsed_ms: wall-clock time.
    """

    __slots__ = (
        "entries", "left_out", "total", "truncated", "hidden_by_gitignore", "errors", "elapsed_ms"
    )  # fmt: skip

    entries: tuple[TreeEntry, ...]
    left_out: int | None
    total: int | None
    truncated: bool
    hidden_by_gitignore: int
    errors: "tuple[PathError, ...]"
    elapsed_ms: float

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> "Iterator[TreeEntry]":
        return iter(self.entries)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> "Iterator[str]":
        """Yield the text line by line, without terminators.

        Two spaces a level; ``/`` behind directories, ``@`` behind symbolic links. What would end or
        disguise a line stands escaped.
        """
        cut = [_more(0, self.left_out)]  # by level: the line that ends an open directory
        above: list[str] = []
        for at, entry in enumerate(self.entries):
            while len(above) > entry.level:
                above.pop()
                yield from cut.pop()
            name = entry.path.removeprefix(above[-1]) if above else entry.path
            following = self.entries[at + 1 : at + 2]
            opened = bool(following) and following[0].level > entry.level
            note = "" if opened else _closed(entry)
            yield f"{'  ' * entry.level}{escaped(name)}{_MARKS.get(entry.kind, '')}{note}"
            if opened:
                above.append(entry.path + "/")
                cut.append(_more(entry.level + 1, entry.left_out))
        while cut:
            yield from cut.pop()


def tree(
    root: "str | os.PathLike[str]" = ".",
    *,
    limit: int | None = LIMIT,
    max_depth: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    ignore_files: "Sequence[str]" = (),
    hidden: "Hidden" = True,
) -> Tree:
    """Return the tree below *root*, cut to *limit* entries so that the top is complete before the depths.

    The tree grows level by level. The level that does not fit is shared out evenly: each directory of it
    shows as many entries as the others, and how many more it has; deeper ones are counted, not opened. Each
    directory lists its directories first, then the rest, both in the order of their bytes: what is cut off
    is files before structure. Directories that hold nothing but one directory share its line. Symbolic
    links are shown, not followed.

    Args:
        limit: how many entries to show at most, None for all. No more directories than that are read.
        max_depth: levels below *root*; 1 is its own entries. None for no bound.
        deadline: seconds after which no further entry is read; the tree is then ``truncated``.
        gitignore: as for `toolrig.walk`.
        ignore_files: as for `toolrig.walk`.
        hidden: as for `toolrig.walk`.

    Raises:
        OSError: *root* is not a directory that can be opened. Directories below it that cannot be read
            are in `Tree.errors` instead.
        ValueError: an option has a value that is not offered.
    """
    return tree_jail(
        Jail(root),
        limit=limit,
        max_depth=max_depth,
        deadline=deadline,
        gitignore=gitignore,
        ignore_files=ignore_files,
        hidden=hidden,
    )


def tree_jail(
    jail: Jail,
    *,
    limit: int | None = LIMIT,
    max_depth: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    ignore_files: "Sequence[str]" = (),
    hidden: "Hidden" = True,
    prefix: str = "",
) -> Tree:
    """Do what `tree` does in a directory that is open already; *prefix* is put before each path."""
    if limit is not None and limit < 0:
        raise ValueError(f"limit is {limit}: use a number from 0, or None for all")
    if max_depth is not None and max_depth < 1:
        raise ValueError(f"max_depth is {max_depth}: 1 is the root's own entries, None has no bound")
    if hidden not in (True, False, "all"):
        raise ValueError(f"hidden is {hidden!r}: use True, False or 'all'")
    started_at = perf_counter()
    growth = Growth(
        jail,
        limit=limit,
        max_depth=max_depth,
        deadline=deadline,
        gitignore=gitignore,
        ignore_files=ignore_files,
        hidden=hidden,
    )
    top = growth.grow()
    return Tree(
        entries=tuple(_entries(top, prefix)),
        left_out=top.left_out,
        total=None if growth.truncated else growth.seen,
        truncated=growth.truncated,
        hidden_by_gitignore=growth.hidden_by_rules,
        errors=tuple(error._replace(path=prefix + error.path) for error in growth.errors),
        elapsed_ms=(perf_counter() - started_at) * 1000,
    )


def escaped(name: str) -> str:
    """Return *name* with what is no visible character escaped; bytes that are not UTF-8 stay surrogates."""
    if name.isprintable():
        return name
    return "".join(map(_visible, name))


_MARKS = {"dir": "/", "symlink": "@"}


def _entries(top: Node, prefix: str) -> "Iterator[TreeEntry]":
    pending = [(kid, 0) for kid in reversed(top.kids)]
    while pending:
        node, level = pending.pop()
        yield TreeEntry(prefix + node.path, node.kind, level, node.left_out)
        pending += [(kid, level + 1) for kid in reversed(node.kids)]


def _closed(entry: TreeEntry) -> str:
    if entry.left_out is None:
        return " (not read)"
    if not entry.left_out:
        return ""
    return " (1 entry)" if entry.left_out == 1 else f" ({entry.left_out:,} entries)"


def _more(level: int, left_out: int | None) -> list[str]:
    if left_out == 0:
        return []
    return ["  " * level + ("… more" if left_out is None else f"… {left_out:,} more")]


def _visible(character: str) -> str:
    if character.isprintable() or "\udc80" <= character <= "\udcff":
        return character
    return character.encode("unicode_escape").decode()
