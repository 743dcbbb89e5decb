"""One repository: what its index tracks, and the rules that hold for the whole of it."""

import os

from toolrig._pure.gitconfig import Config, expand, user_file
from toolrig._pure.gitdir import GitDir, is_git_dir, open_git_dir
from toolrig._pure.gitindex import LINK, SPARSE, read_index
from toolrig._pure.ignorefile import LIMIT, Rules
from toolrig._pure.readfile import Directory

_INDEX_LIMIT = 1 << 30  # bytes of an index file


class Repository:
    """A repository met by a walk. A path in it is *lead* followed by the walker's path from *skip* on."""

    def __init__(self, git: GitDir, top: Directory, lead: bytes, skip: int) -> None:
        self.lead, self.skip = lead, skip
        config = Config()
        config.read(git.git, git.common)
        self.fold = config.ignore_case
        written = config.excludes_file
        path = user_file(b"ignore") if written is None else expand(written)
        self.everywhere = read_rules(top, os.fsdecode(path), self.fold) if path else None
        self.exclude = read_rules(git.common, "info/exclude", self.fold)
        self.index_error: OSError | ValueError | None = None
        self.names: dict[bytes, int] = {}
        try:
            self.names = _read_index(git.git, 32 if config.sha256 else 20)
        except (OSError, ValueError) as error:
            self.index_error = error
        self._files = {self._folded(name): mode for name, mode in self.names.items()}
        self._directories = self._find_directories()

    def tracks_file(self, path: bytes) -> bool:
        return self._folded(path) in self._files

    def tracks_below(self, path: bytes) -> bool:
        """Return whether anything is tracked below the directory *path*."""
        return self._folded(path) in self._directories

    def is_submodule(self, path: bytes) -> bool:
        return self._files.get(self._folded(path)) == LINK and not self.tracks_below(path)

    def tracked_below_lead(self) -> list[bytes]:
        """Return the names in the index below *lead*, relative to it.

        Raises:
            OSError: The index cannot be read.
            ValueError: The index is damaged or of an unknown kind.
        """
        if self.index_error is not None:
            raise self.index_error
        lead, length = self._folded(self.lead), len(self.lead)
        return [
            name[length:]
            for name in sorted(self.names, key=self._folded)
            if self.names[name] != SPARSE and len(name) > length and self._folded(name[:length]) == lead
        ]

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
    """Find the repository around *root*, whose absolute path is *path*.

    Returns the opened repository, its work tree and what leads from there to *root* ("" or "a/b/").
    """
    if path is not None and not _leads_to(path, root):
        path = None
    device = root.stat(".").st_dev
    lead, top = "", root.sub(".")
    while top is not None and top.stat(".").st_dev == device:  # as git does, stay on one file system
        git = open_git_dir(top)
        if git is not None:
            return git, top, os.fsencode(lead)
        if is_git_dir(top) or path is None:
            break
        above, name = os.path.split(path)
        if above == path:
            break
        path, lead = above, f"{name}/{lead}"
        top.close()
        top = Directory.open(path)
    if top is not None:
        top.close()
    return None


def _leads_to(path: str, root: Directory) -> bool:
    try:
        return os.path.samestat(os.stat(path), root.stat("."))
    except OSError:
        return False


def _read_index(git: Directory, hash_length: int) -> dict[bytes, int]:
    try:
        data = git.read("index", _INDEX_LIMIT)
    except FileNotFoundError:
        return {}
    return read_index(data, lambda name: git.read(f"sharedindex.{name}", _INDEX_LIMIT), hash_length)
