"""Search files with bytes.find and re, line by line."""

import codecs
import errno
import os
import stat
from time import monotonic

from toolrig._handle import Handle
from toolrig._pure.finder import LITERALS_MOST as LITERALS_MOST
from toolrig._pure.finder import prepared
from toolrig._pure.jail import open_beneath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from toolrig._pure.finder import Find, Finder

    Range = tuple[int, int, int, int, int, int]
    Piece = tuple[int, int, int, bytes, list[Range]]

FILES, COUNT, LINES = 0, 1, 2

_MARK = b"\xef\xbb\xbf"  # the byte order mark of UTF-8
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_SLICE_S, _RANGE_BYTES = 0.05, 48
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)


class Scanner:
    """A search of files beneath the directory *dir_fd*, of which it keeps a duplicate.

    A file with a NUL among its first *probe* bytes is binary and passed over. A file in UTF-16, which a byte
    order mark tells, is searched as the same text in UTF-8; with a NUL character or half a character among
    those bytes it is binary, and half a character behind them is U+FFFD. Files are read in chunks; a
    line longer than *line_most* bytes, with its context, makes its file an error (``EFBIG``).

    Args:
        dir_fd: a descriptor of the directory.
        finder: what a line must contain, see `find`; None to have every line.
        mode: `FILES`: whether there is such a line; `COUNT`: how many there are; `LINES`: the lines.
        before: lines of context in front of a line.
        after: lines of context behind a line.
        follow: whether symbolic links are followed, as far as they stay beneath the directory.
        threads: how many threads may search, the caller's own among them.
        probe: bytes in which a NUL is looked for.
        chunk: bytes to read at once.
        line_most: bytes of the longest line, with its context.
        piece_most: bytes of lines to collect before they are handed out.

    Raises:
        ValueError: no finder with another mode than `LINES`, or one that cannot be.
    """

    def __init__(
        self,
        dir_fd: "int | str",
        finder: "Finder | None",
        *,
        mode: int,
        before: int,
        after: int,
        follow: bool,
        threads: int,
        probe: int,
        chunk: int = 1 << 16,
        line_most: int = 1 << 26,
        piece_most: int = 1 << 18,
    ) -> None:
        if finder is None and mode != LINES:
            raise ValueError("no finder asks for every line: use the mode LINES")
        self.files_searched = 0
        self.binary_skipped = 0
        self._handle: Handle | None = Handle(dir_fd)
        self._find = None if finder is None else prepared(finder)
        self._mode = mode
        self._before = before if mode == LINES else 0
        self._after = after
        self._follow = follow
        self._probe = probe
        self._chunk = max(chunk, 1)
        self._line_most = max(line_most, self._chunk, probe)
        self._piece_most = max(piece_most, 1)
        self._owner = os.getpid()
        self._closed = False
        self._count = 0  # candidates in the file at hand, where they are only counted
        self._pieces: Iterator[Piece | None] | None = None

    def start(self, paths: list[str]) -> None:
        """Search *paths* from now on; the ones given before must be done.

        Raises:
            RuntimeError: they are not.
            ValueError: a path contains a NUL character.
        """
        if any("\0" in path for path in paths):
            raise ValueError("embedded null byte")
        if self._pieces is not None:
            raise RuntimeError("the paths given before are not searched yet: fetch all their batches first")
        if self._handle is not None:
            self._pieces = self._search(self._handle, paths)

    def next_batch(self) -> "list[Piece] | None":
        """Return what was found next, in the order of the paths, or None when they are done.

        Each item is ``(index of the path, errno, count, blob, ranges)``. An errno that is not 0 says that
        the file was given up at that point; what was found until then holds. A file may come in several
        pieces, one after the other; one without a hit does not come at all. The count is for `FILES` (1) and
        `COUNT`. A range is ``(line, begin, start, end, stop, at)``: ``blob[start:end]`` are whole lines with
        their terminators, the first of them numbered *line*; ``blob[begin:start]`` and ``blob[end:stop]``
        are their context. It is one line, with what the finder found *at* bytes from its start, or, without
        a finder, any number of lines.

        Comes back within about 50 ms, with an empty list where nothing was found by then.

        Raises:
            MemoryError: the search had to be given up.
            RuntimeError: the search is continued in the child of a fork, or by two threads at once.
        """
        if self._closed or self._pieces is None:
            return None
        if os.getpid() != self._owner:
            raise RuntimeError("a search cannot be continued after a fork: start a new one in the child")
        try:
            return self._next(self._pieces)
        except ValueError as busy:
            raise RuntimeError(
                "another thread is inside this search: give each thread a search of its own"
            ) from busy

    def close(self) -> None:
        """Stop the search and free what it holds; a thread that is inside it does so within 50 ms."""
        self._closed = True
        self._pieces = self._handle = None

    def _next(self, pieces: "Iterator[Piece | None]") -> "list[Piece] | None":
        until = monotonic() + _SLICE_S
        found: list[Piece] = []
        weight = 0
        for piece in pieces:
            if piece is not None:
                found.append(piece)
                weight += len(piece[3]) + _RANGE_BYTES * len(piece[4])
            if weight >= self._piece_most or monotonic() >= until:
                return found
        if found:
            return found
        self._pieces = None
        return None

    def _search(self, handle: Handle, paths: list[str]) -> "Iterator[Piece | None]":
        # The handle stays open as long as this runs, whoever closes the search meanwhile.
        for index, path in enumerate(paths):
            if self._closed:
                return
            self._count = 0
            try:
                yield from self._search_file(handle.place, index, path)
            except OSError as failure:
                yield index, failure.errno or 0, self._count, b"", []
            else:
                yield None

    def _search_file(self, top: "int | str", index: int, path: str) -> "Iterator[Piece | None]":
        fd, size = self._open(top, path)
        try:
            text = _Text(fd, size, before=self._before, chunk=self._chunk, line_most=self._line_most)
            text.fill(max(self._probe, len(_MARK)))
            if text.begin(self._probe):
                yield from self._search_text(index, text)
                self.files_searched += 1
            else:
                self.binary_skipped += 1
        finally:
            os.close(fd)

    def _open(self, top: "int | str", path: str) -> tuple[int, int]:
        flags = _FLAGS if self._follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
        fd = open_beneath(top, path, flags, follow=self._follow)
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            os.close(fd)
            code = errno.EISDIR if stat.S_ISDIR(info.st_mode) else errno.EINVAL
            raise OSError(code, os.strerror(code), path)
        return fd, info.st_size

    def _search_text(self, index: int, text: "_Text") -> "Iterator[Piece | None]":
        once = self._mode == FILES
        while True:
            if self._mode == LINES:
                yield from self._lines(index, text)
            else:
                self._count += text.count(self._find, once=once)
            if (once and self._count) or (text.ended and text.at == text.whole):
                break
            yield None
            if self._closed:
                return
            text.fill(0)
        if self._count:
            yield index, 0, self._count, b"", []

    def _lines(self, index: int, text: "_Text") -> "Iterator[Piece]":
        """Yield the candidates of the window, with their context, in pieces."""
        blob = bytearray()
        ranges: list[Range] = []
        while (candidate := text.candidate(self._find, self._piece_most)) is not None:
            start, end, at = candidate
            stop = text.forward(end, self._after)
            if stop < 0 and self._find is None:
                # fewer lines, so that those behind them are their context
                end = text.back(end, self._after)
                stop = text.forward(end, self._after) if end > start else -1
            if stop < 0:
                text.at = start
                break
            begin = text.back(start, self._before)
            base = len(blob) - begin
            ranges.append((text.number(start), begin + base, start + base, end + base, stop + base, at))
            blob += text.window[begin:stop]
            text.at = end
            if len(blob) + _RANGE_BYTES * len(ranges) >= self._piece_most:
                yield index, 0, 0, bytes(blob), ranges
                blob, ranges = bytearray(), []
        if ranges:
            yield index, 0, 0, bytes(blob), ranges


