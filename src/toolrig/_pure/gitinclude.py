"""Conditions of includeIf in git's configuration (git-config(1), "Conditional includes"): gitdir, gitdir/i,
onbranch. hasconfig never holds here."""

import os

from toolrig._pure.gitdir import GitDir, head_target
from toolrig._pure.gitpath import expand
from toolrig._pure.readfile import Directory
from toolrig._pure.wildmatch import wildmatch


def holds(git: GitDir | None, condition: bytes, place: Directory, path: bytes, home: str | None) -> bool:
    """Return whether *condition*, in the configuration file *path* of *place*, holds for *git*.

    *home* is the user's, without symbolic links.
    """
    if git is None:
        return False
    kind, colon, rest = condition.partition(b":")
    if not colon:
        return False
    if kind == b"onbranch":
        return _by_branch(git, rest)
    return kind in (b"gitdir", b"gitdir/i") and _by_git_dir(
        git, rest, place.base(os.fsdecode(path)), home, kind == b"gitdir/i"
    )


def _by_branch(git: GitDir, condition: bytes) -> bool:
    target = head_target(git.git) or b""
    branch = target.removeprefix(b"refs/heads/")
    return branch != target and wildmatch(_with_tail(condition), branch)


def _by_git_dir(git: GitDir, condition: bytes, base: bytes | None, home: str | None, fold: bool) -> bool:
    text = git.git.real_path(".")
    pattern, literal = _pattern(condition, base, home)
    if text is None or pattern is None:
        return False
    start, same = text[:literal], pattern[:literal]
    if (start.lower() != same.lower()) if fold else (start != same):
        return False
    return wildmatch(pattern[literal:], text[literal:], ignore_case=fold)


def _pattern(condition: bytes, base: bytes | None, home: str | None) -> tuple[bytes | None, int]:
    """Return the pattern as git completes it, and how many bytes at its start are no pattern."""
    expanded = expand(condition, home) or condition
    if expanded.startswith(b"./"):
        return (None, 0) if base is None else (_with_tail(base + expanded[1:]), len(base) + 1)
    return _with_tail(expanded if expanded.startswith(b"/") else b"**/" + expanded), 0


def _with_tail(pattern: bytes) -> bytes:
    return pattern + b"**" if pattern.endswith(b"/") else pattern
