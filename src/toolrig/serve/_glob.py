"""The tool that finds files by name."""

from toolrig.mcp import Tool
from toolrig.serve._footer import errors_note, hidden_note, with_footer
from toolrig.serve._missing import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from toolrig.fs import Listing
    from toolrig.mcp import Call
    from toolrig.root import Root

_LIMIT = 100
_DEADLINE = 20.0


def tool(root: "Root") -> Tool:
    """Return the tool on *root*."""

    def handle(arguments: "dict[str, Any]", _call: "Call") -> str:
        listing = root.glob(
            arguments["pattern"],
            arguments.get("path", "."),
            sort=arguments.get("sort", "mtime"),
            limit=arguments.get("limit", _LIMIT),
            gitignore=arguments.get("gitignore", True),
            deadline=_DEADLINE,
        )
        return _render(listing)

    return Tool(
        "glob",
        "Find files whose path matches a glob pattern, newest first. `*` stays within a directory, `**` "
        "crosses directories, `{a,b}` gives alternatives: `**/*.py`, `src/**/*.{ts,tsx}`. Returns one path "
        "per line, relative to the root. What git ignores is left out unless gitignore is false.",
        {
            "type": "object",
            "properties": {
                "pattern": {
                    "type": "string",
                    "description": "Glob pattern, matched against the path below `path`.",
                },
                "path": {
                    "type": "string",
                    "description": "Directory to search, relative to the root (default: all).",
                },
                "sort": {
                    "type": "string",
                    "enum": ["mtime", "path"],
                    "description": "Order (default mtime).",
                },
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "description": f"Number of paths at most (default {_LIMIT}).",
                },
                "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
            },
            "required": ["pattern"],
            "additionalProperties": False,
        },
        explained(handle),
        title="Find files",
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )


def _render(listing: "Listing") -> str:
    notes = []
    if not listing.paths:
        notes.append("no file matches")
    if listing.truncated:
        of = f"of {listing.total:,}" if listing.total is not None else "found before the time was up"
        notes.append(f"{len(listing.paths):,} paths {of}; raise limit or narrow the pattern")
    notes += hidden_note(listing.hidden_by_gitignore) + errors_note(listing.errors)
    return with_footer("\n".join(listing.paths), notes)
