"""The places of a regular expression that consume a byte, and which may follow which.

This is Glushkov's automaton, laid out so that it accepts whatever `re` accepts, and more: what surrounds a
match (anchors, word boundaries, lookarounds) is taken to be there, a backreference is anything, and a repeat
is exact only about its least number.

Sets of positions are ints: bit *n* stands for the position *n*.
"""

from collections import namedtuple

from toolrig.search._finding.byte_sets import ANY, HIGH, ByteSets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from toolrig.search._finding.byte_sets import Node

MOST = 512
_COPIES_MOST = 128  # positions from which on no repeat is written out any more
_REPEATS = frozenset(("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"))
_CHARACTERS = frozenset(("ANY", "IN", "LITERAL", "NOT_LITERAL"))
_WIDTHLESS = frozenset(("ASSERT", "ASSERT_NOT", "AT", "FAILURE"))
_TYPE_FLAGS = 4 | 32 | 256  # LOCALE, UNICODE, ASCII: one displaces the others


class NotKnownError(Exception):
    """The expression has too many positions, or the parser produced something that is not known here."""


class Part(namedtuple("Part", ("can_be_empty", "first", "last"))):
    """A part of the expression: the positions it begins with, and those it ends with."""

    __slots__ = ()
    can_be_empty: bool
    first: int
    last: int


_NOTHING = Part(True, 0, 0)


class Positions:
    """The positions of a tree of the standard library's parser.

    Attributes:
        bytes_at: the set of bytes that each position consumes.
        follow: the positions that may come after each.
        first: the positions that a match begins with.
        last: those that it ends with.
        can_be_empty: whether a match may consume nothing.
        gates: sets of positions; every match goes through each of them.

    Raises:
        NotKnownError: see there.
        ImportError, AttributeError: the parser is not the one that is known here.
    """

    def __init__(self, tree: "Any", flags: int) -> None:
        self.bytes_at: list[int] = []
        self.follow: list[int] = []
        self.gates: list[int] = []
        self._sets = ByteSets()
        self.can_be_empty, self.first, self.last = self._sequence(tree, flags, required=True)

    def _sequence(self, nodes: "Iterable[Node]", flags: int, *, required: bool) -> Part:
        whole = _NOTHING
        for node in nodes:
            part = self._node(node, flags, required)
            if required and not part.can_be_empty:
                self.gates.append(part.first)
            whole = self._join(whole, part)
        return whole

    def _node(self, node: "Node", flags: int, required: bool) -> Part:
        name, argument = str(node[0]), node[1]
        if name in _CHARACTERS:
            return self._character(node, flags)
        if name in _WIDTHLESS:
            return _NOTHING
        if name in _REPEATS:
            least, most, nodes = argument
            return self._repeat(least, most, nodes, flags, required)
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return self._sequence(nodes, _combined(flags, added, removed), required=required)
        if name == "ATOMIC_GROUP":
            return self._sequence(argument, flags, required=required)
        if name == "BRANCH":
            return self._either(argument[1], flags)
        if name == "GROUPREF_EXISTS":
            return self._either([argument[1], argument[2] or ()], flags)
        if name == "GROUPREF":
            place = self._position(ANY, loop=True)
            return Part(True, place, place)
        raise NotKnownError(name)

    def _character(self, node: "Node", flags: int) -> Part:
        if str(node[0]) == "LITERAL" and (exact := self._sets.literal(node[1], flags)) is not None:
            whole = _NOTHING
            for byte in exact:
                place = self._position(1 << byte & ANY)
                whole = self._join(whole, Part(False, place, place))
            return whole
        ascii_bytes, wide = self._sets.of(node, flags)
        places = self._position(ascii_bytes) if ascii_bytes or not wide else 0
        if wide:
            places |= self._position(HIGH, loop=True)
        return Part(False, places, places)

    def _repeat(self, least: int, most: int, nodes: "Iterable[Node]", flags: int, required: bool) -> Part:
        if most == 0:
            return _NOTHING
        whole, copies = _NOTHING, 0
        while True:
            part = self._sequence(nodes, flags, required=required and least > 0)
            if not part.first:
                return whole if whole.first else part
            whole = self._join(whole, part)
            copies += 1
            if copies >= least or len(self.bytes_at) >= _COPIES_MOST:
                break
        if most > copies:  # as often as one likes, once more than the last copy
            self._link(part.last, part.first)
        return whole if least else whole._replace(can_be_empty=True)

    def _either(self, branches: "Iterable[Iterable[Node]]", flags: int) -> Part:
        whole = Part(False, 0, 0)
        for nodes in branches:
            part = self._sequence(nodes, flags, required=False)
            whole = Part(*(one | other for one, other in zip(whole, part, strict=True)))
        return whole

    def _join(self, one: Part, other: Part) -> Part:
        self._link(one.last, other.first)
        return Part(
            one.can_be_empty and other.can_be_empty,
            one.first | other.first if one.can_be_empty else one.first,
            one.last | other.last if other.can_be_empty else other.last,
        )

    def _link(self, these: int, those: int) -> None:
        for place in members(these):
            self.follow[place] |= those

    def _position(self, bytes_here: int, *, loop: bool = False) -> int:
        if len(self.bytes_at) == MOST:
            raise NotKnownError("too many positions")
        place = 1 << len(self.bytes_at)
        self.bytes_at.append(bytes_here)
        self.follow.append(place if loop else 0)
        return place


def members(numbers: int) -> "Iterator[int]":
    """Yield the numbers in the set *numbers*."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest


def _combined(flags: int, added: int, removed: int) -> int:
    if added & _TYPE_FLAGS:
        flags &= ~_TYPE_FLAGS
    return (flags | added) & ~removed
