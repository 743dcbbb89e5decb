"""The table: one line a case, one column a kind of peer, and what is missing in words."""

import io

import pytest

from toolrig.bench import COLUMNS, Case, Peer, Progress, Result, details, number, table


def result() -> Result:
    peers = [
        Peer("toolrig", "toolrig", None),
        Peer("os.walk", "stdlib", None),
        Peer("std", "Rust", None),
        Peer("jwalk", "Rust", None),
        Peer("WalkDir", "Go", None, missing="no go on PATH"),
    ]
    figures = {"toolrig": [4.0, 4.0], "os.walk": [20.0, 21.0], "std": [10.0, 10.0], "jwalk": [8.0, 8.0]}
    return Result(Case("walk", peers), figures, {"WalkDir": "no go on PATH"})


def test_a_case_is_one_line_with_the_best_of_each_column() -> None:
    head, rule, line, _, *notes = table([result()]).splitlines()
    assert head.split() == ["case", "toolrig", "stdlib", "Rust", "Go"]
    assert set(rule) == {"-"}
    assert line.split() == ["walk", "ms", "4.00", "20.0", "(0.20)", "8.00", "(0.50)", "-"]
    assert notes == ["not measured: WalkDir: no go on PATH"]


def test_cells_stand_under_their_headings() -> None:
    head, _, line, *_ = table([result()]).splitlines()
    assert head.index("stdlib") == line.index("20.0")
    assert head.index("Rust") == line.index("8.00")


def test_a_noisy_case_is_marked_and_explained() -> None:
    noisy = result()
    noisy.figures["toolrig"] = [4.0, 9.0, 9.0]
    lines = table([noisy]).splitlines()
    assert lines[2].startswith("walk ~")
    assert any(line.startswith("~ a noisy run") for line in lines)


def test_details_hold_every_peer() -> None:
    lines = details([result()]).splitlines()
    assert lines[0] == "walk (ms)"
    assert " ".join(lines[2].split()) == "stdlib os.walk best 20.0 median 20.5 spread 2% ours/theirs 0.200"
    assert " ".join(lines[5].split()) == "Go WalkDir no go on PATH"


@pytest.mark.parametrize(
    ("figure", "text"),
    [(0.01234, "0.012"), (1.0, "1.00"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346")],
)
def test_numbers_have_three_digits_that_count(figure: float, text: str) -> None:
    assert number(figure) == text


def test_columns_are_those_of_the_table() -> None:
    assert COLUMNS[0] == "toolrig"
    assert len(set(COLUMNS)) == len(COLUMNS)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    with Progress(2) as progress:
        progress.case("walk")
        progress.case("a case with a name that is far too long for this terminal")
        progress.round(3, 4)
    drawn = terminal.getvalue().split("\r\x1b[K")
    assert drawn[1] == "[....................] 1/2 walk: checking answers"
    assert drawn[3].startswith("[###############.....] 2/2 a case")
    assert max(map(len, drawn)) < 60
    assert drawn[-1] == ""


def test_progress_is_a_line_a_case_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(2) as progress:
        progress.case("walk")
        progress.round(1, 9)
        progress.case("grep")
    assert capsys.readouterr().err == "[1/2] walk\n[2/2] grep\n"


def test_progress_does_without_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with Progress(1) as progress:
        progress.case("walk")
