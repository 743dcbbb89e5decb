"""How what a search finds is written: ``path:line:text`` as grep does, headings and colours for people."""

import os
import sys

from toolrig.cli._show import on_terminal, visible, visible_line
from toolrig.search._grouped import grouped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from toolrig.search import FileCount, FileMatch, Match
    from toolrig.search._grouped import Line

    Spans = Callable[[str], Iterable[tuple[int, int]]]

_PATH, _NUMBER, _MATCH = b"35", b"32", b"1;31"  # ripgrep's


class Style:
    """How items are written.

    Args:
        names: whether lines and counts begin with the path of their file.
        heading: whether the path stands above the lines instead.
        numbers: whether lines have their number in front of them.
        columns: whether lines that match have a column in front of them.
        gaps: whether ``--`` stands between groups of lines.
        null: whether a path ends in a NUL.
        only_matching: whether the texts are what matches.
        colours: whether there are any.
        spans: returns what finds the parts of a match that are to stand out; None for nothing.
    """

    __slots__ = (
        "_put_path",
        "colours",
        "columns",
        "gaps",
        "heading",
        "names",
        "null",
        "numbers",
        "only_matching",
        "spans",
    )

    def __init__(
        self,
        *,
        names: bool,
        heading: bool,
        numbers: bool,
        columns: bool,
        gaps: bool,
        null: bool,
        only_matching: bool,
        colours: bool,
        spans: "Callable[[], Spans] | None",
    ) -> None:
        self.names = names
        self.heading = heading and names
        self.numbers = numbers
        self.columns = columns
        self.gaps = gaps
        self.null = null
        self.only_matching = only_matching
        self.colours = colours
        self.spans = spans
        self._put_path = _put_on_terminal(visible) if on_terminal() else os.fsencode

    def path(self, path: str) -> bytes:
        """Return the path, in its colour."""
        return self._painted(self._put_path(path), _PATH)

    def number(self, number: int) -> bytes:
        """Return the number of a line, in its colour."""
        return self._painted(b"%d" % number, _NUMBER)

    def _painted(self, raw: bytes, colour: bytes) -> bytes:
        return _painted(raw, colour) if self.colours else raw


def file_pieces(items: "Iterable[FileMatch]", style: Style) -> "Iterator[bytes]":
    """Yield what to write of each file: its path."""
    end = b"\0" if style.null else b"\n"
    for item in items:
        yield style.path(item.path) + end


def count_pieces(items: "Iterable[FileCount]", style: Style) -> "Iterator[bytes]":
    """Yield what to write of each file: its path and its count."""
    between = b"\0" if style.null else b":"
    for item in items:
        yield (style.path(item.path) + between if style.names else b"") + b"%d\n" % item.count


def json_pieces(items: "Iterable[Any]", _style: Style) -> "Iterator[bytes]":
    """Yield one JSON object for each item; bytes that are not UTF-8 as escaped lone surrogates."""
    import json

    for item in items:
        yield json.dumps(item._asdict()).encode() + b"\n"


def line_pieces(items: "Iterable[Match]", style: Style) -> "Iterator[bytes]":
    """Yield what to write of each line: matches as ``path:line:text``, context as ``path-line-text``."""
    texts = _Texts(style)
    path, apart = "", False
    for line in grouped(items, only_matching=style.only_matching):
        if line is None:
            apart = True
            continue
        if style.heading and line.path != path:
            yield (b"\n" if path else b"") + style.path(line.path) + b"\n"
        elif apart and style.gaps:
            yield b"--\n"
        path, apart = line.path, False
        yield _front(line, style) + texts.text(line) + b"\n"


def _front(line: "Line", style: Style) -> bytes:
    """Return what stands in front of the text of a line."""
    mark = b"-" if line.match is None else b":"
    front = b""
    if style.names and not style.heading:
        front = style.path(line.path) + (b"\0" if style.null else mark)
    if style.numbers:
        front += style.number(line.number) + mark
    if style.columns and line.match is not None:
        front += b"%d:" % line.match.column
    return front


class _Texts:
    """Makes bytes of the text of lines, what matches in its colour."""

    def __init__(self, style: Style) -> None:
        self._put = _put_on_terminal(visible_line) if on_terminal() else _put
        self._colours = style.colours
        self._only_matching = style.only_matching
        self._open = style.spans
        self._find: Spans = _nothing
        self._spans: list[tuple[int, int]] = []
        self._at = 0  # of the next line of a match, in its text

    def text(self, line: "Line") -> bytes:
        if not self._colours or line.match is None:
            return self._put(line.text)
        if line.number == line.match.line:
            self._at, self._spans = 0, self._spans_of(line.match.text)
        at, self._at = self._at, self._at + len(line.text) + 1
        return self._painted(line.text, at)

    def _spans_of(self, text: str) -> list[tuple[int, int]]:
        if self._only_matching:
            return [(0, len(text))]
        opened, self._open = self._open, None
        if opened is not None:  # only now: where nothing is found, nothing is compiled
            self._find = opened()
        return list(self._find(text))

    def _painted(self, text: str, at: int) -> bytes:
        """Return a line that stands *at* characters behind the start of its match's text."""
        pieces, done = [], 0
        for start, end in self._spans:
            start, end = max(start - at, 0), min(end - at, len(text))
            if start < end:
                pieces += [self._put(text[done:start]), _painted(self._put(text[start:end]), _MATCH)]
                done = end
        return b"".join(pieces) + self._put(text[done:])


def _nothing(_text: str) -> "Iterable[tuple[int, int]]":
    return ()


def _painted(raw: bytes, colour: bytes) -> bytes:
    return b"\x1b[%bm%b\x1b[0m" % (colour, raw)


def _put(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _put_on_terminal(escape: "Callable[[str], str]") -> "Callable[[str], bytes]":
    encoding = sys.stdout.encoding
    return lambda text: escape(text).encode(encoding, "backslashreplace")
