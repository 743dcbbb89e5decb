"""Cases, peers, and the one way they are measured.

A case is one piece of work that several peers do. In each round every peer does it once, in shuffled order;
the figure is the ratio of minima over all rounds, which stays within a few percent on a noisy machine where
medians of raw times double. Before a peer counts, its answer must equal ours.
"""

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from toolrig import _backend


@dataclass
class Peer:
    """One way of doing the work.

    ``call`` does it once and returns the answer. Where the figure is not the wall time of ``call`` (a child's
    start-up, resident memory), ``figure`` turns what ``call`` returned into it.
    """

    name: str
    call: Callable[[], Any]
    figure: Callable[[Any], float] | None = None


@dataclass
class Case:
    """One piece of work; the first peer is ours.

    ``answer`` reduces what a peer returned to what must be equal among peers; None where peers differ by
    design and only the figure is compared.
    """

    name: str
    peers: list[Peer]
    unit: str = "ms"
    rounds: int = 15
    answer: Callable[[Any], Any] | None = lambda returned: returned
    note: str = ""


@dataclass
class Result:
    """Figures of one case: per peer, all rounds."""

    case: Case
    figures: dict[str, list[float]] = field(default_factory=dict)

    def best(self, peer: str) -> float:
        """Return the smallest figure of *peer*."""
        return min(self.figures[peer])

    def median(self, peer: str) -> float:
        """Return the median figure of *peer*."""
        return statistics.median(self.figures[peer])

    def ratio(self, peer: str) -> float:
        """Return our best figure over that of *peer*: below 1 we win."""
        return self.best(self.case.peers[0].name) / self.best(peer)

    @property
    def noisy(self) -> bool:
        """Tell whether our own median lies far above our minimum, so that the machine was busy."""
        ours = self.case.peers[0].name
        return self.median(ours) > 1.5 * self.best(ours)


def on(backend: str, call: Callable[[], Any]) -> Callable[[], Any]:
    """Return *call* with the engine switched to *backend* around it."""

    def switched() -> Any:
        _backend.choose(backend)
        try:
            return call()
        finally:
            _backend.choose(None)

    return switched


def measure(case: Case, *, rounds: int | None = None, seed: int = 0) -> Result:
    """Check every peer's answer, then run interleaved rounds in shuffled order."""
    check(case)
    result = Result(case, {peer.name: [] for peer in case.peers})
    shuffler = random.Random(seed)
    for _ in range(rounds or case.rounds):
        for peer in shuffler.sample(case.peers, len(case.peers)):
            result.figures[peer.name].append(_once(peer))
    return result


def check(case: Case) -> None:
    """Let every peer do the work once and compare the answers.

    Raises:
        AssertionError: a peer's answer differs from ours.
    """
    answers = {peer.name: peer.call() for peer in case.peers}
    if case.answer is not None:
        reduced = {name: case.answer(value) for name, value in answers.items()}
        ours = reduced[case.peers[0].name]
        for name, value in reduced.items():
            assert value == ours, f"{case.name}: the answer of {name} differs from ours"


def _once(peer: Peer) -> float:
    started = time.perf_counter()
    returned = peer.call()
    elapsed = (time.perf_counter() - started) * 1000
    return elapsed if peer.figure is None else peer.figure(returned)
