"""Documents show the figures of the published run, and nothing that was typed."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def published(load: Load) -> Any:
    return json.loads(Path(load("publish").PUBLISHED).read_text())


def test_documents_are_what_the_published_run_gives(load: Load, published: Any) -> None:
    for path, text in load("publish").rendered(published).items():
        assert Path(path).read_text() == text, f"{path}: run make publish"


def test_the_published_run_measured_a_commit(published: Any) -> None:
    assert re.fullmatch(r"[0-9a-f]{7,}", published["machine"]["commit"])


def test_the_chart_has_a_mark_for_the_best_of_each_column(load: Load, published: Any) -> None:
    chart = load("chart")
    marks = sum(len(chart.leaders(case)) for case in published["cases"])
    drawn = ElementTree.fromstring(chart.chart(published))
    circles = list(drawn.iter(f"{SVG}circle"))
    titled = [circle for circle in circles if circle.find(f"{SVG}title") is not None]
    assert len(titled) == marks
    assert all(0 < float(circle.attrib["cx"]) < float(drawn.attrib["width"]) for circle in titled)


def test_a_leader_is_the_peer_we_are_least_ahead_of(load: Load) -> None:
    peers = [
        {"peer": "ours", "column": "toolrig", "ratio": 1.0},
        {"peer": "a", "column": "Rust", "ratio": 0.5},
        {"peer": "b", "column": "Rust", "ratio": 0.8},
        {"peer": "c", "column": "Go", "refused": "no go on PATH"},
    ]
    assert load("chart").leaders({"peers": peers}) == {"Rust": 0.8}


@pytest.mark.parametrize("commit", ["", "abc1234-dirty"])
def test_a_run_of_no_commit_is_not_published(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, commit: str
) -> None:
    publish = load("publish")
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"machine": {"commit": commit}, "cases": []}))
    monkeypatch.setattr(publish, "RESULTS", str(results))
    monkeypatch.setattr(publish, "PUBLISHED", str(tmp_path / "published.json"))
    assert publish.main() == 1
    assert not (tmp_path / "published.json").exists()
