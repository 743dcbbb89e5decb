"""How many paths through a graph can read the same text: a constant, a power of its length, or exponential.

The criteria are those of Weber and Seidl, "On the degree of ambiguity of finite automata" (1991): a position
with two different ways back to itself on one text makes it exponential; two positions in a row that can both
stay where they are on a text that also leads from one to the other add one to the power.
"""

from toolrig.search._confirming.paths import TooComplexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolrig.search._confirming.paths import Paths

_STEPS_MOST = 50_000


class Ambiguity:
    """What is known of the paths of *paths*.

    Attributes:
        endless: whether there is a loop at all.
        power: of the text's length, to which the number of paths grows; None for exponential growth.
        forks: how many paths there are at most that part from each other outside of loops.
        steps: of how many positions these consist together.

    Raises:
        TooComplexError: it would take too long to find out.
    """

    __slots__ = ("_follow", "_reach", "_sets", "_steps", "endless", "forks", "power", "steps")

    def __init__(self, paths: "Paths") -> None:
        self._sets, self._follow = paths.sets, paths.follow
        self._steps = _STEPS_MOST
        self._reach = self._reachable()
        loops = self._loops()
        self.endless = bool(loops)
        self.power: int | None = None
        if not any(self._is_exponential(loop) for loop in loops):
            self.power = self._degree(loops)
        self.forks, self.steps = self._outside(paths.first)

    def _reachable(self) -> list[int]:
        """Return the positions behind each position, however far, as bits."""
        reach = [sum(1 << end for end in follow) for follow in self._follow]
        changed = True
        while changed:
            changed = False
            for start in range(len(reach) - 1, -1, -1):
                self._spend(1)
                found = reach[start]
                for end in self._follow[start]:
                    found |= reach[end]
                if found != reach[start]:
                    reach[start], changed = found, True
        return reach

    def _loops(self) -> list[frozenset[int]]:
        """Return the strongly connected components, in the order of the pattern."""
        found = []
        seen: set[int] = set()
        for start, reach in enumerate(self._reach):
            if start not in seen and reach >> start & 1:
                back = range(len(self._reach))
                loop = frozenset(end for end in back if reach >> end & 1 and self._reach[end] >> start & 1)
                seen |= loop
                found.append(loop)
        return found

    def _is_exponential(self, loop: frozenset[int]) -> bool:
        if any(ways > 1 and end in loop for start in loop for end, ways in self._follow[start].items()):
            return True
        if len(loop) == 1:
            return False
        return self._parts_and_meets(loop)

    def _parts_and_meets(self, loop: frozenset[int]) -> bool:
        """Whether two paths in *loop* from one position to one position differ and read the same."""
        before: dict[tuple[int, int], list[tuple[int, int]]] = {}
        pending = [(start, start) for start in loop]
        seen = set(pending)
        while pending:
            pair = pending.pop()
            for after in self._pairs(pair, loop):
                before.setdefault(after, []).append(pair)
                if after not in seen:
                    seen.add(after)
                    pending.append(after)
        pending = [pair for pair in seen if pair[0] == pair[1]]
        back = set(pending)
        while pending:
            for pair in before.get(pending.pop(), ()):
                if pair[0] != pair[1]:
                    return True
                if pair not in back:
                    back.add(pair)
                    pending.append(pair)
        return False

    def _pairs(self, pair: tuple[int, int], loop: frozenset[int]) -> "Iterator[tuple[int, int]]":
        for one in self._follow[pair[0]]:
            if one in loop:
                for other in self._follow[pair[1]]:
                    self._spend(1)
                    if other in loop and self._sets[one] & self._sets[other]:
                        yield one, other

    def _degree(self, loops: list[frozenset[int]]) -> int:
        """Return how many times in a row, at most, one loop can hand over to another anywhere in a text."""
        best: list[int] = [0] * len(loops)
        for number in range(len(loops) - 1, -1, -1):
            for later in range(number + 1, len(loops)):
                self._spend(1)
                if self._reach[min(loops[number])] >> min(loops[later]) & 1:
                    here = best[later]
                    if here >= best[number]:
                        here += self._hands_over(loops[number], loops[later])
                    best[number] = max(best[number], here)
        return max(best, default=0)

    def _hands_over(self, loop: frozenset[int], later: frozenset[int]) -> bool:
        return any(self._shares(start, end, loop, later) for start in loop for end in later)

    def _shares(self, start: int, end: int, loop: frozenset[int], later: frozenset[int]) -> bool:
        """Whether one text leads from *start* to itself, from *start* to *end*, and from *end* to itself."""
        first, goal = (start, start, end), (start, end, end)
        pending = [first]
        seen = {first}
        while pending:
            for after in self._triples(pending.pop(), loop, later):
                if after == goal:
                    return True
                if after not in seen:
                    seen.add(after)
                    pending.append(after)
        return False

    def _triples(
        self, triple: tuple[int, int, int], loop: frozenset[int], later: frozenset[int]
    ) -> "Iterator[tuple[int, int, int]]":
        goal = min(later)
        for one in self._follow[triple[0]]:
            if one not in loop:
                continue
            for last in self._follow[triple[2]]:
                shared = self._sets[one] & self._sets[last]
                if last not in later or not shared:
                    continue
                for middle in self._follow[triple[1]]:
                    self._spend(1)
                    leads = middle in later or self._reach[middle] >> goal & 1
                    if leads and self._sets[middle] & shared:
                        yield one, middle, last

    def _outside(self, first: dict[int, int]) -> tuple[int, int]:
        """Return how many paths there are outside of loops, and of how many positions they consist."""
        forks, steps = [1] * len(self._follow), [1] * len(self._follow)
        for start in range(len(forks) - 1, -1, -1):
            ahead = {end: ways for end, ways in self._follow[start].items() if end > start}
            forks[start], steps[start] = self._parting(ahead, forks, steps)
        return self._parting(first, forks, steps)

    def _parting(self, ways: dict[int, int], forks: list[int], steps: list[int]) -> tuple[int, int]:
        # That a path may enter a loop or pass it by is part of what the loop costs.
        overlap = self._overlap({end: n for end, n in ways.items() if not self._reach[end] >> end & 1})
        most = max((forks[end] for end in ways), default=1)
        return overlap * most, 1 + overlap * max((steps[end] for end in ways), default=0)

    def _overlap(self, ways: dict[int, int]) -> int:
        """Return how many ways one character can lead at most."""
        layers: list[int] = []
        for end, number in ways.items():
            for _ in range(number):
                extra = self._sets[end]
                for depth, layer in enumerate(layers):
                    layers[depth], extra = layer | extra, layer & extra
                if extra:
                    layers.append(extra)
        return max(1, len(layers))

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise TooComplexError("the pattern has too many ways")
