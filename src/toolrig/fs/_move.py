"""Moving entries: renaming where the file system can, else copying and removing."""

import errno
import os

from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._copy import copy_spot
from toolrig.fs._directories import remove_spot
from toolrig.fs._spot import Spot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._jail import Jail

# What file systems without second names say, and systems that let nobody name a file of others.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EACCES}


def move(
    source: "str | os.PathLike[str]", target: "str | os.PathLike[str]", *, overwrite: bool = False
) -> None:
    """Give the file, link or directory *source* the path *target*, the whole of it with the new name.

    Links are moved, not followed. Between file systems it is copied and then removed.

    Args:
        overwrite: replace a file or an empty directory at *target*.

    Raises:
        FileExistsError: there is something at *target*.
        FileNotFoundError: there is nothing at *source*, or no directory for *target*.
        OSError: it cannot be moved; EINVAL where *target* lies in the directory *source*.
    """
    move_between(source, ANYWHERE, target, ANYWHERE, overwrite=overwrite)


def move_between(
    source: "str | os.PathLike[str]",
    source_jail: "Jail | Anywhere",
    target: "str | os.PathLike[str]",
    target_jail: "Jail | Anywhere",
    *,
    overwrite: bool = False,
) -> None:
    """Do what `move` does from one jail to another."""
    with (
        source_jail.spot(source, follow=False) as old,
        target_jail.spot(target, follow=False) as new,
    ):
        try:
            _rename(old, new, overwrite=overwrite)
        except OSError as failure:
            if failure.errno == errno.EINVAL:
                message = f"cannot be moved into itself, to {new.shown!r}"
                raise OSError(errno.EINVAL, message, old.shown) from None
            if failure.errno != errno.EXDEV:
                raise
            copy_spot(old, new, overwrite=overwrite, recursive=True)
            remove_spot(old, recursive=True)


def _rename(old: Spot, new: Spot, *, overwrite: bool) -> None:
    status, there = old.status(), new.status_or_none()
    if there is None:
        if status.st_mode & 0o170000 == 0o040000:
            _rename_directory(old, new)
        else:
            _rename_file(old, new)
        return
    same = os.path.samestat(status, there)
    # One name of one entry may be another spelling of itself, where case does not count.
    if not overwrite and not (same and there.st_nlink == 1 and old.name != new.name):
        raise _taken(new)
    old.rename_to(new)
    if same and status.st_nlink > 1 and not _one_entry(old, new):
        old.unlink_if_there()  # rename(2) leaves both where they are names of one file


def _one_entry(old: Spot, new: Spot) -> bool:
    if old.name != new.name:
        return False
    directories = [os.stat(place if place != "" else ".") for place in (old.directory, new.directory)]
    return os.path.samestat(*directories)


def _rename_file(old: Spot, new: Spot) -> None:
    """Rename the file or link *old* to *new*, which nobody can have taken meanwhile."""
    try:
        old.link_to(new)
    except FileExistsError:
        raise _taken(new) from None
    except OSError as failure:
        if failure.errno not in _NO_LINKS:
            raise
        old.rename_to(new)
        return
    old.unlink()


def _rename_directory(old: Spot, new: Spot) -> None:
    """Rename the directory *old* to *new*, which nobody can have taken meanwhile.

    A directory takes the place of an empty one only: of the one made here.
    """
    try:
        new.make_directory(0o700)
    except FileExistsError:
        raise _taken(new) from None
    try:
        if new.dir_fd is None:  # Windows replaces no directory
            new.remove_directory()
        old.rename_to(new)
    except OSError:
        new.remove_directory()
        raise


def _taken(new: Spot) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "is there already: overwrite=True replaces it", new.shown)
