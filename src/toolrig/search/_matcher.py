"""Makes matches of what the kernel hands out, as the options of a search want them."""

from toolrig.search._items import matches_in_blocks, matches_in_lines
from toolrig.search._match import Match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolrig._pure.finder import Finder
    from toolrig.search._items import Found
    from toolrig.search._query import Query
    from toolrig.search._sought import Sought

    Range = tuple[int, int, int, int, int, int]


class Matcher:
    """What is done with candidates.

    Args:
        query: what the kernel looks for.
        sought: returns what decides about a line; it is not called where the kernel decides.
        until: the time of `time.monotonic` at which the search is over; None for none.
        lines: whether lines are wanted at all, rather than files or their counts.
        before, after, invert, only_matching, multiline, max_columns: see `toolrig.grep`.

    Attributes:
        finder: what the kernel is to look for, see `textscan.find`; None for every line.
        certain: whether the kernel alone can tell which files match.
        countable: whether it can also tell how often.
        multiline: whether it is to hand out files whole.
        context: how many lines it is to hand out in front of and behind a line.
    """

    def __init__(
        self,
        query: "Query",
        sought: "Callable[[], Sought]",
        until: float | None,
        *,
        lines: bool,
        before: int,
        after: int,
        invert: bool,
        only_matching: bool,
        multiline: bool,
        max_columns: int | None,
    ) -> None:
        self.finder = _finder(query.finder, invert=invert, multiline=multiline)
        self.certain = query.certain and not invert and not multiline
        self.countable = self.certain and not only_matching
        self.multiline = multiline
        self.context = (before, after) if lines else (0, 0)
        self._invert = invert
        self._only_matching = only_matching and not invert
        self._max_columns = max_columns if lines else None
        self._until = until
        self._sought = None if self.countable else sought()

    def close(self) -> None:
        """Stop what is under way."""
        if self._sought is not None:
            self._sought.close()

    def matches(self, path: str, blob: bytes, ranges: "list[Range]") -> "Iterator[Match]":
        """Yield the matches in a piece of a file; see `Scanner.next_batch`.

        Raises:
            DeadlineReached: the search is over.
        """
        found = self._in_file(path, blob, ranges) if self.multiline else self._in_lines(path, blob, ranges)
        if self._max_columns is None:
            return found
        from toolrig.search._excerpt import excerpt

        most, cut = self._max_columns, self._only_matching
        return (excerpt(match, most, column=1 if cut else match.column) for match in found)

    def _in_file(self, path: str, blob: bytes, ranges: "list[Range]") -> "Iterator[Match]":
        from toolrig.search._multiline import matches_in_file

        if not ranges or self._sought is None:
            return iter(())
        return matches_in_file(
            path, blob, self._sought.spans, self.context, self._until, only_matching=self._only_matching
        )

    def _in_lines(self, path: str, blob: bytes, ranges: "list[Range]") -> "Iterator[Match]":
        if self.finder is None:
            return self._parts(
                matches_in_blocks(path, blob, ranges, self._confirm, self.context, self._until)
            )
        confirm = None if self.certain else self._confirm
        return self._parts(matches_in_lines(path, blob, ranges, confirm, self._until))

    def _confirm(self, lines: list[str]) -> "Iterator[Found | None]":
        """Yield where each of *lines* is said to match."""
        assert self._sought is not None
        found = iter(self._sought.search_all(lines))
        if not self._invert:
            return found
        return (_AT_START if match is None else None for match in found)

    def _parts(self, found: "Iterator[Match]") -> "Iterator[Match]":
        """Return what was found, or, if that is asked for, each match in a line by itself."""
        sought = self._sought
        if not self._only_matching or sought is None:
            return found
        return (
            Match(path, line, start + 1, text[start:end], before, after)
            for path, line, _, text, before, after in found
            for start, end in sought.spans(text)
        )


class _Start:
    """Where a line that does not match is said to be found."""

    __slots__ = ()

    def start(self) -> int:
        return 0


_AT_START = _Start()


def _finder(finder: "Finder | None", *, invert: bool, multiline: bool) -> "Finder | None":
    """Return what tells lines, or for *multiline* files, that are worth a look: None for all of them."""
    if invert or finder is None:
        return None
    # An automaton tells whole matches, which may lie in several lines; a literal lies in one.
    return finder if not multiline or finder[0] == "literals" else None
