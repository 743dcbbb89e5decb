"""What a patch consists of, whichever format it was written in."""

from collections import namedtuple

from toolrig.errors import PatchError


class Hunk(namedtuple("Hunk", ("line", "at", "anchors", "body", "opens", "at_end", "loose", "remark"))):
    """One run of changed lines with the context around it.

    Attributes:
        line: the line of the patch it begins on, from 1.
        at: the index of its first old line in the file, from 0; None where the patch does not say.
        anchors: lines of the file that stand above it, outermost first.
        body: its lines, each behind ``" "`` (kept), ``"-"`` (removed) or ``"+"`` (added).
        opens: whether the last old and the last new line are said to lack a final newline.
        at_end: whether it is said to end where the file ends.
        loose: how many empty lines at its end may be meant as context, or as space behind the hunk.
        remark: what is wrong with its header and was passed over; mostly empty.
    """

    __slots__ = ()

    line: int
    at: int | None
    anchors: tuple[str, ...]
    body: list[str]
    opens: tuple[bool, bool]
    at_end: bool
    loose: int
    remark: str


class Section(
    namedtuple(
        "Section",
        ("line", "kind", "path", "source", "mode", "hunks", "unordered", "part"),
        defaults=(False, 0),
    )
):
    """What a patch does to one file.

    Attributes:
        line: the line of the patch it begins on, from 1.
        kind: "add", "delete", "update", "move" or "copy".
        path: the file as it is named afterwards, or was before it is deleted.
        source: what it is moved or copied from, else None.
        mode: its new permissions where the patch gives some, else None.
        hunks: its hunks, in the order of the patch.
        unordered: whether *source* means the file before the whole part, as in git's.
        part: the number of the part it belongs to; each mail of git format-patch is one.
    """

    __slots__ = ()

    line: int
    kind: str
    path: str
    source: str | None
    mode: int | None
    hunks: list[Hunk]
    unordered: bool
    part: int


def make_hunk(
    raw: list[str],
    *,
    line: int,
    at: int | None = None,
    anchors: tuple[str, ...] = (),
    at_end: bool = False,
    remark: str = "",
) -> Hunk:
    r"""Return the hunk of the lines *raw*, ``\ No newline at end of file`` among them."""
    body: list[str] = []
    old_open = new_open = False
    loose = 0
    for text in raw:
        if text.startswith("\\"):
            sign = body[-1][0] if body else ""
            old_open = old_open or sign in (" ", "-")
            new_open = new_open or sign in (" ", "+")
            continue
        bare = text in ("", "\r")  # context whose leading space an editor took away
        loose = loose + 1 if bare else 0
        body.append(" " + text if bare else text)
    return Hunk(line, at, anchors, body, (old_open, new_open), at_end, loose, remark)


def is_body(text: str) -> bool:
    """Return whether the line *text* of a patch can stand in a hunk."""
    return text[:1] in (" ", "+", "-", "") or text == "\r" or text.startswith("\\ ")


def fault(what: str, line: int, path: str | None = None) -> PatchError:
    """Return the error for a patch that cannot be understood at its *line*."""
    return PatchError(f"line {line} of the patch: {what}", path=path, line=line)
