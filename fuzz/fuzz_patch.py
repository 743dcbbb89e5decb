"""Feeds the parser of patches mutated ones, and carries out what it understands.

    fuzz_patch.py SECONDS CRASH_FILE [SEED_FILE ...]

Like driver.c, whose arguments these are, it has no coverage feedback. A seed is a patch, then a line of
equals signs, then a text to apply it to. An input that raises anything but PatchError is written to
CRASH_FILE; as the only seed, with SECONDS 0, it is replayed.
"""

import random
import sys
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from toolrig.errors import PatchError
from toolrig.fs._patch.carry import carry_out
from toolrig.fs._patch.page import Page
from toolrig.fs._patch.parse import parse

BORDER = "\n====\n"
MEANINGFUL = list('+-@ *\\/"\t\r\n0123456789,:ab\u2013\u00e9\udcff\ud800\ufeff')
MARKS = [
    "*** Begin Patch",
    "*** End Patch",
    "*** End of File",
    "*** Move to: z",
    "@@",
    "@@ -1 +1 @@",
    "-- ",
    "\r",
]


def mutated(chance: random.Random, text: str) -> str:
    """Return *text* with a line or a character changed, cut, doubled or moved."""
    if chance.random() < 0.5:
        lines = text.split("\n")
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[at : at + chance.randint(0, 1)] = chance.choice([[], [lines[other]], [chance.choice(MARKS)]])
        return "\n".join(lines)
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(["", chance.choice(MEANINGFUL)]) + text[at + chance.randint(0, 3) :]


def run_once(entry: str) -> None:
    """Parse the patch of *entry* and carry it out; see that a text without hunks stays as it is."""
    patch, _, text = entry.partition(BORDER)
    page = Page(text)
    assert "".join(map("".join, zip(page.lines, page.ends, strict=True))) == text
    with suppress(PatchError):
        for section in parse(patch):
            assert section.path
            assert section.kind in ("add", "delete", "update", "move", "copy")
            carry_out(text, section.hunks, section.path)
            assert carry_out(text, [], section.path).text == text


def main(seconds: str, crash_file: str, *seed_files: str) -> None:
    """Run the seeds, then mutations of them until *seconds* are over."""
    seeds = [Path(name).read_bytes().decode("utf-8", "surrogatepass") for name in seed_files] or ["\n"]
    chance, end, runs = random.Random(), time.monotonic() + float(seconds), 0
    while runs < len(seeds) or time.monotonic() < end:
        entry = seeds[runs] if runs < len(seeds) else chance.choice(seeds)
        for _ in range(chance.randint(1, 12) if runs >= len(seeds) else 0):
            entry = mutated(chance, entry)
        try:
            run_once(entry)
        except BaseException:
            Path(crash_file).write_bytes(entry.encode("utf-8", "surrogatepass"))
            print(f"ERROR: the input is in {crash_file}", flush=True)
            raise
        runs += 1
    print(f"{runs} inputs")


if __name__ == "__main__":
    main(*sys.argv[1:])
