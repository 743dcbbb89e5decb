"""Reading several text files at once."""

from toolrig.errors import BinaryFileError
from toolrig.serve._action import READS, Action
from toolrig.serve._footer import with_footer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

FILES = 100
BYTES = 64 * 1024
BYTES_TOGETHER = 256 * 1024


def _handle(root: "Root", given: "Given", _call: "Call") -> str:
    paths: list[str] = given["paths"]
    if not paths:
        raise ValueError(f"{given.called('paths')} is empty: give at least one path")
    return shown(root, paths, given)


READ_MANY = Action(
    "read_many",
    "Read files",
    _handle,
    {
        "paths": {
            "type": "array",
            "items": {"type": "string"},
            "description": f"Files, relative to the root, at most {FILES}.",
        }
    },
    required=("paths",),
    hints=READS,
)


def shown(root: "Root", paths: "list[str]", given: "Given") -> str:
    """Return the contents of *paths*, each below its name, as far as they fit."""
    parts, room = [], BYTES_TOGETHER
    for path, content in zip(paths, root.read_many(paths[:FILES], max_bytes=BYTES + 1), strict=False):
        if room <= 0:
            break
        part = _text(path, content, room, given)
        room -= len(part)
        parts.append(f"==> {path} <==\n{part}")
    left = paths[len(parts) :]
    notes = [f"{len(left):,} more not read, from {left[0]} on: ask for them in another call"] if left else []
    return with_footer("\n".join(part if part.endswith("\n") else part + "\n" for part in parts), notes)


def _text(path: str, content: "bytes | OSError", room: int, given: "Given") -> str:
    if isinstance(content, OSError):
        return f"[could not be read: {content.strerror or content}]"
    from toolrig.fs._coding import coding_of

    whole = len(content) <= BYTES
    try:
        coding = coding_of(content, path, whole=whole)
    except BinaryFileError:
        return "[a binary file: only text is read]"
    text = coding.decode(content) if whole else _beginning(content[len(coding.bom) :], coding.encoding)
    if whole and len(text) <= room:
        return text or "[the file is empty]"
    text = text[:room]
    text = text[: text.rfind("\n") + 1] or text
    lines = text.count("\n")
    if not lines:
        return with_footer(text, [f"cut after {len(text):,} characters of the first line"])
    return with_footer(text, [f"cut after {lines:,} lines{_onward(lines, given)}"])


def _beginning(content: bytes, encoding: str) -> str:
    """Return the text of *content*, whose last character may be cut."""
    from codecs import getincrementaldecoder

    return getincrementaldecoder("utf-8" if encoding == "utf-8-sig" else encoding)().decode(content)


def _onward(lines: int, given: "Given") -> str:
    reader = given.tool("read")
    return f"; {reader} shows the rest, from line {lines + 1:,}" if reader else ""
