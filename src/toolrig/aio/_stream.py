"""Closable iterators of floor 2 as async ones: a thread works ahead while the loop consumes.

The thread is one of the loop's default executor. It hands over what it finds at once, so nobody waits for an
item that exists, and leaves when the consumer is a load behind, so a slow consumer occupies no thread.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Protocol, Self

    class Closable(Protocol):
        """What items come from; `close` may be called from another thread."""

        def close(self) -> None: ...


Item = TypeVar("Item")
Source = TypeVar("Source", bound="Closable")

_LOAD = 4096  # items found ahead of the consumer before the thread leaves


class Stream(Generic[Source, Item]):
    """An async iterator over what a closable iterator yields.

    Cancelling a task that waits for an item ends the stream, and so does dropping it.
    """

    __slots__ = ("_feed", "_inside", "_left", "_wakeup")

    def __init__(self, start: "Callable[[], Source]") -> None:
        self._feed: _Feed[Source, Item] = _Feed(start, self._pieces)
        self._left: Iterator[Item] = iter(())
        self._wakeup = asyncio.Event()
        self._inside = False

    def __del__(self) -> None:
        self._feed.close()

    def __aiter__(self) -> "Self":
        return self

    async def __anext__(self) -> Item:
        while True:
            for item in self._left:
                return item
            batch = await self._next_batch()
            if batch is None:
                raise StopAsyncIteration
            self._left = iter(batch)

    async def __aenter__(self) -> "Self":
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: "TracebackType | None"
    ) -> None:
        await self.aclose()

    async def batches(self) -> "AsyncIterator[list[Item]]":
        """Yield the remaining items in lists, as they come."""
        if left := list(self._left):
            yield left
        while (batch := await self._next_batch()) is not None:
            yield batch

    async def aclose(self) -> None:
        """End the work and wait until its thread has left it; no further item is handed out."""
        self._left = iter(())
        self._feed.close()
        while self._feed.running:
            await self._wait()

    @staticmethod
    def _pieces(source: Source) -> "Iterable[list[Item]]":
        """Return the iterator by which a thread gets items, in lists."""
        raise NotImplementedError

    @property
    def _source(self) -> Source | None:
        return self._feed.source

    async def _next_batch(self) -> list[Item] | None:
        """Return all items that are there, at least one; None at the end."""
        if self._inside:
            raise RuntimeError("another task is inside this stream: give each task one of its own")
        self._inside = True
        try:
            while not self._feed.ready and not self._feed.over:
                self._feed.send(self._wakeup)
                await self._wait()
            return self._feed.take()
        except asyncio.CancelledError:
            self._feed.close()
            raise
        finally:
            self._inside = False

    async def _wait(self) -> None:
        """Wait until the thread has handed over something, or has left."""
        self._wakeup.clear()
        self._feed.awaited = True
        # Only now: what the thread did before it saw `awaited` it tells nobody.
        if self._feed.running and not self._feed.ready:
            await self._wakeup.wait()
        self._feed.awaited = False


class _Feed(Generic[Source, Item]):
    """What the loop and the thread share. The thread knows this, not the stream, which may be dropped."""

    def __init__(
        self, start: "Callable[[], Source]", pieces: "Callable[[Source], Iterable[list[Item]]]"
    ) -> None:
        self._start, self._split = start, pieces
        self._pieces: Iterator[list[Item]] | None = None
        self._ended = self._closed = False
        self._failure: BaseException | None = None
        self.source: Source | None = None
        self.ready: deque[list[Item]] = deque()
        self.running = self.awaited = False

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self._closed or (self._ended and not self.running)

    def take(self) -> list[Item] | None:
        """Return everything that is ready, or None; raise what ended the work, once."""
        batch: list[Item] = []
        while self.ready and not self._closed:
            batch += self.ready.popleft()
        if batch:
            return batch
        failure, self._failure = self._failure, None
        if failure is not None and not self._closed:
            raise failure
        return None

    def send(self, wakeup: asyncio.Event) -> None:
        """Have a thread work, unless one does already."""
        if not self.running:
            loop = asyncio.get_running_loop()
            self.running = True
            try:
                loop.run_in_executor(None, self._work, loop, wakeup)
            except BaseException:
                self.running = False
                raise

    def close(self) -> None:
        """End the work, from any thread."""
        self._closed = True
        if self.source is not None:
            self.source.close()

    def _work(self, loop: asyncio.AbstractEventLoop, wakeup: asyncio.Event) -> None:
        try:
            found = 0
            for piece in self._opened():
                if piece:
                    self.ready.append(piece)
                    self._wake(loop, wakeup)
                found += len(piece)
                if found >= _LOAD or self._closed:
                    return
            self._ended = True
        except BaseException as failure:
            self._failure, self._ended = failure, True
        finally:
            self.running = False
            self._wake(loop, wakeup)

    def _opened(self) -> "Iterator[list[Item]]":
        if self._pieces is None and not self._closed:
            self.source = self._start()
            self._pieces = iter(self._split(self.source))
        if self._closed and self.source is not None:  # perhaps before it was known to `close`
            self.source.close()
        return self._pieces or iter(())

    def _wake(self, loop: asyncio.AbstractEventLoop, wakeup: asyncio.Event) -> None:
        if self.awaited:
            try:
                loop.call_soon_threadsafe(wakeup.set)
            except RuntimeError:  # the loop is closed: nobody waits any more
                self.close()
