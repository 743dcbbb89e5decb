"""The run: what a check does, and what it works on."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from toolrig.bench import Case, Peer


def test_a_check_prepares_every_case_and_fails_on_another_answer(
    load: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    prepared: list[str] = []
    ours, same, other = (
        Peer(name, "Rust", lambda answer=name: answer[:3]) for name in ("one", "one'", "two")
    )
    good = Case("good", [ours, same], prepare=lambda: prepared.append("good"))
    bad = Case("bad", [ours, other], prepare=lambda: prepared.append("bad"))
    check = load("run")._check
    assert check([good]) == 0
    assert check([good, bad]) == 1
    assert prepared == ["good", "good", "bad"]
    assert "DIFFERS  bad: two: its answer differs from ours" in capsys.readouterr().out


def test_large_trees_are_made_once(
    load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made: list[str] = []
    corpus = load("corpora").Corpus("tree", made.append)
    assert corpus.make() == corpus.make() == corpus.path
    assert made == [corpus.path]
