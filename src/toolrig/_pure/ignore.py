"""git's view of a directory tree: tracked files, and untracked ones that no rule ignores.

A walker opens one :class:`Ignore` for the directory it walks, enters each directory before it looks at its
entries, and asks of every entry whether it is hidden. Hidden directories are not entered. An ignored
directory is not hidden while it holds tracked files; what is untracked in it then stays hidden. A
repository within the tree has a view of its own, unless the repository around it tracks files in that very
directory. In a submodule that is not checked out, everything is hidden. Outside of repositories nothing is.
"""

import os

from toolrig._pure.extrarules import ExtraRules, with_extra_rules
from toolrig._pure.gitdir import open_git_dir
from toolrig._pure.gitfind import Top, find_top, has_work_tree_at
from toolrig._pure.gitindex import index_paths
from toolrig._pure.gitrepo import (
    Checkout,
    Repository,
    found_repository,
    kept_rules,
    outside_repository,
    read_rules,
    repository_around,
)
from toolrig._pure.gitsurvey import survey
from toolrig._pure.gittracked import git_directory, real_path_of, tracked_paths
from toolrig._pure.place import Confined, Confines
from toolrig._pure.readfile import Directory, open_root
from toolrig._pure.wildmatch import wildmatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolrig._pure.ignorefile import Rules
    from toolrig._surroundings import Surroundings

__all__ = ["Ignore", "Scope", "git_directory", "index_paths", "survey", "tracked_paths", "wildmatch"]

_OPEN, _SEALED, _HIDDEN = range(3)  # sealed: only what is tracked is visible


class Ignore:
    """The rules of one walk: those in force at its root, and those met below it.

    *fd* is the directory to be walked. *path* is an absolute path of the same directory, by which the
    repository around it is found; without one, or if *alone*, only a repository whose top is *fd* itself
    counts. Outside of repositories nothing is hidden. See gitignore(5); symbolic links named ``.gitignore``
    are not read, as in git. Where the platform opens no directories, *fd* is -1 and *path* is needed.

    *ignore_files* are names of further rule files, honoured in every directory from the top of the work tree
    (outside of repositories: from *fd*) down. All files of one name, from an entry's directory upwards, are
    asked before those of the next name, and all of them before git: they hide tracked files as well, and let
    in what git ignores. They tell upper and lower case apart. Without *gitignore* they apply alone.

    With *within* nothing is opened but what lies beneath its root, from which *inner* leads to *fd*, without
    symbolic links; see `Surroundings`. *path* does not count then.

    Raises:
        OSError: *fd* is not an open directory.
    """

    def __init__(
        self,
        fd: int,
        path: str | None = None,
        *,
        alone: bool = False,
        gitignore: bool = True,
        ignore_files: "Sequence[str]" = (),
        within: "Surroundings | None" = None,
        inner: str = "",
    ) -> None:
        self._faults = 0
        self._path = real_path_of(fd, path, within)
        self._gitignore, self._names = gitignore, tuple(ignore_files)
        root = open_root(fd, self._path)
        self._confines = (
            None if within is None else Confines(within, fd if fd >= 0 else self._path or "", inner)
        )
        self._top = find_top(root, self._path, self._confines, alone=alone)
        self._lead = b""  # from the topmost directory whose rules count to the root
        if self._top is None:
            self._above = Scope(self, None)
            return
        self._lead = self._top.lead
        try:
            repository = self._repository_of(self._top) if gitignore else None
            self._count_fault(repository)
            self._above = self._down(repository, self._top)
        finally:
            if self._top.git is not None:
                self._top.git.close()

    def __del__(self) -> None:
        top: Top | None = getattr(self, "_top", None)
        if top is not None:
            top.place.close()

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
        absent = scope.repository is not None and scope.repository.absent
        if not (self._names or has_gitignore or absent):
            return scope
        return self._with_rules(scope, directory, self._lead + raw + b"/" * bool(raw), has_gitignore)

    def absent(self) -> list[str]:
        """Return what git reads from objects, because a sparse checkout leaves it out of the work tree.

        Of the repository around the root: rule files (``a/.gitignore``) whose directory exists although they
        do not, and existing directories (``a/``) that a sparse index holds as one entry.
        """
        repository = self._above.repository
        if repository is None or self._top is None:
            return []
        checkout = Checkout(self._top.place, self._top.lead, self._top.above)
        return [os.fsdecode(path) for path in repository.lacks(checkout)]

    def supply(self, names: list[str], rules: dict[str, bytes]) -> None:
        """Take into account what `absent` asked for; to be called once, before the walk.

        *names* are files tracked besides those that the index names, *rules* the contents of rule files by
        their directories ("" or ``a/b/``). Paths are relative to the top of the work tree.
        """
        repository = self._above.repository
        if repository is None or self._top is None:
            return
        encoded = {os.fsencode(directory): content for directory, content in rules.items()}
        repository.supply([os.fsencode(name) for name in names], encoded)
        self._above = self._down(repository, self._top)

    def _directory(self, fd: int, rel: str) -> Directory:
        place: int | str = fd if fd >= 0 else os.path.join(self._path or "", rel)
        if self._confines is None:
            return Directory(place)
        return Confined(self._confines, os.path.join(self._confines.inner, rel, "").lstrip("/"), place)

    def _count_fault(self, repository: Repository | None) -> None:
        self._faults += repository is not None and repository.index_error is not None

    def _repository_of(self, top: Top) -> Repository:
        if top.git is not None:
            return found_repository(top.git, top.place, top.lead, 0)
        if top.around and self._confines is not None:
            return repository_around(self._confines.known, top.lead)
        return outside_repository(top.place, top.lead, 0)

    def _down(self, repository: Repository | None, top: Top) -> "Scope":
        """Return the scope at the walk's root, its own rule files aside."""
        scope, at, lead = Scope(self, repository), 0, self._lead
        while at < len(lead):
            if at < top.above:
                scope = self._with_kept(scope, lead[:at])
            elif (directory := top.place.sub(os.fsdecode(lead[top.above : at]) or ".")) is not None:
                scope = self._with_rules(scope, directory, lead[:at], True)
                directory.close()
            end = lead.index(b"/", at)
            scope = scope._inside(lead[:end], lead[:end])
            at = end + 1
        return scope

    def _with_kept(self, scope: "Scope", path: bytes) -> "Scope":
        """Add the rules of the directory *path* above the root, as they were when it was opened."""
        repository = scope.repository
        if repository is None or self._confines is None or scope.state != _OPEN:
            return scope
        rules = repository.absent.get(path)
        if rules is None:
            rules = kept_rules(self._confines.known.rules.get(path), repository.fold)
        return scope if rules is None else Scope(self, repository, scope, rules, len(path), scope.extra)

    def _with_rules(self, scope: "Scope", directory: Directory, path: bytes, has_gitignore: bool) -> "Scope":
        """Add the rule files of *directory*: *path* ("" or ending in a slash) below the topmost one."""
        extra, rules, repository = scope.extra, None, scope.repository
        if self._names:
            extra = with_extra_rules(extra, self._names, directory, len(path))
        if repository is not None and scope.state == _OPEN:
            if repository.absent and not directory.has(b".gitignore"):
                rules = repository.absent.get(path)
            elif has_gitignore:
                rules = read_rules(directory, ".gitignore", repository.fold, follow=False)
        if rules is None and extra is scope.extra:
            return scope
        above = len(self._lead) + repository.skip if repository is not None and repository.skip else 0
        return Scope(self, repository, scope, rules, len(path) - above, extra, scope.state)

    def _descend(self, parent: "Scope", directory: Directory, raw: bytes, has_dot_git: bool) -> "Scope":
        repository = parent.repository
        path = b"" if repository is None else repository.lead + raw[repository.skip :]
        if has_dot_git and not (repository is not None and repository.tracks_below(path)):
            nested = self._nested(parent, directory, len(raw) + 1)
            if nested is not None:
                return nested
        return parent if repository is None else parent._inside(path, self._lead + raw)

    def _nested(self, parent: "Scope", directory: Directory, skip: int) -> "Scope | None":
        """Return the first scope of the repository in *directory*; None: there is none."""
        if not self._gitignore:
            return None
        try:
            git = open_git_dir(directory)
        except OSError:
            repository: Repository | None = outside_repository(directory, b"", skip)
        else:
            if git is None:
                return None
            try:
                repository = None
                if has_work_tree_at(git, directory):  # else the directory is outside of any work tree
                    repository = found_repository(git, directory, b"", skip)
            finally:
                git.close()
        self._count_fault(repository)
        return Scope(self, repository, extra=parent.extra)


