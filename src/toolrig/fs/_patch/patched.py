"""What a patch has changed."""

from collections import namedtuple

from toolrig._record import Record


class Change(namedtuple("Change", ("path", "kind", "moved_to", "added", "removed", "tolerated"))):
    """What a patch has done to one file.

    Attributes:
        path: the file, relative to the root; of one that was moved or copied, its old name.
        kind: "add", "update", "delete", "move" or "copy".
        moved_to: the new name of one that was moved or copied, else None.
        added: how many lines were added; a changed line counts here and in *removed*.
        removed: how many lines were removed.
        tolerated: where the patch was not exact and was understood all the same, such as "hunk 2 stands at
            line 40 instead of 12" or "hunk 1 differs from the file in indentation".
    """

    __slots__ = ()

    path: str
    kind: str
    moved_to: str | None
    added: int
    removed: int
    tolerated: tuple[str, ...]


class Patched(Record):
    """What `apply_patch` has changed, or would change.

    Attributes:
        changes: one for each file, in the order of the patch; two where it names a file twice.
    """

    __slots__ = ("changes",)

    changes: tuple[Change, ...]
