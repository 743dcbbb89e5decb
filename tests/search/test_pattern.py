"""Several patterns as one: it finds what any of them finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolrig.errors import PatternError
from toolrig.search._pattern import group_with, one_pattern

PARTS = [
    *("a", "ab|b", "^b", "b$", "a+?", "", "(a)b", "[^a]", r"\bab", "(?=b)", "é"),
    *(
        "(?i)A",
        "(?i)É",
        "(?s)a.b",
        "(?x) a  # b)",
        "(?x) (?i) A b",
        "(?#note)(?i)B",
        "(?i)(?m)^A",
        "(?a:\\w)",
        "(?i:A)b",
    ),
]
TEXTS = st.text(st.sampled_from("abAB é\u212a_"), max_size=8)


def together(*patterns: str, fixed: bool = False, word: bool = False) -> "re.Pattern[str]":
    found = one_pattern(patterns, fixed=fixed, ignore_case=False, smart_case=False, word=word)
    return re.compile(re.escape(found.text) if found.fixed else found.text)


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), TEXTS)
def test_any_of_several_is_found(patterns: list[str], text: str) -> None:
    found = together(*patterns).search(text)
    each = [match.start() for pattern in patterns if (match := re.search(pattern, text))]
    assert (found.start() if found else None) == (min(each) if each else None)


@given(st.lists(st.text(st.sampled_from("a.b*|\\("), max_size=3), min_size=2, max_size=3), TEXTS)
def test_any_of_several_plain_texts_is_found(texts: list[str], text: str) -> None:
    assert bool(together(*texts, fixed=True).search(text)) == any(part in text for part in texts)


@given(st.sampled_from(PARTS), TEXTS)
def test_words_have_no_neighbours(pattern: str, text: str) -> None:
    """The definition, tried at every place."""
    words = together(pattern, word=True)
    alone = re.compile(rf"(?<!\w){group_with(pattern, '')}(?!\w)")
    found = words.search(text)
    assert bool(found) == any(alone.match(text, start) for start in range(len(text) + 1))
    if found:
        assert not re.match(r"\w", text[found.end() :])
        assert not re.search(r"\w\Z", text[: found.start()])


def test_a_single_pattern_is_left_alone() -> None:
    for text in ("(", "a|b", r"(a)\1", "(?i)a"):
        assert one_pattern([text], fixed=False, ignore_case=False, smart_case=False, word=False).text == text


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        *(
            ("foo", True),
            ("Foo", False),
            (r"foo\S", True),
            (r"\x41", False),
            ("[A-Z]", False),
            ("[a-z]", True),
        ),
        *(("É", False), ("é", True), ("(?P<Name>x)", True), (r"\Wx", True), ("[^A]", False), ("", True)),
        *((r"\N{LATIN SMALL LETTER A}", True), ("(a(?:b|C))+", False), ("(", True)),
    ],
)
def test_smart_case_asks_what_is_looked_for(pattern: str, ignored: bool) -> None:
    options = {"fixed": False, "ignore_case": False, "word": False}
    assert one_pattern(pattern, smart_case=True, **options).ignore_case is ignored
    assert (
        one_pattern(["x", pattern], smart_case=True, **options).ignore_case is ignored
        if pattern != "("
        else True
    )


def test_smart_case_of_plain_text() -> None:
    options = {"fixed": True, "ignore_case": False, "word": False, "smart_case": True}
    assert one_pattern(r"\S", **options).ignore_case is False
    assert one_pattern(r"\s", **options).ignore_case is True


def test_each_of_several_is_checked_by_itself() -> None:
    for patterns in (["a(", "b)"], ["a", "*"], ["a", "[b"]):
        with pytest.raises(PatternError, match=r"not a regular expression"):
            together(*patterns)
    with pytest.raises(PatternError, match="group by its number"):
        together("(a)", r"(b)\1")
    with pytest.raises(PatternError, match="group by its number"):
        together("(a)", r"(b)?(?(1)c|d)")
    assert together(r"(b)\1", "(a)").search("xbb")
    assert together("(a)", r"\\1").search(r"\1")
    assert together("(a)", r"(?P<x>b)(?P=x)").search("bb")


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="empty sequence"):
        together()
    with pytest.raises(TypeError, match="pattern is int"):
        together(1)  # type: ignore[arg-type]
