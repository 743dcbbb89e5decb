"""Reading a window of a text file."""

import os

from toolrig.errors import BinaryFileError
from toolrig.fs._jail import Jail, as_text, open_file
from toolrig.fs._text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import FileIO

# git's rule (buffer_is_binary in xdiff-interface.c): a NUL among the first 8,000 bytes makes a file binary.
BINARY_PROBE = 8000

_CHUNK = 1 << 20


def read(
    path: "str | os.PathLike[str]",
    *,
    offset: int | None = None,
    limit: int | None = None,
    max_bytes: int | None = None,
) -> Text:
    r"""Read lines of the text file *path*.

    Lines end at ``\n``; terminators are kept as they are. UTF-8 and UTF-16 byte order marks are obeyed and
    dropped; a file that is not UTF-8 is read as Latin-1. Memory is bounded by the window, not by the file.

    Args:
        offset: the first line wanted, from 1; None for the first of the file.
        limit: how many lines at most; None for all.
        max_bytes: how many bytes of the window to keep at most; None for all. A longer one is cut, in the
            middle of a line where it must be.

    Raises:
        BinaryFileError: a NUL is among the first 8,000 bytes.
        NotRegularFileError: *path* is a FIFO, a socket or a device.
        OSError: *path* cannot be read, or is a directory.
        ValueError: *offset*, *limit* or *max_bytes* is out of range.
    """
    window = _Window(offset, limit, max_bytes)
    name = as_text(path)
    return _read_fd(open_file(name), name, window)


def read_jail(
    path: "str | os.PathLike[str]",
    jail: Jail,
    *,
    offset: int | None = None,
    limit: int | None = None,
    max_bytes: int | None = None,
) -> Text:
    """Do what `read` does for a path below *jail*."""
    window = _Window(offset, limit, max_bytes)
    name = as_text(path)
    return _read_fd(jail.open_file(name), name, window)


def _read_fd(fd: int, path: str, window: "_Window") -> Text:
    with os.fdopen(fd, "rb", buffering=0) as file:
        head = file.read(_CHUNK)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _read_utf16(file, head, path, window)
        if b"\0" in head[:BINARY_PROBE]:
            raise BinaryFileError(f"{path} is a binary file: only text is read")
        bom = b"\xef\xbb\xbf" if head.startswith(b"\xef\xbb\xbf") else b""
        window.feed(head[len(bom) :])
        while head:
            head = file.read(_CHUNK)
            window.feed(head)
    return window.text("utf-8-sig" if bom else "utf-8")


def _read_utf16(file: "FileIO", head: bytes, path: str, window: "_Window") -> Text:
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-16")()
    try:
        while head:
            window.feed(decoder.decode(head).encode())
            head = file.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as failure:
        raise BinaryFileError(f"{path} begins with a UTF-16 mark but is not UTF-16: {failure}") from None
    return window.text("utf-16")


class _Window:
    """Collects the wanted lines out of chunks, counts all lines, and watches whether they are UTF-8."""

    def __init__(self, offset: int | None, limit: int | None, max_bytes: int | None) -> None:
        if offset is not None and offset < 1:
            raise ValueError(f"offset is {offset}: lines count from 1")
        for name, value in (("limit", limit), ("max_bytes", max_bytes)):
            if value is not None and value < 0:
                raise ValueError(f"{name} is {value}: use a number from 0, or None for all")
        from codecs import getincrementaldecoder

        self._offset, self._limit, self._room = offset or 1, limit, max_bytes
        self._kept: list[bytes] = []
        self._cut = False
        self._ended = 0  # lines whose terminator has been seen
        self._open = False  # whether bytes follow the last terminator
        self._utf8 = getincrementaldecoder("utf-8")()
        self._valid = True

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; an empty one is the end."""
        if self._valid:
            try:
                self._utf8.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                self._valid = False
        ends = chunk.count(b"\n")
        before = self._offset - 1 - self._ended
        first = _after(chunk, before, ends)
        last = len(chunk) if self._limit is None else _after(chunk, before + self._limit, ends)
        self._keep(chunk[first:last])
        self._ended += ends
        self._open = not chunk.endswith(b"\n") if chunk else self._open

    def _keep(self, piece: bytes) -> None:
        if self._room is not None:
            self._cut = self._cut or len(piece) > self._room
            piece = piece[: self._room]
            self._room -= len(piece)
        if piece:
            self._kept.append(piece)

    def text(self, encoding: str) -> Text:
        """Return the window; *encoding* holds as long as the bytes were UTF-8."""
        raw = b"".join(self._kept)
        if self._cut:
            raw = raw[: len(raw) - _incomplete(raw)]
        lines = raw.count(b"\n") + (not raw.endswith(b"\n") if raw else 0)
        total = self._ended + self._open
        return Text(
            text=raw.decode("utf-8" if self._valid else "latin-1"),
            first_line=self._offset,
            lines=lines,
            total_lines=total,
            truncated=self._cut or self._offset - 1 + lines < total,
            encoding=encoding if self._valid else "latin-1",
        )


def _incomplete(raw: bytes) -> int:
    """Return how many bytes at the end of *raw* begin a UTF-8 character that is cut off."""
    for length in range(1, min(4, len(raw) + 1)):
        lead = raw[-length]
        if lead & 0xC0 != 0x80:
            needed = (
                2 if lead >> 5 == 0b110 else 3 if lead >> 4 == 0b1110 else 4 if lead >> 3 == 0b11110 else 1
            )
            return length if needed > length else 0
    return 0


def _after(chunk: bytes, lines: int, ends: int) -> int:
    """Return the index just behind the *lines*-th line of *chunk*, which has *ends* line ends."""
    if lines > ends:
        return len(chunk)
    at = 0
    for _ in range(lines):
        at = chunk.index(b"\n", at) + 1
    return at
