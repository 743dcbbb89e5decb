"""What git's index holds below a directory."""

import os

from toolrig._pure.gitconfig import Config
from toolrig._pure.gitindex import SPARSE, TYPE, UNKNOWN
from toolrig._pure.gitrepo import find_top, load_index
from toolrig._pure.readfile import open_root


def tracked_paths(fd: int, path: str | None = None) -> list[str] | None:
    """Return the paths that git's index holds below the directory *fd*, relative to it and in its order.

    *path* is an absolute path of the same directory, as for `Ignore`. Symbolic links and submodules are among
    the paths; of a conflict each path counts once. None: the directory lies in no work tree.

    Raises:
        NotImplementedError: The index has a version or an extension that is not known, or is sparse there:
            only git itself can tell.
        ValueError: The index is damaged.
        OSError: *fd* is not an open directory, or the index exists but cannot be read.
    """
    real = None if path is None else os.path.realpath(path)
    found = find_top(open_root(fd, real), real)
    if found is None:
        return None
    git, top, lead = found
    config = Config(git)
    try:
        config.read_repository()
        names = load_index(git.git, 32 if config.sha256 else 20)
    except ValueError as error:
        if str(error) == UNKNOWN:
            raise NotImplementedError("git's index is of a kind that only git reads") from None
        raise
    finally:
        git.close()
        top.close()
    folded = [name for name, mode in names.items() if mode & TYPE == SPARSE]
    if any(name.startswith(lead) or lead.startswith(name) for name in folded):
        raise NotImplementedError("git's index is of a kind that only git reads")
    return [os.fsdecode(name[len(lead) :]) for name in sorted(names) if name.startswith(lead)]
