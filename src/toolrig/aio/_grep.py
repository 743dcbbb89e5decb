"""Searching a tree from an event loop."""

from typing import TYPE_CHECKING, Any

from toolrig.aio._stream import Stream
from toolrig.aio._twin import streamed
from toolrig.search import grep as _grep

if TYPE_CHECKING:
    from collections.abc import Iterable

    import toolrig.search
    from toolrig.fs import PathError


class Matches(Stream["toolrig.search.Matches[Any]", Any]):
    """Items of a search as they are found; see `toolrig.search.Matches` for the counters.

    The search starts, and a root or pattern that is no good is told, when the first item is asked for.
    """

    __slots__ = ()

    @staticmethod
    def _pieces(source: "toolrig.search.Matches[Any]") -> "Iterable[list[Any]]":
        return ([item] for item in source)

    @property
    def truncated(self) -> bool:
        return self._source is not None and self._source.truncated

    @property
    def total(self) -> int | None:
        return None if self._source is None else self._source.total

    @property
    def files_searched(self) -> int:
        return 0 if self._source is None else self._source.files_searched

    @property
    def files_with_matches(self) -> int:
        return 0 if self._source is None else self._source.files_with_matches

    @property
    def files_cut(self) -> int:
        return 0 if self._source is None else self._source.files_cut

    @property
    def binary_skipped(self) -> int:
        return 0 if self._source is None else self._source.binary_skipped

    @property
    def hidden_by_gitignore(self) -> int:
        return 0 if self._source is None else self._source.hidden_by_gitignore

    @property
    def errors(self) -> "tuple[PathError, ...]":
        return () if self._source is None else self._source.errors

    @property
    def elapsed_ms(self) -> float:
        return 0.0 if self._source is None else self._source.elapsed_ms


grep = streamed(_grep, Matches)
