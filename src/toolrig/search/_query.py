"""A pattern made ready: the bytes a line must contain, and what decides about such a line."""

from toolrig._backend import kernel
from toolrig.errors import PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from toolrig._pure.finder import Finder

    Search = Callable[[str], "re.Match[str] | _Found | None"]

_MAGIC = frozenset(".^$*+?{}[]\\|()")
_LITERAL_MOST = 200  # characters; what is longer is verified, so that comparing stays cheap
# What literals cost, in nanoseconds for each byte: up to the first, `re` may as well look at every line they
# are in; from the second on, an automaton alone does better.
_RARE, _EVERYWHERE = 0.1, 1.0
_COMPILED_MOST = 100_000  # characters; compiling takes some 150 bytes for each


class Query:
    """What is looked for.

    Attributes:
        finder: tells the lines that may match, see `textscan.find`; None where every line may.
        search: finds the match in a line of text.
        certain: every line that *finder* finds matches, and the match begins where it says.
    """

    __slots__ = ("certain", "finder", "search")

    def __init__(self, finder: "Finder | None", search: "Search", *, certain: bool) -> None:
        self.finder = finder
        self.search = search
        self.certain = certain


def query(pattern: str, *, fixed: bool, ignore_case: bool) -> Query:
    """Make *pattern* ready.

    Raises:
        PatternError: it is not a regular expression, or too long for one.
        TypeError: it is not a str.
    """
    if not isinstance(pattern, str):
        raise TypeError(f"pattern is {type(pattern).__name__}: give a str")
    if not ignore_case and (fixed or _MAGIC.isdisjoint(pattern)):
        return _plain(pattern)
    return _expression(pattern, fixed=fixed, ignore_case=ignore_case)


def _plain(text: str) -> Query:
    literals = (text[:_LITERAL_MOST].partition("\n")[0],)
    needles = _needles(literals)
    finder: Finder | None = ("literals", needles, False) if needles else None
    return Query(finder, _search_of(text), certain=literals == (text,) and _is_certain(literals, needles))


def _expression(pattern: str, *, fixed: bool, ignore_case: bool) -> Query:
    import re

    from toolrig.search._finding.literals import requirement

    _check_length(pattern)
    expression = re.escape(pattern) if fixed else pattern
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    search = _compile(expression, flags)
    literals, caseless, exact = requirement(expression, flags)
    needles = _needles(literals)
    if exact and _is_certain(literals, needles):
        return Query(("literals", needles, caseless), search, certain=True)
    price = _price(literals, caseless) if needles else _EVERYWHERE
    program = _automaton(expression, flags) if price > _RARE else None
    finder: Finder | None = None
    if program and price >= _EVERYWHERE:
        finder = "automaton", program
    elif program:
        finder = "both", needles, caseless, program
    elif needles:
        finder = "literals", needles, caseless
    return Query(finder, search, certain=False)


def _price(literals: tuple[str, ...], caseless: bool) -> float:
    from toolrig.search._finding.rarity import cost

    return cost(literals, caseless=caseless)


def _automaton(expression: str, flags: int) -> bytes | None:
    if not kernel("textscan").runs_automata():
        return None
    from toolrig.search._finding.automaton import automaton

    return automaton(expression, flags)


def _needles(literals: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return bytes of which one is in every line whose text contains one of *literals*; () if not all are."""
    try:
        needles = tuple(literal.encode("utf-8", "surrogateescape") for literal in literals)
    except UnicodeEncodeError:  # a surrogate that stands for no byte: no text contains it
        return ()
    return needles if all(needles) else ()


def _is_certain(literals: tuple[str, ...], needles: tuple[bytes, ...]) -> bool:
    """Whether a line's text contains one of *literals* just where its bytes contain one of *needles*."""
    if not needles or any("\r" in literal for literal in literals):
        return False  # a carriage return may be half of the line's terminator
    # A surrogate stands for a byte that is not text; the same byte within a character is not meant.
    return not any("\ud800" <= char <= "\udfff" for literal in literals for char in literal)


class _Found:
    """Where plain text was found, as a match of `re` tells it."""

    __slots__ = ("_at",)

    def __init__(self, at: int) -> None:
        self._at = at

    def start(self) -> int:
        return self._at


def _search_of(text: str) -> "Search":
    """Return what finds plain *text* of any length, which `re` would have to compile."""

    def search(line: str) -> _Found | None:
        at = line.find(text)
        return None if at < 0 else _Found(at)

    return search


def _check_length(pattern: str) -> None:
    if len(pattern) > _COMPILED_MOST:
        raise PatternError(
            f"the pattern has {len(pattern):,} characters: at most {_COMPILED_MOST:,} are compiled, "
            "longer text can be searched with fixed=True and ignore_case=False"
        )


def _compile(expression: str, flags: "re.RegexFlag") -> "Search":
    import re

    try:
        return re.compile(expression, flags).search
    except re.error as failure:
        where = "" if failure.pos is None else f" at position {failure.pos}"
        raise PatternError(
            f"pattern {expression!r} is not a regular expression: {failure.msg}{where}; "
            "use fixed=True to search for it as it stands"
        ) from None
    except (OverflowError, RecursionError) as failure:
        raise PatternError(f"pattern {expression!r} cannot be compiled: {failure}") from None
