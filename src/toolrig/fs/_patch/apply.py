"""Applying patches to files: all of them or none."""

import os
from itertools import groupby

from toolrig.errors import PatchError
from toolrig.fs._jail import Jail
from toolrig.fs._patch.carry import Carried, carry_out
from toolrig.fs._patch.parse import parse
from toolrig.fs._patch.parts import Hunk, Section
from toolrig.fs._patch.patched import Change, Patched
from toolrig.fs._patch.target import Target, Targets
from toolrig.fs._transaction import Transaction


def apply_patch(
    patch: str | bytes,
    *,
    root: "str | os.PathLike[str]" = ".",
    dry_run: bool = False,
    sync: bool = False,
) -> Patched:
    r"""Apply *patch* to files below *root*: to all that it names, or to none.

    It is a unified diff, git's or any other, or stands between ``*** Begin Patch`` and ``*** End Patch``.
    Prose and fences around it are passed over. A hunk belongs where it matches exactly, at the line it names
    or at the only other place; where it matches nowhere, white space at line ends, then indentation, then
    typographic punctuation may differ, and the result tells. Encoding, byte order mark, line ends and
    permissions of a file stay, and so does a missing final newline of which the patch says nothing.

    Args:
        patch: text; bytes are applied byte for byte where they match so.
        root: what paths are relative to, and may not lead out of.
        dry_run: change nothing, only say what would change.
        sync: return only when everything is on the disk.

    Raises:
        PatchError: the patch cannot be understood, or does not apply; it names file, hunk and line, and what
            resembles it. Binary files, symbolic links and submodules are refused.
        OutsideRootError: a path leads out of *root*.
        FileExistsError: a file to be made, or moved to, is there already.
        FileNotFoundError: a file to be changed is missing.
        BinaryFileError: a file to be changed holds binary data.
        FileChangedError: somebody else has changed a file since it was read.
        EncodingError: a text holds a character that the encoding of its file does not have.
        OSError: a file cannot be read or written; nothing is changed.
    """
    return apply_patch_jail(patch, Jail(root), dry_run=dry_run, sync=sync)


def apply_patch_jail(patch: str | bytes, jail: Jail, *, dry_run: bool = False, sync: bool = False) -> Patched:
    """Do what `apply_patch` does in a directory that is open already."""
    verbatim = isinstance(patch, bytes)
    text = patch.decode("utf-8", "surrogateescape") if isinstance(patch, bytes) else patch
    sections = [_relative(section, jail) for section in parse(text)]
    with Transaction(sync=sync) as transaction:
        targets = Targets(jail, transaction, verbatim=verbatim)
        changes: list[Change] = []
        for _, part in groupby(sections, lambda section: section.part):
            changes += _apply_part([*part], targets, verbatim=verbatim)
        if not dry_run:
            targets.commit()
    return Patched(changes=tuple(changes))


def _relative(section: Section, jail: Jail) -> Section:
    source = section.source
    return section._replace(
        path=jail.relative(section.path), source=None if source is None else jail.relative(source)
    )


def _apply_part(sections: list[Section], targets: Targets, *, verbatim: bool) -> list[Change]:
    moved = [section for section in sections if section.unordered and section.kind == "move"]
    targets.begin_part([section.source for section in moved if section.source is not None])
    return [_apply(section, targets, verbatim=verbatim) for section in sections]


def _apply(section: Section, targets: Targets, *, verbatim: bool) -> Change:
    if section.kind == "delete":
        return _delete(section, targets, verbatim=verbatim)
    if section.source is not None:
        return _move(section, targets, section.source, verbatim=verbatim)
    creating = section.kind == "add" or (_inserts_at_top(section.hunks) and not targets.exists(section.path))
    if creating:
        target = targets.free(section.path)
        carried = carry_out("", section.hunks, section.path, verbatim=verbatim)
        target.put(carried.text, targets.new_coding(section.path), mode=section.mode)
        return _change("add", section, carried)
    target = targets.existing(section.path)
    carried = _carried(target, section, verbatim=verbatim) if section.hunks else Carried("", 0, 0, ())
    target.take_mode(section.mode)
    return _change("update", section, carried)


def _delete(section: Section, targets: Targets, *, verbatim: bool) -> Change:
    target = targets.entry(section.path)
    if not section.hunks:
        removed = target.lines()
        target.remove()
        return _change("delete", section, Carried("", 0, removed, ()))
    carried = _carried(target, section, verbatim=verbatim)
    if carried.text:
        raise PatchError(
            f"{section.path} is deleted by the patch, but holds more than the patch removes: read it again",
            path=section.path,
            line=section.line,
        )
    target.remove()
    return _change("delete", section, carried)


def _move(section: Section, targets: Targets, source_path: str, *, verbatim: bool) -> Change:
    source = targets.entry(source_path, original=section.unordered)
    target = targets.free(section.path, but=source)
    target.take_from(source, original=section.unordered)
    carried = Carried("", 0, 0, ())
    if section.hunks:
        carried = _carried(target, section, verbatim=verbatim)
    target.take_mode(section.mode)
    if section.kind == "move" and target is not source:
        source.leave(original=section.unordered)
    return Change(source_path, section.kind, section.path, *carried[1:])


def _carried(target: Target, section: Section, *, verbatim: bool) -> Carried:
    """Carry out the hunks on *target*, whose byte order mark need not be in the patch."""
    coding, text = target.text()
    mark = "" if _knows_mark(section.hunks) or not text.startswith("\ufeff") else "\ufeff"
    carried = carry_out(text.removeprefix(mark), section.hunks, section.path, verbatim=verbatim)
    target.put(mark + carried.text, coding)
    return carried


def _change(kind: str, section: Section, carried: Carried) -> Change:
    return Change(section.path, kind, None, *carried[1:])


def _knows_mark(hunks: list[Hunk]) -> bool:
    return any(line.startswith("\ufeff", 1) and line[0] != "+" for hunk in hunks for line in hunk.body)


def _inserts_at_top(hunks: list[Hunk]) -> bool:
    """Return whether all that *hunks* do is to write lines into nothing, as diff writes of new files."""
    return bool(hunks) and all(hunk.at == 0 and all(line[0] == "+" for line in hunk.body) for hunk in hunks)
