"""What a text that does not occur in a file may have meant: the nearest lines that do."""

import re
from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fold = Callable[[str], str]

_MOST = 3
# What is looked at per search, to end within tens of milliseconds on a file of a megabyte.
_WORDS_MOST, _HITS_MOST, _WINDOWS_MOST, _COMPARED_MOST = 24, 64, 8, 1200
_STYLED_MOST = 1 << 15
_CHARACTERS_MOST = 200  # a longer text is compared word by word
_ALIKE_LEAST = 0.5
_NUMBERED = re.compile(r"^ *\d+(?:\t|\u2192|: |:|\| ?)", re.MULTILINE)
_SHOWN_LINES, _SHOWN_COLUMNS = 6, 160

_QUOTES = dict.fromkeys("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2032\u2033`'", '"')
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
_SPACES = dict.fromkeys("\t\r\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " ")


class Candidate(namedtuple("Candidate", ("line", "lines", "how"))):
    """Lines of the file that come near, and in what they differ.

    Attributes:
        line: the number of the first one.
        lines: their text.
        how: in what they differ; "" where they are only alike.
    """

    __slots__ = ()

    line: int
    lines: list[str]
    how: str


def nearest(text: str, old: str) -> list[Candidate]:
    r"""Return the places of *text*, three at most and the best first, that *old* may have meant.

    Both have "\n" at the end of every line. Places that differ only in white space, case or the style of
    quotes or dashes come first; else the windows of as many lines that are most alike.
    """
    wanted = old.strip("\n")
    if not wanted.strip():
        return []
    lines = text.split("\n")
    return _same_but_for_style(text, lines, wanted) or _alike(text, lines, wanted)


def described(candidates: list[Candidate], old: str) -> str:
    """Return *candidates* as a message shows them, with the number in front of each line."""
    if not candidates:
        return "nothing like it is there: read the file again"
    parts = []
    for found in candidates:
        last = found.line + len(found.lines) - 1
        if last == found.line:
            where, verb = f"line {found.line}", f"differs only in {found.how}" if found.how else "is alike"
        else:
            where, verb = (
                f"lines {found.line}-{last}",
                f"differ only in {found.how}" if found.how else "are alike",
            )
        parts.append(f"{where} {verb}:")
        parts += _shown(found, old.strip("\n").split("\n"))
    return "\n".join(parts)


def _shown(found: Candidate, wanted: list[str]) -> "Iterator[str]":
    """Yield the lines of *found* from the first one that differs."""
    same = 0
    while same < len(found.lines) - 1 and found.lines[same] == wanted[same]:
        same += 1
    if same:
        yield f"    ({same} {'lines are' if same > 1 else 'line is'} the same)"
    for number, line in enumerate(found.lines[same : same + _SHOWN_LINES], found.line + same):
        cut = line if len(line) <= _SHOWN_COLUMNS else line[:_SHOWN_COLUMNS] + " [...]"
        yield f"{number:>6}\t{cut}"
    if len(found.lines) > same + _SHOWN_LINES:
        yield f"    ({len(found.lines) - same - _SHOWN_LINES} more)"


# The same but for style


def _same_but_for_style(text: str, lines: list[str], wanted: str) -> list[Candidate]:
    count = wanted.count("\n") + 1
    unnumbered = _NUMBERED.sub("", wanted)
    if len(_NUMBERED.findall(wanted)) == count and unnumbered in text:
        line = text.count("\n", 0, text.index(unnumbered)) + 1
        return [_candidate(lines, line, count, "the line numbers in front, which are not part of the file")]
    folded, sought = _folded(text), _folded(wanted)
    found: list[Candidate] = []
    at = folded.find(sought) if sought else -1
    while at >= 0 and len(found) < _MOST:
        line = folded.count("\n", 0, at) + 1
        window = "\n".join(lines[line - 1 : line - 1 + count])
        found.append(_candidate(lines, line, count, _difference(window, wanted)))
        line_end = folded.find("\n", at + len(sought))
        at = folded.find(sought, line_end) if line_end >= 0 else -1
    return found


def _candidate(lines: list[str], line: int, count: int, how: str) -> Candidate:
    return Candidate(line, lines[line - 1 : line - 1 + count], how)


def _folded(text: str) -> str:
    """Return *text* without anything that is style: lines stay lines."""
    for fold in (_without_spaces, _plain_quotes, _plain_dashes, str.casefold):
        text = fold(text)
    return text


def _difference(window: str, wanted: str) -> str:
    """Say in what *wanted* differs from *window*, of which the fold of it is a part."""
    if len(window) > _STYLED_MOST:
        return "style"
    needed = []
    for name, _ in _STYLES:
        mine, yours = window, wanted
        for other, fold in _STYLES:
            if other != name:
                mine, yours = fold(mine), fold(yours)
        if yours not in mine:
            needed.append(name)
    return " and ".join(needed) or "white space"


def _replaced(text: str, table: dict[str, str]) -> str:
    for character, plain in table.items():  # much cheaper than str.translate where most do not occur
        text = text.replace(character, plain)
    return text


def _without_spaces(text: str) -> str:
    return _replaced(text, _SPACES).replace(" ", "")


def _plain_quotes(text: str) -> str:
    return _replaced(text, _QUOTES)


def _plain_dashes(text: str) -> str:
    return _replaced(text, _DASHES)


def _without_indentation(text: str) -> str:
    return "\n".join(line.lstrip() for line in text.split("\n"))


def _without_trailing_spaces(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _without_inner_spaces(text: str) -> str:
    return re.sub(r"(?<=\S)[^\S\n]+(?=\S)", "", text)


_STYLES: "tuple[tuple[str, Fold], ...]" = (
    ("indentation", _without_indentation),
    ("white space at the end of lines", _without_trailing_spaces),
    ("white space", _without_inner_spaces),
    ("quotes", _plain_quotes),
    ("dashes", _plain_dashes),
    ("upper and lower case", str.casefold),
)


# Alike


def _alike(text: str, lines: list[str], wanted: str) -> list[Candidate]:
    """Return the windows with the most in common, found by the words they share with *wanted*."""
    from difflib import SequenceMatcher

    count = wanted.count("\n") + 1
    votes = _votes(text, lines, wanted)
    best = sorted(votes, key=lambda line: (-votes[line], line))[:_WINDOWS_MOST]
    matcher = SequenceMatcher(None, autojunk=False)
    pieces = _characters if len(wanted) <= _CHARACTERS_MOST else _words
    matcher.set_seq2(pieces(wanted))
    scored = []
    for line in best:
        matcher.set_seq1(pieces("\n".join(lines[line - 1 : line - 1 + count])))
        if matcher.real_quick_ratio() >= _ALIKE_LEAST and matcher.quick_ratio() >= _ALIKE_LEAST:
            scored.append((-matcher.ratio(), line))
    scored = sorted(pair for pair in scored if -pair[0] >= _ALIKE_LEAST)
    return [_candidate(lines, line, count, "") for line in _apart([line for _, line in scored], count)][
        :_MOST
    ]


def _votes(text: str, lines: list[str], wanted: str) -> dict[int, float]:
    """Return the lines where a window may begin, each with the weight of the words that speak for it."""
    from bisect import bisect_right
    from itertools import accumulate

    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    words = {
        match[0]: wanted.count("\n", 0, match.start())
        for match in re.finditer(r"\w{2,}", wanted[:_COMPARED_MOST])
    }
    votes: dict[int, float] = {}
    for word in sorted(words, key=len, reverse=True)[:_WORDS_MOST]:
        hits = _hits(text, word)
        for hit in {bisect_right(starts, at) - words[word] for at in hits}:
            if 1 <= hit <= len(lines):
                votes[hit] = votes.get(hit, 0) + len(word) / len(hits)
    return votes


def _hits(text: str, word: str) -> list[int]:
    hits: list[int] = []
    at = text.find(word)
    while at >= 0 and len(hits) < _HITS_MOST:
        hits.append(at)
        at = text.find(word, at + len(word))
    return hits


def _characters(text: str) -> str:
    return text[: 2 * _CHARACTERS_MOST]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]|\n", text[:_COMPARED_MOST])


def _apart(starts: list[int], count: int) -> list[int]:
    """Return *starts* without those whose window overlaps one before."""
    kept: list[int] = []
    for line in starts:
        if all(abs(line - other) >= count for other in kept):
            kept.append(line)
    return kept
