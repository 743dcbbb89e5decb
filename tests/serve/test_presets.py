"""The presets: names and arguments as their models know them, over the same actions."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.serve.serving import Use, serving
from toolrig import Root
from toolrig.serve import build
from toolrig.serve._preset import PRESETS, offers

# Tools with their arguments, those that must be given first; "!" marks a tool that changes something.
CONVENTIONS = {
    "claude": {
        "Read": "file_path | offset limit",
        "Write!": "file_path content |",
        "Edit!": "file_path old_string new_string | replace_all",
        "Glob": "pattern | path",
        "Grep": "pattern | path glob type output_mode -B -A -C context -n -i -o multiline head_limit offset",
        "Bash!": "command | timeout description",
    },
    "codex": {
        "shell_command!": "command | workdir timeout_ms",
        "apply_patch!": "input |",
        "read_file": "file_path | offset limit",
        "list_dir": "| dir_path depth limit",
        "grep_files": "pattern | include path limit",
        "view_image": "path |",
    },
    "gemini": {
        "read_file": "file_path | start_line end_line",
        "read_many_files": "include | exclude",
        "write_file!": "file_path content |",
        "replace!": "file_path old_string new_string | instruction allow_multiple",
        "glob": "pattern | dir_path respect_git_ignore",
        "grep_search": "pattern | dir_path include_pattern names_only case_sensitive fixed_strings context "
        "before after no_ignore max_matches_per_file total_max_matches",
        "list_directory": "dir_path | ignore respect_git_ignore",
        "run_shell_command!": "command | description dir_path",
    },
    "filesystem": {
        "read_file": "path | head tail",
        "read_text_file": "path | head tail",
        "read_media_file": "path |",
        "read_multiple_files": "paths |",
        "write_file!": "path content |",
        "edit_file!": "path edits | dryRun",
        "create_directory!": "path |",
        "list_directory": "path |",
        "list_directory_with_sizes": "path | sortBy",
        "directory_tree": "| path excludePatterns gitignore",
        "move_file!": "source destination |",
        "search_files": "pattern | path excludePatterns gitignore",
        "get_file_info": "path |",
        "list_allowed_directories": "|",
    },
}


@pytest.fixture
def claude(backend: str, tree: Path) -> Iterator[Use]:
    with serving(tree, "claude") as use:
        yield use


@pytest.fixture
def codex(backend: str, tree: Path) -> Iterator[Use]:
    with serving(tree, "codex") as use:
        yield use


@pytest.fixture
def gemini(backend: str, tree: Path) -> Iterator[Use]:
    with serving(tree, "gemini") as use:
        yield use


def listed(tree: Path, preset: str, *, read_only: bool = False) -> dict[str, Any]:
    with Root(tree, read_only=read_only) as root:
        return {name: tool.listed() for name, tool in build(root, preset).tools.items()}


# What all presets have in common


@pytest.mark.parametrize("preset", CONVENTIONS)
def test_tools_and_arguments_are_those_of_the_convention(tree: Path, preset: str) -> None:
    shown = {}
    for name, tool in listed(tree, preset).items():
        schema = tool["inputSchema"]
        required = schema.get("required", [])
        optional = [argument for argument in schema["properties"] if argument not in required]
        mark = "" if tool["annotations"]["readOnlyHint"] else "!"
        shown[name + mark] = (set(required), set(optional))
    expected = {}
    for name, arguments in CONVENTIONS[preset].items():
        required, _, optional = arguments.partition("|")
        expected[name] = (set(required.split()), set(optional.split()))
    assert shown == expected


@pytest.mark.parametrize("preset", PRESETS)
def test_read_only_roots_offer_exactly_what_changes_nothing(tree: Path, preset: str) -> None:
    everything = listed(tree, preset)
    reading = [name for name, tool in everything.items() if tool["annotations"]["readOnlyHint"]]
    assert list(listed(tree, preset, read_only=True)) == reading
    assert reading


@pytest.mark.parametrize("preset", PRESETS)
def test_every_tool_is_described(tree: Path, preset: str) -> None:
    for name, tool in listed(tree, preset).items():
        assert tool["title"]
        assert len(tool["description"]) > 40, name
        assert set(tool["annotations"]) == {
            "readOnlyHint",
            "destructiveHint",
            "idempotentHint",
            "openWorldHint",
        }
        jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
        assert tool["inputSchema"]["additionalProperties"] is False
        for argument, schema in tool["inputSchema"]["properties"].items():
            assert schema["description"], f"{name}.{argument}"
        for foreign in ("gitignore=false", "read_many", "multi_edit"):
            assert preset == "toolrig" or foreign not in tool["description"]


STRANGE = [None, True, -1, 0, 10**30, 1e300, 0.5, "", "\0", "\ud800", "x" * 5000, "**/" * 200, [], [None], {}]


@pytest.mark.parametrize("preset", PRESETS)
def test_strange_arguments_are_refused_or_taken_but_break_nothing(
    backend: str, tree: Path, preset: str
) -> None:
    schemas = {name: tool["inputSchema"] for name, tool in listed(tree, preset).items()}
    with serving(tree, preset) as use:
        for name, schema in schemas.items():
            usual = {
                argument: _usual(schema["properties"][argument]) for argument in schema.get("required", [])
            }
            for argument in schema["properties"]:
                for value in [*STRANGE, *([[[]], [{}], ["", "\0"]] if argument.endswith("s") else [])]:
                    text, _ = use(name, usual, **{argument: value})
                    assert "internal error" not in text, (name, argument, value)


def _usual(schema: dict[str, Any]) -> Any:
    return "src" if schema["type"] == "string" else []


def test_an_unknown_preset_is_told_with_those_there_are(tree: Path) -> None:
    with pytest.raises(ValueError, match="'cursor' is unknown: use one of toolrig, claude, codex"):
        offers("cursor")
    with Root(tree) as root, pytest.raises(ValueError, match="'\\.\\./x' is unknown"):
        build(root, "../x")


@pytest.mark.parametrize(
    ("preset", "tool", "arguments", "finder"),
    [
        ("claude", "Read", {"file_path": "missing"}, "Glob"),
        ("codex", "read_file", {"file_path": "missing"}, "list_dir"),
        ("gemini", "read_file", {"file_path": "missing"}, "glob"),
        ("filesystem", "get_file_info", {"path": "missing"}, "search_files"),
    ],
)
def test_remedies_name_the_tools_of_the_preset(
    tree: Path, preset: str, tool: str, arguments: dict[str, Any], finder: str
) -> None:
    with serving(tree, preset) as use:
        text, failed = use(tool, arguments)
    assert failed
    assert text == f"missing: No such file or directory; find paths with {finder}, relative to the root"


# Claude


def test_claude_reads_writes_and_edits(claude: Use, tree: Path) -> None:
    text, _ = claude("Read", file_path=str(tree / "src" / "main.py"), offset=2, limit=2)
    assert text == "line 2\nline 3\n[lines 2-3 of 10; continue with offset=4]"
    assert claude("Write", file_path="new/file", content="a\n") == (
        "created new/file: 1 line, 2 bytes",
        False,
    )
    text, _ = claude("Edit", file_path="new/file", old_string="a", new_string="b")
    assert text.endswith("-a\n+b\n[replaced 1 occurrence in new/file, line 1]")
    assert (tree / "new" / "file").read_text() == "b\n"


def test_claude_finds(claude: Use, tree: Path) -> None:
    assert claude("Glob", pattern="**/*.*")[0] == "src/other.txt\nsrc/main.py\nnotes.md"
    for number in range(150):
        (tree / f"{number}.log").touch()
    text, _ = claude("Glob", pattern="*.log")
    assert text.endswith("\n[100 paths of 150; narrow the pattern]")
    (tree / ".gitignore").write_text("*.log\n")
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    assert claude("Glob", pattern="*.log")[0] == "[no file matches]\n[150 ignored entries left out]"


def test_claude_searches_for_paths_unless_told_otherwise(claude: Use) -> None:
    assert claude("Grep", pattern="LINE 3")[0].startswith("[no match in ")
    assert claude("Grep", {"pattern": "LINE 3", "-i": True})[0] == "src/main.py\nsrc/other.txt"
    assert claude("Grep", pattern="line", output_mode="count")[0] == "src/main.py:10\nsrc/other.txt:1"
    content = {"pattern": "line 5", "output_mode": "content"}
    assert claude("Grep", content)[0] == "src/main.py:5:line 5"
    assert claude("Grep", content, **{"-n": False})[0] == "src/main.py:line 5"
    assert claude("Grep", content, **{"-B": 1})[0] == "src/main.py-4-line 4\nsrc/main.py:5:line 5"
    assert claude("Grep", content, **{"-A": 1})[0] == "src/main.py:5:line 5\nsrc/main.py-6-line 6"
    around = "src/main.py-4-line 4\nsrc/main.py:5:line 5\nsrc/main.py-6-line 6"
    assert claude("Grep", content, **{"-C": 1})[0] == around
    assert claude("Grep", content, context=1)[0] == around
    unnumbered = "src/main.py-line 4\nsrc/main.py:line 5\nsrc/main.py-line 6"
    assert claude("Grep", content, **{"-C": 1, "-n": False})[0] == unnumbered
    text, _ = claude("Grep", pattern="line", output_mode="content", head_limit=2)
    assert text.endswith("[cut after 2; continue with offset=2, or narrow the search]")
    text, _ = claude("Grep", pattern="line", output_mode="content", head_limit=2, offset=2)
    assert text.startswith("src/main.py:3:line 3")
    assert claude("Grep", content, **{"-o": True})[0] == "src/main.py:5:line 5"
    assert claude("Grep", pattern=r"ine 3\b", type="txt")[0] == "src/other.txt"
    assert claude("Grep", pattern="3.line 4")[0].startswith("[no match")
    assert claude("Grep", pattern="3.line 4", multiline=True)[0] == "src/main.py"


def test_claude_gives_milliseconds(claude: Use) -> None:
    text, failed = claude("Bash", command="echo begun; sleep 1000", timeout=200, description="Wait")
    assert failed
    assert text.startswith("begun\n[timed out after 0.2 s and was ended; raise timeout; ")
    text, failed = claude("Bash", command="true", timeout=600_001)
    assert failed
    assert "argument 'timeout' must be at most 600000, got 600001" in text
    assert claude("Bash", command="true", run_in_background=True)[1]


# Codex


def test_codex_runs_patches_and_reads(codex: Use, tree: Path) -> None:
    text, failed = codex("shell_command", command="basename $(pwd)", workdir="src", timeout_ms=5000)
    assert not failed
    assert text.startswith("src\n[exit status 0; ")
    patch = "*** Begin Patch\n*** Add File: new.txt\n+new\n*** End Patch\n"
    assert codex("apply_patch", input=patch) == ("add new.txt (+1 -0)\n[1 file changed]", False)
    assert codex("read_file", file_path="new.txt") == ("new\n", False)


def test_codex_lists_two_levels_and_searches_for_paths(codex: Use, tree: Path) -> None:
    (tree / "src" / "deep").mkdir()
    (tree / "src" / "deep" / "er").touch()
    text, _ = codex("list_dir")
    assert text == "src/\n  deep/ (1 entry)\n  main.py\n  other.txt\nblob\nnotes.md\nout@"
    assert codex("list_dir", dir_path="src", depth=1, limit=5)[0].startswith("src/deep/")
    assert codex("grep_files", pattern="line 3", include="*.py") == ("src/main.py", False)


def test_codex_views_images_only(codex: Use, tree: Path) -> None:
    text, failed = codex("view_image", path="notes.md")
    assert failed
    assert "notes.md is no image by its name" in text


# Gemini


def test_gemini_reads_from_line_to_line(gemini: Use, tree: Path) -> None:
    text, _ = gemini("read_file", file_path="src/main.py", start_line=3, end_line=4)
    assert text == "line 3\nline 4\n[lines 3-4 of 10; continue with start_line=5]"
    assert gemini("read_file", file_path="src/main.py", end_line=1)[0].startswith("line 1\n[lines 1-1 of 10")
    text, failed = gemini("read_file", file_path="src/main.py", start_line=3, end_line=2)
    assert failed
    assert text == "end_line 2 comes before start_line 3"
    text, _ = gemini("read_file", file_path="src/main.py", start_line=99)
    assert text == "[the file has 10 lines; start_line 99 is past its end]"


def test_gemini_reads_what_matches(gemini: Use, tree: Path) -> None:
    text, _ = gemini("read_many_files", include=["src/**", "*.md"], exclude=["**/*.py"])
    assert text == "==> notes.md <==\n# Notes\n\n==> src/other.txt <==\nother line 3\n"
    assert gemini("read_many_files", include=["*.rs"]) == ("[no file matches]", False)


def test_gemini_replaces_and_writes(gemini: Use, tree: Path) -> None:
    arguments = {
        "file_path": "src/main.py",
        "old_string": "line",
        "new_string": "row",
        "instruction": "Rename.",
    }
    text, failed = gemini("replace", arguments)
    assert failed
    assert "10 times, not once" in text
    text, _ = gemini("replace", arguments, allow_multiple=True)
    assert text.endswith("[replaced 10 occurrences in src/main.py, line 1]")
    assert gemini("write_file", file_path="a", content="b")[0] == "created a: 1 line, 1 bytes"


def test_gemini_searches_without_regard_to_case(gemini: Use) -> None:
    assert gemini("grep_search", pattern="LINE 5")[0] == "src/main.py:5:line 5"
    assert gemini("grep_search", pattern="LINE 5", case_sensitive=True)[0].startswith("[no match")
    assert gemini("grep_search", pattern="line 5", names_only=True)[0] == "src/main.py"
    text, _ = gemini("grep_search", pattern="line", include_pattern="*.py", total_max_matches=1, before=1)
    assert text == "src/main.py:1:line 1\n[cut after 1; narrow the search]"
    text, _ = gemini("grep_search", pattern="line", max_matches_per_file=1)
    assert text.splitlines()[1:] == [
        "src/other.txt:1:other line 3",
        "[1 file has more; raise max_matches_per_file]",
    ]
    assert gemini("grep_search", pattern="line.5", fixed_strings=True)[0].startswith("[no match")


def test_gemini_lists_with_git_s_view(gemini: Use, tree: Path) -> None:
    text, _ = gemini("list_directory", dir_path="src", ignore=["*.txt"])
    assert text == "[FILE] main.py (71 bytes)\n[1 files of 71 bytes together, 0 directories]"
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    (tree / ".gitignore").write_text("blob\n")
    text, _ = gemini("list_directory", dir_path=".")
    assert "blob" not in text
    assert "[DIR] .git" not in text
    assert "[1 ignored entry left out; respect_git_ignore=false shows what git ignores]" in text
    assert "[FILE] blob (14 bytes)" in gemini("list_directory", dir_path=".", respect_git_ignore=False)[0]
    text, _ = gemini("grep_search", pattern="line 3", names_only=True)
    assert text.endswith("[1 ignored entry left out; no_ignore=true shows what git ignores]")
