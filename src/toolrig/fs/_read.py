"""Reading a window of a text file."""

import os

from toolrig._backend import kernel
from toolrig.errors import BinaryFileError
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._coding import BINARY_PROBE
from toolrig.fs._jail import as_text
from toolrig.fs._long_lines import shortened
from toolrig.fs._text import Text
from toolrig.fs._token import token_of
from toolrig.fs._window import Wanted, Window, sought, streamed, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._jail import Jail

# What stands at the beginning of a file decides on its encoding, too.
_HEAD = 1 << 14
_CHUNK = 1 << 20
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read(
    path: "str | os.PathLike[str]",
    *,
    offset: int | None = None,
    limit: int | None = None,
    tail: int | None = None,
    max_bytes: int | None = None,
    max_columns: int | None = None,
) -> Text:
    r"""Read lines of the text file *path*.

    Lines end at ``\n``; terminators are kept as they are. Memory is bounded by the window, not by the file.
    What lies before the window is only counted, and what lies behind it only up to 32 MiB: in a file that
    goes on for longer, ``total_lines`` is None.

    UTF-8 and UTF-16 byte order marks are obeyed and dropped. Where the window, or the first 16 KiB of the
    file, is not UTF-8, it is read as Latin-1. UTF-16 is read from its beginning to its end.

    Args:
        offset: the first line wanted, from 1; None for the first of the file.
        limit: how many lines at most; None for all.
        tail: how many lines at the end of the file, instead of *offset* and *limit*. What lies before them is
            counted up to 32 MiB: in a file with more, ``first_line`` is None.
        max_bytes: how many bytes of the window to keep at most; None for all. A longer one is cut, in the
            middle of a line where it must be. A *tail* gets fewer lines instead, as long as one is left.
        max_columns: how many characters of a line to keep at most; None for all. A longer line tells at its
            end how many were cut.

    Raises:
        BinaryFileError: a NUL is among the first 8,000 bytes.
        NotRegularFileError: *path* is a FIFO, a socket or a device.
        OSError: *path* cannot be read, or is a directory.
        ValueError: a number is out of range, or *tail* is given together with *offset* or *limit*.
    """
    return read_jail(
        path,
        ANYWHERE,
        offset=offset,
        limit=limit,
        tail=tail,
        max_bytes=max_bytes,
        max_columns=max_columns,
    )


def read_jail(
    path: "str | os.PathLike[str]",
    jail: "Jail | Anywhere",
    *,
    offset: int | None = None,
    limit: int | None = None,
    tail: int | None = None,
    max_bytes: int | None = None,
    max_columns: int | None = None,
) -> Text:
    """Do what `read` does for a path below *jail*."""
    wanted = Wanted(offset, limit, tail, max_bytes, max_columns)
    name = as_text(path)
    fd = jail.open_file(name)
    try:
        return _read_fd(fd, name, wanted)
    finally:
        os.close(fd)


def _read_fd(fd: int, path: str, wanted: Wanted) -> Text:
    info = os.fstat(fd)
    token = token_of(fd, info)  # before the content: see there
    head = kernel("files").read_at(fd, 0, _HEAD)
    if head.startswith(_UTF16_MARKS):
        return _text(streamed(_decoded(fd, path), wanted), "utf-16", wanted, token)
    if b"\0" in head[:BINARY_PROBE]:
        raise BinaryFileError(f"{path} is a binary file: only text is read")
    marked = head.startswith(_UTF8_MARK)
    is_utf8 = _decoded_utf8(head, cut=len(head) == _HEAD) is not None
    encoding = ("utf-8-sig" if marked else "utf-8") if is_utf8 else "latin-1"
    begin = len(_UTF8_MARK) if marked else 0
    window = whole(head[begin:], wanted) if len(head) == info.st_size < _HEAD else None
    window = window or sought(fd, begin, info.st_size, wanted) or streamed(_pieces(fd, begin), wanted)
    return _text(window, encoding, wanted, token)


def _text(window: Window, encoding: str, wanted: Wanted, token: str) -> Text:
    text = None if encoding == "latin-1" else _decoded_utf8(window.raw, cut=window.cut)
    if text is None:
        text, encoding = window.raw.decode("latin-1"), "latin-1"
    cut_lines = 0
    if wanted.max_columns is not None:
        text, cut_lines = shortened(text, wanted.max_columns, partial=window.cut)
    return Text(
        text=text,
        first_line=window.first_line,
        lines=window.lines,
        total_lines=window.total_lines,
        truncated=window.truncated,
        cut_lines=cut_lines,
        encoding=encoding,
        token=token,
    )


def _pieces(fd: int, start: int) -> "Iterator[bytes]":
    while piece := kernel("files").read_at(fd, start, _CHUNK):
        yield piece
        start += len(piece)


def _decoded(fd: int, path: str) -> "Iterator[bytes]":
    """Yield the UTF-16 file *fd* in UTF-8."""
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder("utf-16")()
    try:
        for piece in _pieces(fd, 0):
            yield decoder.decode(piece).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as failure:
        raise BinaryFileError(f"{path} begins with a UTF-16 mark but is not UTF-16: {failure}") from None


def _decoded_utf8(raw: bytes, *, cut: bool) -> str | None:
    """Return the text, without a character that is *cut* off at the end; None where it is not UTF-8."""
    try:
        return (raw[: len(raw) - _incomplete(raw)] if cut else raw).decode()
    except UnicodeDecodeError:
        return None


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
