"""Assembles the tools of a root into a server."""

import sys

from toolrig._version import installed
from toolrig.mcp import Server
from toolrig.mcp._stdio import check_streams
from toolrig.root import Root
from toolrig.serve import _glob, _grep, _read, _run, _tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

_INSTRUCTIONS = (
    "Tools on one directory tree. Paths are relative to its root; absolute paths below the root work too. "
    "Results that were cut say so in a last line in brackets, with the way to get the rest."
)


def build(root: Root) -> Server:
    """Return a server with the tools on *root*; a read-only root has no ``run``."""
    server = Server("toolrig", installed(), instructions=_INSTRUCTIONS)
    for module in (_read, _glob, _tree, _grep):
        server.add(module.tool(root))
    if not root.read_only:
        server.add(_run.tool(root))
    return server


def serve(
    path: "str | os.PathLike[str]" = ".", *, read_only: bool = False, own_process: bool = False
) -> None:
    """Serve the directory *path* over standard input and output until the input ends.

    Commands that still run then are ended. *own_process* says that the process exists for this server only:
    then they are killed at once, none can be started any more, and signals are dealt with as
    `toolrig.mcp.Server.run` says.

    Raises:
        OSError: *path* is not a directory that can be opened, or standard input or output is closed.
    """
    check_streams()  # before the root is opened, which would take the place of a closed one
    with Root(path, read_only=read_only) as root:
        server = build(root)
        if own_process:
            server.on_close.append(_end_commands)
        server.run("stdio", own_process=own_process)


def _end_commands() -> None:
    if "toolrig.process._run" in sys.modules:
        from toolrig.process._run import end_all

        end_all()
