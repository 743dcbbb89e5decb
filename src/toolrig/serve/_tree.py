"""Showing a directory tree."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import errors_note, hidden_note, raised, ways, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Tree
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

LIMIT = 200
_LIMIT_MOST = 2000
_DEADLINE = 10.0


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    shown = root.tree(
        given.get("path", "."),
        limit=given.get("limit", LIMIT),
        max_depth=given.get("depth"),
        gitignore=given.get("gitignore", True),
        deadline=_DEADLINE,
    )
    return _render(shown, given)


TREE = Action(
    "tree",
    "Show tree",
    _handle,
    {
        "path": {"type": "string", "description": "Directory to show, relative to the root (default: all)."},
        "depth": {
            "type": "integer",
            "minimum": 1,
            "description": "Levels to show at most (default: as many as fit).",
        },
        "limit": {
            "type": "integer",
            "minimum": 1,
            "maximum": _LIMIT_MOST,
            "description": f"Number of entries at most (default {LIMIT}).",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
    },
    hints=READS,
)


def _render(shown: "Tree", given: "Given") -> str:
    notes = []
    if not shown.entries and not shown.truncated:
        notes.append(f"{given.get('path', '.')} has no entries")
    if shown.truncated:
        deeper = f"give {given.called('path')}=DIRECTORY for what one holds"
        notes.append(f"cut to {len(shown):,} entries{ways(deeper, raised(given, 'limit'))}")
    notes += hidden_note(shown.hidden_by_gitignore, given) + errors_note(shown.errors)
    return with_footer(str(shown), notes)
