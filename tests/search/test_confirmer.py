"""Confirming candidates: the answers of `re`, and an end to what has none."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig.errors import ConfirmationError
from toolrig.search._confirming import child
from toolrig.search._confirming.confirmer import Confirmer, TooSlowError, confirmer
from toolrig.search._items import DeadlineReached

WILD = r"(a+)+$"  # exponential
CATASTROPHE = "a" * 40 + "b"


@pytest.fixture(scope="module")
def wild() -> Iterator[Confirmer]:
    """A confirmer that has a child for everything; its pattern matches what ``a+`` does."""
    with closing(confirmer("(?P<all>(a+)+)", 0, None)) as made:
        yield made


def alive(pid: int) -> bool:
    """Whether the process *pid* is there and more than a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def child_of(made: Confirmer) -> int:
    assert made._child is not None
    return made._child._process.pid


# The answers of re


@pytest.mark.parametrize("pattern", ["(a+)+b", r"\w+", "x", "", r"(?:\w+\s)*é"])
def test_search(pattern: str) -> None:
    lines = ["", "aab", "x aab", "é\udce9", "\U0001f600aab", "\ud800", "b" * 5000 + "aab", "\r", "\0aab"]
    with closing(confirmer(pattern, 0, None)) as made:
        expected = [found and found.span() for found in map(re.compile(pattern).search, lines)]
        assert [found and found.span() for found in map(made.search, lines)] == expected
        found = list(made.search_all(lines))
        assert [one and (one.start(), one.end()) for one in found] == expected
        assert list(made.search_all([])) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("ab\n\udce9é", max_size=12), max_size=400))
def test_search_in_the_child(lines: list[str]) -> None:
    wild = SHARED[0]
    expected = [found and found.span() for found in map(re.compile("a+").search, lines)]
    assert [found and found.span() for found in wild.search_all(lines)] == expected


SHARED: list[Confirmer] = []


@pytest.fixture(scope="module", autouse=True)
def shared(wild: Confirmer) -> None:
    SHARED[:] = [wild]


def test_spans(wild: Confirmer) -> None:
    for text in ("", "aab aa", "b", "aé" * 1000):
        assert list(wild.spans(text)) == [found.span() for found in re.finditer("a+", text)]
    with closing(confirmer("a*", re.IGNORECASE, None)) as tame:
        assert list(tame.spans("aAb")) == [(0, 2), (2, 2), (3, 3)]
        assert list(tame.spans("aA" * 5000)) == [(0, 10_000), (10_000, 10_000)]
        assert tame._child is not None


def test_substitute(wild: Confirmer) -> None:
    assert wild.substitute(r"<\g<all>>", "aab\udce9a") == ("<aa>b\udce9<a>", 2)
    assert wild.substitute("é", "b") == ("b", 0)
    assert wild.substitute(lambda found: found[0].upper(), "aab") == ("AAb", 1)
    with closing(confirmer("a", 0, None)) as tame:
        assert tame.substitute(r"\g<0>\\", "aba") == ("a\\ba\\", 2)
        assert tame._child is None


def test_flags_reach_the_child() -> None:
    with closing(confirmer("(A+)+b  # comment", re.IGNORECASE | re.VERBOSE, None)) as made:
        found = made.search("xaaB")
        assert found is not None
        assert found.span() == (1, 4)
        assert made._child is not None


def test_long_lines_go_to_the_child() -> None:
    with closing(confirmer(r"\s+$", 0, None)) as made:
        assert made.search("x ") is not None
        assert made._child is None
        assert made.search("  x" * 20_000) is None
        assert made._child is not None


def test_questions_between_answers(wild: Confirmer) -> None:
    lines = ["ba", "x", "aa"] * 300
    seen = []
    for line, found in zip(lines, wild.search_all(lines), strict=True):
        seen.append((found and found.span(), list(wild.spans(line))))
    assert seen == [((1, 2), [(1, 2)]), (None, []), ((0, 2), [(0, 2)])] * 300


def test_answers_that_nobody_waits_for(wild: Confirmer) -> None:
    pid = None
    for _ in range(20):
        answers = wild.search_all(["a", "b", "ba"])
        assert next(answers)
        del answers
        assert wild.search("b") is None
        pid = pid or child_of(wild)
    assert child_of(wild) == pid


def test_a_child_that_cannot_let_go_is_replaced() -> None:
    with closing(confirmer(WILD, 0, None)) as made:
        answers = made.search_all(["a", CATASTROPHE])
        assert next(answers)
        del answers
        pid = child_of(made)
        assert made.search("b") is None
        assert child_of(made) != pid
        assert not alive(pid)


# The end


