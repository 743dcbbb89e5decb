"""The same hits as ripgrep, where its syntax and ours mean the same."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.search.trees import write
from toolrig import grep
from toolrig.search._types import file_types

RG = shutil.which("rg") or shutil.which("rg", path=sysconfig.get_path("scripts"))
pytestmark = pytest.mark.skipif(not RG, reason="ripgrep is not installed")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sources of the standard library and a few odd files."""
    top = tmp_path_factory.mktemp("tree")
    library = Path(os.__file__).parent
    for package in ("json", "email", "asyncio", "unittest", "re", "idlelib"):
        for path in (library / package).rglob("*"):
            if path.suffix in (".py", ".txt", ".html", ".def", ".gif"):
                write(top, {path.relative_to(library).as_posix(): path.read_bytes()})
    odd = {
        "Makefile": b"all:\n\techo self\n",
        "a.rs": b"fn self() {}\n",
        "a.md": b"import x\n\nself\n",
    }
    write(top, {**odd, "a.c": "café self\n".encode(), "unended.js": b"self\n\nimport self"})
    return top


def rg(tree: Path, *options: str) -> list[str]:
    command = [
        str(RG),
        "--no-config",
        "--color=never",
        "--no-heading",
        "--hidden",
        "--sort=path",
        *options,
        ".",
    ]
    out = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, check=False).stdout
    return [
        line.removesuffix("\r").removeprefix("./")
        for line in out.decode("utf-8", "surrogateescape").split("\n")[:-1]
    ]


def hits(tree: Path, pattern: str | list[str], **options: object) -> list[str]:
    found = grep(pattern, tree, **options)  # type: ignore[call-overload]
    return sorted(f"{match.path}:{match.line}:{match.text}" for match in found)


PATTERNS = [
    *(
        "self",
        "import",
        r"\bdef \w+\(",
        "^class [A-Z]",
        "return$",
        "(?i)TODO",
        "[0-9]{3,}",
        "é",
        r"\s+$",
        "^$",
    ),
    *("x*", "self|import", r"\w+_\w+", r"[^\x00-\x7f]", r"__\w+__"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_lines(backend: str, tree: Path, pattern: str) -> None:
    assert hits(tree, pattern) == sorted(rg(tree, "-n", pattern))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_words(tree: Path, pattern: str) -> None:
    assert hits(tree, pattern, word=True) == sorted(rg(tree, "-nw", pattern))


@pytest.mark.parametrize("pattern", ["self", "import", r"\bdef \w+\(", "return$", "^$", "self|import"])
def test_lines_without(backend: str, tree: Path, pattern: str) -> None:
    assert hits(tree, pattern, invert=True) == sorted(rg(tree, "-nv", pattern))


@pytest.mark.parametrize("pattern", ["self", r"\bdef \w+\(", "return$", "self|import", "[0-9]+", "(?i)todo"])
def test_parts(backend: str, tree: Path, pattern: str) -> None:
    assert hits(tree, pattern, only_matching=True) == sorted(rg(tree, "-no", pattern))
    counts = sorted(
        f"{item.path}:{item.count}" for item in grep(pattern, tree, only_matching=True, output="count")
    )
    assert counts == sorted(rg(tree, "-co", pattern))


@pytest.mark.parametrize("options", [{"smart_case": True}, {"ignore_case": True}, {"fixed": True}, {}])
@pytest.mark.parametrize("pattern", ["Self", "self", "TODO", r"\Self", "É"])
def test_case(tree: Path, pattern: str, options: dict[str, bool]) -> None:
    if pattern == r"\Self":
        options = {**options, "fixed": True}
    words = {"smart_case": "-S", "ignore_case": "-i", "fixed": "-F"}
    assert hits(tree, pattern, **options) == sorted(
        rg(tree, "-n", *(words[name] for name in options), "-e", pattern)
    )


@pytest.mark.parametrize(
    "patterns", [["self", "import"], ["^class", "(?i)TODO", "[0-9]{4}"], ["ab|cd", "c$"]]
)
@pytest.mark.parametrize("word", [False, True])
def test_several_patterns(backend: str, tree: Path, patterns: list[str], word: bool) -> None:
    given = [word_ for pattern in patterns for word_ in ("-e", pattern)]
    assert hits(tree, patterns, word=word) == sorted(rg(tree, "-n", *["-w"] * word, *given))


@pytest.mark.parametrize("most", [1, 3])
def test_so_many_of_each_file(tree: Path, most: int) -> None:
    assert hits(tree, "self", limit_per_file=most) == sorted(rg(tree, "-n", f"-m{most}", "self"))


@pytest.mark.parametrize(
    "pattern", [r"import \w+\n\n", r"\):\n\s+return", "(?s)class .*?:\n", "self", r"\n\n\n", r"pass\n+def"]
)
def test_across_lines(backend: str, tree: Path, pattern: str) -> None:
    """Where only ``\\n`` ends lines; lines that ripgrep shows one by one are one match here."""
    found = grep(pattern, tree, multiline=True, glob="**/*.py")
    shown = [
        f"{match.path}:{number}:{text}"
        for match in found
        for number, text in enumerate(match.text.split("\n"), match.line)
    ]
    assert sorted(shown) == sorted(rg(tree, "-Un", "-g*.py", pattern))


def listed() -> dict[str, tuple[str, ...]]:
    out = subprocess.run(
        [str(RG), "--no-config", "--type-list"], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.partition(": ") for line in out.splitlines())
    return {name: tuple(globs.split(", ")) for name, _, globs in rows}


def test_types_are_those_of_ripgrep() -> None:
    """Other versions may know more types, and more files of one."""
    theirs, ours = listed(), dict(file_types())
    shared = theirs.keys() & ours.keys()
    assert len(shared) > 200
    assert {
        name: set(ours[name]) - set(theirs[name]) for name in shared if set(ours[name]) - set(theirs[name])
    } == {}


@pytest.mark.parametrize("name", ["py", "c", "make", "html", "md", "rust", "js", "txt", "license"])
def test_files_of_a_type(tree: Path, name: str) -> None:
    found = sorted(item.path for item in grep("", tree, types=name, output="files"))
    assert found == sorted(rg(tree, "-l", f"-t{name}", ""))
    others = sorted(item.path for item in grep("", tree, types=f"!{name}", output="files"))
    assert others == sorted(rg(tree, "-l", f"-T{name}", ""))
