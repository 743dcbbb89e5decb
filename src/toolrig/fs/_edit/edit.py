"""Editing a file by replacing exact texts in it."""

import os
from collections import namedtuple

from toolrig._record import Record
from toolrig.errors import EncodingError, TextNotFoundError, TextNotUniqueError
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._draft import Draft
from toolrig.fs._edit.line_ends import flattened
from toolrig.fs._edit.revision import Revision
from toolrig.fs._jail import regular
from toolrig.fs._token import still, token_of, token_written
from toolrig.fs._write import file_changed, replaceable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._jail import Jail
    from toolrig.fs._spot import Spot


class Edit(namedtuple("Edit", ("old", "new", "replace_all", "expected"), defaults=(False, None))):
    """One replacement of a text by another.

    Attributes:
        old: what stands in the file; it may span lines.
        new: what is to stand there instead.
        replace_all: whether every occurrence is replaced, however many there are.
        expected: how many occurrences there must be; all are replaced. None means one, or any number with
            *replace_all*.
    """

    __slots__ = ()

    old: str
    new: str
    replace_all: bool
    expected: int | None


class Edited(Record):
    """What `edit` and `multi_edit` have done.

    Attributes:
        path: as it was given.
        replacements: how many occurrences were replaced.
        diff: the change as a unified diff, where it was asked for.
        token: names the version of the file that is there now, for ``if_unchanged``.
    """

    __slots__ = ("path", "replacements", "diff", "token")

    path: str
    replacements: int
    diff: str
    token: str


def edit(
    path: "str | os.PathLike[str]",
    old: str,
    new: str,
    *,
    replace_all: bool = False,
    expected: int | None = None,
    if_unchanged: str | None = None,
    dry_run: bool = False,
    diff: bool = False,
    sync: bool = False,
) -> Edited:
    r"""Replace the text *old* in the file *path* by *new*, in one step.

    *old* must occur exactly once, unless *replace_all* or *expected* says otherwise. "\n" in it stands for
    "\r\n" too, and the other way round: each line keeps its own end, and lines that are new end as those
    they replace do, or as most of the file. Encoding and byte order mark stay as well. As with `write`,
    readers see the old content or the new, permissions are kept, and symbolic links are followed and stay.

    Args:
        replace_all: replace every occurrence.
        expected: how many occurrences there must be; all are replaced.
        if_unchanged: the token of the version to edit, from `read`, `stat` or an earlier change.
        dry_run: leave the file as it is, and return what would be done with its diff.
        diff: return the change as a unified diff, which ``git apply`` and ``patch -p1`` understand.
        sync: return only when the file is on the disk.

    Raises:
        BinaryFileError: the file is no text.
        EncodingError: the file's encoding does not have a character of *new*.
        FileChangedError: the file is not the version of *if_unchanged*, or changed during the edit.
        TextNotFoundError: *old* does not occur; the message shows what comes near.
        TextNotUniqueError: *old* does not occur as often as it should; the message tells the lines.
        OSError: the file is missing, no regular file, or cannot be read or written.
        ValueError: *old* is empty or equal to *new*.
    """
    return edit_jail(
        path,
        old,
        new,
        ANYWHERE,
        replace_all=replace_all,
        expected=expected,
        if_unchanged=if_unchanged,
        dry_run=dry_run,
        diff=diff,
        sync=sync,
    )


def edit_jail(
    path: "str | os.PathLike[str]",
    old: str,
    new: str,
    jail: "Jail | Anywhere",
    *,
    replace_all: bool = False,
    expected: int | None = None,
    if_unchanged: str | None = None,
    dry_run: bool = False,
    diff: bool = False,
    sync: bool = False,
) -> Edited:
    """Do what `edit` does below *jail*."""
    edits = (Edit(old, new, replace_all, expected),)
    return multi_edit_jail(
        path, edits, jail, if_unchanged=if_unchanged, dry_run=dry_run, diff=diff, sync=sync
    )


def multi_edit(
    path: "str | os.PathLike[str]",
    edits: "Sequence[Edit | tuple[str, str]]",
    *,
    if_unchanged: str | None = None,
    dry_run: bool = False,
    diff: bool = False,
    sync: bool = False,
) -> Edited:
    """Make several *edits* to the file *path* in one step: all of them, or none where one fails.

    They are made in order, each on the result of those before it. A plain tuple stands for the `Edit` with
    these fields. All else is as with `edit`, and errors tell which of the edits failed.

    Raises:
        ValueError: there are no *edits*, and what `edit` raises.
    """
    return multi_edit_jail(
        path, edits, ANYWHERE, if_unchanged=if_unchanged, dry_run=dry_run, diff=diff, sync=sync
    )


