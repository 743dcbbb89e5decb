"""Glob patterns over relative paths.

``*`` and ``?`` match within a component, ``**`` as a whole component matches any number of them,
``[a-z]`` and ``[!a-z]`` match one character that is not a slash, ``{a,b}`` stands for each alternative
(nesting allowed), a backslash takes the next character literally. Names that begin with a dot are
matched like any other. Among several patterns, one that begins with ``!`` takes matches away again.
"""

from toolrig.errors import PatternError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MAGIC = frozenset("*?[{\\")
_ALTERNATIVES_MOST = 1000


class Pattern:
    """One or more glob patterns, compiled.

    Attributes:
        start: the directory all matches lie in, "" for the root.
        depth: how many components a match can have, or None where ``**`` leaves it open.
        matches: whether a path relative to the root is matched.
        endings: where the patterns ask for nothing else, as ``**/*.py`` does: what a path must end in one of.

    Raises:
        PatternError: a pattern is empty, absolute, climbs with ``..``, is malformed, or stands for more
            than 1,000 alternatives.
    """

    __slots__ = ("depth", "endings", "matches", "start")

    matches: "Callable[[str], object]"
    endings: tuple[str, ...]

    def __init__(self, patterns: "str | Sequence[str]") -> None:
        given = [patterns] if isinstance(patterns, str) else list(patterns)
        wanted = [p for whole in given if not whole.startswith("!") for p in _alternatives(whole)]
        unwanted = [p for whole in given if whole.startswith("!") for p in _alternatives(whole[1:])]
        if not wanted:
            wanted = ["**"]
        self.start = _common_start(wanted)
        deep = any("**" in p.split("/") for p in wanted)
        self.depth = None if deep else max(p.count("/") + 1 for p in wanted)
        self.endings = () if unwanted else _endings(wanted)
        self.matches = _matcher(wanted, unwanted)


def _matcher(wanted: list[str], unwanted: list[str]) -> "Callable[[str], object]":
    match = _any_of(wanted)
    if not unwanted:
        return match
    veto = _any_of(unwanted)
    return lambda path: match(path) and not veto(path)


def _any_of(patterns: list[str]) -> "Callable[[str], object]":
    endings = _endings(patterns)
    if endings:
        return lambda path: path.endswith(endings)  # the usual ``**/*.py``, without ``re``
    import re

    return re.compile("|".join(map(_regex, patterns)), re.DOTALL).fullmatch


def _endings(patterns: list[str]) -> tuple[str, ...]:
    """Return what paths are to end in, if *patterns* are all like ``**/*.py`` or ``**``; else nothing."""
    endings = tuple("" if pattern == "**" else pattern.removeprefix("**/*") for pattern in patterns)
    return endings if all(map(_names_ending, patterns, endings)) else ()


def _names_ending(pattern: str, ending: str) -> bool:
    if pattern == "**":
        return True
    return pattern.startswith("**/*") and "/" not in ending and not _MAGIC & set(ending)


def _alternatives(pattern: str) -> list[str]:
    """Return *pattern* once for each choice of its braces, normalised and checked."""
    done: list[str] = []
    pending = [pattern]
    while pending:
        text = pending.pop()
        braces = _first_braces(text)
        if braces is None:
            done.append(_checked(text, pattern))
        else:
            start, choices, end = braces
            pending += [text[:start] + choice + text[end:] for choice in reversed(choices)]
        if len(done) + len(pending) > _ALTERNATIVES_MOST:
            raise PatternError(f"pattern {pattern!r} stands for over {_ALTERNATIVES_MOST} alternatives")
    return done


def _checked(text: str, pattern: str) -> str:
    while text.startswith("./"):
        text = text[2:]
    parts = text.split("/")
    if not text or text.startswith("/") or ".." in parts or "" in parts[:-1]:
        raise PatternError(
            f"pattern {pattern!r} must be relative to the root, without '..' and without empty components"
        )
    if parts[-1] == "":
        raise PatternError(f"pattern {pattern!r} ends in a slash: use '{pattern}**' for what lies below")
    return text


def _first_braces(text: str) -> tuple[int, list[str], int] | None:
    """Return the outermost first ``{a,b}``: where it starts, its choices, where it ends."""
    depth = start = cut = 0
    choices: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "[" and (end := _class_end(text, at)) > 0:
            at = end - 1
        elif char == "{":
            depth += 1
            if depth == 1:
                start, cut, choices = at, at + 1, []
        elif char == "," and depth == 1:
            choices.append(text[cut:at])
            cut = at + 1
        elif char == "}" and depth:
            depth -= 1
            if not depth and choices:
                return start, [*choices, text[cut:at]], at + 1
        at += 1
    return None


def _class_end(text: str, at: int) -> int:
    """Return the index after the class that opens at *at*, or -1 where it never closes."""
    end = at + 1
    if end < len(text) and text[end] in "!^":
        end += 1
    end = text.find("]", end + 1)
    return end + 1


def _regex(pattern: str) -> str:
    parts = pattern.split("/")
    pieces: list[str] = []
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            if index and parts[index - 1] == "**":
                continue
            pieces.append(".+" if last else "(?:[^/]+/)*")
        else:
            pieces.append(_component(part, pattern) + ("" if last else "/"))
    return "".join(pieces)


def _component(part: str, pattern: str) -> str:
    import re

    out: list[str] = []
    at = 0
    while at < len(part):
        char = part[at]
        at += 1
        if char == "*":
            if not out or out[-1] != "[^/]*":
                out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and (end := _class_end(part, at - 1)) > 0:
            out.append(_character_class(part[at : end - 1], pattern))
            at = end
        elif char == "\\" and at < len(part):
            out.append(re.escape(part[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return "".join(out)


def _character_class(body: str, pattern: str) -> str:
    import re

    negated = body[0] in "!^"
    body = body[1:] if negated else body
    ranges: list[str] = []
    at = 0
    while at < len(body):
        low = high = body[at]
        if at + 2 < len(body) and body[at + 1] == "-":
            high = body[at + 2]
            at += 2
        if low > high:
            raise PatternError(f"pattern {pattern!r} has the reversed range '{low}-{high}'")
        ranges.append(re.escape(low) + ("-" + re.escape(high) if high != low else ""))
        at += 1
    return "(?!/)[" + ("^" if negated else "") + "".join(ranges) + "]"


def _common_start(patterns: list[str]) -> str:
    """Return the deepest directory that every pattern names without magic."""
    common: list[str] | None = None
    for pattern in patterns:
        parts = pattern.split("/")[:-1]
        plain = next((i for i, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
        shared = parts[:plain]
        if common is None:
            common = shared
        else:
            same = next((i for i, (a, b) in enumerate(zip(common, shared, strict=False)) if a != b), None)
            common = common[: min(len(common), len(shared)) if same is None else same]
    return "/".join(common or [])
