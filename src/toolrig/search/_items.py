"""From pieces of files, as the kernel hands them out, to matches."""

from time import monotonic

from toolrig.search._match import Match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolrig.search._query import Search

    Range = tuple[int, int, int, int, int, int]


class DeadlineReached(Exception):
    """The time allowed for a search is over."""


def matches_in_lines(
    path: str, blob: bytes, ranges: "list[Range]", search: "Search | None", until: float | None
) -> "Iterator[Match]":
    """Yield the matches in ranges that each are one line with the needle in it.

    Where *search* is None the needle is the match, else it is asked about each line.

    Raises:
        DeadlineReached: the clock of `time.monotonic` has come to *until*.
    """
    text = _Text(blob) if not blob.isascii() else blob.decode("ascii")
    for line, begin, start, end, stop, at in ranges:
        own = _without_terminator(text[start:end])
        if search is None:
            column = len(text[start : start + at])
        else:
            if until is not None and monotonic() >= until:
                raise DeadlineReached
            found = search(own)
            if found is None:
                continue
            column = found.start()
        before = () if begin == start else tuple(_lines(text[begin:start]))
        after = () if end == stop else tuple(_lines(text[end:stop]))
        yield Match(path, line, column + 1, own, before, after)


def matches_in_blocks(
    path: str,
    blob: bytes,
    ranges: "list[Range]",
    search: "Search",
    context: tuple[int, int],
    until: float | None,
) -> "Iterator[Match]":
    """Yield the matches that *search* finds in ranges of any number of lines.

    Raises:
        DeadlineReached: the clock of `time.monotonic` has come to *until*.
    """
    before, after = context
    for line, begin, start, end, stop, _ in ranges:
        own = _lines(_Text(blob)[start:end])
        head = _lines(_Text(blob)[begin:start])
        every = [*head, *own, *_lines(_Text(blob)[end:stop])] if begin != start or end != stop else own
        for i, found in enumerate(map(search, own), len(head)):
            if until is not None and monotonic() >= until:
                raise DeadlineReached
            if found is not None:
                yield Match(
                    path,
                    line + i - len(head),
                    found.start() + 1,
                    every[i],
                    tuple(every[max(0, i - before) : i]),
                    tuple(every[i + 1 : i + 1 + after]),
                )


class _Text:
    """Text that is sliced by offsets into its bytes; for ASCII a str does the same."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __getitem__(self, where: slice) -> str:
        return self._raw[where].decode("utf-8", "surrogateescape")


def _without_terminator(line: str) -> str:
    return line[:-2] if line.endswith("\r\n") else line.removesuffix("\n")


def _lines(text: str) -> list[str]:
    r"""Return the lines of *text* without their terminators, ``\n`` or ``\r\n``."""
    lines = text.split("\n")
    rest = lines.pop()
    if "\r\n" in text:
        lines = [line.removesuffix("\r") for line in lines]
    if rest:
        lines.append(rest)
    return lines
