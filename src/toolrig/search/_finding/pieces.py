"""What is known of the text that a part of a pattern takes, and how parts make a whole.

Sets of texts grow where parts follow each other and where one stands beside the other. They are kept within
bounds: a set that would grow beyond them is given up, never cut, for what is left out would be missed.
"""

from toolrig.search._finding.rarity import cost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Texts = frozenset[str]

LITERAL_MOST = 200  # characters
_COMPANION_MOST = 64  # characters of a literal that is one of several

EMPTY = frozenset(("",))


class TooMuchError(Exception):
    """The pattern is so large that looking for its literals would take longer than they save."""


class Piece:
    """A part of a pattern.

    Attributes:
        whole: every text it can take; None if they are unknown or too many.
        heads: each text it takes begins with one of these.
        tails: each text it takes ends with one of these.
        inner: wherever it matched, one of these is in the text or near it; None if none are known.
        certain: it takes each text of *whole* wherever that stands.
    """

    __slots__ = ("certain", "heads", "inner", "tails", "whole")

    def __init__(
        self,
        whole: "Texts | None",
        heads: "Texts" = EMPTY,
        tails: "Texts" = EMPTY,
        inner: "Texts | None" = None,
        *,
        certain: bool = False,
    ) -> None:
        self.whole = whole
        self.heads = heads if whole is None else whole
        self.tails = tails if whole is None else whole
        self.inner = inner
        self.certain = certain


NOTHING = Piece(EMPTY, certain=True)  # takes no room
ASSERTION = Piece(EMPTY)  # takes no room, on a condition
ANYTHING = Piece(None)


class Pieces:
    """Puts pieces together, with at most *most* texts in a set.

    *caseless* says that texts are in lower case (in ASCII) and stand for either case. *effort* bounds the
    work: the characters that may be looked at.

    Attributes:
        refused: a set was given up that a higher *most* might have kept.
    """

    def __init__(self, most: int, *, caseless: bool, effort: int) -> None:
        self._most = most
        self._caseless = caseless
        self._effort = effort
        self.refused = False

    def text(self, text: str) -> Piece:
        """Return the piece that takes *text*."""
        if len(text) > LITERAL_MOST:
            return Piece(None, frozenset((text[:LITERAL_MOST],)), frozenset((text[-LITERAL_MOST:],)))
        return Piece(frozenset((text,)), certain=True)

    def one_of(self, characters: "Iterable[str]") -> Piece:
        """Return the piece that takes one of *characters*."""
        texts = frozenset(characters)
        return Piece(texts, certain=True) if self._fits(len(texts)) else ANYTHING

    def chain(self, pieces: "Iterable[Piece]") -> Piece:
        """Return the piece that takes one piece after the other."""
        result = NOTHING
        for piece in pieces:
            result = piece if result is NOTHING else self._joined(result, piece)
        return result

    def choice(self, pieces: "Sequence[Piece]") -> Piece:
        """Return the piece that takes one of *pieces*."""
        whole = self._union([piece.whole for piece in pieces])
        certain = all(piece.certain for piece in pieces)
        inner = None
        if whole is None or any(piece.inner for piece in pieces):
            inner = self._union([self.best(piece) for piece in pieces])
        heads = self._union([piece.heads for piece in pieces]) or EMPTY
        tails = self._union([piece.tails for piece in pieces]) or EMPTY
        return Piece(whole, heads, tails, inner, certain=certain)

    def repeated(self, piece: Piece, least: int, most: int) -> Piece:
        """Return the piece that takes *piece* at least *least* and at most *most* times."""
        if most == 0:
            return NOTHING
        required = self._power(piece, least)
        if least == most:
            return required
        texts = self._between(piece, required.whole, most - least)
        if texts is None:
            return Piece(None, required.heads, required.tails, required.inner)
        # How often a part that takes no room is repeated is an affair of its own.
        certain = piece.certain and (most == 1 or "" not in texts)
        return Piece(texts, inner=required.inner, certain=certain)

    def _between(self, piece: Piece, required: "Texts | None", more: int) -> "Texts | None":
        """Return each text of *required*, also with up to *more* of *piece* behind it."""
        texts = required
        if not self._fits(more):
            return None
        for _ in range(more):
            required = self._product(required, piece.whole)
            texts = self._union([texts, required])
            if texts is None:
                break
        return texts

    def best(self, piece: Piece) -> "Texts | None":
        """Return the cheapest set of texts of which one is there wherever *piece* matched."""
        return self._cheapest([piece.inner, piece.whole, piece.heads, piece.tails])

    def _power(self, piece: Piece, count: int) -> Piece:
        if count == 0 or piece.whole == EMPTY:
            return piece if count else NOTHING
        result = piece
        for turn in range(1, count):
            if result.whole is None and turn > 1:
                break  # the ends and the inside are known by now
            result = self._joined(result, piece)
        return result

    def _joined(self, one: Piece, other: Piece) -> Piece:
        whole = self._product(one.whole, other.whole)
        certain = one.certain and other.certain
        if whole is not None:
            return Piece(whole, inner=self._cheapest([one.inner, other.inner]), certain=certain)
        middle = self._product(one.tails, other.heads)
        return Piece(
            None,
            one.heads if one.whole is None else self._product(one.whole, other.heads) or one.whole,
            other.tails if other.whole is None else self._product(one.tails, other.whole) or other.whole,
            self._cheapest(
                [one.inner, other.inner, *((one.tails, other.heads) if middle is None else (middle,))]
            ),
        )

    def _product(self, ones: "Texts | None", others: "Texts | None") -> "Texts | None":
        """Return each text of *ones* followed by each of *others*; None if these are too many or too long."""
        if ones is None or others is None or not self._fits(len(ones) * len(others)):
            return None
        texts = frozenset(one + other for one in ones for other in others)
        length = max(map(len, texts))
        self._work(len(texts) * length)
        return texts if length <= (LITERAL_MOST if len(texts) == 1 else _COMPANION_MOST) else None

    def _union(self, sets: "Sequence[Texts | None]") -> "Texts | None":
        """Return the texts of all *sets*; None if one is None, or they are too many."""
        texts: set[str] = set()
        for each in sets:
            if each is None:
                return None
            texts |= each
            if not self._fits(len(texts)):
                return None
        self._work(len(texts))
        return frozenset(texts)

    def _cheapest(self, sets: "Iterable[Texts | None]") -> "Texts | None":
        offers = [smallest(each) for each in dict.fromkeys(sets) if each and "" not in each]
        for offer in offers:
            self._work(sum(map(len, offer)) + len(offer) ** 2)
        if len(offers) < 2:
            return offers[0] if offers else None
        return min(offers, key=self.cost)

    def cost(self, texts: "Texts", *, confirmed: bool = True) -> float:
        """Return what it costs to search for *texts*."""
        return cost(texts, caseless=self._caseless, confirmed=confirmed)

    def _fits(self, count: int) -> bool:
        if count > self._most:
            self.refused = True
            return False
        return True

    def _work(self, characters: int) -> None:
        self._effort -= characters
        if self._effort < 0:
            raise TooMuchError


def smallest(texts: "Texts", *, within: "Callable[[str, str], bool]" = str.__contains__) -> "Texts":
    """Return *texts* without those in which another one lies."""
    if len(texts) == 1:
        return texts
    kept: list[str] = []
    for text in sorted(texts, key=len):
        if not any(within(text, shorter) for shorter in kept):
            kept.append(text)
    return frozenset(kept)
