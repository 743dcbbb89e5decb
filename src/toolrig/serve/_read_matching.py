"""Reading the files that match a pattern."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import hidden_note, with_footer
from toolrig.serve._read_many import FILES, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

_DEADLINE = 20.0


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    patterns = [*given["include"], *(f"!{pattern}" for pattern in given.get("exclude", ()))]
    found = root.glob(patterns, limit=FILES, deadline=_DEADLINE, gitignore=given.get("gitignore", True))
    notes = [] if found.paths else ["no file matches"]
    if found.truncated:
        total = f"{found.total:,}" if found.total is not None else "more"
        notes.append(f"{total} files match; only the first {len(found.paths):,} by path were looked at")
    body = shown(root, list(found.paths), given) if found.paths else ""
    return with_footer(body, notes + hidden_note(found.hidden_by_gitignore, given))


READ_MATCHING = Action(
    "read_matching",
    "Read files by pattern",
    _handle,
    {
        "include": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Glob patterns or paths of files, relative to the root.",
        },
        "exclude": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Glob patterns of files to leave out.",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
    },
    required=("include",),
    hints=READS,
)
