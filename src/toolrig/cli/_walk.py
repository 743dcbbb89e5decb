"""``toolrig walk``: a tree listed as it is walked."""

import os
import sys

from toolrig.cli._command import Arguments, Command, Option, UsageError
from toolrig.cli._show import json_line, long_line, on_terminal, palette, put, visible
from toolrig.errors import ToolrigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from toolrig.fs import Entry, PathError, Walk

_FOUND, _NOTHING, _TROUBLE = 0, 1, 2  # as grep ends
_ORDERS = ("path", "mtime", "size")
_SWITCHES = {"follow": "follow", "one-file-system": "same_device"}
_NOT_WITH_TREE = (*_SWITCHES, "match", "kind", "long", "sort", "reverse", "null", "count")


def _run(arguments: Arguments) -> int:
    options = _options(arguments)
    make = _tree if arguments.has("tree") else _sorted if arguments.has("sort") else _streamed
    try:
        listing = make(arguments.word(0, "."), arguments, options)
    except (ToolrigError, OSError, ValueError) as error:
        print(f"toolrig walk: {error}", file=sys.stderr)
        return _TROUBLE
    written = _write(listing.batches, None if arguments.has("count") else _renderer(arguments))
    if arguments.has("count"):
        print(written)
    unread = listing.errors()
    for path, _, message in unread:
        print(f"toolrig walk: {visible(path or '.')}: {message}", file=sys.stderr)
    return _TROUBLE if unread else _FOUND if written else _NOTHING


class _Listing:
    """What is to be written, in batches, and what could not be read, to be asked for at the end."""

    def __init__(
        self, batches: "Iterable[Sequence[Any]]", errors: "Callable[[], Sequence[PathError]]"
    ) -> None:
        self.batches = batches
        self.errors = errors


def _options(arguments: Arguments) -> "dict[str, Any]":
    """Return what `toolrig.walk` and its kin are to be called with."""
    options: dict[str, Any] = {
        "gitignore": not arguments.has("no-ignore"),
        "hidden": "all" if arguments.has("all") else not arguments.has("no-hidden"),
        "max_depth": arguments.number("depth", 1),
    }
    for name, switch in _SWITCHES.items():
        if arguments.has(name):
            options[switch] = True
    if arguments.has("match"):
        options["match"] = arguments.values("match")
    if arguments.has("kind"):
        options["kinds"] = arguments.values("kind")
    return options


def _tree(root: str, arguments: Arguments, options: "dict[str, Any]") -> _Listing:
    from toolrig.fs import tree

    for name in _NOT_WITH_TREE:
        if arguments.has(name):
            raise UsageError(f"--tree and --{name} do not go together")
    if arguments.has("limit"):
        options["limit"] = arguments.number("limit", 0)
    shown = tree(root, **options)
    text = shown.json().decode() if arguments.has("json") else str(shown)
    return _Listing([[text]] if text else [], lambda: shown.errors)


def _sorted(root: str, arguments: Arguments, options: "dict[str, Any]") -> _Listing:
    from toolrig.fs import scan

    order, limit = arguments.value("sort", ""), arguments.number("limit", 0)
    if order not in _ORDERS:
        raise UsageError(f"--sort {order!r} is not {', '.join(_ORDERS)}")
    backwards = arguments.has("reverse")
    looks = order != "path" or _needs_entries(arguments)
    options["sort"], options["limit"] = order, None if backwards else limit
    found = scan(root, stat=looks, **options)
    items: Sequence[Any] = list(found.entries()) if looks else found.paths
    if backwards:
        items = items[::-1][:limit]
    return _Listing([items], lambda: found.errors)


def _streamed(root: str, arguments: Arguments, options: "dict[str, Any]") -> _Listing:
    from toolrig.fs import walk

    if arguments.has("reverse"):
        raise UsageError("--reverse needs --sort")
    found = walk(root, **options)
    batches: Iterable[Sequence[Any]] = _cut(found, arguments.number("limit", 0))
    if _needs_entries(arguments):
        batches = (_entries(root, batch) for batch in batches)
    return _Listing(batches, lambda: found.errors)


