"""Finding the lines that are wanted: by their ends in a file, or in what streams by."""

from collections import namedtuple

from toolrig._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Bytes, on the far side of a window, that are looked through only to count their lines.
COUNTED_MOST = 32 << 20
_ALL = (1 << 63) - 1


class Wanted:
    """Which lines are wanted, and how much of them; see `toolrig.read`.

    Raises:
        ValueError: a number is out of range, or two exclude each other.
    """

    __slots__ = ("limit", "max_bytes", "max_columns", "offset", "tail")

    def __init__(
        self,
        offset: int | None,
        limit: int | None,
        tail: int | None,
        max_bytes: int | None,
        max_columns: int | None,
    ) -> None:
        if offset is not None and offset < 1:
            raise ValueError(f"offset is {offset}: lines count from 1")
        numbers = {"limit": limit, "tail": tail, "max_bytes": max_bytes, "max_columns": max_columns}
        for name, value in numbers.items():
            if value is not None and value < 0:
                raise ValueError(f"{name} is {value}: use a number from 0, or None for all")
        if tail is not None and not (offset is None and limit is None):
            raise ValueError("tail counts from the end of the file: give it without offset and limit")
        self.offset, self.limit, self.tail = offset or 1, limit, tail
        self.max_bytes, self.max_columns = max_bytes, max_columns


class Window(namedtuple("Window", ("raw", "first_line", "lines", "total_lines", "cut"))):
    """What was found.

    Attributes:
        raw: the lines.
        first_line: the number of the first, from 1; None where nobody counted.
        lines: how many there are.
        total_lines: how many the file has; None where nobody counted.
        cut: whether the end of the last line is missing.
    """

    __slots__ = ()

    raw: bytes
    first_line: int | None
    lines: int
    total_lines: int | None
    cut: bool

    @property
    def truncated(self) -> bool:
        """Whether text is missing behind the window."""
        if self.first_line is None:  # a tail
            return self.cut
        if self.cut or self.total_lines is None:
            return True
        return self.first_line - 1 + self.lines < self.total_lines


def whole(raw: bytes, wanted: Wanted) -> Window | None:
    """Return the window that is all of *raw*, the text of a file; None where only a part is wanted."""
    _, lines = _counted(raw)
    if wanted.tail is not None:
        fits = lines <= wanted.tail
    else:
        fits = wanted.offset == 1 and (wanted.limit is None or lines <= wanted.limit)
    if not fits or (wanted.max_bytes is not None and len(raw) > wanted.max_bytes):
        return None
    return Window(raw, 1, lines, lines, cut=False)


def sought(fd: int, begin: int, size: int, wanted: Wanted) -> Window | None:
    """Find the window in the file *fd*, whose text begins at *begin*, without keeping the rest.

    Returns None where the file has to be read from its beginning, because *size*, which the file system tells
    of it, is not true: as in /proc.
    """
    if not size:
        return None
    if wanted.tail is None:
        return _forward(fd, begin, size, wanted)
    last = kernel("files").read_at(fd, size - 1, 1)
    if not last or size <= begin:
        return None
    return _backward(fd, begin, size, wanted, size - (last == b"\n"))


def _forward(fd: int, begin: int, size: int, wanted: Wanted) -> Window:
    start, before = begin, 0
    if wanted.offset > 1:
        start, before = kernel("files").seek_lines(fd, begin, wanted.offset - 1)
    raw, cut = b"", False
    if before == wanted.offset - 1:
        raw, cut = _lines(fd, start, wanted.limit, wanted.max_bytes)
    ends, lines = _counted(raw)
    total = _total(fd, begin, start + len(raw), size, before + ends)
    return Window(raw, wanted.offset, lines, total, cut)


def _lines(fd: int, start: int, limit: int | None, max_bytes: int | None) -> tuple[bytes, bool]:
    """Return *limit* lines from *start* on, and whether the last of them is cut because of *max_bytes*."""
    files = kernel("files")
    most = None if max_bytes is None else max_bytes + 1
    if limit is not None:
        end, _ = files.seek_lines(fd, start, limit, None if most is None else start + most)
        most = end - start
    raw = files.read_at(fd, start, most)
    if max_bytes is None or len(raw) <= max_bytes:
        return raw, False
    return raw[:max_bytes], True


def _backward(fd: int, begin: int, size: int, wanted: Wanted, end: int) -> Window:
    """Find the last lines of the file, whose last line ends at *end*, its terminator not counted."""
    files = kernel("files")
    start = _start_of_tail(fd, begin, size, wanted, end)
    raw = files.read_at(fd, start, size - start)
    cut = wanted.max_bytes is not None and len(raw) > wanted.max_bytes
    raw = raw[: wanted.max_bytes]
    ends, lines = _counted(raw)
    if start - begin > COUNTED_MOST:
        return Window(raw, None, lines, None, cut)
    _, before = files.seek_lines(fd, begin, _ALL, start)
    total = _total(fd, begin, start + len(raw), size, before + ends)
    if not wanted.tail and total is not None:  # the last line may be open, but is not wanted
        before = total
    return Window(raw, before + 1, lines, total, cut)


