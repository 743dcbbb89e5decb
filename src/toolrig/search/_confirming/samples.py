"""Sets of characters as bits, one for each of a few characters that stand for all.

Whether two classes of a pattern overlap is asked of samples: all of ASCII, what the pattern itself names with
the neighbours, and a few others of every kind.
"""

from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_ASCII = range(128)
# Letters with and without case, a digit, spaces, signs, and the letters that ASCII shares its case with.
_OTHERS = (
    "\x85\xa0\xb5\xd7\xe9\xc9\u0130\u0131\u017f\u0661\u1e9e\u2028\u212a\u3042\u4e00\udc80\ue000\U0001f600"
)
_IGNORECASE, _ASCII_ONLY = 2, 256  # re.IGNORECASE, re.ASCII
_LAST = 0x10FFFF


class Samples:
    """The characters that stand for all in *tree*, as `re._parser` makes it.

    Attributes:
        everything: the set of all.
    """

    __slots__ = ("_categories", "_codes", "_partners", "everything")

    def __init__(self, tree: "Iterable[Any]") -> None:
        codes = {*_ASCII, *map(ord, _OTHERS)}
        for code in _named(tree):
            codes.update((max(code - 1, 0), code, min(code + 1, _LAST)))
        for code in tuple(codes):
            codes.update(_cases(code))
        self._codes = sorted(codes)
        self.everything = (1 << len(self._codes)) - 1
        self._categories: dict[str, int] = {}
        self._partners: dict[int, int] = {}

    def of(self, name: str, argument: "Any", flags: int) -> int:
        """Return the set of one node of the tree that takes a character."""
        if name == "ANY":
            return self.everything  # with or without the newline, which no line holds
        if name == "IN":
            return self._class(argument, flags)
        found = self._folded(self._one(argument), flags)
        return self.everything & ~found if name == "NOT_LITERAL" else found

    def _class(self, items: "Iterable[tuple[object, Any]]", flags: int) -> int:
        found, negated = 0, False
        for operator, argument in items:
            kind = str(operator)
            if kind == "NEGATE":
                negated = True
            elif kind == "LITERAL":
                found |= self._one(argument)
            elif kind == "RANGE":
                found |= self._range(*argument)
            elif kind == "CATEGORY":
                found |= self._category(str(argument), flags)
            else:
                raise ValueError(f"{kind} is not known")
        found = self._folded(found, flags)
        return self.everything & ~found if negated else found

    def _one(self, code: int) -> int:
        return 1 << bisect_left(self._codes, code)

    def _range(self, low: int, high: int) -> int:
        return (1 << bisect_right(self._codes, high)) - (1 << bisect_left(self._codes, low))

    def _category(self, name: str, flags: int) -> int:
        base = name.replace("_NOT_", "_")
        found = self._categories.get(base)
        if found is None:
            test = {"CATEGORY_DIGIT": str.isdecimal, "CATEGORY_SPACE": str.isspace, "CATEGORY_WORD": _is_word}
            holds = test[base]
            found = sum(1 << place for place, code in enumerate(self._codes) if holds(chr(code)))
            self._categories[base] = found
        if flags & _ASCII_ONLY:
            found &= (1 << len(_ASCII)) - 1
        return found if name == base else self.everything & ~found

    def _folded(self, found: int, flags: int) -> int:
        """Return *found* with the other cases of its letters, where case is ignored."""
        if not flags & _IGNORECASE:
            return found
        whole = found
        for place, code in enumerate(self._codes):
            if found >> place & 1:
                for other in _cases(code):
                    whole |= self._one(other)
        return whole


def _named(node: object) -> "Iterator[int]":
    """Yield every number in *node*: the characters it names, and some that mean something else."""
    if isinstance(node, int) and 0 <= node <= _LAST:
        yield int(node)
    parts = node if isinstance(node, tuple | list) else getattr(node, "data", ())
    for part in parts:
        yield from _named(part)


def _cases(code: int) -> "Iterator[int]":
    """Yield the other cases of a letter."""
    char = chr(code)
    for other in (char.lower(), char.upper(), char.swapcase()):
        if len(other) == 1 and other != char:
            yield ord(other)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"
