"""What tells the lines that may match, made of bytes.find and re."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    Finder = (
        tuple[Literal["literals"], tuple[bytes, ...], bool]
        | tuple[Literal["automaton"], bytes]
        | tuple[Literal["both"], tuple[bytes, ...], bool, bytes]
    )
    Find = Callable[[bytearray | bytes, int, int], int]

LITERALS_MOST = 64


def prepared(finder: "Finder") -> "Find":
    """Return what finds the first candidate between two places of a text, or -1."""
    if finder[0] == "literals" or finder[0] == "both":
        return _literals(finder[1], caseless=finder[2])
    if finder[0] == "automaton":
        return lambda _text, start, end: start if start < end else -1  # any line may be meant
    raise ValueError(f"no finder is called {finder[0]!r}")


def _literals(literals: tuple[bytes, ...], *, caseless: bool) -> "Find":
    if not 1 <= len(literals) <= LITERALS_MOST:
        raise ValueError(f"{len(literals)} literals: give 1 to {LITERALS_MOST}")
    if not all(literals) or any(b"\n" in literal for literal in literals):
        raise ValueError("a literal is empty or contains a newline: lines are searched one by one")
    if len(literals) == 1 and not caseless:
        (only,) = literals
        return lambda text, start, end: text.find(only, start, end)
    import re

    search = re.compile(b"|".join(map(re.escape, literals)), re.IGNORECASE if caseless else 0).search

    def find_any(text: bytearray | bytes, start: int, end: int) -> int:
        found = search(text, start, end)
        return found.start() if found else -1

    return find_any
