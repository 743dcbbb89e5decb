"""Reading an image, a sound, or any other file that is not text."""

import os

from toolrig.mcp import ToolResult
from toolrig.serve._action import READS, Action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Call
    from toolrig.root import Root
    from toolrig.serve._given import Given

BYTES = 10 * 1024 * 1024
_TYPES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webp": "image/webp",
}


def _handle(root: "Root", given: "Given", _call: "Call") -> ToolResult:
    path = given["path"]
    mime = _TYPES.get(os.path.splitext(path)[1].lower(), "application/octet-stream")
    kind = mime.partition("/")[0]
    if given.get("images_only") and kind != "image":
        raise ValueError(f"{path} is no image by its name: known are {', '.join(_names_of('image'))}")
    content = root.read_bytes(path, max_bytes=BYTES + 1)
    if len(content) > BYTES:
        raise ValueError(f"{path} is larger than {BYTES >> 20} MiB, the most that is shown")
    from binascii import b2a_base64

    data = b2a_base64(content, newline=False).decode()
    if kind in ("image", "audio"):
        return ToolResult("", attachments=[{"type": kind, "data": data, "mimeType": mime}])
    resource = {"uri": _uri(os.path.join(root.path, path)), "mimeType": mime, "blob": data}
    return ToolResult("", attachments=[{"type": "resource", "resource": resource}])


MEDIA = Action(
    "media",
    "Show media file",
    _handle,
    {"path": {"type": "string", "description": "File, relative to the root."}},
    required=("path",),
    hints=READS,
)


def _names_of(kind: str) -> list[str]:
    return [suffix for suffix, mime in _TYPES.items() if mime.startswith(kind)]


def _uri(path: str) -> str:
    from pathlib import Path

    return Path(os.path.normpath(path)).as_uri()
