"""What git reads outside of a root, read once: see `Surroundings`."""

import os

from toolrig._pure.gitconfig import DEPTH, FILES, Config, beside, include_condition, lines, user_configuration
from toolrig._pure.gitconfig import LIMIT as CONFIG_LIMIT
from toolrig._pure.gitdir import open_git_dir
from toolrig._pure.gitfind import Top, find_top
from toolrig._pure.gitpath import expand, user_file
from toolrig._pure.ignorefile import LIMIT as RULES_LIMIT
from toolrig._pure.place import Confines
from toolrig._pure.readfile import Directory, open_root
from toolrig._surroundings import Surroundings

_FILES = 4 * FILES  # read at most, and kept
_BYTES = 32 << 20  # kept of all files together: larger ones count as not there


def survey(fd: int, path: str) -> Surroundings:
    """Read what git reads outside of the directory *fd*, whose absolute path is *path*: see `Surroundings`.

    The answer keeps a descriptor of its own.

    Raises:
        OSError: *fd* is not open, or no further descriptor is to be had.
    """
    real = os.path.realpath(path)
    known = Surroundings(os.dup(fd) if fd >= 0 else real, (path, real))
    survey = _Survey(known)
    survey.user()
    top = find_top(open_root(fd, real), real)
    if top is not None:
        try:
            survey.around(top)
        finally:
            top.close()
    return known


class _Survey:
    def __init__(self, known: Surroundings) -> None:
        self._known = known
        self._anywhere = Directory(os.path.curdir)
        self._confines = Confines(known, known.place, "")
        self._read = self._bytes = 0

    def user(self) -> None:
        """Keep what holds for every repository."""
        known = self._known
        self._keep(user_file(b"ignore", known.home, known.config_home), RULES_LIMIT)
        for path in user_configuration(known.home, known.config_home):
            self._config(self._anywhere, path, 0)

    def around(self, top: Top) -> None:
        """Keep what holds for the repository around the root, but for its index."""
        git, known = top.git, self._known
        if git is None:
            return
        self._config(git.common, b"config", 0)
        self._config(git.git, b"config.worktree", 0)
        if not top.lead and self._inside():
            return
        known.git, known.common, known.lead = git.git.keep(), git.common.keep(), top.lead
        config = Config(git)
        config.read()
        known.fold, known.sha256 = config.ignore_case, config.sha256
        known.exclude = _content(git.common, "info/exclude", RULES_LIMIT)
        rules = os.fsdecode(config.rules_file())
        known.everywhere = _content(top.place, rules, RULES_LIMIT) if rules else None
        self._rules(top)

    def _rules(self, top: Top) -> None:
        """Keep the .gitignore files of the directories above the root."""
        at = 0
        while at < len(top.lead):
            place = top.place.sub(os.fsdecode(top.lead[:at]) or ".")
            content = None
            if place is not None:
                content = _content(place, ".gitignore", RULES_LIMIT, follow=False)
                place.close()
            self._known.rules[top.lead[:at]] = content
            at = top.lead.index(b"/", at) + 1

    def _inside(self) -> bool:
        """Return whether the repository of the root's own work tree lies beneath it: walks read it anew."""
        try:
            git = open_git_dir(self._confines.top())
        except OSError:
            return False
        if git is not None:
            git.close()
        return git is not None

    def _config(self, place: Directory, path: bytes, depth: int) -> None:
        """Keep the configuration file *path* of *place*, and what it names.

        Conditions do not count: they may hold for a repository met later.
        """
        if depth > DEPTH or not path or self._read >= _FILES:
            return
        self._read += 1
        if path in self._known.files:
            return  # seen already: includes may be a circle
        self._keep(path, CONFIG_LIMIT)
        kept = self._known.files.get(path)
        data = _content(place, os.fsdecode(path), CONFIG_LIMIT) if kept is None else kept[1]
        home = self._known.home
        for key, value in lines(data or b""):
            if value is None:
                continue
            if key == b"include.path" or include_condition(key) is not None:
                self._config(place, beside(path, value, home), depth + 1)
            elif key == b"core.excludesfile":
                self._keep(expand(value, home), RULES_LIMIT)

    def _keep(self, path: bytes, limit: int) -> None:
        """Keep the file *path* if it is one that is not opened beneath the root later."""
        name, files = os.fsdecode(path), self._known.files
        if not os.path.isabs(name) or path in files or len(files) >= _FILES or self._confines.below(name):
            return
        content = _content(self._anywhere, name, min(limit, _BYTES - self._bytes))
        self._bytes += len(content or b"")
        base = None if content is None else self._anywhere.base(name)
        files[path] = (base or b"", content)


def _content(place: Directory, path: str, limit: int, *, follow: bool = True) -> bytes | None:
    try:
        return place.read(path, limit, follow=follow)
    except OSError:
        return None
