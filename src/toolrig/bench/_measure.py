"""The one way cases are measured.

In each round every peer does the work once, in shuffled order, and the figure is the ratio of minima over all
rounds: it stays within a few percent on a noisy machine where medians of raw times double.
"""

import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

from toolrig.bench._case import Case, Peer
from toolrig.bench._result import Result

_ROUNDS_AT_LEAST = 3


def measure(
    case: Case,
    *,
    seed: int = 0,
    seconds: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Check every peer's answer, then measure in interleaved rounds.

    Args:
        seed: of the order of the peers within the rounds.
        seconds: no further round begins after this many, but there are three at least; None for no bound.
        progress: called with the number of each round that begins and the number of all.

    Raises:
        Exception: whatever our own peer raises. Another one that fails is refused, with the reason.
    """
    try:
        case.prepare()
        result = Result(case, refused=_refused(case))
        peers = [peer for peer in case.peers if peer.name not in result.refused]
        shuffler, started = random.Random(seed), perf_counter()
        for number in range(case.rounds):
            if seconds is not None and number >= _ROUNDS_AT_LEAST and perf_counter() - started > seconds:
                break
            if progress is not None:
                progress(number + 1, case.rounds)
            for peer in shuffler.sample(peers, len(peers)):
                _take(peer, result)
            peers = [peer for peer in peers if peer.name not in result.refused]
        return result
    finally:
        case.finish()


def check(case: Case) -> dict[str, str]:
    """Let every peer do the work once, and return those that do not count, each with the reason.

    Raises:
        Exception: whatever our own peer raises.
    """
    try:
        case.prepare()
        return _refused(case)
    finally:
        case.finish()


def _refused(case: Case) -> dict[str, str]:
    ours, *others = case.peers
    expected = _answer(case, ours)
    refused: dict[str, str] = {}
    for peer in others:
        if peer.call is None:
            refused[peer.name] = peer.missing
            continue
        try:
            if _answer(case, peer) != expected:
                refused[peer.name] = "its answer differs from ours"
        except Exception as error:
            refused[peer.name] = _failure(error)
    return refused


def _answer(case: Case, peer: Peer) -> Any:
    assert peer.call is not None, f"{case.name}: {peer.name} cannot be measured: {peer.missing}"
    answer = (peer.answer or peer.call)()
    return None if case.same is None else case.same(answer)


def _take(peer: Peer, result: Result) -> None:
    """Let *peer* do the work once and keep its figure; one that fails loses what it had."""
    try:
        result.figures.setdefault(peer.name, []).append(_figure(peer))
    except Exception as error:
        if peer.name == result.ours:
            raise
        del result.figures[peer.name]
        result.refused[peer.name] = _failure(error)


def _failure(error: Exception) -> str:
    return f"failed: {type(error).__name__}: {error}"


def _figure(peer: Peer) -> float:
    assert peer.call is not None
    started = perf_counter()
    returned = peer.call()
    elapsed = (perf_counter() - started) * 1000
    return elapsed if peer.figure is None else peer.figure(returned)
