"""Files and directories: traversal, patterns and reading."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._glob import glob as glob
    from toolrig.fs._jail import Jail as Jail
    from toolrig.fs._listing import Listing as Listing
    from toolrig.fs._path_error import PathError as PathError
    from toolrig.fs._read import read as read
    from toolrig.fs._text import Text as Text
    from toolrig.fs._walk import Walk as Walk
    from toolrig.fs._walk import walk as walk

_HOMES = {
    "glob": "_glob",
    "Jail": "_jail",
    "Listing": "_listing",
    "PathError": "_path_error",
    "read": "_read",
    "Text": "_text",
    "Walk": "_walk",
    "walk": "_walk",
}

__all__ = ["Jail", "Listing", "PathError", "Text", "Walk", "glob", "read", "walk"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
