"""What finds a pattern in text: plain text by itself, an expression by `re` within the time allowed."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from toolrig.search._items import Found
    from toolrig.search._pattern import Pattern

    class Sought(Protocol):
        """What is looked for; every method may raise `DeadlineReached`."""

        def search_all(self, lines: list[str]) -> Iterable[Found | None]:
            """Tell for each of *lines* where it first matches."""

        def spans(self, text: str) -> Iterable[tuple[int, int]]:
            """Tell start and end of every match in *text*, as `re.finditer` does."""

        def close(self) -> None:
            """Stop looking."""


def sought(
    pattern: "Pattern", until: float | None = None, *, multiline: bool = False, dotall: bool = False
) -> "Sought":
    """Return what finds *pattern*, one that `toolrig.search._query.query` has accepted.

    Args:
        until: the time of `time.monotonic` at which the search is over; None for none.
    """
    if pattern.fixed and not pattern.ignore_case:
        return PlainText(pattern.text)
    import re

    from toolrig.search._confirming.confirmer import confirmer

    flags = re.IGNORECASE if pattern.ignore_case else re.NOFLAG
    flags |= re.MULTILINE if multiline else re.NOFLAG
    flags |= re.DOTALL if dotall else re.NOFLAG
    return confirmer(re.escape(pattern.text) if pattern.fixed else pattern.text, flags, until)


class PlainText:
    """Finds text of any length, which `re` would have to compile."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def search_all(self, lines: list[str]) -> "Iterator[Place | None]":
        """Yield where each of *lines* has the text first."""
        for line in lines:
            at = line.find(self._text)
            yield None if at < 0 else Place(at)

    def spans(self, text: str) -> "Iterator[tuple[int, int]]":
        """Yield start and end of each occurrence in *text*, none within another."""
        step = len(self._text)
        at = text.find(self._text)
        while at >= 0:
            yield at, at + step
            at = text.find(self._text, at + (step or 1))

    def close(self) -> None:
        """Do nothing: there is nothing to stop."""


class Place:
    """Where something was found, as a match of `re` tells it."""

    __slots__ = ("_at",)

    def __init__(self, at: int) -> None:
        self._at = at

    def start(self) -> int:
        return self._at
