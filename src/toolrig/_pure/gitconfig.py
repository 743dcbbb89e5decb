"""The few values of git's configuration (git-config(1)) that decide what a listing shows.

Read in git's order: system, ``$XDG_CONFIG_HOME/git/config``, ``~/.gitconfig``, the repository, its
worktree; the last one wins. ``include.path`` and ``includeIf`` (but for hasconfig) are followed, environment
variables are not. A syntax error ends the file it is in, what stood before it counts.
"""

import os

from toolrig._pure.gitdir import GitDir
from toolrig._pure.gitinclude import holds
from toolrig._pure.gitpath import expand, user_file
from toolrig._pure.readfile import Directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT = 1 << 20  # bytes of one file
_DEPTH = 10  # includes within includes, as in git
_FILES = 64  # files read for one repository: a cycle of includes must end
_SPACES = b" \t\r"
_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
_ESCAPES = {ord("n"): 10, ord("t"): 9, ord("b"): 8, ord("\\"): ord("\\"), ord('"'): ord('"')}


class Config:
    """``excludes_file`` and ``work_tree`` as written (None where unset), ``ignore_case`` and ``sha256``."""

    def __init__(self, git: GitDir) -> None:
        self.excludes_file: bytes | None = None
        self.work_tree: bytes | None = None
        self.ignore_case = self.sha256 = False
        self._worktree_config = False
        self._files = 0
        self._git = git

    def read(self) -> None:
        """Read everything that holds for a repository."""
        here = Directory(os.path.curdir)
        for path in (b"/etc/gitconfig", user_file(b"config"), expand(b"~/.gitconfig")):
            self._read_file(here, path, 0)
        self.read_repository()

    def read_repository(self) -> None:
        """Read the repository's own files.

        What says where and how it lies is theirs alone; without extensions.worktreeConfig the shared file
        says it for the main work tree only.
        """
        self.sha256 = self._worktree_config = False
        self.work_tree, git = None, self._git
        self._read_file(git.common, b"config", 0)
        if git.linked and not self._worktree_config:
            self.work_tree = None
        if self._worktree_config:
            self._read_file(git.git, b"config.worktree", 0)

    def _read_file(self, place: Directory, path: bytes, depth: int) -> None:
        if depth > _DEPTH or self._files >= _FILES or not path:
            return
        self._files += 1
        try:
            data = place.read(os.fsdecode(path), _LIMIT)
        except OSError:
            return
        for key, value in _lines(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")):
            if value is not None and self._includes(key, place, path):
                beside = os.path.dirname(path)
                target = expand(value) if value.startswith((b"~", b"/")) else os.path.join(beside, value)
                self._read_file(place, target, depth + 1)
            else:
                self._apply(key, value)

    def _includes(self, key: bytes, place: Directory, path: bytes) -> bool:
        if not key.startswith(b"include"):
            return False
        section, quote, rest = key.partition(b'"')
        if not quote:
            return key == b"include.path"
        condition = rest.removesuffix(b'".path')
        return section == b"includeif" and condition != rest and holds(self._git, condition, place, path)

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


def _lines(data: bytes) -> "Iterator[tuple[bytes, bytes | None]]":
    """Yield each key with its section, lower-case, and its value (None without ``=``)."""
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
