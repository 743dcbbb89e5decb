"""Shell patterns as git matches them (gitignore(5), git's wildmatch with ``WM_PATHNAME``).

``?``, ``[..]`` and ``*`` never match a slash; ``**`` as a whole component matches any number of components.
Instead of recursing, the matcher keeps one place to return to for the last ``*`` and one for the last
``**``, so its work is bounded. Case folding is ASCII and has git's corners: an escaped capital never
matches.
"""

_LOWER = frozenset(range(ord("a"), ord("z") + 1))
_UPPER = frozenset(range(ord("A"), ord("Z") + 1))
_DIGIT = frozenset(range(ord("0"), ord("9") + 1))
_GRAPH = frozenset(range(0x21, 0x7F))
_CLASSES = {
    b"alnum": _LOWER | _UPPER | _DIGIT,
    b"alpha": _LOWER | _UPPER,
    b"blank": frozenset(b" \t"),
    b"cntrl": frozenset(range(0x20)) | {0x7F},
    b"digit": _DIGIT,
    b"graph": _GRAPH,
    b"lower": _LOWER,
    b"print": _GRAPH | {0x20},
    b"punct": _GRAPH - _LOWER - _UPPER - _DIGIT,
    b"space": frozenset(b" \t\n\r"),  # narrower than C's
    b"upper": _UPPER,
    b"xdigit": _DIGIT | frozenset(b"abcdefABCDEF"),
}
_STAR, _QUESTION, _OPEN, _CLOSE, _BACKSLASH, _SLASH = b"*?[]\\/"


class _NeverMatchesError(Exception):
    """The pattern is malformed: no text matches it."""


def wildmatch(pattern: bytes, text: bytes, *, ignore_case: bool = False) -> bool:
    """Return whether *pattern* matches the whole of the path *text*, as git's ``WM_PATHNAME`` does."""
    try:
        return _Matcher(pattern, text, ignore_case).matches()
    except _NeverMatchesError:
        return False


class _Matcher:
    """One pattern and one text, with a position in each and where to return to."""

    __slots__ = ("fold", "many", "one", "p", "pattern", "t", "text")

    def __init__(self, pattern: bytes, text: bytes, fold: bool) -> None:
        self.pattern, self.text, self.fold = pattern, text, fold
        self.p = self.t = 0
        self.one: tuple[int, int] | None = None  # after the last *: position in the pattern, in the text
        self.many: tuple[int, int] | None = None  # after the last **

    def matches(self) -> bool:
        pattern, text = self.pattern, self.text
        while True:
            if self.p == len(pattern):
                step = self.t == len(text)
                if step:
                    return True
            elif pattern[self.p] == _STAR:
                stars = self._stars()
                if stars is None:
                    return True
                step = stars
            elif self.t == len(text):
                return False
            else:
                step = self._character()
            if not step and not self._resume():
                return False

    def _stars(self) -> bool | None:
        """Step over a run of stars. None: the whole text matches; False: go on after a resume."""
        pattern, first = self.pattern, self.p
        while pattern[self.p : self.p + 1] == b"*":
            self.p += 1
        rest = pattern[self.p : self.p + 2]
        if self.p - first > 1 and (first == 0 or pattern[first - 1] == _SLASH):
            if not rest:
                return None
            escaped = rest == b"\\/"
            if rest[0] == _SLASH or escaped:
                self.p += 1 + escaped
                self.one, self.many = None, (self.p, self.t)
                return not escaped  # only the unescaped slash may stand for no component at all
        if not rest and self.text.find(b"/", self.t) < 0:
            return None
        self.one = (self.p, self.t)
        return bool(rest)

    def _resume(self) -> bool:
        """Give the last * one more character, or else the last ** one more component."""
        if self.one is not None:
            p, t = self.one
            if t < len(self.text) and self.text[t] != _SLASH:
                self.p, self.t = self.one = (p, t + 1)
                return True
            self.one = None
        if self.many is not None:
            p, t = self.many
            slash = self.text.find(b"/", t)
            if slash >= 0:
                self.p, self.t = self.many = (p, slash + 1)
                return True
            self.many = None
        return False

    def _character(self) -> bool:
        want, have = self.pattern[self.p], self.text[self.t]
        self.p += 1
        self.t += 1
        if self.fold:
            want, have = _lower(want), _lower(have)
        if want == _QUESTION:
            return have != _SLASH
        if want == _OPEN:
            return self._bracket(have)
        if want == _BACKSLASH:
            want = self._literal()
        return want == have

    def _literal(self) -> int:
        if self.p == len(self.pattern):
            raise _NeverMatchesError
        self.p += 1
        return self.pattern[self.p - 1]

    def _bracket_literal(self) -> int:
        one = self._literal()
        return self._literal() if one == _BACKSLASH else one

    def _bracket(self, have: int) -> bool:
        """Match one character against the bracket expression whose ``[`` is behind."""
        pattern = self.pattern
        negated = pattern[self.p : self.p + 1] in (b"!", b"^")
        self.p += negated
        matched, first, previous = False, True, 0  # previous: what a following "-" starts from, 0 = nothing
        while first or pattern[self.p : self.p + 1] != b"]":
            first = False
            ahead = pattern[self.p : self.p + 2]
            if ahead[:1] == b"-" and previous and len(ahead) > 1 and ahead[1] != _CLOSE:
                self.p += 1
                matched |= self._in_range(have, previous, self._bracket_literal())
                previous = 0
                continue
            inside = self._class(have) if ahead == b"[:" else None
            if inside is not None:
                matched |= inside
                previous = 0
                continue
            previous = self._bracket_literal()
            matched |= previous == have
        self.p += 1
        return matched != negated and have != _SLASH

    def _class(self, have: int) -> bool | None:
        """Match ``[:name:]``; None: this is a plain ``[``."""
        start = self.p + 2
        close = self.pattern.find(b"]", start)
        if close < 0:
            raise _NeverMatchesError
        if close == start or self.pattern[close - 1 : close] != b":":
            return None
        name = self.pattern[start : close - 1]
        members = _CLASSES.get(name)
        if members is None:
            raise _NeverMatchesError
        self.p = close + 1
        return have in members or (self.fold and name == b"upper" and have in _LOWER)

    def _in_range(self, have: int, low: int, high: int) -> bool:
        return low <= have <= high or (self.fold and 97 <= have <= 122 and low <= have - 32 <= high)


def _lower(c: int) -> int:
    return c | 32 if 65 <= c <= 90 else c
