"""The server as a child of the command line, with a client on it."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Client


def server(root: str) -> "Client":
    """Start ``toolrig serve`` on *root* and return a client; closing it ends the server."""
    from toolrig.mcp import Client

    # -P keeps the current directory off the module path: a tree that is looked at must not run as code.
    return Client.stdio([sys.executable, "-P", "-m", "toolrig", "serve", "--", root])
