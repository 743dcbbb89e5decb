"""What it costs to search for literals, estimated: how rare they are, and how fast they are scanned for."""

from math import log2, sqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# How common each byte is, as in `bytescan.h`: 14 times the binary logarithm of its count.
BYTE_RANKS = bytes.fromhex(
    "000000000000000000cbff000974000000000000000000000000000000000000"
    "ff8cbdb0938694afc8c8bd92ccbbc7c6cdc0bbb4b3b1b2a9afb0baadaebbb26d"
    "85c1aebfb5c6b1aba3c0839dbdb3bdbeba89bfc8c3aba898a89b82a2a1a265d7"
    "92ddc0d5d3eacfc4cade97bad6c9dfdcce98dddfe4cdb9b3c3bf98ab8eab6200"
    "57494c453f43404248403f3b3f3a3b443e3f3c3e5043473f43493c3b44423c50"
    "763f3b3d44403e3f3e483b3e3d3d3b393c403f3e3d3c3f624e48403f44434040"
    "00007c4f262a000f0015130b22114931523d0000001026373b3d040300000000"
    "4837634337575855544f2331342500354e000000000000000000000000000000"
)
_TOTAL = log2(sum(2 ** (rank / 14) for rank in BYTE_RANKS))
_BITS = [_TOTAL - rank / 14 for rank in BYTE_RANKS]

# The bytes of a text say much about each other: measured on sources, the rarest byte of a literal counts in
# full, and what the others add becomes less and less.
_WEIGHTS = (1.0, 0.75, 0.3)
_REST = 0.06

# Nanoseconds, measured with AVX2.
_LINE = 500.0  # to hand out a line
_CONFIRMED = 2000.0  # to hand it out and ask `re` about it
_COMPARISON = 10.0  # at a place where the first bytes fit
_ONE, _FEW, _MANY = 0.012, 0.055, 0.08  # to scan a byte: for one literal, some, dozens
_FEW_MOST = 8
_FINGERPRINT = 3  # bytes


def cost(literals: "Iterable[str]", *, caseless: bool, confirmed: bool = True) -> float:
    """Return the nanoseconds for each byte of text that is searched for *literals*.

    *confirmed* says that `re` has the last word about each line found.
    """
    count = 0
    hits = fits = 0.0
    for literal in literals:
        count += 1
        bits = _bits(literal, caseless)
        hits = max(hits, _share(bits))
        fits += _share(bits if count == 1 else bits[:_FINGERPRINT])
    hits *= sqrt(count)  # for all to add up, they would have to have nothing in common
    scan = _ONE if count == 1 else _FEW if count <= _FEW_MOST else _MANY
    return scan + (_CONFIRMED if confirmed else _LINE) * hits + _COMPARISON * fits


def _bits(literal: str, caseless: bool) -> list[float]:
    bits = [_BITS[byte] for byte in literal.encode("utf-8", "surrogatepass")]
    return [each - 0.5 for each in bits] if caseless else bits


def _share(bits: list[float]) -> float:
    """Return how many of a text's places have bytes that are so rare."""
    ordered = sorted(bits, reverse=True)
    weighed = sum(bit * weight for bit, weight in zip(ordered, _WEIGHTS, strict=False))
    return float(2 ** -(weighed + _REST * sum(ordered[len(_WEIGHTS) :])))
