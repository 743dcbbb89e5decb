"""The preset that server-filesystem's clients know."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.serving import Use, serving, snapshot
from toolrig import Root
from toolrig.serve import build


@pytest.fixture
def filesystem(backend: str, tree: Path) -> Iterator[Use]:
    with serving(tree, "filesystem") as use:
        yield use


def test_filesystem_reads_the_head_and_the_tail(filesystem: Use) -> None:
    for name in ("read_file", "read_text_file"):
        assert filesystem(name, path="src/main.py", head=1)[0] == "line 1\n[lines 1-1 of 10; raise head]"
        assert filesystem(name, path="src/main.py", tail=1)[0] == "line 10\n[lines 10-10 of 10]"
    text, _ = filesystem("read_multiple_files", paths=["notes.md", "missing"])
    assert (
        text
        == "==> notes.md <==\n# Notes\n\n==> missing <==\n[could not be read: No such file or directory]\n"
    )


def test_filesystem_edits_in_turn_or_shows_what_it_would_do(filesystem: Use, tree: Path) -> None:
    edits = [{"oldText": "# Notes", "newText": "# Note"}, {"oldText": "Note", "newText": "Title"}]
    before = snapshot(tree)
    text, _ = filesystem("edit_file", path="notes.md", edits=edits, dryRun=True)
    assert "+# Title" in text
    assert snapshot(tree) == before
    assert filesystem("edit_file", path="notes.md", edits=edits)[1] is False
    assert (tree / "notes.md").read_text() == "# Title\n"
    text, failed = filesystem("edit_file", path="notes.md", edits=[{"oldText": "a"}])
    assert failed
    assert "argument 'edits[0].newText' is missing" in text


def test_filesystem_makes_and_moves(filesystem: Use, tree: Path) -> None:
    for _ in range(2):
        assert filesystem("create_directory", path="a/b/c") == ("a/b/c is a directory", False)
    assert filesystem("move_file", source="notes.md", destination="a/b/c/notes.md")[1] is False
    text, failed = filesystem("move_file", source="blob", destination="a/b/c/notes.md")
    assert failed
    assert text == "a/b/c/notes.md: is there already"
    assert filesystem("write_file", path="blob", content="text")[0] == "replaced blob: 1 line, 4 bytes"


def test_filesystem_lists(filesystem: Use, tree: Path) -> None:
    (tree / "odd\nname").touch()
    text, _ = filesystem("list_directory", path=".")
    assert text.splitlines() == [
        "[FILE] blob",
        "[FILE] notes.md",
        "[FILE] odd\\nname",
        "[LINK] out",
        "[DIR] src",
    ]
    text, _ = filesystem("list_directory_with_sizes", path="src", sortBy="size")
    assert text.splitlines() == [
        "[FILE] main.py (71 bytes)",
        "[FILE] other.txt (13 bytes)",
        "[2 files of 84 bytes together, 0 directories]",
    ]
    assert "sortBy" in filesystem("list_directory_with_sizes", path="src", sortBy="time")[0]
    assert filesystem("list_allowed_directories") == (f"Allowed directories:\n{tree}", False)
    assert "kind: directory" in filesystem("get_file_info", path="src")[0]
    assert "[token" not in filesystem("get_file_info", path="blob")[0]
    (tree / "many").mkdir()
    for number in range(1200):
        (tree / "many" / str(number)).touch()
    text, _ = filesystem("list_directory", path="many")
    assert text.endswith("[1,000 entries of 1,200; find others by pattern with search_files]")


def test_filesystem_finds_files_and_directories(filesystem: Use) -> None:
    assert filesystem("search_files", path=".", pattern="**/*.*") == (
        "notes.md\nsrc/main.py\nsrc/other.txt",
        False,
    )
    assert filesystem("search_files", pattern="s*")[0] == "src"
    text, _ = filesystem("search_files", path="src", pattern="*", excludePatterns=["*.py"])
    assert text == "src/other.txt"


def test_filesystem_shows_a_tree_as_json(filesystem: Use, tree: Path) -> None:
    nodes = json.loads(filesystem("directory_tree", path=".")[0])
    source = {
        "name": "src",
        "type": "directory",
        "children": [{"name": "main.py", "type": "file"}, {"name": "other.txt", "type": "file"}],
    }
    assert nodes == [
        {"name": "blob", "type": "file"},
        {"name": "notes.md", "type": "file"},
        {"name": "out", "type": "symlink"},
        source,
    ]
    assert json.loads(filesystem("directory_tree", path="src")[0]) == source["children"]
    for excluded in (["src"], ["src/*", "src"], ["s*"]):
        left = json.loads(filesystem("directory_tree", path=".", excludePatterns=excluded)[0])
        assert left == nodes[:3]
    left = json.loads(filesystem("directory_tree", excludePatterns=["main.py"])[0])
    assert left[3]["children"] == [{"name": "other.txt", "type": "file"}]


def test_filesystem_cuts_a_tree_and_says_so(filesystem: Use, tree: Path) -> None:
    (tree / "src" / "many").mkdir()
    for number in range(2000):
        (tree / "src" / "many" / f"{number:04}").touch()
    text, _ = filesystem("directory_tree", path=".")
    shown, _, note = text.rpartition("\n")
    assert note == "[cut to 1,000 entries of 2,007; give path=DIRECTORY for what one holds]"
    many = next(node for node in json.loads(shown)[3]["children"] if node["name"] == "many")
    assert len(many["children"]) == 993
    assert many["omitted"] == 1007


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    ("preset", "tool", "name", "kind", "mime"),
    [
        ("filesystem", "read_media_file", "a.PNG", "image", "image/png"),
        ("filesystem", "read_media_file", "a.mp3", "audio", "audio/mpeg"),
        ("filesystem", "read_media_file", "a b.bin", "resource", "application/octet-stream"),
        ("codex", "view_image", "a.webp", "image", "image/webp"),
    ],
)
def test_media_come_as_content_of_their_kind(
    backend: str, tree: Path, preset: str, tool: str, name: str, kind: str, mime: str
) -> None:
    (tree / name).write_bytes(PIXEL)
    with Root(tree) as root:
        params = {"name": tool, "arguments": {"path": name}}
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        reply = build(root, preset).core().handle(json.dumps(request).encode())
    assert reply is not None
    (block,) = json.loads(reply)["result"]["content"]
    assert block["type"] == kind
    found = block["resource"] if kind == "resource" else block
    assert found["mimeType"] == mime
    assert base64.b64decode(found["blob" if kind == "resource" else "data"]) == PIXEL
    if kind == "resource":
        assert found["uri"] == (tree / name).as_uri()


def test_media_have_a_bound(filesystem: Use, tree: Path) -> None:
    with (tree / "film.png").open("wb") as film:
        film.truncate(10 * 1024 * 1024 + 1)
    text, failed = filesystem("read_media_file", path="film.png")
    assert failed
    assert text == "film.png is larger than 10 MiB, the most that is shown"
