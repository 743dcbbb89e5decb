"""The automaton of a pattern: no line in which `re` finds something is ever passed over."""

import random
import re
import warnings

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from toolrig import _backend, grep
from toolrig._backend import kernel
from toolrig.search._finding.automaton import automaton

SIMD = ["avx2", "sse2", "neon", "scalar"]


@pytest.fixture(params=SIMD)
def find(request):
    """The compiled finder on each instruction set that this machine has."""
    _backend.choose("native")
    textscan = kernel("textscan")
    textscan._use_instruction_set(request.param)
    yield lambda text, program: textscan.find(text, ("automaton", program))
    textscan._use_instruction_set(None)
    _backend.choose(None)


def compiled(pattern: str, flags: int = 0) -> "re.Pattern[str]":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(pattern, flags)
        except (re.error, OverflowError):
            assume(False)
            raise


def text_of(line: bytes) -> str:
    line = line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")
    return line.decode("utf-8", "surrogateescape")


class Oracle:
    """Runs a program as its description reads, without haste."""

    def __init__(self, program: bytes) -> None:
        places, classes, run, _ = (int.from_bytes(program[i : i + 2], "little") for i in range(0, 8, 2))
        size = (places + 63) // 64 * 8
        sets_at = 264 + 32 * run
        assert len(program) == sets_at + (classes + places + 2) * size
        sets = [int.from_bytes(program[i : i + size], "little") for i in range(sets_at, len(program), size)]
        self.class_of = program[8:264]
        self.run = [int.from_bytes(program[i : i + 32], "little") for i in range(264, sets_at, 32)]
        self.consumers, self.follow = sets[:classes], sets[classes:-2]
        self.first, self.last = sets[-2:]

    def accepts(self, line: bytes) -> bool:
        return self._has_run(line) and self._matches(line)

    def _has_run(self, line: bytes) -> bool:
        return any(
            all(one >> line[at + i] & 1 for i, one in enumerate(self.run))
            for at in range(len(line) - len(self.run) + 1)
        )

    def _matches(self, line: bytes) -> bool:
        state = 0
        for byte in line:
            reached = self.first
            for place, following in enumerate(self.follow):
                if state >> place & 1:
                    reached |= following
            state = reached & self.consumers[self.class_of[byte]]
            if state & self.last:
                return True
        return False


ATOMS = [
    *("a", "b", "k", "s", "i", "K", "é", "\u017f", "\u212a", "İ", "ß", "€", "\\udce9", r"\.", r"\n", r"\r"),
    *(
        ".",
        "[ab]",
        "[^a]",
        "[a-k]",
        "[^a-k]",
        "[^k]",
        "[ks]",
        "[é-ü]",
        "[^é]",
        r"[\dk]",
        r"[^\W]",
        r"[^\S\n]",
    ),
    *(r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", "^", "$", r"\A", r"\Z"),
    *("(?=a)", "(?!b)", "(?<=a)", "(?<!b)", "(?!)", "(?i:ks)", "(?-i:k)", "(?s:.)", r"(?a:\w)", "(?ai:k)"),
]
QUANTIFIERS = [
    "*",
    "+",
    "?",
    "{0}",
    "{2}",
    "{1,3}",
    "{0,2}",
    "{3,}",
    "+?",
    "*?",
    "??",
    "{2,3}?",
    "++",
    "*+",
    "?+",
]


def compose(inner):
    return st.one_of(
        st.lists(inner, min_size=1, max_size=5).map("".join),
        st.builds("(?:{}){}".format, inner, st.sampled_from(QUANTIFIERS)),
        st.builds("({})".format, inner),
        st.builds(r"({})b?\1".format, inner),
        st.builds("(?>{})".format, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("(?:{0}{1}|{0}{2}|k)".format, inner, inner, inner),
        st.builds("({})?(?(1){}|{})".format, inner, inner, inner),
        st.builds("(?i:{})".format, inner),
        st.builds("(?-i:{})".format, inner),
    )


PATTERNS = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "", "(?i)", "(?x)", "(?m)", "(?s)", "(?a)", "(?ai)"]),
    st.recursive(st.sampled_from(ATOMS), compose, max_leaves=10),
)
BITS = [
    b"a",
    b"b",
    b"k",
    b"s",
    b"i",
    b"K",
    b"S",
    b"I",
    b"9",
    b".",
    b" ",
    b"\t",
    b"\r",
    b"\x1c",
    b"_",
    b"\xe9",
    b"\xa9",
]
BITS += [char.encode() for char in "é\u017f\u212aİ\u0131ß€\u0661"]
LINES = st.lists(st.sampled_from(BITS), max_size=14).map(b"".join)
IN_A_TEST = [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow]


