"""Cutting long lines to what surrounds the match in them."""

from toolrig.fs._long_lines import shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.search._match import Match


def excerpt(match: "Match", most: int, *, column: int) -> "Match":
    """Return *match* with at most *most* characters of each line, and the number of those cut in their place.

    Args:
        column: where in the first line the match begins, which is in what is kept of it.
    """
    first, newline, rest = match.text.partition("\n")
    return match._replace(
        text=_around(first, column - 1, most) + newline + shortened(rest, most)[0],
        before=tuple(shortened(line, most)[0] for line in match.before),
        after=tuple(shortened(line, most)[0] for line in match.after),
    )


def _around(text: str, at: int, most: int) -> str:
    if len(text) <= most:
        return text
    start = max(0, min(at - most // 4, len(text) - most))
    left = f"[... {start:,} characters cut] " if start else ""
    return left + shortened(text[start:], most)[0]
