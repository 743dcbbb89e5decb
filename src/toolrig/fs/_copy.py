"""Copying files and trees."""

import errno
import os

from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._directories import Level, remove_spot
from toolrig.fs._draft import Draft
from toolrig.fs._jail import not_regular
from toolrig.fs._write import replaceable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._jail import Jail
    from toolrig.fs._spot import Spot

_CHUNK = 1 << 20
_FORMAT, _REGULAR, _DIRECTORY, _LINK = 0o170000, 0o100000, 0o040000, 0o120000
# What copy_file_range(2) says where it does not serve: other file systems, old kernels, files of /proc.
_NO_COPY_RANGE = {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


def copy(
    source: "str | os.PathLike[str]",
    target: "str | os.PathLike[str]",
    *,
    overwrite: bool = False,
    recursive: bool = False,
) -> None:
    """Copy the file *source* to the path *target*, which shows it whole or not at all.

    A link at *source* is followed. The copy has the permissions of *source*, less the umask, or those of the
    file it replaces, and the present time.

    Args:
        overwrite: replace a file at *target*; never a directory.
        recursive: copy a directory with all that is in it; links in it are copied as links. A copy that
            fails is removed.

    Raises:
        FileExistsError: there is something at *target*.
        IsADirectoryError: *source* is a directory, without *recursive*.
        NotRegularFileError: *source*, or what is in it, is a FIFO, a socket or a device.
        OSError: it cannot be copied.
    """
    copy_between(source, ANYWHERE, target, ANYWHERE, overwrite=overwrite, recursive=recursive)


def copy_between(
    source: "str | os.PathLike[str]",
    source_jail: "Jail | Anywhere",
    target: "str | os.PathLike[str]",
    target_jail: "Jail | Anywhere",
    *,
    overwrite: bool = False,
    recursive: bool = False,
) -> None:
    """Do what `copy` does from one jail to another."""
    with source_jail.spot(source) as old, target_jail.spot(target) as new:
        copy_spot(old, new, overwrite=overwrite, recursive=recursive)


def copy_spot(old: "Spot", new: "Spot", *, overwrite: bool, recursive: bool) -> None:
    """Copy what is at *old* to *new*; a link as a link."""
    kind = old.status().st_mode & _FORMAT
    if kind == _DIRECTORY:
        if not recursive:
            message = "is a directory: copy it with recursive=True"
            raise IsADirectoryError(errno.EISDIR, message, old.shown)
        _copy_tree(old, new)
    elif kind == _LINK:
        _copy_link(old, new, overwrite=overwrite)
    else:
        _copy_file(old, new, overwrite=overwrite)


def _copy_file(old: "Spot", new: "Spot", *, overwrite: bool) -> None:
    fd = old.open(os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        info = os.fstat(fd)
        if info.st_mode & _FORMAT != _REGULAR:
            raise not_regular(old.shown)
        there = replaceable(new)
        if there is not None and not overwrite:
            raise _taken(new)
        with Draft(new, info.st_mode & 0o777 if there is None else 0o600) as draft:
            _pour(fd, draft)
            if there is not None:
                draft.keep(there)
            try:
                draft.publish(replace=overwrite)
            except FileExistsError:
                raise _taken(new) from None
    finally:
        os.close(fd)


def _pour(fd: int, draft: Draft) -> None:
    """Append what is left of the open file *fd* to *draft*, inside the kernel where it can."""
    try:
        while hasattr(os, "copy_file_range") and os.copy_file_range(fd, draft.fileno(), _CHUNK << 6):
            pass
    except OSError as failure:
        if failure.errno not in _NO_COPY_RANGE:
            raise
    while chunk := os.read(
        fd, _CHUNK
    ):  # also what copy_file_range(2) takes for the end of an empty /proc file
        draft.write(chunk)


def _copy_link(old: "Spot", new: "Spot", *, overwrite: bool) -> None:
    if overwrite and new.status_or_none() is not None:
        replaceable(new)
        new.unlink_if_there()
    new.make_link(old.target())


def _copy_tree(old: "Spot", new: "Spot") -> None:
    """Copy the directory *old* to *new*, which must be free; a copy that fails is removed."""
    levels = [Level(old)]
    try:
        _make(new, levels[0])
        try:
            _fill(levels, [Level(new)])
        except BaseException:
            remove_spot(new, recursive=True)
            raise
    finally:
        for level in levels:
            level.close()


def _fill(sources: list[Level], targets: list[Level]) -> None:
    """Copy what is in the last of *sources* into the last of *targets*; both lists are the way down."""
    copy = targets[0].status
    try:
        while sources:
            source, target = sources[-1], targets[-1]
            if not source.left:
                mode = source.status.st_mode & 0o777
                if mode & 0o700 != 0o700:
                    target.spot.chmod(mode)
                sources.pop().close()
                targets.pop().close()
                continue
            name, is_directory = source.left.pop()
            old, new = source.entry(name), target.entry(name)
            if not is_directory:
                copy_spot(old, new, overwrite=False, recursive=False)
            elif not os.path.samestat(old.status(), copy):  # the copy itself, made inside its source
                sources.append(Level(old))
                _make(new, sources[-1])
                targets.append(Level(new))
    finally:
        for level in targets:
            level.close()


def _make(new: "Spot", source: Level) -> None:
    try:
        new.make_directory(source.status.st_mode & 0o777 | 0o700)
    except FileExistsError:
        raise _taken(new, "is there already: a directory is only copied to a free path") from None


def _taken(new: "Spot", why: str = "is there already: overwrite=True replaces it") -> FileExistsError:
    return FileExistsError(errno.EEXIST, why, new.shown)
