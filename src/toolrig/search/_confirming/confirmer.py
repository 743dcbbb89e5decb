"""What `re` says about lines, within the time allowed: in this process, or in one that can be killed.

While `re` is at work no other thread runs and nothing interrupts it, so that what may take long is done by a
child: any line for a pattern that can backtrack exponentially, and for others lines that are long for them.
"""

from time import monotonic

from toolrig.search._items import DeadlineReached

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from toolrig.search._confirming.child import ConfirmingChild
    from toolrig.search._confirming.risk import Risk

_BATCH = 256  # answers to so many lines fit into any pipe
_BATCH_CHARACTERS = 1 << 20
# Seconds in which a child may finish what nobody waits for any more; starting another takes as long.
_PATIENCE = 0.05
_TWICE_MOST = 0.05  # seconds; what took longer in the child is not done again in this process


class TooSlowError(Exception):
    """A line on which the pattern would keep this process busy for too long."""


class Found:
    """Where a match lies; answers `start`, `end` and `span` as one of `re` does."""

    __slots__ = ("_span",)

    def __init__(self, span: tuple[int, int]) -> None:
        self._span = span

    def start(self) -> int:
        return self._span[0]

    def end(self) -> int:
        return self._span[1]

    def span(self) -> tuple[int, int]:
        return self._span


def confirmer(pattern: str, flags: int, until: float | None) -> "Confirmer":
    """Return what confirms matches of *pattern*, which `re.compile` accepts with *flags*.

    Args:
        until: the time of `time.monotonic` at which the search is over; None for none.
    """
    import re

    return Confirmer(re.compile(pattern, flags), until)


class Confirmer:
    """Confirms matches of *pattern* until the clock of `time.monotonic` has come to *until*.

    Every method raises `DeadlineReached` then, some milliseconds late at most; `ConfirmationError` where the
    child that it needs cannot be started, or dies.
    """

    __slots__ = ("_child", "_closed", "_pattern", "_risk", "_short", "_until")

    def __init__(self, pattern: "re.Pattern[str]", until: float | None) -> None:
        self._pattern, self._until = pattern, until
        self._risk: Risk | None = None
        self._short = -1  # of no line is it known yet
        self._child: ConfirmingChild | None = None
        self._closed = False

    def __del__(self) -> None:
        self.close()

    @property
    def is_tame(self) -> bool:
        """Whether short lines are confirmed in this process."""
        return self._known().power is not None

    def search(self, line: str) -> "re.Match[str] | Found | None":
        """Return where the first match in *line* lies."""
        if self._is_safe(line):
            return self._pattern.search(line)
        return _found(next(self._asked().first((line,))))

    def search_all(self, lines: "Sequence[str]") -> "Iterator[re.Match[str] | Found | None]":
        """Yield what `search` returns for each of *lines*; many at once cost less than one by one."""
        if not self.is_tame:
            for batch in _batches(lines):
                answers = self._asked().first(batch)
                try:
                    yield from map(_found, answers)
                finally:
                    answers.wanted = False
        elif len(max(lines, key=len, default="")) > self._short:
            yield from map(self.search, lines)
        else:
            for found in map(self._pattern.search, lines):
                self._check_deadline()
                yield found

    def spans(self, text: str) -> "Iterator[tuple[int, int]]":
        """Yield where each match in *text* lies, as `re.finditer` finds them."""
        if not self._is_safe(text):
            yield from self._asked().every(text)
            return
        for found in self._pattern.finditer(text):
            yield found.span()

    def substitute(self, new: "str | Callable[[re.Match[str]], str]", text: str) -> tuple[str, int]:
        """Return what `re.subn` does for *text*.

        A *new* that is a function is called in this process, where the pattern is tried again.

        Raises:
            TooSlowError: it took too long to be tried again.
        """
        if self._is_safe(text):
            return self._pattern.subn(new, text)
        if isinstance(new, str):
            return self._asked().substituted(new, text)
        child, started = self._asked(), monotonic()
        _, count = child.substituted("", text)
        if not count:
            return text, 0
        if monotonic() - started > _TWICE_MOST:
            raise TooSlowError("the pattern takes too long on a line for a function: give a text to put in")
        return self._pattern.subn(new, text)

    def close(self) -> None:
        """End the child, from any thread; who waits for an answer gets `DeadlineReached`."""
        self._closed = True
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _is_safe(self, line: str) -> bool:
        self._check_deadline()
        return len(line) <= self._short or self._known().is_safe(line)

    def _check_deadline(self) -> None:
        if self._until is not None and monotonic() >= self._until:
            raise DeadlineReached

    def _known(self) -> "Risk":
        if self._risk is None:
            from toolrig.search._confirming.risk import Risk

            self._risk = Risk(self._pattern.pattern, self._pattern.flags)
            self._short = self._risk.short
        return self._risk

    def _asked(self) -> "ConfirmingChild":
        if self._child is not None and not self._child.is_ready(_PATIENCE):
            self._child.close()
            self._child = None
        self._check_deadline()
        if self._closed:
            raise DeadlineReached
        if self._child is None:
            from toolrig.search._confirming.child import ConfirmingChild

            self._child = ConfirmingChild(self._pattern.pattern, self._pattern.flags, self._until)
            if self._closed:  # meanwhile, by another thread
                self.close()
                raise DeadlineReached
        return self._child


def _found(span: tuple[int, int]) -> Found | None:
    return Found(span) if span[0] >= 0 else None


def _batches(lines: "Sequence[str]") -> "Iterator[list[str]]":
    batch: list[str] = []
    room = _BATCH_CHARACTERS
    for line in lines:
        if batch and (len(batch) == _BATCH or len(line) > room):
            yield batch
            batch, room = [], _BATCH_CHARACTERS
        batch.append(line)
        room -= len(line)
    if batch:
        yield batch
