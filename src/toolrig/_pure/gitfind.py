"""The work tree that a directory lies in: at it or above it, and beneath a root no higher than that."""

import os

from toolrig._pure.gitconfig import Config
from toolrig._pure.gitdir import GitDir, is_git_dir, open_git_dir
from toolrig._pure.place import Confined, Confines
from toolrig._pure.readfile import Directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Top:
    """The top of a work tree.

    Attributes:
        place: the top, open, or the root where the top is above it.
        lead: from the top to the directory that is asked about, "" or ``a/b/``.
        git: the repository, open. None: it is the one *around* the root or, not even that, not known.
        above: how many bytes of *lead* are above *place*.
    """

    def __init__(
        self, place: Directory, lead: bytes, git: GitDir | None, *, around: bool = False, above: int = 0
    ) -> None:
        self.place, self.lead, self.git = place, lead, git
        self.around, self.above = around, above

    def close(self) -> None:
        self.place.close()
        if self.git is not None:
            self.git.close()


def find_top(
    root: Directory, path: str | None, confines: Confines | None = None, *, alone: bool = False
) -> Top | None:
    """Find the work tree around *root*, whose absolute path is *path*; or within *confines*.

    *alone*: only one whose top is *root* itself.
    """
    if confines is None and path is not None and (alone or not _leads_to(path, root)):
        path = None
    device = root.stat(".").st_dev
    for place, lead in _upwards(root, path, confines):
        if place.stat(".").st_dev != device:  # as git does, stay on one file system
            place.close()
            return None
        top = _top_at(place, lead, root, path, alone)
        if top is not None:
            return top.found
        ended = is_git_dir(place) or alone
        place.close()
        if ended:
            return None
    return None


class _Answer:
    """What a search ends with."""

    def __init__(self, found: Top | None) -> None:
        self.found = found


def _top_at(place: Directory, lead: bytes, root: Directory, path: str | None, alone: bool) -> _Answer | None:
    """Look for a repository in *place*; None: there is none, the search goes on."""
    outside = False
    try:
        git = open_git_dir(place)
    except OSError:
        git, outside = None, True
    if git is not None:
        if has_work_tree_at(git, place):
            return _Answer(Top(place, lead, git))
        place.close()
        return _Answer(_elsewhere(git, root, path, place.confines))
    confines = place.confines
    if confines is not None and confines.around and isinstance(place, Confined) and place.is_root:
        above = confines.known.lead
        if not (above and alone):
            return _Answer(Top(place, above + lead, None, around=True, above=len(above)))
    return _Answer(Top(place, lead, None)) if outside else None


def has_work_tree_at(git: GitDir, top: Directory) -> bool:
    """Return whether the repository found at *top* has its work tree there."""
    wanted = _work_tree(git)
    return wanted is None or (isinstance(wanted, os.stat_result) and os.path.samestat(wanted, top.stat(".")))


def _work_tree(git: GitDir) -> os.stat_result | OSError | None:
    """Return the status of the directory that core.worktree names; None: it names none."""
    config = Config(git, git.git.confines)
    config.read_repository()
    if config.work_tree is None:
        return None
    try:
        return git.git.stat(os.fsdecode(config.work_tree))
    except OSError as error:
        return error


def _elsewhere(git: GitDir, root: Directory, path: str | None, confines: Confines | None) -> Top | None:
    """Find *root* in a work tree that is not where its repository was found."""
    wanted = _work_tree(git)
    if isinstance(wanted, os.stat_result):
        for place, lead in _upwards(root, path, confines):
            if os.path.samestat(wanted, place.stat(".")):
                return Top(place, lead, git)
            place.close()
    git.close()
    return None


def _upwards(
    root: Directory, path: str | None, confines: Confines | None
) -> "Iterator[tuple[Directory, bytes]]":
    """Yield *root* and the directories above it, open, with what leads from each to *root*."""
    if confines is not None:
        yield from _upwards_within(confines)
        return
    lead, top = "", root.sub(".")
    while top is not None:
        yield top, os.fsencode(lead)
        if path is None:
            return
        above, name = os.path.split(path)
        if above == path:
            return
        path, lead = above, f"{name}/{lead}"
        top = Directory.open(path)


def _upwards_within(confines: Confines) -> "Iterator[tuple[Directory, bytes]]":
    inner, lead = confines.inner, ""
    while True:
        top = confines.directory(inner)
        if top is None:
            return
        yield top, os.fsencode(lead)
        if not inner:
            return
        inner, _, name = inner.rpartition("/")
        lead = f"{name}/{lead}"


def _leads_to(path: str, root: Directory) -> bool:
    try:
        return os.path.samestat(os.stat(path), root.stat("."))
    except OSError:
        return False