def _cut(walk: "Walk", limit: int | None) -> "Iterator[list[str]]":
    """Yield the paths in batches until there are *limit*, then end the walk."""
    for batch in walk.batches():
        if limit is not None and len(batch) >= limit:
            walk.close()
            yield batch[:limit]
            return
        limit = None if limit is None else limit - len(batch)
        yield batch


def _entries(root: str, paths: "Sequence[str]") -> "list[Entry]":
    from toolrig.fs import stat_many

    return [entry for entry in stat_many(paths, root) if not isinstance(entry, OSError)]


def _needs_entries(arguments: Arguments) -> bool:
    if arguments.has("count") or arguments.has("null"):
        return False
    return (
        arguments.has("long")
        or arguments.has("json")
        or palette(arguments.value("color", "auto")) is not None
    )


def _write(batches: "Iterable[Sequence[Any]]", render: "Callable[[Any], bytes] | None") -> int:
    """Write every item as soon as its batch is there, and return how many there were."""
    written = 0
    for batch in batches:
        if render is not None:
            put(b"".join(map(render, batch)))
        written += len(batch)
    return written


def _renderer(arguments: Arguments) -> "Callable[[Any], bytes]":
    """Return what makes bytes of an item: a path, an `Entry`, or the text of a tree."""
    if arguments.has("tree"):
        return lambda text: _encoded(text) + b"\n"
    if arguments.has("null"):
        for name in ("json", "long"):
            if arguments.has(name):
                raise UsageError(f"--null and --{name} do not go together")
        return lambda item: os.fsencode(_path(item)) + b"\0"
    if arguments.has("json"):
        return lambda entry: json_line(entry).encode() + b"\n"
    safe, colours, long = on_terminal(), palette(arguments.value("color", "auto")), arguments.has("long")

    def line(item: "Any") -> bytes:
        path = _path(item)
        text = visible(path) if safe else path
        if colours is not None:
            text = colours.paint(text, path, item.kind)
        return _encoded(long_line(item, text) if long else text) + b"\n"

    return line


def _path(item: "str | Entry") -> str:
    return item if isinstance(item, str) else item.path


def _encoded(text: str) -> bytes:
    """Return *text* for standard output: on a terminal in its encoding, elsewhere the bytes of the paths."""
    if on_terminal():
        return text.encode(sys.stdout.encoding, "backslashreplace")
    return os.fsencode(text)


COMMAND = Command(
    "walk",
    "List what lies below DIR (default: the current directory) as git sees it: tracked files, and untracked\n"
    "ones that no rule ignores. Paths come as they are found; with --sort, in order. On a terminal, control\n"
    "characters are escaped; elsewhere names are written as they are.\n"
    "Exit status: 0 if there is anything, 1 if there is nothing, 2 if something could not be read.",
    _run,
    words=["[DIR]"],
    options=[
        Option(
            "match", "Only paths that match; may be repeated, !GLOB takes away.", metavar="GLOB", short="m"
        ),
        Option(
            "kind",
            "file, dir, symlink or other; may be repeated (default: all but dir).",
            metavar="KIND",
            short="k",
        ),
        Option("depth", "Levels at most.", metavar="N", short="d"),
        Option("all", "Also .git.", short="a"),
        Option("no-hidden", "Pass over names that begin with a dot.", short="H"),
        Option("no-ignore", "Also what git ignores.", short="I"),
        Option("follow", "Go into directories that symbolic links lead to, inside DIR.", short="L"),
        Option("one-file-system", "Stay on the file system of DIR.", short="x"),
        Option(
            "long", "Show kind (- file, d directory, l link, o other), size and time of change.", short="l"
        ),
        Option("sort", "path, mtime (newest first) or size (largest first).", metavar="ORDER", short="s"),
        Option("reverse", "Turn the order of --sort around.", short="r"),
        Option("limit", "Show N at most.", metavar="N", short="n"),
        Option("null", "End each path with a NUL, not a newline.", short="0"),
        Option("json", "Write one JSON object a line: path, kind, size, mtime_ns.", short="j"),
        Option("count", "Only tell how many there are.", short="c"),
        Option(
            "tree", "Draw a tree, its top complete, of 400 entries unless --limit says otherwise.", short="t"
        ),
        Option("color", "auto, always or never; colours are those of LS_COLORS.", metavar="WHEN"),
    ],
)
