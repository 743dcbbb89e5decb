"""The result of a search: an iterator that starts before the search ends."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Generic, TypeVar

    from toolrig.fs._path_error import PathError
    from toolrig.search._search import Search

    Item = TypeVar("Item")

    class _Of(Generic[Item]):
        __slots__ = ()
else:

    class _Of:
        __slots__ = ()
        __class_getitem__ = classmethod(lambda cls, _item: cls)

    Item = object


class Matches(_Of[Item]):
    """Items of a search as they are found: a closable iterator, with counters that grow while it runs.

    An iterator that is dropped is closed.

    Attributes:
        truncated: whether items are missing, because of ``limit`` or ``deadline``.
        total: how many items there are, those passed over by ``offset`` included; None until the search has
            ended by itself.
        files_searched: files searched to their end so far.
        files_with_matches: files in which the pattern was found so far.
        files_cut: files so far with more matches than ``limit_per_file``.
        binary_skipped: files passed over because a NUL is among their first 8,000 bytes.
        hidden_by_gitignore: entries that git's rules kept out so far; what lies below is not counted.
        errors: what could not be read so far: at most the first 1,000 directories and 1,000 files.
        elapsed_ms: wall-clock time from the start to now, or to the end.
    """

    __slots__ = ("_items", "_search")

    def __init__(self, search: "Search") -> None:
        self._search = search
        self._items: Iterator[Item] = search.items()  # type: ignore[assignment]

    def __iter__(self) -> "Iterator[Item]":
        # The generator itself, so that an item costs no further call; dropped, it closes the search.
        return self._items

    def __next__(self) -> "Item":
        return next(self._items)

    def __enter__(self) -> "Matches[Item]":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def truncated(self) -> bool:
        return self._search.truncated

    @property
    def total(self) -> int | None:
        return self._search.total

    @property
    def files_searched(self) -> int:
        return self._search.files_searched

    @property
    def files_with_matches(self) -> int:
        return self._search.files_with_matches

    @property
    def files_cut(self) -> int:
        return self._search.files_cut

    @property
    def binary_skipped(self) -> int:
        return self._search.binary_skipped

    @property
    def hidden_by_gitignore(self) -> int:
        return self._search.hidden_by_gitignore

    @property
    def errors(self) -> "tuple[PathError, ...]":
        return self._search.errors

    @property
    def elapsed_ms(self) -> float:
        return self._search.elapsed_ms

    def close(self) -> None:
        """Stop the search. What it counted stays readable."""
        self._search.close()
