"""The few values of git's configuration (git-config(1)) that decide what a listing shows.

Read in git's order: system, ``$XDG_CONFIG_HOME/git/config``, ``~/.gitconfig``, the repository, its
worktree; the last one wins. ``include.path`` and ``includeIf`` (but for hasconfig) are followed, environment
variables are not. A syntax error ends the file it is in, what stood before it counts.
"""

import os

from toolrig._pure.gitdir import GitDir
from toolrig._pure.gitinclude import holds
from toolrig._pure.gitpath import expand, user_file
from toolrig._pure.place import Confined
from toolrig._pure.readfile import Directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolrig._pure.place import Confines

LIMIT = 1 << 20  # bytes of one file
DEPTH = 10  # includes within includes, as in git
FILES = 64  # files read for one repository: a cycle of includes must end
_SPACES = b" \t\r"
_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
_ESCAPES = {ord("n"): 10, ord("t"): 9, ord("b"): 8, ord("\\"): ord("\\"), ord('"'): ord('"')}


class Config:
    """``excludes_file`` and ``work_tree`` as written (None where unset), ``ignore_case`` and ``sha256``."""

    def __init__(self, git: GitDir | None, confines: "Confines | None" = None) -> None:
        self.excludes_file: bytes | None = None
        self.work_tree: bytes | None = None
        self.ignore_case = self.sha256 = False
        self._worktree_config = False
        self._files = 0
        self._git, self._confines = git, confines
        if confines is None:
            self._home, self._config_home = os.environ.get("HOME"), os.environ.get("XDG_CONFIG_HOME")
        else:
            self._home, self._config_home = confines.known.home, confines.known.config_home

    def read(self) -> None:
        """Read everything that holds for the repository, or for any where there is none in particular."""
        anywhere = Directory(os.path.curdir)
        if self._confines is not None:
            anywhere = Confined(self._confines, None, os.path.curdir)
        for path in user_configuration(self._home, self._config_home):
            self._read_file(anywhere, path, 0)
        self.read_repository()

    def rules_file(self) -> bytes:
        """Return the path of core.excludesFile, or the user's default; empty without a home."""
        if self.excludes_file is not None:
            return expand(self.excludes_file, self._home)
        return user_file(b"ignore", self._home, self._config_home)

    def read_repository(self) -> None:
        """Read the repository's own files.

        What says where and how it lies is theirs alone; without extensions.worktreeConfig the shared file
        says it for the main work tree only.
        """
        self.sha256 = self._worktree_config = False
        self.work_tree, git = None, self._git
        if git is None:
            return
        self._read_file(git.common, b"config", 0)
        if git.linked and not self._worktree_config:
            self.work_tree = None
        if self._worktree_config:
            self._read_file(git.git, b"config.worktree", 0)

    def _read_file(self, place: Directory, path: bytes, depth: int) -> None:
        if depth > DEPTH or self._files >= FILES or not path:
            return
        self._files += 1
        try:
            data = place.read(os.fsdecode(path), LIMIT)
        except OSError:
            return
        for key, value in lines(data):
            if value is not None and self._includes(key, place, path):
                self._read_file(place, beside(path, value, self._home), depth + 1)
            else:
                self._apply(key, value)

    def _includes(self, key: bytes, place: Directory, path: bytes) -> bool:
        if not key.startswith(b"include"):
            return False
        condition = include_condition(key)
        if condition is None:
            return key == b"include.path"
        home = self._home
        if self._confines is not None:
            home = self._confines.known.real_home
        elif home is not None:
            home = os.path.realpath(home)
        return holds(self._git, condition, place, path, home)

    def _apply(self, key: bytes, value: bytes | None) -> None:
        if key == b"core.ignorecase":
            self.ignore_case = _truth(value)
        elif key == b"core.excludesfile" and value is not None:
            self.excludes_file = value
        elif key == b"core.worktree" and value is not None:
            self.work_tree = value
        elif key == b"extensions.objectformat" and value is not None:
            self.sha256 = value == b"sha256"
        elif key == b"extensions.worktreeconfig":
            self._worktree_config = _truth(value)


