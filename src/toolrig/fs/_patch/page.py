"""The text of a file as lines that can be looked up, exactly and less exactly."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# In what a line of a patch and one of the file may differ; each step includes those before.
EXACT, TRAILING, INDENT, PUNCTUATION = LOOKS = range(4)
LOOK_NAMES = ("", "white space at line ends", "indentation", "punctuation")

# As Codex has them: what typography puts in place of ASCII.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys(
        "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
        " ",
    )
)
# Comparing that many lines takes seconds; only a file of nothing but repetitions needs it.
_MOST_WORK = 300_000_000


class TooMuchWorkError(Exception):
    """Looking for so many lines in this file would take too long."""


class Page:
    r"""The lines of a text without their ends, and the ends.

    Args:
        text: the text.
        verbatim: take the ``\r`` of ``\r\n`` for a part of its line.

    Attributes:
        lines: the lines.
        ends: what ends each; ``""`` behind a last one without final newline.
        final: whether a final newline is there; an empty text counts as having one.
    """

    def __init__(self, text: str, *, verbatim: bool = False) -> None:
        self.lines = text.split("\n")
        self.ends = ["\n"] * len(self.lines)
        self.final = not self.lines[-1]
        if self.final:
            del self.lines[-1], self.ends[-1]
        else:
            self.ends[-1] = ""
        if not verbatim and "\r\n" in text:
            for at, line in enumerate(self.lines):
                if line.endswith("\r") and self.ends[at]:
                    self.lines[at], self.ends[at] = line[:-1], "\r\n"
        self._looks: dict[int, list[str]] = {EXACT: self.lines}
        self._places: dict[int, dict[str, list[int]]] = {}
        self._work = 0

    @property
    def newline(self) -> str:
        r"""How most lines end, ``\n`` or ``\r\n``."""
        return "\r\n" if 2 * self.ends.count("\r\n") > len(self.ends) - (not self.final) else "\n"

    def seen(self, look: int) -> list[str]:
        """Return all lines under *look*."""
        if look not in self._looks:
            self._looks[look] = seen(self.lines, look)
        return self._looks[look]

    def stand(self, old: list[str], at: int, look: int) -> bool:
        """Return whether the lines *old*, under *look* already, stand at the index *at*."""
        return 0 <= at <= len(self.lines) - len(old) and self.seen(look)[at : at + len(old)] == old

    def places(self, old: list[str], look: int) -> list[int]:
        """Return every index at which the lines *old*, under *look* already, stand.

        Raises:
            TooMuchWorkError: they repeat too often in the file.
        """
        index = self._index(look)
        rarest, row = index.get(old[0], []), 0
        for number, line in enumerate(old):
            found = index.get(line)
            if found is None:
                return []
            if len(found) < len(rarest):
                rarest, row = found, number
        self.spend(len(rarest))
        starts = [at - row for at in rarest if 0 <= at - row <= len(self.lines) - len(old)]
        self.spend(len(starts) * len(old))
        lines, length = self.seen(look), len(old)
        return [at for at in starts if lines[at : at + length] == old]

    def beginning(self, line: str, below: int, look: int) -> list[int]:
        """Return the indexes from *below* on of lines that begin like *line*, under *look* already.

        Raises:
            TooMuchWorkError: too many have been looked at.
        """
        self.spend(len(self.lines))
        lines = self.seen(look)
        return [at for at in range(below, len(lines)) if lines[at].startswith(line)]

    def spend(self, comparisons: int) -> None:
        """Take *comparisons* of lines from what is allowed in all.

        Raises:
            TooMuchWorkError: that is too much.
        """
        self._work += comparisons
        if self._work > _MOST_WORK:
            raise TooMuchWorkError

    def where(self, line: str, look: int) -> list[int]:
        """Return the indexes of all lines that are *line* under *look* already.

        Raises:
            TooMuchWorkError: too many have been looked at.
        """
        found = self._index(look).get(line, [])
        self.spend(len(found))
        return found

    def _index(self, look: int) -> dict[str, list[int]]:
        index = self._places.get(look)
        if index is None:
            index = self._places[look] = {}
            for at, line in enumerate(self.seen(look)):
                index.setdefault(line, []).append(at)
        return index


def seen(lines: list[str], look: int) -> list[str]:
    """Return *lines* as they are compared under *look*."""
    return [*map(_VIEWS[look], lines)]


def _plain(line: str) -> str:
    return line.strip() if line.isascii() else line.translate(_PLAIN).strip()


_VIEWS: "tuple[Callable[[str], str], ...]" = (str, str.rstrip, str.strip, _plain)
