"""Running a command."""

from toolrig.errors import CommandCancelledError, CommandTimeoutError
from toolrig.mcp import ToolResult
from toolrig.serve._action import Action, hints
from toolrig.serve._footer import raised, ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.process import Completed
    from toolrig.root import Root
    from toolrig.serve._given import Given

TIMEOUT = 120
TIMEOUT_MOST = 3600
OUTPUT = 30_000


def _handle(root: "Root", given: "Given", call: "Call") -> ToolResult:
    from toolrig.process import CancelToken

    token = CancelToken()
    call.on_cancel(token.cancel)
    timeout = float(given.get("timeout", TIMEOUT))
    try:
        completed = root.run(
            given["command"],
            cwd=given.get("cwd", "."),
            timeout=timeout,
            max_output=OUTPUT,
            cancel=token,
        )
    except CommandTimeoutError as ended:
        status = f"timed out after {timeout:g} s and was ended{ways(raised(given, 'timeout'))}"
        return ToolResult(_render(ended.completed, status), is_error=True)
    except CommandCancelledError as ended:
        # Nobody hears this: cancelled calls are not answered.
        return ToolResult(str(ended), is_error=True)
    return ToolResult(_render(completed, None))


RUN = Action(
    "run",
    "Run command",
    _handle,
    {
        "command": {"type": "string", "description": "Command line for /bin/sh."},
        "timeout": {
            "type": "number",
            "minimum": 0,
            "maximum": TIMEOUT_MOST,
            "description": f"Seconds after which it is ended (default {TIMEOUT}).",
        },
        "cwd": {"type": "string", "description": "Directory to start in, relative to the root."},
    },
    required=("command",),
    hints=hints(open_world=True),
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
