"""Matches across lines: files are taken whole, and a match is all the lines that it touches."""

import errno
from time import monotonic

from toolrig._backend import kernel
from toolrig.search._items import DeadlineReached
from toolrig.search._match import Match

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from toolrig._pure.textscan import Scanner
    from toolrig.fs._jail import Jail

    Spans = Callable[[str], Iterable[tuple[int, int]]]
    Piece = tuple[int, int, int, bytes, list[tuple[int, int, int, int, int, int]]]

FILE_MOST = 1 << 24

_MARK = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class WholeFiles:
    """Hands out files whole, one a batch, where a `Scanner` hands out lines of them.

    Args:
        jail: below which the files lie.
        sieve: finds out which files are worth it, without handing out anything of them; None for all.
        probe: bytes in which a NUL makes a file binary.
    """

    def __init__(self, jail: "Jail", sieve: "Scanner | None", *, probe: int) -> None:
        self._jail, self._sieve, self._probe = jail, sieve, probe
        self._searched = self._binary = 0
        self._pieces: Iterator[Piece | None] = iter(())

    @property
    def files_searched(self) -> int:
        return self._searched if self._sieve is None else int(self._sieve.files_searched)

    @property
    def binary_skipped(self) -> int:
        return self._binary if self._sieve is None else int(self._sieve.binary_skipped)

    def start(self, paths: list[str]) -> None:
        """Search *paths* from now on."""
        if self._sieve is not None:
            self._sieve.start(paths)
        self._pieces = self._read(paths)

    def next_batch(self) -> "list[Piece] | None":
        """Return what was found next, or None when the paths are done; see `Scanner.next_batch`."""
        for piece in self._pieces:
            return [] if piece is None else [piece]
        return None

    def close(self) -> None:
        """Stop the search."""
        self._pieces = iter(())  # which knows this object, and would keep it
        if self._sieve is not None:
            self._sieve.close()

    def _read(self, paths: list[str]) -> "Iterator[Piece | None]":
        for found in self._worthwhile(paths):
            yield found if found is None or found[1] else self._piece(found[0], paths[found[0]])

    def _worthwhile(self, paths: list[str]) -> "Iterator[Piece | None]":
        if self._sieve is None:
            yield from ((index, 0, 0, b"", []) for index in range(len(paths)))
            return
        while (batch := self._sieve.next_batch()) is not None:
            yield None
            yield from batch

    def _piece(self, index: int, path: str) -> "Piece | None":
        try:
            content = self._content(path)
        except OSError as failure:
            return index, failure.errno or errno.EIO, 0, b"", []
        text = _as_utf8(content, self._probe)
        if text is None:
            self._binary += 1
            return None
        self._searched += 1
        return index, 0, 0, text, [(1, 0, 0, len(text), len(text), 0)]

    def _content(self, path: str) -> bytes:
        import os

        fd = self._jail.open_file(path)
        try:
            content: bytes = kernel("files").read_at(fd, 0, FILE_MOST + 1)
        finally:
            os.close(fd)
        if len(content) > FILE_MOST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return content


def _as_utf8(content: bytes, probe: int) -> bytes | None:
    """Return what a `Scanner` would search: without a byte order mark, UTF-16 as UTF-8; None for binary."""
    encoding = _UTF16.get(content[:2])
    if encoding is None:
        return None if b"\0" in content[:probe] else content.removeprefix(_MARK)
    import codecs

    try:
        if "\0" in codecs.getincrementaldecoder(encoding)().decode(content[2:probe]):
            return None
    except UnicodeDecodeError:
        return None
    return content[2:].decode(encoding, "replace").encode()


def matches_in_file(
    path: str,
    content: bytes,
    spans: "Spans",
    context: tuple[int, int],
    until: float | None,
    *,
    only_matching: bool,
) -> "Iterator[Match]":
    r"""Yield a match for each run of lines that *spans* finds something in, or for each span by itself.

    A line ends at ``\n`` for *spans*, also where the file says ``\r\n``.

    Raises:
        DeadlineReached: the clock of `time.monotonic` has come to *until*.
    """
    before, after = context
    text = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    line, counted = 1, 0
    for start, end, stop in _found(text, spans) if only_matching else _runs(text, spans):
        if until is not None and monotonic() >= until:
            raise DeadlineReached
        first = text.rfind("\n", 0, start) + 1
        line += text.count("\n", counted, first)
        counted = first
        yield Match(
            path,
            line,
            start - first + 1,
            text[start:end] if only_matching else text[first:stop],
            _lines(text, _back(text, first, before), first),
            _lines(text, stop + 1, _forward(text, stop + 1, after)),
        )


def _found(text: str, spans: "Spans") -> "Iterator[tuple[int, int, int]]":
    """Yield start and end of each match, and the end of the last line that it touches."""
    for start, end in spans(text):
        if start == len(text) and text[-1:] in ("", "\n"):
            return  # behind the last line
        stop = text.find("\n", end - 1 if end > start else start)
        yield start, end, stop if stop >= 0 else len(text)


def _runs(text: str, spans: "Spans") -> "Iterator[tuple[int, int, int]]":
    """Yield what `_found` does, with matches that share a line as one."""
    run: tuple[int, int, int] | None = None
    for start, end, stop in _found(text, spans):
        if run is not None and start <= run[2]:
            run = run[0], end, max(run[2], stop)
            continue
        if run is not None:
            yield run
        run = start, end, stop
    if run is not None:
        yield run


def _lines(text: str, start: int, end: int) -> tuple[str, ...]:
    return tuple(text[start:end].removesuffix("\n").split("\n")) if start < end else ()


def _back(text: str, at: int, lines: int) -> int:
    while lines and at:
        at = text.rfind("\n", 0, at - 1) + 1
        lines -= 1
    return at


def _forward(text: str, at: int, lines: int) -> int:
    while lines and at < len(text):
        at = text.find("\n", at) + 1 or len(text)
        lines -= 1
    return at
