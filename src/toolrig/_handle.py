"""A directory as a kernel keeps it: a descriptor of its own, closed when nobody needs it any more."""

import os


class Handle:
    """A duplicate of the directory descriptor *place*; or *place* itself, a path, where there are none.

    A kernel at work on another thread keeps its handle, so its descriptor's number cannot come to mean
    something else while it is in use.

    Raises:
        OSError: *place* is not an open descriptor.
    """

    __slots__ = ("place",)

    place: "int | str"

    def __init__(self, place: "int | str") -> None:
        self.place = os.dup(place) if isinstance(place, int) else place

    def __del__(self) -> None:
        place = getattr(self, "place", "")
        if isinstance(place, int):
            os.close(place)
