"""The files that git tracks, from its index."""

import errno
import os

from toolrig._backend import kernel
from toolrig.errors import GitIndexError, NotInRepositoryError
from toolrig.fs._jail import Jail


def tracked(root: "str | os.PathLike[str]" = ".") -> list[str]:
    """Return the paths that git's index holds below *root*, relative to it, ``/``-separated, in its order.

    The answer is that of ``git ls-files`` in *root*, whether the files exist or not, except that a path with
    a conflict counts once: a submodule is one path, and what is in it belongs to its own index. The index is
    read in the process; git itself is asked only where that is not enough (a sparse index with directories
    below *root*, a format newer than this reader), and then with hooks, fsmonitor, fetching and ``GIT_*``
    variables off.

    Raises:
        NotInRepositoryError: *root* lies in no work tree.
        GitIndexError: the index is damaged, or git is needed to read it and does not.
        OSError: *root* is not a directory that can be opened, or the index cannot be read.
    """
    return tracked_jail(Jail(root))


def tracked_jail(jail: Jail, *, prefix: str = "") -> list[str]:
    """Do what `tracked` does in a directory that is open already; *prefix* is put before each path."""
    place = jail.place
    paths: list[str] | None
    try:
        paths = kernel("ignore").tracked_paths(place if isinstance(place, int) else -1, jail.path)
    except NotImplementedError:
        from toolrig.fs._gitchild import git

        paths = list(map(os.fsdecode, git(jail, "ls-files", "-z", "--deduplicate").split(b"\0")))
        del paths[-1]  # what follows the last NUL
    except ValueError as error:
        raise GitIndexError(f"{jail.path}: {error}") from None
    if paths is None:
        hint = "lies in no git work tree: 'git init' makes one, walk() lists any directory"
        raise NotInRepositoryError(errno.ENOENT, hint, jail.path)
    return [prefix + path for path in paths] if prefix else paths
