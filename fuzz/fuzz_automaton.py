"""Holds automata against `re`: no line in which a mutated pattern is found may be passed over.

    fuzz_automaton.py SECONDS CRASH_FILE [SEED_FILE ...]

Like driver.c, whose arguments these are, it has no coverage feedback. A seed is a pattern, a line of equals
signs, and text. An input on which the two disagree is written to CRASH_FILE; as the only seed, with
SECONDS 0, it is replayed. The program is run as its description reads, without a compiled kernel.
"""

import random
import re
import signal
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from toolrig.search._finding.automaton import automaton

BORDER = "\n====\n"
PIECES = [
    *(
        "a",
        "b",
        "k",
        "s",
        "K",
        "é",
        "\u017f",
        "\u212a",
        "İ",
        "\udce9",
        "0",
        "_",
        " ",
        "-",
        "\t",
        "\r",
        "\n",
        ".",
        "^",
        "$",
    ),
    *(
        r"\w",
        r"\W",
        r"\d",
        r"\D",
        r"\s",
        r"\S",
        r"\b",
        r"\B",
        r"\A",
        r"\Z",
        r"\1",
        r"\.",
        "[^",
        "[",
        "]",
        "(",
        ")",
    ),
    *(
        "(?:",
        "(?i:",
        "(?-i:",
        "(?=",
        "(?!",
        "(?<=",
        "(?<!",
        "(?>",
        "(?(1)",
        "(?P<n>",
        "(?P=n)",
        "(?a:",
        "(?i)",
        "(?x)",
    ),
    *("|", "*", "+", "?", "*?", "++", "{2}", "{1,3}", "{0}", "{,2}", "{40}"),
]
SEEDS = [
    r"\b[A-Z]{4}[0-9]{3}\b" + BORDER + "ABCD123 XABCD1234 abcd123",
    r"(?i)(k[^s]|[\w-]+)(?:x\1)?(?(1)a|b)" + BORDER + "\u212aa kkxkka \u017f-b",
    r"(?:a|bc?)*\s{2,}[^\W\d]é" + BORDER + "abcab  zé\naé",
]


def mutated(chance: random.Random, text: str) -> str:
    """Return *text* with a part changed, cut, doubled or put in."""
    at, other = chance.randint(0, len(text)), chance.randint(0, len(text))
    part = chance.choice(["", chance.choice(PIECES), text[other : other + chance.randint(0, 6)]])
    return text[:at] + part + text[at + chance.choice([0, 0, 1, 2, 5]) :]


def accepts(program: bytes, line: bytes) -> bool:
    """Run *program* on *line*."""
    places, classes, run = (int.from_bytes(program[i : i + 2], "little") for i in (0, 2, 4))
    size, start = (places + 63) // 64 * 8, 264 + 32 * run
    sets = [int.from_bytes(program[i : i + size], "little") for i in range(start, len(program), size)]
    needed = [int.from_bytes(program[i : i + 32], "little") for i in range(264, start, 32)]
    ends = range(len(line) - run + 1)
    if not any(all(one >> line[at + i] & 1 for i, one in enumerate(needed)) for at in ends):
        return False
    state = 0
    for byte in line:
        reached = sets[-2]
        for place in range(places):
            if state >> place & 1:
                reached |= sets[classes + place]
        state = reached & sets[program[8 + byte]]
        if state & sets[-1]:
            return True
    return False


class TooSlowError(Exception):
    """`re` tries too many ways to match."""


def give_up(*_signal: object) -> None:
    raise TooSlowError


def run_once(entry: str) -> None:
    """See that the automaton of the pattern of *entry* accepts the lines in which it is found."""
    pattern, _, text = entry.partition(BORDER)
    try:
        search = re.compile(pattern).search
    except (re.error, OverflowError, RecursionError):
        return
    program = automaton(pattern)
    if program is None:
        return
    for raw in text.encode("utf-8", "surrogatepass").split(b"\n"):
        line = raw.decode("utf-8", "surrogateescape")[:200]
        if search(line):
            assert accepts(program, line.encode("utf-8", "surrogateescape")), (pattern, line)


def main(seconds: str, crash_file: str, *seed_files: str) -> None:
    """Run the seeds, then mutations of them until *seconds* are over."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, give_up)
    seeds = [Path(name).read_bytes().decode("utf-8", "surrogatepass") for name in seed_files] or SEEDS
    chance, end, runs = random.Random(), time.monotonic() + float(seconds), 0
    while runs < len(seeds) or time.monotonic() < end:
        entry = seeds[runs] if runs < len(seeds) else chance.choice(seeds)
        for _ in range(chance.randint(1, 14) if runs >= len(seeds) else 0):
            entry = mutated(chance, entry)
        signal.setitimer(signal.ITIMER_REAL, 2)
        try:
            with suppress(TooSlowError):
                run_once(entry)
        except BaseException:
            Path(crash_file).write_bytes(entry.encode("utf-8", "surrogatepass"))
            print(f"ERROR: the input is in {crash_file}", flush=True)
            raise
        runs += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(f"{runs} inputs")


if __name__ == "__main__":
    main(*sys.argv[1:])
