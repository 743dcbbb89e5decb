"""A pattern made ready: the bytes a line must contain, and what decides about such a line."""

from toolrig.errors import PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    Search = Callable[[str], "re.Match[str] | _Found | None"]

_MAGIC = frozenset(".^$*+?{}[]\\|()")
_LITERAL_MOST = 200  # characters; what is longer is verified, so that comparing stays cheap
_COMPILED_MOST = 100_000  # characters; compiling takes some 150 bytes for each


class Query:
    """What is looked for.

    Attributes:
        needle: UTF-8 that every matching line contains; empty where nothing is certain.
        search: finds the match in a line of text; None where the needle itself is the match.
    """

    __slots__ = ("needle", "search")

    def __init__(self, needle: bytes, search: "Search | None") -> None:
        self.needle = needle
        self.search = search


def query(pattern: str, *, fixed: bool, ignore_case: bool) -> Query:
    """Make *pattern* ready.

    Raises:
        PatternError: it is not a regular expression, or too long for one.
        TypeError: it is not a str.
    """
    if not isinstance(pattern, str):
        raise TypeError(f"pattern is {type(pattern).__name__}: give a str")
    plain = fixed or _MAGIC.isdisjoint(pattern)
    search = _finder(pattern) if plain and not ignore_case else _compile(pattern, fixed, ignore_case)
    if ignore_case:
        return Query(b"", search)
    if plain:
        literal, exact = pattern, True
    else:
        from toolrig.search._literal import required_literal

        literal, exact = required_literal(pattern)
    needle = _needle(literal)
    return Query(needle, None if exact and _is_certain(literal, needle) else search)


def _needle(literal: str) -> bytes:
    """Return bytes that are in every line whose text contains *literal*."""
    if "\n" in literal:
        return b""
    try:
        return literal[:_LITERAL_MOST].encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte: no text contains it
        return b""


def _is_certain(literal: str, needle: bytes) -> bool:
    """Whether a line's text contains *literal* just where the line's bytes contain *needle*."""
    if not needle or "\r" in literal or len(literal) > _LITERAL_MOST:
        return False  # a carriage return may be half of the line's terminator
    # A surrogate stands for a byte that is not text; the same byte within a character is not meant.
    return not any("\ud800" <= char <= "\udfff" for char in literal)


class _Found:
    """Where plain text was found, as a match of `re` tells it."""

    __slots__ = ("_at",)

    def __init__(self, at: int) -> None:
        self._at = at

    def start(self) -> int:
        return self._at


def _finder(text: str) -> "Search":
    """Return what finds plain *text* of any length, which `re` would have to compile."""

    def search(line: str) -> _Found | None:
        at = line.find(text)
        return None if at < 0 else _Found(at)

    return search


def _compile(pattern: str, fixed: bool, ignore_case: bool) -> "Search":
    import re

    if len(pattern) > _COMPILED_MOST:
        raise PatternError(
            f"the pattern has {len(pattern):,} characters: at most {_COMPILED_MOST:,} are compiled, "
            "longer text can be searched with fixed=True and ignore_case=False"
        )
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    try:
        return re.compile(re.escape(pattern) if fixed else pattern, flags).search
    except re.error as failure:
        where = "" if failure.pos is None else f" at position {failure.pos}"
        raise PatternError(
            f"pattern {pattern!r} is not a regular expression: {failure.msg}{where}; "
            "use fixed=True to search for it as it stands"
        ) from None
    except (OverflowError, RecursionError) as failure:
        raise PatternError(f"pattern {pattern!r} cannot be compiled: {failure}") from None
