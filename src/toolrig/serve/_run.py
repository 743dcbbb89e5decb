"""The tool that runs a command."""

from toolrig.errors import CommandCancelledError, CommandTimeoutError
from toolrig.mcp import Tool, ToolResult
from toolrig.process import CancelToken
from toolrig.serve._missing import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from toolrig.mcp import Call
    from toolrig.process import Completed
    from toolrig.root import Root

_TIMEOUT = 120
_TIMEOUT_MOST = 3600
_OUTPUT = 30_000


def tool(root: "Root") -> Tool:
    """Return the tool on *root*."""

    def handle(arguments: "dict[str, Any]", call: "Call") -> ToolResult:
        token = CancelToken()
        call.on_cancel(token.cancel)
        timeout = float(arguments.get("timeout", _TIMEOUT))
        try:
            completed = root.run(
                arguments["command"],
                cwd=arguments.get("cwd", "."),
                timeout=timeout,
                max_output=_OUTPUT,
                cancel=token,
            )
        except CommandTimeoutError as ended:
            remedy = f"timed out after {timeout:g} s and was ended; raise timeout (at most {_TIMEOUT_MOST} s)"
            return ToolResult(_render(ended.completed, remedy), is_error=True)
        except CommandCancelledError as ended:
            # Nobody hears this: cancelled calls are not answered.
            return ToolResult(str(ended), is_error=True)
        return ToolResult(_render(completed, None))

    return Tool(
        "run",
        "Run a shell command line (/bin/sh) that starts in the root, and return its output and exit status. "
        "NOT confined to the root: it can do whatever the user of this server can. Input is empty; what the "
        f"command leaves running in the background is ended with it. At most {_OUTPUT:,} bytes each of "
        "stdout and stderr are kept, the first and the last.",
        {
            "type": "object",
            "properties": {
                "command": {"type": "string", "description": "Command line for /bin/sh."},
                "timeout": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": _TIMEOUT_MOST,
                    "description": f"Seconds after which it is ended (default {_TIMEOUT}).",
                },
                "cwd": {"type": "string", "description": "Directory to start in, relative to the root."},
            },
            "required": ["command"],
            "additionalProperties": False,
        },
        explained(handle),
        title="Run command",
        annotations={
            "readOnlyHint": False,
            "destructiveHint": True,
            "idempotentHint": False,
            "openWorldHint": True,
        },
    )


def _render(completed: "Completed", ended: str | None) -> str:
    parts = []
    for name, output in (("stdout", completed.stdout), ("stderr", completed.stderr)):
        text = str(output)
        if text:
            parts.append(text if name == "stdout" else f"[stderr]\n{text}")
    status = ended or _status(completed)
    parts.append(f"[{status}; {completed.elapsed_ms:,.0f} ms]")
    return "".join(part if part.endswith("\n") else part + "\n" for part in parts).rstrip("\n")


def _status(completed: "Completed") -> str:
    if completed.signal is not None:
        return f"killed by signal {completed.signal}"
    return f"exit status {completed.returncode}"
