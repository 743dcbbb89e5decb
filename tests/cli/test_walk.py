"""``toolrig walk``: what it writes to programs and to terminals, and how it ends."""

import json
import os
import pty
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from toolrig import tree as draw
from toolrig import walk
from toolrig.cli import main

WALK = [sys.executable, "-m", "toolrig", "walk"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for number, (path, size) in enumerate(
        [("src/main.py", 30), ("src/deep/er.py", 10), ("README.md", 20), (".env", 1), ("debug.log", 5)]
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x" * size)
        os.utime(root / path, (number * 86400, number * 86400))
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / ".gitignore").write_text("*.log\n")
    os.utime(root / ".gitignore", (0, 0))
    return root


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More names than a pipe holds."""
    root = tmp_path_factory.mktemp("crowd")
    for number in range(600):
        (root / f"{number:0240}").touch()
    return root


def listed(root: Path, *options: str) -> "tuple[int, bytes, str]":
    """Run the command line here, and return its exit status, its output and its complaints."""
    out, errors = TextIOWrapper(BytesIO(), encoding="utf-8"), StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        status = main(["walk", *options, "--", str(root)])
        out.flush()
    return status, out.buffer.getvalue(), errors.getvalue()  # type: ignore[attr-defined]


def lines(root: Path, *options: str) -> list[str]:
    status, out, errors = listed(root, *options)
    assert (status, errors) == (0, "")
    return os.fsdecode(out).splitlines()


def test_a_short_option_may_lack_its_value() -> None:
    done = subprocess.run([*WALK, "-n"], capture_output=True, text=True)
    assert (done.returncode, done.stderr[:38]) == (2, "toolrig walk: option -n needs a value;")


def on_terminal(*argv: str, **env: str) -> tuple[int, str]:
    """Run the command line on a terminal of its own."""
    above, below = pty.openpty()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "LS_COLORS", "TERM")
    }
    process = subprocess.Popen(
        [*WALK, *argv], stdin=below, stdout=below, stderr=below, env={**environment, "TERM": "xterm", **env}
    )
    os.close(below)
    out = b""
    try:
        while piece := os.read(above, 65536):
            out += piece
    except OSError:  # Linux says EIO where others say end of file
        pass
    os.close(above)
    return process.wait(), out.decode().replace("\r\n", "\n")


def test_paths_are_those_of_the_library(backend: str, tree: Path) -> None:
    assert (
        set(lines(tree))
        == set(walk(tree))
        == {"src/main.py", "src/deep/er.py", "README.md", ".env", ".gitignore"}
    )
    assert set(lines(tree, "-I")) == set(walk(tree, gitignore=False))
    assert set(lines(tree, "--all")) == set(walk(tree, hidden="all"))
    assert set(lines(tree, "-H")) == set(walk(tree, hidden=False))
    assert set(lines(tree, "-d", "1")) == set(walk(tree, max_depth=1))
    assert set(lines(tree, "-kdir", "--kind=file")) == set(walk(tree, kinds=["dir", "file"]))
    assert set(lines(tree, "-m**/*.py", "--match", "!src/deep/**")) == {"src/main.py"}


def test_links_are_followed_when_asked(backend: str, tree: Path) -> None:
    (tree / "link").symlink_to("src")
    assert set(lines(tree, "-L")) == set(walk(tree, follow=True)) > {"link/main.py"}
    assert "link/main.py" not in lines(tree)
    assert lines(tree, "-x", "--sort=path") == sorted(walk(tree, same_device=True))


def test_orders(backend: str, tree: Path) -> None:
    by_path = sorted(walk(tree))
    assert lines(tree, "--sort", "path") == by_path
    assert lines(tree, "-rs", "path") == by_path[::-1]
    assert lines(tree, "-s", "mtime", "-n", "2") == [".env", "README.md"]
    assert lines(tree, "-s", "size", "-n1") == ["src/main.py"]
    assert lines(tree, "-rssize", "-n1") == [".env"]
    assert len(lines(tree, "-n3")) == 3


def test_long_lines_tell_kind_size_and_time(
    backend: str, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "link").symlink_to("src")
    monkeypatch.setenv("TZ", "UTC")
    shown = lines(tree, "-l", "-k", "file", "-k", "symlink", "-k", "dir", "--sort=path")
    assert "-           30 1970-01-01 00:00 src/main.py" in shown
    assert [line[0] for line in shown] == list("---ldd--")
    assert set(lines(tree, "-l")) == set(lines(tree, "-ls", "path"))


def test_json_is_one_object_a_line(backend: str, tree: Path) -> None:
    with open(os.fsencode(tree) + b"/\xff\n", "wb"):
        pass
    found = {item["path"]: item for item in map(json.loads, lines(tree, "--json"))}
    assert set(found) == set(walk(tree))
    status = os.lstat(tree / "src/main.py")
    assert found["src/main.py"] == {
        "path": "src/main.py",
        "kind": "file",
        "size": 30,
        "mtime_ns": status.st_mtime_ns,
    }


def test_names_are_written_as_they_are_for_programs(backend: str, tmp_path: Path) -> None:
    raw = {b"new\nline", b"\xff\xfe", "ümlaut".encode(), b"red\x1b[31m"}
    for name in raw:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb"):
            pass
    status, out, _ = listed(tmp_path, "-0")
    assert (status, set(out.split(b"\0"))) == (0, raw | {b""})
    assert sorted(listed(tmp_path)[1]) == sorted(b"".join(name + b"\n" for name in raw))
    assert sorted(listed(tmp_path, "-0", "--color=always")[1]) == sorted(out)


def test_names_are_escaped_on_a_terminal(backend: str, tmp_path: Path) -> None:
    for name in (b"new\nline", b"\xff", "ümlaut".encode(), b"red\x1b[31m"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb"):
            pass
    for options in (["--color=never"], ["--sort=path", "-l", "--color=never"]):
        status, out = on_terminal(*options, str(tmp_path), PYTHONIOENCODING="utf-8")
        assert status == 0
        assert {line.split()[-1] for line in out.splitlines()} == {
            *("new\\nline", "\\xff", "ümlaut", "red\\x1b[31m"),
        }


def test_colours(backend: str, tree: Path) -> None:
    (tree / "link").symlink_to("src")
    some = ["-kdir", "-ksymlink", "-kfile", "-mlink", "-msrc", "-mREADME.md", str(tree)]
    painted = {"\x1b[01;34msrc\x1b[0m", "\x1b[01;36mlink\x1b[0m", "README.md"}
    assert set(on_terminal(*some)[1].splitlines()) == painted
    assert set(lines(tree, "--color", "always", *some[:-1])) == painted
    assert set(lines(tree, *some[:-1])) == {"src", "link", "README.md"}
    assert set(on_terminal(*some, NO_COLOR="1")[1].splitlines()) == {"src", "link", "README.md"}
    assert set(on_terminal(*some, TERM="dumb")[1].splitlines()) == {"src", "link", "README.md"}
    own = on_terminal(*some, LS_COLORS="di=35:ln=target:*.md=1;33:bad")[1]
    assert set(own.splitlines()) == {
        "\x1b[35msrc\x1b[0m",
        "\x1b[01;36mlink\x1b[0m",
        "\x1b[1;33mREADME.md\x1b[0m",
    }


def test_a_tree_is_drawn(backend: str, tree: Path) -> None:
    assert lines(tree, "--tree") == str(draw(tree)).splitlines()
    assert lines(tree, "-t", "-n", "2", "-d1") == str(draw(tree, limit=2, max_depth=1)).splitlines()
    assert json.loads("".join(lines(tree, "--tree", "--json")))["total"] == draw(tree).total


def test_counting(backend: str, tree: Path) -> None:
    assert lines(tree, "--count") == ["5"]
    assert listed(tree, "-c", "-m", "*.none") == (1, b"0\n", "")


def test_the_exit_status_tells_what_was_found(backend: str, tree: Path, public_directory: Path) -> None:
    assert listed(tree, "-m", "*.none") == (1, b"", "")
    status, out, errors = listed(tree / "missing")
    assert (status, out) == (2, b"")
    assert "missing" in errors
    (public_directory / "open").touch()
    (public_directory / "shut").mkdir(mode=0)
    script = (
        "import importlib, os, pkgutil, sys, toolrig\nfrom toolrig.cli import main\n"
        # Another user may not be able to read the modules: all that might be wanted is loaded before.
        "for module in pkgutil.walk_packages(toolrig.__path__, 'toolrig.'):\n"
        "    if not module.name.endswith(('__main__', '_windows')): importlib.import_module(module.name)\n"
        "if os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "sys.exit(main(['walk']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=public_directory, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "open\n"), done.stderr
    assert done.stderr == "toolrig walk: shut: Permission denied\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-q"], "unknown option -q"),
        (["-lq"], "unknown option -q"),
        (["-nfew"], "--limit 'few' is not a number from 0"),
        (["-d0"], "--depth '0' is not a number from 1"),
        (["--sort=name"], "--sort 'name' is not path, mtime, size"),
        (["-r"], "--reverse needs --sort"),
        (["--color=red"], "--color 'red' is not auto, always or never"),
        (["-kfiles"], "kind 'files' is unknown"),
        (["-m/etc"], "relative"),
        (["-0l"], "--null and --long do not go together"),
        (["-tl"], "--tree and --long do not go together"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path: Path, options: list[str], words: str) -> None:
    status, out, errors = listed(tmp_path, *options)
    assert (status, out) == (2, b"")
    assert words in errors


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("options", [[], ["-l"], ["-0"], ["--sort=path"], ["--json"]])
def test_a_broken_pipe_ends_it_quietly(
    backend: str, crowd: Path, options: list[str], unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    process = subprocess.Popen([*WALK, *options, str(crowd)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    assert os.read(process.stdout.fileno(), 10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_paths_come_while_the_walk_goes_on(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first batch is written before the second is asked for."""
    from toolrig.fs import Walk

    for number in range(500):
        (tmp_path / f"d{number % 9}").mkdir(exist_ok=True)
        (tmp_path / f"d{number % 9}" / str(number)).touch()
    reader, writer = os.pipe()
    seen = []
    batches = Walk.batches

    def watched(self: Walk) -> Any:
        for at, batch in enumerate(batches(self)):
            if at == 1:
                seen.append(os.read(reader, 1 << 16))
            yield batch

    monkeypatch.setattr(Walk, "batches", watched)
    with open(writer, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        main(["walk", str(tmp_path)])
    os.close(reader)
    assert len(seen[0].splitlines()) >= 64