def _truth(value: bytes | None) -> bool:
    if value is None or value.lower() in {b"true", b"yes", b"on"}:
        return True
    try:
        return int(value, 0) != 0
    except ValueError:
        return False


def include_condition(key: bytes) -> bytes | None:
    """Return the condition of the key of an includeIf; None: it is another key."""
    section, quote, rest = key.partition(b'"')
    condition = rest.removesuffix(b'".path')
    return condition if quote and section == b"includeif" and condition != rest else None


def beside(path: bytes, value: bytes, home: str | None) -> bytes:
    """Return the path of the file that *value*, an include of the file *path*, names."""
    if value.startswith((b"~", b"/")):
        return expand(value, home)
    return os.path.join(os.path.dirname(path), value)


def user_configuration(home: str | None, config_home: str | None) -> tuple[bytes, ...]:
    """Return the paths of the files that hold for every repository; an empty one is none."""
    return b"/etc/gitconfig", user_file(b"config", home, config_home), expand(b"~/.gitconfig", home)


def lines(data: bytes) -> "Iterator[tuple[bytes, bytes | None]]":
    """Yield each key with its section, lower-case, and its value (None without ``=``)."""
    return _lines(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"))


def _lines(data: bytes) -> "Iterator[tuple[bytes, bytes | None]]":
    section, at = b"", 0
    while True:
        at = _skip(data, at, b" \t\r\n")
        if at == len(data):
            return
        if data[at] in b"#;":
            at = _line_end(data, at)
            continue
        if data[at] == ord("["):
            header = _header(data, at + 1)
            if header is None:
                return
            section, at = header
            continue
        name, at = _name(data, at)
        at = _skip(data, at, _SPACES)
        if not name or (at < len(data) and data[at] not in b"=\n"):
            return
        if at == len(data) or data[at] == 10:
            yield section + b"." + name, None
            continue
        value, at = _value(data, at + 1)
        if value is None:
            return
        yield section + b"." + name, value


def _skip(data: bytes, at: int, characters: bytes) -> int:
    while at < len(data) and data[at] in characters:
        at += 1
    return at


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _name(data: bytes, at: int) -> tuple[bytes, int]:
    start = at
    while at < len(data) and data[at] in _NAME:
        at += 1
    return data[start:at].lower(), at


def _header(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Parse the rest of ``[section "subsection"]``; the name is then ``section"subsection"``."""
    name, at = _name(data, at)
    at = _skip(data, at, b" \t")
    if data[at : at + 1] == b'"':
        name += b'"'
        at += 1
        while at < len(data) and data[at] not in b'"\n':
            at += data[at] == ord("\\") and at + 1 < len(data)
            name += data[at : at + 1]
            at += 1
        if data[at : at + 1] != b'"':
            return None
        name += b'"'
        at += 1
    return (name, at + 1) if data[at : at + 1] == b"]" else None


def _value(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Unquote the value up to the end of the line; None: malformed."""
    out, kept, quoted = bytearray(), 0, False
    while at < len(data) and data[at] != 10:
        c = data[at]
        at += 1
        if not quoted and c in _SPACES:
            if out:
                out.append(32)
            continue
        if not quoted and c in b"#;":
            at = _line_end(data, at)
            break
        if c == ord('"'):
            quoted = not quoted
            kept = len(out)
            continue
        if c == ord("\\"):
            if at == len(data):
                break
            c = data[at]
            at += 1
            if c == 10:
                continue
            if c not in _ESCAPES:
                return None, at
            c = _ESCAPES[c]
        out.append(c)
        kept = len(out)
    value = bytes(out[:kept]).split(b"\0", 1)[0]
    return (None if quoted else value), min(at + 1, len(data))
