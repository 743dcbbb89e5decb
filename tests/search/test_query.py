"""A pattern made ready: at the cost its length allows, and without passing over a line that matches."""

import os
import random
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.patterns import compiled, damaged, random_pattern, sample, start
from toolrig import _backend
from toolrig._backend import kernel
from toolrig.errors import PatternError
from toolrig.search._finding.automaton import automaton
from toolrig.search._query import query


def test_plain_text_of_any_length_is_not_compiled() -> None:
    text = "y" * 10_000_000
    tracemalloc.start()
    search = query(text, fixed=False, ignore_case=False).search
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
    found = search(f"x{text}")
    assert found is not None
    assert found.start() == 1
    assert search(text[1:]) is None


@pytest.mark.parametrize(
    "options", [{"fixed": True, "ignore_case": True}, {"fixed": False, "ignore_case": False}]
)
def test_a_regular_expression_without_end_is_refused(options: dict[str, bool]) -> None:
    with pytest.raises(PatternError, match="100,001 characters: at most 100,000 are compiled"):
        query("y" * 100_000 + ".", **options)


@given(chance=st.randoms(use_true_random=False), ignore_case=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=500, deadline=None)
def test_no_line_is_passed_over(backend: str, chance: random.Random, ignore_case: bool) -> None:
    """What the finder says of the bytes of a line, held against what `re` says of its text."""
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    pattern = random_pattern(chance)
    wanted = compiled(pattern, flags)
    if wanted is None:
        return
    ready = query(pattern, fixed=False, ignore_case=ignore_case)
    if ready.finder is None:
        return
    for _ in range(8):
        raw = damaged(sample(pattern, flags, chance), chance) + chance.choice([b"", b"\n", b"\r\n"])
        text = re.sub(r"\r?\n\Z", "", raw.decode("utf-8", "surrogateescape"))
        expected, at = start(wanted, text), kernel("textscan").find(raw, ready.finder)
        if expected is None:
            continue
        told = (pattern, flags, raw, ready.finder)
        assert at >= 0 or expected < 0, told
        if ready.certain:
            assert at == (len(os.fsencode(text[:expected])) if expected >= 0 else -1), told


def test_either_case_is_found_by_a_set() -> None:
    ready = query("Ki", fixed=True, ignore_case=True)
    assert ready.certain
    assert ready.finder is not None
    assert ready.finder[1:] == ((b"ki", "k\u0130".encode(), "k\u0131".encode(), *KELVIN), True)


KELVIN = tuple(f"\u212a{i}".encode() for i in "i\u0130\u0131")


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("needle|NEEDLE", "literals"),
        (r"RLIMIT_NOFILE\d", "literals"),
        (r"the\d", "both"),
        (r"\b[A-Z]{4}[0-9]{3}\b", "automaton"),
        (r"\d+\.\d+", "automaton"),  # full stops are everywhere
        (r"\w*", None),
    ],
)
def test_what_serves_best_finds_the_lines(backend: str, pattern: str, kind: str | None) -> None:
    finder = query(pattern, fixed=False, ignore_case=False).finder
    if kind and not kernel("textscan").runs_automata():
        kind = "literals"
    assert (finder and finder[0]) == kind


@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_both_take_the_lines_that_each_takes(chance: random.Random) -> None:
    _backend.choose("native")
    textscan = kernel("textscan")
    pattern = random_pattern(chance)
    program = automaton(pattern) if compiled(pattern) else None
    if program is None:
        return
    literals = tuple(chance.sample([b"a", b"k", b"ab", b"x", b"\xc3"], 2))
    lines = [damaged(sample(pattern, 0, chance), chance) + b"\n" for _ in range(8)]
    finders = [("literals", literals, True), ("automaton", program), ("both", literals, True, program)]
    one, other, both = ([at for at, line in enumerate(lines) if textscan.find(line, f) >= 0] for f in finders)
    assert both == [at for at in one if at in other]
    assert every(textscan, b"".join(lines), finders[2]) == both


def every(textscan: Any, text: bytes, finder: object) -> list[int]:
    """Return the numbers of all lines of *text* that *finder* finds, one after the other."""
    found, begin = [], 0
    while (at := textscan.find(text[begin:], finder)) >= 0:
        found.append(text.count(b"\n", 0, begin + at))
        begin = text.index(b"\n", begin + at) + 1
    return found


def test_a_damaged_program_is_refused() -> None:
    _backend.choose("native")
    with pytest.raises(ValueError, match="damaged"):
        kernel("textscan").find(b"a", ("both", (b"a",), False, b"none"))


@pytest.fixture(autouse=True)
def usual_backend() -> Iterator[None]:
    yield
    _backend.choose(None)
