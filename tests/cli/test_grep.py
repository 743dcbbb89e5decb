"""``toolrig grep``: what it writes to programs and to terminals, and how it ends."""

import json
import os
import pty
import shutil
import subprocess
import sys
import sysconfig
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from toolrig import grep
from toolrig.cli import main

GREP = [sys.executable, "-m", "toolrig", "grep"]
RG = shutil.which("rg") or shutil.which("rg", path=sysconfig.get_path("scripts"))
FILES = {
    "a.py": b"import os\n\n\ndef one():\n    return os\n\n\ndef two():\n    return one() + one()\n# end",
    "b/c.txt": b"one\ntwo one\nthree\n\nONE\n",
    "b/d.md": b"nothing\n",
    ".hidden": b"one\n",
    "latin": b"caf\xe9 one\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "root"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    monkeypatch.chdir(root)
    return root


def run(*argv: str) -> tuple[int, bytes, str]:
    """Run the command line here, and return its exit status, its output and its complaints."""
    out, errors = TextIOWrapper(BytesIO(), encoding="utf-8"), StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        status = main(["grep", *argv])
        out.flush()
    return status, out.buffer.getvalue(), errors.getvalue()  # type: ignore[attr-defined]


def lines(*argv: str) -> list[str]:
    status, out, errors = run(*argv)
    assert (status, errors) == (0, "")
    return out.decode("utf-8", "surrogateescape").split("\n")[:-1]


def on_terminal(*argv: str, **env: str) -> tuple[int, str]:
    """Run the command line on a terminal of its own."""
    above, below = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [*GREP, "--sort=path", *argv],
        stdin=below,
        stdout=below,
        stderr=below,
        env={**environment, "TERM": "xterm", **env},
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


# ---- as ripgrep writes it ----

SAME = [
    *(
        "one",
        "-n one",
        "-i one",
        "-S one",
        "-S ONE",
        "-w one",
        "-v one",
        "-o one",
        "-no one",
        "-c one",
        "-l one",
    ),
    *(
        "-co one",
        "-F one()",
        "-e one -e two",
        "-n -C1 one",
        "-A1 one",
        "-B 2 -n one",
        "-n -C1 -m1 ONE",
        "-m1 one",
    ),
    *(
        "-g *.py one",
        "-g !*.py one",
        "-t py one",
        "-T py one",
        "-tpy -tmd o",
        "-U -n one\\n.*",
        "-n --column one",
    ),
    *(
        "--no-filename one",
        "-I -n one",
        "-H one",
        "-l0 one",
        "-c0 one",
        "-n0 one",
        "--heading -n one",
        "-nvC1 one",
    ),
    *("--heading -C0 -n one", "-cv one", "absent", "-noC1 one", "-U --multiline-dotall -n def.*return"),
    *("-inoU (?m)^one$", "-q one", "-q absent", "--column -U (?s)three.*?E"),
]


@pytest.mark.skipif(not RG, reason="ripgrep is not installed")
@pytest.mark.parametrize("options", SAME)
@pytest.mark.parametrize("paths", [["."], [], ["a.py"], ["b", "a.py"]])
def test_same_output_as_ripgrep(backend: str, tree: Path, options: str, paths: list[str]) -> None:
    given = options.split(" ")
    command = [str(RG), "--no-config", "--hidden", "--sort=path", *given, *(paths or ["./"])]
    theirs = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
    expected = theirs.stdout if paths else theirs.stdout.replace(b"./", b"")
    status, out, errors = run("--sort=path", *given, *paths)
    assert (out, status, errors) == (expected, theirs.returncode, "")


# ---- our own ----


def test_items_are_those_of_the_library(backend: str, tree: Path) -> None:
    found = [f"{match.path}:{match.text}" for match in grep("one", ".", offset=0)]
    assert lines("one", "--sort=path") == found
    assert lines("one", "--sort", "path", "--limit", "2") == found[:2]
    assert lines("one", "a.py", "b", "--limit=3") == [
        "a.py:def one():",
        "a.py:    return one() + one()",
        "b/c.txt:one",
    ]
    assert sorted(lines("one", "--no-hidden")) == sorted(line for line in found if line[0] != ".")
    assert lines("one", "a.py") == ["def one():", "    return one() + one()"]


def test_ignored_files(backend: str, tree: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], check=True)
    (tree / ".gitignore").write_text("*.txt\n")
    (tree / ".git/note").write_text("ONE\n")
    assert run("ONE") == (1, b"", "")
    assert lines("ONE", "--no-ignore") == ["b/c.txt:ONE"]
    assert lines("ONE", "--all") == [".git/note:ONE"]


def test_json_is_one_object_an_item(backend: str, tree: Path) -> None:
    found = [json.loads(line) for line in lines("--json", "one", "b", "-C1", "--sort=path")]
    wanted = grep("one", "b", before=1, after=1)
    assert found == [
        {**match._asdict(), "path": f"b/{match.path}", "before": [*match.before], "after": [*match.after]}
        for match in wanted
    ]
    assert [json.loads(line) for line in lines("--json", "-c", "one", "b")] == [
        {"path": "b/c.txt", "count": 2}
    ]
    assert [json.loads(line) for line in lines("--json", "-l", "one", "b")] == [{"path": "b/c.txt"}]
    (odd,) = (json.loads(line) for line in lines("--json", "caf"))
    assert odd["text"] == "caf\udce9 one"


