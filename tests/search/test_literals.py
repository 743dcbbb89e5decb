"""The literals of a pattern: certain, or not named."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.patterns import FLAGS, compiled, random_pattern, sample, start
from toolrig.search._finding.literals import LITERALS_MOST, UNKNOWN, Requirement, requirement
from toolrig.search._finding.pieces import LITERAL_MOST


def exactly(*literals: str, caseless: bool = False) -> Requirement:
    return Requirement(literals, caseless, True)


def among_others(*literals: str, caseless: bool = False) -> Requirement:
    return Requirement(literals, caseless, False)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("needle", exactly("needle")),
        (r"a\.b\\c", exactly(r"a.b\c")),
        ("ab(cd)ef", exactly("abcdef")),
        ("ab(?:cd)(?P<n>ef)", exactly("abcdef")),
        ("(?u)needle", exactly("needle")),
        ("(?x) a b # c\n c", exactly("abc")),
        ("(?m)needle", exactly("needle")),
        ("(?s)needle", exactly("needle")),
        ("(?a)needle", exactly("needle")),
        ("(abc){2}", exactly("abcabc")),
        ("x{0}needle", exactly("needle")),
        ("foo|bar|baz", exactly("bar", "baz", "foo")),
        ("foo|foobar", exactly("foo")),
        ("foobar|foo", exactly("foo")),
        ("foo(?:bar)?", exactly("foo")),
        ("oo|foo", exactly("foo", "oo")),
        ("xy(one|three)z", exactly("xyonez", "xythreez")),
        ("[ab]x", exactly("ax", "bx")),
        ("(?:q|zw){1,2}", exactly("q", "zw")),
        ("^needle$", among_others("needle")),
        (r"\bin_[a-z]+_user\(", among_others("_user(")),
        ("foo.bar+", among_others("bar")),
        ("fo+bar", among_others("obar")),
        ("(longer)+x", among_others("longerx")),
        ("(longer)*xyz", among_others("xyz")),
        ("a{2,3}bcd", exactly("aaabcd", "aabcd")),
        ("abc(?=longer).", among_others("longer")),
        ("(?<=longer)abc", among_others("longer")),
        ("abc(?!longer)", among_others("abc")),
        ("(?>a|ab)x", among_others("abx", "ax")),
        ("(?:abc)++", among_others("abc")),
        ("(x)?(?(1)longer|other)ab", among_others("longerab", "otherab")),
        (r"(abc)\1x", among_others("abc")),
        (r"(?:foo\d|bar\w+)", among_others("bar", "foo")),
        ("foo\nbar|longer\nx", among_others("bar", "longer")),
        (r"needle\n", among_others("needle")),
        ("a|b|", UNKNOWN),
        ("", UNKNOWN),
        (r"\w+\s*", UNKNOWN),
        ("(?:longer)?", UNKNOWN),
        ("longer|.", UNKNOWN),
        ("[^abc]", UNKNOWN),
    ],
)
def test_literals(pattern: str, expected: Requirement) -> None:
    assert requirement(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("Needle", exactly("needle", caseless=True)),
        ("N\u00e9e", exactly("n\u00c9e", "n\u00e9e", caseless=True)),
        ("k2", exactly("k2", "\u212a2", caseless=True)),
        ("(?a)k2", exactly("k2", caseless=True)),
        ("[kx]2", exactly("k2", "x2", "\u212a2", caseless=True)),
        ("日本", exactly("日本", caseless=True)),
        ("one|two", exactly("one", "two", caseless=True)),
        ("(?-i:NEEDLE)", among_others("needle", caseless=True)),
        (r"\bneedle", among_others("needle", caseless=True)),
    ],
)
def test_either_case(pattern: str, expected: Requirement) -> None:
    assert requirement(pattern, re.IGNORECASE) == expected
    assert requirement(f"(?i){pattern}".replace("(?i)(?a)", "(?ia)")) == expected


def test_a_part_in_either_case_is_spelled_out() -> None:
    assert requirement("(?i:ax)42") == exactly("AX42", "Ax42", "aX42", "ax42")
    assert 0 < len(requirement("needle(?i:xxxxxxxx)").literals) <= LITERALS_MOST


@pytest.mark.parametrize(
    "pattern", ["y" * 5000, "(?:ab){3000}", "[ab]" * 3000, "(?:a|bc)" * 2000, "a" * 50_000 + ".*"]
)
def test_large_patterns_stay_within_bounds(pattern: str) -> None:
    found = requirement(pattern)
    assert not found.exact
    assert len(found.literals) <= LITERALS_MOST
    assert all(len(literal) <= LITERAL_MOST for literal in found.literals)


def test_many_words() -> None:
    words = [f"{chr(97 + i % 26)}word{i:02}" for i in range(LITERALS_MOST)]
    assert requirement("|".join(words)) == exactly(*sorted(words))
    assert requirement("|".join([*words, "another"])) == UNKNOWN


def test_too_deep_is_unknown() -> None:
    assert requirement("(" * 150 + "needle" + ")" * 150) == UNKNOWN


@given(chance=st.randoms(use_true_random=False), flags=st.sampled_from(FLAGS))
@settings(max_examples=1000, deadline=None)
def test_no_match_is_without_one(chance: random.Random, flags: int) -> None:
    pattern = random_pattern(chance)
    wanted = compiled(pattern, flags)
    if wanted is None:
        return
    found = requirement(pattern, flags)
    for _ in range(8):
        text = sample(pattern, flags, chance)
        assert holds(found, wanted, text), (pattern, flags, text, found)


def holds(found: Requirement, wanted: re.Pattern[str], text: str) -> bool:
    """Whether *found* says the truth about *wanted* in *text*."""
    expected = start(wanted, text)
    if expected is None:
        return True
    folded = "".join(char.lower() if char.isascii() else char for char in text) if found.caseless else text
    starts = [at for literal in found.literals if (at := folded.find(literal)) >= 0]
    if found.exact:
        return expected == min(starts, default=-1)
    return expected < 0 or not found.literals or bool(starts)


def test_a_foreign_parser_costs_only_the_literals(monkeypatch: pytest.MonkeyPatch) -> None:
    from re import _parser  # type: ignore[attr-defined]

    monkeypatch.setattr(_parser, "parse", lambda _pattern, _flags: object())
    assert requirement("needle") == UNKNOWN


def test_an_unknown_node_costs_only_the_literals(monkeypatch: pytest.MonkeyPatch) -> None:
    from toolrig.search._finding import literals

    monkeypatch.delitem(literals._READERS, "AT")
    assert requirement("^needle") == UNKNOWN
