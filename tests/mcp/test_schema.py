"""Argument checks, against the jsonschema package."""

from copy import deepcopy

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolrig.mcp._schema import Checker

NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "object", "array", "null"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-4, 4)
    | st.sampled_from([0.5, 1.0, 2.0, -3.0])
    | st.sampled_from("xy")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
BOUNDS = st.integers(-3, 3) | st.sampled_from([0.5, 1.5])


@st.composite
def schemas(draw: st.DrawFn, depth: int = 2) -> dict[str, object]:
    schema: dict[str, object] = {}
    if draw(st.booleans()):
        schema["type"] = draw(TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True))
    if draw(st.integers(0, 5)) == 0:
        schema["enum"] = draw(st.lists(SCALARS, min_size=1, max_size=3))
    for bound in ("minimum", "maximum"):
        if draw(st.integers(0, 4)) == 0:
            schema[bound] = draw(BOUNDS)
    if depth and draw(st.booleans()):
        schema["items"] = draw(schemas(depth - 1))
    return {**schema, **draw(objects(depth - 1))} if depth and draw(st.booleans()) else schema


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> dict[str, object]:
    schema: dict[str, object] = {"properties": draw(st.dictionaries(NAMES, schemas(depth), max_size=3))}
    if draw(st.booleans()):
        schema["required"] = draw(st.lists(NAMES, max_size=2, unique=True))
    if draw(st.booleans()):
        schema["additionalProperties"] = False
    return schema


@given(objects(), st.dictionaries(NAMES, VALUES, max_size=3))
def test_same_verdict_as_jsonschema(schema: dict[str, object], arguments: dict[str, object]) -> None:
    schema = {"type": "object", **schema}
    valid = jsonschema.Draft202012Validator(schema).is_valid(arguments)
    before = deepcopy(arguments)
    problem = Checker(schema).problem(arguments)
    assert (problem is None) == valid, problem
    assert arguments == before


SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "A path."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 9},
        "sort": {"type": ["string", "null"], "enum": ["mtime", "path", None]},
        "edits": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
    },
    "required": ["path"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"path": "x"}, None),
        ({"path": "x", "limit": 3, "sort": None}, None),
        ({}, "argument 'path' is missing: give a string"),
        ({"path": 5}, "argument 'path' must be a string, got 5"),
        ({"path": True}, "argument 'path' must be a string, got true"),
        ({"path": "x", "limit": "3"}, "argument 'limit' must be an integer, got \"3\""),
        ({"path": "x", "limit": False}, "argument 'limit' must be an integer, got false"),
        ({"path": "x", "limit": 2.5}, "argument 'limit' must be an integer, got 2.5"),
        ({"path": "x", "limit": 0}, "argument 'limit' must be at least 1, got 0"),
        ({"path": "x", "limit": 10}, "argument 'limit' must be at most 9, got 10"),
        ({"path": "x", "sort": "size"}, 'argument \'sort\' must be one of "mtime", "path", null; got "size"'),
        ({"path": "x", "sort": 1}, "argument 'sort' must be a string or null, got 1"),
        ({"path": "x", "size": 1}, "argument 'size' is unknown; known: path, limit, sort, edits"),
        ({"path": "x", "edits": [{"n": 1}, {"n": "\ud800"}]}, None),
        ({"path": "x", "edits": [{}, 7]}, "argument 'edits[1]' must be an object, got 7"),
        ({"path": ["x" * 99]}, "argument 'path' must be a string, got an array"),
    ],
)
def test_problems_name_argument_expectation_and_value(
    arguments: dict[str, object], problem: str | None
) -> None:
    found = Checker(SCHEMA).problem(arguments)
    if "edits" in arguments and problem is None:
        assert found == "argument 'edits[1].n' must be an integer, got \"\\ud800\""
    else:
        assert found == problem


def test_long_values_are_cut() -> None:
    for value in ("x" * 1000, 10**1000, 10**5000):
        problem = Checker({"type": "object", "properties": {"a": {"type": "null"}}}).problem({"a": value})
        assert problem is not None
        assert len(problem) < 150


def test_whole_floats_become_integers() -> None:
    arguments: dict[str, object] = {"path": "x", "limit": 5.0, "edits": [{"n": 2.0}]}
    assert Checker(SCHEMA).problem(arguments) is None
    assert repr(arguments["limit"]) == "5"
    assert repr(arguments["edits"]) == "[{'n': 2}]"
