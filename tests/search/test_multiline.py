"""Matches across lines, against `re` on whole files."""

import errno
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.trees import FILES, write
from toolrig import grep
from toolrig.search import FileCount, FileMatch, Match
from toolrig.search import _multiline as module

pytestmark = pytest.mark.usefixtures("backend")


def reference(name: str, data: bytes, pattern: str, flags: int, before: int, after: int) -> list[Match]:
    """Lines that a match touches are one match with those that share a line with them."""
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").replace("\r\n", "\n")
    lines = text.removesuffix("\n").split("\n") if text else []
    blocks: list[list[int]] = []  # first line, last line, column
    for found in re.finditer(pattern, text, re.MULTILINE | flags):
        first = text.count("\n", 0, found.start())
        last = first + found[0].removesuffix("\n").count("\n")
        if first >= len(lines):
            continue
        if blocks and first <= blocks[-1][1]:
            blocks[-1][1] = max(blocks[-1][1], last)
        else:
            blocks.append([first, last, found.start() - text.rfind("\n", 0, found.start())])
    return [
        Match(
            name,
            first + 1,
            column,
            "\n".join(lines[first : last + 1]),
            tuple(lines[max(0, first - before) : first]),
            tuple(lines[last + 1 : last + 1 + after]),
        )
        for first, last, column in blocks
    ]


PATTERNS = [
    *(
        "a\nb",
        "a",
        "^b",
        "a$",
        "$",
        "^",
        "",
        r"a\s+b",
        "[^a]+",
        "b\n\n",
        "\n",
        r"\Aa",
        r"b\Z",
        "(a|b)\n",
        "é\n",
    ),
    *("ab|b\na", "a\nb|é", "(?s)a.*b", "a.b", "a(?=\nb)", "(?<=a\n)b"),
]
DATA = st.lists(st.sampled_from(["a", "b", "\n", "\r\n", "\r", " ", "é", "\udcff"]), max_size=16).map(
    lambda pieces: "".join(pieces).encode("utf-8", "surrogateescape")
)


