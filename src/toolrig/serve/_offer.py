"""An action under the names a model knows: how a preset turns it into a tool."""

import os

from toolrig.errors import ToolrigError
from toolrig.mcp import Tool
from toolrig.serve._given import Given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from toolrig.mcp import Call, ToolResult
    from toolrig.root import Root
    from toolrig.serve._action import Action, Schema


class Naming:
    """How one argument of a tool stands for an argument of its action.

    Args:
        argument: the action's; "" for a note, which models give and the action has no use for.
        description: for the model, in place of the action's.
        values: the action's value for each that the model may give; a dict that goes both ways.
        scale: how many of the model's units make one of the action's, such as 1000 for milliseconds.
        fields: for a list of objects, the names of their fields, by the model's names.
        schema: keywords of JSON Schema in place of the action's.
    """

    __slots__ = ("_back", "_description", "_scale", "_schema", "_values", "argument", "fields")

    def __init__(
        self,
        argument: str,
        description: str = "",
        *,
        values: "Mapping[Any, Any] | None" = None,
        scale: int = 1,
        fields: "Mapping[str, str] | None" = None,
        schema: "Schema | None" = None,
    ) -> None:
        self.argument = argument
        self._description = description
        self._values = values
        self._back = {ours: theirs for theirs, ours in values.items()} if values else None
        self._scale = scale
        self.fields = fields
        self._schema = schema or {}

    def taken(self, value: "Any") -> "Any":
        """Return the action's value for one that the model gave."""
        if self._values is not None:
            return self._values[value]
        if self.fields is not None:
            return [{self.fields[name]: item for name, item in row.items()} for row in value]
        return value / self._scale if self._scale != 1 else value

    def shown(self, value: "Any") -> "Any":
        """Return what the model would give for a value of the action."""
        if self._back is not None:
            return self._back[value]
        return int(value * self._scale) if self._scale != 1 else value

    def schema(self, action: "Action") -> "Schema":
        """Return the JSON Schema of the model's argument."""
        schema = dict(action.arguments.get(self.argument, {"type": "string"}))
        if self._values is not None:
            schema.pop("enum", None)
            schema.update(_choice(self._values))
        for bound in ("minimum", "maximum"):
            if bound in schema:
                schema[bound] *= self._scale
        if self.fields is not None:
            schema["items"] = _renamed(schema["items"], self.fields)
        if self._description:
            schema["description"] = self._description
        return {**schema, **self._schema}


class Offer:
    """An action as one preset offers it.

    Args:
        action: what is done.
        name: of the tool.
        description: what it does and returns, for a model to read.
        arguments: by the model's name, the action's, or a `Naming`; others do not exist for the model.
        settings: what the action is given where the model gives nothing else.

    Attributes:
        names: the `Naming` of each argument, by the model's name.
    """

    __slots__ = ("_settings", "action", "description", "name", "names")

    def __init__(
        self,
        action: "Action",
        name: str,
        description: str,
        arguments: "Mapping[str, str | Naming]",
        settings: "Mapping[str, Any] | None" = None,
    ) -> None:
        self.action = action
        self.name = name
        self.description = description
        self.names = {
            theirs: ours if isinstance(ours, Naming) else Naming(ours) for theirs, ours in arguments.items()
        }
        self._settings = settings or {}

    def tool(self, root: "Root", tools: "Mapping[str, str]") -> Tool:
        """Return the tool on *root*; *tools* tells what the other actions are called."""
        perform, names, settings = self.action.handle, self.names, self._settings
        words = {naming.argument: (name, naming) for name, naming in reversed(names.items())}

        def handle(arguments: "dict[str, Any]", call: "Call") -> "str | ToolResult":
            values = dict(settings)
            for name, value in arguments.items():
                naming = names[name]
                values[naming.argument] = naming.taken(value)
            given = Given(values, words, tools)
            try:
                return perform(root, given, call)
            except FileNotFoundError as error:
                raise _explained(error, given) from None

        return Tool(
            self.name,
            self.description,
            self._schema(),
            handle,
            title=self.action.title,
            annotations=self.action.hints,
        )

    def _schema(self) -> "Schema":
        action = self.action
        schema: Schema = {
            "type": "object",
            "properties": {name: naming.schema(action) for name, naming in self.names.items()},
        }
        required = [name for name, naming in self.names.items() if naming.argument in action.required]
        if required:
            schema["required"] = required
        schema["additionalProperties"] = False
        return schema


def same(*arguments: str) -> dict[str, "str | Naming"]:
    """Return the names of arguments that are called what the action calls them."""
    return {argument: argument for argument in arguments}


def _choice(values: "Mapping[Any, Any]") -> "Schema":
    if all(isinstance(value, bool) for value in values):
        return {"type": "boolean"}
    return {"type": "string", "enum": list(values)}


def _renamed(schema: "Schema", fields: "Mapping[str, str]") -> "Schema":
    """Return the schema of an object with its properties under the model's names."""
    required = [name for name, ours in fields.items() if ours in schema["required"]]
    properties = {name: schema["properties"][ours] for name, ours in fields.items()}
    return {**schema, "properties": properties, "required": required}


def _explained(error: FileNotFoundError, given: Given) -> FileNotFoundError:
    """Return the system's bare error for a missing file with a remedy added."""
    finder = given.tool("glob", "tree")
    if isinstance(error, ToolrigError) or not finder:
        return error
    remedy = f"{error.strerror}; find paths with {finder}, relative to the root"
    return FileNotFoundError(error.errno, remedy, os.fsdecode(error.filename or ""))
