"""Moving a file or directory."""

from toolrig.serve._action import Action, hints

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    try:
        root.move(given["source"], given["target"], overwrite=given.get("overwrite", False))
    except FileExistsError as taken:
        setting = given.setting("overwrite", True)
        remedy = f"; {setting} replaces a file" if setting and "overwrite" not in given else ""
        raise FileExistsError(taken.errno, f"is there already{remedy}", given["target"]) from None
    return f"moved {given['source']} to {given['target']}"


MOVE = Action(
    "move",
    "Move or rename",
    _handle,
    {
        "source": {"type": "string", "description": "File or directory, relative to the root."},
        "target": {
            "type": "string",
            "description": "Its new path, relative to the root, in a directory that exists.",
        },
        "overwrite": {"type": "boolean", "description": "Replace a file at the target (default false)."},
    },
    required=("source", "target"),
    hints=hints(),
)