def multi_edit_jail(
    path: "str | os.PathLike[str]",
    edits: "Sequence[Edit | tuple[str, str]]",
    jail: "Jail | Anywhere",
    *,
    if_unchanged: str | None = None,
    dry_run: bool = False,
    diff: bool = False,
    sync: bool = False,
) -> Edited:
    """Do what `multi_edit` does below *jail*."""
    if not edits:
        raise ValueError("there are no edits: give at least one")
    steps = _checked(edits)
    with jail.spot(path) as spot:
        written = not dry_run and len(steps) == 1  # several edits may undo each other
        data, info, token = content_of(spot, if_unchanged, tell=not written)
        revision = Revision(data, spot.shown)
        _apply(revision, steps)
        if written or (not dry_run and revision.body != revision.before):
            token = token_written(replace_unchanged(spot, revision.data(), info, sync=sync))
    return Edited(
        path=os.fspath(path),
        replacements=revision.replacements,
        diff=revision.diff() if diff or dry_run else "",
        token=token,
    )


def _checked(edits: "Sequence[Edit | tuple[str, str]]") -> list[Edit]:
    steps = [_edit_of(step) for step in edits]
    for number, step in enumerate(steps, 1):
        try:
            _check(step)
        except ValueError as failure:
            raise _numbered(failure, number, len(steps)) from None
    return steps


def _edit_of(step: "Edit | tuple[str, str]") -> Edit:
    if not isinstance(step, tuple | list):  # of a mapping or a str, the parts would pass for texts
        raise TypeError(f"an edit is {step!r:.80}: give an Edit, or a tuple of its fields")
    return Edit(*step)


def _check(edit: Edit) -> None:
    if not edit.old:
        raise ValueError("the text to replace is empty: use write to make or fill a file")
    if edit.expected is not None and edit.expected < 1:
        raise ValueError(f"expected is {edit.expected}: use a number from 1")
    if edit.old == edit.new:
        raise ValueError("the text to replace and the new one are the same: nothing would change")
    if flattened(edit.old) == flattened(edit.new):
        raise ValueError(
            "the two texts differ only in line ends, which an edit keeps: use write with newline="
        )


def _apply(revision: Revision, steps: list[Edit]) -> None:
    for number, step in enumerate(steps, 1):
        try:
            revision.apply(step)
        except (EncodingError, TextNotFoundError, TextNotUniqueError) as failure:
            raise _numbered(failure, number, len(steps)) from None


def _numbered(failure: ValueError, number: int, count: int) -> ValueError:
    """Return *failure* with the edit it is about, where there are several."""
    return type(failure)(f"edit {number} of {count}: {failure}") if count > 1 else failure


def content_of(
    spot: "Spot", if_unchanged: str | None, *, tell: bool = True
) -> tuple[bytes, os.stat_result, str]:
    """Return the content of the regular file *spot*, its state and its token; "" unless that is to be told.

    The token of a file that has just changed costs a second reading of it.

    Raises:
        FileChangedError: the file is not the version of *if_unchanged*.
        NotRegularFileError: it is something else.
        OSError: it cannot be read.
    """
    fd = regular(spot.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), spot.shown)
    try:
        info = os.fstat(fd)
        if if_unchanged is not None and not still(if_unchanged, fd, info):
            raise file_changed(spot, "has changed since")
        token = token_of(fd, info) if tell else ""
        return _all(fd, info.st_size), info, token
    finally:
        os.close(fd)


def _all(fd: int, size: int) -> bytes:
    data = os.read(fd, size + 1)
    if len(data) == size:
        return data
    chunks = [data]  # it grew or shrank meanwhile, or is larger than one read
    while data:
        data = os.read(fd, 1 << 20)
        chunks.append(data)
    return b"".join(chunks)


def replace_unchanged(
    spot: "Spot", data: "list[bytes | memoryview]", info: os.stat_result, *, sync: bool
) -> os.stat_result:
    """Make *data* the content of the file *spot*, whose state was *info* when it was read.

    Raises:
        FileChangedError: somebody else has changed it since.
        OSError: it cannot be written.
    """
    now = replaceable(spot)
    if now is None or token_written(now) != token_written(info):
        raise file_changed(spot, "changed during the edit")
    with Draft(spot, 0o600) as draft:
        for part in data:
            draft.write(part)
        draft.keep(info)
        return draft.publish(sync=sync)
