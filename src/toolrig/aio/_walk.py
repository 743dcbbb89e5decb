"""Walking a tree from an event loop."""

from typing import TYPE_CHECKING

from toolrig.aio._stream import Stream
from toolrig.aio._twin import streamed
from toolrig.fs import walk as _walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    import toolrig.fs
    from toolrig.fs import PathError


class Walk(Stream["toolrig.fs.Walk", str]):
    """Paths of a tree as the walk finds them; see `toolrig.fs.Walk` for the counters.

    The walk starts, and a root that cannot be walked is told, when the first path is asked for.
    """

    __slots__ = ()

    @staticmethod
    def _pieces(source: "toolrig.fs.Walk") -> "Iterable[list[str]]":
        return source.batches()

    @property
    def total(self) -> int | None:
        return None if self._source is None else self._source.total

    @property
    def hidden_by_gitignore(self) -> int:
        return 0 if self._source is None else self._source.hidden_by_gitignore

    @property
    def errors(self) -> "tuple[PathError, ...]":
        return () if self._source is None else self._source.errors

    @property
    def elapsed_ms(self) -> float:
        return 0.0 if self._source is None else self._source.elapsed_ms


walk = streamed(_walk, Walk)
