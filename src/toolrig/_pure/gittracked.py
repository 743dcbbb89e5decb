"""What git's index holds below a directory."""

import os

from toolrig._pure.gitconfig import Config
from toolrig._pure.gitfind import Top, find_top
from toolrig._pure.gitindex import SPARSE, TYPE, UNKNOWN
from toolrig._pure.gitrepo import load_index, load_index_around
from toolrig._pure.place import Confines
from toolrig._pure.readfile import open_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._surroundings import Surroundings


def tracked_paths(
    fd: int, path: str | None = None, *, within: "Surroundings | None" = None, inner: str = ""
) -> list[str] | None:
    """Return the paths that git's index holds below the directory *fd*, relative to it and in its order.

    *path* is an absolute path of the same directory, as for `Ignore`; *within* and *inner* too are as there.
    Symbolic links and submodules are among the paths; of a conflict each path counts once. None: the
    directory lies in no work tree, or in one whose repository lies outside of the root that is kept to.

    Raises:
        NotImplementedError: The index has a version or an extension that is not known, or is sparse there:
            only git itself can tell.
        ValueError: The index is damaged.
        OSError: *fd* is not an open directory, or the index exists but cannot be read.
    """
    real = real_path_of(fd, path, within)
    root = open_root(fd, real)
    confines = None if within is None else Confines(within, fd if fd >= 0 else real or "", inner)
    top = find_top(root, real, confines)
    if top is None:
        return None
    try:
        names = _names(top, within)
    except ValueError as error:
        if str(error) == UNKNOWN:
            raise NotImplementedError("git's index is of a kind that only git reads") from None
        raise
    finally:
        top.close()
    return None if names is None else _below(names, top.lead)


def real_path_of(fd: int, path: str | None, within: "Surroundings | None") -> str | None:
    """Return *path* without symbolic links; None where the descriptor *fd* does alone."""
    return None if path is None or (within is not None and fd >= 0) else os.path.realpath(path)


def git_directory(fd: int, *, within: "Surroundings", inner: str) -> tuple[int, int, bytes] | None:
    """Open the directory of the repository around *fd*, and the one that its worktrees share.

    Returns their descriptors, the caller's, and what leads from the top of the work tree to *fd*, "" or
    ``a/b/``. None: *fd* lies in no work tree, or in one whose repository lies outside of the root. *within*
    and *inner* are those of `Ignore`.
    """
    top = find_top(open_root(fd, None), None, Confines(within, fd, inner))
    if top is None:
        return None
    try:
        if top.around and isinstance(within.git, int) and isinstance(within.common, int):
            return os.dup(within.git), os.dup(within.common), top.lead
        if top.git is None:
            return None
        own, common = top.git.git.keep(), top.git.common.keep()
        return (own, common, top.lead) if isinstance(own, int) and isinstance(common, int) else None
    finally:
        top.close()


def _names(top: Top, within: "Surroundings | None") -> dict[bytes, int] | None:
    if top.git is not None:
        config = Config(top.git, top.place.confines)
        config.read_repository()
        return load_index(top.git.git, 32 if config.sha256 else 20)
    return load_index_around(within) if top.around and within is not None else None


def _below(names: dict[bytes, int], lead: bytes) -> list[str]:
    folded = [name for name, mode in names.items() if mode & TYPE == SPARSE]
    if any(name.startswith(lead) or lead.startswith(name) for name in folded):
        raise NotImplementedError("git's index is of a kind that only git reads")
    return [os.fsdecode(name[len(lead) :]) for name in sorted(names) if name.startswith(lead)]
