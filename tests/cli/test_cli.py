"""The command line: what it prints, and the exit status it ends with."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from toolrig.cli import main


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text("import os  # TODO: less\n")
    return tmp_path


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in ("serve", "walk", "demo", "call", "doctor"):
        assert command in out
        assert main([command, "--help"]) == 0
        assert f"usage: toolrig {command}" in capsys.readouterr().out
    assert main([]) == 2


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"toolrig {version('toolrig')}\n"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["walz"], "unknown command 'walz'"),
        (["serve", "--readonly"], "unknown option --readonly"),
        (["serve", "a", "b"], "unexpected 'b'"),
        (["serve", "--read-only=yes"], "takes no value"),
        (["serve", "-r"], "unknown option -r"),
        (["serve", "--preset"], "option --preset needs a value"),
        (["serve", "--preset", "cursor"], "preset 'cursor' is unknown: use one of toolrig, claude, codex, "),
        (["call"], "missing TOOL"),
        (["call", "read", "--root"], "needs a value"),
    ],
)
def test_what_is_not_understood_is_named(
    capsys: pytest.CaptureFixture[str], argv: list[str], words: str
) -> None:
    assert main(argv) == 2
    assert words in capsys.readouterr().err


def test_call_prints_the_result(backend: str, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = ["--root", str(tree)]
    assert main(["call", "read", *root, "--arg", "path=main.py", "--arg", "limit=1"]) == 0
    assert capsys.readouterr().out == "import os  # TODO: less\n\n"
    assert main(["call", "grep", *root, "--pattern", "todo", "--ignore_case", "true"]) == 0
    assert capsys.readouterr().out == "main.py:1:import os  # TODO: less\n"


def test_a_value_may_look_like_an_option(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "--odd").mkdir()
    (tree / "--odd" / "options.txt").write_text("use -h or --help\n")
    root = ["--root", str(tree)]
    for pattern in ("-h", "--help"):
        assert main(["call", "grep", *root, "--pattern", pattern, "--output_mode", "count"]) == 0
        assert capsys.readouterr().out == "--odd/options.txt:1\n"


def test_a_root_may_look_like_an_option(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "--odd").mkdir()
    (tree / "--odd" / "a.txt").write_text("here\n")
    monkeypatch.chdir(tree)
    assert main(["call", "read", "--root=--odd", "--path", "a.txt"]) == 0
    assert capsys.readouterr().out == "here\n\n"


@pytest.mark.parametrize("argv", [["demo"], ["call", "glob", "--pattern", "*"]])
def test_modules_in_the_current_directory_are_not_run(
    backend: str,
    tree: Path,
    argv: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in ("toolrig.py", "signal.py"):
        (tree / module).write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(tree)
    assert main(argv) == 0
    assert "toolrig.py" in capsys.readouterr().out
    assert not (tree / "ran").exists()


def test_call_waits_as_long_as_the_tool_may_take(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from toolrig.mcp import Client
    from toolrig.serve._run import TIMEOUT_MOST

    waits = []
    request = Client.request

    def recording(self: Client, method: str, params: Any = None, *, timeout: float | None = None) -> Any:
        if method == "tools/call":
            waits.append(timeout)
        return request(self, method, params, timeout=timeout)

    monkeypatch.setattr(Client, "request", recording)
    assert main(["call", "run", "--root", str(tree), "--command", "true"]) == 0
    assert len(waits) == 1
    assert waits[0] > TIMEOUT_MOST


def test_call_tells_failures(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = ["--root", str(tree)]
    assert main(["call", "read", *root, "--path", "missing"]) == 1
    assert "No such file" in capsys.readouterr().out
    assert main(["call", "reed", *root]) == 2
    assert "there are read, read_many, glob, grep, tree, stat, write, " in capsys.readouterr().err
    assert main(["call", "read", *root, "--path", "main.py", "--limit", "few"]) == 2
    assert "give a JSON integer" in capsys.readouterr().err
    assert main(["call", "run", *root, "--command", "true", "--timeout", "NaN"]) == 2
    assert "give a JSON number" in capsys.readouterr().err
    assert main(["call", "read", *root, "--arg", "path"]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err
    assert main(["call", "read", "--root", str(tree / "missing"), "--path", "x"]) == 1
    assert "missing" in capsys.readouterr().err


def script(*argv: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own, with a buffered standard output."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-m", "toolrig", *argv]
    env.update(options.pop("env", {}))
    return subprocess.run(command, env=env, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("argv", [["--help"], ["--version"], ["doctor"]])
def test_output_that_is_not_taken_is_told_without_a_traceback(argv: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = script(*argv, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")
    with open("/dev/full", "w") as full:
        done = script(*argv, stdout=full)
    assert done.returncode == 1
    assert done.stderr == f"toolrig {argv[0]}: [Errno 28] No space left on device\n"


def test_output_is_escaped_where_its_encoding_lacks_a_character(tree: Path) -> None:
    (tree / os.fsdecode(b"\xff")).write_text("é\n")
    for encoding, name, text in [("ascii", "\\udcff", "\\xe9"), ("utf-8", "\\udcff", "é")]:
        done = script(
            *["call", "grep", "--root", str(tree), "--pattern", "[^ -~]"],
            env={"PYTHONIOENCODING": encoding},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert (done.stdout, done.stderr) == (f"{name}:1:{text}\n", "")


def test_demo_calls_every_tool(backend: str, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(tree)]) == 0
    out = capsys.readouterr().out
    for call in ("tree(", "glob(", "grep(", "read(path='main.py'", "read_many(", "stat(", "run("):
        assert call in out
    for call in ("write(", "edit(", "multi_edit(", "apply_patch(", "move("):
        assert call in out
    assert not (tree / "docs").exists()
    assert "main.py:1:import os  # TODO: less" in out
    assert "All tools answered." in out


def test_demo_copes_with_an_empty_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", str(tmp_path)]) == 0
    assert "All tools answered." in capsys.readouterr().out


def test_doctor_names_each_engine(backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    from toolrig._backend import KERNELS

    assert main(["doctor"]) == 0
    rows = capsys.readouterr().out.splitlines()
    for kernel in KERNELS:
        row = next(row for row in rows if f"  {kernel}  " in row)
        assert f"  {backend}  " in row
        assert ("TOOLRIG_BACKEND=pure" in row) == (backend == "pure")


def test_an_unknown_backend_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "toolrig", "doctor"],
        env={**os.environ, "TOOLRIG_BACKEND": "rust"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "'auto', 'native' or 'pure'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_installed_script_works(tree: Path) -> None:
    script = os.path.join(os.path.dirname(sys.executable), "toolrig")
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    done = subprocess.run(
        [script, "serve", str(tree)], input=json.dumps(request) + "\n", capture_output=True, text=True
    )
    assert len(json.loads(done.stdout)["result"]["tools"]) == 12
