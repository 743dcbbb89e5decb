"""Text read from a file."""

from toolrig._record import Record


class Text(Record):
    """A window of a file's lines; ``str(text)`` is the text.

    Attributes:
        text: the lines with their terminators as they stand in the file.
        first_line: the number of the first line, from 1; None in a tail before which too much lies to count.
        lines: how many lines the window holds.
        total_lines: how many lines the file has, a last line without terminator among them; None where too
            much lies behind or before the window to count.
        truncated: whether text is missing behind the window: more lines, or the end of its last one.
        cut_lines: how many lines were cut because they are longer than ``max_columns``.
        encoding: what the bytes were decoded with: "utf-8", "utf-8-sig", "utf-16" or "latin-1".
        token: names this version of the file, for ``if_unchanged``.
    """

    __slots__ = (
        "text",
        "first_line",
        "lines",
        "total_lines",
        "truncated",
        "cut_lines",
        "encoding",
        "token",
    )

    text: str
    first_line: int | None
    lines: int
    total_lines: int | None
    truncated: bool
    cut_lines: int
    encoding: str
    token: str

    def __str__(self) -> str:
        return self.text
