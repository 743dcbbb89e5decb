"""The tools that change files, as a model sees them."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.serve.serving import Use, snapshot

TOKEN = re.compile(r"^\[token (\S+)\]$", re.MULTILINE)


def token(text: str) -> str:
    found = TOKEN.search(text)
    assert found, text
    return found[1]


def without_token(text: str) -> str:
    return TOKEN.sub("", text).rstrip("\n")


def test_write_makes_files_and_the_directories_above_them(use: Use, tree: Path) -> None:
    text, failed = use("write", path="new/deep/file.txt", content="one\ntwo\n")
    assert not failed
    assert without_token(text) == "created new/deep/file.txt: 2 lines, 8 bytes"
    assert (tree / "new/deep/file.txt").read_text() == "one\ntwo\n"
    text, _ = use("write", path="new/deep/file.txt", content="one")
    assert without_token(text) == "replaced new/deep/file.txt: 1 line, 3 bytes"
    assert (tree / "new/deep/file.txt").read_text() == "one"
    assert without_token(use("write", path="empty", content="")[0]) == "created empty: 0 lines, 0 bytes"


def test_write_keeps_permissions_and_line_ends(use: Use, tree: Path) -> None:
    (tree / "script").write_bytes(b"one\r\ntwo\r\n")
    (tree / "script").chmod(0o750)
    text, _ = use("write", path="script", content="three\nfour\n")
    assert (tree / "script").read_bytes() == b"three\r\nfour\r\n"
    assert (tree / "script").stat().st_mode & 0o777 == 0o750
    assert "13 bytes" in text


@pytest.mark.parametrize("source", ["write", "edit", "stat", "read"])
def test_tokens_guard_against_the_changes_of_others(use: Use, tree: Path, source: str) -> None:
    calls: dict[str, dict[str, Any]] = {
        "write": {"path": "notes.md", "content": "# Mine\n"},
        "edit": {"path": "notes.md", "old": "Notes", "new": "Mine"},
        "stat": {"path": "notes.md"},
        "read": {"path": "notes.md", "token": True},
    }
    known = token(use(source, calls[source])[0])
    later = token(use("write", path="notes.md", content="# Later\n", if_unchanged=known)[0])
    (tree / "notes.md").write_text("# Theirs\n")
    for name, arguments in (
        ("write", {"content": "# Lost\n"}),
        ("edit", {"old": "Theirs", "new": "Lost"}),
        ("multi_edit", {"edits": [{"old": "Theirs", "new": "Lost"}]}),
    ):
        text, failed = use(name, arguments, path="notes.md", if_unchanged=later)
        assert failed
        assert "notes.md: has changed since" in text
    assert (tree / "notes.md").read_text() == "# Theirs\n"


def test_edit_answers_with_lines_and_a_diff(use: Use, tree: Path) -> None:
    text, failed = use("edit", path="src/main.py", old="line 4\nline 5\n", new="line four\n")
    assert not failed
    assert without_token(text) == (
        "--- a/src/main.py\n+++ b/src/main.py\n@@ -1,8 +1,7 @@\n line 1\n line 2\n line 3\n"
        "-line 4\n-line 5\n+line four\n line 6\n line 7\n line 8\n"
        "[replaced 1 occurrence in src/main.py, line 4]"
    )
    assert "line 3\nline four\nline 6\n" in (tree / "src/main.py").read_text()


def test_an_edit_without_writing_is_what_git_applies(use: Use, tree: Path) -> None:
    before = (tree / "src/main.py").read_text()
    text, _ = use("edit", path="src/main.py", old="line", new="row", replace_all=True, dry_run=True)
    assert (tree / "src/main.py").read_text() == before
    diff, _, note = text.partition("[")
    assert note == "would replace 10 occurrences in src/main.py, line 1; nothing was written]"
    subprocess.run(["git", "apply", "-"], input=diff, text=True, cwd=tree, check=True)
    assert (tree / "src/main.py").read_text() == before.replace("line", "row")


def test_edit_shows_a_long_diff_in_part(use: Use, tree: Path) -> None:
    (tree / "long").write_text("same\n" * 1000)
    text, _ = use("edit", path="long", old="same", new="other", replace_all=True)
    assert len(text.splitlines()) < 70
    assert "more lines of the diff not shown]\n[replaced 1,000 occurrences in long, line 1]" in text
    (tree / "wide").write_text("x" * 100_000 + "\n")
    text, _ = use("edit", path="wide", old="x" * 100_000, new="y")
    assert len(text) < 1000
    assert "[2 more lines of the diff not shown]" in text
    (tree / "many").write_text("".join(f"a\n{number}\n\n\n\n\n\n\n\n\n" for number in range(20)))
    text, _ = use("edit", path="many", old="a", new="b", expected=20)
    assert "in many, lines 1, 11, 21, 31, 41, 51, 61, 71, 81, 91, ...]" in text


def test_edits_are_made_one_after_the_other_or_not_at_all(use: Use, tree: Path) -> None:
    edits = [{"old": "line 3\n", "new": "three\n"}, {"old": "three\n", "new": "3\n"}]
    text, failed = use("multi_edit", path="src/main.py", edits=edits)
    assert not failed
    assert "[replaced 2 occurrences in src/main.py, line 3]" in text
    before = (tree / "src/main.py").read_text()
    assert "line 2\n3\nline 4\n" in before
    text, failed = use(
        "multi_edit",
        path="src/main.py",
        edits=[{"old": "line 1\n", "new": ""}, {"old": "line 33\n", "new": ""}],
    )
    assert failed
    assert "edit 2 of 2: src/main.py does not hold the text" in text
    assert (tree / "src/main.py").read_text() == before


def test_move_gives_a_new_path_and_overwrites_only_when_asked(use: Use, tree: Path) -> None:
    assert use("move", source="src", target="lib") == ("moved src to lib", False)
    assert (tree / "lib" / "main.py").exists()
    text, failed = use("move", source="notes.md", target="lib/main.py")
    assert failed
    assert text == "lib/main.py: is there already; overwrite=true replaces a file"
    assert use("move", source="notes.md", target="lib/main.py", overwrite=True)[1] is False
    assert (tree / "lib" / "main.py").read_text() == "# Notes\n"
    assert not (tree / "notes.md").exists()


def test_links_are_written_through_and_stay(use: Use, tree: Path) -> None:
    (tree / "link").symlink_to("notes.md")
    use("write", path="link", content="# Through\n")
    use("edit", path="link", old="Through", new="Through the link")
    assert (tree / "link").is_symlink()
    assert (tree / "notes.md").read_text() == "# Through the link\n"
    use("move", source="link", target="src/link")
    assert os.readlink(tree / "src" / "link") == "notes.md"


PATCH = """*** Begin Patch
*** Update File: src/main.py
@@
 line 2
