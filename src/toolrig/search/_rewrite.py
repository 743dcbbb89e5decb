"""Replacing in the lines of one file, while encoding, line ends and all other bytes stay as they are."""

from toolrig.errors import EncodingError
from toolrig.fs._coding import coding_of
from toolrig.fs._edit.diff import unified_diff
from toolrig.fs._edit.region import Region

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from toolrig.search._confirming.confirmer import Confirmer

    New = str | Callable[[re.Match[str]], str]


class Rewrite:
    """What becomes of *data*, the content of the file *path*, with *new* for what *confirmer* finds.

    As in a search, lines are UTF-8 with surrogate escapes, or UTF-16 behind its mark.

    Attributes:
        replacements: how many matches were replaced.

    Raises:
        BinaryFileError: *data* is no text.
        DeadlineReached: the time is over.
        EncodingError: the file cannot hold a character that was put in.
        TooSlowError: see `Confirmer.substitute`.
    """

    def __init__(self, data: bytes, path: str, confirmer: "Confirmer", new: "New") -> None:
        self._path = path
        self._coding = coding_of(data, path)
        self._before = self._coding.body(data)
        self._regions: list[Region] = []
        self.replacements = 0
        pieces = []
        at = 0
        for start, line, end in self._found(confirmer):
            text, count = confirmer.substitute(new, line)
            self.replacements += count
            old = line.encode("utf-8", "surrogateescape")
            piece = self._encoded(text, line, end)
            if piece != old:
                pieces += [self._before[at:start], piece]
                at = start + len(old)
                self._regions.append(Region(start, at, len(piece)))
        self._after = b"".join([*pieces, self._before[at:]])

    @property
    def changes(self) -> bool:
        """Whether anything is different now."""
        return bool(self._regions)

    def data(self) -> bytes:
        """Return the new content of the file."""
        return self._coding.whole(self._after)

    def diff(self) -> str:
        """Return the change as a unified diff."""
        return unified_diff(self._path, self._before, self._after, self._regions, self._coding.body_text)

    def _found(self, confirmer: "Confirmer") -> "Iterator[tuple[int, str, str]]":
        """Yield the lines in which something is found: where they begin, their text, and how they end."""
        raws = self._before.split(b"\n")
        ends = ["\n"] * (len(raws) - 1)
        if raws[-1]:
            ends.append("")
        lines = []
        for number, end in enumerate(ends):
            raw = raws[number]
            if end and raw.endswith(b"\r"):
                raw, ends[number] = raw[:-1], "\r\n"
            lines.append(raw.decode("utf-8", "surrogateescape"))
        start = 0
        for raw, line, end, found in zip(raws, lines, ends, confirmer.search_all(lines), strict=False):
            if found is not None:
                yield start, line, end
            start += len(raw) + 1

    def _encoded(self, text: str, line: str, end: str) -> bytes:
        """Return *text*, which replaces *line*, in bytes; lines that are new end as it did."""
        if "\n" in text:
            end = end or self._coding.newline
            text = text.replace("\r\n", "\n").replace("\n", end)
        if not text.isascii():
            # Of a file that is not UTF-8 nothing is known but its bytes, which stand for themselves.
            first = "\x80" if self._coding.encoding == "latin-1" else "\ud800"
            last = "\U0010ffff" if self._coding.encoding == "latin-1" else "\udfff"
            foreign = sorted(char for char in {*text} - {*line} if first <= char <= last)
            if foreign:
                raise EncodingError(
                    f"{self._path} cannot hold {foreign[0]!r}: "
                    + ("it is not UTF-8" if first == "\x80" else "a surrogate is no character")
                )
        return text.encode("utf-8", "surrogateescape")
