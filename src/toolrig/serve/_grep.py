"""Searching files for a pattern."""

from toolrig.serve._action import READS, Action
from toolrig.serve._footer import errors_note, hidden_note, with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.search import Matches
    from toolrig.search._grep import Output
    from toolrig.serve._given import Given

LIMIT = 250
_DEADLINE = 20.0
_LINE_CHARACTERS = 500
_CONTEXT_MOST = 50
_OUTPUTS: "dict[str, Output]" = {"content": "content", "files_with_matches": "files", "count": "count"}


def _handle(root: "Root", given: "Given", call: "Call") -> str:
    mode = given.get("output_mode", "content")
    around = given.get("context", 0)
    before, after = given.get("before", around), given.get("after", around)
    if mode != "content":
        before = after = 0
    matches = root.grep(
        given["pattern"],
        given.get("path", "."),
        fixed=given.get("fixed", False),
        ignore_case=given.get("ignore_case", False),
        glob=_anywhere(given["glob"]) if "glob" in given else None,
        output=_OUTPUTS[mode],
        before=before,
        after=after,
        limit=given.get("limit", LIMIT),
        offset=given.get("offset", 0),
        deadline=_DEADLINE,
        gitignore=given.get("gitignore", True),
    )
    with matches:
        call.on_cancel(matches.close)
        items = list(matches)
    return with_footer(
        "\n".join(_body(items, mode, given, before + after > 0)), _notes(given, matches, len(items))
    )


_CONTEXT = {"type": "integer", "minimum": 0, "maximum": _CONTEXT_MOST}

GREP = Action(
    "grep",
    "Search files",
    _handle,
    {
        "pattern": {"type": "string", "description": "Regular expression, of Python's `re`."},
        "path": {
            "type": "string",
            "description": "Directory or file to search, relative to the root (default: all).",
        },
        "glob": {
            "type": "string",
            "description": "Only files whose path below it matches: `*.py` anywhere, `src/**/*.ts`.",
        },
        "output_mode": {
            "type": "string",
            "enum": list(_OUTPUTS),
            "description": "What to return (default content).",
        },
        "fixed": {"type": "boolean", "description": "Take the pattern as plain text (default false)."},
        "ignore_case": {"type": "boolean", "description": "Ignore case (default false)."},
        "context": {**_CONTEXT, "description": "Lines of context before and after each hit (default 0)."},
        "before": {**_CONTEXT, "description": "Lines of context before each hit (default 0)."},
        "after": {**_CONTEXT, "description": "Lines of context after each hit (default 0)."},
        "line_numbers": {"type": "boolean", "description": "Show line numbers (default true)."},
        "limit": {
            "type": "integer",
            "minimum": 1,
            "description": f"Number of hits, or of files, at most (default {LIMIT}).",
        },
        "offset": {
            "type": "integer",
            "minimum": 0,
            "description": "Number of them to pass over (default 0).",
        },
        "gitignore": {"type": "boolean", "description": "Leave out what git ignores (default true)."},
    },
    required=("pattern",),
    hints=READS,
)


def _body(items: "list[Any]", mode: str, given: "Given", grouped: bool) -> "Iterable[str]":
    if mode == "content":
        return _lines(items, grouped=grouped, numbered=given.get("line_numbers", True))
    if mode == "count":
        return (f"{item.path}:{item.count}" for item in items)
    return (item.path for item in items)


def _anywhere(pattern: str) -> str:
    """Let a pattern without a slash match names in every directory, as agents expect of a search."""
    negated, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    return pattern if "/" in bare else f"{negated}**/{bare}"


def _lines(matches: "Iterable[Any]", *, grouped: bool, numbered: bool) -> "Iterable[str]":
    """Yield hits as ``path:line:text`` and context as ``path-line-text``, each line once, as grep does.

    *grouped* puts ``--`` between groups that are not neighbours; without *numbered* the line is left out.
    """

    def shown(mark: str, number: int, text: str) -> str:
        return f"{path}{mark}{number}{mark}{text}" if numbered else f"{path}{mark}{text}"

    path, last = "", 0  # the line printed last
    behind: list[tuple[int, str]] = []  # context of the last hit, printed up to the next one
    for match in matches:
        if match.path != path:
            yield from (shown("-", number, text) for number, text in behind)
            separate, path, last, behind = bool(path), match.path, 0, []
        else:
            ahead = [(number, text) for number, text in behind if number < match.line]
            yield from (shown("-", number, text) for number, text in ahead)
            last = ahead[-1][0] if ahead else last
            separate = match.line - len(match.before) > last + 1
        if separate and grouped:
            yield "--"
        for number, text in enumerate(match.before, match.line - len(match.before)):
            if number > last:
                yield shown("-", number, _short(text, 1))
        yield shown(":", match.line, _short(match.text, match.column))
        last = match.line
        behind = [(number, _short(text, 1)) for number, text in enumerate(match.after, last + 1)]
    yield from (shown("-", number, text) for number, text in behind)


def _short(text: str, column: int) -> str:
    """Cut a long line to the surroundings of its hit."""
    if len(text) <= _LINE_CHARACTERS:
        return text
    start = max(0, min(column - 1 - _LINE_CHARACTERS // 4, len(text) - _LINE_CHARACTERS))
    end = start + _LINE_CHARACTERS
    left = f"[{start:,} characters] " if start else ""
    right = f" [{len(text) - end:,} characters]" if end < len(text) else ""
    return left + text[start:end] + right


def _notes(given: "Given", matches: "Matches[Any]", count: int) -> list[str]:
    notes = []
    offset = given.get("offset", 0)
    if not count:
        notes.append(f"no match in {matches.files_searched:,} files" if not offset else "no more matches")
    if matches.truncated:
        setting = given.setting("offset", offset + count)
        onward = f"; continue with {setting}, or narrow the search" if setting else "; narrow the search"
        notes.append(f"cut after {count:,}{onward}")
    return notes + hidden_note(matches.hidden_by_gitignore, given) + errors_note(matches.errors)
