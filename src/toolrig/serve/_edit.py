"""Replacing text in a file."""

from toolrig.serve._action import Action, hints
from toolrig.serve._footer import token_note, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Edited
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._action import Schema
    from toolrig.serve._given import Given

_DIFF_LINES = 60
_DIFF_CHARACTERS = 6000
_LINES_SHOWN = 10


def _edit(root: "Root", given: "Given", _call: "Call") -> str:
    edited = root.edit(
        given["path"],
        given["old"],
        given["new"],
        replace_all=given.get("replace_all", False),
        expected=given.get("expected"),
        if_unchanged=given.get("if_unchanged"),
        dry_run=given.get("dry_run", False),
        diff=True,
    )
    return _render(edited, given)


def _multi_edit(root: "Root", given: "Given", _call: "Call") -> str:
    from toolrig.fs import Edit

    edited = root.multi_edit(
        given["path"],
        [Edit(**edit) for edit in given["edits"]],
        if_unchanged=given.get("if_unchanged"),
        dry_run=given.get("dry_run", False),
        diff=True,
    )
    return _render(edited, given)


_PATH = {"type": "string", "description": "File, relative to the root."}
_CHANGE: "Schema" = {
    "old": {
        "type": "string",
        "description": "Text to replace, exactly as it stands in the file, indentation included.",
    },
    "new": {"type": "string", "description": "Text to put in its place."},
    "replace_all": {
        "type": "boolean",
        "description": "Replace every occurrence; else there must be exactly one (default false).",
    },
    "expected": {
        "type": "integer",
        "minimum": 1,
        "description": "Number of occurrences that there must be, to replace them all.",
    },
}
_OPTIONS: "Schema" = {
    "if_unchanged": {
        "type": "string",
        "description": "Token of the version to change; a file that is another one is left alone.",
    },
    "dry_run": {"type": "boolean", "description": "Show the change without making it (default false)."},
}

EDIT = Action(
    "edit",
    "Edit file",
    _edit,
    {"path": _PATH, **_CHANGE, **_OPTIONS},
    required=("path", "old", "new"),
    hints=hints(),
)
MULTI_EDIT = Action(
    "multi_edit",
    "Edit file in several places",
    _multi_edit,
    {
        "path": _PATH,
        "edits": {
            "type": "array",
            "description": "Made one after the other, each on the result of the one before.",
            "items": {
                "type": "object",
                "properties": _CHANGE,
                "required": ["old", "new"],
                "additionalProperties": False,
            },
        },
        **_OPTIONS,
    },
    required=("path", "edits"),
    hints=hints(),
)


def _render(edited: "Edited", given: "Given") -> str:
    dry_run = given.get("dry_run", False)
    diff = edited.diff.splitlines(keepends=True)
    count = edited.replacements
    done = "would replace" if dry_run else "replaced"
    occurrences = "1 occurrence" if count == 1 else f"{count:,} occurrences"
    notes = [f"{done} {occurrences} in {edited.path}{_places(diff)}"]
    if dry_run:
        notes[0] += "; nothing was written"
    else:
        notes += token_note(edited.token, given)
    return with_footer(_cut(diff, notes), notes)


def _places(diff: list[str]) -> str:
    """Return where the changes begin, in lines of the new file."""
    lines, number, inside = [], 0, False
    for line in diff:
        if line.startswith("@@"):
            number, inside = int(line.split("+", 1)[1].split(" ", 1)[0].split(",")[0]), False
        elif number and line[0] in "+-":
            if not inside:
                lines.append(f"{number:,}")
            inside = True
            number += line[0] == "+"
        elif number and line[0] == " ":
            inside = False
            number += 1
    if not lines:
        return ""
    more = ", ..." if len(lines) > _LINES_SHOWN else ""
    return f", {'line' if len(lines) == 1 else 'lines'} {', '.join(lines[:_LINES_SHOWN])}{more}"


def _cut(diff: list[str], notes: list[str]) -> str:
    """Return the beginning of *diff* that fits, and note what does not."""
    shown, room = [], _DIFF_CHARACTERS
    for line in diff[:_DIFF_LINES]:
        room -= len(line)
        if room < 0:
            break
        shown.append(line)
    if len(shown) < len(diff):
        notes.insert(0, f"{len(diff) - len(shown):,} more lines of the diff not shown")
    return "".join(shown)
