"""Unified diffs: what diff -u and git write, and what models write in their likeness."""

from toolrig.errors import PatchError
from toolrig.fs._patch.names import NOTHING, common_name, extended_name, git_names, header_name
from toolrig.fs._patch.parts import Hunk, Section, fault, is_body, make_hunk

_HEADINGS = ("diff ", "Index: ", "Only in ", "From ", "commit ", "*** End Patch")
_FILE_KINDS = {"120000": "a symbolic link", "160000": "a submodule"}


def begins_file(lines: list[str], at: int) -> bool:
    """Return whether a file's part of a unified diff begins at the line *at*."""
    return lines[at].startswith("diff --git ") or _names_file(lines, at)


def parse_unified(lines: list[str]) -> list[Section]:
    """Return what the unified diff *lines* does, file by file; prose around it is passed over.

    Raises:
        PatchError: it cannot be understood, or holds what is not text.
    """
    parser = _Parser(lines)
    while parser.at < len(lines):
        parser.step()
    parser.finish()
    return parser.sections


class _Parser:
    """Goes down the lines of a patch; knows the file it is at."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.sections: list[Section] = []
        self._file: _File | None = None
        self._part = 0

    def step(self) -> None:
        """Take the next line, or all lines of a hunk."""
        text = self.lines[self.at]
        if text.startswith("diff --git "):
            self.finish()
            self._file = _File(self.at + 1, text[len("diff --git ") :].rstrip("\r"))
        elif _names_file(self.lines, self.at):
            self._name_file()
            return
        elif text.startswith("@@"):
            self._take_hunk(self.at + 1)
            return
        elif self._file is not None and self._file.in_header and not _begins_mail(text):
            self._file.extend(text.rstrip("\r"), self.at + 1)
        elif _begins_mail(text):
            self.finish()
            self._part += 1
        elif text.startswith("Binary files ") and text.rstrip("\r").endswith(" differ"):
            raise self._fault("a binary file has changed: patches of text alone are applied", self.at)
        self.at += 1

    def finish(self) -> None:
        """Close the part of the current file."""
        if self._file is not None:
            self.sections.append(self._file.section(self._part))
            self._file = None

    def _name_file(self) -> None:
        if self._file is None or not self._file.in_header:
            self.finish()
            self._file = _File(self.at + 1, None)
        self._file.name(*(header_name(self.lines[self.at + row][4:]) for row in (0, 1)))
        self.at += 2
        if self.at < len(self.lines) and self._goes_on(self.at):
            self._take_hunk(self.at)

    def _take_hunk(self, first: int) -> None:
        """Take the hunk whose lines begin at *first*, one behind its header where it has one."""
        heading = self.lines[self.at] if first > self.at else ""
        header = hunk_header(heading)
        if self._file is None:
            if header is not None:
                raise self._fault(
                    "a hunk belongs to no file: put '--- a/NAME', '+++ b/NAME' above it", self.at
                )
            self.at += 1  # prose, as far as we know
            return
        if heading.startswith("@@@"):
            raise self._fault("a combined diff has two old sides: give one against a single parent", self.at)
        self._file.in_header = False
        start, old, new = header or (None, -1, -1)
        end, wrong = self._end(first, old, new)
        anchor = heading.strip("@ \r") if header is None else ""
        hunk = make_hunk(
            self.lines[first:end],
            line=self.at + 1,
            at=None if start is None else max(0, start - (old != 0)),
            anchors=(anchor,) if anchor else (),
            remark=f"has a header that counts wrongly (-{old} +{new})" if wrong and header else "",
        )
        if not hunk.body or (wrong and not any(map(str.strip, hunk.body))):
            raise self._fault("a hunk has no lines", self.at)
        self._file.hunks.append(hunk if wrong else hunk._replace(loose=0))
        self.at = end

    def _end(self, first: int, old: int, new: int) -> tuple[int, bool]:
        """Return where the hunk that begins at *first* ends, and whether its counts do not tell so."""
        end = _counted(self.lines, first, old, new)
        if end is None or (end < len(self.lines) and self._goes_on(end)):
            return self._shaped(first), True
        after = self._behind_blanks(end)
        if after > end and after < len(self.lines) and self._goes_on(after):
            raise self._fault(
                "more lines follow than the hunk's header counts: correct the counts, or remove the empty "
                "line before it",
                after,
            )
        return end, False

    def _goes_on(self, at: int) -> bool:
        """Return whether the line *at* reads like one more line of a hunk."""
        text = self.lines[at]
        blank = not text.strip()
        return not blank and is_body(text) and not _is_pair(self.lines, at) and not self._is_signature(at)

    def _shaped(self, first: int) -> int:
        """Return where the hunk that begins at *first* ends by the look of its lines."""
        at = first
        while at < len(self.lines) and is_body(self.lines[at]):
            if _is_pair(self.lines, at) or self._is_signature(at):
                break
            at += 1
        if at < len(self.lines) and not self._is_boundary(at):
            blank = at > first and not self.lines[at - 1].strip()
            behind = self._behind_blanks(at + 1)
            goes_on = behind < len(self.lines) and self._goes_on(behind)
            if goes_on or not (blank or self.lines[at].startswith("```")):
                raise self._fault(
                    f"{self.lines[at][:80]!r} is no line of a hunk: begin it with ' ', '-' or '+'", at
                )
        return at

    def _is_boundary(self, at: int) -> bool:
        text = self.lines[at]
        return text.startswith(("@@", *_HEADINGS)) or _is_pair(self.lines, at) or self._is_signature(at)

    def _is_signature(self, at: int) -> bool:
        """Return whether the line *at* is the ``-- `` that git format-patch puts before its version."""
        if self.lines[at].rstrip(" \r") != "--" or at + 1 >= len(self.lines):
            return False
        version = self.lines[at + 1].strip()
        return version[:1].isdigit() and "." in version and " " not in version

    def _fault(self, what: str, at: int) -> PatchError:
        return fault(what, at + 1, self._file.path if self._file else None)

    def _behind_blanks(self, at: int) -> int:
        while at < len(self.lines) and not self.lines[at].strip():
            at += 1
        return at


class _File:
    """The headers and hunks of one file."""

    def __init__(self, line: int, git: str | None) -> None:
        self.hunks: list[Hunk] = []
        self.in_header = git is not None
        self._line = line
        self._old, self._new = git_names(git) if git is not None else ("", "")
        self._bare = self._old == self._new != ""  # written with --no-prefix
        self._kind = "update"
        self._source: str | None = None
        self._target = ""
        self._mode: int | None = None
        self._said = False  # whether more than two names is known

    def name(self, old: tuple[str, bool], new: tuple[str, bool]) -> None:
        """Take the names of ``---`` and ``+++``, and whether each stands for no file."""
        self._old, self._new = old[0], new[0]
        self.in_header = False
        if self._kind == "update":
            self._kind = "add" if old[1] else "delete" if new[1] else "update"

    @property
    def path(self) -> str | None:
        """The name of the file afterwards, or before it is deleted; None where it is not known."""
        old, new = (self._old, self._new) if self._bare else common_name(self._old, self._new)
        return self._target or (new if new != NOTHING else old) or None

    def extend(self, text: str, line: int) -> None:
        """Take one of git's header lines; any other ends the header."""
        first, _, rest = text.partition(" ")
        key, _, value = rest.partition(" ")
        if (first, key) in (("rename", "from"), ("copy", "from")):
            self._kind, self._source = ("move" if first == "rename" else "copy"), extended_name(value)
        elif (first, key) in (("rename", "to"), ("copy", "to")):
            self._target = extended_name(value)
        elif text.startswith(("new file mode ", "deleted file mode ")):
            self._kind = "add" if first == "new" else "delete"
            self._take_mode(text, line)
        elif text.startswith(("old mode ", "new mode ")):
            self._take_mode(text, line)
        elif text.startswith(("GIT binary patch", "Binary files ")):
            raise self._refused("is binary", line)
        elif text and first not in ("index", "similarity", "dissimilarity"):
            self.in_header = False

    def _take_mode(self, text: str, line: int) -> None:
        digits = text.rpartition(" ")[2]
        if digits in _FILE_KINDS:
            raise self._refused(f"is {_FILE_KINDS[digits]}", line)
        if digits not in ("100644", "100755", "100664"):
            raise fault(f"mode {digits[:20]!r} is unknown: git has 100644 and 100755", line, self.path)
        if not text.startswith(("old", "deleted")):
            self._mode = int(digits[-3:], 8)
        self._said = True

    def _refused(self, what: str, line: int) -> PatchError:
        return fault(f"{self.path or 'a file'} {what}: patches of text alone are applied", line, self.path)

    def section(self, part: int) -> Section:
        """Return what the headers and hunks say together, in the part of that number."""
        kind, path = self._kind, self.path
        if kind in ("move", "copy") and not (self._source and self._target):
            raise fault(f"'{kind}' needs both 'from' and 'to'", self._line, path)
        if not path or path == NOTHING:
            raise fault("the file has no name: put '--- a/NAME' and '+++ b/NAME' above its hunks", self._line)
        if kind == "update" and not (self.hunks or self._said):
            raise fault(f"{path} is named, but nothing is changed in it", self._line, path)
        source = self._source if kind in ("move", "copy") else None
        return Section(self._line, kind, path, source, self._mode, self.hunks, source is not None, part)


