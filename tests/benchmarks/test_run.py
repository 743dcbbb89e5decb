"""The run: what a check does and what it leaves out."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from toolrig.bench import Case, Peer


def fail() -> None:
    raise AssertionError("a heavy case was prepared")


def test_a_check_leaves_heavy_cases_out_by_name(
    load: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    peers = [Peer("ours", "toolrig", lambda: 1), Peer("theirs", "Rust", lambda: 1)]
    assert load("run")._check([Case("small", peers), Case("large", peers, prepare=fail, heavy=True)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "equal answers of 2 peers: small",
        "left out, because it is heavy: large",
    ]


def test_large_trees_are_made_once(
    load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made: list[str] = []
    corpus = load("corpora").Corpus("tree", made.append)
    assert corpus.make() == corpus.make() == corpus.path
    assert made == [corpus.path]
