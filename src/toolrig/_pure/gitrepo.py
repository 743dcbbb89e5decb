"""One repository: what its index tracks, and the rules that hold for the whole of it."""

import os

from toolrig._pure.gitconfig import Config
from toolrig._pure.gitdir import GitDir, is_git_dir, open_git_dir
from toolrig._pure.gitindex import LINK, SKIPPED, SPARSE, TYPE, read_index
from toolrig._pure.gitpath import expand, user_file
from toolrig._pure.ignorefile import LIMIT, Rules
from toolrig._pure.readfile import Directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = 0x8000  # the mode of a file in the index
_INDEX_LIMIT = 1 << 30  # bytes of an index file


class Repository:
    """A repository met by a walk. A path in it is *lead* followed by the walker's path from *skip* on."""

    def __init__(self, git: GitDir, top: Directory, lead: bytes, skip: int) -> None:
        self.lead, self.skip = lead, skip
        config = Config(git)
        config.read()
        self.fold = config.ignore_case
        written = config.excludes_file
        path = user_file(b"ignore") if written is None else expand(written)
        self.everywhere = read_rules(top, os.fsdecode(path), self.fold) if path else None
        self.exclude = read_rules(git.common, "info/exclude", self.fold)
        self.index_error: OSError | ValueError | None = None
        self.names: dict[bytes, int] = {}
        try:
            self.names = load_index(git.git, 32 if config.sha256 else 20)
        except (OSError, ValueError) as error:
            self.index_error = error
        self.absent: dict[bytes, Rules] = {}  # rule files that exist in the index alone, by directory
        self._index_names()

    def supply(self, names: list[bytes], rules: dict[bytes, bytes]) -> None:
        """Count *names* as tracked as well, and take in rule files that exist in the index alone."""
        self.names.update(dict.fromkeys(names, _FILE))
        self._index_names()
        self.absent = {directory: Rules(content, self.fold) for directory, content in rules.items()}

    def lacks(self, top: Directory) -> list[bytes]:
        """Return what git needs objects for: directories of a sparse index that exist all the same, and rule
        files that do not although their directories do."""
        found = []
        for name, mode in sorted(self.names.items()):
            directory, _, last = name.rpartition(b"/")
            wanted = mode & TYPE == SPARSE or (mode & SKIPPED and last == b".gitignore")
            if wanted and top.has(directory or b".") and not (last and top.has(name)):
                found.append(name)
        return found

    def _index_names(self) -> None:
        self._files = {self._folded(name): mode for name, mode in self.names.items()}
        self._directories = self._find_directories()

    def tracks_file(self, path: bytes) -> bool:
        return self._folded(path) in self._files

    def tracks_below(self, path: bytes) -> bool:
        """Return whether anything is tracked below the directory *path*."""
        return self._folded(path) in self._directories

    def is_submodule(self, path: bytes) -> bool:
        return self._files.get(self._folded(path), 0) & TYPE == LINK and not self.tracks_below(path)

    def _folded(self, path: bytes) -> bytes:
        return path.lower() if self.fold else path

    def _find_directories(self) -> set[bytes]:
        found: set[bytes] = set()
        for name in self._files:
            at = name.rfind(b"/")
            while at > 0 and name[:at] not in found:
                found.add(name[:at])
                at = name.rfind(b"/", 0, at)
        return found


def read_rules(directory: Directory, path: str, fold: bool, *, follow: bool = True) -> Rules | None:
    """Read a file of rules; None: there is none, or no rule in it."""
    try:
        rules = Rules(directory.read(path, LIMIT, follow=follow), fold)
    except OSError:
        return None
    return rules if len(rules) else None


def find_top(root: Directory, path: str | None) -> tuple[GitDir, Directory, bytes] | None:
    """Find the work tree around *root*, whose absolute path is *path*.

    Returns the opened repository, its work tree and what leads from there to *root* ("" or "a/b/").
    """
    if path is not None and not _leads_to(path, root):
        path = None
    device = root.stat(".").st_dev
    for top, lead in _upwards(root, path):
        if top.stat(".").st_dev != device:  # as git does, stay on one file system
            top.close()
            return None
        git = open_git_dir(top)
        if git is not None:
            if has_work_tree_at(git, top):
                return git, top, os.fsencode(lead)
            top.close()
            return _elsewhere(git, root, path)
        bare = is_git_dir(top)
        top.close()
        if bare:
            return None
    return None


def has_work_tree_at(git: GitDir, top: Directory) -> bool:
    """Return whether the repository found at *top* has its work tree there."""
    wanted = _work_tree(git)
    return wanted is None or (isinstance(wanted, os.stat_result) and os.path.samestat(wanted, top.stat(".")))


def _work_tree(git: GitDir) -> os.stat_result | OSError | None:
    """Return the status of the directory that core.worktree names; None: it names none."""
    config = Config(git)
    config.read_repository()
    if config.work_tree is None:
        return None
    try:
        return git.git.stat(os.fsdecode(config.work_tree))
    except OSError as error:
        return error


def _elsewhere(git: GitDir, root: Directory, path: str | None) -> tuple[GitDir, Directory, bytes] | None:
    """Find *root* in a work tree that is not where its repository was found."""
    wanted = _work_tree(git)
    if isinstance(wanted, os.stat_result):
        for top, lead in _upwards(root, path):
            if os.path.samestat(wanted, top.stat(".")):
                return git, top, os.fsencode(lead)
            top.close()
    git.close()
    return None


def _upwards(root: Directory, path: str | None) -> "Iterator[tuple[Directory, str]]":
    """Yield *root* and the directories above it, open, with what leads from each to *root*."""
    lead, top = "", root.sub(".")
    while top is not None:
        yield top, lead
        if path is None:
            return
        above, name = os.path.split(path)
        if above == path:
            return
        path, lead = above, f"{name}/{lead}"
        top = Directory.open(path)


def _leads_to(path: str, root: Directory) -> bool:
    try:
        return os.path.samestat(os.stat(path), root.stat("."))
    except OSError:
        return False


def load_index(git: Directory, hash_length: int) -> dict[bytes, int]:
    try:
        data = git.read("index", _INDEX_LIMIT)
    except FileNotFoundError:
        return {}
    return read_index(data, lambda name: git.read(f"sharedindex.{name}", _INDEX_LIMIT), hash_length)
