"""How actions are offered under other names: arguments in, remedies out."""

from typing import Any

import pytest

from toolrig import Root
from toolrig.mcp import Call
from toolrig.serve._action import READS, Action, hints
from toolrig.serve._footer import hidden_note, raised, ways, with_footer
from toolrig.serve._given import Given
from toolrig.serve._offer import Naming, Offer, same

SEEN: list[Given] = []


def seen(_root: Root, given: Given, _call: Call) -> str:
    SEEN.append(given)
    return "done"


ACTION = Action(
    "look",
    "Look",
    seen,
    {
        "path": {"type": "string", "description": "A path."},
        "mode": {"type": "string", "enum": ["a", "b"], "description": "A or b."},
        "seconds": {"type": "number", "minimum": 0, "maximum": 60, "description": "How long."},
        "steps": {
            "type": "array",
            "description": "Steps.",
            "items": {
                "type": "object",
                "properties": {
                    "old": {"type": "string"},
                    "new": {"type": "string"},
                    "all": {"type": "boolean"},
                },
                "required": ["old", "new"],
                "additionalProperties": False,
            },
        },
    },
    required=("path",),
    hints=READS,
)


def given(offer: Offer, arguments: dict[str, Any], tools: dict[str, str] | None = None) -> Given:
    with Root("/") as root:
        assert offer.tool(root, tools or {}).handler(arguments, Call(1)) == "done"
    return SEEN.pop()


def schema(offer: Offer) -> dict[str, Any]:
    with Root("/") as root:
        return offer.tool(root, {}).input_schema


def test_arguments_keep_their_names_or_get_others() -> None:
    offer = Offer(ACTION, "Look", "...", {"file": "path", "mode": "mode"}, {"mode": "b"})
    assert schema(offer) == {
        "type": "object",
        "properties": {"file": ACTION.arguments["path"], "mode": ACTION.arguments["mode"]},
        "required": ["file"],
        "additionalProperties": False,
    }
    found = given(offer, {"file": "x"})
    assert (found["path"], found["mode"], found.get("seconds", 7)) == ("x", "b", 7)
    assert given(offer, {"file": "x", "mode": "a"})["mode"] == "a"
    assert "mode" in found
    assert "seconds" not in found


def test_values_are_translated_both_ways() -> None:
    naming = Naming("mode", "Only b.", values={True: "b", False: "a"})
    offer = Offer(ACTION, "Look", "...", {**same("path"), "only_b": naming})
    assert schema(offer)["properties"]["only_b"] == {"type": "boolean", "description": "Only b."}
    found = given(offer, {"path": "x", "only_b": True})
    assert found["mode"] == "b"
    assert found.setting("mode", "a") == "only_b=false"
    named = Naming("mode", values={"first": "a", "second": "b"})
    assert named.schema(ACTION)["enum"] == ["first", "second"]


def test_units_are_translated_both_ways() -> None:
    naming = Naming("seconds", scale=1000)
    assert naming.schema(ACTION) == {
        "type": "number",
        "minimum": 0,
        "maximum": 60_000,
        "description": "How long.",
    }
    offer = Offer(ACTION, "Look", "...", {**same("path"), "ms": naming})
    found = given(offer, {"path": "x", "ms": 1500})
    assert found["seconds"] == 1.5
    assert found.setting("seconds", 2) == "ms=2000"


def test_fields_of_lists_are_renamed() -> None:
    naming = Naming("steps", fields={"oldText": "old", "newText": "new"})
    items = naming.schema(ACTION)["items"]
    assert list(items["properties"]) == items["required"] == ["oldText", "newText"]
    offer = Offer(ACTION, "Look", "...", {**same("path"), "edits": naming})
    found = given(offer, {"path": "x", "edits": [{"oldText": "1", "newText": "2"}]})
    assert found["steps"] == [{"old": "1", "new": "2"}]


def test_notes_are_taken_and_not_passed_on() -> None:
    offer = Offer(ACTION, "Look", "...", {**same("path"), "description": Naming("", "Why.")})
    assert schema(offer)["properties"]["description"] == {"type": "string", "description": "Why."}
    assert schema(offer)["required"] == ["path"]
    assert given(offer, {"path": "x", "description": "because"})["path"] == "x"


def test_remedies_speak_the_words_of_the_preset() -> None:
    offer = Offer(ACTION, "Look", "...", {"file": "path", "gone": Naming("mode")})
    found = given(offer, {"file": "x"}, {"find": "Finder", "look": "Look"})
    assert found.called("path") == "file"
    assert found.called("seconds") == ""
    assert found.setting("mode", "a") == "gone=a"
    assert found.setting("seconds", 3) == ""
    assert found.tool("nothing", "find") == "Finder"
    assert found.tool("nothing") == ""
    assert raised(found, "path") == "raise file"
    assert raised(found, "seconds") == ""
    assert ways("", raised(found, "path"), "look elsewhere") == "; raise file or look elsewhere"
    assert ways("") == ""
    assert hidden_note(1, found) == ["1 ignored entry left out"]
    assert hidden_note(0, found) == []


def test_of_two_names_for_one_argument_remedies_use_the_first() -> None:
    offer = Offer(ACTION, "Look", "...", {"-m": "mode", "mode": "mode", **same("path")})
    assert given(offer, {"path": "x"}).setting("mode", "a") == "-m=a"


def test_a_missing_file_comes_with_a_remedy_where_there_is_one() -> None:
    def missing(_root: Root, _given: Given, _call: Call) -> str:
        raise FileNotFoundError(2, "No such file or directory", "gone")

    action = Action("look", "Look", missing, {}, hints=READS)
    offer = Offer(action, "Look", "...", {})
    with Root("/") as root:
        with pytest.raises(FileNotFoundError, match="directory; find paths with Tree"):
            offer.tool(root, {"tree": "Tree"}).handler({}, Call(1))
        with pytest.raises(FileNotFoundError, match="directory: 'gone'"):
            offer.tool(root, {}).handler({}, Call(1))


def test_hints_of_actions_that_only_read_are_whole() -> None:
    assert READS == {
        "readOnlyHint": True,
        "destructiveHint": False,
        "idempotentHint": True,
        "openWorldHint": False,
    }
    assert hints() == {
        "readOnlyHint": False,
        "destructiveHint": True,
        "idempotentHint": False,
        "openWorldHint": False,
    }
    assert ACTION.changes is False
    assert Action("x", "X", seen, {}, hints=hints()).changes is True


def test_a_footer_has_a_line_a_note() -> None:
    assert with_footer("body", ["one", "two"]) == "body\n[one]\n[two]"
    assert with_footer("body\n", ["one"]) == "body\n[one]"
    assert with_footer("", ["one"]) == "[one]"
    assert with_footer("body", []) == "body"