@pytest.mark.parametrize("ask", ["search", "search_all", "spans", "substitute", "function"])
def test_deadline(ask: str) -> None:
    calls = {
        "search": lambda made: made.search(CATASTROPHE),
        "search_all": lambda made: list(made.search_all([CATASTROPHE])),
        "spans": lambda made: list(made.spans(CATASTROPHE)),
        "substitute": lambda made: made.substitute("x", CATASTROPHE),
        "function": lambda made: made.substitute(str, CATASTROPHE),
    }
    until = monotonic() + 0.5
    with closing(confirmer(WILD, 0, until)) as made:
        with pytest.raises(DeadlineReached):
            calls[ask](made)
        assert monotonic() >= until
        pid = child_of(made)
    assert not alive(pid)


def test_answers_before_the_deadline_are_given() -> None:
    with closing(confirmer(WILD, 0, monotonic() + 0.5)) as made:
        answers = made.search_all(["a", "b", CATASTROPHE, "a"])
        assert [found and found.span() for found in (next(answers), next(answers))] == [(0, 1), None]
        with pytest.raises(DeadlineReached):
            next(answers)


@pytest.mark.parametrize("pattern", ["a", WILD])
def test_deadline_that_is_over(pattern: str) -> None:
    with closing(confirmer(pattern, 0, monotonic())) as made:
        with pytest.raises(DeadlineReached):
            made.search("a")
        with pytest.raises(DeadlineReached):
            list(made.search_all(["a"]))


def test_other_threads_run_meanwhile() -> None:
    with closing(confirmer(WILD, 0, None)) as made:
        made.search("a")
        failures: list[BaseException] = []

        def search() -> None:
            try:
                made.search(CATASTROPHE)
            except DeadlineReached as over:
                failures.append(over)

        thread = threading.Thread(target=search)
        thread.start()
        pid = child_of(made)
        made.close()  # from this thread
        thread.join()
        assert len(failures) == 1
        assert not alive(pid)


def test_function_that_would_take_too_long() -> None:
    with closing(confirmer("(a+)+b|a", 0, None)) as made, pytest.raises(TooSlowError, match="for a function"):
        made.substitute(str, "a" * 22)


def test_close_leaves_nothing() -> None:
    made = confirmer(WILD, 0, monotonic() + 60)
    made.search("a")
    pid = child_of(made)
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert timers
    made.close()
    made.close()
    assert not Path(f"/proc/{pid}").exists()
    for timer in timers:
        timer.join(30)
        assert not timer.is_alive()
    with pytest.raises(DeadlineReached):
        made.search("a")


def test_dropping_it_closes_it() -> None:
    made = confirmer(WILD, 0, None)
    made.search("a")
    pid = child_of(made)
    del made
    assert not alive(pid)


# The child


def test_child_has_next_to_no_environment() -> None:
    with closing(confirmer(WILD, 0, None)) as made:
        made.search("a")
        names = Path(f"/proc/{child_of(made)}/environ").read_bytes().split(b"\0")
    assert {name.partition(b"=")[0].decode() for name in names} <= {"", "LC_CTYPE", *child._KEPT}


def test_child_has_no_other_descriptors(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(fd, True)
    try:
        with closing(confirmer(WILD, 0, None)) as made:
            made.search("a")
            assert sorted(os.listdir(f"/proc/{child_of(made)}/fd")) == ["0", "1", "2"]
            assert os.getsid(child_of(made)) == child_of(made)
    finally:
        os.close(fd)


ORPHAN = """
import sys, threading
from toolrig.search._confirming.confirmer import confirmer
made = confirmer("(a+)+$", 0, None)
made.search("a")
print(made._child._process.pid, flush=True)
made.search("a" * 40 + "b")
"""


def test_child_ends_with_its_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        watch = os.pidfd_open(pid)
        parent.kill()
        parent.wait()
    try:
        import select

        assert select.select([watch], [], [], 30)[0]
    finally:
        os.close(watch)


def test_interrupt_ends_the_search() -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGINT)
        _, said = parent.communicate(timeout=30)
    assert b"KeyboardInterrupt" in said
    assert not alive(pid)


def test_child_that_dies_is_told() -> None:
    with closing(confirmer(WILD, 0, None)) as made:
        made.search("a")
        os.kill(child_of(made), signal.SIGKILL)
        with pytest.raises(ConfirmationError, match="ended by itself, with status -9"):
            made.search("a")


@pytest.mark.parametrize("executable", ["", "/nowhere/python", "/bin/true"])
def test_no_interpreter_to_start(monkeypatch: pytest.MonkeyPatch, executable: str) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    with closing(confirmer(WILD, 0, None)) as made, pytest.raises(ConfirmationError, match="use a pattern"):
        made.search("a")


def test_interpreter_that_is_another_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho hello\ncat >/dev/null\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with closing(confirmer(WILD, 0, None)) as made, pytest.raises(ConfirmationError, match="no Python"):
        made.search("a")


def test_forked_copy_ends_nothing() -> None:
    with closing(confirmer(WILD, 0, None)) as made:
        made.search("a")
        copy = os.fork()
        if not copy:
            made.close()
            os._exit(0)
        os.waitpid(copy, 0)
        assert made.search("a") is not None
