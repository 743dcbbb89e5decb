"""Files and directories: traversal, patterns and reading."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._entry import Entry as Entry
    from toolrig.fs._glob import glob as glob
    from toolrig.fs._jail import Jail as Jail
    from toolrig.fs._listing import Listing as Listing
    from toolrig.fs._path_error import PathError as PathError
    from toolrig.fs._read import read as read
    from toolrig.fs._scan import Scan as Scan
    from toolrig.fs._scan import scan as scan
    from toolrig.fs._stat import stat_many as stat_many
    from toolrig.fs._text import Text as Text
    from toolrig.fs._tracked import tracked as tracked
    from toolrig.fs._tree import Tree as Tree
    from toolrig.fs._tree import TreeEntry as TreeEntry
    from toolrig.fs._tree import tree as tree
    from toolrig.fs._walk import Walk as Walk
    from toolrig.fs._walk import walk as walk

_HOMES = {
    "Entry": "_entry",
    "glob": "_glob",
    "Jail": "_jail",
    "Listing": "_listing",
    "PathError": "_path_error",
    "read": "_read",
    "Scan": "_scan",
    "scan": "_scan",
    "stat_many": "_stat",
    "Text": "_text",
    "tracked": "_tracked",
    "Tree": "_tree",
    "tree": "_tree",
    "TreeEntry": "_tree",
    "Walk": "_walk",
    "walk": "_walk",
}

__all__ = [
    "Entry",
    "Jail",
    "Listing",
    "PathError",
    "Scan",
    "Text",
    "Tree",
    "TreeEntry",
    "Walk",
    "glob",
    "read",
    "scan",
    "stat_many",
    "tracked",
    "tree",
    "walk",
]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
