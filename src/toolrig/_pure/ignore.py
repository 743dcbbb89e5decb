"""git's view of a directory tree: tracked files, and untracked ones that no rule ignores.

A walker opens one :class:`Ignore` for the directory it walks, enters each directory before it looks at its
entries, and asks of every entry whether it is hidden. Hidden directories are not entered. An ignored
directory is not hidden while it holds tracked files; what is untracked in it then stays hidden. A
repository within the tree has a view of its own, unless the repository around it tracks files in that very
directory. In a submodule that is not checked out, everything is hidden. Outside of repositories nothing is.
"""

import os

from toolrig._pure.gitdir import open_git_dir
from toolrig._pure.gitindex import index_paths
from toolrig._pure.gitrepo import Repository, find_top, read_rules
from toolrig._pure.readfile import Directory
from toolrig._pure.wildmatch import wildmatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._pure.ignorefile import Rules

__all__ = ["Ignore", "Scope", "index_paths", "wildmatch"]

_OPEN, _SEALED, _HIDDEN = range(3)  # sealed: only what is tracked is visible


class Ignore:
    """The rules of one walk: those in force at its root, and those met below it.

    *fd* is the directory to be walked. *path* is an absolute path of the same directory, by which the
    repository around it is found; without one, only a repository whose top is *fd* itself counts. Outside
    of repositories nothing is hidden. See gitignore(5); symbolic links named ``.gitignore`` are not read,
    as in git. Where the platform opens no directories, *fd* is -1 and *path* is needed.

    Raises:
        OSError: *fd* is not an open directory.
    """

    def __init__(self, fd: int, path: str | None = None) -> None:
        self._faults = 0
        self._path = None if path is None else os.path.realpath(path)
        root = self._directory(fd, "")
        if not os.path.isdir(fd if fd >= 0 else self._path or ""):
            root.stat(".")
            raise NotADirectoryError(20, "Not a directory", path)
        found = find_top(root, self._path)
        if found is None:
            self._above = Scope(None, None, None, 0, _OPEN)
            return
        git, top, lead = found
        try:
            repository = Repository(git, top, lead, 0)
            self._count_fault(repository)
            self._above = _lead(repository, top)
        finally:
            git.close()
            top.close()

    @property
    def faults(self) -> int:
        """How many repositories have an index that could not be read: what they track is then unknown."""
        return self._faults

    @property
    def sealed(self) -> bool:
        """Whether the root lies in an ignored directory: of its content only what is tracked is visible."""
        return self._above.state != _OPEN

    def enter(
        self, parent: "Scope | None", dir_fd: int, rel: str, has_gitignore: bool, has_dot_git: bool
    ) -> "Scope":
        """Return the scope of a directory's entries.

        *parent* is the scope of the directory around it (None for the root), *rel* its path from the root
        ("" for the root), *dir_fd* the open directory; *has_gitignore* and *has_dot_git* say whether
        entries of these names were seen in it. Hidden directories are not to be entered.
        """
        raw, scope = os.fsencode(rel), self._above
        directory = self._directory(dir_fd, rel)
        if parent is not None and rel:
            scope = self._descend(parent, directory, raw, has_dot_git)
        repository = scope.repository
        if repository is None or not has_gitignore:
            return scope
        base = len(repository.lead) + (len(raw) + 1 if raw else 0) - repository.skip
        return _with_rules(scope, directory, base)

    def tracked(self) -> list[str]:
        """Return the paths that the index holds below the root, relative to it: files, symlinks, submodules.

        Raises:
            ValueError: The index is damaged, or of a kind that is not known.
            OSError: The index exists but cannot be read.
        """
        repository = self._above.repository
        return [] if repository is None else [os.fsdecode(name) for name in repository.tracked_below_lead()]

    def _directory(self, fd: int, rel: str) -> Directory:
        return Directory(fd if fd >= 0 else os.path.join(self._path or "", rel))

    def _count_fault(self, repository: Repository) -> None:
        self._faults += repository.index_error is not None

    def _descend(self, parent: "Scope", directory: Directory, raw: bytes, has_dot_git: bool) -> "Scope":
        repository = parent.repository
        path = b"" if repository is None else repository.lead + raw[repository.skip :]
        if has_dot_git and not (repository is not None and repository.tracks_below(path)):
            nested = self._nested(directory, len(raw) + 1)
            if nested is not None:
                return nested
        return parent if repository is None else _inside(parent, repository, path)

    def _nested(self, directory: Directory, skip: int) -> "Scope | None":
        git = open_git_dir(directory)
        if git is None:
            return None
        try:
            repository = Repository(git, directory, b"", skip)
        finally:
            git.close()
        self._count_fault(repository)
        return Scope(None, repository, None, 0, _OPEN)


