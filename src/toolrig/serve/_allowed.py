"""Telling what can be reached."""

from toolrig.serve._action import READS, Action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given


def _handle(root: "Root", _given: "Given", _call: "Call") -> str:
    return f"Allowed directories:\n{root.path}"


ALLOWED = Action("allowed", "List allowed directories", _handle, {}, hints=READS)