@given(
    pattern=PATTERNS,
    lines=st.lists(LINES, min_size=1, max_size=4),
    end=st.sampled_from([b"", b"\r\n", b"\n"]),
)
@settings(max_examples=600, suppress_health_check=IN_A_TEST, deadline=None)
def test_no_hit_is_missed(find, pattern, lines, end):
    search = compiled(pattern).search
    program = automaton(pattern)
    if program is None:
        return
    oracle = Oracle(program)
    for line in lines:
        accepted = oracle.accepts(line + end.removesuffix(b"\n"))
        assert (find(line + end, program) >= 0) == accepted
        assert accepted or search(text_of(line + end)) is None


@given(data=st.data(), pattern=PATTERNS, flags=st.sampled_from([0, re.IGNORECASE, re.ASCII, re.VERBOSE]))
@settings(max_examples=150, suppress_health_check=IN_A_TEST, deadline=None)
def test_no_hit_is_missed_in_text_made_for_the_pattern(find, data, pattern, flags):
    search = compiled(pattern, flags)
    program = automaton(pattern, flags)
    assume(program is not None)
    try:
        made = data.draw(st.from_regex(search))
        raw = made.encode("utf-8", "surrogateescape")
    except (InvalidArgument, NotImplementedError, UnicodeEncodeError):  # not of every pattern
        return
    for line in raw.split(b"\n"):
        assert find(line, program) >= 0 or search.search(text_of(line)) is None


@given(pattern=PATTERNS, lines=st.lists(LINES, max_size=60), skip=st.integers(0, 20))
@settings(max_examples=150, suppress_health_check=IN_A_TEST, deadline=None)
def test_the_first_line_accepted_is_found(find, pattern, lines, skip):
    compiled(pattern)
    program = automaton(pattern)
    if program is None:
        return
    oracle = Oracle(program)
    text = b"\n".join(lines)[skip:]
    found = find(text, program)
    accepted = [number for number, line in enumerate(text.split(b"\n")) if oracle.accepts(line)]
    assert (text.count(b"\n", 0, found) if found >= 0 else None) == (accepted[0] if accepted else None)


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "a*", "a?b*", "(?:)", "^", "$", r"\b", "^$", "(?=abc)", "(a|)", "(a)?(?(1)b)", r"(?:(a)\1)*"),
        *(".", r"\w", r"\w+", "[a-z]", "[^b]", r"\S+", r".+$", " ", "[^ ]+ "),
        *("abcde.fghij" * 60, "(?:" * 60 + "a" + ")" * 60 + "*"),
    ],
)
def test_what_is_of_no_use_has_none(pattern):
    assert automaton(pattern) is None


def test_what_nothing_can_match_is_found_nowhere(find):
    for pattern in ("a\n+b", "[^\x00-\U0010ffff]", r"x[^\s\S]"):
        program = automaton(pattern)
        assert program is not None
        assert find(b"a\nb\nab x\n" * 50, program) == -1


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        (r"\b[A-Z]{4}[0-9]{3}\b", [b"ABCD123", b"xABCD123"]),
        ("x{1000}", [b"x" * 1000, b"x" * 2000]),
        ("(?:(?:ab){40}){40}c", [b"ab" * 1600 + b"c"]),
        ("(?:x{0,9}y{2}){3}", [b"yyyyyy", b"xyyxyyxyy"]),
        ("(?i)kelvin|stra\u017fse", ["\u212aelvin".encode(), b"STRASSE", "\u017ftra\u017f\u017fe".encode()]),
        ("(?i)\u212a[0-9]", [b"k1", b"K2", "\u212a3".encode()]),
        (r"q\wz", ["qéz".encode(), "q\U00020000z".encode(), b"q_z"]),
        ("q[^a]z", [b"q\xffz", b"q\xe9\x80z", "q€z".encode()]),
        ("caf\\udce9", [b"caf\xe9"]),
        (r"(['\"])xy\1", [b"'xy'", b'"xy"']),
    ],
)
def test_lines_found(find, pattern, lines):
    program = automaton(pattern)
    assert program is not None
    for line in lines:
        for front in (b"", b"no\n", b"." * 70 + b"\n", b"." * 33):
            for back in (b"", b"\n", b"\r\n", b"." * 40):
                assert find(front + line + back, program) >= len(front) - 33


