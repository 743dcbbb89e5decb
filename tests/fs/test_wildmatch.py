"""Patterns: known hard cases, the twins against each other, and patterns that explode."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig import _backend
from toolrig._backend import kernel


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("foo", "foo", "Foo foo/ fooo"),
        ("f*", "f foo", "f/o of"),
        ("*f", "f of", "o/f fo"),
        ("*/*/*", "a/b/c", "a/b a/b/c/d"),
        ("**/c", "c a/c a/b/c /c", "ac a/bc c/"),
        ("a/**", "a/b a/b/c a/", "a b"),
        ("a/**/c", "a/c a/b/c a/b/b/c", "ac a/bc"),
        ("a/**/**/c", "a/c a/b/c", "ac"),
        ("a**c", "ac abc", "a/c"),
        ("**\\/c", "/c a/c", "c"),
        ("***/c", "c a/b/c", "bc"),
        ("?", "a \\", "/ ab"),
        ("[a-c]", "a b c", "d - /"),
        ("[]-a]", "] ^ a", "- b"),
        ("[!]]", "a", "]"),
        ("[a-]", "a -", "b"),
        ("[\\]]", "]", "\\"),
        ("[[:digit:][:upper:]]", "7 A", "a"),
        ("[[:upper]", "[ : u p e r", "A"),
        ("[[:nonsense:]a]", "", "a n"),
        ("[a", "", "a [a"),
        ("[", "", "["),
        ("a\\", "", "a a\\"),
        ("\\*", "*", "a"),
        ("[/]", "", "/"),
        ("a[!x]b", "ayb", "a/b axb"),
        ("*a*b*c", "abc xaybzc", "acb ab/c"),
        ("**/*a*/**/b?", "a/bc x/xax/y/bz", "a/b b/bc"),
    ],
)
def test_known_cases(backend: str, pattern: str, yes: str, no: str) -> None:
    wildmatch = kernel("ignore").wildmatch
    assert [text for text in yes.split() if not wildmatch(pattern.encode(), text.encode())] == []
    assert [text for text in no.split() if wildmatch(pattern.encode(), text.encode())] == []


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [("aB", "ab AB aB", "b"), ("[a-c]", "B b", "D"), ("[A-C]", "b B", "d"), ("[[:upper:]]", "a A", "1")],
)
def test_without_case(backend: str, pattern: str, yes: str, no: str) -> None:
    wildmatch = kernel("ignore").wildmatch
    assert all(wildmatch(pattern.encode(), text.encode(), ignore_case=True) for text in yes.split())
    assert not any(wildmatch(pattern.encode(), text.encode(), ignore_case=True) for text in no.split())


@pytest.mark.parametrize("pattern", [b"\\A", b"[A]", b"[\\A]"])
def test_capitals_git_never_matches_without_case(backend: str, pattern: bytes) -> None:
    assert not any(kernel("ignore").wildmatch(pattern, text, ignore_case=True) for text in (b"a", b"A"))


def test_patterns_that_explode(backend: str) -> None:
    """A backtracking matcher would not come back from these."""
    wildmatch = kernel("ignore").wildmatch
    assert not wildmatch(b"*a" * 40 + b"b", b"a" * 200)
    assert not wildmatch(b"**/a*/" * 20 + b"b", b"aa/" * 60)
    assert not wildmatch(b"**/*a*a*a*a*a*b", b"aaaaaaaaaaaa/" * 20)


PIECES = [*"ab/A]-!^:\\", "*", "**", "**/", "/**", "?", "[", "[a-b]", "[!a]", "[[:alpha:]", "[[:", "\xe9"]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.text("ab/A]-[:\\\xe9", max_size=8), st.booleans())
def test_twins_agree(pieces: list[str], text: str, ignore_case: bool) -> None:
    answers = []
    for engine in ("native", "pure"):
        _backend.choose(engine)
        match = kernel("ignore").wildmatch
        answers.append(match("".join(pieces).encode(), text.encode(), ignore_case=ignore_case))
    _backend.choose(None)
    assert answers[0] == answers[1]
