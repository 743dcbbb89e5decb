"""The literal of a pattern: certain, or not named."""

import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig.search._literal import required_literal


@pytest.mark.parametrize(
    ("pattern", "literal", "exact"),
    [
        ("needle", "needle", True),
        (r"a\.b\\c", r"a.b\c", True),
        ("ab(cd)ef", "abcdef", True),
        ("ab(?:cd)(?P<n>ef)", "abcdef", True),
        ("", "", True),
        ("^needle$", "needle", False),
        (r"\bcopy_[a-z]+_user\(", "_user(", False),
        ("foo.bar+", "foo", False),
        ("(longer)+x", "longer", False),
        ("(longer)*x", "x", False),
        ("(longer)?x", "x", False),
        ("a{2,3}bcd", "bcd", False),
        ("(abc){2}", "abc", False),
        ("abc(?=def)g", "abc", False),
        ("(?<=longer)abc", "abc", False),
        ("one|three", "", False),
        ("xy(one|three)z", "xy", False),
        ("(?i)needle", "", False),
        ("needle(?i:x)", "", False),
        ("(?x) needle", "", False),
        ("(?s)needle", "", False),
        ("(?a)needle", "", False),
        ("(?u)needle", "needle", True),
        ("[abc]", "", False),
        ("a|b", "", False),
        ("(?>abc)de", "de", False),
        ("(x)?(?(1)longer|other)ab", "ab", False),
    ],
)
def test_literal(pattern, literal, exact):
    assert required_literal(pattern) == (literal, exact)


def patterns():
    atom = st.sampled_from(
        [
            "a",
            "b",
            "ab",
            r"\.",
            ".",
            "[ab]",
            "[^a]",
            r"\w",
            r"\b",
            "^",
            "$",
            "é",
            r"\n",
            "(?i:a)",
            "(?=a)",
            "(?!b)",
        ]
    )
    quantifier = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "+?", "*?", "++"])

    def compose(inner):
        return st.one_of(
            st.lists(inner, min_size=1, max_size=4).map("".join),
            st.builds("(?:{}){}".format, inner, quantifier),
            st.builds("({})".format, inner),
            st.builds("(?:{}|{})".format, inner, inner),
            st.builds("(?<!a){}".format, inner),
        )

    flags = st.sampled_from(["", "", "", "(?i)", "(?x)", "(?m)", "(?s)"])
    return st.builds("{}{}".format, flags, st.recursive(atom, compose, max_leaves=8))


@given(pattern=patterns(), text=st.text(alphabet="abAé. \n", max_size=12))
@settings(max_examples=1500)
def test_no_match_is_without_it(pattern, text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern)
        except re.error:
            return
        literal, exact = required_literal(pattern)
    found = compiled.search(text)
    if exact:
        assert (found.start() if found else -1) == text.find(literal)
    elif found:
        assert literal in text


def test_a_foreign_parser_costs_only_the_literal(monkeypatch):
    from re import _parser

    monkeypatch.setattr(_parser, "parse", lambda _pattern: object())
    assert required_literal("needle") == ("", False)
