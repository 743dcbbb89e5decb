"""One search on its way: from batches of paths to items, with what is counted meanwhile."""

import os
from errno import EFBIG
from time import monotonic, perf_counter

from toolrig import _pool
from toolrig._backend import kernel
from toolrig.fs._coding import BINARY_PROBE
from toolrig.fs._path_error import PathError
from toolrig.search._items import DeadlineReached
from toolrig.search._match import FileCount, FileMatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from toolrig._pure.textscan import Scanner
    from toolrig.fs._jail import Jail
    from toolrig.fs._walk import Walk
    from toolrig.search._match import Match
    from toolrig.search._matcher import Matcher
    from toolrig.search._multiline import WholeFiles

    Item = Match | FileMatch | FileCount
    Piece = tuple[int, int, int, bytes, list[tuple[int, int, int, int, int, int]]]

_BATCH = 1024
_ERRORS_MOST = 1000
_CONTEXT_MOST = 2**31 - 1  # what fits the kernel's number everywhere


class Search:
    """Searches the files of *walk* that *keep* lets pass, or the one file *only* of *jail*.

    *matcher* says for what, *until* when `time.monotonic` is at the end of it; see `toolrig.grep` for the
    other options.
    """

    def __init__(
        self,
        matcher: "Matcher",
        jail: "Jail",
        walk: "Walk | None",
        *,
        keep: "Callable[[str], object] | None",
        only: str,
        output: str,
        limit: int | None,
        limit_per_file: int | None,
        offset: int | None,
        until: float | None,
        prefix: str,
    ) -> None:
        self._started = perf_counter()
        self._ended_at: float | None = None
        self._until = until
        self._matcher, self._jail = matcher, jail
        self._walk, self._keep, self._only = walk, keep, only
        self._output, self._prefix = output, prefix
        self._limit, self._limit_per_file, self._offset = limit, limit_per_file, offset
        self._noted: list[PathError] = []
        self._closed = False
        self.truncated = False
        self.total: int | None = None
        self.files_with_matches = self.files_cut = 0
        self._scanner = self._open_scanner()

    @property
    def files_searched(self) -> int:
        return int(self._scanner.files_searched)

    @property
    def binary_skipped(self) -> int:
        return int(self._scanner.binary_skipped)

    @property
    def hidden_by_gitignore(self) -> int:
        return 0 if self._walk is None else self._walk.hidden_by_gitignore

    @property
    def errors(self) -> tuple[PathError, ...]:
        walked = () if self._walk is None else self._walk.errors
        return (*(error._replace(path=self._prefix + error.path) for error in walked), *self._noted)

    @property
    def elapsed_ms(self) -> float:
        return ((self._ended_at or perf_counter()) - self._started) * 1000

    def close(self) -> None:
        """Stop the search."""
        if not self._closed:
            self._closed = True
            self._ended_at = perf_counter()
            self._scanner.close()
            self._matcher.close()
            if self._walk is not None:
                self._walk.close()

    def items(self) -> "Iterator[Item]":
        """Yield the items between ``offset`` and ``limit``; to be called once."""
        skipped = self._offset or 0
        wanted = None if self._limit is None else skipped + self._limit
        seen = 0
        try:
            for item in self._items():
                if self._closed:
                    return
                if seen == wanted:  # one more than wanted: that there is one is known only now
                    self.truncated = True
                    return
                seen += 1
                if seen > skipped:
                    yield item
            if not self._closed:
                self.total = seen
        except DeadlineReached:
            self.truncated = True
        finally:
            self.close()

    def _items(self) -> "Iterator[Item]":
        for paths in self._batches():
            self._scanner.start(paths)
            pieces = self._pieces(paths)
            if self._output == "content":
                yield from self._matches(paths, pieces)
            elif self._output == "files":
                yield from self._files(paths, pieces)
            else:
                yield from self._counts(paths, pieces)

    def _batches(self) -> "Iterator[list[str]]":
        if self._walk is None:
            yield [self._only]
        elif self._offset is None:
            yield from self._walked(self._walk)
        else:
            everything = sorted(path for paths in self._walked(self._walk) for path in paths)
            for at in range(0, len(everything), _BATCH):
                yield everything[at : at + _BATCH]

    def _walked(self, walk: "Walk") -> "Iterator[list[str]]":
        for paths in walk.batches():
            self._check_deadline()
            yield paths if self._keep is None else list(filter(self._keep, paths))

    def _pieces(self, paths: list[str]) -> "Iterator[Piece]":
        while not self._closed and (batch := self._scanner.next_batch()) is not None:
            for piece in batch:
                if piece[1]:
                    self._note(self._prefix + paths[piece[0]], piece[1])
                yield piece
            self._check_deadline()

    def _matches(self, paths: list[str], pieces: "Iterable[Piece]") -> "Iterator[Match]":
        current, left = -1, -1  # matches that the file may still have; below 0 for any number
        for piece in pieces:
            if piece[0] == current and not left:
                continue
            for match in self._piece_matches(paths, piece):
                if piece[0] != current:
                    current = piece[0]
                    self.files_with_matches += 1
                    left = -1 if self._limit_per_file is None else self._limit_per_file
                if not left:
                    self.files_cut += 1
                    break
                left -= 1
                yield match

    def _files(self, paths: list[str], pieces: "Iterable[Piece]") -> "Iterator[FileMatch]":
        current = -1
        for piece in pieces:
            index, _, count, _, _ = piece
            if index == current:
                continue
            if count or next(self._piece_matches(paths, piece), None) is not None:
                current = index
                self.files_with_matches += 1
                yield FileMatch(self._prefix + paths[index])

    def _counts(self, paths: list[str], pieces: "Iterable[Piece]") -> "Iterator[FileCount]":
        current, lines = -1, 0
        for piece in pieces:
            if piece[0] != current:
                yield from self._count(paths, current, lines)
                current, lines = piece[0], 0
            lines += piece[2] + sum(1 for _ in self._piece_matches(paths, piece))
        yield from self._count(paths, current, lines)

    def _count(self, paths: list[str], index: int, lines: int) -> "Iterator[FileCount]":
        if lines:
            self.files_with_matches += 1
            most = self._limit_per_file
            if most is not None and lines > most:
                self.files_cut += 1
                lines = most
            yield FileCount(self._prefix + paths[index], lines)

    def _piece_matches(self, paths: list[str], piece: "Piece") -> "Iterator[Match]":
        index, _, _, blob, ranges = piece
        return self._matcher.matches(self._prefix + paths[index], blob, ranges)

    def _note(self, path: str, code: int) -> None:
        message = os.strerror(code)
        if code == EFBIG:
            message = "a line with its context is longer than 64 MiB"
            if self._matcher.multiline:
                message = "the file is larger than 16 MiB, too large to be searched across lines"
        if len(self._noted) < _ERRORS_MOST:
            self._noted.append(PathError(path, code, message))

    def _check_deadline(self) -> None:
        if self._until is not None and monotonic() >= self._until:
            raise DeadlineReached

    def _open_scanner(self) -> "Scanner | WholeFiles":
        matcher, textscan = self._matcher, kernel("textscan")
        if matcher.multiline:
            from toolrig.search._multiline import WholeFiles

            sieve = self._scan(textscan.FILES) if matcher.finder is not None else None
            return WholeFiles(self._jail, sieve, probe=BINARY_PROBE)
        if matcher.certain and self._output == "files":
            return self._scan(textscan.FILES)
        if matcher.countable and self._output == "count":
            return self._scan(textscan.COUNT)
        return self._scan(textscan.LINES)

    def _scan(self, mode: int) -> "Scanner":
        textscan = kernel("textscan")
        before, after = self._matcher.context if mode == textscan.LINES else (0, 0)
        scanner: Scanner = textscan.Scanner(
            self._jail.place,
            self._matcher.finder,
            mode=mode,
            before=min(before, _CONTEXT_MOST),
            after=min(after, _CONTEXT_MOST),
            follow=self._walk is None,
            threads=_pool.threads(),
            probe=BINARY_PROBE,
        )
        return scanner
