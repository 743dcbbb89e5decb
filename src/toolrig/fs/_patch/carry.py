"""A text with the hunks of a patch carried out on it."""

from collections import namedtuple
from itertools import pairwise

from toolrig.errors import PatchError
from toolrig.fs._patch.page import EXACT, INDENT, LOOKS, Page
from toolrig.fs._patch.parts import Hunk
from toolrig.fs._patch.place import Place, UnplacedError, place


class Carried(namedtuple("Carried", ("text", "added", "removed", "tolerated"))):
    """A text after a patch: with how many lines added and removed, and in what the patch was not exact."""

    __slots__ = ()

    text: str
    added: int
    removed: int
    tolerated: tuple[str, ...]


def carry_out(text: str, hunks: list[Hunk], path: str, *, verbatim: bool = False) -> Carried:
    r"""Return *text* with all of *hunks* carried out on it.

    Lines that the patch keeps stay as the file has them. Lines that it adds end like their neighbours, and
    where the patch and the file indent differently they follow the file. A patch that has ``\r`` itself is
    taken by its bytes if it matches so.

    Args:
        path: the file, for messages.
        verbatim: prefer the bytes of the patch, also where it has no ``\r``.

    Raises:
        PatchError: a hunk fits nowhere, in several places, or where another one is.
    """
    returns = any(line.endswith("\r") for hunk in hunks for line in hunk.body)
    if returns or verbatim:
        page = Page(text, verbatim=True)
        try:
            return _result(page, hunks, _placed(page, hunks, path, range(EXACT, EXACT + 1)), conform=False)
        except PatchError:
            hunks = [hunk._replace(body=[_without_return(line) for line in hunk.body]) for hunk in hunks]
    page = Page(text)
    return _result(page, hunks, _placed(page, hunks, path, LOOKS), conform=True)


def _without_return(line: str) -> str:
    return line[:-1] if line.endswith("\r") else line


def _placed(page: Page, hunks: list[Hunk], path: str, looks: range) -> list[Place]:
    """Return the place of each hunk, none over another."""
    places: list[Place] = []
    below = shift = 0
    for number, hunk in enumerate(hunks, 1):
        try:
            found = place(page, hunk, below=below, shift=shift, looks=looks)
        except UnplacedError as failure:
            raise PatchError(
                f"{path}: hunk {number} (line {hunk.line} of the patch) {failure}", path=path, line=hunk.line
            ) from None
        places.append(found)
        below = found.at + found.length
        shift = found.at - hunk.at if hunk.at is not None else 0
    for first, second in pairwise(_in_order(places)):
        if places[first].at + places[first].length > places[second].at:
            line = hunks[second].line
            raise PatchError(
                f"{path}: hunks {first + 1} and {second + 1} (line {line} of the patch) change the "
                f"same lines, from {places[second].at + 1} on: make one of them",
                path=path,
                line=line,
            )
    return places


def _in_order(places: list[Place]) -> list[int]:
    """Return the numbers of the hunks in the order of the file; what is inserted at a place is before it."""
    return sorted(range(len(places)), key=lambda row: (places[row].at, places[row].length > 0))


def _result(page: Page, hunks: list[Hunk], places: list[Place], *, conform: bool) -> Carried:
    lines: list[str] = []
    ends: list[str] = []
    behind = added = removed = 0
    final = page.final
    for row in _in_order(places):
        hunk, found = hunks[row], places[row]
        lines += page.lines[behind : found.at]
        ends += page.ends[behind : found.at]
        writer = _Writer(page, found, lines, ends, conform=conform)
        writer.write()
        added, removed = added + writer.added, removed + writer.removed
        behind = found.at + found.length
        if behind == len(page.lines):
            final = _final(hunk, found, ends, was=page.final)
    lines += page.lines[behind:]
    ends += page.ends[behind:]
    notes = [f"hunk {row + 1} {note}" for row, note in _notes(hunks, places)]
    return Carried(_joined(lines, ends, page, final=final), added, removed, tuple(notes))


def _final(hunk: Hunk, found: Place, ends: list[str], *, was: bool) -> bool:
    """Return whether a text whose last lines are those of *hunk* has a final newline.

    It has what the patch says, where that is a change; else what it had, unless its last line is gone and one
    that ended in a newline is now the last.
    """
    old, new = hunk.opens
    if old != new:
        return not new
    kept = next((line[0] for line in reversed(found.body) if line[0] != "-"), " ") == " "
    return was or (kept and bool(ends) and bool(ends[-1]))


def _notes(hunks: list[Hunk], places: list[Place]) -> list[tuple[int, str]]:
    notes: list[tuple[int, str]] = []
    for row, (hunk, found) in enumerate(zip(hunks, places, strict=True)):
        notes += [(row, note) for note in found.notes]
        if hunk.remark:
            notes.append((row, hunk.remark))
    return notes


def _joined(lines: list[str], ends: list[str], page: Page, *, final: bool) -> str:
    """Return the text; an end is missing where the file had none, and may now be needed."""
    if not lines:
        return ""
    default = page.newline if "\r\n" in page.ends else "\n"
    ends = [end or default for end in ends]
    if not final:
        ends[-1] = ""
    return "".join([part for pair in zip(lines, ends, strict=True) for part in pair])


class _Writer:
    """Writes the lines of one hunk behind those before it."""

    def __init__(self, page: Page, found: Place, lines: list[str], ends: list[str], *, conform: bool) -> None:
        self.added = self.removed = 0
        self._page = page
        self._found = found
        self._lines = lines
        self._ends = ends
        self._conform = conform
        self._indents: dict[str, str] | None = {} if found.look >= INDENT else None
        self._replaced: list[str] = []  # ends of the lines removed last, for those that take their place

    def write(self) -> None:
        """Write them."""
        at = self._found.at
        for line in self._found.body:
            sign, text = line[0], line[1:]
            if sign == "+":
                self._add(text, at)
                continue
            self._learn(text, self._page.lines[at])
            if sign == " ":
                self._lines.append(self._page.lines[at])
                self._ends.append(self._page.ends[at])
                self._replaced.clear()
            else:
                self.removed += 1
                self._replaced.append(self._page.ends[at])
            at += 1

    def _add(self, text: str, at: int) -> None:
        self.added += 1
        self._lines.append(self._indented(text) if self._indents else text)
        self._ends.append(self._end(at) if self._conform else "\n")

    def _end(self, at: int) -> str:
        """Return how an added line ends: like the one it replaces, else like its neighbours."""
        if self._replaced:
            return self._replaced.pop(0) if len(self._replaced) > 1 else self._replaced[0]
        if self._ends:
            return self._ends[-1]
        return self._page.ends[at] if at < len(self._page.ends) else "\n"

    def _learn(self, text: str, line: str) -> None:
        if self._indents is not None and text.strip():
            self._indents[_indent(text)] = _indent(line)

    def _indented(self, text: str) -> str:
        """Return *text* indented as the file indents lines that the patch indents like it, or less."""
        indent = _indent(text)
        known = max((old for old in self._indents or () if indent.startswith(old)), key=len, default=None)
        if known is None or self._indents is None:
            return text
        return self._indents[known] + text[len(known) :]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
