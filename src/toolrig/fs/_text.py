"""Text read from a file."""

from toolrig._record import Record


class Text(Record):
    """A window of a file's lines; ``str(text)`` is the text.

    Attributes:
        text: the lines with their terminators as they stand in the file.
        first_line: the number of the first line, from 1.
        lines: how many lines the window holds.
        total_lines: how many lines the file has; a last line without terminator counts.
        truncated: whether text is missing behind the window: more lines, or the end of its last one.
        encoding: what the bytes were decoded with: "utf-8", "utf-8-sig", "utf-16" or "latin-1".
    """

    __slots__ = ("text", "first_line", "lines", "total_lines", "truncated", "encoding")

    text: str
    first_line: int
    lines: int
    total_lines: int
    truncated: bool
    encoding: str

    def __str__(self) -> str:
        return self.text
