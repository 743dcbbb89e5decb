"""From pieces of files, as the kernel hands them out, to matches."""

from time import monotonic

from toolrig.search._match import Match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Protocol

    Range = tuple[int, int, int, int, int, int]

    class Found(Protocol):
        """Where a line matches, as `re.Match` tells it."""

        def start(self) -> int: ...

    Confirm = Callable[[list[str]], Iterable[Found | None]]


class DeadlineReached(Exception):
    """The time allowed for a search is over."""


def matches_in_lines(
    path: str, blob: bytes, ranges: "list[Range]", confirm: "Confirm | None", until: float | None
) -> "Iterator[Match]":
    """Yield the matches in ranges that each are one candidate line.

    Where *confirm* is None what the finder found is the match, else it is asked about the lines.

    Raises:
        DeadlineReached: the clock of `time.monotonic` has come to *until*.
    """
    text = _Text(blob) if not blob.isascii() else blob.decode("ascii")
    lines = [_without_terminator(text[start:end]) for _, _, start, end, _, _ in ranges]
    columns = _columns(text, ranges) if confirm is None else _starts(confirm(lines), until)
    for (line, begin, start, end, stop, _), own, column in zip(ranges, lines, columns, strict=True):
        if column >= 0:
            before = () if begin == start else tuple(_lines(text[begin:start]))
            after = () if end == stop else tuple(_lines(text[end:stop]))
            yield Match(path, line, column + 1, own, before, after)


def matches_in_blocks(
    path: str,
    blob: bytes,
    ranges: "list[Range]",
    confirm: "Confirm",
    context: tuple[int, int],
    until: float | None,
) -> "Iterator[Match]":
    """Yield the matches that *confirm* finds in ranges of any number of lines.

    Raises:
        DeadlineReached: the clock of `time.monotonic` has come to *until*.
    """
    before, after = context
    for line, begin, start, end, stop, _ in ranges:
        own = _lines(_Text(blob)[start:end])
        head = _lines(_Text(blob)[begin:start])
        every = [*head, *own, *_lines(_Text(blob)[end:stop])] if begin != start or end != stop else own
        for i, column in enumerate(_starts(confirm(own), until), len(head)):
            if column >= 0:
                yield Match(
                    path,
                    line + i - len(head),
                    column + 1,
                    every[i],
                    tuple(every[max(0, i - before) : i]),
                    tuple(every[i + 1 : i + 1 + after]),
                )


def _starts(found: "Iterable[Found | None]", until: float | None) -> "Iterator[int]":
    """Yield where each line matches, -1 for nowhere."""
    for match in found:
        if until is not None and monotonic() >= until:
            raise DeadlineReached
        yield -1 if match is None else match.start()


def _columns(text: "_Text | str", ranges: "list[Range]") -> "Iterator[int]":
    """Yield how many characters lie in front of what was found in each line."""
    return (len(text[start : start + at]) for _, _, start, _, _, at in ranges)


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