class Scope:
    """The rules in force inside one directory."""

    __slots__ = ("_base", "_owner", "_parent", "_quiet", "_rules", "extra", "repository", "state")

    def __init__(
        self,
        owner: Ignore,
        repository: Repository | None,
        parent: "Scope | None" = None,
        rules: "Rules | None" = None,
        base: int = 0,
        extra: "ExtraRules | None" = None,
        state: int = _OPEN,
    ) -> None:
        self._owner, self._parent, self._rules, self._base = owner, parent, rules, base
        self.repository, self.extra, self.state = repository, extra, state
        self._quiet: bool = state == _OPEN and rules is None and extra is None
        if parent is not None:
            self._quiet &= parent._quiet
        elif repository is not None:
            self._quiet &= repository.exclude is None and repository.everywhere is None

    def hides(self, rel: str, is_dir: bool) -> bool:
        """Return whether *rel*, a path from the walk's root, is hidden. A symlink is no directory."""
        if self._quiet or not rel:
            return False
        raw = os.fsencode(rel)
        verdict = None if self.extra is None else self.extra.verdict(self._owner._lead + raw, is_dir)
        return self._git_hides(raw, is_dir) if verdict is None else verdict

    def _inside(self, path: bytes, extra_path: bytes) -> "Scope":
        """Return the scope inside a directory, its rule files aside: this one, sealed, hidden or open.

        *path* is its path in the repository, *extra_path* the one for rule files that are not git's: what
        they let in is open, whatever git thinks of it.
        """
        if self.state == _HIDDEN:
            return self
        repository = self.repository
        if repository is not None and repository.is_submodule(path):
            return self._turn(_HIDDEN)
        verdict = None if self.extra is None else self.extra.verdict(extra_path, True)
        if verdict is not None:
            return self._turn(_SEALED if verdict else _OPEN)
        if self.state == _OPEN and repository is not None and self._ignores(repository, path, True):
            return self._turn(_SEALED)
        return self

    def _turn(self, state: int) -> "Scope":
        if self.state == state:
            return self
        return Scope(self._owner, self.repository, self, extra=self.extra, state=state)

    def _git_hides(self, raw: bytes, is_dir: bool) -> bool:
        repository = self.repository
        if repository is None:
            return False
        if self.state == _HIDDEN:
            return True
        path = repository.lead + raw[repository.skip :]
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
