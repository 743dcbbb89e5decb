"""What was measured, and the statistics on it."""

import statistics
from dataclasses import dataclass, field
from typing import Any

from toolrig.bench._case import COLUMNS, Case, Peer

_NOISY = 1.5


@dataclass
class Result:
    """The figures of a case.

    Attributes:
        case: what was measured.
        figures: per peer, one figure a round.
        refused: peers that do not count, and why: not here, failed, or another answer than ours.
    """

    case: Case
    figures: dict[str, list[float]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def best(self, peer: str) -> float:
        """Return the smallest figure of *peer*."""
        return min(self.figures[peer])

    def median(self, peer: str) -> float:
        """Return the median figure of *peer*."""
        return statistics.median(self.figures[peer])

    def spread(self, peer: str) -> float:
        """Return how far the middle half of the figures of *peer* lies apart, as a part of their median."""
        if len(self.figures[peer]) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.figures[peer], n=4, method="inclusive")
        return (high - low) / self.median(peer)

    def ratio(self, peer: str) -> float:
        """Return our smallest figure over that of *peer*: below 1 ours is better."""
        return self.best(self.ours) / self.best(peer)

    def leader(self, column: str) -> str | None:
        """Return the peer of *column* with the smallest figure; None where none was measured."""
        measured = [
            peer.name for peer in self.case.peers if peer.column == column and peer.name in self.figures
        ]
        return min(measured, key=self.best, default=None)

    @property
    def ours(self) -> str:
        return self.case.peers[0].name

    @property
    def noisy(self) -> bool:
        """Tell whether the median of a column's leader lies far above its minimum: the machine was busy."""
        leaders = filter(None, map(self.leader, COLUMNS))
        return any(self.median(name) > _NOISY * self.best(name) for name in leaders)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures and what they say, as plain dicts and lists; figures with four digits."""
        return {
            "case": self.case.name,
            "unit": self.case.unit,
            "noisy": self.noisy,
            "peers": [self._peer(peer) for peer in self.case.peers],
        }

    def _peer(self, peer: Peer) -> dict[str, Any]:
        known: dict[str, Any] = {"peer": peer.name, "column": peer.column}
        if peer.name not in self.figures:
            return {**known, "refused": self.refused[peer.name]}
        return {
            **known,
            "best": _digits(self.best(peer.name)),
            "median": _digits(self.median(peer.name)),
            "spread": _digits(self.spread(peer.name)),
            "ratio": _digits(self.ratio(peer.name)),
            "rounds": [_digits(figure) for figure in self.figures[peer.name]],
        }


def _digits(figure: float) -> float:
    return float(f"{figure:.4g}")
