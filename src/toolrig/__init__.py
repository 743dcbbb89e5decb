"""Native-speed tools for agents: traversal, search, processes and an MCP server, from plain Python.

Every name loads its implementation on first use, so importing the package costs next to nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._backend import backend as backend
    from toolrig.errors import ToolrigError as ToolrigError
    from toolrig.fs import edit as edit
    from toolrig.fs import glob as glob
    from toolrig.fs import read as read
    from toolrig.fs import read_bytes as read_bytes
    from toolrig.fs import read_many as read_many
    from toolrig.fs import scan as scan
    from toolrig.fs import tracked as tracked
    from toolrig.fs import tree as tree
    from toolrig.fs import walk as walk
    from toolrig.fs import write as write
    from toolrig.process import run as run
    from toolrig.root import Root as Root
    from toolrig.search import grep as grep
    from toolrig.search import replace as replace

    __version__: str

_HOMES = {
    "backend": "_backend",
    "edit": "fs",
    "glob": "fs",
    "grep": "search",
    "read": "fs",
    "read_bytes": "fs",
    "read_many": "fs",
    "replace": "search",
    "Root": "root",
    "run": "process",
    "scan": "fs",
    "ToolrigError": "errors",
    "tracked": "fs",
    "tree": "fs",
    "walk": "fs",
    "write": "fs",
}

__all__ = [
    "Root",
    "ToolrigError",
    "__version__",
    "backend",
    "edit",
    "glob",
    "grep",
    "read",
    "read_bytes",
    "read_many",
    "replace",
    "run",
    "scan",
    "tracked",
    "tree",
    "walk",
    "write",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from toolrig._version import installed

        return installed()
    from toolrig._face import resolve

    return resolve("toolrig", _HOMES, name)


def __dir__() -> list[str]:
    return sorted(__all__)
