"""Patches as text: what is understood, where hunks are placed, and what the errors say."""

import pytest

from toolrig.errors import PatchError
from toolrig.fs._patch.carry import Carried, carry_out
from toolrig.fs._patch.parse import parse

METHOD = "    def f(self):\n        a = 1\n        return a\n"
FILE = f"class A:\n{METHOD}\n\nclass B:\n{METHOD}"
SECOND = f"class A:\n{METHOD}\n\nclass B:\n{METHOD.replace('1', '2')}"


def carried(patch: str, text: str) -> Carried:
    (section,) = parse(patch)
    return carry_out(text, section.hunks, section.path)


def envelope(body: str, name: str = "x") -> str:
    return f"*** Begin Patch\n*** Update File: {name}\n{body}\n*** End Patch\n"


def diff(body: str, name: str = "x") -> str:
    return f"--- a/{name}\n+++ b/{name}\n{body}\n"


def failure(patch: str, text: str = FILE) -> str:
    with pytest.raises(PatchError) as caught:
        carried(patch, text)
    return str(caught.value)


# What surrounds a patch


@pytest.mark.parametrize(
    "patch",
    [
        "Here you are:\n```diff\n" + diff("@@ -1 +1 @@\n-a\n+b") + "```\nThat should do.\n",
        "```\n" + envelope("@@\n-a\n+b") + "```\n",
        "apply_patch <<'EOF'\n" + envelope("@@\n-a\n+b") + "EOF\n",
        "  *** Begin Patch\n  *** Update File: x\n@@\n-a\n+b\n  *** End Patch",
        envelope("@@\n-a\n+b").replace("\n", "\r\n"),
        diff("@@ -1 +1 @@\n-a\n+b").replace("\n", "\r\n"),
        "\ufeff" + diff("@@ -1 +1 @@\n-a\n+b"),
        diff("@@ -1 +1 @@\n-a\n+b\n-- \n2.39.5"),
        "From 0123 Mon Sep 17\nSubject: [PATCH] b\n\n---\n x | 2 +-\n\n"
        + diff("@@ -1 +1 @@\n-a\n+b\n-- \n2.39.5\n\n"),
        diff("@@ -1 +1 @@\n-a\n+b\n\ncommit 0123\n    - a list\n"),
        "Index: x\n======\n--- x\t(revision 1)\n+++ x\t(working copy)\n@@ -1 +1 @@\n-a\n+b\n",
        "--- x.orig 2026-01-01 10:00:00.5 +0100\n+++ x 2026-01-01 10:00:01\n@@ -1 +1 @@\n-a\n+b\n",
        diff("-a\n+b"),
        diff("@@\n-a\n+b"),
        diff("@@ ... @@\n-a\n+b"),
        envelope("-a\n+b"),
        envelope("@@ -1 +1 @@\n-a\n+b"),
        envelope("--- a/x\n+++ b/x\n@@ -1,7 +1 @@\n-a\n+b"),
    ],
)
def test_surroundings_are_passed_over(patch: str) -> None:
    (section,) = parse(patch)
    assert (section.path, section.kind) == ("x", "update")
    assert carry_out("a\n", section.hunks, "x").text == "b\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no patch is found"),
        ("hello\n- a\n+ b\n", "no patch is found"),
        ("@@ -1 +1 @@\n-a\n+b\n", "line 1 of the patch: a hunk belongs to no file"),
        ("*** Begin Patch\n*** Update File: x\n@@\n-a\n+b\n", "no '*** End Patch': it may have been cut off"),
        ("*** Begin Patch\n*** Update File: x\n*** End Patch\n", "x is named, but nothing is changed"),
        ("*** Begin Patch\nhello\n*** End Patch\n", "line 2 of the patch: 'hello' is no part of a patch"),
        (
            "*** Begin Patch\n*** Add File: x\nhello\n*** End Patch\n",
            "line 3 of the patch: 'hello' is no line of a new",
        ),
        (
            "*** Begin Patch\n*** Update File: x\n@@\n-a\nb\n*** End Patch\n",
            "line 5 of the patch: 'b' is no line of a hunk",
        ),
        ("*** Begin Patch\n*** Update File: x\n@@ f\n*** End Patch\n", "no lines follow '@@ f'"),
        (diff("@@ -1,2 +1,2 @@\n-a\n+b\nc"), "line 6 of the patch: 'c' is no line of a hunk"),
        (diff("@@ -1 +1 @@\n-a\n+b\n\n-c\n+d"), "line 7 of the patch: more lines follow"),
        (diff("@@ -1 +1 @@"), "line 3 of the patch: a hunk has no lines"),
        (diff("@@@ -1 -1 +1 @@@\n--a\n++b"), "combined diff"),
        ("diff --git a/x b/x\nindex 1..2 100644\nGIT binary patch\nliteral 4\n", "x is binary"),
        ("diff --git a/x b/x\nBinary files a/x and b/x differ\n", "x is binary"),
        (
            "Binary files a/x and b/x differ\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n",
            "a binary file has changed",
        ),
        (
            "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+y\n",
            "x is a symbolic link",
        ),
        ("diff --git a/x b/x\nnew file mode 160000\n", "x is a submodule"),
        ("diff --git a/x b/x\nold mode 777\nnew mode 100755\n", "mode '777' is unknown"),
        ("diff --git a/x b/y\nrename from x\n", "'move' needs both 'from' and 'to'"),
        ("diff --git a/x b/y\n", "no name"),
        ("diff --git a/x b/x\n", "x is named, but nothing is changed"),
    ],
)
def test_what_is_not_understood_is_named(text: str, said: str) -> None:
    with pytest.raises(PatchError) as caught:
        parse(text)
    assert said in str(caught.value)