def _names_file(lines: list[str], at: int) -> bool:
    """Return whether the line *at*, outside of hunks, is the first of the two that name a file."""
    return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")


def _begins_mail(text: str) -> bool:
    """Return whether *text* is the first line of a mail of git format-patch, which names a commit."""
    if not text.startswith("From "):
        return False
    commit = text[5:].partition(" ")[0]
    return len(commit) in (40, 64) and set(commit) <= set("0123456789abcdef")


def _is_pair(lines: list[str], at: int) -> bool:
    """Return whether that is so of a line that may as well be one of a hunk: none goes on behind the two."""
    return _names_file(lines, at) and (
        at + 2 >= len(lines) or not lines[at + 2].strip() or not is_body(lines[at + 2])
    )


def hunk_header(text: str) -> tuple[int, int, int] | None:
    """Return start and both counts of ``@@ -1,2 +1,3 @@ heading``; None where it is no such."""
    import re

    match = re.match(r"@@\s*-(\d{1,9})(?:,(\d{1,9}))?\s+\+\d{1,9}(?:,(\d{1,9}))?\s*@@", text)
    if match is None:
        return None
    start, old, new = match.groups()
    return int(start), int(old or (old is None)), int(new or (new is None))


def _counted(lines: list[str], first: int, old: int, new: int) -> int | None:
    """Return where the counts of its header end a hunk, or None where its lines do not fit them."""
    at = first
    while (old > 0 or new > 0) and at < len(lines):
        sign = lines[at][:1]
        if sign in ("", " ") or lines[at] == "\r":
            old, new = old - 1, new - 1
        elif sign == "-":
            old -= 1
        elif sign == "+":
            new -= 1
        elif sign != "\\":
            return None
        at += 1
    while at < len(lines) and lines[at].startswith("\\ "):
        at += 1
    return at if old == new == 0 else None
