"""What the options of grep do to its items, against `re` on the lines of the same files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.trees import FILES, write
from toolrig import grep
from toolrig.search import FileCount, FileMatch, Match

pytestmark = pytest.mark.usefixtures("backend")

PATTERNS = ["needle", "n.*e", "", "^", "e$", "[^\n]", r"\bt", "absent", "é", "\udcff", "(need)(le)", "(?i)N"]


def texts(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each file that is searched with its lines."""
    for path in sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()):
        data = (root / path).read_bytes()
        if b"\0" not in data[:8000]:
            *lines, rest = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n")
            yield path, [line.removesuffix("\r") for line in lines] + ([rest] if rest else [])


def context(lines: list[str], at: int, before: int, after: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(lines[max(0, at - before) : at]), tuple(lines[at + 1 : at + 1 + after])


def without(root: Path, pattern: str, before: int, after: int) -> list[Match]:
    return [
        Match(path, at + 1, 1, line, *context(lines, at, before, after))
        for path, lines in texts(root)
        for at, line in enumerate(lines)
        if not re.search(pattern, line)
    ]


def parts(root: Path, pattern: str, before: int, after: int) -> list[Match]:
    return [
        Match(path, at + 1, found.start() + 1, found[0], *context(lines, at, before, after))
        for path, lines in texts(root)
        for at, line in enumerate(lines)
        for found in re.finditer(pattern, line)
    ]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 2)])
def test_inverted(tmp_path: Path, pattern: str, before: int, after: int) -> None:
    write(tmp_path, FILES)
    wanted = without(tmp_path, pattern, before, after)
    options = {"invert": True, "offset": 0}
    assert list(grep(pattern, tmp_path, before=before, after=after, **options)) == wanted
    counts = {path: sum(match.path == path for match in wanted) for path, _ in texts(tmp_path)}
    counted = [FileCount(path, count) for path, count in counts.items() if count]
    assert list(grep(pattern, tmp_path, output="count", **options)) == counted
    named = [FileMatch(path) for path, _ in counted]
    assert list(grep(pattern, tmp_path, output="files", **options)) == named


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 2)])
def test_parts(tmp_path: Path, pattern: str, before: int, after: int) -> None:
    write(tmp_path, FILES)
    wanted = parts(tmp_path, pattern, before, after)
    options = {"only_matching": True, "offset": 0}
    assert list(grep(pattern, tmp_path, before=before, after=after, **options)) == wanted
    counts = {path: sum(match.path == path for match in wanted) for path, _ in texts(tmp_path)}
    counted = [FileCount(path, count) for path, count in counts.items() if count]
    assert list(grep(pattern, tmp_path, output="count", **options)) == counted


def test_inverted_lines_have_no_parts(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"one\ntwo\n"})
    assert list(grep("one", tmp_path, invert=True, only_matching=True)) == [Match("a", 2, 1, "two", (), ())]


def test_plain_text_has_parts_and_an_opposite(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"a.a.aa\naa\nb\n"})
    for options in ({"fixed": True}, {"fixed": True, "ignore_case": True}):
        found = grep("a.a", tmp_path, only_matching=True, **options)
        assert [(match.line, match.column, match.text) for match in found] == [(1, 1, "a.a")]
        assert [match.text for match in grep("a.a", tmp_path, invert=True, **options)] == ["aa", "b"]
    assert [match.column for match in grep("a", tmp_path, fixed=True, only_matching=True)][:4] == [1, 3, 5, 6]


LINES = st.lists(
    st.lists(st.sampled_from(["a", "b", "B", " ", "_", "\r", "é"]), max_size=8).map("".join), max_size=8
).map(lambda lines: "\n".join(lines).encode())