# Names


@pytest.mark.parametrize(
    ("header", "kind", "source", "path"),
    [
        ("--- a/x\n+++ b/x", "update", None, "x"),
        ("--- x\n+++ x", "update", None, "x"),
        ("--- a/x\n+++ a/x", "update", None, "a/x"),
        ("--- old/d/x\n+++ new/d/x", "update", None, "d/x"),
        ("--- /dev/null\n+++ b/x", "add", None, "x"),
        ("--- a/x\n+++ /dev/null", "delete", None, "x"),
        (
            "--- old/x\t1970-01-01 01:00:00.000000000 +0100\n+++ new/x\t2026-01-01 10:00:00.5 +0100",
            "add",
            None,
            "x",
        ),
        ('--- "a/\\303\\251\\t\\"\\\\"\n+++ "b/\\303\\251\\t\\"\\\\"', "update", None, 'é\t"\\'),
        ("--- a/c d\t\n+++ b/c d\t", "update", None, "c d"),
        ("diff --git a/b/x a/b/x\n--- a/b/x\n+++ /dev/null", "delete", None, "a/b/x"),
        ("diff --git a/x b/y\nrename from x\nrename to y\n--- a/x\n+++ b/y", "move", "x", "y"),
        ('diff --git a/x "b/\\ty"\ncopy from x\ncopy to "\\ty"\n--- a/x\n+++ "b/\\ty"', "copy", "x", "\ty"),
    ],
)
def test_names(header: str, kind: str, source: str | None, path: str) -> None:
    (section,) = parse(header + "\n@@ -0,0 +1 @@\n+a\n")
    assert (section.kind, section.source, section.path) == (kind, source, path)


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("diff --git a/x y b/x y", "x y"),
        ("diff --git x y x y", "x y"),
        ('diff --git "a/\\303\\251" "b/\\303\\251"', "é"),
        ('diff --git a/x "b/x"', "x"),
    ],
)
def test_names_of_files_that_change_their_mode_alone(header: str, path: str) -> None:
    (section,) = parse(header + "\nold mode 100644\nnew mode 100755\n")
    assert (section.kind, section.path, section.mode) == ("update", path, 0o755)


# Places


def test_the_stated_line_is_taken() -> None:
    assert carried(diff("@@ -9 +9 @@\n-        a = 1\n+        a = 2"), FILE).text == SECOND


def test_a_hunk_that_moved_is_found_and_told() -> None:
    done = carried(diff("@@ -1 +1 @@\n-class B:\n+class C:"), FILE)
    assert done.text == FILE.replace("class B", "class C")
    assert done.tolerated == ("hunk 1 stands at line 7 instead of 1",)


def test_the_next_hunk_is_looked_for_where_the_last_one_moved() -> None:
    text = "x\n" * 5 + "a\n" + "b\n" * 30 + "a\n" + "b\n"
    done = carried(diff("@@ -1 +1 @@\n-a\n+c\n@@ -32 +32 @@\n-a\n+d"), text)
    assert done.text == "x\n" * 5 + "c\n" + "b\n" * 30 + "d\n" + "b\n"


