"""The gate: it lets pass what holds, and fails what does not, on recorded figures."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from toolrig.bench import Case, Peer

Load = Callable[[str], ModuleType]


def recorded(**figures: list[float]) -> Case:
    """A case whose peers play back what they once measured."""

    def player(values: list[float]) -> Any:
        remaining = iter(values * 10)
        return lambda: next(remaining)

    peers = [Peer(name, "Rust", player(values), figure=float) for name, values in figures.items()]
    return Case("recorded", peers, rounds=4, same=None)


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
    load: Load, capsys: pytest.CaptureFixture[str], budget: dict[str, float], missed: bool
) -> None:
    case = recorded(ours=[1.5, 1.0, 1.2], theirs=[2.0, 2.5, 3.0])
    assert load("gate").missed(case, budget) is missed
    out = capsys.readouterr().out
    assert ("MISSED" in out) is missed
    for name, bound in budget.items():
        assert f"recorded / {name}: " in out
        assert f"(at most {bound:.3f})" in out


def test_one_good_run_of_three_is_enough(load: Load) -> None:
    slow, fast = [9.0] * 5, [1.0] * 95
    assert not load("gate").missed(recorded(ours=slow + fast, theirs=[2.0] * 100), {"theirs": 0.5})


def test_three_bad_runs_are_not(load: Load) -> None:
    slow, fast = [9.0] * 15, [1.0] * 85
    assert load("gate").missed(recorded(ours=slow + fast, theirs=[2.0] * 100), {"theirs": 0.5})


def test_a_peer_that_was_not_measured_fails_the_gate(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    case = recorded(ours=[1.0])
    absent = Peer("Rust: walkdir", "Rust", None, missing="no cargo on PATH")
    case.peers.append(absent)
    assert load("gate").missed(case, {"Rust: walkdir": 0.5, "absolute": 2.0})
    out = capsys.readouterr().out
    assert "FAILED recorded / Rust: walkdir: not measured: no cargo on PATH" in out
    assert "ok     recorded / absolute" in out


def test_every_budget_names_a_case_and_its_peers(load: Load) -> None:
    foreign = load("foreign").Foreign.left_out()
    known = {case.name: {peer.name for peer in case.peers} for case in load("domains").cases(foreign)}
    for name, budget in load("budgets").budgets()["ratios"].items():
        assert set(budget) <= known[name] | {"absolute", "extra"}, name


def test_the_gate_knows_no_case_that_does_not_exist(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate, foreign = load("gate"), load("foreign").Foreign
    monkeypatch.setattr(gate, "budgets", lambda: {"ratios": {"walk the moon": {"theirs": 1.0}}})
    monkeypatch.setattr(foreign, "build", lambda _say: foreign.left_out())
    assert gate.main([]) == 1
    assert "cases that do not exist: walk the moon" in capsys.readouterr().out


@pytest.mark.parametrize(("count", "held"), [(100.0, True), (102.9, True), (103.1, False), (9e9, False)])
def test_instructions_hold_within_three_percent(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], count: float, held: bool
) -> None:
    instructions = load("instructions")
    monkeypatch.setattr(instructions, "budgets", lambda: {"instructions": {"gcc": {"scan": 100.0}}})
    assert instructions.holds("gcc", {"scan": count}) is held
    out = capsys.readouterr().out
    assert out.startswith("ok" if held else "MISSED")
    assert "instructions: scan" in out
    assert "(at most 103.000)" in out


def test_another_compiler_has_no_budget_and_says_so(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instructions = load("instructions")
    monkeypatch.setattr(instructions, "budgets", lambda: {"instructions": {"gcc": {"scan": 100.0}}})
    assert instructions.holds("clang", {"scan": 9e9})
    assert "no budget of instructions for clang" in capsys.readouterr().out


def test_a_budget_for_no_kernel_fails(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    instructions = load("instructions")
    monkeypatch.setattr(instructions, "budgets", lambda: {"instructions": {"gcc": {"gone": 100.0}}})
    assert not instructions.holds("gcc", {"scan": 1.0})


def test_without_valgrind_the_gate_fails(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not load("instructions").held()
    assert "no valgrind on PATH" in capsys.readouterr().out


def test_every_budget_of_instructions_names_a_kernel(load: Load) -> None:
    for budget in load("budgets").budgets()["instructions"].values():
        assert set(budget) == set(load("kernels").KERNELS)
