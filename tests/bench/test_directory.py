"""``toolrig bench`` on directories of users: equal answers, and every figure in the file it writes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from toolrig.bench import check, directory_cases
from toolrig.cli import main


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "deep" / "er").mkdir(parents=True)
    for number in range(6):
        (root / "deep" / f"file{number}.py").write_text("import os\n# TODO: less\nlast\nmore\n")
    (root / "deep" / "er" / "caf\xe9 name.txt").write_text("TODO\n")
    (root / "binary.bin").write_bytes(b"TODO\0\n")
    (root / ".hidden").write_text("TODO hidden\n")
    return root


def equal(root: Path, *, but: str = "", servers: bool = False) -> list[str]:
    """Check that all peers which are here answer alike, *but* those called so; return the names of the cases.

    Servers only where asked for: the official SDK's takes a second to start.
    """
    cases = directory_cases(str(root), "TODO")
    for case in cases:
        if case.name.startswith("MCP: ") and not servers:
            continue
        present = {peer.name for peer in case.peers if peer.call is not None}
        refused = check(case)
        assert not [name for name in present & set(refused) if not (but and but in name)], refused
    return [case.name for case in cases]


def test_all_peers_answer_alike(tree: Path) -> None:
    names = equal(tree, servers=True)
    assert names[0] == "walk 9 files"
    assert "glob **/*.py" in names
    assert "grep 'TODO' in 9 files" in names
    assert sum(name.startswith("MCP: ") for name in names) == 5


def test_links_are_listed_and_not_followed(tree: Path) -> None:
    os.symlink("deep", tree / "link")
    os.symlink("nowhere", tree / "dangling")
    assert equal(tree, but="rg --files")[0] == "walk 11 files"  # ripgrep leaves links out


def test_a_repository_is_listed_as_git_sees_it(tree: Path) -> None:
    (tree / ".gitignore").write_text("*.txt\nfile1.py\n")
    for argv in (["init", "-q"], ["add", "--", "deep/file0.py", "deep/file2.py"]):
        subprocess.run(["git", *argv], cwd=tree, check=True)
    (tree / "deep" / "file2.py").unlink()
    assert "walk what git does not ignore" in equal(tree)


def test_an_empty_directory_leaves_little_to_do(tmp_path: Path) -> None:
    assert equal(tmp_path) == ["walk 0 files", "grep 'TODO' in 0 files", "run echo, output captured"]


def test_the_command_prints_and_writes_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree, file = tmp_path / "tree", tmp_path / "figures.json"
    tree.mkdir()
    (tree / "short.py").write_text("import os\n")
    assert main(["bench", str(tree), "--word", "import", "--json", str(file)]) == 0
    out = capsys.readouterr().out
    record = json.loads(file.read_text())
    assert record["machine"]["toolrig"] in out or record["machine"]["python"] in out
    for case in record["cases"]:
        assert case["case"] in out
        ours = case["peers"][0]
        assert ours["column"] == "toolrig"
        assert len(ours["rounds"]) >= 3
        assert min(ours["rounds"]) == ours["best"] <= ours["median"]
        assert all("best" in peer or "refused" in peer for peer in case["peers"])


def test_what_is_no_directory_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing"
    assert main(["bench", str(missing)]) == 1
    assert f"{missing} is not a directory" in capsys.readouterr().err


def test_code_in_the_directory_does_not_run(tree: Path) -> None:
    trap = tree / "ran"
    for name in ("json.py", "mcp.py", "toolrig.py", "sitecustomize.py"):
        (tree / name).write_text(f"open({str(trap)!r}, 'w')\n")
    equal(tree, servers=True)
    assert not trap.exists()