class Scope:
    """The rules in force inside one directory."""

    __slots__ = ("_base", "_parent", "_quiet", "_rules", "repository", "state")

    def __init__(
        self,
        parent: "Scope | None",
        repository: Repository | None,
        rules: "Rules | None",
        base: int,
        state: int,
    ) -> None:
        self._parent, self._rules, self._base = parent, rules, base
        self.repository, self.state = repository, state
        self._quiet: bool = state == _OPEN and rules is None
        if parent is not None:
            self._quiet &= parent._quiet
        elif repository is not None:
            self._quiet &= repository.exclude is None and repository.everywhere is None

    def hides(self, rel: str, is_dir: bool) -> bool:
        """Return whether *rel*, a path from the walk's root, is hidden. A symlink is no directory."""
        if self._quiet or not rel:
            return False
        repository = self.repository
        if self.state == _HIDDEN or repository is None:
            return True
        path = repository.lead + os.fsencode(rel)[repository.skip :]
        if self.state == _OPEN and not self._ignores(repository, path, is_dir):
            return False
        if is_dir:
            return not (repository.tracks_below(path) or repository.is_submodule(path))
        return not repository.tracks_file(path)

    def _ignores(self, repository: Repository, path: bytes, is_dir: bool) -> bool:
        """Return whether the rules ignore *path*, tracked or not."""
        scope: Scope | None = self
        while scope is not None:
            if scope._rules is not None:
                verdict = scope._rules.verdict(path[scope._base :], is_dir)
                if verdict is not None:
                    return verdict
            scope = scope._parent
        for rules in (repository.exclude, repository.everywhere):
            if rules is not None:
                verdict = rules.verdict(path, is_dir)
                if verdict is not None:
                    return verdict
        return False


def _lead(repository: Repository, top: Directory) -> Scope:
    """Return the scope at the walk's root, its own .gitignore aside."""
    scope, at, lead = Scope(None, repository, None, 0, _OPEN), 0, repository.lead
    while at < len(lead):
        directory = top.sub(os.fsdecode(lead[:at]) or ".")
        if directory is not None:
            scope = _with_rules(scope, directory, at)
            directory.close()
        end = lead.index(b"/", at)
        scope = _inside(scope, repository, lead[:end])
        at = end + 1
    return scope


def _inside(parent: Scope, repository: Repository, path: bytes) -> Scope:
    """Return the scope inside *path*, its .gitignore aside: *parent* itself, sealed, or hidden."""
    if parent.state == _HIDDEN:
        return parent
    if repository.is_submodule(path):
        return Scope(parent, repository, None, 0, _HIDDEN)
    if parent.state == _OPEN and parent._ignores(repository, path, True):
        return Scope(parent, repository, None, 0, _SEALED)
    return parent


def _with_rules(scope: Scope, directory: Directory, base: int) -> Scope:
    repository = scope.repository
    if repository is None or scope.state != _OPEN:
        return scope
    rules = read_rules(directory, ".gitignore", repository.fold, follow=False)
    return scope if rules is None else Scope(scope, repository, rules, base, _OPEN)
