"""The tools as a model sees them: texts, footers that say how to get the rest, errors that say what to do."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.serve.serving import Use
from toolrig import Root
from toolrig.serve import build


def test_read_returns_lines_as_they_are(use: Use) -> None:
    assert use("read", path="src/other.txt") == ("other line 3\n", False)
    assert use("read", path="src/main.py", offset=9) == ("line 9\nline 10\n", False)


def test_read_says_how_to_go_on(use: Use) -> None:
    text, _ = use("read", path="src/main.py", offset=3, limit=2)
    assert text == "line 3\nline 4\n[lines 3-4 of 10; continue with offset=5]"
    assert (
        use("read", path="src/main.py", offset=99)[0] == "[the file has 10 lines; offset 99 is past its end]"
    )


def test_read_cuts_long_lines_and_large_windows(use: Use, tree: Path) -> None:
    (tree / "long").write_text("x" * 5000 + "\nshort\n")
    text, _ = use("read", path="long")
    assert text == "x" * 2000 + " [... 3,000 characters cut]\nshort\n"
    (tree / "large").write_text(("y" * 1000 + "\n") * 1000)
    text, _ = use("read", path="large")
    assert len(text) < 270_000
    assert text.endswith("[lines 1-261 of 1,000; continue with offset=262]")
    (tree / "endless").write_text("z" * 1_000_000)
    text, _ = use("read", path="endless")
    assert len(text) < 3000
    assert "characters cut" in text


def test_read_names_other_encodings_and_empty_files(use: Use, tree: Path) -> None:
    (tree / "latin").write_bytes(b"caf\xe9\n")
    (tree / "empty").touch()
    assert use("read", path="latin") == ("café\n[decoded as latin-1]", False)
    assert use("read", path="empty") == ("[the file is empty]", False)


def test_read_shows_the_end_of_a_file(use: Use, tree: Path) -> None:
    text, _ = use("read", path="src/main.py", tail=2)
    assert text == "line 9\nline 10\n[lines 9-10 of 10]"
    assert use("read", path="src/other.txt", tail=5)[0] == "other line 3\n"
    text, failed = use("read", path="src/main.py", tail=2, offset=3)
    assert failed
    assert "tail" in text
    with (tree / "log").open("wb") as log:
        log.write(b"text" * 2000)  # none of the zeros by which binary files are told
        log.seek(1 << 30)  # a hole: what lies before the end is not read
        log.write(b"\nfirst\nlast\n")
    text, _ = use("read", path="log", tail=2)
    assert text == "first\nlast\n[the last 2 lines; too much lies before them to be counted]"


def test_read_tells_the_token_when_asked(use: Use) -> None:
    text, _ = use("read", path="notes.md", token=True)
    assert text.startswith("# Notes\n[token ")
    shown = use("stat", path="notes.md")[0].splitlines()[-1]
    assert text.splitlines()[-1] == shown


def test_read_many_reads_what_it_can(use: Use, tree: Path) -> None:
    paths = ["src/other.txt", "missing", "blob", "src", "notes.md", "../secret"]
    text, failed = use("read_many", paths=paths)
    assert not failed
    assert text.split("\n\n") == [
        "==> src/other.txt <==\nother line 3",
        "==> missing <==\n[could not be read: No such file or directory]",
        "==> blob <==\n[a binary file: only text is read]",
        "==> src <==\n[could not be read: is a directory: list it instead of reading it]",
        "==> notes.md <==\n# Notes",
        f"==> ../secret <==\n[could not be read: leads outside {tree}: give a path below it]\n",
    ]


def test_read_many_decodes_and_names_empty_files(use: Use, tree: Path) -> None:
    (tree / "latin").write_bytes(b"caf\xe9\n")
    (tree / "wide").write_bytes("weit\n".encode("utf-16"))
    (tree / "empty").touch()
    text, _ = use("read_many", paths=["latin", "wide", "empty"])
    assert text == "==> latin <==\ncaf\xe9\n\n==> wide <==\nweit\n\n==> empty <==\n[the file is empty]\n"


def test_read_many_has_bounds_and_says_what_is_missing(use: Use, tree: Path) -> None:
    (tree / "large").write_text("0123456789\n" * 10_000)
    text, _ = use("read_many", paths=["large", "notes.md"])
    assert "\n0123456789\n[cut after 5,957 lines; read shows the rest, from line 5,958]\n" in text
    assert "==> notes.md <==\n# Notes\n" in text
    text, _ = use("read_many", paths=["large"] * 9)
    assert len(text) < 270_000
    assert text.endswith("[5 more not read, from large on: ask for them in another call]")
    (tree / "endless").write_text("ä" * 100_000)
    text, _ = use("read_many", paths=["endless"])
    assert "[cut after 32,768 characters of the first line]" in text
    text, _ = use("read_many", paths=["notes.md"] * 103)
    assert text.endswith("[3 more not read, from notes.md on: ask for them in another call]")
    assert use("read_many", paths=[]) == ("paths is empty: give at least one path", True)


def test_stat_tells_what_a_path_is(use: Use, tree: Path) -> None:
    (tree / "notes.md").chmod(0o640)
    os.utime(tree / "notes.md", ns=(0, 1_700_000_000_123_000_000))
    text, _ = use("stat", path="notes.md")
    *lines, token = text.splitlines()
    assert lines == [
        "path: notes.md",
        "kind: file",
        "size: 8 bytes",
        "modified: 2023-11-14T22:13:20.123Z",
        "permissions: 0640",
    ]
    assert token.startswith("[token ")
    assert "kind: directory" in use("stat", path="src")[0]
    assert "[token" not in use("stat", path="src")[0]
    text, failed = use("stat", path="out")
    assert not failed
    assert "kind: symbolic link" in text
    assert "target: ../secret" in text


def test_glob_lists_the_newest_first(use: Use) -> None:
    assert use("glob", pattern="**/*.*") == ("src/other.txt\nsrc/main.py\nnotes.md", False)
    assert use("glob", pattern="*.py", path="src") == ("src/main.py", False)
    text, _ = use("glob", pattern="**/*.*", sort="path", limit=1)
    assert text == "notes.md\n[1 paths of 3; raise limit or narrow the pattern]"
    assert use("glob", pattern="**/*.rs") == ("[no file matches]", False)


def test_tree_shows_the_layout(use: Use) -> None:
    assert use("tree") == ("src/\n  main.py\n  other.txt\nblob\nnotes.md\nout@", False)
    assert use("tree", path="src") == ("src/main.py\nsrc/other.txt", False)
    assert use("tree", depth=1)[0] == "src/ (2 entries)\nblob\nnotes.md\nout@"


def test_tree_says_what_is_missing_and_how_to_get_it(use: Use, tree: Path) -> None:
    cut = "[cut to 4 entries; give path=DIRECTORY for what one holds or raise limit]"
    assert use("tree", limit=4)[0] == f"src/ (2 entries)\nblob\nnotes.md\nout@\n{cut}"
    (tree / "empty").mkdir()
    assert use("tree", path="empty") == ("[empty has no entries]", False)
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    (tree / ".gitignore").write_text("blob\n*.txt\n")
    text, _ = use("tree")
    assert text.endswith("[2 ignored entries left out; gitignore=false shows what git ignores]")
    assert "blob" not in text
    assert "blob" in use("tree", gitignore=False)[0]


def test_grep_names_the_file_on_each_hit(use: Use) -> None:
    assert use("grep", pattern=r"line 3\b") == ("src/main.py:3:line 3\nsrc/other.txt:1:other line 3", False)
    assert use("grep", pattern="line", output_mode="files_with_matches")[0] == "src/main.py\nsrc/other.txt"
    assert use("grep", pattern="line", output_mode="count")[0] == "src/main.py:10\nsrc/other.txt:1"


def test_grep_takes_bare_globs_anywhere(use: Use) -> None:
    assert use("grep", pattern="3", glob="*.txt")[0] == "src/other.txt:1:other line 3"
    assert use("grep", pattern="3", glob="!*.txt")[0] == "src/main.py:3:line 3"
    assert use("grep", pattern="3", glob="src/*.txt")[0] == "src/other.txt:1:other line 3"


def test_grep_prints_each_line_of_context_once(use: Use) -> None:
    text, _ = use("grep", pattern="line [358]$", path="src/main.py", context=1)
    assert text.splitlines() == [
        "src/main.py-2-line 2",
        "src/main.py:3:line 3",
        "src/main.py-4-line 4",
        "src/main.py:5:line 5",
        "src/main.py-6-line 6",
        "src/main.py-7-line 7",
        "src/main.py:8:line 8",
        "src/main.py-9-line 9",
    ]
    text, _ = use("grep", pattern="line [38]$|other", context=1)
    assert text.splitlines() == [
        "src/main.py-2-line 2",
        "src/main.py:3:line 3",
        "src/main.py-4-line 4",
        "--",
        "src/main.py-7-line 7",
        "src/main.py:8:line 8",
        "src/main.py-9-line 9",
        "--",
        "src/other.txt:1:other line 3",
    ]


def test_grep_pages(use: Use) -> None:
    text, _ = use("grep", pattern="line", limit=4)
    assert text.splitlines()[-1] == "[cut after 4; continue with offset=4, or narrow the search]"
    text, _ = use("grep", pattern="line", limit=20, offset=10)
    assert text == "src/other.txt:1:other line 3"
    assert use("grep", pattern="line", offset=50)[0] == "[no more matches]"


def test_grep_cuts_long_lines_around_the_hit(use: Use, tree: Path) -> None:
    (tree / "long").write_text("a" * 3000 + "needle" + "b" * 3000)
    text, _ = use("grep", pattern="needle")
    assert "needle" in text
    assert len(text) < 600
    assert text.startswith("long:1:[... 2,875 characters cut] ")
    assert text.endswith(" [... 2,631 characters cut]")


def test_grep_searches_across_lines(use: Use, tree: Path) -> None:
    text, _ = use("grep", pattern="line 3.line 4", multiline=True, context=1)
    assert text.splitlines() == [
        "src/main.py-2-line 2",
        "src/main.py:3:line 3",
        "src/main.py:4:line 4",
        "src/main.py-5-line 5",
    ]
    assert use("grep", pattern="line 3.line 4")[0].startswith("[no match")
    (tree / "long").write_text("begin\n" + "x\n" * 100_000 + "end\n")
    lines = use("grep", pattern="begin.*end", multiline=True)[0].splitlines()
    assert lines[49:] == ["long:50:x", "[... 99,952 lines of this hit cut]"]


def test_grep_shows_parts(use: Use) -> None:
    text, _ = use("grep", pattern=r"\d", only_matching=True, path="src/main.py", limit=2)
    assert text.startswith("src/main.py:1:1\nsrc/main.py:2:2\n[cut after 2")
    text, _ = use("grep", pattern="[ei]", only_matching=True, path="src/other.txt")
    assert text.splitlines() == [f"src/other.txt:1:{letter}" for letter in "eie"]
    count = use("grep", pattern="[ei]", only_matching=True, output_mode="count", path="src/other.txt")
    assert count[0] == "src/other.txt:3"


def test_grep_asks_for_types_and_words(use: Use) -> None:
    assert use("grep", pattern="3", type="py")[0] == "src/main.py:3:line 3"
    assert use("grep", pattern="3", type="!py")[0] == "src/other.txt:1:other line 3"
    text, failed = use("grep", pattern="3", type="python3")
    assert failed
    assert "did you mean 'py" in text
    assert use("grep", pattern="the|lin", word=True)[0].startswith("[no match")
    assert (
        use("grep", pattern="the|line", word=True, path="src/other.txt")[0] == "src/other.txt:1:other line 3"
    )


def test_grep_stops_in_each_file(use: Use) -> None:
    text, _ = use("grep", pattern="line", limit_per_file=2)
    assert text.splitlines() == [
        "src/main.py:1:line 1",
        "src/main.py:2:line 2",
        "src/other.txt:1:other line 3",
        "[1 file has more; raise limit_per_file]",
    ]


def test_links_out_of_the_root_are_not_searched(use: Use) -> None:
    assert "secret" not in use("grep", pattern="line 3")[0]


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "out", "src/../../secret"])
def test_paths_outside_the_root_are_refused(use: Use, path: str) -> None:
    for name, arguments in (
        ("read", {"path": path}),
        ("glob", {"pattern": "*", "path": os.path.dirname(path) + "/.." if path == "out" else path}),
        ("tree", {"path": path}),
        ("grep", {"pattern": "x", "path": path}),
        ("run", {"command": "pwd", "cwd": path}),
    ):
        text, failed = use(name, **arguments)
        assert failed
        assert "outside" in text


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("read", {"path": "missing"}, "missing: No such file or directory; find paths with glob"),
        ("read", {"path": "src"}, "src: is a directory: list it instead"),
        ("read", {"path": "blob"}, "blob is a binary file"),
        ("read", {}, "read: argument 'path' is missing: give a string"),
        ("read", {"path": 3}, "argument 'path' must be a string, got 3"),
        ("read", {"path": "notes.md", "offset": 0}, "argument 'offset' must be at least 1, got 0"),
        (
            "read",
            {"path": "notes.md", "lines": 3},
            "argument 'lines' is unknown; known: path, offset, limit, tail, token",
        ),
        ("read", {"path": "a\0b"}, "NUL"),
        ("read", {"path": ""}, "empty"),
        ("glob", {"pattern": "/etc/*"}, "must be relative"),
        ("glob", {"pattern": "*", "sort": "size"}, 'must be one of "mtime", "path"; got "size"'),
        ("grep", {"pattern": "("}, "pattern"),
        (
            "grep",
            {"pattern": "x", "path": "missing"},
            "missing: No such file or directory; find paths with glob",
        ),
        (
            "glob",
            {"pattern": "x", "path": "missing"},
            "missing: No such file or directory; find paths with glob",
        ),
        ("tree", {"path": "missing"}, "missing: No such file or directory; find paths with glob"),
        ("tree", {"path": "notes.md"}, "notes.md"),
        ("tree", {"depth": 0}, "argument 'depth' must be at least 1, got 0"),
        ("run", {"command": "true", "timeout": "soon"}, "argument 'timeout' must be a number, got \"soon\""),
        (
            "run",
            {"command": "true", "cwd": "missing"},
            "missing: No such file or directory; find paths with glob",
        ),
        ("run", {"command": "a\0b"}, "NUL"),
    ],
)
def test_failures_say_what_to_do(use: Use, name: str, arguments: dict[str, Any], words: str) -> None:
    text, failed = use(name, **arguments)
    assert failed
    assert words in text


def test_the_error_of_a_command_is_told_as_it_stands(use: Use) -> None:
    text, failed = use("run", command="true " + "x" * 3_000_000)
    assert failed
    assert text.startswith("cannot run '/bin/sh': it was given too long arguments")
    assert text.endswith("through input= or a file")


def test_run_shows_output_and_status(use: Use) -> None:
    text, failed = use("run", command="echo out; echo err >&2; exit 3")
    assert not failed
    assert text.startswith("out\n[stderr]\nerr\n[exit status 3; ")
    assert use("run", command="kill -9 $$")[0].startswith("[killed by signal 9; ")
    assert "[exit status 127; " in use("run", command="no-such-program")[0]
    assert use("run", command="basename $(pwd)", cwd="src")[0].startswith("src\n")


def test_run_has_no_input_and_a_clean_environment(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "hunter2")
    assert use("run", command="cat; echo $API_KEY; echo done")[0].startswith("\ndone\n[exit status 0; ")


def test_run_keeps_the_head_and_the_tail_of_long_output(use: Use) -> None:
    text, _ = use("run", command="echo first; yes middle | head -c 10000000; echo; echo last")
    assert len(text) < 31_000
    assert text.startswith("first\n")
    assert "bytes omitted" in text
    assert "\nlast\n[exit status 0; " in text


def test_run_ends_what_takes_too_long(use: Use) -> None:
    text, failed = use("run", command="echo started; sleep 1000", timeout=0.2)
    assert failed
    assert text.startswith("started\n[timed out after 0.2 s and was ended; raise timeout")


READING = ["read", "read_many", "glob", "grep", "tree", "stat"]
CHANGING = ["write", "edit", "multi_edit", "apply_patch", "move", "run"]


def test_a_read_only_server_has_only_tools_that_change_nothing(backend: str, tree: Path) -> None:
    with Root(tree, read_only=True) as root:
        assert list(build(root).tools) == READING
    with Root(tree) as root:
        assert list(build(root).tools) == READING + CHANGING


def test_annotations_and_descriptions_tell_what_is_dangerous(tree: Path) -> None:
    with Root(tree) as root:
        tools = {name: tool.listed() for name, tool in build(root).tools.items()}
    for name in READING:
        assert tools[name]["annotations"] == {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        }
    for name in CHANGING:
        assert tools[name]["annotations"] == {
            "readOnlyHint": False,
            "destructiveHint": True,
            "idempotentHint": name == "write",
            "openWorldHint": name == "run",
        }
    assert "NOT confined" in tools["run"]["description"]
