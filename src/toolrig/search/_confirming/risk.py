"""How long a regular expression can keep `re` busy with one line, which nothing interrupts."""

from importlib import import_module

from toolrig.search._confirming.ambiguity import Ambiguity
from toolrig.search._confirming.paths import Paths, TooComplexError

# Steps of the matcher that one line may take, for some 50 ms. Where loops follow each other most of them are
# taken in the innermost, and cost less.
_STEPS_MOST = 4_000_000
_INNER_STEPS_MOST = 40_000_000
_IGNORECASE = 2  # re.IGNORECASE


class Risk:
    """What *pattern*, which `re.compile` accepts with *flags*, can cost.

    Attributes:
        power: of the length of a line, to which the steps of one attempt grow; None where they may grow
            exponentially, or nothing is known.
        factor: by which to multiply.
        prefix: with which every match begins, so that only its occurrences are attempts; empty for none.
        most: steps that one line may take.
    """

    __slots__ = ("factor", "most", "power", "prefix")

    def __init__(self, pattern: str, flags: int) -> None:
        self.power: int | None = None
        self.factor = 1
        self.prefix = ""
        self.most = _STEPS_MOST
        try:
            paths = Paths(pattern, flags)
            ambiguity = Ambiguity(paths)
        except TooComplexError:
            return
        if ambiguity.power is None or ambiguity.forks > _STEPS_MOST:
            return
        self.prefix = _prefix(pattern, flags)
        self.power = ambiguity.power + 1 if ambiguity.endless else 0
        self.factor = ambiguity.forks if ambiguity.endless else ambiguity.steps
        if self.power > 1:
            self.most = _INNER_STEPS_MOST

    @property
    def short(self) -> int:
        """A length up to which every line is safe; -1 where none is."""
        if self.power is None:
            return -1
        parts = _factorial(self.power if self.prefix else self.power + 1)
        return int((0.9 * self.most * parts / self.factor) ** (1 / (self.power + 1)))

    def is_safe(self, line: str) -> bool:
        """Whether `re` is certain to be done with *line* within some 100 ms."""
        if self.power is None:
            return False
        length = len(line) + 1
        if self.prefix:
            attempts, parts = line.count(self.prefix) * len(self.prefix), _factorial(self.power)
        else:
            attempts, parts = length, _factorial(self.power + 1)
        steps: int = self.factor * attempts * length**self.power // parts
        return length + steps <= self.most


def _prefix(pattern: str, flags: int) -> str:
    tree = import_module("re._parser").parse(pattern, flags)
    if tree.state.flags & _IGNORECASE:
        return ""
    prefix = ""
    for operator, argument in tree:
        if str(operator) != "LITERAL":
            break
        prefix += chr(argument)
    return prefix


def _factorial(number: int) -> int:
    product = 1
    for factor in range(2, number + 1):
        product *= factor
    return product
