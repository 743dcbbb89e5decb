"""Patches of arbitrary text and of any size: nothing but `PatchError`; there and back is the same."""

import difflib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolrig.errors import PatchError
from toolrig.fs._patch.carry import carry_out
from toolrig.fs._patch.parse import parse

LINES = st.sampled_from(["a", "b", "", " ", "\tc", "-- d", "++ e", "@@ -1 +1 @@", "--- f", "é", "“q”", "  a"])
TEXTS = st.lists(LINES, max_size=25).map("\n".join)
PIECES = [
    *("*** Begin Patch", "*** End Patch", "*** Add File: x", "*** Delete File: x", "*** Update File: x"),
    *("*** Move to: y", "*** End of File", "@@", "@@ a", "@@ -1,2 +1,3 @@", "@@ -0,0 +1 @@ f", "*** "),
    *("--- a/x", "+++ b/x", "--- /dev/null", "+++ /dev/null", '--- "a\\', '--- "\ud800"', "--- x 12:1"),
    *("diff --git a/x b/x", 'diff --git "a/\\303" b/x', "new file mode 100644", "old mode 100644"),
    *("rename from x", "rename to y", "index 1..2", "GIT binary patch", "-- ", "2.39.5", "```", "hello"),
    *("+a", "-a", " a", "+", "-", " ", "", "\r", "+b\r", "\\ No newline at end of file"),
]
ANY = st.text(st.characters(exclude_categories=()), max_size=8)


def diff(old: str, new: str, context: int) -> str:
    r"""Return a unified diff of two texts, with ``\ No newline at end of file`` where difflib has none."""
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), "a/x", "b/x", n=context
    )
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


def applied(patch: str, text: str) -> str:
    (section,) = parse(patch)
    return carry_out(text, section.hunks, "x").text


def carry_out_all(patch: str, text: str) -> None:
    for section in parse(patch):
        assert section.path
        carry_out(text, section.hunks, section.path)


@given(st.lists(st.sampled_from(PIECES) | ANY, max_size=20).map("\n".join), TEXTS)
def test_any_text_is_survived(patch: str, text: str) -> None:
    with suppress(PatchError):
        carry_out_all(patch, text)


@given(TEXTS, TEXTS, st.integers(1, 3))
def test_there_and_back(old: str, new: str, context: int) -> None:
    if old != new:
        assert applied(diff(old, new, context), old) == new
        assert applied(diff(new, old, context), new) == old


@given(TEXTS, TEXTS)
def test_line_ends_of_the_file_stay(old: str, new: str) -> None:
    if old != new and old.count("\n"):
        assert applied(diff(old, new, 3), old.replace("\n", "\r\n")) == new.replace("\n", "\r\n")


@given(TEXTS, TEXTS, st.integers(-30, 30))
def test_wrong_numbers_do_no_harm(old: str, new: str, shift: int) -> None:
    """A hunk that gives a wrong line is placed where it belongs, or refused."""
    if old == new:
        return
    patch = diff(old, new, len(old) + len(new))
    start, rest = patch.split("@@ -", 1)[1].split(",", 1) if "@@ -1," in patch else ("", "")
    if start:
        wrong = patch.replace(f"@@ -{start},{rest[:1]}", f"@@ -{max(1, int(start) + shift)},{rest[:1]}", 1)
        assert applied(wrong, old) == new


@given(st.permutations(range(12)), st.integers(0, 11), st.integers(0, 11))
def test_unique_lines_need_no_numbers(order: list[int], first: int, second: int) -> None:
    lines = [f"line {number}" for number in order]
    hunks = [f"@@\n-{lines[at]}\n+new {at}" for at in sorted({first, second})]
    new = [f"new {at}" if at in (first, second) else line for at, line in enumerate(lines)]
    patch = "\n".join(["*** Begin Patch", "*** Update File: x", *hunks, "*** End Patch"])
    assert applied(patch, "\n".join(lines) + "\n") == "\n".join(new) + "\n"


MANY = 300_000


@pytest.mark.parametrize(
    ("patch", "text", "said"),
    [
        ("@@\n" * MANY, "", "no patch is found"),
        ("@@ -1 +1 @@\n" * MANY, "", "belongs to no file"),
        ("--- a/x\n+++ b/x\n" + "@@\n" * MANY, "", "has no lines"),
        ("--- a/x\n+++ b/x\n" * MANY, "", "nothing is changed"),
        ("*** Begin Patch\n*** Update File: x\n" + "@@\n" * MANY + "*** End Patch", "", "nothing is changed"),
        (
            "*** Begin Patch\n*** Update File: x\n" + "@@ a\n" * MANY + "+b\n*** End Patch",
            "a\n",
            "not in the file",
        ),
        ("*** Begin Patch\n" * MANY, "", "no part of a patch"),
        ("--- " + " " * MANY + ":1\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", "", "does not match"),
        ("diff --git " + "a " * MANY, "", "no name"),
        ('--- "' + "\\" * MANY + "\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", "", "does not match"),
        (
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + "-a\n" * MANY + "+b\n",
            "a\n" * (MANY - 1) + "b\n",
            "does not match",
        ),
        ("--- x\n+++ x\n@@\n-b\n" + " a\n" * 1000, "a\n" * MANY + "b\n", "does not match"),
        ("--- x\n+++ x\n@@\n" + " a\n" * 2000 + "+b\n", "a\n" * MANY, "take too long"),
        ("--- x\n+++ x\n@@\n" + "\n" * 1000 + "-a\n", "\n" * MANY, "does not match"),
        ("--- x\n+++ x\n" + "@@ q\n-a\n+b\n" * 30_000, "a\n", "change the same lines"),
    ],
)
def test_hostile_patches_end_soon(patch: str, text: str, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        carry_out_all(patch, text)


def test_a_hunk_may_be_huge() -> None:
    count = 1_000_000
    patch = f"--- a/x\n+++ b/x\n@@ -1,{count} +1,{count} @@\n" + "-a\n+b\n" * count
    assert applied(patch, "a\n" * count) == "b\n" * count


def test_hunks_may_be_many() -> None:
    count = 50_000
    text = "".join(f"{number}\n" for number in range(count))
    hunks = "".join(f"@@\n-{number}\n+new {number}\n" for number in range(count))
    patch = f"*** Begin Patch\n*** Update File: x\n{hunks}*** End Patch\n"
    assert applied(patch, text) == "".join(f"new {number}\n" for number in range(count))
