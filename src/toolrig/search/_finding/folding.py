"""The characters that `re.IGNORECASE` takes for each other."""

import re

# What letters of ASCII match beyond it.
_BEYOND_ASCII = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}
_CASED_END = 0x20000  # no character from here on has a case
_cased = ""


def partners(char: str, *, ascii_only: bool) -> str:
    """Return all characters that *char* in a pattern matches under `re.IGNORECASE`, itself among them.

    *ascii_only* says that `re.ASCII` is in force, too.
    """
    if char.isascii():
        lower = char.lower()
        if lower == char.upper():
            return char
        return lower + lower.upper() + ("" if ascii_only else _BEYOND_ASCII.get(lower, ""))
    if ascii_only:
        return char
    found = re.findall(re.escape(char), _every_cased(), re.IGNORECASE)
    return "".join(dict.fromkeys([char, *found]))


def _every_cased() -> str:
    """Return every character that is not the same in lower and in upper case; made once, in some 20 ms."""
    global _cased
    if not _cased:
        _cased = "".join(char for char in map(chr, range(_CASED_END)) if char.lower() != char.upper())
    return _cased
