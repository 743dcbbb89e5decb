"""Where a repository's own files are: ``.git`` as a directory, or as a file of worktrees and submodules
(gitrepository-layout(5))."""

import errno
import os

from toolrig._pure.readfile import Directory

_POINTER = 1 << 20  # longest .git, commondir or HEAD file
_HEXADECIMAL = frozenset(b"0123456789abcdefABCDEF")


class GitDir:
    """``git``: index and HEAD. ``common``: config and info/exclude, which all worktrees share.

    ``linked``: a worktree beside the repository's own.
    """

    def __init__(self, git: Directory, common: Directory, linked: bool) -> None:
        self.git, self.common, self.linked = git, common, linked

    def close(self) -> None:
        self.git.close()
        self.common.close()


def open_git_dir(work_tree: Directory) -> GitDir | None:
    """Open the repository whose work tree is *work_tree*; None: there is none.

    Raises:
        OSError: EXDEV: there may be one, but it lies outside of the root that everything is opened beneath.
    """
    try:
        git = work_tree.enter(".git")
    except NotADirectoryError:
        followed = _follow(work_tree, ".git", b"gitdir: ")
        return None if followed is None else _accept(followed)
    except OSError as failure:
        if failure.errno == errno.EXDEV:
            raise
        return None
    return _accept(git)


def is_git_dir(directory: Directory) -> bool:
    """Return whether *directory* itself is a bare repository, or the inside of ``.git``."""
    if not directory.has(b"HEAD"):
        return False
    try:
        git = _accept(directory.enter("."))
    except OSError:
        return False
    if git is not None:
        git.close()
    return git is not None


def _accept(git: Directory) -> GitDir | None:
    common = accepted = None
    try:
        common = _follow(git, "commondir", b"")
        linked = common is not None
        if common is None and not git.has(b"commondir"):
            common = git.sub(".")
        if common is not None and _valid_head(git) and all(map(common.searchable, ("objects", "refs"))):
            accepted = GitDir(git, common, linked)
            return accepted
        return None
    finally:
        if accepted is None:
            git.close()
            if common is not None:
                common.close()


def _follow(directory: Directory, name: str, label: bytes) -> Directory | None:
    """Open the directory that the pointer file *name* of *directory* names, relative to the same.

    Raises:
        OSError: EXDEV: it lies outside of the root.
    """
    try:
        content = directory.read(name, _POINTER).rstrip(b"\r\n")
        if len(content) <= len(label) or not content.startswith(label):
            return None
        return directory.enter(os.fsdecode(content[len(label) :].split(b"\0", 1)[0]))
    except OSError as failure:
        if failure.errno == errno.EXDEV:
            raise
        return None


def head_target(git: Directory) -> bytes | None:
    """Return what HEAD refers to: refs/... or an object's name; None: there is no such file."""
    target = git.readlink("HEAD")
    if target is not None:
        return target
    try:
        head = git.read("HEAD", _POINTER)
    except OSError:
        return None
    if head.startswith(b"ref:"):
        head = head[4:].strip(b" \t\r\n")
    return head.split(b"\0", 1)[0]


def _valid_head(git: Directory) -> bool:
    target = head_target(git) or b""
    if target.startswith(b"refs/"):
        return True
    return len(target) >= 40 and all(c in _HEXADECIMAL for c in target[:40])
