"""The tool that searches files for a pattern."""

from toolrig.mcp import Tool
from toolrig.serve._footer import errors_note, hidden_note, with_footer
from toolrig.serve._missing import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.search import Matches
    from toolrig.search._grep import Output

_LIMIT = 250
_DEADLINE = 20.0
_LINE_CHARACTERS = 500
_CONTEXT_MOST = 50
_OUTPUTS: "dict[str, Output]" = {"content": "content", "files_with_matches": "files", "count": "count"}


def tool(root: "Root") -> Tool:
    """Return the tool on *root*."""

    def handle(arguments: "dict[str, Any]", call: "Call") -> str:
        mode = arguments.get("output_mode", "content")
        around = arguments.get("context", 0) if mode == "content" else 0
        matches = root.grep(
            arguments["pattern"],
            arguments.get("path", "."),
            fixed=arguments.get("fixed", False),
            ignore_case=arguments.get("ignore_case", False),
            glob=_anywhere(arguments["glob"]) if "glob" in arguments else None,
            output=_OUTPUTS[mode],
            before=around,
            after=around,
            limit=arguments.get("limit", _LIMIT),
            offset=arguments.get("offset", 0),
            deadline=_DEADLINE,
            gitignore=arguments.get("gitignore", True),
        )
        with matches:
            call.on_cancel(matches.close)
            items = list(matches)
        return with_footer(_body(mode, items, around), _notes(arguments, matches, len(items)))

    return Tool(
        "grep",
        "Search files for a regular expression (Python's `re`, line by line). output_mode `content` returns "
        "`path:line:text` for each hit, `files_with_matches` the paths, `count` the paths with their number "
        "of hits. In path order; a last line in brackets says how to get the rest. Binary files and what git "
        "ignores are left out.",
        _SCHEMA,
        explained(handle),
        title="Search files",
        annotations={"readOnlyHint": True, "openWorldHint": False},
    )


_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "pattern": {"type": "string", "description": "Regular expression, or text if `fixed`."},
        "path": {
            "type": "string",
            "description": "Directory or file to search, relative to the root (default: all).",
        },
        "glob": {
            "type": "string",
            "description": "Only files whose path below `path` matches: `*.py` anywhere, `src/**/*.ts`.",
        },
        "output_mode": {
            "type": "string",
            "enum": list(_OUTPUTS),
            "description": "What to return (default content).",
        },
        "fixed": {"type": "boolean", "description": "Take the pattern as plain text (default false)."},
        "ignore_case": {"type": "boolean", "description": "Ignore case (default false)."},
        "context": {
            "type": "integer",
            "minimum": 0,
            "maximum": _CONTEXT_MOST,
            "description": "Lines of context before and after each hit (default 0).",
        },
        "limit": {
            "type": "integer",
            "minimum": 1,
            "description": f"Number of hits, or of files, at most (default {_LIMIT}).",
        },
        "offset": {
            "type": "integer",
            "minimum": 0,
            "description": "Number of them to pass over (default 0).",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
    },
    "required": ["pattern"],
    "additionalProperties": False,
}


def _anywhere(pattern: str) -> str:
    """Let a pattern without a slash match names in every directory, as agents expect of a search."""
    negated, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    return pattern if "/" in bare else f"{negated}**/{bare}"


def _body(mode: str, items: "list[Any]", around: int) -> str:
    if mode == "files_with_matches":
        return "\n".join(item.path for item in items)
    if mode == "count":
        return "\n".join(f"{item.path}:{item.count}" for item in items)
    return "\n".join(_lines(items, grouped=around > 0))


def _lines(matches: "Iterable[Any]", *, grouped: bool) -> "Iterable[str]":
    """Yield hits as ``path:line:text`` and context as ``path-line-text``, each line once, as grep does.

    *grouped* puts ``--`` between groups that are not neighbours.
    """
    path, last = "", 0  # the line printed last
    behind: list[tuple[int, str]] = []  # context of the last hit, printed up to the next one
    for match in matches:
        if match.path != path:
            yield from (f"{path}-{number}-{text}" for number, text in behind)
            separate, path, last, behind = bool(path), match.path, 0, []
        else:
            ahead = [(number, text) for number, text in behind if number < match.line]
            yield from (f"{path}-{number}-{text}" for number, text in ahead)
            last = ahead[-1][0] if ahead else last
            separate = match.line - len(match.before) > last + 1
        if separate and grouped:
            yield "--"
        for number, text in enumerate(match.before, match.line - len(match.before)):
            if number > last:
                yield f"{path}-{number}-{_short(text, 1)}"
        yield f"{path}:{match.line}:{_short(match.text, match.column)}"
        last = match.line
        behind = [(number, _short(text, 1)) for number, text in enumerate(match.after, last + 1)]
    yield from (f"{path}-{number}-{text}" for number, text in behind)


def _short(text: str, column: int) -> str:
    """Cut a long line to the surroundings of its hit."""
    if len(text) <= _LINE_CHARACTERS:
        return text
    start = max(0, min(column - 1 - _LINE_CHARACTERS // 4, len(text) - _LINE_CHARACTERS))
    end = start + _LINE_CHARACTERS
    left = f"[{start:,} characters] " if start else ""
    right = f" [{len(text) - end:,} characters]" if end < len(text) else ""
    return left + text[start:end] + right


def _notes(arguments: "dict[str, Any]", matches: "Matches[Any]", count: int) -> list[str]:
    notes = []
    offset = arguments.get("offset", 0)
    if not count:
        notes.append(f"no match in {matches.files_searched:,} files" if not offset else "no more matches")
    if matches.truncated:
        notes.append(f"cut after {count:,}; continue with offset={offset + count}, or narrow the search")
    return notes + hidden_note(matches.hidden_by_gitignore) + errors_note(matches.errors)
