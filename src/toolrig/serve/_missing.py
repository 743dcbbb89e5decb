"""What to do about a path that is not there."""

import os

from toolrig.errors import ToolrigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from toolrig.mcp import Call, ToolResult

    Handle = Callable[[dict[str, Any], Call], str | ToolResult]


def explained(handle: "Handle") -> "Handle":
    """Return *handle* with a remedy added to the system's bare error for a missing file."""

    def explaining(arguments: "dict[str, Any]", call: "Call") -> "str | ToolResult":
        try:
            return handle(arguments, call)
        except FileNotFoundError as error:
            if isinstance(error, ToolrigError):
                raise
            path = os.fsdecode(error.filename or "")
            remedy = f"{error.strerror}; find paths with glob, relative to the root"
            raise FileNotFoundError(error.errno, remedy, path) from None

    return explaining
