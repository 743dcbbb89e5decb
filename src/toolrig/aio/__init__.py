"""Async twins of the primitives, under the same names and with the same arguments."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.aio._calls import apply_patch as apply_patch
    from toolrig.aio._calls import copy as copy
    from toolrig.aio._calls import edit as edit
    from toolrig.aio._calls import glob as glob
    from toolrig.aio._calls import mkdir as mkdir
    from toolrig.aio._calls import move as move
    from toolrig.aio._calls import multi_edit as multi_edit
    from toolrig.aio._calls import read as read
    from toolrig.aio._calls import read_bytes as read_bytes
    from toolrig.aio._calls import read_many as read_many
    from toolrig.aio._calls import remove as remove
    from toolrig.aio._calls import replace as replace
    from toolrig.aio._calls import scan as scan
    from toolrig.aio._calls import stat as stat
    from toolrig.aio._calls import stat_many as stat_many
    from toolrig.aio._calls import tracked as tracked
    from toolrig.aio._calls import tree as tree
    from toolrig.aio._calls import write as write
    from toolrig.aio._grep import Matches as Matches
    from toolrig.aio._grep import grep as grep
    from toolrig.aio._walk import Walk as Walk
    from toolrig.aio._walk import walk as walk

_HOMES = {
    "apply_patch": "_calls",
    "copy": "_calls",
    "edit": "_calls",
    "glob": "_calls",
    "grep": "_grep",
    "Matches": "_grep",
    "mkdir": "_calls",
    "move": "_calls",
    "multi_edit": "_calls",
    "read": "_calls",
    "read_bytes": "_calls",
    "read_many": "_calls",
    "remove": "_calls",
    "replace": "_calls",
    "scan": "_calls",
    "stat": "_calls",
    "stat_many": "_calls",
    "tracked": "_calls",
    "tree": "_calls",
    "Walk": "_walk",
    "walk": "_walk",
    "write": "_calls",
}

__all__ = [
    "Matches",
    "Walk",
    "apply_patch",
    "copy",
    "edit",
    "glob",
    "grep",
    "mkdir",
    "move",
    "multi_edit",
    "read",
    "read_bytes",
    "read_many",
    "remove",
    "replace",
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
