"""The ready MCP server: the tools of a directory, confined to it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.serve._server import build as build
    from toolrig.serve._server import serve as serve

_HOMES = {"build": "_server", "serve": "_server"}

__all__ = ["build", "serve"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