@given(
    data=DATA,
    pattern=st.sampled_from(PATTERNS),
    dotall=st.booleans(),
    before=st.integers(0, 2),
    after=st.integers(0, 2),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_same_as_re(tmp_path: Path, data: bytes, pattern: str, dotall: bool, before: int, after: int) -> None:
    write(tmp_path, {"f": data})
    wanted = reference("f", data, pattern, re.DOTALL if dotall else 0, before, after)
    multiline = "dotall" if dotall else True
    assert list(grep(pattern, tmp_path, multiline=multiline, before=before, after=after)) == wanted
    assert list(grep(pattern, tmp_path, multiline=multiline, output="count")) == (
        [FileCount("f", len(wanted))] if wanted else []
    )
    assert list(grep(pattern, tmp_path, multiline=multiline, output="files")) == [FileMatch("f")] * bool(
        wanted
    )


@given(data=DATA, pattern=st.sampled_from(PATTERNS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_parts_are_those_of_finditer(tmp_path: Path, data: bytes, pattern: str) -> None:
    write(tmp_path, {"f": data})
    text = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    found = [match.text for match in grep(pattern, tmp_path, multiline=True, only_matching=True)]
    beyond = not text or text.endswith("\n")  # the end is no place in a line
    wanted = [
        match[0]
        for match in re.finditer(pattern, text, re.MULTILINE)
        if not (beyond and match.start() == len(text))
    ]
    assert found == wanted


@pytest.mark.parametrize("pattern", ["needle", "[n]eedle", "needle\n.*needle", r"(?s)needle.*\Z"])
def test_counters(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, FILES)
    found = grep(pattern, tmp_path, multiline=True, offset=0)
    items = list(found)
    expected = [
        match
        for name, data in sorted(FILES.items())
        if b"\0" not in data[:8000]
        for match in reference(name, data, pattern, 0, 0, 0)
    ]
    assert items == expected
    assert (found.files_searched, found.binary_skipped) == (len(FILES) - 1, 1)
    assert found.files_with_matches == len({item.path for item in items})
    assert (found.total, found.truncated, found.errors) == (len(items), False, ())


@pytest.mark.parametrize("pattern", ["needle", "[n]eedle"])
def test_what_is_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(module, "FILE_MOST", 100)
    write(tmp_path, {"exact": b"needle" + b"x" * 94, "large": b"needle" + b"x" * 95})
    found = grep(pattern, tmp_path, multiline=True)
    assert [match.path for match in found] == ["exact"]
    assert [(error.path, error.errno) for error in found.errors] == [("large", errno.EFBIG)]
    assert "across lines" in found.errors[0].message


@pytest.mark.parametrize("pattern", ["needle", "[n]eedle"])
def test_files_that_vanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    write(tmp_path, {"a": b"needle\n", "b": b"needle\n"})
    found = grep(pattern, tmp_path, multiline=True, offset=0)
    read = module.WholeFiles._content

    def vanishing(self: module.WholeFiles, path: str) -> bytes:
        (tmp_path / "a").unlink(missing_ok=True)
        return read(self, path)

    monkeypatch.setattr(module.WholeFiles, "_content", vanishing)
    assert [match.path for match in found] == ["b"]
    assert [(error.path, error.errno) for error in found.errors] == [("a", errno.ENOENT)]


@pytest.mark.parametrize("pattern", ["needle", "[n]eedle"])
def test_limits_and_closing(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, {f"{number:02}": b"needle\n" * 3 for number in range(20)})

    def take() -> None:
        found = grep(pattern, tmp_path, multiline=True, limit=4, offset=1)
        assert len(list(found)) == 4
        assert found.truncated
        with grep(pattern, tmp_path, multiline=True) as early:
            next(early)
        assert list(early) == []

    before = len(os.listdir("/proc/self/fd"))
    take()
    assert len(os.listdir("/proc/self/fd")) == before
    late = grep(pattern, tmp_path, multiline=True, deadline=0)
    assert (list(late), late.truncated) == ([], True)


@pytest.mark.parametrize("pattern", ["needle", "[n]eedle"])
def test_encodings_are_those_of_single_lines(tmp_path: Path, pattern: str) -> None:
    """Text in UTF-16, whole and broken, and what is no text."""
    text = "\ufeffone\r\nneedle é \U0001f600\n"
    files = {f"{order}": text.encode(f"utf-16-{order}") for order in ("le", "be")}
    files |= {
        "half": files["le"][:-1],
        "alone": files["le"] + b"x\0" * 5000 + b"\x00\xd8\n\0",
        "utf8": text.encode(),
    }
    files |= {
        "nul": files["le"][:2] + b"\0\0" + files["le"][2:],
        "broken": b"\xff\xfe\x00\xd8n\0" + files["le"],
    }
    files |= {"mark": b"\xff\xfe", "odd": b"\xfe\xffn", "late": files["be"] + b"\0n" * 5000 + b"\0\0\0n"}
    write(tmp_path, files)
    lines, across = (grep(pattern, tmp_path, offset=0, multiline=multiline) for multiline in (False, True))
    assert list(lines) == list(across)
    assert len({match.path for match in grep(pattern, tmp_path)}) == 6
    assert (lines.files_searched, lines.binary_skipped) == (across.files_searched, across.binary_skipped)
    assert [match.path for match in grep(r"one\nneedle é .$", tmp_path, multiline=True)][:1] != []


def test_one_file(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"one\ntwo\n"})
    (match,) = grep("one\ntwo", tmp_path / "a", multiline=True)
    assert match == Match("a", 1, 1, "one\ntwo", (), ())


def test_long_lines_are_cut_one_by_one(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"x" * 100 + b"one\ntwo" + b"x" * 100 + b"\n"})
    (match,) = grep("one\ntwo", tmp_path, multiline=True, max_columns=8)
    assert match.column == 101
    assert match.text == "[... 95 characters cut] xxxxxone\ntwoxxxxx [... 95 characters cut]"
