"""Where a repository's own files are: ``.git`` as a directory, or as a file of worktrees and submodules
(gitrepository-layout(5))."""

import os
import stat

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
    """Open the repository whose work tree is *work_tree*; None: there is none."""
    try:
        status = work_tree.stat(".git")
    except OSError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return _accept(work_tree.sub(".git"))
    return _accept(_follow(work_tree, ".git", b"gitdir: ", work_tree))


def is_git_dir(directory: Directory) -> bool:
    """Return whether *directory* itself is a bare repository, or the inside of ``.git``."""
    git = _accept(directory.sub("."))
    if git is not None:
        git.close()
    return git is not None


def _accept(git: Directory | None) -> GitDir | None:
    if git is None:
        return None
    common = _follow(git, "commondir", b"", git)
    linked = common is not None
    if common is None and not git.has(b"commondir"):
        common = git.sub(".")
    if common is not None:
        if _valid_head(git) and common.searchable("objects") and common.searchable("refs"):
            return GitDir(git, common, linked)
        common.close()
    git.close()
    return None


def _follow(directory: Directory, name: str, label: bytes, base: Directory) -> Directory | None:
    """Open the directory that a pointer file names, relative to *base*."""
    try:
        content = directory.read(name, _POINTER)
    except OSError:
        return None
    content = content.rstrip(b"\r\n")
    if len(content) <= len(label) or not content.startswith(label):
        return None
    return base.sub(os.fsdecode(content[len(label) :].split(b"\0", 1)[0]))


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