@given(
    data=LINES,
    patterns=st.lists(
        st.sampled_from(["a", "ab", "a+b", "b$", "é", "[ab]{2}", "(?i)b", "$"]), min_size=1, max_size=3
    ),
    word=st.booleans(),
    how=st.sampled_from([parts, without]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_any_text_and_patterns(
    tmp_path: Path, data: bytes, patterns: list[str], word: bool, how: object
) -> None:
    write(tmp_path, {"f": data})
    whole = "|".join(f"(?i:{pattern[4:]})" if "(?" in pattern else pattern for pattern in patterns)
    oracle = rf"(?<!\w)(?:{whole})(?!\w)" if word else whole
    options = {"only_matching": True} if how is parts else {"invert": True}
    assert list(grep(patterns, tmp_path, word=word, before=1, **options)) == how(tmp_path, oracle, 1, 0)  # type: ignore[operator]


def test_smart_case(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"One\none\n"})
    assert [match.line for match in grep("one", tmp_path, smart_case=True)] == [1, 2]
    assert [match.line for match in grep("One", tmp_path, smart_case=True)] == [1]
    assert [match.line for match in grep("One", tmp_path, smart_case=True, ignore_case=True)] == [1, 2]


@pytest.mark.parametrize("pattern", ["needle", "n[ef]edle"])
@pytest.mark.parametrize("options", [{}, {"only_matching": True}, {"multiline": True}])
def test_limit_per_file(tmp_path: Path, pattern: str, options: dict[str, bool]) -> None:
    write(tmp_path, {"a": b"needle\n" * 3, "b": b"needle\n", "c": b"x\n", "d": b"needle\n" * 50_000})
    found = grep(pattern, tmp_path, limit_per_file=2, offset=0, **options)
    assert [(match.path, match.line) for match in found] == [("a", 1), ("a", 2), ("b", 1), ("d", 1), ("d", 2)]
    assert (found.files_cut, found.files_with_matches, found.truncated, found.total) == (2, 3, False, 5)
    counts = grep(pattern, tmp_path, limit_per_file=2, offset=0, output="count", **options)
    assert list(counts) == [FileCount("a", 2), FileCount("b", 1), FileCount("d", 2)]
    assert counts.files_cut == 2
    assert [
        item.path for item in grep(pattern, tmp_path, limit_per_file=1, output="files", offset=0)
    ] == list("abd")


def test_long_lines_are_cut_around_the_match(tmp_path: Path) -> None:
    write(
        tmp_path, {"a": b"y" * 50 + b"\n" + b"x" * 1000 + b"needle" + b"x" * 1000 + b"\nneedle\n" + b"z" * 50}
    )
    first, second = grep("needle", tmp_path, max_columns=40, before=1, after=1)
    assert (first.line, first.column) == (2, 1001)
    assert first.text == f"[... 990 characters cut] {'x' * 10}needle{'x' * 24} [... 976 characters cut]"
    assert first.before == ("y" * 40 + " [... 10 characters cut]",)
    assert (second.text, second.after) == ("needle", ("z" * 40 + " [... 10 characters cut]",))
    assert "needle" in next(iter(grep("needle", tmp_path, max_columns=8))).text
    (part,) = grep("e.*?x{30}", tmp_path, max_columns=4, only_matching=True)
    assert (part.column, part.text[:9]) == (1002, "eedl [...")
    for length in (40, 41):
        write(tmp_path, {"a": b"x" * length + b"\n"})
        (whole,) = grep("x+", tmp_path, max_columns=40)
        assert whole.text == "x" * 40 + (" [... 1 characters cut]" if length > 40 else "")


def test_types(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("a.py", "b/c.pyi", "b/d.js", "Makefile", "e.rs", "f"), b"x\n"))

    def paths(**options: object) -> list[str]:
        return [item.path for item in grep("x", tmp_path, output="files", offset=0, **options)]  # type: ignore[call-overload]

    assert paths(types="py") == ["a.py", "b/c.pyi"]
    assert paths(types=["py", "rust"]) == ["a.py", "b/c.pyi", "e.rs"]
    assert paths(types="make") == ["Makefile"]
    assert paths(types="!py") == ["Makefile", "b/d.js", "e.rs", "f"]
    assert paths(types=["py", "js"], glob="b/**") == ["b/c.pyi", "b/d.js"]
    assert paths(types="!py", glob="b/**") == ["b/d.js"]
    assert [match.path for match in grep("x", tmp_path / "f", types="py")] == ["f"]


def test_rule_files(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"x\n", "b": b"x\n", ".ignore": b"a\n"})
    assert [match.path for match in grep("x", tmp_path, ignore_files=[".ignore"])] == ["b"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"types": "python3"}, "type 'python3' is unknown: did you mean 'py"),
        ({"types": "tsx"}, "'ts'"),
        ({"types": "qqqqqq"}, "see toolrig grep --type-list"),
        ({"types": []}, "types is empty"),
        ({"multiline": "all"}, "multiline is 'all'"),
        ({"multiline": True, "invert": True}, "do not go together"),
        ({"limit_per_file": 0}, "limit_per_file is 0: use a number from 1"),
        ({"max_columns": 0}, "max_columns is 0"),
    ],
)
def test_values_that_are_not_offered(tmp_path: Path, options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        grep("x", tmp_path, **options)  # type: ignore[call-overload]


def test_an_option_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="ignorecase"):
        grep("x", tmp_path, ignorecase=True)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "options",
    [{}, {"invert": True}, {"only_matching": True}, {"multiline": True}, {"output": "count"}, {"word": True}],
)
def test_a_pattern_without_end_keeps_the_deadline(tmp_path: Path, options: dict[str, object]) -> None:
    """A line that `re` would not be done with in this life, behind one that is as easy as any."""
    write(tmp_path, {"a": b"b\naaa\n", "b": b"a" * 60 + b"!\n"})
    found = grep("(a+)+$", tmp_path, deadline=0.3, offset=0, **options)  # type: ignore[call-overload]
    items = list(found)
    assert found.truncated
    assert {item.path for item in items} <= {"a"}
    assert list(grep("(a+)+$", tmp_path / "a", **options)) == items  # type: ignore[call-overload]
