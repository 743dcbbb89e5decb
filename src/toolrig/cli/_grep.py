"""``toolrig grep``: lines found as they are found, in the manner of ripgrep."""

import os
import sys
from time import monotonic

from toolrig.cli._command import Arguments, Command, Option, UsageError
from toolrig.cli._show import coloured, on_terminal, put, visible
from toolrig.errors import ToolrigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from toolrig.cli._grep_lines import Spans, Style

_FOUND, _NOTHING, _TROUBLE = 0, 1, 2  # as grep ends
_SWITCHES = {
    "fixed-strings": "fixed",
    "ignore-case": "ignore_case",
    "smart-case": "smart_case",
    "word-regexp": "word",
    "invert-match": "invert",
    "only-matching": "only_matching",
    "multiline": "multiline",
}
_OUTPUTS = {"count": "count", "files-with-matches": "files", "quiet": "files"}
_HELD_BYTES, _HELD_S = 1 << 16, 0.05


def _run(arguments: Arguments) -> int:
    if arguments.has("type-list"):
        return _list_types()
    patterns, paths = _wanted(arguments)
    found = _Found(patterns, paths, _options(arguments), _limit(arguments))
    style, render = _style(arguments, patterns, paths), _render(arguments)
    _write(render(found, style))
    if found.trouble and not (found.count and arguments.has("quiet")):
        return _TROUBLE
    return _FOUND if found.count else _NOTHING


def _list_types() -> int:
    from toolrig.search._types import file_types

    for name, globs in file_types().items():
        print(f"{name}: {', '.join(globs)}")
    return _FOUND


def _wanted(arguments: Arguments) -> tuple[list[str], list[str]]:
    """Return the patterns, and the paths that are to be searched."""
    patterns, words = arguments.values("regexp"), arguments.words
    if not patterns:
        if not words:
            raise UsageError("missing PATTERN")
        patterns, words = words[:1], words[1:]
    return patterns, words or [""]


def _limit(arguments: Arguments) -> int | None:
    return 1 if arguments.has("quiet") else arguments.number("limit", 0)


def _options(arguments: Arguments) -> "dict[str, Any]":
    """Return what `toolrig.grep` is to be called with."""
    around = arguments.number("context", 0) or 0
    before, after = (arguments.number(f"{side}-context", 0) for side in ("before", "after"))
    globs, types = arguments.values("glob"), arguments.values("type")
    types = types + [f"!{name}" for name in arguments.values("type-not")]
    return {
        **{option: arguments.has(name) for name, option in _SWITCHES.items()},
        "multiline": "dotall" if arguments.has("multiline-dotall") else arguments.has("multiline"),
        "output": next((output for name, output in _OUTPUTS.items() if arguments.has(name)), "content"),
        "before": around if before is None else before,
        "after": around if after is None else after,
        "glob": [_anywhere(glob) for glob in globs] or None,
        "types": types or None,
        "limit_per_file": arguments.number("max-count", 1),
        "max_columns": arguments.number("max-columns", 1),
        "deadline": arguments.number("deadline", 0),
        "offset": 0 if _sorted(arguments) else None,
        "gitignore": not arguments.has("no-ignore"),
        "hidden": "all" if arguments.has("all") else not arguments.has("no-hidden"),
    }


def _anywhere(glob: str) -> str:
    """Let a pattern without a slash match names in every directory, as ripgrep does."""
    sign, bare = ("!", glob[1:]) if glob.startswith("!") else ("", glob)
    return glob if "/" in bare else f"{sign}**/{bare}"


def _sorted(arguments: Arguments) -> bool:
    order = arguments.value("sort", "none")
    if order not in ("path", "none"):
        raise UsageError(f"--sort {order!r} is not path or none")
    return order == "path"


def _style(arguments: Arguments, patterns: list[str], paths: list[str]) -> "Style":
    from toolrig.cli._grep_lines import Style

    colours, people = coloured(arguments.value("color", "auto")), on_terminal()
    several = len(paths) > 1 or os.path.isdir(paths[0] or ".")
    return Style(
        names=_either(arguments, "with-filename", "no-filename", several),
        heading=_either(arguments, "heading", "no-heading", people),
        numbers=_either(arguments, "line-number", "no-line-number", people or arguments.has("column")),
        columns=arguments.has("column"),
        gaps=any(arguments.number(name, 0) for name in ("context", "before-context", "after-context")),
        null=arguments.has("null"),
        only_matching=arguments.has("only-matching") and not arguments.has("invert-match"),
        colours=colours,
        spans=None if arguments.has("invert-match") else lambda: _spans(arguments, patterns),
    )


def _either(arguments: Arguments, yes: str, no: str, usual: bool) -> bool:
    return not arguments.has(no) and (usual or arguments.has(yes))


def _spans(arguments: Arguments, patterns: list[str]) -> "Spans":
    """Return what finds the parts of a line that are to stand out."""
    from toolrig.search._pattern import one_pattern
    from toolrig.search._sought import sought

    options = ("fixed-strings", "ignore-case", "smart-case", "word-regexp")
    wanted = one_pattern(patterns, **{_SWITCHES[name]: arguments.has(name) for name in options})
    dotall = arguments.has("multiline-dotall")
    return sought(wanted, multiline=dotall or arguments.has("multiline"), dotall=dotall).spans


def _render(arguments: Arguments) -> "Callable[[Iterable[Any], Style], Iterator[bytes]]":
    """Return what makes of items what is to be written."""
    from toolrig.cli import _grep_lines

    if arguments.has("quiet"):
        return lambda items, _style: (b"" for _ in items)
    if arguments.has("json"):
        return _grep_lines.json_pieces
    if arguments.has("count"):
        return _grep_lines.count_pieces
    if arguments.has("files-with-matches"):
        return _grep_lines.file_pieces
    return _grep_lines.line_pieces


