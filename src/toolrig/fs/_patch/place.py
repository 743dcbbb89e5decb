"""Where in a file a hunk belongs."""

from bisect import bisect_left
from collections import namedtuple

from toolrig.fs._patch.page import EXACT, LOOK_NAMES, LOOKS, Page, TooMuchWorkError, seen
from toolrig.fs._patch.parts import Hunk

_SHOWN = 10  # so many line numbers of an ambiguous hunk are told


class Place(namedtuple("Place", ("at", "length", "body", "look", "notes"))):
    """Where a hunk belongs.

    Attributes:
        at: the index of the first line it replaces.
        length: how many lines it replaces.
        body: its lines, without those that turned out to be space behind it.
        look: how closely they match.
        notes: in what the place differs from what the patch says.
    """

    __slots__ = ()

    at: int
    length: int
    body: list[str]
    look: int
    notes: tuple[str, ...]


class UnplacedError(Exception):
    """A hunk fits nowhere, or in several places; the text says so and helps."""


def place(page: Page, hunk: Hunk, *, below: int = 0, shift: int = 0, looks: "range" = LOOKS) -> Place:
    """Return where *hunk* belongs in *page*.

    Where it matches exactly, at the line it names, it belongs there. Else, for each of *looks* in turn: the
    only place that matches, or of several the one that is by far nearest to that line. A hunk that names none
    belongs behind the line *below* and its anchors.

    Args:
        below: the index behind the last hunk.
        shift: by how many lines the last hunk stood lower than it said.

    Raises:
        UnplacedError: it fits nowhere, or nothing tells which of several places is meant.
    """
    search = _Search(page, hunk, None if hunk.at is None else hunk.at + shift, below)
    try:
        for body in _variants(hunk):
            old = _old(body)
            if not old:
                return Place(search.insertion(), 0, body, EXACT, tuple(search.notes))
            for look in looks:
                at = search.run(old, look)
                if at is not None:
                    return Place(at, len(old), body, look, tuple(search.notes))
    except TooMuchWorkError:
        raise UnplacedError("would take too long to find: say in its header at which line it is") from None
    raise UnplacedError(f"does not match the file; {_alike(page, _old(hunk.body))}")


def _alike(page: Page, old: list[str]) -> str:
    from toolrig.fs._edit.candidates import described, nearest

    text = "\n".join(old)
    return described(nearest("\n".join(page.lines), text), text)


def _old(body: list[str]) -> list[str]:
    return [line[1:] for line in body if line[0] != "+"]


def _variants(hunk: Hunk) -> list[list[str]]:
    """Return the lines of *hunk* with and without the empty ones at its end, if those may be mere space."""
    if not hunk.loose:
        return [hunk.body]
    without = hunk.body[: -hunk.loose]
    return [hunk.body, without] if _old(without) else [without]


class _Search:
    """The search for one hunk."""

    def __init__(self, page: Page, hunk: Hunk, wanted: int | None, below: int) -> None:
        self._page = page
        self._hunk = hunk
        self._wanted = wanted
        self._below = below
        self.notes: list[str] = []

    def run(self, old: list[str], look: int) -> int | None:
        """Return where the lines *old* are meant to stand, None where nothing matches under *look*."""
        page, old = self._page, seen(old, look)
        at_end = self._hunk.at_end or self._hunk.opens[0]
        if at_end and page.stand(old, len(page.lines) - len(old), look):
            return self._noted(len(page.lines) - len(old), look)
        if self._wanted is not None and not at_end and page.stand(old, self._wanted, look):
            return self._noted(self._wanted, look)
        found = page.places(old, look)
        if not found:
            return None
        if at_end:
            self.notes.append("is not at the end of the file")
        return self._noted(self._chosen(found), look)

    def insertion(self) -> int:
        """Return where a hunk without old lines inserts."""
        lines = len(self._page.lines)
        if self._wanted is not None and not self._hunk.at_end:
            if self._wanted > lines:
                raise UnplacedError(f"inserts behind line {self._wanted}, but the file has {lines}")
            return max(0, self._wanted)
        if not self._hunk.anchors or self._hunk.at_end:
            return lines
        starts = self._behind_anchors()
        if not starts:
            raise UnplacedError(
                f"has an @@ line that is not in the file; {_alike(self._page, [self._hunk.anchors[-1]])}"
            )
        if len(starts) > 1 and len(self._hunk.anchors) == 1:
            raise UnplacedError(self._several([start - 1 for start in starts]))
        return starts[0]

    def _noted(self, at: int, look: int) -> int:
        if self._wanted is not None and at != self._wanted:
            self.notes.append(f"stands at line {at + 1} instead of {self._wanted + 1}")
        if LOOK_NAMES[look]:
            self.notes.append(f"differs from the file in {LOOK_NAMES[look]}")
        return at

    def _chosen(self, found: list[int]) -> int:
        if self._hunk.anchors:
            return self._chosen_by_anchor(found)
        if self._wanted is not None and len(found) > 1:
            return self._nearest_of(found, self._wanted)
        behind = found[bisect_left(found, self._below) :]
        if len(behind) == 1:
            return behind[0]
        if not behind and len(found) == 1:
            return found[0]
        raise UnplacedError(self._several(behind or found))

    def _nearest_of(self, found: list[int], wanted: int) -> int:
        """Return the place nearest to *wanted* if the next is more than twice as far away."""
        after = bisect_left(found, wanted)
        first, second = sorted(found[max(0, after - 2) : after + 2], key=lambda at: abs(at - wanted))[:2]
        if 2 * abs(first - wanted) < abs(second - wanted):
            return first
        raise UnplacedError(self._several(found))

    def _chosen_by_anchor(self, found: list[int]) -> int:
        starts = [start - 1 for start in self._behind_anchors()]  # a hunk may repeat the line as its first
        if not starts and len(found) == 1:
            self.notes.append("has an @@ line that is not in the file")
            return found[0]
        ends = [*starts[1:], len(self._page.lines)]
        chosen: list[int] = []
        for start, end in zip(starts, ends, strict=False):
            row = bisect_left(found, start)
            if row < len(found) and found[row] < end:
                chosen.append(found[row])
        if len(chosen) == 1 or (chosen and len(self._hunk.anchors) > 1):
            return chosen[0]
        if not chosen and len(found) == 1:
            self.notes.append("is not below its @@ line")
            return found[0]
        raise UnplacedError(self._several(chosen or found))

    def _behind_anchors(self) -> list[int]:
        """Return the indexes behind each line that the innermost anchor names, below the outer ones."""
        start = self._below
        for anchor in self._hunk.anchors[:-1]:
            hits = self._anchored(anchor, start)
            if not hits:
                return []
            start = hits[0] + 1
        return [hit + 1 for hit in self._anchored(self._hunk.anchors[-1], start)]

    def _anchored(self, anchor: str, start: int) -> list[int]:
        for look in LOOKS:
            (line,) = seen([anchor], look)
            hits = self._page.where(line, look)
            hits = hits[bisect_left(hits, start) :]
            if hits:
                return hits
        return self._page.beginning(line, start, LOOKS[-1])  # git cuts headings, models leave out a colon

    def _several(self, found: list[int]) -> str:
        shown = ", ".join(str(at + 1) for at in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        places = f"{len(found):,} places, lines {shown}{more}"
        return f"matches at {places}: add lines of context that tell them apart"
