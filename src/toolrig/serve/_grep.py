"""Searching files for a pattern."""

from toolrig.search._grouped import grouped
from toolrig.serve._action import READS, Action
from toolrig.serve._footer import errors_note, hidden_note, raised, ways, with_footer

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
_MATCH_LINES = 50
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
        word=given.get("word", False),
        only_matching=given.get("only_matching", False),
        multiline=given.get("multiline", False) and "dotall",
        glob=_anywhere(given["glob"]) if "glob" in given else None,
        types=given.get("type"),
        output=_OUTPUTS[mode],
        before=before,
        after=after,
        limit=given.get("limit", LIMIT),
        limit_per_file=given.get("limit_per_file"),
        offset=given.get("offset", 0),
        deadline=_DEADLINE,
        max_columns=_LINE_CHARACTERS,
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
        "type": {
            "type": "string",
            "description": "Only files of a type that ripgrep knows: `py`, `js`, `rust`; `!py`: not these.",
        },
        "output_mode": {
            "type": "string",
            "enum": list(_OUTPUTS),
            "description": "What to return (default content).",
        },
        "fixed": {"type": "boolean", "description": "Take the pattern as plain text (default false)."},
        "ignore_case": {"type": "boolean", "description": "Ignore case (default false)."},
        "word": {"type": "boolean", "description": "Only whole words (default false)."},
        "only_matching": {
            "type": "boolean",
            "description": "Return what matches instead of its line (default false).",
        },
        "multiline": {
            "type": "boolean",
            "description": "Let matches span lines, `.` match newlines too (default false).",
        },
        "context": {**_CONTEXT, "description": "Lines of context before and after each hit (default 0)."},
        "before": {**_CONTEXT, "description": "Lines of context before each hit (default 0)."},
        "after": {**_CONTEXT, "description": "Lines of context after each hit (default 0)."},
        "line_numbers": {"type": "boolean", "description": "Show line numbers (default true)."},
        "limit": {
            "type": "integer",
            "minimum": 1,
            "description": f"Number of hits, or of files, at most (default {LIMIT}).",
        },
        "limit_per_file": {
            "type": "integer",
            "minimum": 1,
            "description": "Number of hits in one file at most (default all).",
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


def _body(items: "list[Any]", mode: str, given: "Given", separated: bool) -> "Iterable[str]":
    if mode == "content":
        return _lines(items, given, separated)
    if mode == "count":
        return (f"{item.path}:{item.count}" for item in items)
    return (item.path for item in items)


def _anywhere(pattern: str) -> str:
    """Let a pattern without a slash match names in every directory, as agents expect of a search."""
    negated, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    return pattern if "/" in bare else f"{negated}**/{bare}"


def _lines(matches: "Iterable[Any]", given: "Given", separated: bool) -> "Iterable[str]":
    """Yield matches as ``path:line:text`` and context as ``path-line-text``, each line once, as grep does.

    *separated* puts ``--`` between groups that are not neighbours.
    """
    numbered = given.get("line_numbers", True)
    for line in grouped(matches, only_matching=given.get("only_matching", False)):
        if line is None:
            if separated:
                yield "--"
            continue
        path, number, text, match = line
        mark = "-" if match is None else ":"
        place = 0 if match is None else number - match.line
        if place >= _MATCH_LINES:
            if place == _MATCH_LINES:
                yield f"[... {match.text.count(chr(10)) + 1 - place:,} lines of this hit cut]"
            continue
        yield f"{path}{mark}{number}{mark}{text}" if numbered else f"{path}{mark}{text}"


def _notes(given: "Given", matches: "Matches[Any]", count: int) -> list[str]:
    notes = []
    offset = given.get("offset", 0)
    if not count:
        notes.append(f"no match in {matches.files_searched:,} files" if not offset else "no more matches")
    if matches.truncated:
        setting = given.setting("offset", offset + count)
        onward = f"; continue with {setting}, or narrow the search" if setting else "; narrow the search"
        notes.append(f"cut after {count:,}{onward}")
    if matches.files_cut:
        files = "1 file has" if matches.files_cut == 1 else f"{matches.files_cut:,} files have"
        notes.append(f"{files} more{ways(raised(given, 'limit_per_file'))}")
    return notes + hidden_note(matches.hidden_by_gitignore, given) + errors_note(matches.errors)
