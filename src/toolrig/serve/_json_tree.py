"""A directory tree as JSON."""

from toolrig.mcp import ToolResult
from toolrig.mcp._wire import dumps
from toolrig.serve._action import READS, Action
from toolrig.serve._footer import errors_note, hidden_note, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from toolrig.fs import Scan
    from toolrig.fs._plan import Kind
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

LIMIT = 1000
LEVELS = 100  # what readers of JSON take without complaint
_DEADLINE = 10.0
_KINDS: "tuple[Kind, ...]" = ("file", "dir", "symlink", "other")
_TYPES = {"dir": "directory"}


def _handle(root: "Root", given: "Given", _call: "Call") -> ToolResult:
    found = root.scan(
        given.get("path", "."),
        match=["**", *(f"!{cover}" for pattern in given.get("exclude", ()) for cover in _covers(pattern))],
        kinds=_KINDS,
        gitignore=given.get("gitignore", True),
        max_depth=LEVELS,
        sort="path",
        deadline=_DEADLINE,
    )
    nodes, left_out = _nested(found)
    notes = []
    if left_out:
        deeper = f"give {given.called('path')}=DIRECTORY for what one holds"
        notes.append(f"cut to {LIMIT:,} entries of {len(found):,}; {deeper}")
    if found.total is None:
        notes.append("the time was up before all entries were seen")
    notes += hidden_note(found.hidden_by_gitignore, given) + errors_note(found.errors)
    # The first block is JSON and nothing else; what there is to say about it has one of its own.
    remarks = [{"type": "text", "text": with_footer("", notes)}] if notes else []
    return ToolResult(dumps(nodes).decode(), attachments=remarks)


JSON_TREE = Action(
    "json_tree",
    "Show tree as JSON",
    _handle,
    {
        "path": {"type": "string", "description": "Directory to show, relative to the root (default: all)."},
        "exclude": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Glob patterns of what to leave out: a bare name anywhere, others by path.",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
    },
    hints=READS,
)


def _covers(pattern: str) -> "list[str]":
    """Return the patterns of what *pattern* excludes, all that is below included."""
    anywhere = [] if "*" in pattern or "/" in pattern else [f"**/{pattern}", f"**/{pattern}/**"]
    return [pattern, f"{pattern}/**", *anywhere]


def _nested(found: "Scan") -> "tuple[list[dict[str, Any]], int]":
    """Return the entries as nodes inside each other, upper levels first, and how many did not fit.

    A directory that some of its own entries are missing from says how many are ``omitted``.
    """
    top: list[dict[str, Any]] = []
    directories: dict[str, dict[str, Any]] = {}
    entries = sorted(found.entries(), key=lambda entry: entry.path.count("/"))
    for entry in entries[:LIMIT]:
        parent, _, name = entry.path.rpartition("/")
        node: dict[str, Any] = {"name": name, "type": _TYPES.get(entry.kind, entry.kind)}
        if entry.kind == "dir":
            node["children"] = []
            directories[entry.path] = node
        (directories[parent]["children"] if parent in directories else top).append(node)
    for entry in entries[LIMIT:]:
        holder = directories.get(entry.path.rpartition("/")[0])
        if holder is not None:
            holder["omitted"] = holder.get("omitted", 0) + 1
    return top, max(0, len(entries) - LIMIT)
