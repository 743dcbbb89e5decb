"""Files and directories: traversal, patterns, reading and changing."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._bytes import read_bytes as read_bytes
    from toolrig.fs._bytes import read_many as read_many
    from toolrig.fs._copy import copy as copy
    from toolrig.fs._directories import mkdir as mkdir
    from toolrig.fs._directories import remove as remove
    from toolrig.fs._edit.edit import Edit as Edit
    from toolrig.fs._edit.edit import Edited as Edited
    from toolrig.fs._edit.edit import edit as edit
    from toolrig.fs._edit.edit import multi_edit as multi_edit
    from toolrig.fs._entry import Entry as Entry
    from toolrig.fs._glob import glob as glob
    from toolrig.fs._jail import Jail as Jail
    from toolrig.fs._listing import Listing as Listing
    from toolrig.fs._move import move as move
    from toolrig.fs._patch.apply import apply_patch as apply_patch
    from toolrig.fs._patch.patched import Change as Change
    from toolrig.fs._patch.patched import Patched as Patched
    from toolrig.fs._path_error import PathError as PathError
    from toolrig.fs._read import read as read
    from toolrig.fs._scan import Scan as Scan
    from toolrig.fs._scan import scan as scan
    from toolrig.fs._stat import Status as Status
    from toolrig.fs._stat import stat as stat
    from toolrig.fs._stat import stat_many as stat_many
    from toolrig.fs._text import Text as Text
    from toolrig.fs._tracked import tracked as tracked
    from toolrig.fs._tree import Tree as Tree
    from toolrig.fs._tree import TreeEntry as TreeEntry
    from toolrig.fs._tree import tree as tree
    from toolrig.fs._walk import Walk as Walk
    from toolrig.fs._walk import walk as walk
    from toolrig.fs._write import Written as Written
    from toolrig.fs._write import write as write

_HOMES = {
    "apply_patch": "_patch.apply",
    "Change": "_patch.patched",
    "copy": "_copy",
    "Edit": "_edit.edit",
    "edit": "_edit.edit",
    "Edited": "_edit.edit",
    "Entry": "_entry",
    "glob": "_glob",
    "Jail": "_jail",
    "Listing": "_listing",
    "mkdir": "_directories",
    "move": "_move",
    "multi_edit": "_edit.edit",
    "Patched": "_patch.patched",
    "PathError": "_path_error",
    "read": "_read",
    "read_bytes": "_bytes",
    "read_many": "_bytes",
    "remove": "_directories",
    "Scan": "_scan",
    "scan": "_scan",
    "stat": "_stat",
    "stat_many": "_stat",
    "Status": "_stat",
    "Text": "_text",
    "tracked": "_tracked",
    "Tree": "_tree",
    "tree": "_tree",
    "TreeEntry": "_tree",
    "Walk": "_walk",
    "walk": "_walk",
    "write": "_write",
    "Written": "_write",
}

__all__ = [
    "Change",
    "Edit",
    "Edited",
    "Entry",
    "Jail",
    "Listing",
    "Patched",
    "PathError",
    "Scan",
    "Status",
    "Text",
    "Tree",
    "TreeEntry",
    "Walk",
    "Written",
    "apply_patch",
    "copy",
    "edit",
    "glob",
    "mkdir",
    "move",
    "multi_edit",
    "read",
    "read_bytes",
    "read_many",
    "remove",
    "scan",
    "stat",
    "stat_many",
    "tracked",
    "tree",
    "walk",
    "write",
]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
