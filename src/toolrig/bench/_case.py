"""What is measured: a piece of work, and the peers that do it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from toolrig import _backend

COLUMNS = ("toolrig", "twin", "stdlib", "packages", "programs", "Rust", "Go", "Node")
"""Columns of the table: ours, its twin, what Python brings, Python packages, C programs, other languages."""


@dataclass(frozen=True)
class Peer:
    """One way of doing the work.

    Attributes:
        name: what it is, as users know it.
        column: the one of `COLUMNS` it stands in.
        call: does the work once and returns the answer; None for a peer that cannot be measured here.
        figure: turns what ``call`` returned into the figure, where that is not the wall time of ``call``:
            memory, say, or the time of a program that measures itself.
        answer: returns the answer where ``call`` does not, because carrying it over would disturb the figure.
        missing: why the peer cannot be measured here.
    """

    name: str
    column: str
    call: Callable[[], Any] | None
    figure: Callable[[Any], float] | None = None
    answer: Callable[[], Any] | None = None
    missing: str = ""


@dataclass(frozen=True)
class Case:
    """One piece of work; the first peer is ours.

    Attributes:
        name: what is done, in a few words.
        peers: who does it.
        unit: of the figures: "ms", "us" or "MB"; less is always better.
        rounds: how often each peer does it.
        same: reduces an answer to what must be equal among peers; None where only the figure is compared.
        finish: ends what the peers keep running between rounds.
        prepare: makes what the peers work on, before any of them begins.
    """

    name: str
    peers: list[Peer]
    unit: str = "ms"
    rounds: int = 15
    same: Callable[[Any], Any] | None = lambda answer: answer
    finish: Callable[[], None] = lambda: None
    prepare: Callable[[], object] = lambda: None


def on(backend: str, call: Callable[[], Any]) -> Callable[[], Any]:
    """Return *call* with the engine switched to *backend* around it."""

    def switched() -> Any:
        _backend.choose(backend)
        try:
            return call()
        finally:
            _backend.choose(None)

    return switched
