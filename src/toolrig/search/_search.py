"""One search on its way: from batches of paths to items, with what is counted meanwhile."""

import os
from errno import EFBIG
from time import monotonic, perf_counter

from toolrig import _pool
from toolrig._backend import kernel
from toolrig.fs._coding import BINARY_PROBE
from toolrig.fs._path_error import PathError
from toolrig.search._items import DeadlineReached, matches_in_blocks, matches_in_lines
from toolrig.search._match import FileCount, FileMatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolrig.fs._jail import Jail
    from toolrig.fs._walk import Walk
    from toolrig.search._match import Match
    from toolrig.search._query import Query

    Item = Match | FileMatch | FileCount
    Piece = tuple[int, int, int, bytes, list[tuple[int, int, int, int, int, int]]]

_BATCH = 1024
_ERRORS_MOST = 1000
_CONTEXT_MOST = 2**31 - 1  # what fits the kernel's number everywhere


class Search:
    """Searches the files of *walk*, or the one file *only* of *jail*; see `toolrig.grep` for the options."""

    def __init__(
        self,
        query: "Query",
        jail: "Jail",
        walk: "Walk | None",
        *,
        only: str,
        output: str,
        before: int,
        after: int,
        limit: int | None,
        offset: int | None,
        deadline: float | None,
        prefix: str,
    ) -> None:
        self._started = perf_counter()
        self._ended_at: float | None = None
        self._until = None if deadline is None else monotonic() + deadline
        self._query, self._jail = query, jail
        self._walk, self._only = walk, only
        self._output, self._context = output, (before, after)
        self._limit, self._offset, self._prefix = limit, offset, prefix
        self._noted: list[PathError] = []
        self._closed = False
        self.truncated = False
        self.total: int | None = None
        self.files_with_matches = 0
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
            return
        batches = self._walk.batches()
        if self._offset is None:
            for paths in batches:
                self._check_deadline()
                yield paths
            return
        everything: list[str] = []
        for paths in batches:
            self._check_deadline()
            everything += paths
        everything.sort()
        for at in range(0, len(everything), _BATCH):
            yield everything[at : at + _BATCH]

    def _pieces(self, paths: list[str]) -> "Iterator[Piece]":
        while not self._closed and (batch := self._scanner.next_batch()) is not None:
            for piece in batch:
                if piece[1]:
                    self._note(self._prefix + paths[piece[0]], piece[1])
                yield piece
            self._check_deadline()

    def _matches(self, paths: list[str], pieces: "Iterable[Piece]") -> "Iterator[Match]":
        current = -1
        for piece in pieces:
            for match in self._piece_matches(paths, piece):
                if piece[0] != current:
                    current = piece[0]
                    self.files_with_matches += 1
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
            yield FileCount(self._prefix + paths[index], lines)

    def _piece_matches(self, paths: list[str], piece: "Piece") -> "Iterator[Match]":
        index, _, _, blob, ranges = piece
        path, search = self._prefix + paths[index], self._query.search
        if search is None or self._query.needle:
            return matches_in_lines(path, blob, ranges, search, self._until)
        return matches_in_blocks(path, blob, ranges, search, self._context, self._until)

    def _note(self, path: str, code: int) -> None:
        message = "a line with its context is longer than 64 MiB" if code == EFBIG else os.strerror(code)
        if len(self._noted) < _ERRORS_MOST:
            self._noted.append(PathError(path, code, message))

    def _check_deadline(self) -> None:
        if self._until is not None and monotonic() >= self._until:
            raise DeadlineReached

    def _open_scanner(self) -> "_Scanner":
        textscan = kernel("textscan")
        mode = textscan.LINES
        if self._query.search is None:
            mode = {"files": textscan.FILES, "count": textscan.COUNT}.get(self._output, mode)
        before, after = self._context if self._output == "content" else (0, 0)
        scanner: _Scanner = textscan.Scanner(
            self._jail.place,
            self._query.needle,
            mode=mode,
            before=min(before, _CONTEXT_MOST),
            after=min(after, _CONTEXT_MOST),
            follow=self._walk is None,
            threads=_pool.threads(),
            probe=BINARY_PROBE,
        )
        return scanner


if TYPE_CHECKING:
    from toolrig._pure.textscan import Scanner as _Scanner
