"""Cuts a stream of bytes into the messages it carries, one a line."""


class Lines:
    """Collects chunks into lines without ever holding much more than *limit* bytes of one."""

    __slots__ = ("_held", "_limit", "_parts", "_skipping")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0
        self._skipping = False

    def feed(self, chunk: bytes) -> "list[bytes | None]":
        """Return the lines that end in *chunk*, without their ends; None stands for one over the limit.

        Blank lines are left out. A line over the limit is reported once, as soon as that is known.
        """
        *whole, rest = chunk.split(b"\n")
        lines: list[bytes | None] = []
        for piece in whole:
            if self._held or self._skipping:
                self._hold(piece, lines)
                piece = b"".join(self._parts)
                skipped = self._skipping
                self._drop()
                if skipped:
                    continue
            if len(piece) > self._limit:
                lines.append(None)
            elif piece and not piece.isspace():
                lines.append(piece)
        if rest:
            self._hold(rest, lines)
        return lines

    def rest(self) -> bytes:
        """Return what has come behind the last line end, and forget it."""
        rest = b"".join(self._parts)
        self._drop()
        return rest

    def _hold(self, piece: bytes, lines: "list[bytes | None]") -> None:
        if self._skipping:
            return
        self._parts.append(piece)
        self._held += len(piece)
        if self._held > self._limit:
            self._drop()
            self._skipping = True
            lines.append(None)

    def _drop(self) -> None:
        self._parts.clear()
        self._held = 0
        self._skipping = False