class _Found:
    """What is found below one path after the other, with paths as seen from where the command was given.

    Attributes:
        count: how many items there were so far.
        trouble: whether something could not be searched; it has been told.
    """

    def __init__(
        self, patterns: list[str], paths: list[str], options: "dict[str, Any]", limit: int | None
    ) -> None:
        self.count = 0
        self.trouble = False
        self._patterns, self._paths, self._options, self._limit = patterns, paths, options, limit

    def __iter__(self) -> "Iterator[Any]":
        for root in self._paths:
            try:
                yield from self._below(root)
            except OSError as error:
                self._tell(str(error))
            except (ToolrigError, ValueError) as error:  # of the pattern or an option, for any path
                self._tell(str(error))
                return

    def _below(self, root: str) -> "Iterator[Any]":
        from toolrig.search import grep

        left = None if self._limit is None else self._limit - self.count
        matches = grep(self._patterns, root or ".", limit=left, **self._options)
        shown = _names(root)
        for item in matches:
            self.count += 1
            yield item._replace(path=shown(item.path)) if root else item
        for path, _, message in matches.errors:
            self._tell(f"{visible(shown(path) or '.')}: {message}")
        if matches.truncated and self.count != self._limit:
            self._tell("stopped by --deadline: there may be more")

    def _tell(self, words: str) -> None:
        print(f"toolrig grep: {words}", file=sys.stderr)
        self.trouble = True


def _names(root: str) -> "Callable[[str], str]":
    """Return what tells the path of a file below *root*, which may be that file."""
    is_file = not os.path.isdir(root or ".")
    return lambda path: root if is_file else os.path.join(root, path)


def _write(pieces: "Iterator[bytes]") -> None:
    """Write every piece, on a terminal at once, else many together."""
    held: list[bytes] = []
    size, last = 0, monotonic()
    most = 0 if on_terminal() else _HELD_BYTES
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= most or monotonic() - last >= _HELD_S:
            put(b"".join(held))
            held, size, last = [], 0, monotonic()
    put(b"".join(held))


COMMAND = Command(
    "grep",
    "Search the files below each PATH (default: the current directory), or the file PATH, for lines in\n"
    "which PATTERN is found: a regular expression of Python's re. Files are those that git sees, dot files\n"
    "among them; binary files and symbolic links are passed over. On a terminal, paths are headings, lines\n"
    "have numbers, and control characters are escaped; elsewhere lines are path:text, to the byte.\n"
    "Exit status: 0 if there is anything, 1 if there is nothing, 2 if something could not be read.",
    _run,
    words=["[PATTERN]", "[PATH...]"],
    options=[
        Option(
            "regexp",
            "A pattern; may be repeated, and takes the place of PATTERN.",
            metavar="PATTERN",
            short="e",
        ),
        Option("fixed-strings", "Take patterns as plain text.", short="F"),
        Option("ignore-case", "Ignore case.", short="i"),
        Option("smart-case", "Ignore case if all of the pattern is lower case.", short="S"),
        Option("word-regexp", "Only whole words.", short="w"),
        Option("invert-match", "Lines in which the pattern is not found.", short="v"),
        Option("only-matching", "Show what matches, not the lines it is in.", short="o"),
        Option("multiline", "Let matches span lines.", short="U"),
        Option("multiline-dotall", "The same, and let . match the ends of lines."),
        Option(
            "glob", "Only paths that match; may be repeated, !GLOB takes away.", metavar="GLOB", short="g"
        ),
        Option("type", "Only files of this type; may be repeated.", metavar="TYPE", short="t"),
        Option("type-not", "No files of this type; may be repeated.", metavar="TYPE", short="T"),
        Option("type-list", "Show all types and their globs."),
        Option("after-context", "Show N lines behind each match.", metavar="N", short="A"),
        Option("before-context", "Show N lines in front of each match.", metavar="N", short="B"),
        Option("context", "Show N lines on both sides.", metavar="N", short="C"),
        Option("files-with-matches", "Only paths.", short="l"),
        Option("count", "Only how many lines of each file match; with -o, how many matches.", short="c"),
        Option("quiet", "Nothing but the exit status.", short="q"),
        Option("max-count", "N lines of each file at most.", metavar="N", short="m"),
        Option("limit", "N lines, or files, in all at most.", metavar="N"),
        Option("deadline", "Stop after so many seconds.", metavar="N"),
        Option("max-columns", "Cut longer lines to N characters around the match.", metavar="N", short="M"),
        Option("line-number", "Show line numbers.", short="n"),
        Option("no-line-number", "Show none.", short="N"),
        Option("column", "Show columns, from 1, in characters."),
        Option("with-filename", "Show paths, also of a single file.", short="H"),
        Option("no-filename", "Show none.", short="I"),
        Option("heading", "Show paths above their lines."),
        Option("no-heading", "Show paths in front of lines."),
        Option("null", "End each path with a NUL.", short="0"),
        Option("json", "Write one JSON object an item: path line column text before after, or path count."),
        Option("sort", "path, or none: as they are found.", metavar="ORDER"),
        Option("hidden", "Also names that begin with a dot, which is the default.", short="."),
        Option("no-hidden", "Pass over names that begin with a dot."),
        Option("all", "Also .git.", short="a"),
        Option("no-ignore", "Also what git ignores."),
        Option("color", "auto, always or never.", metavar="WHEN"),
    ],
)
