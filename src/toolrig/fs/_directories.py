"""Making directories, and removing files and directories."""

import errno
import os

from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._spot import Spot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._anywhere import Anywhere
    from toolrig.fs._jail import Jail


def mkdir(path: "str | os.PathLike[str]", *, parents: bool = False, exist_ok: bool = False) -> None:
    """Make the directory *path*.

    Args:
        parents: make the directories above it that are missing, too.
        exist_ok: a directory that is there already will do.

    Raises:
        FileExistsError: there is something of that name.
        FileNotFoundError: the directory above it is missing.
        OSError: it cannot be made.
    """
    mkdir_jail(path, ANYWHERE, parents=parents, exist_ok=exist_ok)


def mkdir_jail(
    path: "str | os.PathLike[str]",
    jail: "Jail | Anywhere",
    *,
    parents: bool = False,
    exist_ok: bool = False,
) -> None:
    """Do what `mkdir` does below *jail*."""
    if exist_ok and _leads_to_directory(path, jail):
        return
    if parents:
        make_parents(path, jail)
    with jail.spot(path, follow=False) as spot:
        try:
            spot.make_directory()
        except FileExistsError:
            if not (exist_ok and _leads_to_directory(path, jail)):
                raise


def remove(path: "str | os.PathLike[str]", *, recursive: bool = False, missing_ok: bool = False) -> None:
    """Remove the file, link or empty directory *path*; a link itself, never what it leads to.

    Args:
        recursive: remove a directory with all that is in it. No link in it is followed, also while another
            process swaps directories for links.
        missing_ok: nothing of that name is no error.

    Raises:
        FileNotFoundError: there is nothing of that name.
        OSError: it cannot be removed; ENOTEMPTY for a directory with entries, without *recursive*.
    """
    remove_jail(path, ANYWHERE, recursive=recursive, missing_ok=missing_ok)


def remove_jail(
    path: "str | os.PathLike[str]",
    jail: "Jail | Anywhere",
    *,
    recursive: bool = False,
    missing_ok: bool = False,
) -> None:
    """Do what `remove` does below *jail*."""
    try:
        with jail.spot(path, follow=False) as spot:
            remove_spot(spot, recursive=recursive)
    except FileNotFoundError:
        if not missing_ok:
            raise


def remove_spot(spot: Spot, *, recursive: bool) -> None:
    """Remove what is at *spot*."""
    if spot.status().st_mode & 0o170000 != 0o040000:
        spot.unlink()
    elif recursive:
        _remove_tree(spot)
    else:
        _remove_empty(spot)


def make_parents(path: "str | os.PathLike[str]", jail: "Jail | Anywhere") -> "list[str]":
    """Make the directories above *path* that are missing, and return them, the outermost first."""
    text = os.fspath(path)
    missing: list[str] = []
    parent = os.path.dirname(text.rstrip("/" + os.sep))
    while parent and not _is_directory(parent, jail):
        missing.append(parent)
        above = os.path.dirname(parent)
        if above == parent:
            break
        parent = above
    made = []
    for directory in reversed(missing):
        with jail.spot(directory, follow=False) as spot:
            try:
                spot.make_directory()
            except FileExistsError:  # made by somebody else; or no directory, as what follows will say
                continue
            made.append(directory)
    return made


def _leads_to_directory(path: "str | os.PathLike[str]", jail: "Jail | Anywhere") -> bool:
    try:
        return _is_directory(path, jail)
    except NotADirectoryError:
        return False


def _is_directory(path: "str | os.PathLike[str]", jail: "Jail | Anywhere") -> bool:
    """Return whether *path* is a directory, or a link to one; false where there is nothing.

    Raises:
        NotADirectoryError: a part of it is something else.
        OutsideRootError: it leads out.
    """
    try:
        directory = jail.directory(path)
    except FileNotFoundError:
        return False
    if isinstance(directory, int):
        os.close(directory)
    return isinstance(directory, int) or os.path.isdir(directory)


def _remove_empty(spot: Spot) -> None:
    try:
        spot.remove_directory()
    except OSError as failure:
        if failure.errno in (errno.ENOTEMPTY, errno.EEXIST):
            message = "is a directory with entries: remove it with recursive=True"
            raise OSError(errno.ENOTEMPTY, message, spot.shown) from None
        raise


def _remove_tree(spot: Spot) -> None:
    """Remove the directory *spot* from the leaves up, each entry by its name in an open directory."""
    levels = [Level(spot)]
    try:
        while levels:
            level = levels[-1]
            if not level.left:
                levels.pop().close()
                level.spot.remove_directory()
                continue
            name, is_directory = level.left.pop()
            entry = level.entry(name)
            if is_directory:
                levels.append(Level(entry))
            else:
                entry.unlink_if_there()
    finally:
        for level in levels:
            level.close()


class Level:
    """A directory on the way down a tree: open, with the entries that are still to be seen to.

    Attributes:
        spot: its own.
        left: names, each with whether it is a directory (not a link to one).
        status: its state.
    """

    __slots__ = ("_inside", "left", "spot", "status")

    def __init__(self, spot: Spot) -> None:
        self.spot = spot
        self._inside: int | str = spot.path
        if spot.dir_fd is not None:
            self._inside = spot.open(os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.status = os.stat(self._inside)
            with os.scandir(self._inside) as entries:
                self.left = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError:
            self.close()
            raise

    def entry(self, name: str) -> Spot:
        """Return the spot of its entry *name*."""
        return Spot(self._inside, name, f"{self.spot.shown.rstrip('/')}/{name}", keep=self)

    def close(self) -> None:
        """Close its descriptor."""
        inside, self._inside = self._inside, ""
        if isinstance(inside, int):
            os.close(inside)
