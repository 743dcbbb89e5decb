"""File names as the headers of unified diffs write them."""

import os

NOTHING = "/dev/null"

_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
# What git puts before the old and the new name: a and b, or letters for index, work tree, commit, object.
_PREFIXES = frozenset("abciow12")
_STAMP_MOST = 40  # characters


def header_name(text: str) -> tuple[str, bool]:
    """Return the name behind ``---`` or ``+++``, and whether it stands for no file.

    That is ``/dev/null``, or a time stamp of zero, as diff -N writes it.
    """
    name, stamp = unquoted(text) if text.startswith('"') else ("", text)
    if not name:
        name, _, stamp = text.rstrip("\r").partition("\t")
        name, stamp = (name.rstrip(" "), stamp) if stamp else _parted(name)
    return name, name == NOTHING or _is_epoch(stamp.strip())


def _parted(text: str) -> tuple[str, str]:
    """Return name and time stamp where only spaces are between them."""
    text = text.rstrip(" ")
    if not (":" in text and text[-1].isdigit()):
        return text, ""
    import re

    start = max(0, len(text) - _STAMP_MOST)
    match = re.search(r" (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[ .\d]*([-+]\d{4})?)$", text[start:])
    return (text[: start + match.start()].rstrip(" "), match[1]) if match else (text, "")


def _is_epoch(stamp: str) -> bool:
    if not stamp.startswith(("1969-12-31 ", "1970-01-01 ")):
        return False
    import re
    from datetime import UTC, datetime

    whole = re.sub(r"\.\d+", "", stamp)
    try:
        moment = datetime.strptime(
            whole, "%Y-%m-%d %H:%M:%S %z" if " " in whole[11:] else "%Y-%m-%d %H:%M:%S"
        )
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() == 0


def extended_name(text: str) -> str:
    """Return the name of a line such as ``rename from``: quoted or not, never with a prefix."""
    return unquoted(text)[0] if text.startswith('"') else text


def unquoted(text: str) -> tuple[str, str]:
    r"""Return the name that *text* begins with in double quotes, and what follows; ``("", text)`` if none.

    git writes bytes outside of ASCII as ``\303``, as C does.
    """
    name, at = bytearray(), 1
    while at < len(text) and text[at] != '"':
        if text[at] != "\\":
            try:
                name += os.fsencode(text[at])
            except UnicodeEncodeError:  # half of a surrogate pair
                return "", text
            at += 1
        elif text[at + 1 : at + 2] in _ESCAPES:
            name.append(_ESCAPES[text[at + 1]])
            at += 2
        else:
            digits = text[at + 1 : at + 4]
            if len(digits) < 3 or not set(digits) <= set("01234567") or digits > "377":
                return "", text
            name.append(int(digits, 8))
            at += 4
    if at >= len(text):
        return "", text
    return os.fsdecode(bytes(name)), text[at + 1 :]


def git_names(text: str) -> tuple[str, str]:
    """Return both names behind ``diff --git``, which count only where no later line gives them.

    Names are not quoted for their spaces, so two without quotes are told apart by being the same behind
    prefixes of one length; where they are not, both are empty.
    """
    if text.startswith('"'):
        old, rest = unquoted(text)
        new = rest.lstrip(" ")
        return old, unquoted(new)[0] if new.startswith('"') else new
    if text.endswith('"') and ' "' in text:
        old, _, new = text.partition(' "')
        return old, unquoted('"' + new)[0]
    old, new = text[: len(text) // 2], text[len(text) // 2 + 1 :]
    if text[len(old) : len(old) + 1] == " " and _below(old) == _below(new):
        return old, new
    return "", ""


def common_name(old: str, new: str) -> tuple[str, str]:
    """Return both names without the prefixes git puts before them; ``/dev/null`` stays.

    Names that are the same have no prefix; one beside ``/dev/null`` is taken to have one if it looks like it.
    """
    if old == new:
        return old, new
    if old == NOTHING or new == NOTHING:
        return _beside_nothing(old), _beside_nothing(new)
    old_first, _, old_rest = old.partition("/")
    new_first, _, new_rest = new.partition("/")
    both_prefixed = old_first in _PREFIXES and new_first in _PREFIXES and old_first != new_first
    if old_rest and new_rest and (both_prefixed or old_rest == new_rest):
        return old_rest, new_rest
    return old, new


def _beside_nothing(name: str) -> str:
    first, _, rest = name.partition("/")
    return rest if first in _PREFIXES and rest else name


def _below(name: str) -> str:
    """Return *name* without its first component, or whole where it has only one."""
    return name.partition("/")[2] or name
