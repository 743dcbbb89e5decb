"""Two descriptors as a stream of messages: whole chunks in, whole replies out."""

import os
from _thread import allocate_lock

_CHUNK = 1 << 16


class Channel:
    """Reads from one descriptor on one thread at a time, writes to the other on any thread."""

    __slots__ = ("_lock", "_reader", "_writer")

    def __init__(self, reader: int, writer: int) -> None:
        self._reader = reader
        self._writer = writer
        self._lock = allocate_lock()

    def read(self) -> bytes:
        """Wait for input and return what there is; empty at its end, however it came."""
        while True:
            try:
                return os.read(self._reader, _CHUNK)
            except BlockingIOError:
                _wait(self._reader, for_writing=False)
            except OSError:
                return b""  # the peer is gone

    def write(self, data: bytes) -> bool:
        """Write all of *data* in one piece among other writes; return False where nobody reads any more."""
        with self._lock:
            try:
                written = self._write_some(data)
                if written < len(data):
                    rest = memoryview(data)[written:]
                    while rest:
                        rest = rest[self._write_some(rest) :]
            except OSError:
                return False
        return True

    def _write_some(self, data: "bytes | memoryview") -> int:
        while True:
            try:
                return os.write(self._writer, data)
            except BlockingIOError:
                _wait(self._writer, for_writing=True)


def _wait(descriptor: int, *, for_writing: bool) -> None:
    """Wait until a descriptor that its owner made non-blocking is ready."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT if for_writing else select.POLLIN)
    poll.poll()
