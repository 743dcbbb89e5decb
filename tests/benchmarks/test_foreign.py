"""Programs in other languages: driven round by round, and named where they cannot take part."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from toolrig.bench import Case, Peer, measure

Load = Callable[[str], ModuleType]

# What a `peer` does, in the one language that is surely here.
PEER = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["way"] == "end":
        sys.exit(3)
    if request["way"] == "fail":
        print(json.dumps({"error": "unknown way: fail"}), flush=True)
        continue
    answer = [request["root"], "b"] if request["answer"] else None
    print(json.dumps({"nanoseconds": 2_000_000, "answer": answer}), flush=True)
"""


@pytest.fixture
def foreign(load: Load, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = load("foreign")
    chain = module.Toolchain(
        "Rust", sys.executable, lambda: None, [sys.executable, "--version"], [sys.executable, "-c", PEER], []
    )
    monkeypatch.setattr(module, "TOOLCHAINS", (chain,))
    return module


def test_a_program_measures_itself_and_answers_when_asked(foreign: ModuleType) -> None:
    programs = foreign.Foreign.build(lambda _step: None)
    ours = Peer("ours", "toolrig", lambda: ["b", "a"])
    peers = programs.peers("walk", {"Rust": ["std", "walkdir"]}, root="a")
    result = measure(Case("walk", [ours, *peers], rounds=3, same=sorted))
    programs.close()
    assert not result.refused
    assert result.figures["Rust: std"] == result.figures["Rust: walkdir"] == [2.0] * 3
    assert programs.versions()["Rust"].startswith("Python 3")


def test_another_answer_an_error_and_an_end_are_refused(foreign: ModuleType) -> None:
    programs = foreign.Foreign.build(lambda _step: None)
    ours = Peer("ours", "toolrig", lambda: ["b", "a"])
    peers = [
        *programs.peers("walk", {"Rust": ["std"]}, root="c"),
        *programs.peers("walk", {"Rust": ["fail", "end"]}, root="a"),
    ]
    refused = measure(Case("walk", [ours, *peers], rounds=1, same=sorted)).refused
    programs.close()
    assert refused["Rust: std"] == "its answer differs from ours"
    assert refused["Rust: fail"] == "failed: RuntimeError: unknown way: fail"
    assert "ended or did not answer" in refused["Rust: end"]


def test_a_missing_toolchain_is_named(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    programs = load("foreign").Foreign.build(lambda _step: None)
    expected = {
        "C": "no cc on PATH",
        "Rust": "no cargo on PATH",
        "Go": "no go on PATH",
        "Node": "no npm on PATH",
    }
    assert programs.versions() == expected
    for language, reason in expected.items():
        (peer,) = programs.peers("walk", {language: ["way"]}, root="/")
        assert (peer.call, peer.missing) == (None, reason)
    servers = {launch.missing for launch in programs.servers()}
    assert servers == {reason for language, reason in expected.items() if language != "C"}


def test_every_case_names_peers_of_every_language(load: Load) -> None:
    cases = load("domains").cases(load("foreign").Foreign.left_out())
    alone = (
        "import toolrig",
        "read 50 lines",
        "first batch",
        "walk 1,000,000 files: memory",
        "tracked files",
    )
    repositories = ("repository of 5,000 sources", "repository of 78,000 sources")  # beside rg and git alone
    no_library = {"Node": "glob **/*.py in 10,000 files beside 20,000 ignored ones"}
    for case in cases:
        columns = {peer.column for peer in case.peers}
        expected = {language for language in ("Rust", "Go", "Node") if no_library.get(language) != case.name}
        assert case.peers[0].column == "toolrig"
        if not case.name.startswith(alone) and not case.name.endswith(repositories):
            assert expected <= columns, case.name
        assert len({peer.name for peer in case.peers}) == len(case.peers)
