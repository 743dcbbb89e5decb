"""What `re.IGNORECASE` takes for the same: told by `re` itself, for every character there is."""

import _sre
import re
import sys

import pytest

from toolrig.search._finding import folding
from toolrig.search._finding.folding import partners

EVERYTHING = "".join(map(chr, range(sys.maxunicode + 1)))


def test_every_character_with_a_case_is_asked() -> None:
    """`re` compares what `tolower` makes of characters: what it changes and what it makes are there."""
    cased = set(folding._every_cased())
    for code in range(sys.maxunicode + 1):
        lower = _sre.unicode_tolower(code)
        if lower != code:
            assert {chr(code), chr(lower)} <= cased


CASED = EVERYTHING[:128] + "".join(char for char in EVERYTHING[128:] if char.swapcase() != char)


@pytest.mark.parametrize("char", "éßẞσςΣΩ\u2126åÅ\u212bﬅﬆ\u0345\u1c80\U00010400ǅ日")
def test_beyond_ascii(char: str) -> None:
    expected = re.findall(char, EVERYTHING, re.IGNORECASE)
    assert sorted(partners(char, ascii_only=False)) == sorted(expected)
    assert partners(char, ascii_only=True) == char
