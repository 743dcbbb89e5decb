"""Which regions of a text were replaced, over any number of rounds."""

from collections import namedtuple


class Region(namedtuple("Region", ("start", "end", "length"))):
    """What stood from *start* to *end* of the first text; in the last one *length* bytes stand for it."""

    __slots__ = ()

    start: int
    end: int
    length: int

    @property
    def growth(self) -> int:
        """How many bytes longer it has become."""
        return self.length - (self.end - self.start)


def composed(first: list[Region], second: list[Region]) -> list[Region]:
    """Return the regions of two rounds, the *second* made on the result of the *first*, as those of one.

    Regions are in order and apart, those given and those returned.
    """
    spans: list[tuple[int, int, int, int]] = []  # start and end between the rounds, growth in each of them
    shift = 0
    for region in first:
        start = region.start + shift
        spans.append((start, start + region.length, region.growth, 0))
        shift += region.growth
    spans += [(region.start, region.end, 0, region.growth) for region in second]
    regions: list[Region] = []
    shift = 0
    for start, end, before, after in _joined(sorted(spans)):
        regions.append(Region(start - shift, end - shift - before, end - start + after))
        shift += before
    return regions


def _joined(spans: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return *spans* with those that overlap or touch made one."""
    joined: list[tuple[int, int, int, int]] = []
    for span in spans:
        if joined and span[0] <= joined[-1][1]:
            start, end, before, after = joined.pop()
            span = start, max(end, span[1]), before + span[2], after + span[3]
        joined.append(span)
    return joined
