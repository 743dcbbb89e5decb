"""Where a text occurs in a file."""

from toolrig.fs._edit.line_ends import unflattened

_SHOWN = 10


def occurrences(body: bytes, old: bytes) -> list[tuple[int, int]]:
    r"""Return the spans of *body* that hold *old*, the first first; none overlap.

    Lines of *old* end with "\n", which stands for "\r\n" too.
    """
    if b"\n" in old and b"\r" in body:
        return unflattened(body, _spans(body.replace(b"\r\n", b"\n"), old))
    return _spans(body, old)


def _spans(body: bytes, old: bytes) -> list[tuple[int, int]]:
    spans = []
    length = len(old)
    at = body.find(old)
    while at >= 0:
        spans.append((at, at + length))
        at = body.find(old, at + length)
    return spans


def lines_shown(body: bytes, spans: list[tuple[int, int]]) -> str:
    """Return the numbers of the lines that the first ten of *spans* begin on, as a message shows them."""
    numbers = []
    line, at = 1, 0
    for start, _ in spans[:_SHOWN]:
        line += body.count(b"\n", at, start)
        at = start
        numbers.append(str(line))
    more = ", ..." if len(spans) > _SHOWN else ""
    return f"{'lines' if len(spans) > 1 else 'line'} {', '.join(numbers)}{more}"
