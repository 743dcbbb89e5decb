"""A regular expression as a program for the scanner: which lines can have a match at all.

The program describes an automaton over the bytes of a line. It accepts every line in which `re` finds a
match, and some more. It also names a run: up to eight sets of bytes of which every match has one byte each,
in a row. Memory is scanned for a run that is seldom found, and only the lines that have it are put to the
automaton.

The program, all numbers little-endian: the counts of positions, classes and sets in the run, 2 bytes each,
and 2 bytes of nothing; the class of each byte; the sets of the run, 32 bytes each; then sets of positions,
each of as many 8-byte words as all positions need: those that consume each class, those that may follow each
position, those a match begins with and those it ends with.
"""

from functools import lru_cache
from importlib import import_module
from math import log2

from toolrig.search._finding.positions import NotKnownError, Positions, members
from toolrig.search._finding.rarity import BYTE_RANKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN_MOST = 8
_SELDOM = -4.0  # binary logarithm of how often a match may begin, for each byte, so that looking for it pays
_LOOKED_AT = 128  # bytes of a match by which that is judged

_COUNTS = [2 ** (rank / 14) for rank in BYTE_RANKS]
_SHARES = [count / sum(_COUNTS) for count in _COUNTS]
_LEAST_SHARE = 1e-9

# What a parser that has changed may raise; and one that warns, where warnings are errors.
_FOREIGN = (ImportError, AttributeError, LookupError, TypeError, ValueError, Warning)


def automaton(pattern: str, flags: int = 0) -> bytes | None:
    """Return the program for *pattern*, one that `re.compile` accepts with *flags*.

    None where it would be of no use: the pattern can match nothing at all, or is found in most lines, or is
    too large.
    """
    try:
        tree = import_module("re._parser").parse(pattern, flags)
        positions = Positions(tree, tree.state.flags)
    except (*_FOREIGN, RecursionError, NotKnownError):
        return None
    if positions.can_be_empty:
        return None
    run = min((_run(positions, gate, _RUN_MOST) for gate in positions.gates), key=_frequency)
    if _frequency(run) > _SELDOM and _frequency(_run(positions, positions.first, _LOOKED_AT)) > _SELDOM:
        return None
    return _program(positions, run)


def _run(positions: Positions, gate: int, most: int) -> list[int]:
    """Return the sets of bytes that a match consumes from *gate* on, as long as none can have ended."""
    sets: list[int] = []
    while len(sets) < most:
        sets.append(_union(positions.bytes_at[place] for place in members(gate)))
        if gate & positions.last:
            break
        gate = _union(positions.follow[place] for place in members(gate))
    return sets


def _frequency(run: list[int]) -> float:
    """Return the binary logarithm of how often *run* begins at a byte, if bytes were independent."""
    return sum(map(_logarithm, run))


@lru_cache(maxsize=256)
def _logarithm(bytes_here: int) -> float:
    """Return the binary logarithm of how often one of *bytes_here* occurs."""
    return log2(sum(_SHARES[byte] for byte in members(bytes_here)) or _LEAST_SHARE)


def _program(positions: Positions, run: list[int]) -> bytes:
    classes = _classes(set(positions.bytes_at))
    class_of = bytearray(256)
    consumers = []
    for number, members_of_class in enumerate(classes):
        for byte in members(members_of_class):
            class_of[byte] = number
        consumers.append(_consumers(positions, members_of_class))
    size = (len(positions.bytes_at) + 63) // 64 * 8
    counts = (len(positions.bytes_at), len(classes), len(run), 0)
    return b"".join(
        (
            *(count.to_bytes(2, "little") for count in counts),
            class_of,
            *(one.to_bytes(32, "little") for one in run),
            *(one.to_bytes(size, "little") for one in consumers),
            *(one.to_bytes(size, "little") for one in positions.follow),
            positions.first.to_bytes(size, "little"),
            positions.last.to_bytes(size, "little"),
        )
    )


def _classes(sets: "Iterable[int]") -> list[int]:
    """Return the coarsest partition of all bytes in which no class is torn by one of *sets*."""
    classes = [(1 << 256) - 1]
    for one in sets:
        parts = [part for whole in classes for part in (whole & one, whole & ~one)]
        classes = [part for part in parts if part]
    return classes


def _consumers(positions: Positions, members_of_class: int) -> int:
    return sum(1 << place for place, one in enumerate(positions.bytes_at) if one & members_of_class)


def _union(sets: "Iterable[int]") -> int:
    whole = 0
    for one in sets:
        whole |= one
    return whole
