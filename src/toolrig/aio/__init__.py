"""Async twins of the primitives, under the same names and with the same arguments."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.aio._calls import glob as glob
    from toolrig.aio._calls import read as read
    from toolrig.aio._calls import scan as scan
    from toolrig.aio._calls import stat_many as stat_many
    from toolrig.aio._calls import tracked as tracked
    from toolrig.aio._calls import tree as tree
    from toolrig.aio._grep import Matches as Matches
    from toolrig.aio._grep import grep as grep
    from toolrig.aio._walk import Walk as Walk
    from toolrig.aio._walk import walk as walk

_HOMES = {
    "glob": "_calls",
    "grep": "_grep",
    "Matches": "_grep",
    "read": "_calls",
    "scan": "_calls",
    "stat_many": "_calls",
    "tracked": "_calls",
    "tree": "_calls",
    "Walk": "_walk",
    "walk": "_walk",
}

__all__ = ["Matches", "Walk", "glob", "grep", "read", "scan", "stat_many", "tracked", "tree", "walk"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
