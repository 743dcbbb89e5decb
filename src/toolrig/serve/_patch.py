"""Applying a patch."""

from toolrig.serve._action import Action, hints
from toolrig.serve._footer import with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Change
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

_FILES_SHOWN = 100
_TOLERATED_SHOWN = 20


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    dry_run = given.get("dry_run", False)
    changes = root.apply_patch(given["patch"], dry_run=dry_run).changes
    files = "1 file" if len(changes) == 1 else f"{len(changes):,} files"
    notes = [f"{files} would change; nothing was written" if dry_run else f"{files} changed"]
    if len(changes) > _FILES_SHOWN:
        notes.insert(0, f"{len(changes) - _FILES_SHOWN:,} more not shown")
    return with_footer("\n".join(map(_lines, changes[:_FILES_SHOWN])), notes)


APPLY_PATCH = Action(
    "apply_patch",
    "Apply patch",
    _handle,
    {
        "patch": {"type": "string", "description": "The patch, with paths relative to the root."},
        "dry_run": {"type": "boolean", "description": "Check the patch without applying it (default false)."},
    },
    required=("patch",),
    hints=hints(),
)


def _lines(change: "Change") -> str:
    to = f" -> {change.moved_to}" if change.moved_to else ""
    first = f"{change.kind} {change.path}{to} (+{change.added:,} -{change.removed:,})"
    return "\n".join([first, *(f"  {how}" for how in change.tolerated[:_TOLERATED_SHOWN])])
