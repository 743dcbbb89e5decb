"""What a command printed on one stream, within the memory granted to it."""

from codecs import utf_8_decode

from toolrig._record import Record


class Output(Record):
    """One captured stream: all of it, or its beginning and its end.

    ``str(o)`` and ``.text`` are for reading: UTF-8 with undecodable bytes replaced, and a line that counts
    the bytes left out between beginning and end. ``bytes(o)`` is what was kept, as it came. ``bool(o)``
    tells whether anything was printed.

    Attributes:
        head: the beginning; everything, where nothing was dropped.
        tail: the end, where something was dropped before it.
        total: bytes the command printed, kept or not.
    """

    __slots__ = ("head", "tail", "total")

    head: bytes
    tail: bytes
    total: int

    @property
    def truncated(self) -> bool:
        """True when bytes between the beginning and the end were dropped."""
        return self._omitted > 0

    @property
    def text(self) -> str:
        """The output as text, with a marker where it is truncated."""
        if not self.truncated:
            return self.head.decode("utf-8", "replace")
        # A character cut in two by the truncation is left out rather than shown as damaged.
        head, _ = utf_8_decode(self.head, "replace", False)
        tail = _after_cut_character(self.tail).decode("utf-8", "replace")
        return f"{head}\n[... {self._omitted:,} bytes omitted ...]\n{tail}"

    def to_dict(self) -> dict[str, object]:
        """Return the text, whether it is truncated, and how many bytes were printed."""
        return {"text": self.text, "truncated": self.truncated, "total": self.total}

    @property
    def _omitted(self) -> int:
        return self.total - len(self.head) - len(self.tail)

    def __str__(self) -> str:
        return self.text

    def __bytes__(self) -> bytes:
        return self.head + self.tail

    def __bool__(self) -> bool:
        return self.total > 0

    def __repr__(self) -> str:
        return f"Output({self.text!r})"


def _after_cut_character(data: bytes) -> bytes:
    """Drop the continuation bytes (at most three) of a character whose beginning is missing."""
    start = 0
    while start < min(3, len(data)) and 0x80 <= data[start] < 0xC0:
        start += 1
    return data[start:]
