"""How long a pattern can take: judged from its tree, and held to a matcher that counts its steps."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.backtracking import Matcher, TooManySteps
from toolrig.search._confirming.risk import Risk

# Powers


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*$",
        "(a|a)*$",
        "(a|aa)+$",
        "(?:a|b|ab)*c",
        r"(\w+\s?)*x",
        "(.*)*x",
        "(a?){20}b",
        "a?" * 30 + "a" * 30,
        "(?:ab|ab)" * 30 + "c",
        r"(?:(\w)\1)*x",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(?:(?:|)a)*b",
        "(x+x+)+y",
        r"(\d+)*[0-9]*x",
        "(a{1,20}){1,20}b",
        "(?i)(k|\u212a)*x(K|k)+(?:k|K+)*",
        "([ab]x|[bc]x)*d",
        r"(\wx|éx)*!",
        "(?i:(ax|Ax)*)b",
    ],
)
def test_exponential(pattern: str) -> None:
    assert Risk(pattern, 0).power is None


@pytest.mark.parametrize(
    ("power", "pattern"),
    [
        (0, "foo"),
        (0, r"\b[A-Z]{4}[0-9]{3}\b"),
        (0, r"\d{1,3}\.\d{1,3}"),
        (0, "|".join(f"word{number}" for number in range(200))),
        (1, r"\s+$"),
        (1, r"\w+\s*=\s*\w+"),
        (1, r'"(?:[^"\\]|\\.)*"'),
        (1, r"(\w+\s+)*x"),
        (1, r"(\w+\.)+\w+@"),
        (1, "(?:[ab]|[cd])*e"),
        (1, r"^\s*#\s*include\s*[<\"]([^>\"]+)[>\"]"),
        (1, ".{0,100}x"),
        (1, "(?=.*a)(?=.*b)c"),
        (1, r"(?a:\w)*(?a:\W)*x"),
        (2, ".*foo.*bar"),
        (2, r"(\w+)\1"),
        (2, r"\s*\s*x"),
        (3, "a*a*a*b"),
        (3, "(?:a*){1,3}b"),
        (3, ".*,.*,.*,"),
        (2, "(?:ab)*(?:ab)*c"),
        (1, "(?:ab)*(?:ba)*c"),
    ],
)
def test_power(pattern: str, power: int) -> None:
    assert Risk(pattern, 0).power == power


def test_flags_count() -> None:
    assert Risk("(ax|Ax)*b", 0).power == 1
    assert Risk("(ax|Ax)*b", re.IGNORECASE).power is None
    assert Risk("(éx|Éx)*b", re.IGNORECASE).power is None
    assert Risk(r"(\wx|éx)*b", 0).power is None
    assert Risk(r"(\wx|éx)*b", re.ASCII).power == 1


def test_what_is_too_large_is_not_trusted() -> None:
    assert Risk("x" * 3000, 0).power is None
    assert Risk("(?:" + "|".join(f"a{number}" for number in range(400)) + ")*", 0).power is None


def test_possessive_and_atomic_parts_are_known() -> None:
    assert Risk("a*+b", 0).power == 1
    assert Risk("(?>a*)b", 0).power == 1
    assert Risk("(a)?(?(1)b|c)d", 0).power == 0


# Lines


def test_short_lines_are_safe() -> None:
    for pattern in ("foo", r"\s+$", r"\w+\s*=\s*\w+", ".*foo.*bar", "def +x"):
        risk = Risk(pattern, 0)
        assert risk.short >= 200
        for char in {" ", "a", risk.prefix[:1] or "f"}:
            assert risk.is_safe(char * risk.short)
    assert Risk("(a+)+$", 0).short < 0


def test_long_lines_are_not() -> None:
    assert not Risk(r"\s+$", 0).is_safe(" " * 100_000)
    assert not Risk(".*foo.*bar", 0).is_safe("x" * 10_000)
    assert Risk("foo", 0).is_safe("x" * 1_000_000)


def test_attempts_are_counted_by_the_prefix() -> None:
    risk = Risk(r"class\s+\w+:", 0)
    assert risk.prefix == "class"
    assert risk.is_safe("x" * 1_000_000)
    assert risk.is_safe("class " + "x" * 100_000)
    assert not risk.is_safe("class " * 100_000)
    assert Risk("(?i)class +x", 0).prefix == ""


# Against a matcher that counts

atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(?=a)", "(?=a*b)", "$", r"\b"])
repeats = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{3,}", "*?", "{2,9}", "{0,20}"])


def larger(patterns: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = patterns.map(lambda inner: f"(?:{inner})")
    return st.one_of(
        st.lists(patterns, min_size=1, max_size=3).map("".join),
        st.lists(patterns, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(group, repeats).map("".join),
        st.tuples(patterns, st.sampled_from(["*", "|b", "a*", "(b)"])).map(lambda two: f"({two[0]}){two[1]}"),
    )


@settings(max_examples=400, deadline=None)
@given(
    st.recursive(atoms, larger, max_leaves=6),
    st.sampled_from(["a", "ab", "aab", "b"]),
    st.sampled_from(["", "a", "b"]),
)
def test_steps_stay_within_what_was_told(pattern: str, word: str, head: str) -> None:
    risk = Risk(pattern, 0)
    if risk.power is None:
        return
    for length in (8, 24):
        text = head + (word * length)[:length]
        allowed = 4 * len(pattern) * risk.factor * (length + 2) ** risk.power
        try:
            Matcher(pattern, text, allowed)
        except TooManySteps:
            raise AssertionError(f"more than {allowed} steps on {text!r}") from None


def test_the_counting_matcher_counts() -> None:
    with pytest.raises(TooManySteps):
        Matcher("(?:a*)*b", "a" * 24, 1_000_000)
    assert Matcher("a*b", "a" * 24, 1_000).steps == 50
