"""Unified diffs of changes whose places are known."""

from collections import namedtuple

from toolrig.fs._edit.line_ends import in_common

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolrig.fs._edit.region import Region

_CONTEXT = 3
# Lines removed times lines added that are compared one by one; beyond it all between the first and the last
# that differ counts as changed.
_COMPARED_MOST = 1 << 16
_NO_NEWLINE = "\\ No newline at end of file\n"
_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


class _Change(namedtuple("_Change", ("start", "removed", "added"))):
    """Whole lines, *removed* at index *start* of the old text and *added* in their place."""

    __slots__ = ()

    start: int
    removed: list[bytes]
    added: list[bytes]


def unified_diff(
    path: str, before: bytes, after: bytes, regions: "list[Region]", text_of: "Callable[[bytes], str]"
) -> str:
    r"""Return the unified diff from *before* to *after*, which differ in *regions*; "" where they do not.

    ``git apply`` and ``patch -p1`` understand it: names begin with ``a/`` and ``b/``, lines end as they do in
    the file, and a last line without a line end is marked (POSIX diff, "Diff -u Output Format").
    """
    changes = [change for rough in _rough(before, after, regions) for change in _fine(rough)]
    if not changes:
        return ""
    name = path.replace("\\", "/").lstrip("/") if ":" in path[1:2] else path.lstrip("/")
    lines = [f"--- {_quoted('a/' + name)}\n", f"+++ {_quoted('b/' + name)}\n"]
    shift = 0  # by how many lines the new text is ahead
    context = _Context(before)
    for hunk in _hunks(changes):
        first, raw, removed, added = context.around(hunk)
        lines.append(f"@@ -{_range(first, removed)} +{_range(first + shift, added)} @@\n")
        lines += [_shown(sign, line, text_of) for sign, line in raw]
        shift += added - removed
    return "".join(lines)


def _rough(before: bytes, after: bytes, regions: "list[Region]") -> "Iterator[_Change]":
    """Yield the whole lines that *regions* touch."""
    shift = counted = number = 0
    spans: list[tuple[int, int, int, int]] = []  # start and end in the old text, then in the new
    for region in regions:
        if spans and region.start <= spans[-1][1]:  # on lines that are part of the change already
            start, end, mine, _ = spans.pop()
        else:
            start = end = before.rfind(b"\n", 0, region.start) + 1
            mine = start + shift
        shift += region.growth
        if region.end >= end:
            end = region.end
            if not (_begins_line(before, end) and _begins_line(after, end + shift)):
                end = before.find(b"\n", end) + 1 or len(before)
        spans.append((start, end, mine, end + shift))
    for start, end, mine, yours in spans:
        number += before.count(b"\n", counted, start)
        counted = start
        yield _Change(number, _lines(before[start:end]), _lines(after[mine:yours]))


def _begins_line(text: bytes, at: int) -> bool:
    return at == 0 or text[at - 1] == 10


def _lines(text: bytes) -> list[bytes]:
    """Return *text* in lines with their ends; only "\n" ends one."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _fine(rough: _Change) -> "Iterator[_Change]":
    """Yield the changes within *rough*, without the lines that both sides have."""
    start, removed, added = rough
    head = in_common(removed, added)
    start, removed, added = start + head, removed[head:], added[head:]
    tail = in_common(removed[::-1], added[::-1])
    removed, added = removed[: len(removed) - tail], added[: len(added) - tail]
    if not removed and not added:
        return
    if not removed or not added or len(removed) * len(added) > _COMPARED_MOST:
        yield _Change(start, removed, added)
        return
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, removed, added, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield _Change(start + i, removed[i:j], added[k:m])


def _hunks(changes: list[_Change]) -> "Iterator[list[_Change]]":
    """Yield *changes* in groups whose lines of context touch."""
    hunk = changes[:1]
    for change in changes[1:]:
        if change.start - hunk[-1].start - len(hunk[-1].removed) > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    yield hunk


class _Context:
    """Finds the lines around changes, from the beginning of a text to its end."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = self._line = 0

    def around(self, hunk: list[_Change]) -> tuple[int, list[tuple[str, bytes]], int, int]:
        """Return the first line's index, all lines with their signs, and how many are old and new."""
        first = max(hunk[0].start - _CONTEXT, 0)
        self._skip(first)
        signed: list[tuple[str, bytes]] = []
        for change in hunk:
            signed += [(" ", line) for line in self._take(change.start)]
            signed += [("-", line) for line in change.removed] + [("+", line) for line in change.added]
            self._take(change.start + len(change.removed))
        signed += [(" ", line) for line in self._take(self._line + _CONTEXT)]
        return first, signed, sum(sign != "+" for sign, _ in signed), sum(sign != "-" for sign, _ in signed)

    def _skip(self, line: int) -> None:
        for _ in range(line - self._line):
            self._at = self._text.index(b"\n", self._at) + 1
        self._line = line

    def _take(self, line: int) -> list[bytes]:
        taken = []
        while self._line < line and self._at < len(self._text):
            end = self._text.find(b"\n", self._at) + 1 or len(self._text)
            taken.append(self._text[self._at : end])
            self._at = end
            self._line += 1
        return taken


def _range(first: int, lines: int) -> str:
    """Return what stands for *lines* lines from index *first* in the heading of a hunk."""
    if lines == 1:
        return str(first + 1)
    return f"{first + 1 if lines else first},{lines}"


def _shown(sign: str, line: bytes, text_of: "Callable[[bytes], str]") -> str:
    text = sign + text_of(line)
    return text if line.endswith(b"\n") else f"{text}\n{_NO_NEWLINE}"


def _quoted(name: str) -> str:
    """Return *name* as git writes it: quoted as in C where it must be; a tab ends one with spaces."""
    if name.isprintable() and '"' not in name and "\\" not in name:
        return name + "\t" if " " in name else name
    quoted = []
    for byte in name.encode("utf-8", "surrogateescape"):
        plain = chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        quoted.append(_ESCAPES.get(byte, plain))
    return f'"{"".join(quoted)}"'
