"""The Model Context Protocol: servers and clients of every revision, without an event loop."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp._client import CallResult as CallResult
    from toolrig.mcp._client import Client as Client
    from toolrig.mcp._server import Server as Server
    from toolrig.mcp._tool import Call as Call
    from toolrig.mcp._tool import Tool as Tool
    from toolrig.mcp._tool import ToolResult as ToolResult

_HOMES = {
    "Call": "_tool",
    "CallResult": "_client",
    "Client": "_client",
    "Server": "_server",
    "Tool": "_tool",
    "ToolResult": "_tool",
}

__all__ = ["Call", "CallResult", "Client", "Server", "Tool", "ToolResult"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
