"""The literals of which every match of a regular expression must contain one.

Built on the parser of the standard library, which is private: whatever it says that is not known here
means "no literals", which costs speed and nothing else.
"""

from collections import namedtuple
from importlib import import_module

from toolrig.search._finding.pieces import (
    ANYTHING,
    ASSERTION,
    EMPTY,
    NOTHING,
    Piece,
    Pieces,
    TooMuchError,
    smallest,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Node = tuple[object, Any]

LITERALS_MOST = 64
_READINGS = (1, 8, LITERALS_MOST)  # the texts that a part of the pattern may stand for
_EFFORT = 200_000
_NEWLINE = "\n"  # never part of a literal: lines are searched one by one
_DEEP_MOST = 100  # groups within groups
_MEMBERS_MOST = 64  # characters of a class that are written out

# What a parser that has changed may raise; and one that warns, where warnings are errors.
_FOREIGN = (ImportError, AttributeError, LookupError, TypeError, ValueError, Warning)

IGNORECASE, ASCII, _TYPES = 0x02, 0x100, 0x124  # of the parser; the last are ASCII, LOCALE and UNICODE


class Requirement(namedtuple("Requirement", "literals caseless exact")):
    """What a text must contain to be matched.

    Attributes:
        literals: at least one of these is in every text in which the pattern is found; empty if none are
            known. They are 1 to 64, of 1 to 200 characters, without newlines, in order.
        caseless: they are in lower case, and letters of ASCII stand for both cases.
        exact: the pattern is found just where one of the literals begins, and nowhere else.
    """

    literals: tuple[str, ...]
    caseless: bool
    exact: bool

    __slots__ = ()


UNKNOWN = Requirement((), False, False)


def requirement(pattern: str, flags: int = 0) -> Requirement:
    """Return the literals that serve best to find *pattern*, one that `re.compile` accepts with *flags*."""
    try:
        parser: Any = import_module("re._parser")
        tree = parser.parse(pattern, flags)
        return _requirement(list(tree), tree.state.flags)
    except (*_FOREIGN, RecursionError, TooMuchError, _UnknownNodeError):
        return UNKNOWN


class _UnknownNodeError(Exception):
    """The parser produced something that is not known here."""


def _requirement(nodes: "list[Node]", flags: int) -> Requirement:
    best, least = UNKNOWN, float("inf")
    caseless = bool(flags & IGNORECASE)
    for most in _READINGS:
        pieces = Pieces(most, caseless=caseless, effort=_EFFORT)
        piece = _Reader(pieces, caseless=caseless).read(nodes, flags)
        for texts, exact in _offers(pieces, piece):
            price = pieces.cost(texts, confirmed=not exact)
            if price < least:
                best, least = Requirement(tuple(sorted(texts)), caseless, exact), price
        if not pieces.refused:
            break  # to allow more would make no difference
    return best


def _offers(pieces: Pieces, piece: Piece) -> "Iterator[tuple[frozenset[str], bool]]":
    if piece.whole and piece.certain and "" not in piece.whole:
        yield smallest(piece.whole, within=str.startswith), True
    if best := pieces.best(piece):
        yield best, False


class _Reader:
    """Reads the nodes of the parser.

    Texts are in lower case where *caseless* is true. A part that heeds the case all the same is then only
    over-approximated; where it is false, a part that does not is spelled out in all cases.
    """

    def __init__(self, pieces: Pieces, *, caseless: bool) -> None:
        self._pieces = pieces
        self._caseless = caseless
        self._depth = 0

    def read(self, nodes: "Iterable[Node]", flags: int) -> Piece:
        """Return what is known of *nodes*, which follow each other."""
        self._depth += 1
        if self._depth > _DEEP_MOST:
            raise TooMuchError
        piece = self._pieces.chain(self._parts(nodes, flags))
        self._depth -= 1
        return piece

    def _parts(self, nodes: "Iterable[Node]", flags: int) -> "Iterator[Piece]":
        run: list[str] = []
        for operator, argument in nodes:
            name = str(operator)
            if name == "LITERAL" and (text := self._sole(chr(argument), flags)):
                run.append(text)
                continue
            if run:
                yield self._pieces.text("".join(run))
                run.clear()
            reader = _READERS.get(name)
            if reader is None:
                raise _UnknownNodeError(name)
            yield reader(self, argument, flags)
        if run:
            yield self._pieces.text("".join(run))

    def _sole(self, char: str, flags: int) -> str:
        """Return the text that stands for *char* alone; "" if there is none or there are several."""
        if char == _NEWLINE:
            return ""
        spelled = self._spelled(char, flags)
        return next(iter(spelled)) if len(spelled) == 1 and not self._is_blurred(char, flags) else ""

    def _spelled(self, char: str, flags: int) -> "set[str]":
        """Return the texts that stand for the character *char* of the pattern."""
        if flags & IGNORECASE:
            from toolrig.search._finding.folding import partners

            every = partners(char, ascii_only=bool(flags & ASCII))
        else:
            every = char
        return (
            {other.lower() if other.isascii() else other for other in every} if self._caseless else set(every)
        )

    def _is_blurred(self, char: str, flags: int) -> bool:
        """Whether *char* stands for one case alone, and its text for both."""
        return self._caseless and not flags & IGNORECASE and char.isascii() and char.isalpha()

    def _one_of(self, characters: "Iterable[str]", flags: int) -> Piece:
        texts: set[str] = set()
        blurred = False
        for char in characters:
            if char == _NEWLINE:
                return ANYTHING
            texts |= self._spelled(char, flags)
            blurred = blurred or self._is_blurred(char, flags)
        piece = self._pieces.one_of(texts)
        return Piece(piece.whole) if blurred else piece

    def _literal(self, code: int, flags: int) -> Piece:
        return self._one_of(chr(code), flags)

    def _class(self, members: "list[Node]", flags: int) -> Piece:
        characters = _characters(members)
        if characters is None or (flags & IGNORECASE and any(char > "\uffff" for char in characters)):
            return ANYTHING  # beyond 16 bits, ranges fold their own way
        return self._one_of(characters, flags)

    def _group(self, argument: "tuple[object, int, int, list[Node]]", flags: int) -> Piece:
        _, added, removed, nodes = argument
        if added & _TYPES:
            flags &= ~_TYPES
        return self.read(nodes, (flags | added) & ~removed)

    def _branch(self, argument: "tuple[object, list[list[Node]]]", flags: int) -> Piece:
        return self._pieces.choice([self.read(nodes, flags) for nodes in argument[1]])

    def _repeat(self, argument: "tuple[int, int, list[Node]]", flags: int) -> Piece:
        least, most, nodes = argument
        return self._pieces.repeated(self.read(nodes, flags), least, most)

    def _possessive(self, argument: "tuple[int, int, list[Node]]", flags: int) -> Piece:
        return _uncertain(self._repeat(argument, flags))

    def _atomic(self, nodes: "list[Node]", flags: int) -> Piece:
        return _uncertain(self.read(nodes, flags))

    def _assertion(self, argument: "tuple[int, list[Node]]", flags: int) -> Piece:
        return Piece(EMPTY, inner=self._pieces.best(self.read(argument[1], flags)))

    def _conditional(self, argument: "tuple[int, list[Node], list[Node] | None]", flags: int) -> Piece:
        _, there, missing = argument
        pieces = [self.read(there, flags), self.read(missing, flags) if missing else NOTHING]
        return _uncertain(self._pieces.choice(pieces))

    def _nowhere(self, _argument: object, _flags: int) -> Piece:
        return ASSERTION

    def _anything(self, _argument: object, _flags: int) -> Piece:
        return ANYTHING


_READERS: "dict[str, Callable[[_Reader, Any, int], Piece]]" = {
    "ANY": _Reader._anything,
    "ASSERT": _Reader._assertion,
    "ASSERT_NOT": _Reader._nowhere,
    "AT": _Reader._nowhere,
    "ATOMIC_GROUP": _Reader._atomic,
    "BRANCH": _Reader._branch,
    "FAILURE": _Reader._nowhere,
    "GROUPREF": _Reader._anything,
    "GROUPREF_EXISTS": _Reader._conditional,
    "IN": _Reader._class,
    "LITERAL": _Reader._literal,
    "MAX_REPEAT": _Reader._repeat,
    "MIN_REPEAT": _Reader._repeat,
    "NOT_LITERAL": _Reader._anything,
    "POSSESSIVE_REPEAT": _Reader._possessive,
    "SUBPATTERN": _Reader._group,
}


def _characters(members: "list[Node]") -> list[str] | None:
    """Return what a class holds; None where that is not a handful of characters."""
    characters: list[str] = []
    for operator, argument in members:
        name = str(operator)
        if name == "LITERAL":
            characters.append(chr(argument))
        elif name == "RANGE" and argument[1] - argument[0] < _MEMBERS_MOST:
            characters += map(chr, range(argument[0], argument[1] + 1))
        else:
            return None
        if len(characters) > _MEMBERS_MOST:
            return None
    return characters


def _uncertain(piece: Piece) -> Piece:
    return Piece(piece.whole, piece.heads, piece.tails, piece.inner)
