"""Telling what a path is."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    status = root.stat(given["path"])
    lines = [
        f"path: {status.path}",
        f"kind: {_KINDS.get(status.kind, status.kind)}",
        f"size: {status.size:,} bytes",
        f"modified: {_time(status.mtime_ns)}",
        f"permissions: {status.mode & 0o7777:04o}",
    ]
    if status.target:
        lines.append(f"target: {status.target}")
    return with_footer(
        "\n".join(lines), [f"token {status.token}"] if given.get("token") and status.token else []
    )


STAT = Action(
    "stat",
    "Show file status",
    _handle,
    {"path": {"type": "string", "description": "File or directory, relative to the root."}},
    required=("path",),
    hints=READS,
)

_KINDS = {"dir": "directory", "symlink": "symbolic link", "other": "FIFO, socket or device"}


def _time(ns: int) -> str:
    """Return a time in ns since 1970 as ISO 8601 writes it, in UTC."""
    from time import gmtime, strftime

    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(ns // 10**9))}.{ns // 10**6 % 1000:03d}Z"
