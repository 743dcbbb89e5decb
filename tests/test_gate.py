"""The gate: it lets pass what holds, and fails what does not, on recorded figures."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def recorded(harness: ModuleType, **figures: list[float]) -> Any:
    """A case whose peers play back what they once measured."""

    def player(values: list[float]) -> Any:
        remaining = iter(values * 10)
        return lambda: next(remaining)

    peers = [harness.Peer(name, player(values), figure=float) for name, values in figures.items()]
    return harness.Case("recorded", peers, rounds=4, answer=None)


@pytest.mark.parametrize(
    ("budget", "missed"),
    [
        ({"theirs": 0.5}, False),
        ({"theirs": 0.49}, True),
        ({"absolute": 1.0}, False),
        ({"absolute": 0.9}, True),
        ({"extra": -1.0}, False),
        ({"extra": -1.1}, True),
        ({"theirs": 0.5, "absolute": 0.9}, True),
    ],
)
def test_bounds_hold_or_are_missed(
    load: Any, capsys: pytest.CaptureFixture[str], budget: dict[str, float], missed: bool
) -> None:
    gate, harness = load("gate"), load("harness")
    case = recorded(harness, ours=[1.5, 1.0, 1.2], theirs=[2.0, 2.5, 3.0])
    assert gate.missed(case, budget) is missed
    out = capsys.readouterr().out
    assert ("MISSED" in out) is missed
    assert all(
        f"recorded / {name}: " in out and f"(at most {bound})" in out for name, bound in budget.items()
    )


def test_one_good_run_of_three_is_enough(load: Any) -> None:
    gate, harness = load("gate"), load("harness")
    slow, fast = [9.0] * 5, [1.0] * 95
    case = recorded(harness, ours=slow + fast, theirs=[2.0] * 100)
    assert not gate.missed(case, {"theirs": 0.5})


def test_a_peer_that_answers_differently_does_not_count(load: Any) -> None:
    harness = load("harness")
    case = harness.Case("c", [harness.Peer("ours", lambda: 1), harness.Peer("theirs", lambda: 2)])
    with pytest.raises(AssertionError, match="the answer of theirs differs"):
        harness.measure(case)


def test_every_budget_names_a_case_and_its_peers(load: Any) -> None:
    gate, domains = load("gate"), load("domains")
    known = {case.name: {peer.name for peer in case.peers} for case in domains.cases()}
    for name, budget in gate.budgets().items():
        assert set(budget) <= known[name] | {"absolute", "extra"}
