"""Looks for a regular expression whose literals are not in all that it matches.

    fuzz_literals.py SECONDS CRASH_FILE [SEED_FILE ...]

Like driver.c, whose arguments these are, it has no coverage feedback. A seed is a pattern. Each input is
a seed mutated, or a pattern made up; texts that it is likely to match are made from what the parser says
of it. An input whose literals miss a match is written to CRASH_FILE; as the only seed, with SECONDS 0, it
is replayed.
"""

import random
import re
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from tests.search.patterns import (
    ATOMS,
    CHARACTERS,
    FLAGS,
    QUANTIFIERS,
    compiled,
    random_pattern,
    sample,
    start,
)

from toolrig.search._finding.literals import Requirement, requirement

TEXTS = 12
PIECES = [*ATOMS, *QUANTIFIERS, *CHARACTERS, *"()[]|?*+{}^-\\,<=!:#", "(?:", "(?i:", "(?>", "(?=", "(?<="]


def mutated(chance: random.Random, pattern: str) -> str:
    """Return *pattern* with something put in, taken away, or doubled."""
    at = chance.randint(0, len(pattern))
    end = at + chance.randint(0, 4)
    put = chance.choice(["", chance.choice(PIECES), pattern[at:end] * 2])
    return pattern[:at] + put + pattern[end:]


def run_once(pattern: str) -> None:
    """Hold the literals of *pattern* against what `re` finds, under all flags."""
    chance = random.Random(pattern.encode("utf-8", "surrogatepass"))
    for flags in FLAGS:
        wanted = compiled(pattern, flags)
        if wanted is None:
            continue
        found = requirement(pattern, flags)
        for _ in range(TEXTS if found.literals else 0):
            check(wanted, found, sample(pattern, flags, chance))


def check(wanted: re.Pattern[str], found: Requirement, text: str) -> None:
    """See that *found* says the truth about *wanted* in *text*."""
    folded = "".join(char.lower() if char.isascii() else char for char in text) if found.caseless else text
    at = min((at for literal in found.literals if (at := folded.find(literal)) >= 0), default=-1)
    expected = start(wanted, text)
    if expected is not None:
        assert at == expected if found.exact else at >= 0 or expected < 0, (wanted, text, found)


def main(seconds: str, crash_file: str, *seed_files: str) -> None:
    """Run the seeds, then mutations of them until *seconds* are over."""
    warnings.simplefilter("ignore")  # of the parser, about sets in sets
    seeds = [Path(name).read_bytes().decode("utf-8", "surrogatepass") for name in seed_files] or ["(a|b)c"]
    chance, end, runs = random.Random(), time.monotonic() + float(seconds), 0
    while runs < len(seeds) or time.monotonic() < end:
        if runs < len(seeds):
            pattern = seeds[runs]
        elif chance.random() < 0.5:
            pattern = random_pattern(chance)
        else:
            pattern = chance.choice(seeds)
            for _ in range(chance.randint(1, 6)):
                pattern = mutated(chance, pattern)
        try:
            run_once(pattern)
        except BaseException:
            Path(crash_file).write_bytes(pattern.encode("utf-8", "surrogatepass"))
            print(f"ERROR: the input is in {crash_file}", flush=True)
            raise
        runs += 1
    print(f"{runs} inputs")


if __name__ == "__main__":
    main(*sys.argv[1:])
