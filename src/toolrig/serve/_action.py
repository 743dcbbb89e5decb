"""What a tool does, whatever it is called: every preset offers the same actions under names of its own."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from toolrig.mcp import Call, ToolResult
    from toolrig.root import Root
    from toolrig.serve._given import Given

    Schema = dict[str, Any]
    Handler = Callable[[Root, Given, Call], str | ToolResult]


class Action:
    """One thing that can be done to a root.

    Args:
        name: by which other actions refer to it.
        title: a name for people.
        handle: does it, and returns what the model is told.
        arguments: the JSON Schema of each, by name.
        required: names of the arguments it cannot do without.
        hints: the annotations of the protocol, all four of them; see `hints`.
    """

    __slots__ = ("arguments", "handle", "hints", "name", "required", "title")

    def __init__(
        self,
        name: str,
        title: str,
        handle: "Handler",
        arguments: "Mapping[str, Schema]",
        *,
        required: "tuple[str, ...]" = (),
        hints: "Mapping[str, bool]",
    ) -> None:
        self.name = name
        self.title = title
        self.handle = handle
        self.arguments = arguments
        self.required = required
        self.hints = hints

    @property
    def changes(self) -> bool:
        """Whether it may change anything, so that a read-only root does not offer it."""
        return not self.hints["readOnlyHint"]


def hints(
    *, read_only: bool = False, destructive: bool = True, idempotent: bool = False, open_world: bool = False
) -> dict[str, bool]:
    """Return the annotations of an action.

    Args:
        read_only: it changes nothing.
        destructive: it may lose what was there.
        idempotent: done again with the same arguments, it changes nothing more.
        open_world: it reaches beyond the root.
    """
    return {
        "readOnlyHint": read_only,
        "destructiveHint": destructive and not read_only,
        "idempotentHint": idempotent or read_only,
        "openWorldHint": open_world,
    }


READS = hints(read_only=True)
