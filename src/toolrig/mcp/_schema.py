"""Checks arguments against the part of JSON Schema (2020-12) that tools use.

``type`` (a name or a list of names), ``enum``, ``minimum``, ``maximum``, ``properties``, ``required``,
``additionalProperties: false`` and ``items``; other keywords describe and are not checked.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    Schema = dict[str, object]

_TYPES: "dict[str, type]" = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
_PLAIN_KEYWORDS = frozenset({"type", "title", "description", "default", "examples"})
_SHOWN_CHARACTERS = 60


class Checker:
    """The schema of a tool's arguments, ready to check them.

    Most calls pass `_plain`, the properties that only name a scalar type, and are done after one look at each
    value; everything else takes the general way.
    """

    __slots__ = ("_plain", "_required", "_schema")

    def __init__(self, schema: "Schema") -> None:
        self._schema = schema
        required = schema.get("required")
        self._required = frozenset(required) if isinstance(required, list) else frozenset()
        self._plain: dict[str, type] = {}
        properties = schema.get("properties")
        if isinstance(properties, dict) and not schema.keys() & {"enum", "minimum", "maximum"}:
            for name, below in properties.items():
                if below.keys() <= _PLAIN_KEYWORDS and below.get("type") in ("string", "integer", "boolean"):
                    self._plain[name] = _TYPES[below["type"]]

    def problem(self, arguments: "dict[str, object]") -> str | None:
        """Return what is wrong with *arguments*, in words for the one who called; None where nothing is.

        JSON knows one kind of number: where an integer is asked for, ``5.0`` is one, and becomes 5 in place.
        """
        plain = self._plain
        for name, value in arguments.items():
            if type(value) is not plain.get(name):
                return _problem(arguments, self._schema, "")
        if self._required <= arguments.keys():
            return None
        return _problem(arguments, self._schema, "")


def _problem(value: object, schema: "Schema", where: str) -> str | None:
    found = _type_problem(value, schema, where) or _value_problem(value, schema, where)
    if found is None and isinstance(value, dict):
        return _object_problem(value, schema, where)
    if found is None and isinstance(value, list) and isinstance(items := schema.get("items"), dict):
        for index, item in enumerate(value):
            if found := _problem(item, items, f"{where}[{index}]"):
                return found
            value[index] = _whole(item, items)
    return found


def _type_problem(value: object, schema: "Schema", where: str) -> str | None:
    wanted = schema.get("type")
    if wanted is None:
        return None
    names = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(names, list) or any(_is(value, name) for name in names):
        return None
    return f"{_named(where)} must be {' or '.join(map(_article, names))}, got {_shown(value)}"


def _is(value: object, name: str) -> bool:
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _whole(value: object, schema: "Schema") -> object:
    """Return the int that *value*, a float that passed as an integer, stands for; else *value* itself."""
    if isinstance(value, float) and not _accepts_floats(schema):
        return int(value)
    return value


def _accepts_floats(schema: "Schema") -> bool:
    wanted = schema.get("type", "number")
    return wanted == "number" or (isinstance(wanted, list) and "number" in wanted)


def _value_problem(value: object, schema: "Schema", where: str) -> str | None:
    choices = schema.get("enum")
    if isinstance(choices, list) and not any(_equal(value, choice) for choice in choices):
        return f"{_named(where)} must be one of {', '.join(map(_shown, choices))}; got {_shown(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        least, most = schema.get("minimum"), schema.get("maximum")
        if isinstance(least, int | float) and value < least:
            return f"{_named(where)} must be at least {least}, got {_shown(value)}"
        if isinstance(most, int | float) and value > most:
            return f"{_named(where)} must be at most {most}, got {_shown(value)}"
    return None


def _equal(value: object, choice: object) -> bool:
    # To Python, but not to JSON, true is 1.
    return value == choice and isinstance(value, bool) == isinstance(choice, bool)


def _object_problem(value: "dict[str, object]", schema: "Schema", where: str) -> str | None:
    properties = schema.get("properties")
    known: dict[str, Schema] = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if name not in value:
            wanted = _expectation(known.get(name, {}))
            return f"{_named(_below(where, name))} is missing{wanted}"
    for name, item in value.items():
        below = known.get(name)
        if below is not None:
            if found := _problem(item, below, _below(where, name)):
                return found
            value[name] = _whole(item, below)
        elif schema.get("additionalProperties") is False:
            return f"{_named(_below(where, name))} is unknown; known: {', '.join(known) or 'none'}"
    return None


def _expectation(schema: "Schema") -> str:
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else wanted
    return f": give {' or '.join(map(_article, names))}" if isinstance(names, list) else ""


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _named(where: str) -> str:
    return f"argument {where!r}" if where else "the arguments"


def _article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _shown(value: object) -> str:
    """Return *value* as JSON, cut to a length that fits a message."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    from toolrig.mcp._wire import encoded, quote

    if isinstance(value, str):
        cut = value if len(value) <= _SHOWN_CHARACTERS else value[: _SHOWN_CHARACTERS - 3] + "..."
        return encoded(quote(cut)).decode()
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    try:
        text = str(value)
    except ValueError:  # an int of more digits than Python turns into text
        return "a huge number"
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
