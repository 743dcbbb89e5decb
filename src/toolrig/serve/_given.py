"""The arguments of one call, and the words of the model that made it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from toolrig.serve._offer import Naming


class Given:
    """What a call gives to an action, by the action's names, and how to tell the model of them.

    Args:
        values: the arguments.
        names: how the model calls each argument that it can give.
        tools: how it calls each action that it is offered.
    """

    __slots__ = ("_names", "_tools", "_values")

    def __init__(
        self, values: "dict[str, Any]", names: "Mapping[str, tuple[str, Naming]]", tools: "Mapping[str, str]"
    ) -> None:
        self._values = values
        self._names = names
        self._tools = tools

    def __getitem__(self, argument: str) -> "Any":
        return self._values[argument]

    def __contains__(self, argument: str) -> bool:
        return argument in self._values

    def get(self, argument: str, default: object = None) -> "Any":
        """Return the argument's value, or *default* where it was not given."""
        return self._values.get(argument, default)

    def called(self, argument: str) -> str:
        """Return what the model calls *argument*; "" where it cannot give it."""
        return self._names[argument][0] if argument in self._names else ""

    def setting(self, argument: str, value: object) -> str:
        """Return ``name=value`` as the model would have to give it; "" where it cannot."""
        if argument not in self._names:
            return ""
        name, naming = self._names[argument]
        shown = naming.shown(value)
        return f"{name}={str(shown).lower() if isinstance(shown, bool) else shown}"

    def tool(self, *actions: str) -> str:
        """Return what the model calls the first of *actions* that it is offered; "" where it has none."""
        return next((self._tools[action] for action in actions if action in self._tools), "")
