"""A tree in columns: paths, kinds, sizes and times of all its entries at once."""

from time import monotonic, perf_counter

from toolrig._backend import kernel
from toolrig.fs._jail import Jail
from toolrig.fs._path_error import path_errors
from toolrig.fs._plan import KINDS, NOT_DIRECTORIES, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence
    from typing import Any, Literal, Unpack

    from toolrig._native.walk import Columns
    from toolrig.fs._entry import Entry
    from toolrig.fs._path_error import PathError
    from toolrig.fs._plan import Hidden, Kind, Options

    Order = Literal["path", "mtime", "size"]

_NAMES = {bit: name for name, bit in KINDS.items()}


class Scan:
    """Entries of a tree, row by row the same in every column.

    Attributes:
        total: how many there are, or None where the scan was stopped before it knew.
        truncated: whether entries are missing, because of ``limit`` or ``deadline``.
        hidden_by_gitignore: entries that rules kept out; what lies below them is not counted.
        errors: directories that could not be read, at most the first 1,000.
        elapsed_ms: wall-clock time.
    """

    __slots__ = ("_columns", "_paths", "elapsed_ms", "errors", "hidden_by_gitignore", "total", "truncated")

    def __init__(
        self,
        columns: "Columns",
        *,
        total: int | None,
        truncated: bool,
        hidden_by_gitignore: int,
        errors: "tuple[PathError, ...]",
        elapsed_ms: float,
    ) -> None:
        self._columns = columns
        self._paths: list[str] | None = None
        self.total = total
        self.truncated = truncated
        self.hidden_by_gitignore = hidden_by_gitignore
        self.errors = errors
        self.elapsed_ms = elapsed_ms

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def paths(self) -> list[str]:
        """Relative to the root, ``/``-separated; made when first asked for."""
        if self._paths is None:
            self._paths = self._columns.paths()
        return self._paths

    @property
    def kinds(self) -> "Any":
        """A numpy array of uint8: 1 file, 2 dir, 4 symlink, 8 other."""
        return self._array("kinds", "uint8")

    @property
    def sizes(self) -> "Any":
        """A numpy array of int64: bytes; -1 where the file system would not say."""
        return self._array("sizes", "int64")

    @property
    def mtimes_ns(self) -> "Any":
        """A numpy array of int64: ns since 1970; -1 where the file system would not say."""
        return self._array("mtimes", "int64")

    def entries(self) -> "Iterator[Entry]":
        """Yield the rows one by one; needs no numpy.

        Raises:
            ValueError: the scan did not look at sizes and times (``stat=False``).
        """
        from toolrig.fs._entry import Entry

        buffer = self._columns.buffer
        rows = zip(self.paths, buffer("kinds"), buffer("sizes"), buffer("mtimes"), strict=True)
        for path, kind, size, mtime_ns in rows:
            yield Entry(path, _NAMES[kind], size, mtime_ns)

    def _array(self, column: str, kind: str) -> "Any":
        try:
            import numpy
        except ImportError:
            raise ImportError("columns are numpy arrays: install numpy, or use Scan.entries()") from None
        return numpy.frombuffer(self._columns.buffer(column), dtype=kind)


def scan(
    root: "str | os.PathLike[str]",
    *,
    match: "str | Sequence[str] | None" = None,
    kinds: "Kind | Sequence[Kind]" = NOT_DIRECTORIES,
    gitignore: bool = True,
    ignore_files: "Sequence[str]" = (),
    hidden: "Hidden" = True,
    follow: bool = False,
    max_depth: int | None = None,
    same_device: bool = False,
    stat: bool = True,
    sort: "Order | None" = None,
    limit: int | None = None,
    deadline: float | None = None,
) -> Scan:
    """Walk the tree below *root* and return its entries in columns.

    Options not named here are those of `toolrig.walk`.

    Args:
        stat: look at size and time of each entry; without it there are only paths and kinds.
        sort: "path" in the order of their bytes, "mtime" newest first, "size" largest first; equals by path.
            None for the order in which they are found.
        limit: how many entries to keep at most; ``total`` still counts all of them.
        deadline: seconds after which the walk stops; what was found by then is returned, ``truncated``.

    Raises:
        OSError: *root* is not a directory that can be opened.
        PatternError: *match* is malformed.
        ValueError: an option has a value that is not offered.
    """
    return scan_jail(
        Jail(root),
        stat=stat,
        sort=sort,
        limit=limit,
        deadline=deadline,
        match=match,
        kinds=kinds,
        gitignore=gitignore,
        ignore_files=ignore_files,
        hidden=hidden,
        follow=follow,
        max_depth=max_depth,
        same_device=same_device,
    )


def scan_jail(
    jail: Jail,
    *,
    stat: bool = True,
    sort: "Order | None" = None,
    limit: int | None = None,
    deadline: float | None = None,
    **options: "Unpack[Options]",
) -> Scan:
    """Do what `scan` does in a directory that is open already; see `toolrig.fs._plan.Options`."""
    if sort not in (None, "path", "mtime", "size"):
        raise ValueError(f"sort is {sort!r}: use 'path', 'mtime', 'size' or None")
    if sort in ("mtime", "size") and not stat:
        raise ValueError(f"sort={sort!r} needs sizes and times: leave stat=False out")
    if limit is not None and limit < 0:
        raise ValueError(f"limit is {limit}: use a number from 0, or None for all")
    started = perf_counter()
    plan = Plan(jail, **options)
    columns: Columns = kernel("walk").Columns(with_statuses=stat)
    walker = plan.walker(look=stat)
    try:
        complete = walker.gather(columns, None if deadline is None else monotonic() + deadline)
        errors, hidden = walker.errors(), walker.hidden_by_rules()
    finally:
        walker.close()
    if plan.keep is not None:
        columns.filter(plan.keep)
    found = len(columns)
    if limit is not None:
        limit = min(limit, found)  # kernels take no number of any size
    if sort is not None:
        columns.order(sort, limit)
    elif limit is not None:
        columns.head(limit)
    return Scan(
        columns,
        total=found if complete else None,
        truncated=len(columns) < found or not complete,
        hidden_by_gitignore=hidden,
        errors=path_errors(errors),
        elapsed_ms=(perf_counter() - started) * 1000,
    )
