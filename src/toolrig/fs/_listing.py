"""The result of a listing that was made in one piece."""

from toolrig._record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolrig.fs._path_error import PathError


class Listing(Record):
    """Paths found, and what a reader must know to trust them; iterable.

    Attributes:
        paths: relative to the root, ``/``-separated.
        total: how many there are, or None where the search was stopped before it knew.
        truncated: whether paths are missing, because of ``limit`` or ``deadline``.
        hidden_by_gitignore: entries that git's rules kept out; what lies below them is not counted.
        errors: what could not be read.
        elapsed_ms: wall-clock time.
    """

    __slots__ = ("paths", "total", "truncated", "hidden_by_gitignore", "errors", "elapsed_ms")

    paths: tuple[str, ...]
    total: int | None
    truncated: bool
    hidden_by_gitignore: int
    errors: "tuple[PathError, ...]"
    elapsed_ms: float

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> "Iterator[str]":
        return iter(self.paths)