-line 3
+line three
*** Add File: docs/new.md
+# New
*** Delete File: notes.md
*** End Patch
"""


def test_apply_patch_lists_what_it_changed(use: Use, tree: Path) -> None:
    text, failed = use("apply_patch", patch=PATCH, dry_run=True)
    assert not failed
    assert text.endswith("[3 files would change; nothing was written]")
    assert (tree / "notes.md").exists()
    text, failed = use("apply_patch", patch=PATCH)
    assert not failed
    for line in ("src/main.py (+1 -1)", "docs/new.md (+1 -0)", "notes.md (+0 -1)"):
        assert line in text
    assert text.endswith("[3 files changed]")
    assert "line 2\nline three\n" in (tree / "src/main.py").read_text()
    assert (tree / "docs/new.md").read_text() == "# New\n"
    assert not (tree / "notes.md").exists()


def test_a_patch_that_does_not_fit_changes_nothing(use: Use, tree: Path) -> None:
    text, failed = use("apply_patch", patch=PATCH.replace("line 2", "line two"))
    assert failed
    assert "src/main.py" in text
    assert (tree / "notes.md").exists()
    assert not (tree / "docs").exists()


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("write", {"path": "src", "content": ""}, "src: is a directory: give the path of a file"),
        ("write", {"path": "notes.md/file", "content": ""}, "Not a directory"),
        ("write", {"path": "a", "content": "\ud800"}, "lone surrogate"),
        ("write", {"path": "a"}, "argument 'content' is missing"),
        (
            "edit",
            {"path": "missing", "old": "a", "new": "b"},
            "missing: No such file or directory; find paths",
        ),
        ("edit", {"path": "blob", "old": "line", "new": "b"}, "blob is a binary file"),
        ("edit", {"path": "notes.md", "old": "", "new": "b"}, "is empty"),
        ("edit", {"path": "notes.md", "old": "Notes", "new": "Notes"}, "nothing would change"),
        ("edit", {"path": "notes.md", "old": "# notes", "new": "x"}, "line 1"),
        ("edit", {"path": "src/main.py", "old": "line", "new": "x"}, "10 times, not once: on lines 1, 2, 3"),
        ("multi_edit", {"path": "notes.md", "edits": []}, "no edits"),
        ("multi_edit", {"path": "notes.md", "edits": [{"old": "a"}]}, "argument 'edits[0].new' is missing"),
        ("multi_edit", {"path": "notes.md", "edits": [{"old": 1, "new": "a"}]}, "must be a string, got 1"),
        ("move", {"source": "missing", "target": "a"}, "missing: No such file or directory"),
        ("move", {"source": "src", "target": "src/below"}, "itself"),
        ("move", {"source": "src", "target": "no/where"}, "No such file or directory"),
        ("apply_patch", {"patch": "no patch"}, "patch"),
    ],
)
def test_failures_say_what_to_do(
    use: Use, tree: Path, name: str, arguments: dict[str, Any], words: str
) -> None:
    before = snapshot(tree)
    text, failed = use(name, arguments)
    assert failed
    assert words in text
    assert snapshot(tree) == before
