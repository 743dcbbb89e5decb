"""Finders find where `re` and `bytes.find` do, on every instruction set."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolrig._backend import kernel

each_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def one(literal: bytes):
    """Return the finder of one literal."""
    return "literals", (literal,), False


def pattern(literals: tuple[bytes, ...], caseless: bool) -> re.Pattern[bytes]:
    """Return what finds where the first of *literals* begins; with bytes only ASCII letters have cases."""
    return re.compile(b"|".join(map(re.escape, literals)), re.IGNORECASE if caseless else re.NOFLAG)


def check(simd, text: bytes, literals: tuple[bytes, ...], caseless: bool) -> None:
    """Hold the finder against `re` from hit to hit."""
    wanted = pattern(literals, caseless)
    at = 0
    while at >= 0:
        found = wanted.search(text, at)
        rest = simd.find(memoryview(text)[at:], ("literals", literals, caseless))
        assert rest == (found.start() - at if found else -1), (text, at, literals)
        at = found.start() + 1 if found else -1


def test_needle_of_every_length_at_every_place(simd):
    for length in range(1, 65):
        needle = bytes(97 + (i * 7 + length) % 26 for i in range(length))
        for places in (0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 130):
            text = bytearray(b"." * (places + length))
            for at in range(places + 1):
                text[at : at + length] = needle
                assert simd.find(text, one(needle)) == at
                text[at : at + length] = needle[:-1] + b"#"
                assert simd.find(text, one(needle)) == -1
                text[at : at + length] = b"." * length
    assert simd.find(b"ab", one(b"abc")) == simd.find(b"", one(b"a")) == -1


@given(
    text=st.binary(max_size=300),
    needle=st.binary(min_size=1, max_size=4).filter(lambda needle: b"\n" not in needle),
)
@each_example
def test_find_agrees_with_bytes(simd, text, needle):
    assert simd.find(text, one(needle)) == text.find(needle)


def alphabets():
    """Return few bytes, common and rare ones, in both cases, with their neighbours and what is not ASCII."""
    return st.lists(st.sampled_from(b"etETqQ~@`[{\x00\x0c\x80\xc3\xe9\xff kK"), min_size=1, max_size=5).map(
        bytes
    )


@given(data=st.data(), alphabet=alphabets(), caseless=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_literals_agree_with_re(simd, data, alphabet, caseless):
    word = st.lists(st.sampled_from(alphabet), min_size=1, max_size=6).map(bytes)
    literals = tuple(data.draw(st.lists(word, min_size=1, max_size=20), "literals"))
    parts = data.draw(st.lists(st.one_of(word, st.sampled_from(literals)), max_size=40), "text")
    check(simd, b"".join(parts), literals, caseless)


@given(data=st.data(), count=st.sampled_from([2, 8, 9, 16, 17, 64]), caseless=st.booleans())
@each_example
def test_sets_of_every_size_agree_with_re(simd, data, count, caseless):
    word = st.lists(st.integers(0x40, 0x7F), min_size=1, max_size=12).map(bytes)
    literals = tuple(data.draw(st.lists(word, min_size=count, max_size=count)))
    parts = data.draw(st.lists(st.one_of(word, st.sampled_from(literals).map(bytes.swapcase)), max_size=20))
    check(simd, b"".join(parts), literals, caseless)


@pytest.mark.parametrize("caseless", [False, True])
@pytest.mark.parametrize(
    "lengths", [(1, 1), (1, 2), (2, 2), (1, 3), (2, 9), (3, 3), (7, 40), tuple(range(1, 20))]
)
def test_each_of_several_at_every_place(simd, lengths, caseless):
    literals = tuple(bytes(65 + (i * 5 + n) % 26 for i in range(n)) for n in lengths)
    finder = "literals", literals, caseless
    wanted = pattern(literals, caseless)
    for literal in literals:
        shown = literal.swapcase() if caseless else literal
        for size in (len(literal), 17, 18, 19, 33, 34, 35, 67, 70):
            for at in range(size - len(literal) + 1):
                text = b"." * at + shown + b"." * (size - at - len(literal))
                for end in (size, at + len(literal), at + len(literal) - 1):
                    found = wanted.search(text, 0, end)
                    assert simd.find(memoryview(text)[:end], finder) == (found.start() if found else -1)


def test_the_literal_that_begins_first_wins_though_its_rare_part_comes_last(simd):
    early, late = b"e" * 30 + b"~~~", b"e~~"
    for size in (40, 100):
        text = b"." * 7 + early + b"." * size
        assert simd.find(text, ("literals", (late, early), False)) == 7
        assert simd.find(text[10:], ("literals", (late, early), False)) == text.index(late) - 10


def test_only_letters_have_cases(simd):
    for byte in range(256):
        if byte == 10:
            continue
        text = b"\n" * 40 + bytes([byte])  # no literal has a newline
        for other in {byte ^ 0x20, byte} - {10}:
            want = 40 if bytes([byte]).lower() == bytes([other]).lower() else -1
            assert simd.find(text, ("literals", (bytes([other]),), True)) == want
            assert simd.find(text, ("literals", (bytes([other]), b"absent"), True)) == want


@pytest.mark.parametrize(
    ("finder", "reason"),
    [
        (one(b"a\nb"), "newline"),
        (one(b""), "empty"),
        (("literals", (), False), "0 literals"),
        (("literals", (b"a",) * 65, False), "65 literals: give 1 to 64"),
        (("magic", b""), "no finder is called 'magic'"),
    ],
)
def test_wrong_finders(folder: int, backend: str, finder, reason):
    textscan = kernel("textscan")
    common = {"before": 0, "after": 0, "follow": False, "threads": 1, "probe": 0}
    with pytest.raises(ValueError, match=reason):
        textscan.Scanner(folder, finder, mode=textscan.LINES, **common)
    with pytest.raises(ValueError, match=reason):
        textscan.find(b"text", finder)
    with pytest.raises(ValueError, match="LINES"):
        textscan.Scanner(folder, None, mode=textscan.COUNT, **common)
