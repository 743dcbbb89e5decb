"""Search files for a literal with bytes.find, line by line."""

import errno
import os
import stat
from time import monotonic

from toolrig._handle import Handle
from toolrig._pure.jail import open_beneath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    Range = tuple[int, int, int, int, int, int]
    Piece = tuple[int, int, int, bytes, list[Range]]

FILES, COUNT, LINES = 0, 1, 2

_MARK = b"\xef\xbb\xbf"  # the byte order mark of UTF-8
_SLICE_S = 0.05
_RANGE_BYTES = 48


_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)


class Scanner:
    """A search of files beneath the directory *dir_fd*, of which it keeps a duplicate.

    A file with a NUL among its first *probe* bytes is binary and passed over. Files are read in chunks; a
    line longer than *line_most* bytes, with its context, makes its file an error (``EFBIG``).

    Args:
        dir_fd: a descriptor of the directory.
        needle: what a line must contain, without a newline; empty to have every line.
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
        ValueError: an empty needle with another mode than `LINES`, or a needle that contains a newline.
    """

    def __init__(
        self,
        dir_fd: "int | str",
        needle: bytes,
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
        if b"\n" in needle:
            raise ValueError("the needle contains a newline: lines are searched one by one")
        if not needle and mode != LINES:
            raise ValueError("an empty needle asks for every line: use the mode LINES")
        self.files_searched = 0
        self.binary_skipped = 0
        self._handle: Handle | None = Handle(dir_fd)
        self._needle = needle
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
        self._count = 0  # lines with the needle in the file at hand, where they are only counted
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
        are their context. It is one line, with the needle *at* bytes from its start, or, for an empty
        needle, any number of lines.

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
            if b"\0" in text.window[: self._probe]:
                self.binary_skipped += 1
            else:
                text.unmark()
                yield from self._search_text(index, text)
                self.files_searched += 1
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
                self._count += text.count(self._needle, once=once)
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
        while (candidate := text.candidate(self._needle, self._piece_most)) is not None:
            start, end, at = candidate
            stop = text.forward(end, self._after)
            if stop < 0 and not self._needle:
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
        newline = self.window.rfind(b"\n", before)
        self.whole = len(self.window) if self.ended else newline + 1 if newline >= 0 else self.whole

    def unmark(self) -> None:
        """Leave out the byte order mark that the file begins with: it is no part of the first line."""
        if self.window.startswith(_MARK):
            del self.window[: len(_MARK)]
            self.whole = max(self.whole - len(_MARK), 0)

    def _read_once(self) -> None:
        room = self._line_most - len(self.window)
        if room <= 0:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        wanted = min(max(self._chunk, len(self.window)), room)
        if self._read < self._size:
            wanted = min(wanted, self._size - self._read + 1)
        got = os.read(self._fd, wanted)
        self.window += got
        self._read += len(got)
        self.ended = not got or (len(got) < wanted and 0 < self._size <= self._read)

    def count(self, needle: bytes, *, once: bool) -> int:
        """Return how many of the window's lines contain *needle*; at most one for *once*."""
        count = 0
        while not (once and count) and (candidate := self.candidate(needle, 0)) is not None:
            self.at = candidate[1]
            count += 1
        return count

    def candidate(self, needle: bytes, share: int) -> tuple[int, int, int] | None:
        """Return start and end of the next line with *needle*, and where in it that is.

        An empty needle stands for about *share* bytes of whole lines.
        """
        if self.at == self.whole:
            return None
        if not needle:
            cut = self.at + share
            if cut >= self.whole:
                return self.at, self.whole, 0
            newline = self.window.rfind(b"\n", self.at, cut)
            return self.at, newline + 1 if newline >= 0 else self._line_end(cut), 0
        hit = self.window.find(needle, self.at, self.whole)
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


def find(text: "Buffer", needle: bytes) -> int:
    """Return where *needle* first lies in the buffer *text*, or -1."""
    return bytes(text).find(needle)


def count_newlines(text: "Buffer") -> int:
    """Return how many newlines the buffer *text* has."""
    return bytes(text).count(b"\n")


def last_newline(text: "Buffer") -> int:
    """Return where the last newline of the buffer *text* lies, or -1."""
    return bytes(text).rfind(b"\n")


def instruction_set() -> str:
    """Name the instruction set that memory is scanned with: "avx2", "sse2", "neon", "scalar" or "python"."""
    return "python"
