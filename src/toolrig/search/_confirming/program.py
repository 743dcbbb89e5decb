"""What runs in the process that a `ConfirmingChild` asks. It stands alone: nothing of the package is loaded.

A request is its kind (one byte), how many texts follow (4 bytes), the length of each (8 bytes), and the
texts. The first is the pattern with its flags. An answer begins with "=", or with "!" before an error's name.
"""

import os
import re
import signal
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING = struct.Struct("<cI")
_PAIR = struct.Struct("<qq")
_NUMBER = struct.Struct("<Q")
_BEATS = 0.5  # seconds between two looks for the parent


def main() -> None:
    """Answer requests on standard input until it ends, or the parent, whose number is the argument, does."""
    live_with(int(sys.argv[1]))
    pattern = compiled()
    os.write(1, b"=")
    while True:
        kind, texts = request()
        try:
            for answer in ANSWERS[kind](pattern, texts):
                send(b"=" + answer)
        except (MemoryError, RecursionError, OverflowError) as failure:
            send(b"!" + _NUMBER.pack(len(name := type(failure).__name__.encode())) + name)


def live_with(parent: int) -> None:
    """End this process soon after *parent* has: a pattern at work lets signals through, and nothing else."""
    if not hasattr(signal, "setitimer"):
        return

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _BEATS, _BEATS)


def compiled() -> "re.Pattern[str]":
    """Return the pattern of the first request."""
    _, (pattern, flags) = request()
    return re.compile(pattern, int(flags))


def request() -> "tuple[bytes, list[str]]":
    """Return the next request; end the process where there is none."""
    kind, count = _HEADING.unpack(received(_HEADING.size))
    sizes = struct.unpack(f"<{count}Q", received(8 * count))
    return kind, [received(size).decode("utf-8", "surrogatepass") for size in sizes]


def received(size: int) -> bytes:
    """Return *size* bytes of standard input."""
    data = sys.stdin.buffer.read(size)
    if len(data) < size:
        os._exit(0)
    return data


def send(data: bytes) -> None:
    """Write *data* to standard output."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


def first(pattern: "re.Pattern[str]", texts: "list[str]") -> "Iterator[bytes]":
    """Yield for each text where the first match begins and ends."""
    for text in texts:
        found = pattern.search(text)
        yield _PAIR.pack(*(found.span() if found else (-1, -1)))


def every(pattern: "re.Pattern[str]", texts: "list[str]") -> "Iterator[bytes]":
    """Yield for each text how many matches there are, and where they begin and end."""
    for text in texts:
        spans = b"".join(_PAIR.pack(*found.span()) for found in pattern.finditer(text))
        yield _NUMBER.pack(len(spans)) + spans


def substituted(pattern: "re.Pattern[str]", texts: "list[str]") -> "Iterator[bytes]":
    """Yield for each text behind the first, which is put in place of each match, what becomes of it."""
    for text in texts[1:]:
        new, count = pattern.subn(texts[0], text)
        data = new.encode("utf-8", "surrogatepass")
        yield _NUMBER.pack(8 + len(data)) + _NUMBER.pack(count) + data


ANSWERS = {b"f": first, b"e": every, b"s": substituted}

if __name__ == "__main__":
    main()
