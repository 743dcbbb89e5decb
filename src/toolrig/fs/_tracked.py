"""The files that git tracks, from its index."""

import errno
import os

from toolrig._backend import kernel
from toolrig.errors import GitIndexError, NotInRepositoryError, OutsideRootError
from toolrig.fs._gitview import bounds
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
        fd = place if isinstance(place, int) else -1
        paths = kernel("ignore").tracked_paths(fd, jail.path, **bounds(jail))
    except NotImplementedError:
        from toolrig.fs._gitchild import tracked_below

        paths = tracked_below(jail)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        hint = "has its index outside of the root, which is not read"
        raise OutsideRootError(errno.EACCES, hint, jail.path) from None
    except ValueError as error:
        raise GitIndexError(f"{jail.path}: {error}") from None
    if paths is None:
        hint = "lies in no git work tree: 'git init' makes one, walk() lists any directory"
        if jail.surroundings is not None:
            hint = "lies in no git work tree, or in one whose repository the root does not reach: use walk()"
        raise NotInRepositoryError(errno.ENOENT, hint, jail.path)
    return [prefix + path for path in paths] if prefix else paths
