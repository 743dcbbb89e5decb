"""One file of ignore rules (gitignore(5)): parsed once, then asked about every entry below it.

The last matching rule decides. Most rules need no pattern matching: literal names sit in a dictionary,
``*.o`` and ``build*`` in lists of suffixes and prefixes.
"""

from toolrig._pure.wildmatch import wildmatch

LIMIT = 16 << 20  # bytes: larger files are not rules that somebody wrote
_SPECIAL = b"*?[\\"


class Rules:
    """The rules of one file; each list runs from the last rule to the first."""

    def __init__(self, data: bytes, fold: bool) -> None:
        self._fold = fold
        self._count = 0
        self._negated: list[bool] = []
        self._names: dict[bytes, list[tuple[int, bool]]] = {}
        self._paths: dict[bytes, list[tuple[int, bool]]] = {}
        self._suffixes: list[tuple[int, bool, bytes]] = []
        self._prefixes: list[tuple[int, bool, bytes]] = []
        self._name_patterns: list[tuple[int, bool, bytes]] = []
        self._path_patterns: list[tuple[int, bool, bytes, bytes]] = []
        for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
            if line and not line.startswith(b"#"):
                self._add(_trim(line.removesuffix(b"\r").split(b"\0", 1)[0]))
        for rules in (self._suffixes, self._prefixes, self._name_patterns, self._path_patterns):
            rules.reverse()
        for table in (self._names, self._paths):
            for same in table.values():
                same.reverse()

    def __len__(self) -> int:
        return self._count

    def verdict(self, path: bytes, is_dir: bool) -> bool | None:
        """Return True if *path*, relative to the file's directory, is ignored, False if "!" takes it back."""
        if self._fold:
            path = path.lower()
        name = path[path.rfind(b"/") + 1 :]
        best = _literal(self._names.get(name), -1, is_dir)
        best = _literal(self._paths.get(path), best, is_dir)
        best = self._affix(best, name, is_dir)
        for number, dir_only, pattern in self._name_patterns:
            if number <= best:
                break
            if is_dir >= dir_only and wildmatch(pattern, name, ignore_case=self._fold):
                best = number
        for number, dir_only, literal, pattern in self._path_patterns:
            if number <= best:
                break
            if is_dir < dir_only or not path.startswith(literal):
                continue
            if wildmatch(pattern, path[len(literal) :], ignore_case=self._fold):
                best = number
        return None if best < 0 else not self._negated[best]

    def _affix(self, best: int, name: bytes, is_dir: bool) -> int:
        for number, dir_only, suffix in self._suffixes:
            if number <= best:
                break
            if is_dir >= dir_only and name.endswith(suffix):
                best = number
        for number, dir_only, prefix in self._prefixes:
            if number <= best:
                break
            if is_dir >= dir_only and name.startswith(prefix):
                best = number
        return best

    def _add(self, text: bytes) -> None:
        negated = text.startswith(b"!")
        text = text[negated:]
        dir_only = text.endswith(b"/")
        text = text[: len(text) - dir_only]
        if not text:
            return  # matches nothing
        anchored = b"/" in text
        text = text.removeprefix(b"/")
        number = self._count
        self._count += 1
        self._negated.append(negated)
        literal = _literal_length(text)
        same_case = text.lower() if self._fold else text
        if anchored and literal == len(text):
            self._paths.setdefault(same_case, []).append((number, dir_only))
        elif anchored:
            # as in git, what follows the literal part is a pattern of its own
            self._path_patterns.append((number, dir_only, same_case[:literal], text[literal:]))
        elif literal == len(text):
            self._names.setdefault(same_case, []).append((number, dir_only))
        elif len(text) > 1 and text.startswith(b"*") and _literal_length(text[1:]) == len(text) - 1:
            self._suffixes.append((number, dir_only, same_case[1:]))
        elif len(text) > 1 and text.endswith(b"*") and literal == len(text) - 1:
            self._prefixes.append((number, dir_only, same_case[:-1]))
        else:
            self._name_patterns.append((number, dir_only, text))


def _literal(same: list[tuple[int, bool]] | None, best: int, is_dir: bool) -> int:
    for number, dir_only in same or ():
        if number <= best:
            break
        if is_dir >= dir_only:
            return number
    return best


def _literal_length(text: bytes) -> int:
    return next((at for at, c in enumerate(text) if c in _SPECIAL), len(text))


def _trim(line: bytes) -> bytes:
    """Cut the unescaped spaces at the end of a line."""
    end = len(line.rstrip(b" "))
    if end == len(line):
        return line
    backslashes = end - len(line[:end].rstrip(b"\\"))
    return line[: end + backslashes % 2]
