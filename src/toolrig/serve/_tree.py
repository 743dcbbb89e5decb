"""The tool that shows a directory tree."""

from toolrig.mcp import Tool
from toolrig.serve._footer import errors_note, hidden_note, with_footer
from toolrig.serve._missing import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from toolrig.fs import Tree
    from toolrig.mcp import Call
    from toolrig.root import Root

_LIMIT = 200
_LIMIT_MOST = 2000
_DEADLINE = 10.0


def tool(root: "Root") -> Tool:
    """Return the tool on *root*."""

    def handle(arguments: "dict[str, Any]", _call: "Call") -> str:
        shown = root.tree(
            arguments.get("path", "."),
            limit=arguments.get("limit", _LIMIT),
            max_depth=arguments.get("depth"),
            gitignore=arguments.get("gitignore", True),
            deadline=_DEADLINE,
        )
        return _render(shown, arguments.get("path", "."))

    return Tool(
        "tree",
        "Show a directory tree, the upper levels first and complete, cut to a number of entries: a way to "
        "learn how a project is laid out. Directories end in `/`, symbolic links in `@`; a directory that "
        "was cut says how many more entries it has. What git ignores is left out unless gitignore is false.",
        {
            "type": "object",
            "properties": {
                "path": {
                    "type": "string",
                    "description": "Directory to show, relative to the root (default: all).",
                },
                "depth": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "Levels to show at most (default: as many as fit).",
                },
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": _LIMIT_MOST,
                    "description": f"Number of entries at most (default {_LIMIT}).",
                },
                "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
            },
            "additionalProperties": False,
        },
        explained(handle),
        title="Show tree",
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )


def _render(shown: "Tree", path: str) -> str:
    notes = []
    if not shown.entries and not shown.truncated:
        notes.append(f"{path} has no entries")
    if shown.truncated:
        notes.append(f"cut to {len(shown):,} entries; give path=DIRECTORY for what one holds, or raise limit")
    notes += hidden_note(shown.hidden_by_gitignore) + errors_note(shown.errors)
    return with_footer(str(shown), notes)
