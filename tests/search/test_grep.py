"""grep against what re, GNU grep and git grep say about the same files."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.trees import FILES, reference, write
from toolrig import grep
from toolrig.search import FileCount, FileMatch

pytestmark = pytest.mark.usefixtures("backend")


PATTERNS = [
    "needle",
    "",
    "^",
    "$",
    "e$",
    "needle$",
    r"\bneedle\b",
    "n.edle",
    "(need)(le)",
    "needle|two",
    "[xy]",
    "é",
    "caf\udce9",
    "\udcff",
    "\ud800",
    "needle\r",
    "\r",
    "x\ny",
    "absent",
    "(?i)NEEDLE",
    r"\w+ needle",
    "[^\n]",
    r"\Z",
    "(?m)^n",
    "\0",
    "\0needle",
    "x{8000}",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("context", [(0, 0), (1, 0), (0, 2), (2, 1)])
def test_same_as_re(tmp_path, pattern, context):
    write(tmp_path, FILES)
    before, after = context
    wanted = reference(tmp_path, pattern, before=before, after=after)
    assert list(grep(pattern, tmp_path, before=before, after=after, offset=0)) == wanted
    assert sorted(grep(pattern, tmp_path, before=before, after=after)) == wanted
    names = sorted({match.path for match in wanted})
    assert list(grep(pattern, tmp_path, output="files", offset=0)) == [FileMatch(name) for name in names]
    counts = [FileCount(name, sum(match.path == name for match in wanted)) for name in names]
    assert list(grep(pattern, tmp_path, output="count", offset=0)) == counts


@pytest.mark.parametrize("pattern", [*PATTERNS, ".", "a.b*", "["])
def test_fixed_and_case(tmp_path, pattern):
    write(
        tmp_path, {**FILES, "case": "NEEDLE Needle É\nKelvin \u212a \u017f\n".encode(), "magic": b"a.b* [\n"}
    )
    escaped = re.escape(pattern)
    assert list(grep(pattern, tmp_path, fixed=True, offset=0)) == reference(tmp_path, escaped)
    wanted = reference(tmp_path, escaped, flags=re.IGNORECASE)
    assert list(grep(pattern, tmp_path, fixed=True, ignore_case=True, offset=0)) == wanted


def test_case_is_that_of_re(tmp_path):
    write(tmp_path, {"a": "\u212aelvin\nkelvin\nSTRASSE straße \u017f\n".encode()})
    for pattern in ("kelvin", "s", "SS", "[kx]elvin"):
        wanted = reference(tmp_path, pattern, flags=re.IGNORECASE)
        assert list(grep(pattern, tmp_path, ignore_case=True)) == wanted


LINES = st.lists(
    st.lists(
        st.sampled_from([b"a", b"b", b"B", b" ", b"\r", b"\xc3\xa9", b"\xc3", b"\xf0\x9f\x98\x80", b"\0"]),
        max_size=8,
    ).map(b"".join),
    max_size=10,
).map(b"\n".join)


@given(
    data=LINES,
    pattern=st.sampled_from(
        ["a", "ab", "a+b", "b$", "^", "é", "\udcc3", "(ab)+", "[ab]{2}", "a|é", "(?i)b", "b\r"]
    ),
    fixed=st.booleans(),
    ignore_case=st.booleans(),
    before=st.integers(0, 2),
    after=st.integers(0, 2),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_any_text_is_searched_as_re_would(tmp_path, data, pattern, fixed, ignore_case, before, after):
    write(tmp_path, {"f": data})
    wanted = reference(
        tmp_path,
        re.escape(pattern) if fixed else pattern,
        flags=re.IGNORECASE if ignore_case else 0,
        before=before,
        after=after,
    )
    options = {"fixed": fixed, "ignore_case": ignore_case, "before": before, "after": after}
    assert list(grep(pattern, tmp_path, **options)) == wanted


def test_lines_across_the_borders_of_chunks(tmp_path):
    long = b"x" * (1 << 20)
    data = (
        long[:-3]
        + b"needle\n"
        + long
        + long
        + b" needle "
        + long
        + b"\nneedle\n"
        + b"y\n" * 300_000
        + b"needle"
    )
    write(tmp_path, {"f": data})
    found = [(match.line, match.column, len(match.text)) for match in grep("needle", tmp_path)]
    assert found == [
        (1, (1 << 20) - 2, (1 << 20) + 3),
        (2, (2 << 20) + 2, (3 << 20) + 8),
        (3, 1, 6),
        (300_004, 1, 6),
    ]
    assert [match[1:3] for match in grep("n[ef]edle", tmp_path)] == [match[:2] for match in found]


# ---- programs as oracles ----


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Sources of the standard library, as a git repository."""
    top = tmp_path_factory.mktemp("tree")
    library = Path(os.__file__).parent
    for package in ("json", "email", "asyncio", "unittest", "re"):
        for path in (library / package).rglob("*.py"):
            write(top, {f"{package}/{path.name}": path.read_bytes()})
    subprocess.run(["git", "init", "-q", top], check=True)
    subprocess.run(["git", "-C", top, "add", "-A"], check=True)
    return top


def lines_of(top: Path, *command: str) -> set[tuple[str, int, str]]:
    out = subprocess.run(
        command, cwd=top, stdout=subprocess.PIPE, env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    )
    found = set()
    for line in out.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        path, number, text = line.split(":", 2)
        found.add((path.removeprefix("./"), int(number), text))
    return found


@pytest.mark.parametrize(
    "pattern", ["def ", "self", "import re", "return None", "é", "absent-from-here", "x"]
)
@pytest.mark.parametrize("ignore_case", [False, True])
def test_same_as_grep_and_git_grep(tree, pattern, ignore_case):
    found = {
        (match.path, match.line, match.text)
        for match in grep(pattern, tree, fixed=True, ignore_case=ignore_case)
    }
    options = ["-n", "-I", "-F", *(["-i"] if ignore_case else []), "-e", pattern]
    assert found == lines_of(tree, "grep", "-r", "--exclude-dir=.git", *options, ".")
    assert found == lines_of(tree, "git", "grep", *options)


@pytest.mark.parametrize(
    "pattern", ["^class [A-Z]", "[0-9]{4}", "(self|cls)[.]_", "return$", "raise .*Error"]
)
def test_same_as_extended_expressions(tree, pattern):
    found = {(match.path, match.line, match.text) for match in grep(pattern, tree)}
    assert found == lines_of(tree, "grep", "-rnIE", "--exclude-dir=.git", "-e", pattern, ".")
    counts = {(item.path, item.count) for item in grep(pattern, tree, output="count")}
    assert {path for path, _ in counts} == {path for path, _, _ in found}
    assert sum(count for _, count in counts) == len(found)
