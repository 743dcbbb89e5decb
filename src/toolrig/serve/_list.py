"""Listing one directory."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import errors_note, hidden_note, ways, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Entry, Scan
    from toolrig.fs._plan import Kind
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

LIMIT = 1000
_DEADLINE = 10.0
_KINDS: "tuple[Kind, ...]" = ("file", "dir", "symlink", "other")
_LABELS = {"file": "[FILE]", "dir": "[DIR]", "symlink": "[LINK]", "other": "[OTHER]"}


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    gitignore = given.get("gitignore", False)
    found = root.scan(
        given["path"],
        match=["*", *(f"!{pattern}" for pattern in given.get("exclude", ()))],
        kinds=_KINDS,
        gitignore=gitignore,
        hidden=True if gitignore else "all",
        max_depth=1,
        sort=given.get("sort", "path"),
        limit=LIMIT,
        deadline=_DEADLINE,
    )
    return _render(found, given)


LIST = Action(
    "list",
    "List directory",
    _handle,
    {
        "path": {"type": "string", "description": "Directory, relative to the root; `.` is the root itself."},
        "exclude": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Glob patterns of names to leave out.",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
        "sort": {"type": "string", "description": "Order (default: by name)."},
    },
    required=("path",),
    hints=READS,
)


def _render(found: "Scan", given: "Given") -> str:
    from toolrig.fs._tree import escaped

    entries = list(found.entries())
    sizes = given.get("sizes", False)
    body = "\n".join(_line(entry, escaped(_name(entry)), sizes) for entry in entries)
    notes = [] if entries else [f"{given['path']} has no entries"]
    if found.truncated:
        of = f"of {found.total:,}" if found.total is not None else "found before the time was up"
        finder = given.tool("glob")
        notes.append(
            f"{len(entries):,} entries {of}{ways(finder and f'find others by pattern with {finder}')}"
        )
    elif sizes and entries:
        notes.append(_summary(entries))
    return with_footer(
        body, notes + hidden_note(found.hidden_by_gitignore, given) + errors_note(found.errors)
    )


def _name(entry: "Entry") -> str:
    return entry.path.rpartition("/")[2]


def _line(entry: "Entry", name: str, sizes: bool) -> str:
    size = f" ({entry.size:,} bytes)" if sizes and entry.kind == "file" else ""
    return f"{_LABELS[entry.kind]} {name}{size}"


def _summary(entries: "list[Entry]") -> str:
    files = [entry.size for entry in entries if entry.kind == "file"]
    directories = sum(entry.kind == "dir" for entry in entries)
    return f"{len(files):,} files of {sum(files):,} bytes together, {directories:,} directories"
