"""Patches between ``*** Begin Patch`` and ``*** End Patch``: files by name, hunks by context.

The format is the one that OpenAI's models write (apply_patch of Codex).
"""

from toolrig.fs._patch.parts import Hunk, Section, fault, is_body, make_hunk
from toolrig.fs._patch.unified import hunk_header

BEGIN, END = "*** Begin Patch", "*** End Patch"

_ADD, _DELETE, _UPDATE = "*** Add File: ", "*** Delete File: ", "*** Update File: "
_MOVE, _END_OF_FILE = "*** Move to: ", "*** End of File"
_HEADERS = (_ADD, _DELETE, _UPDATE)


def parse_envelope(lines: list[str], first: int) -> list[Section]:
    """Return what the patch *lines* does, file by file; its ``*** Begin Patch`` is at the index *first*.

    What follows ``*** End Patch`` is passed over, up to another ``*** Begin Patch``.

    Raises:
        PatchError: it cannot be understood.
    """
    sections: list[Section] = []
    at = first
    while at < len(lines):
        if lines[at].strip() == BEGIN:
            at = _parse_one(lines, at, sections)
        at += 1
    return sections


def _parse_one(lines: list[str], begin: int, sections: list[Section]) -> int:
    """Add to *sections* what stands between the markers, and return the index of the second."""
    at = begin + 1
    while at < len(lines):
        text = lines[at].strip()  # between files, no line can be content
        if text == END:
            return at
        if not text:
            at += 1
        elif text.startswith(_HEADERS):
            section, at = _parse_file(lines, at, text)
            sections.append(section)
        else:
            raise fault(
                f"{text[:80]!r} is no part of a patch: use '{_ADD}NAME', '{_UPDATE}NAME' or '{_DELETE}NAME'",
                at + 1,
            )
    raise fault(f"the patch has no '{END}': it may have been cut off", begin + 1)


def _parse_file(lines: list[str], at: int, header: str) -> tuple[Section, int]:
    """Return what is done to the file that *header*, the line *at*, names, and the index behind it."""
    line, path = at + 1, header.partition(": ")[2].strip()
    end = _end_of_file_part(lines, at + 1)
    if header.startswith(_ADD):
        return Section(line, "add", path, None, None, [_content(lines, at + 1, end, path)]), end
    if header.startswith(_DELETE):
        return Section(line, "delete", path, None, None, []), at + 1
    target = ""
    if at + 1 < end and lines[at + 1].strip().startswith(_MOVE):
        target = lines[at + 1].strip()[len(_MOVE) :].strip()
        at += 1
    hunks = _hunks(lines, at + 1, end, path)
    if not hunks and not target:
        raise fault(f"{path} is named, but nothing is changed in it", line, path)
    if target and target != path:
        return Section(line, "move", target, path, None, hunks), end
    return Section(line, "update", path, None, None, hunks), end


def _end_of_file_part(lines: list[str], at: int) -> int:
    """Return the index of the next header or end marker; an indented one may be a line of the file."""
    while at < len(lines) and not lines[at].startswith((*_HEADERS, END)):
        if lines[at].strip() == END and _only_fence_follows(lines, at + 1):
            break
        at += 1
    return at


def _only_fence_follows(lines: list[str], at: int) -> bool:
    """Return whether only what closes a quotation follows, such as a fence or the end of a here document."""
    rest = [text.strip() for text in lines[at : at + 4] if text.strip()]
    return at + 4 >= len(lines) and all(text in ("```", "EOF", "PATCH", "'", '"') for text in rest)


def _content(lines: list[str], at: int, end: int, path: str) -> Hunk:
    """Return the lines of a new file; an empty one among them has lost its sign."""
    while end > at and not lines[end - 1].strip():
        end -= 1
    raw = [text or "+" for text in lines[at:end]]
    for number, text in enumerate(raw, at + 1):
        if not text.startswith(("+", "\\ ")):
            raise fault(f"{text[:80]!r} is no line of a new file: each begins with '+'", number, path)
    return make_hunk(raw, line=at, at=0)


def _hunks(lines: list[str], at: int, end: int, path: str) -> list[Hunk]:
    if at + 1 < end and lines[at].startswith("--- ") and lines[at + 1].startswith("+++ "):
        at += 2  # the names once more, as a unified diff has them
    hunks: list[Hunk] = []
    while at < end:
        begin, start, anchors = at, None, []
        while at < end and lines[at].startswith("@@"):
            number, anchor = _anchor(lines[at])
            start = number if start is None else start
            anchors += [anchor] if anchor else []
            at += 1
        first = at
        while at < end and is_body(lines[at]):
            at += 1
        raw = lines[first:at]
        at_end = at < end and lines[at].rstrip() == _END_OF_FILE
        at += at_end
        if any(text.strip() for text in raw):
            hunks.append(make_hunk(raw, line=begin + 1, at=start, anchors=tuple(anchors), at_end=at_end))
        elif anchors:
            raise fault(f"no lines follow '@@ {anchors[-1][:80]}'", begin + 1, path)
        if at < end and not lines[at].startswith("@@") and not at_end:
            raise fault(
                f"{lines[at][:80]!r} is no line of a hunk: begin it with ' ', '-' or '+'", at + 1, path
            )
    return hunks


def _anchor(text: str) -> tuple[int | None, str]:
    """Return the index of the first line, where ``@@ -1,2 +1,2 @@`` tells it, else the line it names."""
    header = hunk_header(text)
    if header is not None:
        return max(0, header[0] - (header[1] != 0)), ""
    anchor = text[2:].strip()
    return None, anchor.removesuffix("@@").strip()