class _Text:
    """A window of a file: it begins at the start of a line, and what is searched in it are whole lines."""

    def __init__(self, fd: int, size: int, *, before: int, chunk: int, line_most: int) -> None:
        self.window = bytearray()
        self.at = 0  # the first line not searched yet
        self.whole = 0  # end of the last whole line
        self.ended = False
        self._fd, self._size = fd, size
        self._before, self._chunk, self._line_most = before, chunk, line_most
        self._numbered, self._line = 0, 1
        self._read = 0
        self._decoder: codecs.IncrementalDecoder | None = None  # of a file in UTF-16

    def fill(self, least: int) -> None:
        """Drop what is not needed any more and read on, until the window has *least* bytes.

        Raises:
            OSError: the file cannot be read, or (``EFBIG``) the window would grow beyond its bound.
        """
        gone = self.back(self.at, self._before)
        if self._numbered < gone:
            self.number(gone)
        self._numbered -= gone
        self.at -= gone
        self.whole -= gone
        del self.window[:gone]
        before = len(self.window)
        self._read_once()
        while not self.ended and len(self.window) < least:
            self._read_once()
        self._measure(before)

    def begin(self, probe: int) -> bool:
        """Judge the file by its beginning, which was just read, and drop its mark; False if it is no text."""
        encoding = _UTF16.get(bytes(self.window[:2]))
        if encoding is not None:
            return self._widen(encoding, probe)
        if b"\0" in self.window[:probe]:
            return False
        if self.window.startswith(_MARK):
            del self.window[: len(_MARK)]
            self.whole = max(self.whole - len(_MARK), 0)
        return True

    def _widen(self, encoding: str, probe: int) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)
        try:
            if "\0" in decoder().decode(bytes(self.window[2:probe])):
                return False
        except UnicodeDecodeError:
            return False
        self._decoder = decoder("replace")
        raw = bytes(self.window[2:])
        self.window.clear()
        self.whole = 0
        self._take(raw)
        self._measure(0)
        return True

    def _measure(self, before: int) -> None:
        """Find out which lines of the window are whole, of which nothing new is in front of *before*."""
        newline = self.window.rfind(b"\n", before)
        self.whole = len(self.window) if self.ended else newline + 1 if newline >= 0 else self.whole

    def _take(self, raw: bytes) -> None:
        self.window += raw if self._decoder is None else self._decoder.decode(raw, self.ended).encode()

    def _read_once(self) -> None:
        room = self._line_most - len(self.window)
        if room <= 0:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        wanted = min(max(self._chunk, len(self.window)), room)
        if self._read < self._size:
            wanted = min(wanted, self._size - self._read + 1)
        got = os.read(self._fd, wanted)
        self._read += len(got)
        self.ended = not got or (len(got) < wanted and 0 < self._size <= self._read)
        self._take(got)

    def count(self, find: "Find | None", *, once: bool) -> int:
        """Return how many of the window's lines are candidates of *find*; at most one for *once*."""
        count = 0
        while not (once and count) and (candidate := self.candidate(find, 0)) is not None:
            self.at = candidate[1]
            count += 1
        return count

    def candidate(self, find: "Find | None", share: int) -> tuple[int, int, int] | None:
        """Return start and end of the next line in which *find* finds something, and where in it that is.

        None stands for about *share* bytes of whole lines.
        """
        if self.at == self.whole:
            return None
        if find is None:
            cut = self.at + share
            if cut >= self.whole:
                return self.at, self.whole, 0
            newline = self.window.rfind(b"\n", self.at, cut)
            return self.at, newline + 1 if newline >= 0 else self._line_end(cut), 0
        hit = find(self.window, self.at, self.whole)
        if hit < 0:
            self.at = self.whole
            return None
        start = max(self.window.rfind(b"\n", self.at, hit) + 1, self.at)
        return start, self._line_end(hit), hit - start

    def back(self, at: int, lines: int) -> int:
        """Return the start of the line *lines* lines before the line start *at*, or of the window."""
        while lines and at:
            at = self.window.rfind(b"\n", 0, at - 1) + 1
            lines -= 1
        return at

    def forward(self, at: int, lines: int) -> int:
        """Return the end of the line *lines* lines behind the line end *at*; -1 if it is yet to be read."""
        while lines and at < len(self.window):
            newline = self.window.find(b"\n", at)
            if newline < 0 and not self.ended:
                return -1
            at = newline + 1 if newline >= 0 else len(self.window)
            lines -= 1
        return at if not lines or self.ended else -1

    def number(self, at: int) -> int:
        """Return the number of the line that starts at *at*, at or behind the last one asked for."""
        self._line += self.window.count(b"\n", self._numbered, at)
        self._numbered = at
        return self._line

    def _line_end(self, at: int) -> int:
        newline = self.window.find(b"\n", at, self.whole)
        return newline + 1 if newline >= 0 else self.whole


