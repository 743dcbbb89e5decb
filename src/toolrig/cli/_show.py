"""How entries of a tree are written: for people on a terminal, for programs anywhere else."""

import os
import sys

from toolrig.cli._command import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs import Entry

_COLOURS = {"di": "01;34", "ln": "01;36", "pi": "33"}
_CODES = {"file": "fi", "dir": "di", "symlink": "ln", "other": "pi"}
_LETTERS = {"file": "-", "dir": "d", "symlink": "l", "other": "o"}


class Palette:
    """Colours by kind of entry and ending of name, as LS_COLORS gives them (dircolors(1))."""

    def __init__(self, text: str) -> None:
        self._codes = dict(_COLOURS)
        for rule in text.split(":"):
            key, equals, value = rule.partition("=")
            if equals and value.strip("0123456789;") == "":
                self._codes[key] = value

    def paint(self, text: str, path: str, kind: str) -> str:
        """Return *text* in the colour of *path*."""
        code = self._codes.get(_CODES[kind], "")
        ending = os.path.splitext(path)[1]
        if kind == "file" and ending:
            code = self._codes.get(f"*{ending}", code)
        return f"\x1b[{code}m{text}\x1b[0m" if code.strip("0;") else text


def palette(when: str) -> Palette | None:
    """Return the colours to use: "always", "never", or "auto" for on a terminal that has some.

    Raises:
        UsageError: *when* is something else.
    """
    return Palette(os.environ.get("LS_COLORS", "")) if coloured(when) else None


def coloured(when: str) -> bool:
    """Tell whether to use colours: "always", "never", or "auto" for on a terminal that has some.

    Raises:
        UsageError: *when* is something else.
    """
    if when not in ("auto", "always", "never"):
        raise UsageError(f"--color {when!r} is not auto, always or never")
    if when != "auto":
        return when == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and on_terminal()


def on_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def put(data: bytes) -> None:
    """Write all of *data*: where Python is told not to buffer, one write may take a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def visible(path: str) -> str:
    r"""Return *path* with everything escaped that could disturb a terminal; other bytes as ``\xff``."""
    if path.isprintable():
        return path
    return "".join(map(_visible, path))


def visible_line(text: str) -> str:
    """Return a line of a file with everything escaped that could disturb a terminal; tabs are left."""
    if text.isprintable():
        return text
    return "".join(character if character == "\t" else _visible(character) for character in text)


def long_line(entry: "Entry", name: str) -> str:
    """Return the line of ``-l``: kind, size, when it was modified, and *name*."""
    from time import localtime, strftime

    modified = strftime("%Y-%m-%d %H:%M", localtime(entry.mtime_ns // 10**9))
    return f"{_LETTERS[entry.kind]} {entry.size:>12} {modified} {name}"


def json_line(entry: "Entry") -> str:
    """Return the entry as one JSON object; bytes of a path that are not UTF-8 as escaped lone surrogates."""
    import json

    fields = {"path": entry.path, "kind": entry.kind, "size": entry.size, "mtime_ns": entry.mtime_ns}
    return json.dumps(fields)


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
