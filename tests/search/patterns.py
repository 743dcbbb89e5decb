"""Random regular expressions with everything `re` knows, and texts in which they are likely to be found."""

import random
import re
import warnings
from collections.abc import Iterable
from importlib import import_module
from typing import Any

CASES = "aAkK\u212asS\u017fiI\u0130\u0131\u1e9e\u00df\u03c3\u03c2\u03a3\u00e9\u00c9\U00010400\U00010428"
CHARACTERS = CASES + "bx0_. \r日\udcff\udcc3\udca9"
_ATOMS = r"""
    a b ab kiss K s I \. \u00e9 \u03c3 \u00df \U00010400 \u65e5 \udcff \r \n . \w \W \d \s \b \B ^ $ \A \Z x _
    0 [ab] [^a] [a-c] [\w] [ks] [K-S] [^\W_] [\u00e9-\u00eb] [\U00010400-\U00010402] [\n] [^ab]
    [\udcfe-\udcff] (?!) (?#note) (?=) é ß [\u212a\u0131]
"""
ATOMS = _ATOMS.split()
_PLAIN = r"a b ab ba A K kiss s I \u00df x \u00e9 [ab] [ks] [a-c]"
PLAIN = _PLAIN.split()  # literals alone
QUANTIFIERS = ["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{0}", "{,2}", "{2,}", "{3,7}", "{0,90}"]
LAZINESS = ["", "", "", "?", "+"]
GROUPS = ["(?:{})", "({})", "(?i:{})", "(?-i:{})"] * 3
GROUPS += ["(?a:{})", "(?u:{})", "(?s-i:{})", "(?ai:{})", "(?x: {} )", "(?m:{})"]
GROUPS += ["(?>{})", "(?={})", "(?!{})", "(?<={})", "(?<!{})"]
GLOBALS = ["", "", "", "", "(?i)", "(?i)", "(?x)", "(?m)", "(?s)", "(?a)", "(?ai)", "(?u)"]
FLAGS = [0, 0, re.I, re.I | re.A, re.X, re.M | re.S]
MARKS = ["", "\r", " ", "a", "K", "\udcc3", "\ufeff"]


def random_pattern(chance: random.Random) -> str:
    """Return a pattern; `re.compile` may refuse it."""
    atoms = chance.choice([ATOMS, PLAIN])
    return chance.choice(GLOBALS) + _pattern(chance, atoms, chance.randint(1, 4))


def _pattern(chance: random.Random, atoms: list[str], depth: int) -> str:
    def part() -> str:
        return _pattern(chance, atoms, depth - 1)

    if depth == 0 or chance.random() < 0.2:
        return "".join(chance.choice(atoms) for _ in range(chance.randint(1, 3)))
    match chance.randrange(8):
        case 0 | 1:
            return "".join(part() for _ in range(chance.randint(2, 3)))
        case 2:
            return chance.choice(GROUPS).replace("{}", part())
        case 3 | 4:
            return f"(?:{part()}){chance.choice(QUANTIFIERS)}{chance.choice(LAZINESS)}"
        case 5:
            group = chance.choice(["(?:{})", "(?:{})", "({})", "(?>{})"])
            return group.replace("{}", "|".join(part() for _ in range(chance.randint(2, 4))))
        case 6:
            shapes = ["({})?(?(1){}|{})", "({}){}\\1{}", "({})?(?(1){}){}"]
            return chance.choice(shapes).format(part(), part(), part())
    return "|".join(part() for _ in range(chance.randint(2, 3)))


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str] | None:
    """Return the compiled pattern, or None where `re` refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(pattern, flags)
        except (re.error, ValueError, OverflowError, RecursionError):
            return None


def start(wanted: re.Pattern[str], text: str) -> int | None:
    """Return where *wanted* is found in *text*, or -1; None where `re` falls over itself."""
    try:
        hit = wanted.search(text)
    except SystemError:  # "please report a bug for the re module"
        return None
    return hit.start() if hit else -1


def sample(pattern: str, flags: int, chance: random.Random) -> str:
    """Return a line that is likely to hold a match of *pattern*, with something around it."""
    parser: Any = import_module("re._parser")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parser.parse(pattern, flags)
    groups: dict[int, str] = {}
    text = "".join(_taken(tree, chance, groups))
    if chance.random() < 0.3:  # in other cases
        text = "".join(chance.choice(_alike(char)) for char in text)
    if chance.random() < 0.3:  # with a character lost
        at = chance.randrange(len(text) + 1)
        text = text[:at] + text[at + 1 :]
    around = [chance.choice([*MARKS, "".join(chance.choices(CHARACTERS, k=3))]) for _ in range(2)]
    return (around[0] + text + around[1]).replace("\n", "")


def damaged(text: str, chance: random.Random) -> bytes:
    """Return the bytes of *text*, sometimes with one of them changed."""
    raw = bytearray(text.encode("utf-8", "surrogateescape"))
    if raw and chance.random() < 0.2:
        raw[chance.randrange(len(raw))] = chance.choice(b"\xc3\xe2\x84\xaa\xff")
    return bytes(raw)


def _alike(char: str) -> str:
    return "".join(other for other in CASES if other.casefold() == char.casefold()) + char


def _taken(nodes: Iterable[tuple[object, Any]], chance: random.Random, groups: dict[int, str]) -> list[str]:
    """Return texts that *nodes* take, whatever the assertions say."""
    out: list[str] = []
    for operator, argument in nodes:
        match str(operator):
            case "LITERAL":
                out.append(chr(argument))
            case "IN":
                out.append(_member(argument, chance))
            case "ANY" | "NOT_LITERAL":
                out.append(chance.choice(CHARACTERS))
            case "BRANCH":
                out += _taken(chance.choice(argument[1]), chance, groups)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, item = argument
                for _ in range(chance.randint(least, max(least, min(most, least + 2)))):
                    out += _taken(item, chance, groups)
            case "SUBPATTERN":
                taken = _taken(argument[-1], chance, groups)
                groups[argument[0]] = "".join(taken)
                out += taken
            case "ATOMIC_GROUP":
                out += _taken(argument, chance, groups)
            case "GROUPREF":
                out.append(groups.get(argument, ""))
            case "GROUPREF_EXISTS":
                out += _taken(chance.choice(argument[1:]) or [], chance, groups)
            case "ASSERT" if chance.random() < 0.5:
                out += _taken(argument[1], chance, groups)
    return out


def _member(members: list[tuple[object, Any]], chance: random.Random) -> str:
    operator, argument = chance.choice(members)
    match str(operator):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(chance.randint(*argument))
    return chance.choice(CHARACTERS)
