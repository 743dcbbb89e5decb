"""Reading a text file."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import raised, ways, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Text
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

LINES = 2000
LINE_CHARACTERS = 2000
BYTES = 256 * 1024


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    tail = given.get("tail")
    window = root.read(
        given["path"],
        offset=given.get("offset"),
        limit=_limit(given) if tail is None else None,
        tail=tail,
        max_bytes=BYTES,
        max_columns=LINE_CHARACTERS,
    )
    return _render(window, given)


READ = Action(
    "read",
    "Read file",
    _handle,
    {
        "path": {"type": "string", "description": "File, relative to the root."},
        "offset": {"type": "integer", "minimum": 1, "description": "First line, from 1 (default 1)."},
        "limit": {
            "type": "integer",
            "minimum": 1,
            "description": f"Number of lines at most (default {LINES:,}).",
        },
        "last": {"type": "integer", "minimum": 1, "description": "Last line, from 1, inclusive."},
        "tail": {
            "type": "integer",
            "minimum": 1,
            "maximum": LINES,
            "description": "Number of lines from the end, instead of lines from the start.",
        },
        "token": {
            "type": "boolean",
            "description": "Tell the token of this version of the file, for if_unchanged (default false).",
        },
    },
    required=("path",),
    hints=READS,
)


def _limit(given: "Given") -> int:
    if "last" not in given:
        return int(given.get("limit", LINES))
    first, last = given.get("offset", 1), given["last"]
    if last < first:
        raise ValueError(f"{given.called('last')} {last} comes before {given.called('offset')} {first}")
    return int(min(last - first + 1, LINES))


def _render(window: "Text", given: "Given") -> str:
    body, lines = window.text, window.lines
    if window.truncated and lines > 1 and not body.endswith("\n"):
        # The last line was cut to keep the window small: leave it to the next one.
        body, lines = body[: body.rindex("\n") + 1], lines - 1
    notes = _extent(window, lines, given)
    if window.encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"decoded as {window.encoding}")
    if given.get("token"):
        notes.append(f"token {window.token}")
    return with_footer(body, notes)


def _extent(window: "Text", lines: int, given: "Given") -> list[str]:
    """Tell which lines of the file these are, where they are not all of it, and how to get more."""
    first, total = window.first_line, window.total_lines
    if first is None:
        return [f"the last {lines:,} lines; too much lies before them to be counted"]
    if not lines:
        if not total:
            return ["the file is empty"]
        return [f"the file has {total:,} lines; {given.called('offset')} {first:,} is past its end"]
    last = first + lines - 1
    span = f"lines {first:,}-{last:,}" + (f" of {total:,}" if total is not None else ", more follow")
    if last != total:
        setting = given.setting("offset", last + 1)
        more = raised(given, "limit") if lines == given.get("limit", LINES) else ""
        return [span + (f"; continue with {setting}" if setting else ways(more))]
    return [span] if first > 1 and "tail" in given else []
