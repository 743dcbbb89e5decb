"""``toolrig serve`` as the official SDK's client sees it, in both eras."""

import os
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client


async def text_of(client: Client, tool: str, **arguments: object) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    return bool(result.is_error), result.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_every_tool_answers(backend: str, tmp_path: Path, mode: str, version: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("import os\n# needle\n")
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "toolrig", "serve", str(tmp_path)],
        env={**os.environ, "TOOLRIG_BACKEND": backend},
    )

    async def converse() -> None:
        with open(os.devnull, "w") as errors:
            async with Client(stdio_client(server, errlog=errors), mode=mode) as client:
                assert client.protocol_version == version
                assert client.server_info is not None
                assert client.server_info.name == "toolrig"
                tools = {tool.name: tool for tool in (await client.list_tools()).tools}
                assert len(tools) == 12
                assert tools["run"].annotations is not None
                assert tools["run"].annotations.destructive_hint is True
                assert await text_of(client, "read", path="src/main.py", offset=2) == (False, "# needle\n")
                assert await text_of(client, "glob", pattern="**/*.py") == (False, "src/main.py")
                assert await text_of(client, "tree") == (False, "src/\n  main.py")
                wrong, text = await text_of(client, "edit", path="src/main.py", old="import os\n", new="")
                assert not wrong
                assert "\n-import os\n" in text
                assert (tmp_path / "src" / "main.py").read_text() == "# needle\n"
                (tmp_path / "src" / "main.py").write_text("import os\n# needle\n")
                assert await text_of(client, "grep", pattern="n..dle") == (False, "src/main.py:2:# needle")
                failed, text = await text_of(client, "run", command="echo done; exit 3")
                assert not failed
                assert text.startswith("done\n[exit status 3; ")
                failed, text = await text_of(client, "read", path="../outside")
                assert failed
                assert "outside" in text

    anyio.run(converse)


FILE = "notes.txt"
CALLS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "claude": [
        ("Write", {"file_path": FILE, "content": "one\ntwo\n"}),
        ("Read", {"file_path": FILE, "limit": 1}),
        ("Edit", {"file_path": FILE, "old_string": "two", "new_string": "three"}),
        ("Glob", {"pattern": "*.txt"}),
        ("Grep", {"pattern": "three", "-n": True, "output_mode": "content"}),
        ("Bash", {"command": "cat notes.txt", "timeout": 60_000, "description": "Show it"}),
    ],
    "codex": [
        ("apply_patch", {"input": f"*** Begin Patch\n*** Add File: {FILE}\n+three\n*** End Patch\n"}),
        ("shell_command", {"command": "cp notes.txt notes.png", "timeout_ms": 60_000}),
        ("read_file", {"file_path": FILE}),
        ("list_dir", {"dir_path": ".", "depth": 1}),
        ("grep_files", {"pattern": "three"}),
        ("view_image", {"path": "notes.png"}),
    ],
    "gemini": [
        ("write_file", {"file_path": FILE, "content": "one\ntwo\n"}),
        ("replace", {"file_path": FILE, "old_string": "two", "new_string": "three", "instruction": "Count."}),
        ("read_file", {"file_path": FILE, "start_line": 2, "end_line": 2}),
        ("read_many_files", {"include": ["*.txt"]}),
        ("glob", {"pattern": "*.txt", "respect_git_ignore": False}),
        ("grep_search", {"pattern": "THREE", "total_max_matches": 5}),
        ("list_directory", {"dir_path": "."}),
        ("run_shell_command", {"command": "cat notes.txt", "description": "Show it"}),
    ],
    "filesystem": [
        ("write_file", {"path": FILE, "content": "one\ntwo\n"}),
        ("edit_file", {"path": FILE, "edits": [{"oldText": "two", "newText": "three"}], "dryRun": True}),
        ("edit_file", {"path": FILE, "edits": [{"oldText": "two", "newText": "three"}]}),
        ("read_file", {"path": FILE}),
        ("read_text_file", {"path": FILE, "tail": 1}),
        ("read_media_file", {"path": FILE}),
        ("read_multiple_files", {"paths": [FILE, FILE]}),
        ("create_directory", {"path": "a/b"}),
        ("list_directory", {"path": "."}),
        ("list_directory_with_sizes", {"path": ".", "sortBy": "size"}),
        ("directory_tree", {"path": "."}),
        ("search_files", {"path": ".", "pattern": "**/*.txt", "excludePatterns": []}),
        ("get_file_info", {"path": FILE}),
        ("list_allowed_directories", {}),
        ("move_file", {"source": FILE, "destination": "a/b/notes.txt"}),
    ],
}


@pytest.mark.parametrize("preset", CALLS)
def test_every_preset_is_listed_and_answers(backend: str, tmp_path: Path, preset: str) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "toolrig", "serve", "--preset", preset, str(tmp_path)],
        env={**os.environ, "TOOLRIG_BACKEND": backend},
    )

    async def converse() -> None:
        with open(os.devnull, "w") as errors:
            async with Client(stdio_client(server, errlog=errors)) as client:
                tools = {tool.name for tool in (await client.list_tools()).tools}
                assert tools == {name for name, _ in CALLS[preset]}
                for name, arguments in CALLS[preset]:
                    result = await client.call_tool(name, arguments)
                    assert not result.is_error, (name, result.content)
                    assert result.content

    anyio.run(converse)
    kept = tmp_path / ("a/b/notes.txt" if preset == "filesystem" else FILE)
    assert kept.read_text().endswith("three\n")
