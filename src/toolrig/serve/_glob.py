"""Finding files by name."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import errors_note, hidden_note, raised, ways, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Scan
    from toolrig.fs._plan import Kind
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

LIMIT = 100
_DEADLINE = 20.0
_NOT_DIRECTORIES: "tuple[Kind, ...]" = ("file", "symlink", "other")
_ALL: "tuple[Kind, ...]" = (*_NOT_DIRECTORIES, "dir")


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    order = given.get("sort", "mtime")
    found = root.scan(
        given.get("path", "."),
        match=[given["pattern"], *(f"!{pattern}" for pattern in given.get("exclude", ()))],
        kinds=_ALL if given.get("directories") else _NOT_DIRECTORIES,
        stat=order == "mtime",
        sort=order,
        limit=given.get("limit", LIMIT),
        gitignore=given.get("gitignore", True),
        deadline=_DEADLINE,
    )
    return _render(found, given)


GLOB = Action(
    "glob",
    "Find files",
    _handle,
    {
        "pattern": {
            "type": "string",
            "description": "Glob pattern, matched against the path below the directory.",
        },
        "path": {
            "type": "string",
            "description": "Directory to search, relative to the root (default: all).",
        },
        "sort": {"type": "string", "enum": ["mtime", "path"], "description": "Order (default mtime)."},
        "limit": {
            "type": "integer",
            "minimum": 1,
            "description": f"Number of paths at most (default {LIMIT}).",
        },
        "exclude": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Glob patterns of what to leave out.",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
    },
    required=("pattern",),
    hints=READS,
)


def _render(found: "Scan", given: "Given") -> str:
    notes = []
    if not len(found):
        notes.append("no file matches")
    if found.truncated:
        of = f"of {found.total:,}" if found.total is not None else "found before the time was up"
        notes.append(f"{len(found):,} paths {of}{ways(raised(given, 'limit'), 'narrow the pattern')}")
    notes += hidden_note(found.hidden_by_gitignore, given) + errors_note(found.errors)
    return with_footer("\n".join(found.paths), notes)
