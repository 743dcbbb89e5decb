"""Walking a tree: paths stream out while the walk goes on."""

from time import perf_counter

from toolrig.fs._jail import Jail
from toolrig.fs._path_error import path_errors
from toolrig.fs._plan import NOT_DIRECTORIES, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterator, Sequence
    from typing import Unpack

    from toolrig._native.walk import Walker
    from toolrig.fs._path_error import PathError
    from toolrig.fs._plan import Hidden, Kind, Options


class Walk:
    """Paths of a tree as the walk finds them: a closable iterator, with counters that grow while it runs.

    A walk that is dropped is closed.

    Attributes:
        total: how many paths there are; None until the walk has ended by itself.
        hidden_by_gitignore: entries that git's rules kept out so far. What lies below them is not counted,
            nor what ``kinds`` or a pattern such as ``**/*.py`` leaves out anyway.
        errors: directories that could not be read so far, at most the first 1,000.
        elapsed_ms: wall-clock time from the start to now, or to the end.
    """

    __slots__ = ("_items", "_progress")

    def __init__(self, progress: "_Progress") -> None:
        # The progress does not know this object: dropping the one ends the other, without the collector.
        self._progress = progress
        self._items = progress.items()

    def __iter__(self) -> "Iterator[str]":
        # The generator itself, so that an item costs no further call.
        return self._items

    def __next__(self) -> str:
        return next(self._items)

    def __enter__(self) -> "Walk":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def total(self) -> int | None:
        return self._progress.total

    @property
    def hidden_by_gitignore(self) -> int:
        return self._progress.hidden()

    @property
    def errors(self) -> "tuple[PathError, ...]":
        return path_errors(self._progress.errors())

    @property
    def elapsed_ms(self) -> float:
        return ((self._progress.ended_at or perf_counter()) - self._progress.started_at) * 1000

    def close(self) -> None:
        """Stop the walk: no further path is handed out. Its counters stay readable."""
        self._progress.close()
        try:
            self._items.close()
        except ValueError:
            return  # a thread is inside it, and finds the walk closed when it looks for the next batch

    def batches(self) -> "Iterator[list[str]]":
        """Yield the remaining paths in lists, as they come."""
        return self._progress.batches()


class _Progress:
    """A walk under way: its engine while it runs, its figures afterwards."""

    __slots__ = ("_hidden", "_keep", "_noted", "_seen", "_walker", "ended_at", "started_at", "total")

    def __init__(self, plan: "Plan") -> None:
        self.started_at = perf_counter()
        self.ended_at: float | None = None
        self.total: int | None = None
        self._seen = self._hidden = 0
        self._noted: list[tuple[str, int]] = []
        self._keep = plan.keep
        self._walker: Walker | None = plan.walker()

    def __del__(self) -> None:
        self.close()

    def items(self) -> "Generator[str, None, None]":
        # Not itertools.chain, which crashes the interpreter when two threads are inside it.
        for batch in self.batches():
            yield from batch

    def batches(self) -> "Iterator[list[str]]":
        # Another thread may close the walk at any moment: the engine then says that it is over.
        while (walker := self._walker) is not None:
            batch: list[str] | None = walker.next_batch()
            if batch is None:
                if self._walker is not None:
                    self.total = self._seen
                break
            if self._keep is not None:
                batch = list(filter(self._keep, batch))
            self._seen += len(batch)
            yield batch
        self.close()

    def hidden(self) -> int:
        walker = self._walker
        return self._hidden if walker is None else int(walker.hidden_by_rules())

    def errors(self) -> list[tuple[str, int]]:
        walker = self._walker
        return self._noted if walker is None else list(walker.errors())

    def close(self) -> None:
        walker, self._walker = getattr(self, "_walker", None), None
        if walker is not None:
            self.ended_at = perf_counter()
            self._hidden, self._noted = walker.hidden_by_rules(), walker.errors()
            walker.close()


def walk(
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
) -> Walk:
    """Walk the tree below *root* and yield paths relative to it, ``/``-separated, in no promised order.

    Symbolic links are reported, not followed. Names that are not UTF-8 carry surrogate escapes.

    Args:
        match: glob patterns over the relative path; see `toolrig.glob`.
        kinds: which entries to yield: "file", "dir", "symlink", "other". Directories are walked anyway.
        gitignore: see the tree as git does: tracked files, and the untracked ones that no rule ignores.
        ignore_files: names of further files of rules, ``(".ignore",)`` say, read in every directory.
        hidden: False passes over names that begin with a dot; True only over ``.git``; "all" over nothing.
        follow: take symbolic links for what they lead to, where that lies below *root*; links out of it stay
            links. A directory inside itself is not entered again.
        max_depth: levels below *root*; 1 is its own entries. None for no bound.
        same_device: do not enter directories on other file systems.

    Raises:
        OSError: *root* is not a directory that can be opened. Directories below it that cannot be read
            are in `Walk.errors` instead.
        PatternError: *match* is malformed.
        ValueError: an option has a value that is not offered.
    """
    return walk_jail(
        Jail(root),
        match=match,
        kinds=kinds,
        gitignore=gitignore,
        ignore_files=ignore_files,
        hidden=hidden,
        follow=follow,
        max_depth=max_depth,
        same_device=same_device,
    )


def walk_jail(jail: Jail, **options: "Unpack[Options]") -> Walk:
    """Do what `walk` does in a directory that is open already; see `toolrig.fs._plan.Options`."""
    return Walk(_Progress(Plan(jail, **options)))
