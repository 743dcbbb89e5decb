"""Glob patterns against the standard library's and git's reading of them."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig.errors import PatternError
from toolrig.fs._pattern import Pattern


@pytest.mark.parametrize(
    ("pattern", "matched", "unmatched"),
    [
        ("*.py", ["a.py", ".py", ".a.py"], ["a/b.py", "a.pyc"]),
        ("**/*.py", ["a.py", "x/a.py", "x/y/.z/a.py"], ["a.txt"]),
        ("**/*", ["a", "x/y"], []),
        ("**/*.{py,md}", ["a.md", "x/.py"], ["a.mdx", "py"]),
        ("**/*/x", ["a/x", "a/b/x"], ["x", "ax"]),
        ("**/**.py", ["a.py", "b/a.py"], ["a.pyc"]),
        ("src/**", ["src/a", "src/b/c"], ["src", "srcs/a"]),
        ("**", ["a", "a/b"], []),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/b/c"]),
        ("a/**/**/b", ["a/b", "a/x/y/b"], ["a/bb"]),
        ("a**b", ["ab", "axb"], ["a/b"]),
        ("?", ["a", "ü"], ["", "ab", "/"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "/x"]),
        ("[!a-c]x", ["dx"], ["ax", "/x"]),
        ("[^a]", ["b"], ["a"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[a", ["[a"], ["a"]),
        ("a[/]b", [], ["a/b"]),
        (r"\*", ["*"], ["a", "\\*"]),
        (r"[\]", ["\\"], ["a"]),
        ("{a,b}.py", ["a.py", "b.py"], ["c.py", "{a,b}.py"]),
        ("{a,b{c,d}}", ["a", "bc", "bd"], ["b"]),
        ("x{,y}", ["x", "xy"], ["y"]),
        ("{a}", ["{a}"], ["a"]),
        (r"\{a,b}", ["{a,b}"], ["a"]),
        ("./a", ["a"], ["b"]),
        ("a.b+c", ["a.b+c"], ["aab+c", "a.bbc"]),
        ("new\nline", ["new\nline"], []),
        ("*", ["new\nline"], []),
    ],
)
def test_what_patterns_match(pattern: str, matched: list[str], unmatched: list[str]) -> None:
    matches = Pattern(pattern).matches
    assert [path for path in matched if not matches(path)] == []
    assert [path for path in unmatched if matches(path)] == []


def test_several_patterns_and_negation() -> None:
    matches = Pattern(["**/*.py", "**/*.pyi", "!**/test_*", "!build/**"]).matches
    assert matches("a.py")
    assert matches("x/a.pyi")
    assert not matches("x/test_a.py")
    assert not matches("build/a.py")
    assert Pattern(["!*.py"]).matches("a.txt")
    assert not Pattern(["!*.py"]).matches("a.py")


@pytest.mark.parametrize(
    ("patterns", "start", "depth"),
    [
        ("*.py", "", 1),
        ("src/*.py", "src", 2),
        ("src/a/**/*.py", "src/a", None),
        ("src/{a,b}/c", "src", 3),
        ("src/a/b", "src/a", 3),
        (["src/a/*", "src/b/*"], "src", 3),
        (["src/a/*", "lib/*"], "", 3),
        (r"a\b/c", "", 2),
    ],
)
def test_where_matches_can_lie(patterns: str | list[str], start: str, depth: int | None) -> None:
    pattern = Pattern(patterns)
    assert (pattern.start, pattern.depth) == (start, depth)


@pytest.mark.parametrize("pattern", ["", "/etc/*", "../x", "a/../b", "a//b", "src/", "[z-a]", "{a,b}" * 11])
def test_patterns_that_mean_nothing_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="pattern"):
        Pattern(pattern)


@given(
    pattern=st.text("ab*?[]!-.", min_size=1, max_size=6).filter(lambda p: "**" not in p),
    name=st.text("ab*?[]!-.", min_size=1, max_size=5),
)
@settings(max_examples=800, deadline=None)
def test_one_component_is_read_as_fnmatch_reads_it(pattern: str, name: str) -> None:
    import fnmatch

    try:
        ours = bool(Pattern(["**/zz", pattern]).matches(name)) if not pattern.startswith("!") else None
    except PatternError:
        return
    if ours is None or pattern in (".", "..") or pattern.startswith("./"):
        return
    assert ours == fnmatch.fnmatchcase(name, pattern)


def test_double_stars_are_read_as_git_reads_them(tmp_path: Path) -> None:
    paths = ["a", "b/a", "b/c/a", "a/b", "a/b/c", "x.py", "b/x.py", "b/c/x.py", "c/b/a"]
    paths = [p for p in paths if not any(q.startswith(p + "/") for q in paths)]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for pattern in ("**/a", "a/**", "b/**/a", "**", "*", "**/c/*", "b/*/a", "**/*.py", "*/*", "?/**/x.py"):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "-o", "--", f":(glob){pattern}"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        # git also takes what lies below a matched directory: a pathspec names trees
        ours = {path for path in paths if Pattern(pattern).matches(path)}
        gits = set(filter(None, listed.stdout.split("\0")))
        assert ours <= gits
        assert all(any(Pattern(pattern).matches(up) for up in _ups(path)) for path in gits - ours)


def _ups(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]
