"""What an edit says where its text is missing: the lines it may have meant, and in what they differ."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig.errors import TextNotFoundError
from toolrig.fs._edit.candidates import described, nearest
from toolrig.fs._edit.edit import Edit
from toolrig.fs._edit.revision import Revision

SOURCE = """\
import os


def first(path):
    value = os.environ["HOME"]
    return value + path


def second(path):
\treturn "it\u2019s \u2013 here"
"""


def test_the_source_is_as_the_cases_expect() -> None:
    assert SOURCE.split("\n")[3] == "def first(path):"


@pytest.mark.parametrize(
    ("old", "line", "lines", "how"),
    [
        ("def first(path):\n  value", 4, 2, "indentation"),
        ("def first(path):\n\tvalue", 4, 2, "indentation"),
        ("def first(path):  \n    value", 4, 2, "white space at the end of lines"),
        ("value=os", 5, 1, "white space"),
        ("value = os.environ['HOME']", 5, 1, "quotes"),
        ("Value + Path", 6, 1, "upper and lower case"),
        ("it's \u2013 here", 10, 1, "quotes"),
        ("it\u2019s - here", 10, 1, "dashes"),
        ("    return 'it\u2019s - here'", 10, 1, "indentation and quotes and dashes"),
        ("     5\t    value = os", 5, 1, "the line numbers in front, which are not part of the file"),
        (
            "4: def first(path):\n5:     value",
            4,
            2,
            "the line numbers in front, which are not part of the file",
        ),
    ],
)
def test_style_is_named(old: str, line: int, lines: int, how: str) -> None:
    found = nearest(SOURCE, old)[0]
    assert (found.line, len(found.lines), found.how) == (line, lines, how)


@pytest.mark.parametrize(
    ("old", "line"),
    [
        ("return vaule + path", 6),
        ("def frist(path):\n    value = os.getenv('HOME')", 4),
        ('value = os.environ["HOME"]\n    return value - path\n', 5),
        ("def second(path, more):", 9),
    ],
)
def test_otherwise_the_most_alike_lines_are_shown(old: str, line: int) -> None:
    found = nearest(SOURCE, old)[0]
    assert (found.line, found.how) == (line, "")


def test_nothing_alike_is_said() -> None:
    for old in ("completely different words", "\n\n", "  \n", "{}"):
        assert nearest(SOURCE, old) == []
    assert described([], "x") == "nothing like it is there: read the file again"


def test_no_more_than_three_are_shown_and_none_twice() -> None:
    found = nearest("Some line\n" * 50, "some line")
    assert [candidate.line for candidate in found] == [1, 2, 3]
    found = nearest("an odd line\nan even line\n" * 50, "an odd lime\nan even lime")
    assert len(found) == 3
    assert all(abs(one.line - two.line) > 1 for one in found for two in found if one is not two)


def test_the_message_begins_where_lines_differ() -> None:
    text = "".join(f"line number {number}\n" for number in range(1, 40))
    old = text.replace("number 21", "number  21")
    with pytest.raises(TextNotFoundError) as failure:
        Revision(text.encode(), "file").apply(Edit(old, "x"))
    assert str(failure.value).split("\n") == [
        "file does not hold the text to replace; lines 1-39 differ only in white space:",
        "    (20 lines are the same)",
        *(f"    {number}\tline number {number}" for number in range(21, 27)),
        "    (13 more)",
    ]


def test_long_lines_are_cut() -> None:
    text = "word " * 100_000
    with pytest.raises(TextNotFoundError) as failure:
        Revision(text.encode(), "file").apply(Edit("Word word", "x"))
    assert "line 1 differs only in style:" in str(failure.value)
    assert len(str(failure.value)) < 400


@given(
    text=st.text("ab \t\n\r\"'A", max_size=60),
    old=st.text("ab \t\n\r\"'A", min_size=1, max_size=12),
)
@settings(max_examples=500, deadline=None)
def test_every_candidate_is_in_the_file(text: str, old: str) -> None:
    lines = text.split("\n")
    found = nearest(text, old)
    assert len(found) <= 3
    for candidate in found:
        assert lines[candidate.line - 1 : candidate.line - 1 + len(candidate.lines)] == candidate.lines
    described(found, old)


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("a" * 300_000 + "\n" + "a\n" * 100_000, "a" * 1000 + "b"),
        ("word\n" * 200_000, "word wort\n" * 2000),
        ("x = 1\n" * 100_000, "y = 2\n" * 100_000),
        ("é = “1”\n" * 100_000, "é == '2'"),
        (" " * 1_000_000, " \t" * 1000 + "x"),
    ],
    ids=["no words", "the same words", "long", "not ASCII", "blank"],
)
def test_hostile_texts_are_searched_in_bounded_work(text: str, old: str) -> None:
    """Their answers do not matter; quadratic work would show as minutes."""
    described(nearest(text, old), old)
