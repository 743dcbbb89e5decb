"""Draw published results as one SVG: a row a case, a mark a language, at their time over ours."""

import math
from html import escape
from typing import Any

_COLOURS = {
    "stdlib": "#3776ab",
    "packages": "#e3a008",
    "programs": "#6b7280",
    "Rust": "#c2410c",
    "Go": "#0891b2",
    "Node": "#15803d",
}
_NAMES = {"stdlib": "Python's library", "packages": "Python packages", "programs": "C programs"}
_RIGHT, _TOP, _ROW, _BOTTOM = 30, 64, 26, 40
_PLOT, _LETTER = 600, 6.2
_TICKS = (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2937}"
    ".rule{stroke:#d1d5db}.ours{stroke:#111827;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.rule{stroke:#374151}.ours{stroke:#f9fafb}}"
)


def chart(published: dict[str, Any]) -> str:
    """Return the SVG of the results that ``publish.py`` keeps."""
    rows = [(case["case"], leaders(case)) for case in published["cases"]]
    rows = [(name, marks) for name, marks in rows if marks]
    times = [1 / ratio for _, marks in rows for ratio in marks.values()]
    axis = _Axis(min(times), max(times), round(max(len(name) for name, _ in rows) * _LETTER) + 24)
    height, width = _TOP + _ROW * len(rows) + _BOTTOM, axis.left + _PLOT + _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="Time of others over the time of toolrig">',
        f"<style>{_STYLE}</style>",
        *_legend(),
        *axis.drawn(height - _BOTTOM),
    ]
    for number, (name, marks) in enumerate(rows):
        parts += _row(name, marks, axis, _TOP + _ROW * number + _ROW // 2)
    return "\n".join([*parts, "</svg>", ""])


def leaders(case: dict[str, Any]) -> dict[str, float]:
    """Return our ratio to the best peer of each column that is not ours."""
    best: dict[str, float] = {}
    for peer in case["peers"]:
        if peer["column"] in _COLOURS and "ratio" in peer:
            best[peer["column"]] = max(peer["ratio"], best.get(peer["column"], 0.0))
    return best


class _Axis:
    """A logarithmic axis of "times as long as toolrig", wide enough for all marks."""

    def __init__(self, least: float, most: float, left: int) -> None:
        self.left = left
        self._least = max([tick for tick in _TICKS if tick <= min(least, 1)], default=least)
        self._most = min([tick for tick in _TICKS if tick >= most], default=most)

    def at(self, times: float) -> float:
        part = math.log(times / self._least) / math.log(self._most / self._least)
        return round(self.left + part * _PLOT, 1)

    def drawn(self, bottom: int) -> list[str]:
        parts = []
        for tick in _TICKS:
            if self._least <= tick <= self._most:
                kind, x = "ours" if tick == 1 else "rule", self.at(tick)
                label = "toolrig" if tick == 1 else f"{tick:g}x"
                parts.append(f'<line class="{kind}" x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}"/>')
                parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{label}</text>')
        explained = "best of each kind in multiples of toolrig's time or memory; left of its line is better"
        right = self.left + _PLOT
        parts.append(f'<text x="{right}" y="{bottom + 33}" text-anchor="end">{explained}</text>')
        return parts


def _legend() -> list[str]:
    parts, x = [], 20
    for column, colour in _COLOURS.items():
        name = _NAMES.get(column, column)
        parts.append(
            f'<circle cx="{x}" cy="24" r="6" fill="{colour}"/><text x="{x + 11}" y="28">{name}</text>'
        )
        x += 40 + 7 * len(name)
    return parts


def _row(name: str, marks: dict[str, float], axis: _Axis, y: int) -> list[str]:
    parts = [
        f'<text x="{axis.left - 14}" y="{y + 4}" text-anchor="end">{escape(name)}</text>',
        f'<line class="rule" x1="{axis.left}" y1="{y}" x2="{axis.left + _PLOT}" y2="{y}"/>',
    ]
    for column, ratio in sorted(marks.items(), key=lambda mark: mark[1]):
        title = f"{_NAMES.get(column, column)}: {1 / ratio:.2f} times as long as toolrig"
        parts.append(
            f'<circle cx="{axis.at(1 / ratio)}" cy="{y}" r="6" fill="{_COLOURS[column]}" fill-opacity="0.9">'
            f"<title>{escape(title)}</title></circle>"
        )
    return parts
