"""Records and errors travel: to other processes, to copies, and to JSON."""

import copy
import json
import pickle

import pytest

from toolrig import run
from toolrig._record import Record
from toolrig.errors import CommandTimeoutError, ErrorReplyError
from toolrig.process import Output


class Pair(Record):
    __slots__ = ("left", "right")

    left: int
    right: object


PAIR = Pair(left=1, right=Pair(left=2, right=(3,)))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_copies_are_equal(again) -> None:
    assert again(PAIR) == PAIR
    assert hash(again(PAIR)) == hash(PAIR)


def test_fields_are_given_once_and_for_all() -> None:
    with pytest.raises(AttributeError, match="Pair is immutable: 'left' cannot be set"):
        PAIR.left = 2
    with pytest.raises(AttributeError, match="'left' cannot be deleted"):
        del PAIR.left
    with pytest.raises(TypeError, match="Pair has no field 'middle'"):
        Pair(left=1, right=2, middle=3)


def test_json_holds_what_is_nested() -> None:
    assert json.loads(PAIR.json()) == {"left": 1, "right": {"left": 2, "right": [3]}}
    output = Output(head=b"ab\xff", tail=b"", total=3)
    assert json.loads(output.json()) == {"text": "ab\ufffd", "truncated": False, "total": 3}


def test_errors_survive_the_way_to_another_process(backend: str) -> None:
    with pytest.raises(CommandTimeoutError) as ended:
        run("echo begun; sleep 1000", timeout=0.2)
    again = pickle.loads(pickle.dumps(ended.value))
    assert (str(again), again.completed) == (str(ended.value), ended.value.completed)
    refused = pickle.loads(pickle.dumps(ErrorReplyError("no", -32601, {"why": 1})))
    assert (str(refused), refused.code, refused.data) == ("no (code -32601)", -32601, {"why": 1})
