"""One repository: what its index tracks, and the rules that hold for the whole of it."""

import errno
import os

from toolrig._pure.gitconfig import Config
from toolrig._pure.gitindex import LINK, SKIPPED, SPARSE, TYPE, read_index
from toolrig._pure.ignorefile import LIMIT, Rules
from toolrig._pure.place import Confines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from toolrig._pure.gitdir import GitDir
    from toolrig._pure.readfile import Directory
    from toolrig._surroundings import Surroundings

_FILE = 0x8000  # the mode of a file in the index
_INDEX_LIMIT = 1 << 30  # bytes of an index file


class Repository:
    """A repository met by a walk. A path in it is *lead* followed by the walker's path from *skip* on.

    Args:
        load: reads its index.
    """

    def __init__(
        self,
        lead: bytes,
        skip: int,
        *,
        fold: bool,
        everywhere: Rules | None,
        exclude: Rules | None,
        load: "Callable[[], dict[bytes, int]]",
    ) -> None:
        self.lead, self.skip = lead, skip
        self.fold, self.everywhere, self.exclude = fold, everywhere, exclude
        self.index_error: OSError | ValueError | None = None
        self.names: dict[bytes, int] = {}
        try:
            self.names = load()
        except (OSError, ValueError) as error:
            self.index_error = error
        self.absent: dict[bytes, Rules] = {}  # rule files that exist in the index alone, by directory
        self._index_names()

    def supply(self, names: list[bytes], rules: dict[bytes, bytes]) -> None:
        """Count *names* as tracked as well, and take in rule files that exist in the index alone."""
        self.names.update(dict.fromkeys(names, _FILE))
        self._index_names()
        self.absent = {directory: Rules(content, self.fold) for directory, content in rules.items()}

    def lacks(self, checkout: "Checkout") -> list[bytes]:
        """Return what git needs objects for: directories of a sparse index that exist all the same, and rule
        files that do not although their directories do."""
        found = []
        for name, mode in sorted(self.names.items()):
            directory, _, last = name.rpartition(b"/")
            wanted = mode & TYPE == SPARSE or (mode & SKIPPED and last == b".gitignore")
            if wanted and checkout.has_directory(directory) and not (last and checkout.has_rules(name)):
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


class Checkout:
    """Where entries of an index are looked up: in *top*; the first *above* bytes of *lead* lie above it."""

    def __init__(self, top: "Directory", lead: bytes, above: int) -> None:
        self._top, self._above = top, lead[:above]

    def has_directory(self, path: bytes) -> bool:
        """Return whether there is the directory *path*, and it is one that a walk may come to."""
        if self._above.startswith(path + b"/" * bool(path)):
            return True
        return path.startswith(self._above) and self._top.has(path[len(self._above) :] or b".")

    def has_rules(self, path: bytes) -> bool:
        """Return whether there is the rule file *path*."""
        if path.startswith(self._above):
            return self._top.has(path[len(self._above) :])
        confines = self._top.confines
        directory = path.removesuffix(b".gitignore")
        return confines is not None and confines.known.rules.get(directory) is not None


def found_repository(git: "GitDir", top: "Directory", lead: bytes, skip: int) -> Repository:
    """Return the repository *git*, whose work tree is *top*."""
    config = Config(git, top.confines)
    config.read()
    fold, path = config.ignore_case, os.fsdecode(config.rules_file())
    return Repository(
        lead,
        skip,
        fold=fold,
        everywhere=read_rules(top, path, fold) if path else None,
        exclude=read_rules(git.common, "info/exclude", fold),
        load=lambda: load_index(git.git, 32 if config.sha256 else 20),
    )


def outside_repository(top: "Directory", lead: bytes, skip: int) -> Repository:
    """Return the repository of *top* that lies outside of the root: of it only the user's rules are known."""
    config = Config(None, top.confines)
    config.read()
    fold, path = config.ignore_case, os.fsdecode(config.rules_file())

    def refuse() -> dict[bytes, int]:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    everywhere = read_rules(top, path, fold) if path else None
    return Repository(lead, skip, fold=fold, everywhere=everywhere, exclude=None, load=refuse)


def repository_around(known: "Surroundings", lead: bytes) -> Repository:
    """Return the repository around a root, as it was when the root was opened but for its index."""
    return Repository(
        lead,
        0,
        fold=known.fold,
        everywhere=kept_rules(known.everywhere, known.fold),
        exclude=kept_rules(known.exclude, known.fold),
        load=lambda: load_index_around(known),
    )


def read_rules(directory: "Directory", path: str, fold: bool, *, follow: bool = True) -> Rules | None:
    """Read a file of rules; None: there is none, or no rule in it."""
    try:
        return kept_rules(directory.read(path, LIMIT, follow=follow), fold)
    except OSError:
        return None


def kept_rules(content: bytes | None, fold: bool) -> Rules | None:
    """Return the rules in *content*; None where there are none."""
    rules = None if content is None else Rules(content, fold)
    return rules or None


def load_index(git: "Directory", hash_length: int) -> dict[bytes, int]:
    try:
        data = git.read("index", _INDEX_LIMIT)
    except FileNotFoundError:
        return {}
    return read_index(data, lambda name: git.read(f"sharedindex.{name}", _INDEX_LIMIT), hash_length)


def load_index_around(known: "Surroundings") -> dict[bytes, int]:
    """Read the index of the repository around a root, as it is now."""
    assert known.git is not None
    confines = Confines(known, known.git, "..")  # which leads nowhere: a root by itself
    return load_index(confines.top(), 32 if known.sha256 else 20)
