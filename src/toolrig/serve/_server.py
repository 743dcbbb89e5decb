"""Assembles the tools of a root into a server."""

import sys

from toolrig._version import installed
from toolrig.mcp import Server
from toolrig.mcp._stdio import check_streams
from toolrig.root import Root
from toolrig.serve._preset import offers

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

_INSTRUCTIONS = (
    "Tools on one directory tree. Paths are relative to its root; absolute paths below the root work too. "
    "Results that were cut say so in a last line in brackets, with the way to get the rest."
)


def build(root: Root, preset: str = "toolrig") -> Server:
    """Return a server with the tools of *preset* on *root*; a read-only root has those that change nothing.

    Raises:
        ValueError: *preset* is unknown.
    """
    server = Server("toolrig", installed(), instructions=_INSTRUCTIONS)
    offered = [offer for offer in offers(preset) if not (root.read_only and offer.action.changes)]
    tools = {offer.action.name: offer.name for offer in offered}
    for offer in offered:
        server.add(offer.tool(root, tools))
    return server


def serve(
    path: "str | os.PathLike[str]" = ".",
    *,
    preset: str = "toolrig",
    read_only: bool = False,
    own_process: bool = False,
) -> None:
    """Serve the directory *path* over standard input and output until the input ends.

    *preset* chooses the names of tools and arguments: "toolrig", "claude", "codex", "gemini", "filesystem".

    Commands that still run then are ended. *own_process* says that the process exists for this server only:
    then they are killed at once, none can be started any more, and signals are dealt with as
    `toolrig.mcp.Server.run` says.

    Raises:
        OSError: *path* is not a directory that can be opened, or standard input or output is closed.
        ValueError: *preset* is unknown.
    """
    check_streams()  # before the root is opened, which would take the place of a closed one
    with Root(path, read_only=read_only) as root:
        server = build(root, preset)
        if own_process:
            server.on_close.append(_end_commands)
        server.run("stdio", own_process=own_process)


def _end_commands() -> None:
    if "toolrig.process._run" in sys.modules:
        from toolrig.process._run import end_all

        end_all()
