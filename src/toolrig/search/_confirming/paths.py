"""A regular expression as a graph: which characters may follow which, and in how many ways.

Positions are the places of a pattern that take a character (Glushkov's construction, "The abstract theory of
automata", 1961). A backtracking matcher walks this graph, so how many paths read the same text tells how long
it can take. The tree comes from the private parser of the standard library.
"""

from importlib import import_module

from toolrig.search._confirming.samples import Samples

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Ways = dict[int, int]

# A repeat of at most so many is written out; of more it counts as one without an end.
_COPIES_MOST = 8
_POSITIONS_MOST = 2000
_EDGES_MOST = 20_000

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


class TooComplexError(Exception):
    """The pattern is too large to be looked through, or holds what is not known here."""


class Fragment:
    """A part of a graph.

    Attributes:
        empty: in how many ways it takes nothing; here and below, 2 stands for all that is more than one.
        first: in how many ways it begins with a position.
        last: in how many ways it ends with a position.
    """

    __slots__ = ("empty", "first", "last")

    def __init__(self, empty: int, first: "Ways", last: "Ways") -> None:
        self.empty = empty
        self.first = first
        self.last = last


class Paths:
    """The graph of *pattern*, which `re.compile` accepts with *flags*.

    Attributes:
        sets: the characters that each position takes, as bits; see `Samples`. Positions are in the order of
            the pattern, so that only loops lead back.
        follow: the positions behind each position, with the number of ways there.
        first: the positions a match may begin with.

    Raises:
        TooComplexError: it cannot be told, or would take too long.
    """

    def __init__(self, pattern: str, flags: int) -> None:
        self.sets: list[int] = []
        self.follow: list[Ways] = []
        self._edges = 0
        try:
            self._parser = import_module("re._parser")
            tree = self._parser.parse(pattern, flags)
            self._samples = Samples(tree)
            self.first = self._sequence(tree, tree.state.flags).first
        except (ImportError, AttributeError, RecursionError, ValueError, TypeError) as failure:
            raise TooComplexError(str(failure)) from None

    def _sequence(self, nodes: "Iterable[tuple[object, Any]]", flags: int) -> Fragment:
        whole = Fragment(1, {}, {})
        for operator, argument in nodes:
            whole = self._joined(whole, self._node(str(operator), argument, flags))
        return whole

    def _node(self, name: str, argument: "Any", flags: int) -> Fragment:
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            return self._position(self._samples.of(name, argument, flags))
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return self._sequence(nodes, (flags | added) & ~removed)
        if name in _REPEATS:
            least, most, nodes = argument
            return self._repeat(least, most, nodes, flags)
        if name == "BRANCH":
            return _either([self._sequence(nodes, flags) for nodes in argument[1]])
        if name == "GROUPREF_EXISTS":
            return _either([self._sequence(nodes or (), flags) for nodes in argument[1:]])
        if name == "ATOMIC_GROUP":
            return self._sequence(argument, flags)
        return self._without_width(name, argument, flags)

    def _without_width(self, name: str, argument: "Any", flags: int) -> Fragment:
        if name in ("ASSERT", "ASSERT_NOT"):
            direction, nodes = argument
            # What is looked at behind has a fixed length; what is ahead is a way that leads nowhere.
            ahead = self._sequence(nodes, flags).first if direction > 0 else {}
            return Fragment(1, ahead, {})
        if name == "GROUPREF":  # as long as anything, and compared character by character
            anything = self._position(self._samples.everything)
            self._connect(anything.last, anything.first)
            return Fragment(1, anything.first, anything.last)
        if name == "AT":
            return Fragment(1, {}, {})
        if name == "FAILURE":
            return Fragment(0, {}, {})
        raise TooComplexError(f"{name} is not known")

    def _repeat(self, least: int, most: int, nodes: "Any", flags: int) -> Fragment:
        if most > _COPIES_MOST:
            body = self._sequence(nodes, flags)
            self._connect(body.last, body.first)
            if least > 1 and body.empty:  # any of the first *least* rounds may take nothing
                self._connect(body.last, body.first)
            ways = (1 if least == 0 else 0) + (2 if body.empty else 0)
            return Fragment(min(2, ways), body.first, body.last)
        rest = Fragment(1, {}, {})
        copies = [self._sequence(nodes, flags) for _ in range(most)]
        for number in range(most, 0, -1):
            rest = self._joined(copies[number - 1], rest)
            if number > least:
                rest.empty = min(2, rest.empty + 1)
        return rest

    def _position(self, characters: int) -> Fragment:
        number = len(self.sets)
        if number == _POSITIONS_MOST:
            raise TooComplexError("the pattern is too large")
        self.sets.append(characters)
        self.follow.append({})
        return Fragment(0, {number: 1}, {number: 1})

    def _joined(self, head: Fragment, tail: Fragment) -> Fragment:
        self._connect(head.last, tail.first)
        first = _added(head.first, tail.first, head.empty)
        last = _added(tail.last, head.last, tail.empty)
        return Fragment(min(2, head.empty * tail.empty), first, last)

    def _connect(self, last: "Ways", first: "Ways") -> None:
        self._edges += len(last) * len(first)
        if self._edges > _EDGES_MOST:
            raise TooComplexError("the pattern is too large")
        for start, ways in last.items():
            follow = self.follow[start]
            for end, more in first.items():
                follow[end] = min(2, follow.get(end, 0) + ways * more)


def _either(choices: list[Fragment]) -> Fragment:
    first: Ways = {}
    last: Ways = {}
    for choice in choices:
        first = _added(first, choice.first, 1)
        last = _added(last, choice.last, 1)
    return Fragment(min(2, sum(choice.empty for choice in choices)), first, last)


def _added(one: "Ways", other: "Ways", times: int) -> "Ways":
    if not times:
        return one
    both = dict(one)
    for position, ways in other.items():
        both[position] = min(2, both.get(position, 0) + ways * times)
    return both
