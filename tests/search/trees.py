"""Small trees of files to search, and the search that grep is held to."""

import re
from pathlib import Path

from toolrig.search import Match

FILES = {
    "a.txt": b"one needle\ntwo\nthree needle needle\n",
    "b/crlf.txt": b"needle\r\nx\r\nneedle at the end",
    "b/lone.txt": b"needle\r",
    "c/latin.txt": b"caf\xe9 needle\n\xff\xfe\n",
    "c/utf8.txt": "ééé needle\n€ néedle\n\U0001f600needle".encode(),
    "c/binary": b"needle\0\n",
    "c/nul-later.txt": b"x" * 8000 + b"\0needle\n",
    "c/mark.txt": b"\xef\xbb\xbfneedle\n\xef\xbb\xbfneedle\n",
    "c/mark-only": b"\xef\xbb\xbf",
    "empty": b"",
    "newline": b"\n",
    "newlines": b"\n\n\n",
}


def reference(root: Path, pattern: str, *, flags: int = 0, before: int = 0, after: int = 0) -> list[Match]:
    """What grep is defined by."""
    found = []
    for path in sorted(path.relative_to(root).as_posix() for path in root.rglob("*")):
        data = b"" if not (root / path).is_file() else (root / path).read_bytes()
        *lines, rest = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n")
        lines = [line.removesuffix("\r") for line in lines] + ([rest] if rest else [])
        for i, line in enumerate(lines):
            hit = None if b"\0" in data[:8000] else re.search(pattern, line, flags)
            if hit:
                context = tuple(lines[max(0, i - before) : i]), tuple(lines[i + 1 : i + 1 + after])
                found.append(Match(path, i + 1, hit.start() + 1, line, *context))
    return found


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
