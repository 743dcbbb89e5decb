"""The results as text."""

from collections.abc import Iterable, Sequence

from toolrig.bench._case import COLUMNS
from toolrig.bench._result import Result


def table(results: Sequence[Result]) -> str:
    """Return one line a case: our figure, and per column the best peer's, our ratio to it in parentheses.

    What could not be measured, and why, stands below.
    """
    columns = [
        name
        for name in COLUMNS
        if any(peer.column == name for result in results for peer in result.case.peers)
    ]
    rows = [["case", "", *columns]]
    for result in results:
        mark = " ~" if result.noisy else ""
        rows.append([result.case.name + mark, result.case.unit, *(_cell(result, name) for name in columns)])
    lines = _aligned(rows)
    rule = "-" * max(map(len, lines))
    notes = _notes(results)
    if any(result.noisy for result in results):
        notes.insert(0, "~ a noisy run: a median lies more than half above its minimum")
    return "\n".join([lines[0], rule, *lines[1:], rule, *notes])


def details(results: Iterable[Result]) -> str:
    """Return one line a peer: best, median, spread and our ratio to it, or why it does not count."""
    lines = []
    for result in results:
        lines += [f"{result.case.name} ({result.case.unit})", *_aligned(_peers(result), indent="  "), ""]
    return "\n".join(lines)


def number(figure: float) -> str:
    """Return *figure* with three digits that count, without an exponent."""
    decimals = 0 if figure >= 100 else 1 if figure >= 10 else 2 if figure >= 1 else 3
    return f"{figure:,.{decimals}f}"


def _cell(result: Result, column: str) -> str:
    leader = result.leader(column)
    if leader is None:
        return "-"
    figure = number(result.best(leader))
    return figure if leader == result.ours else f"{figure} ({result.ratio(leader):.2f})"


def _notes(results: Sequence[Result]) -> list[str]:
    """Return why peers were not measured, each reason once."""
    reasons: dict[str, list[str]] = {}
    for result in results:
        for name, reason in result.refused.items():
            peers = reasons.setdefault(reason, [])
            if name not in peers:
                peers.append(name)
    return [f"not measured: {', '.join(peers)}: {reason}" for reason, peers in reasons.items()]


def _peers(result: Result) -> list[list[str]]:
    rows = []
    for peer in result.case.peers:
        if peer.name in result.figures:
            best, median = number(result.best(peer.name)), number(result.median(peer.name))
            ratio = "" if peer.name == result.ours else f"ours/theirs {result.ratio(peer.name):.3f}"
            spread = f"spread {result.spread(peer.name):.0%}"
            rows.append([peer.column, peer.name, f"best {best}", f"median {median}", spread, ratio])
        else:
            rows.append([peer.column, peer.name, result.refused[peer.name]])
    return rows


def _aligned(rows: list[list[str]], indent: str = "") -> list[str]:
    # The last cell of a row has nothing behind it, and may be a sentence: no column is made as wide as that.
    inner = range(max(map(len, rows)))
    widths = [max((len(row[at]) for row in rows if at < len(row) - 1), default=0) for at in inner]
    return [
        (indent + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))).rstrip()
        for row in rows
    ]
