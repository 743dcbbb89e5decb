"""The bounded memory in which the process twins keep what a command prints."""

CHUNK = 1 << 16  # bytes to read at a time


class Capture:
    """The first and the last bytes of a stream, in memory that never grows past a limit."""

    def __init__(self, limit: int) -> None:
        self.ring = limit // 2
        self.room = limit - self.ring
        self.head = bytearray()
        self.tail = bytearray()
        self.total = 0

    def feed(self, data: bytes) -> None:
        self.total += len(data)
        missing = self.room - len(self.head)
        self.head += data[:missing]
        self.tail += data[missing:]
        if len(self.tail) > self.ring + CHUNK:  # trimming a chunk at a time, not at every read
            del self.tail[: len(self.tail) - self.ring]

    def stream(self) -> tuple[bytes, bytes, int]:
        if self.total <= self.room + self.ring:
            return bytes(self.head + self.tail), b"", self.total
        return bytes(self.head), bytes(self.tail[len(self.tail) - self.ring :]), self.total
