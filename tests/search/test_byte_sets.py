"""What one character of a pattern matches, held against the characters there are."""

import re
import warnings
from re import _parser

import pytest

from toolrig.search._finding.byte_sets import ByteSets

LETTERS = range(0x2200)  # nearly all that have cases
SURROGATES = range(0xD800, 0xE000)
EVERY = "".join(map(chr, sorted({*LETTERS, *SURROGATES, *range(0, 0x110000, 61)})))
ATOMS = [
    *map(re.escape, "abckisKIS09_.~é\u017f\u0130\u0131\u212aß\u1e9e\u03bc\u03c3\u03c2"),
    *(r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "\\udce9", "\\ud800", r"\n", r"\r", r"\0"),
    *(
        "[a-c]",
        "[^a-c]",
        "[k]",
        "[^k]",
        "[j-l]",
        "[^j-l]",
        "[A-Z]",
        "[^A-Z]",
        "[s9]",
        "[é-ü]",
        "[^é-ü]",
        "[\u212a]",
    ),
    *(
        r"[\w-]",
        r"[^\w]",
        r"[^\W]",
        r"[\dx]",
        r"[^\d]",
        r"[\D]",
        r"[\s]",
        r"[^\s]",
        r"[^\S]",
        "[^\\n]",
        r"[\0-\x1f]",
    ),
]
FLAGS = [0, re.IGNORECASE, re.ASCII, re.ASCII | re.IGNORECASE, re.DOTALL]


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("atom", ATOMS)
def test_every_character_is_accounted_for(atom, flags):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matched = {found[0] for found in re.finditer(atom, EVERY, flags)}
        tree = _parser.parse(atom, flags)
    (node,) = tree
    sets = ByteSets()
    literal = sets.literal(node[1], tree.state.flags) if str(node[0]) == "LITERAL" else None
    if literal is not None:
        assert {literal.decode("utf-8", "surrogateescape")} == matched
        return
    ascii_bytes, wide = sets.of(node, tree.state.flags)
    assert ascii_bytes == sum(1 << ord(char) for char in matched if char.isascii() and char != "\n")
    assert wide or all(map(str.isascii, matched))
