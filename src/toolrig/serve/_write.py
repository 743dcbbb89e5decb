"""Writing a whole file."""

from toolrig.serve._action import Action, hints
from toolrig.serve._footer import token_note, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    content = given["content"]
    written = root.write(given["path"], content, if_unchanged=given.get("if_unchanged"), parents=True)
    done = "created" if written.created else "replaced"
    lines = content.count("\n") + (not content.endswith("\n") if content else 0)
    body = f"{done} {written.path}: {lines:,} {'line' if lines == 1 else 'lines'}, {written.size:,} bytes"
    return with_footer(body, token_note(written.token, given))


WRITE = Action(
    "write",
    "Write file",
    _handle,
    {
        "path": {"type": "string", "description": "File, relative to the root."},
        "content": {"type": "string", "description": "The whole content of the file."},
        "if_unchanged": {
            "type": "string",
            "description": "Token of the version to replace; a file that is another one is left alone.",
        },
    },
    required=("path", "content"),
    hints=hints(idempotent=True),
)