def find(text: "Buffer", finder: "Finder") -> int:
    """Return where *finder* finds its first candidate in the buffer *text*, or -1.

    ``("literals", (b"one", b"other"), caseless)`` finds where the first of 1 to `LITERALS_MOST` literals
    begins; *caseless* is for the case of ASCII letters. ``("automaton", program)`` finds a place in the first
    line that may match, see `toolrig.search._finding.automaton`; without `runs_automata` it takes every line.
    ``("both", literals, caseless, program)`` finds one in the first line that has a literal, too.

    Raises:
        ValueError: no such finder, a literal is empty or contains a newline, or a program is damaged.
    """
    whole = bytes(text)
    return prepared(finder)(whole, 0, len(whole))


def runs_automata() -> bool:
    """Tell whether the automaton of a finder is run; where it is not, every line is taken."""
    return False


def count_newlines(text: "Buffer") -> int:
    """Return how many newlines the buffer *text* has."""
    return bytes(text).count(b"\n")


def last_newline(text: "Buffer") -> int:
    """Return where the last newline of the buffer *text* lies, or -1."""
    return bytes(text).rfind(b"\n")


def instruction_set() -> str:
    """Name the instruction set that memory is scanned with: "avx2", "sse2", "neon", "scalar" or "python"."""
    return "python"