@pytest.mark.parametrize(
    "pattern", ["[A-Z]{4}[0-9]{3}", "[a-c][1-3][a-c]", "x", "[xy]+[0-9]{9}", r"[a-c\d]{4}x"]
)
def test_long_texts(find, pattern):
    chance = random.Random(7)
    program = automaton(pattern)
    search = re.compile(pattern.encode()).search
    alphabet = b"abcxyAB123" + b"." * chance.randrange(1, 40) + b"\n"
    text = bytes(chance.choices(alphabet, k=60_000))
    hits, found = [], []
    at = 0
    for line in text.split(b"\n"):
        if search(line):
            hits.append(at)
        at += len(line) + 1
    at = 0
    while (place := find(memoryview(text)[at:], program)) >= 0:
        found.append(text.rfind(b"\n", 0, at + place) + 1)
        at = text.find(b"\n", at + place) + 1 or len(text)
    assert found == hits


def test_an_automaton_with_endless_states_is_given_up(find):
    chance = random.Random(3)
    program = automaton("[ab]*a[ab]{40}[xy]")
    lines = [bytes(chance.choices(b"ab", k=3000)) for _ in range(40)]
    assert find(b"\n".join(lines[:2]), program) == -1
    lines.append(b"a" * 50 + b"x")
    assert find(b"\n".join(lines), program) >= 0


def test_damaged_programs_are_refused(find):
    program = automaton("[A-Z]{4}[0-9]{3}")
    assert program is not None
    for at in range(0, len(program), 7):
        with pytest.raises(ValueError, match="damaged"):
            find(b"text", program[:at])
    with pytest.raises(ValueError, match="damaged"):
        find(b"text", program + b"\0")
    for at, byte in ((0, 0), (1, 255), (2, 0), (4, 9), (8 + 10, 255), (len(program) - 1, 255)):
        with pytest.raises(ValueError, match="damaged"):
            find(b"text", program[:at] + bytes([byte]) + program[at + 1 :])


def test_the_twin_takes_every_line(backend):
    textscan = kernel("textscan")
    program = automaton("[A-Z]{4}[0-9]{3}")
    assert textscan.runs_automata() == (backend == "native")
    assert textscan.find(b"nothing\nABCD123\n", ("automaton", program)) == (
        14 if textscan.runs_automata() else 0
    )


def test_a_foreign_parser_costs_only_the_automaton(monkeypatch):
    from re import _parser

    monkeypatch.setattr(_parser, "parse", lambda _pattern, _flags: object())
    assert automaton("[A-Z]{4}") is None


@pytest.mark.parametrize(
    "pattern", [r"\b[A-Z]{2}[0-9]\b", r"[a-c]+\d[a-c]*\d", r"(?i)[k-m]\d", r"^\w\W\w", r"\d\.?\d"]
)
def test_grep_finds_what_re_finds(tmp_path, backend, pattern):
    chance = random.Random(11)
    alphabet = ["a", "b", "c", "k", "K", "\u212a", "é", "1", "2", ".", " ", "A", "B", "\n", "\r\n", "\udcff"]
    wanted = []
    for number in range(6):
        text = "".join(chance.choices(alphabet, k=chance.choice([0, 50, 40_000])))
        (tmp_path / f"{number}.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
        for at, line in enumerate(text.split("\n"), 1):
            if found := re.search(pattern, line.removesuffix("\r") if at <= text.count("\n") else line):
                wanted.append((f"{number}.txt", at, found.start() + 1))
    assert sorted((hit.path, hit.line, hit.column) for hit in grep(pattern, str(tmp_path))) == wanted
    files = sorted({path for path, _, _ in wanted})
    assert sorted(hit.path for hit in grep(pattern, str(tmp_path), output="files")) == files
