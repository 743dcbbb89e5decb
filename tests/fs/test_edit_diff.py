"""Diffs of edits: git and patch apply them, forwards and backwards."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig.fs._edit.diff import unified_diff
from toolrig.fs._edit.edit import Edit, edit, multi_edit
from toolrig.fs._edit.region import Region, composed
from toolrig.fs._edit.revision import Revision

LINES = st.lists(st.sampled_from(["", "a", "b", "c", "a b"]), max_size=30)


def git_applies(diff: str, before: bytes, after: bytes, folder: Path, name: str = "file") -> None:
    file = folder / name
    for start, end, options in ((before, after, []), (after, before, ["--reverse"])):
        file.write_bytes(start)
        command = ["git", "apply", "--whitespace=nowarn", *options]
        subprocess.run(command, input=diff.encode(), cwd=folder, check=True, capture_output=True)
        assert file.read_bytes() == end


def patch_applies(diff: str, before: bytes, after: bytes, folder: Path, name: str = "file") -> None:
    (folder / name).write_bytes(before)
    command = ["patch", "--binary", "--batch", "--fuzz=0", "-p1"]
    subprocess.run(command, input=diff.encode(), cwd=folder, check=True, capture_output=True)
    assert (folder / name).read_bytes() == after


def revised(text: str, edits: list[Edit]) -> Revision | None:
    revision = Revision(text.encode(), "file")
    for step in edits:
        try:
            revision.apply(step)
        except ValueError:
            continue
    return revision if revision.regions else None


EDITS = st.lists(
    st.builds(
        Edit,
        st.text("abc\n", min_size=1, max_size=4),
        st.text("abcx\n", max_size=6),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(lines=LINES, newline=st.sampled_from(["\n", "\r\n"]), end=st.sampled_from(["", "\n"]), edits=EDITS)
@settings(max_examples=60, deadline=None)
def test_git_applies_any_diff_both_ways(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], newline: str, end: str, edits: list[Edit]
) -> None:
    text = ("\n".join(lines) + end).replace("\n", newline)
    revision = revised(text, edits)
    if revision is None or revision.body == revision.before:
        return
    diff = revision.diff()
    git_applies(diff, revision.before, revision.body, tmp_path_factory.getbasetemp())


@pytest.mark.skipif(shutil.which("patch") is None, reason="GNU patch is not installed")
@given(lines=LINES, newline=st.sampled_from(["\n", "\r\n"]), end=st.sampled_from(["", "\n"]), edits=EDITS)
@settings(max_examples=60, deadline=None)
def test_patch_applies_any_diff(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], newline: str, end: str, edits: list[Edit]
) -> None:
    text = ("\n".join(lines) + end).replace("\n", newline)
    revision = revised(text, edits)
    if revision is None or revision.body == revision.before:
        return
    patch_applies(revision.diff(), revision.before, revision.body, tmp_path_factory.getbasetemp())


def rebuilt(before: bytes, diff: str) -> bytes:
    """Apply *diff* strictly, by the numbers in its headings."""
    old = before.decode().split("\n")
    old = [line + "\n" for line in old[:-1]] + ([old[-1]] if old[-1] else [])
    result, at = [], 0
    rows = diff.split("\n")[2:-1] if diff else []
    for index, row in enumerate(rows):
        bare = index + 1 < len(rows) and rows[index + 1].startswith("\\")
        line = row[1:] + ("" if bare else "\n")
        if row.startswith("@@"):
            first, _, count = row.split()[1][1:].partition(",")
            start = int(first) - (count != "0")
            result += old[at:start]
            at = start
        elif row.startswith("+"):
            result.append(line)
        elif row[:1] in (" ", "-"):
            assert old[at] == line
            result += [line] if row.startswith(" ") else []
            at += 1
    return "".join(result + old[at:]).encode()


@given(lines=LINES, end=st.sampled_from(["", "\n"]), edits=EDITS)
@settings(max_examples=500, deadline=None)
def test_diffs_hold_every_change(lines: list[str], end: str, edits: list[Edit]) -> None:
    revision = revised("\n".join(lines) + end, edits)
    if revision is not None:
        assert rebuilt(revision.before, revision.diff()) == revision.body


@given(
    text=st.binary(max_size=40),
    rounds=st.lists(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8), st.binary(max_size=6)), max_size=4),
        max_size=4,
    ),
)
@settings(max_examples=500, deadline=None)
def test_regions_of_several_rounds_are_those_of_one(text: bytes, rounds: list) -> None:
    regions: list[Region] = []
    now = text
    for changes in rounds:
        made: list[Region] = []
        kept, at = [], 0
        for start, length, new in sorted(changes):
            start, end = min(start, len(now)), min(start + length, len(now))
            if start < at or (made and start == made[-1].end):
                continue
            kept += [now[at:start], new]
            at = end
            made.append(Region(start, end, len(new)))
        now = b"".join([*kept, now[at:]])
        regions = composed(regions, made)
    before = after = 0
    for start, end, length in regions:
        after += start - before
        assert text[before:start] == now[after - (start - before) : after]
        before, after = end, after + length
    assert text[before:] == now[after:]


def test_lines_that_stay_are_not_part_of_the_change(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a\nb\nc\nd\ne\nf\ng\n")
    diff = edit(file, "b\nc\nd\ne\nf", "b\nC\nd\ne\nF\nf", dry_run=True).diff
    assert diff.split("\n")[2:] == [
        "@@ -1,7 +1,8 @@",
        " a",
        " b",
        "-c",
        "+C",
        " d",
        " e",
        "+F",
        " f",
        " g",
        "",
    ]


def test_distant_changes_are_hunks_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("".join(f"{number}\n" for number in range(1, 31)))
    diff = multi_edit(file, [("28\n", ""), ("2\n3\n", "x\n2\n3\n"), ("15", "y")], dry_run=True).diff
    assert [row for row in diff.split("\n") if row.startswith("@@")] == [
        "@@ -1,4 +1,5 @@",
        "@@ -12,7 +13,7 @@",
        "@@ -25,6 +26,5 @@",
    ]


@pytest.mark.parametrize("name", ["two words", 'a"b\\c', "tab\tin", "line\nfeed", "ünï", "\udcff", "é\x01"])
def test_git_finds_the_file_by_any_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("one\n")
    diff = edit(name, "one", "two", dry_run=True).diff
    git_applies(diff, b"one\n", b"two\n", tmp_path, name)


def test_names_are_below_a_and_b() -> None:
    for path in ("/abs/file", "rel/file", "C:\\folder\\file"):
        head = unified_diff(path, b"x", b"y", [Region(0, 1, 1)], bytes.decode).split("\n")
        name = path.replace("\\", "/").lstrip("/")
        assert head[:2] == [f"--- a/{name}", f"+++ b/{name}"]


def test_a_file_that_is_filled_or_emptied_has_a_diff() -> None:
    assert unified_diff("f", b"", b"x\n", [Region(0, 0, 2)], bytes.decode).endswith("@@ -0,0 +1 @@\n+x\n")
    assert unified_diff("f", b"x\n", b"", [Region(0, 2, 0)], bytes.decode).endswith("@@ -1 +0,0 @@\n-x\n")
    assert unified_diff("f", b"x\n", b"x\n", [Region(0, 1, 1)], bytes.decode) == ""


def test_regions_that_share_a_line_are_one_change() -> None:
    diff = unified_diff("f", b"ab", b"xbyz", [Region(0, 1, 1), Region(2, 2, 2)], bytes.decode)
    assert diff.split("\n")[2:6] == ["@@ -1 +1 @@", "-ab", "\\ No newline at end of file", "+xbyz"]


def test_a_line_with_very_many_changes_is_cut_in_bounded_work() -> None:
    """Quadratic work would show as minutes."""
    revision = Revision(b"x = 1; " * 100_000, "file")
    revision.apply(Edit("x", "yy", replace_all=True))
    assert rebuilt(revision.before, revision.diff()) == revision.body


def test_the_diff_of_a_large_file_is_cut_from_where_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("".join(f"line {number}\n" for number in range(200_000)))
    diff = edit(file, "line 150000\n", "changed\n", diff=True).diff
    assert diff.count("\n") == 11
    assert "@@ -149998,7 +149998,7 @@" in diff
