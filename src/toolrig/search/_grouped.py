"""Matches and their context as the lines of a listing: each line once, in order, with the gaps between."""

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolrig.search._match import Match


class Line(namedtuple("Line", ("path", "number", "text", "match"))):
    """A line to be shown.

    Attributes:
        path: of its file.
        number: its number, from 1.
        text: without its terminator.
        match: the match that it is the first line of, or a further one; None for context.
    """

    __slots__ = ()

    path: str
    number: int
    text: str
    match: "Match | None"


def grouped(matches: "Iterable[Match]", *, only_matching: bool = False) -> "Iterator[Line | None]":
    """Yield the lines of *matches*, those of a file following each other, and None for what lies between.

    Where matches are neighbours, or share context, there is nothing between them.

    Args:
        only_matching: the texts are what matches, rather than lines.
    """
    path, last = "", 0  # the line yielded last
    behind: list[Line] = []  # context of the last match, due up to the next one
    for match in matches:
        if match.path != path:
            yield from behind
            apart, path, last, behind = bool(path), match.path, 0, []
        else:
            ahead = [line for line in behind if line.number < match.line]
            yield from ahead
            last = ahead[-1].number if ahead else last
            apart = match.line - len(match.before) > last + 1
        if apart:
            yield None
        for number, text in enumerate(match.before, match.line - len(match.before)):
            if number > last:
                yield Line(path, number, text, None)
        for number, text in enumerate(_lines(match.text, only_matching), match.line):
            yield Line(path, number, text, match)
            last = number
        behind = [Line(path, number, text, None) for number, text in enumerate(match.after, last + 1)]
    yield from behind


def _lines(text: str, only_matching: bool) -> list[str]:
    lines = text.split("\n")
    if only_matching and len(lines) > 1 and not lines[-1]:
        lines.pop()  # the match ends with its line
    return lines
