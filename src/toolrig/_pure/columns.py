"""Entries of a walk in columns."""

import os
from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from toolrig._pure.walk import Row


class Columns:
    """Entries gathered from a walk: paths, kinds as bits and, where it looked, sizes and times.

    Not to be changed by two threads at once, nor once a buffer was asked for.

    Args:
        with_statuses: whether there are sizes and times.
    """

    def __init__(self, *, with_statuses: bool) -> None:
        self._with_statuses = with_statuses
        self._rows: list[Row] = []

    def __len__(self) -> int:
        return len(self._rows)

    def _add(self, row: "Row") -> None:
        """Take in one entry."""
        self._rows.append(row)

    def paths(self) -> list[str]:
        """Return all paths."""
        return [path for path, _, _ in self._rows]

    def filter(self, keep: "Callable[[str], object]") -> None:
        """Leave out the rows for whose path *keep* returns something false."""
        self._rows = [row for row in self._rows if keep(row[0])]

    def order(self, by: str, limit: int | None = None) -> None:
        """Put the rows in order and keep the first *limit*.

        "path" is the order of their bytes, "mtime" the newest first, "size" the largest first; rows that are
        equal otherwise are in the order of their paths.
        """
        index = {"path": None, "mtime": 1, "size": 0}[by]
        if index is not None and not self._with_statuses:
            raise ValueError(f"these columns have no {by}")
        self._rows.sort(key=_encoded)
        if index is not None:
            self._rows.sort(key=lambda row: row[2][index], reverse=True)
        if limit is not None:
            del self._rows[limit:]

    def head(self, limit: int) -> None:
        """Keep the first *limit* rows as they are."""
        del self._rows[limit:]

    def buffer(self, name: str) -> memoryview:
        """Return "kinds" (bytes), "sizes" or "mtimes" (numbers of 64 bits) without copying."""
        if name == "kinds":
            return memoryview(bytes(kind for _, kind, _ in self._rows))
        if not self._with_statuses:
            raise ValueError(f"these columns have no {name}")
        index = {"sizes": 0, "mtimes": 1}[name]
        return memoryview(array("q", [status[index] for _, _, status in self._rows])).toreadonly()


def _encoded(row: "Row") -> bytes:
    return os.fsencode(row[0])
