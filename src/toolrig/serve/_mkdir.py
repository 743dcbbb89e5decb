"""Making a directory."""

from toolrig.serve._action import Action, hints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    root.mkdir(given["path"], parents=True, exist_ok=True)
    return f"{given['path']} is a directory"


MKDIR = Action(
    "mkdir",
    "Make directory",
    _handle,
    {"path": {"type": "string", "description": "Directory, relative to the root."}},
    required=("path",),
    hints=hints(destructive=False, idempotent=True),
)
