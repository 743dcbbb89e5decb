"""Measuring: whose answers count, in which order, and what the figures say."""

from collections.abc import Callable
from typing import Any

import pytest

from toolrig import _backend
from toolrig.bench import Case, Peer, Result, check, measure, on


def player(name: str, figures: list[float], column: str = "Rust") -> Peer:
    """A peer that plays back what was once measured: its first figure is the check's."""
    remaining = iter(figures)
    return Peer(name, column, lambda: next(remaining), figure=float)


def played(*peers: Peer, rounds: int = 3) -> Result:
    return measure(Case("played", list(peers), rounds=rounds, same=None))


def answering(name: str, call: Callable[[], Any], column: str = "stdlib") -> Peer:
    return Peer(name, column, call)


def test_figures_are_kept_round_by_round() -> None:
    result = played(player("ours", [0, 4, 2, 3], "toolrig"), player("theirs", [0, 8, 5, 9]))
    assert result.figures == {"ours": [4, 2, 3], "theirs": [8, 5, 9]}
    assert (result.best("ours"), result.median("ours")) == (2, 3)
    assert result.ratio("theirs") == pytest.approx(2 / 5)


def test_spread_is_that_of_the_middle_half() -> None:
    result = played(player("ours", [0, 1, 2, 3, 4, 100], "toolrig"), rounds=5)
    assert result.spread("ours") == pytest.approx((4 - 2) / 3)
    assert played(player("ours", [0, 7], "toolrig"), rounds=1).spread("ours") == 0


@pytest.mark.parametrize(
    ("ours", "theirs", "noisy"),
    [
        ([0, 2, 2, 2], [0, 4, 4, 4], False),
        ([0, 2, 3.1, 3.1], [0, 4, 4, 4], True),
        ([0, 2, 2, 2], [0, 4, 9, 9], True),
        ([0, 2, 3, 3], [0, 4, 6, 6], False),
    ],
)
def test_a_noisy_run_says_so(ours: list[float], theirs: list[float], noisy: bool) -> None:
    result = played(player("ours", ours, "toolrig"), player("theirs", theirs))
    assert result.noisy is noisy
    assert result.to_dict()["noisy"] is noisy


def test_the_leader_of_a_column_is_its_fastest_peer() -> None:
    result = played(
        player("ours", [0, 2, 2, 2], "toolrig"),
        player("walkdir", [0, 5, 4, 5]),
        player("jwalk", [0, 3, 6, 6]),
        player("WalkDir", [0, 1, 1, 1], "Go"),
    )
    assert (result.leader("Rust"), result.leader("Go"), result.leader("Node")) == ("jwalk", "WalkDir", None)


def test_every_peer_does_the_work_once_a_round_in_changing_order() -> None:
    order: list[str] = []

    def noting(name: str) -> Callable[[], None]:
        return lambda: order.append(name)

    names = ["a", "b", "c", "d"]
    case = Case("order", [answering(name, noting(name)) for name in names], rounds=8)
    measure(case, seed=1)
    rounds = [order[at : at + 4] for at in range(4, len(order), 4)]
    assert len(rounds) == 8
    assert all(sorted(one) == names for one in rounds)
    assert len({tuple(one) for one in rounds}) > 3
    first, order = order, []
    measure(case, seed=1)
    assert order == first


def test_a_peer_that_answers_differently_does_not_count() -> None:
    peers = [answering("ours", lambda: [2, 1], "toolrig"), answering("same", lambda: [1, 2])]
    result = measure(Case("c", [*peers, answering("other", lambda: [1])], same=sorted))
    assert result.refused == {"other": "its answer differs from ours"}
    assert set(result.figures) == {"ours", "same"}


def test_the_answer_may_be_given_apart_from_the_figure() -> None:
    peer = Peer("theirs", "Go", lambda: 5_000_000, lambda nanoseconds: nanoseconds / 1e6, lambda: "yes")
    result = measure(Case("c", [answering("ours", lambda: "yes", "toolrig"), peer], rounds=2))
    assert result.figures["theirs"] == [5.0, 5.0]
    assert not result.refused


def test_a_peer_that_fails_or_is_absent_is_named_with_the_reason() -> None:
    def fail() -> None:
        raise OSError("no such thing")

    absent = Peer("absent", "Go", None, missing="no go on PATH")
    case = Case("c", [answering("ours", lambda: None, "toolrig"), answering("fails", fail), absent], rounds=1)
    expected = {"fails": "failed: OSError: no such thing", "absent": "no go on PATH"}
    assert check(case) == expected
    refused = {
        peer["peer"]: peer["refused"] for peer in measure(case).to_dict()["peers"] if "refused" in peer
    }
    assert refused == expected


def test_a_peer_that_fails_later_loses_its_figures() -> None:
    def fails_on_third_call() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise OSError("gone")

    calls: list[None] = []
    peers = [answering("ours", lambda: None, "toolrig"), answering("theirs", fails_on_third_call)]
    result = measure(Case("c", peers, rounds=4))
    assert result.refused == {"theirs": "failed: OSError: gone"}
    assert set(result.figures) == {"ours"}
    assert len(result.figures["ours"]) == 4
    assert len(calls) == 3


def test_our_own_failure_is_not_hidden() -> None:
    def fail() -> None:
        raise OSError("ours")

    with pytest.raises(OSError, match="ours"):
        check(Case("c", [answering("ours", fail, "toolrig")]))


def test_no_round_begins_after_the_time_but_three_are_made() -> None:
    begun: list[tuple[int, int]] = []
    case = Case("c", [answering("ours", lambda: None, "toolrig")], rounds=50)
    measure(case, seconds=0, progress=lambda number, total: begun.append((number, total)))
    assert begun == [(1, 50), (2, 50), (3, 50)]


def test_what_peers_keep_running_is_ended() -> None:
    ended: list[str] = []
    peer = answering("ours", lambda: None, "toolrig")
    case = Case("c", [peer], rounds=1, finish=lambda: ended.append("once"))
    check(case)
    assert ended == ["once"]
    measure(case)
    assert ended == ["once"] * 2


def test_what_peers_work_on_is_made_before_they_begin() -> None:
    made: list[str] = []
    peer = answering("ours", lambda: made[-1], "toolrig")
    case = Case("c", [peer], rounds=1, prepare=lambda: made.append("tree"))
    assert check(case) == {}
    measure(case)
    assert made == ["tree"] * 2


@pytest.mark.parametrize("engine", ["native", "pure"])
def test_on_switches_the_engine_for_the_call_alone(engine: str) -> None:
    before = _backend.wanted()
    assert on(engine, _backend.wanted)() == engine
    assert _backend.wanted() == before