def test_one_that_is_by_far_the_nearest_is_taken() -> None:
    text = "b\na\n" + "b\n" * 30 + "a\n"
    assert carried(diff("@@ -4 +4 @@\n-a\n+c"), text).text == "b\nc\n" + "b\n" * 30 + "a\n"
    assert "lines 2, 33: add lines of context" in failure(diff("@@ -15 +15 @@\n-a\n+c"), text)


def test_anchors_choose_the_place() -> None:
    assert carried(envelope("@@ class B:\n-        a = 1\n+        a = 2"), FILE).text == SECOND
    assert (
        carried(envelope("@@ class B:\n@@     def f(self):\n-        a = 1\n+        a = 2"), FILE).text
        == SECOND
    )
    assert carried(envelope("@@ class B\n-        a = 1\n+        a = 2"), FILE).text == SECOND
    assert (
        carried(
            envelope("@@ class B:\n class B:\n     def f(self):\n-        a = 1\n+        a = 2"), FILE
        ).text
        == SECOND
    )


def test_an_anchor_may_be_wrong_where_the_lines_are_unique() -> None:
    done = carried(envelope("@@ class C:\n-class B:\n+class D:"), FILE)
    assert done.text == FILE.replace("class B", "class D")
    assert done.tolerated == ("hunk 1 has an @@ line that is not in the file",)


@pytest.mark.parametrize("anchor", ["@@", "@@     def f(self):"])
def test_several_places_are_an_error_with_their_lines(anchor: str) -> None:
    message = failure(envelope(f"{anchor}\n-        a = 1\n+        a = 2"))
    assert message.startswith("x: hunk 1 (line 3 of the patch) matches at 2 places, lines 3, 9: add lines")


def test_later_hunks_are_looked_for_below_earlier_ones() -> None:
    hunk = "@@\n-        return a\n+        return b"
    assert carried(
        envelope(f"@@ class B:\n     def f(self):\n{hunk[3:]}"), FILE.replace("        a = 1\n", "")
    ).text
    done = carried(envelope(f"@@\n-class B:\n+class C:\n{hunk}"), FILE)
    assert done.text == FILE.replace("class B", "class C")[:-9] + "return b\n"


def test_hunks_may_not_overlap() -> None:
    message = failure(diff("@@ -1,2 +1 @@\n-class A:\n-    def f(self):\n@@ -2 +1 @@\n-    def f(self):\n+c"))
    assert "hunks 1 and 2 (line 6 of the patch) change the same lines" in message


def test_end_of_file() -> None:
    assert carried(envelope("@@\n-b\n+c\n*** End of File"), "b\na\nb\n").text == "b\na\nc\n"
    done = carried(envelope("@@\n-a\n+c\n*** End of File"), "a\nb\n")
    assert (done.text, done.tolerated) == ("c\nb\n", ("hunk 1 is not at the end of the file",))


def test_insertions() -> None:
    assert carried(envelope("@@\n+c"), "a\nb\n").text == "a\nb\nc\n"
    assert carried(envelope("@@ a\n+c"), "a\nb\n").text == "a\nc\nb\n"
    assert carried(diff("@@ -1,0 +2 @@\n+c"), "a\nb\n").text == "a\nc\nb\n"
    assert carried(diff("@@ -0,0 +1 @@\n+c"), "a\nb\n").text == "c\na\nb\n"
    assert "inserts behind line 7, but the file has 2" in failure(diff("@@ -7,0 +8 @@\n+c"), "a\nb\n")
    assert "not in the file; line 1 is alike" in failure(envelope("@@ an alpga\n+c"), "an alpha\nb\n")


# What need not be exact


@pytest.mark.parametrize(
    ("text", "body", "result", "how"),
    [
        ("a  \nb\n", " a\n-b\n+c", "a  \nc\n", "white space at line ends"),
        ("a\nb\n", " a \n-b\t\n+c", "a\nc\n", "white space at line ends"),
        (
            "\tif x:\n\t\ty\n",
            " if x:\n-    y\n+    z\n+        w",
            "\tif x:\n\t\tz\n\t\t    w\n",
            "indentation",
        ),
        ("    a\n    b\n", " a\n-b\n+c\n+  d", "    a\n    c\n      d\n", "indentation"),
        ("a\nb\n", "   a\n-  b\n+  c", "a\nc\n", "indentation"),
        ("say “a” \u2013 b\nx\n", ' say "a" - b\n-x\n+y', "say “a” \u2013 b\ny\n", "punctuation"),
    ],
)
def test_what_may_differ(text: str, body: str, result: str, how: str) -> None:
    done = carried(envelope("@@\n" + body), text)
    assert done.text == result
    assert done.tolerated == (f"hunk 1 differs from the file in {how}",)