def _counted(raw: bytes) -> tuple[int, int]:
    """Return how many line ends *raw* has, and how many lines: a last one without terminator counts."""
    ends: int = kernel("files").count_newlines(raw)
    return ends, ends + (not raw.endswith(b"\n") if raw else 0)


def _start_of_tail(fd: int, begin: int, size: int, wanted: Wanted, end: int) -> int:
    if not wanted.tail:
        return size
    back = kernel("files").seek_lines_back
    floor = begin if wanted.max_bytes is None else max(begin, size - wanted.max_bytes)
    start, found = back(fd, max(begin, floor - 1), end, wanted.tail)
    if found < wanted.tail and floor == begin:
        return begin
    if not found:  # the last line alone is longer than max_bytes
        start, _ = back(fd, begin, end, 1)
    return int(start)


def _total(fd: int, begin: int, after: int, size: int, ends: int) -> int | None:
    """Return how many lines there are, of which *ends* end before *after*; None where too much follows."""
    files = kernel("files")
    if size - after > COUNTED_MOST:
        return None
    at, more = files.seek_lines(fd, after, _ALL, after + COUNTED_MOST + 1)
    if at > after + COUNTED_MOST:  # it grows faster than it is counted
        return None
    is_open = at > begin and files.read_at(fd, at - 1, 1) != b"\n"
    return int(ends + more + is_open)


def streamed(pieces: "Iterable[bytes]", wanted: Wanted) -> Window:
    """Find the window in what the *pieces* are together."""
    collector = _First(wanted) if wanted.tail is None else _Last(wanted.tail, wanted.max_bytes)
    for piece in pieces:
        if piece:
            collector.feed(piece)
    return collector.window()


class _First:
    """Collects the lines from a number on, and counts all."""

    def __init__(self, wanted: Wanted) -> None:
        self._offset, self._limit, self._room = wanted.offset, wanted.limit, wanted.max_bytes
        self._kept: list[bytes] = []
        self._cut = False
        self._ended = 0  # lines whose terminator has been seen
        self._open = False  # whether bytes follow the last terminator

    def feed(self, piece: bytes) -> None:
        ends = piece.count(b"\n")
        before = self._offset - 1 - self._ended
        first = _after(piece, before, ends)
        last = len(piece) if self._limit is None else _after(piece, before + self._limit, ends)
        self._keep(piece[first:last])
        self._ended += ends
        self._open = not piece.endswith(b"\n")

    def _keep(self, part: bytes) -> None:
        if self._room is not None:
            self._cut = self._cut or len(part) > self._room
            part = part[: self._room]
            self._room -= len(part)
        if part:
            self._kept.append(part)

    def window(self) -> Window:
        raw = b"".join(self._kept)
        return Window(raw, self._offset, _counted(raw)[1], self._ended + self._open, self._cut)


class _Last:
    """Collects the last lines, and counts all."""

    def __init__(self, lines: int, max_bytes: int | None) -> None:
        from collections import deque

        self._most, self._room = lines, max_bytes
        self._kept: deque[bytes] = deque()
        self._size = 0  # of what is kept
        self._begun = 0  # lines seen
        self._open = False  # whether the last of them may go on

    def feed(self, piece: bytes) -> None:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            self._add(part + b"\n")
            self._open = False
        if rest:
            self._add(rest)
            self._open = True

    def _add(self, part: bytes) -> None:
        if self._open:
            self._kept[-1] += part
        else:
            self._kept.append(part)
            self._begun += 1
        self._size += len(part)
        while len(self._kept) > 1 and self._is_too_much():
            self._size -= len(self._kept.popleft())

    def _is_too_much(self) -> bool:
        return len(self._kept) > self._most or (self._room is not None and self._size > self._room)

    def window(self) -> Window:
        kept = self._kept if self._most else ()
        raw = b"".join(kept)
        cut = self._room is not None and len(raw) > self._room
        raw = raw[: self._room]
        return Window(raw, self._begun - len(kept) + 1, _counted(raw)[1], self._begun, cut)


def _after(piece: bytes, lines: int, ends: int) -> int:
    """Return the index just behind the *lines*-th line of *piece*, which has *ends* line ends."""
    if lines > ends:
        return len(piece)
    at = 0
    for _ in range(lines):
        at = piece.index(b"\n", at) + 1
    return at