def test_long_lines(backend: str, tree: Path) -> None:
    (tree / "long").write_text("x" * 100 + "needle" + "x" * 100)
    assert lines("-M20", "needle") == [
        f"long:[... 95 characters cut] xxxxxneedle{'x' * 9} [... 91 characters cut]"
    ]


def test_colours(backend: str, tree: Path) -> None:
    def path(name: str) -> str:
        return f"\x1b[35m{name}\x1b[0m"

    def hit(text: str) -> str:
        return f"\x1b[1;31m{text}\x1b[0m"

    assert lines("--color=always", "-n", "one", "b") == [
        f"{path('b/c.txt')}:\x1b[32m1\x1b[0m:{hit('one')}",
        f"{path('b/c.txt')}:\x1b[32m2\x1b[0m:two {hit('one')}",
    ]
    assert lines("--color=always", "-wiC1", "ONE", "b/c.txt")[2:] == ["three", "", hit("ONE")]
    assert lines("--color=always", "one.*", "a.py")[1] == f"    return {hit('one() + one()')}"
    assert lines("--color=always", "(?<=def )o", "a.py") == [f"def {hit('o')}ne():"]
    assert lines("--color=always", "-o", "one", "a.py") == [hit("one")] * 3
    assert lines("--color=always", "-U", r"two one\nth", "b/c.txt") == [hit("two one"), f"{hit('th')}ree"]
    assert lines("--color=always", "-v", "o|^$", "b/c.txt") == ["three", "ONE"]
    assert lines("--color=always", "-l", "three") == [path("b/c.txt")]
    assert lines("--color=always", "-c", "three") == [f"{path('b/c.txt')}:1"]


def test_a_terminal_gets_headings_and_numbers(tree: Path) -> None:
    status, out = on_terminal("--color=never", "one", "a.py", "b")
    assert (status, out) == (
        0,
        "a.py\n4:def one():\n9:    return one() + one()\n\nb/c.txt\n1:one\n2:two one\n",
    )
    status, out = on_terminal("-N", "--no-heading", "three", NO_COLOR="1")
    assert (status, out) == (0, "b/c.txt:three\n")
    assert on_terminal("three", TERM="dumb")[1] == "b/c.txt\n3:three\n"
    assert "\x1b[1;31mthree\x1b[0m" in on_terminal("three")[1]


def test_a_terminal_is_safe(tree: Path) -> None:
    with open(os.fsencode(tree) + b"/\xff\x1b[31m", "wb") as file:
        file.write(b"a\tb \x1b[31m \xff \r needle\r\n")
    status, out = on_terminal("--color=never", "needle", PYTHONIOENCODING="utf-8")
    assert (status, out) == (0, "\\xff\\x1b[31m\n1:a\tb \\x1b[31m \\xff \\r needle\n")


def test_bytes_are_kept_for_programs(backend: str, tree: Path) -> None:
    with open(os.fsencode(tree) + b"/\xff\x1b", "wb") as file:
        file.write(b"\x1b[31m \xff needle\n")
    assert run("needle") == (0, b"\xff\x1b:\x1b[31m \xff needle\n", "")


def test_the_exit_status_tells_what_was_found(backend: str, tree: Path) -> None:
    assert run("absent") == (1, b"", "")
    assert run("-q", "one") == (0, b"", "")
    status, out, errors = run("one", "missing", "b")
    assert (status, out) == (2, b"b/c.txt:one\nb/c.txt:two one\n")
    assert errors.startswith("toolrig grep: ")
    assert "missing" in errors
    assert run("-q", "one", "missing", "b")[::2] == (0, errors)
    assert run("(", "b", "a.py")[2].count("position 0") == 1
    assert run("--deadline=0", "one")[::2] == (2, "toolrig grep: stopped by --deadline: there may be more\n")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "missing PATTERN"),
        (["("], "not a regular expression"),
        (["-tnope", "x"], "type 'nope' is unknown"),
        (["-m0", "x"], "--max-count '0' is not a number from 1"),
        (["-A", "x", "x"], "--after-context 'x' is not a number"),
        (["--sort=size", "x"], "--sort 'size' is not path or none"),
        (["--color=red", "x"], "--color 'red'"),
        (["-Uv", "x"], "do not go together"),
        (["--nope", "x"], "unknown option --nope"),
        (["-g/abs", "x"], "relative"),
    ],
)
def test_what_is_not_understood(tree: Path, argv: list[str], words: str) -> None:
    status, out, errors = run(*argv)
    assert (status, out) == (2, b"")
    assert errors.startswith("toolrig grep: ")
    assert words in errors


def test_types_are_listed(tree: Path) -> None:
    assert "py: *.py, *.pyi" in lines("--type-list")


def test_a_reader_that_goes_away_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "many").write_text("needle\n" * 200_000)
    process = subprocess.Popen([*GREP, "needle", tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline().endswith(b"/many:needle\n")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1
    process.stderr.close()
