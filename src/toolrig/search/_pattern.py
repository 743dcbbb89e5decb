"""Several patterns and what is asked of them, made into one regular expression."""

from toolrig.errors import PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_IN_VERBOSE = "x"
_MAGIC = frozenset(".^$*+?{}[]\\|()")


class Pattern:
    """One pattern that stands for all that is looked for.

    Attributes:
        text: a regular expression, or plain text where it is *fixed*.
        fixed: whether it is plain text.
        ignore_case: whether `re.IGNORECASE` goes with it.
    """

    __slots__ = ("fixed", "ignore_case", "text")

    def __init__(self, text: str, *, fixed: bool, ignore_case: bool) -> None:
        self.text = text
        self.fixed = fixed
        self.ignore_case = ignore_case


def one_pattern(
    pattern: "str | Sequence[str]", *, fixed: bool, ignore_case: bool, smart_case: bool, word: bool
) -> Pattern:
    """Return the pattern that finds what any of *pattern* finds; see `toolrig.grep` for the options.

    A single one is left as it is, with all errors it may have; those that are put together are checked here.

    Raises:
        PatternError: one is malformed, or refers by number to a group, which the others would renumber.
        TypeError: one is not a str.
        ValueError: there is none.
    """
    given = (pattern,) if isinstance(pattern, str | bytes) else tuple(pattern)
    if not given:
        raise ValueError("pattern is an empty sequence: give at least one")
    for part in given:
        if not isinstance(part, str):
            raise TypeError(f"pattern is {type(part).__name__}: give a str, or several")
    if smart_case and not ignore_case:
        ignore_case = not any(_has_upper(part, fixed) for part in given)
    if len(given) == 1 and not word:
        return Pattern(given[0], fixed=fixed or _MAGIC.isdisjoint(given[0]), ignore_case=ignore_case)
    joined = "|".join(_quoted(given) if fixed else _groups(given))
    text = rf"(?<!\w)(?:{joined})(?!\w)" if word else joined
    return Pattern(text, fixed=False, ignore_case=ignore_case)


def group_with(pattern: str, flags: str) -> str:
    """Return *pattern* as a group of its own, with *flags* and the ones it begins with confined to it."""
    import re

    # What may stand in front of ``(?i)``, or between two of them.
    opening = re.compile(r"(?:\s*\(\?#[^)]*\))*\s*\(\?([aiLmsux]+)\)")
    rest = pattern
    while (found := opening.match(rest)) and _is_opening(found[0], flags):
        flags, rest = flags + found[1], rest[found.end() :]
    flags = "".join(dict.fromkeys(flags.replace("u", "")))
    end = "\n" if _IN_VERBOSE in flags else ""  # ends a comment
    return f"(?{flags}:{rest}{end})"


def _is_opening(text: str, flags: str) -> bool:
    """Whether *text*, which may begin with whitespace, still stands at the start of a pattern."""
    return _IN_VERBOSE in flags or not text[:1].isspace()


def _quoted(patterns: "Sequence[str]") -> list[str]:
    import re

    return [re.escape(pattern) for pattern in patterns]


def _groups(patterns: "Sequence[str]") -> list[str]:
    import re

    from toolrig.search._query import query

    numbered = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]|\(\?\(\d")
    before = 0
    for pattern in patterns:
        query(pattern, fixed=False, ignore_case=False)  # each by itself: "a(" and "b)" make no pair
        if before and numbered.search(pattern):
            raise PatternError(
                f"pattern {pattern!r} refers to a group by its number, which patterns in front of it take: "
                "name the group, or put this pattern first"
            )
        before += re.compile(pattern).groups
    return [group_with(pattern, "") for pattern in patterns]


def _has_upper(pattern: str, fixed: bool) -> bool:
    r"""Whether a letter of *pattern* is upper case: one that is looked for, not the one in ``\S``."""
    if fixed:
        return any(map(str.isupper, pattern))
    import re
    from importlib import import_module

    try:
        return _holds_upper(import_module("re._parser").parse(pattern))
    except (re.error, OverflowError, RecursionError):
        return False  # what is wrong with it is told where it is compiled
    except (ImportError, AttributeError):  # a private module
        return any(map(str.isupper, re.sub(r"\\.", "", pattern)))


def _holds_upper(node: object) -> bool:
    """Whether a tree of `re._parser` has a literal or the end of a range that is upper case."""
    if isinstance(node, tuple) and len(node) == 2:
        kind, argument = str(node[0]), node[1]
        if kind in ("LITERAL", "NOT_LITERAL"):
            return chr(argument).isupper()
        if kind == "RANGE":
            return any(chr(end).isupper() for end in argument)
    parts = getattr(node, "data", node)
    return isinstance(parts, tuple | list) and any(_holds_upper(part) for part in parts)