def test_an_exact_place_goes_before_a_similar_one() -> None:
    assert carried(envelope("@@\n-a\n+b"), "a \na\n").text == "a \nb\n"


def test_wrong_counts_are_told() -> None:
    done = carried(diff("@@ -1,9 +1,9 @@\n a\n-b\n+c\n+d\n e"), "a\nb\ne\n")
    assert done.text == "a\nc\nd\ne\n"
    assert done.tolerated == ("hunk 1 has a header that counts wrongly (-9 +9)",)


def test_an_empty_line_is_context_or_space_behind() -> None:
    assert carried(envelope("@@\n a\n\n-b\n+c\n"), "a\n\nb\n").text == "a\n\nc\n"
    assert carried(diff("@@ -1,3 +1,3 @@\n a\n\n-b\n+c"), "a\n\nb\n").text == "a\n\nc\n"
    assert carried(envelope("@@\n+c\n"), "a\n\nb\n").text == "a\n\nb\nc\n"


# Line ends


@pytest.mark.parametrize("patch", [envelope("@@\n a\n-b\n+c\n+d"), diff("@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d")])
def test_crlf_stays(patch: str) -> None:
    done = carried(patch, "a\r\nb\r\n")
    assert (done.text, done.tolerated) == ("a\r\nc\r\nd\r\n", ())


def test_lines_end_like_those_they_replace() -> None:
    text = "a\r\nb\nc\r\nd\r\n"
    assert carried(envelope("@@\n a\n-b\n-c\n+x\n+y\n+z\n d"), text).text == "a\r\nx\ny\r\nz\r\nd\r\n"


def test_a_patch_with_returns_is_taken_at_its_word() -> None:
    assert carried(diff("@@ -1 +1 @@\n-a\r\n+a"), "a\r\nb\r\n").text == "a\nb\r\n"
    assert carried(diff("@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r"), "a\nb\n").text == "a\nc\n"


NONE = "\\ No newline at end of file"


@pytest.mark.parametrize(
    ("text", "patch", "result"),
    [
        ("a\nb", envelope("@@\n-b\n+c"), "a\nc"),
        ("a\nb", envelope("@@\n b\n+c"), "a\nb\nc"),
        ("a\r\nb", envelope("@@\n b\n+c"), "a\r\nb\r\nc"),
        ("a\nb", envelope("@@\n a\n-b"), "a\n"),
        ("a\nb", envelope("@@\n-a\n+c"), "c\nb"),
        ("a\nb", diff("@@ -1,2 +1,2 @@\n a\n-b\n+c"), "a\nc"),
        ("a\nb", diff(f"@@ -1,2 +1,2 @@\n a\n-b\n{NONE}\n+c"), "a\nc\n"),
        ("a\nb\n", diff(f"@@ -1,2 +1,2 @@\n a\n-b\n+b\n{NONE}"), "a\nb"),
        ("a\nb", diff(f"@@ -1,2 +1,2 @@\n-a\n+c\n b\n{NONE}"), "c\nb"),
        ("", diff(f"@@ -0,0 +1 @@\n+a\n{NONE}"), "a"),
        ("a", diff(f"@@ -1 +0,0 @@\n-a\n{NONE}"), ""),
    ],
)
def test_final_newline(text: str, patch: str, result: str) -> None:
    assert carried(patch, text).text == result


# Errors that help


def test_what_resembles_a_missing_hunk_is_shown() -> None:
    message = failure(envelope("@@\n     def f(self):\n-        a = 3\n+        a = 2"))
    assert message == (
        "x: hunk 1 (line 3 of the patch) does not match the file; lines 2-3 are alike:\n"
        "    (1 line is the same)\n     3\t        a = 1\n"
        "lines 8-9 are alike:\n    (1 line is the same)\n     9\t        a = 1"
    )


def test_nothing_alike_is_said() -> None:
    assert "nothing like it is there" in failure(envelope("@@\n-zebra\n+b"), "a\n")


def test_errors_carry_path_and_line() -> None:
    with pytest.raises(PatchError) as caught:
        carried(envelope("@@\n-zebra\n+b"), "a\n")
    assert (caught.value.path, caught.value.line) == ("x", 3)
