"""The tool that reads a text file."""

from toolrig.mcp import Tool
from toolrig.serve._footer import with_footer
from toolrig.serve._missing import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from toolrig.fs import Text
    from toolrig.mcp import Call
    from toolrig.root import Root

_LINES = 2000
_LINE_CHARACTERS = 2000
_BYTES = 256 * 1024


def tool(root: "Root") -> Tool:
    """Return the tool on *root*."""

    def handle(arguments: "dict[str, Any]", _call: "Call") -> str:
        window = root.read(
            arguments["path"],
            offset=arguments.get("offset"),
            limit=arguments.get("limit", _LINES),
            max_bytes=_BYTES,
        )
        return _render(window)

    return Tool(
        "read",
        "Read a text file, or a window of its lines. Returns the lines as they are; where more follow, a "
        f"last line in brackets says which offset continues. At most {_BYTES // 1024} KiB a call; lines over "
        f"{_LINE_CHARACTERS:,} characters are cut.",
        {
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": "File, relative to the root."},
                "offset": {"type": "integer", "minimum": 1, "description": "First line, from 1 (default 1)."},
                "limit": {
                    "type": "integer",
                    "minimum": 1,
                    "description": f"Number of lines at most (default {_LINES:,}).",
                },
            },
            "required": ["path"],
            "additionalProperties": False,
        },
        explained(handle),
        title="Read file",
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )


def _render(window: "Text") -> str:
    body, last = window.text, window.first_line + window.lines - 1
    if window.truncated and window.lines > 1 and not body.endswith("\n"):
        # The last line was cut to keep the window small: leave it to the next one.
        body, last = body[: body.rindex("\n") + 1], last - 1
    notes = []
    if last < window.total_lines and window.lines:
        seen = f"lines {window.first_line:,}-{last:,} of {window.total_lines:,}"
        notes.append(f"{seen}; continue with offset={last + 1}")
    elif not window.total_lines:
        notes.append("the file is empty")
    elif not window.lines:
        notes.append(
            f"the file has {window.total_lines:,} lines; offset {window.first_line:,} is past its end"
        )
    if window.encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"decoded as {window.encoding}")
    return with_footer(_shortened(body), notes)


def _shortened(body: str) -> str:
    if len(body) <= _LINE_CHARACTERS:
        return body
    return "\n".join(map(_short, body.split("\n")))


def _short(line: str) -> str:
    if len(line) <= _LINE_CHARACTERS:
        return line
    return f"{line[:_LINE_CHARACTERS]} [... {len(line) - _LINE_CHARACTERS:,} characters cut]"
