"""The bytes that one character of a regular expression may match, in the UTF-8 of a line.

Sets of bytes are ints: bit *n* stands for the byte *n*. What is said here is never too little: a character
outside ASCII of which more is not known matches any run of bytes from 0x80 on, which is also how a byte that
is no UTF-8 looks. A newline is in no set, for no line has one.
"""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Node = tuple[object, Any]

HIGH = ((1 << 256) - 1) ^ ((1 << 128) - 1)
ANY = ((1 << 256) - 1) ^ (1 << 10)

_ASCII = "".join(map(chr, range(128)))
_IGNORECASE, _ASCII_FLAG = 2, 256
_FOLDED = frozenset(map(ord, "iksIKS"))  # letters that are also cases of letters outside ASCII


class ByteSets:
    """Tells what a node of the parser's tree that stands for one character matches.

    Raises (each method):
        ImportError, AttributeError: the standard library's parser is not the one that is known here.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[int, bool]] = {}
        self._parser = import_module("re._parser")
        self._compiler = import_module("re._compiler")

    def literal(self, code: int, flags: int) -> bytes | None:
        """Return the bytes that the character *code* is, None if it may be others as well."""
        if code >= 128 and flags & _IGNORECASE:
            return None
        if code < 128 and flags & _IGNORECASE and chr(code).isalpha():
            return None
        try:
            return chr(code).encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # a surrogate that stands for no byte
            return None

    def of(self, node: "Node", flags: int) -> tuple[int, bool]:
        """Return the ASCII characters that *node* matches, and whether it may match others."""
        key = repr(node), flags
        if key not in self._known:
            self._known[key] = self._ascii(node, flags), _is_wide(node, flags)
        return self._known[key]

    def _ascii(self, node: "Node", flags: int) -> int:
        """Ask `re` itself, which knows what case and negation do to a class."""
        state = self._parser.State()
        state.flags = flags
        compiled = self._compiler.compile(self._parser.SubPattern(state, [node]), flags)
        matched: int = sum(1 << match.start() for match in compiled.finditer(_ASCII))
        return matched & ANY


def _is_wide(node: "Node", flags: int) -> bool:
    operator, argument = str(node[0]), node[1]
    if operator == "LITERAL":
        return _is_wide_range(argument, argument, flags)
    if operator != "IN":
        return True
    return any(_is_wide_item(str(kind), item, flags) for kind, item in argument)


def _is_wide_item(kind: str, item: "Any", flags: int) -> bool:
    if kind == "LITERAL":
        return _is_wide_range(item, item, flags)
    if kind == "RANGE":
        return _is_wide_range(item[0], item[1], flags)
    return not (flags & _ASCII_FLAG and str(item) in {"CATEGORY_DIGIT", "CATEGORY_SPACE", "CATEGORY_WORD"})


def _is_wide_range(first: int, last: int, flags: int) -> bool:
    return last >= 128 or (flags & _IGNORECASE != 0 and any(first <= code <= last for code in _FOLDED))
