"""A text while it is edited: what it was, what it has become, and where the two differ."""

from toolrig.errors import EncodingError, TextNotFoundError, TextNotUniqueError
from toolrig.fs._coding import coding_named, coding_of
from toolrig.fs._edit.line_ends import fitted, flattened
from toolrig.fs._edit.occurrences import lines_shown, occurrences
from toolrig.fs._edit.region import Region, composed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from toolrig.fs._edit.edit import Edit

_PARTS_MOST = 64
_REMEDY = ". Give more of the lines around it, or replace all occurrences, or say how many are expected"


class Revision:
    """The text of a file, to which edits are applied one after the other.

    Raises:
        BinaryFileError: *data* is no text.
    """

    def __init__(self, data: bytes, path: str) -> None:
        self.path = path
        self.coding = coding_of(data, path)
        self.before = self._joined = self.coding.body(data)
        self._parts: list[bytes | memoryview] = []  # of the body; none where it is joined
        self.regions: list[Region] = []
        self.replacements = 0

    def apply(self, edit: "Edit") -> None:
        """Make *edit*, whose old text is not empty.

        Raises:
            EncodingError: the file's encoding does not have a character of the new text.
            TextNotFoundError: the old text does not occur.
            TextNotUniqueError: it does not occur as often as it should.
        """
        old, new = flattened(edit.old), flattened(edit.new)
        spans, part_of = self._found(old)
        self._require(edit, spans)
        self._replace(spans, part_of(new))

    @property
    def body(self) -> bytes:
        """The text as it is now, in bytes as `Coding.body` describes them."""
        if self._parts:
            self._joined, self._parts = b"".join(self._parts), []
        return self._joined

    def data(self) -> "list[bytes | memoryview]":
        """Return the whole file as it is now, in parts: a large text is not copied for a small change."""
        if self.coding.is_own_body and 0 < len(self._parts) <= _PARTS_MOST:
            return [self.coding.bom, *self._parts]
        return [self.coding.whole(self.body)]

    def diff(self) -> str:
        """Return the unified diff of all edits."""
        from toolrig.fs._edit.diff import unified_diff

        return unified_diff(self.path, self.before, self.body, self.regions, self.coding.body_text)

    def _found(self, old: str) -> "tuple[list[tuple[int, int]], Callable[[str], bytes]]":
        """Return where *old* occurs, and what makes the bytes of a text there."""
        codings = [self.coding]
        if (
            self.coding.encoding == "latin-1"
        ):  # parts of it may be UTF-8, and `read` shows a window of them so
            codings.append(coding_named("utf-8", self.path))
        for coding in codings:
            try:
                spans = occurrences(self.body, coding.body_part(old))
            except EncodingError:  # then the file cannot hold it
                continue
            if spans:
                return spans, coding.body_part
        raise TextNotFoundError(f"{self.path} does not hold the text to replace; {self._nearest(old)}")

    def _require(self, edit: "Edit", spans: list[tuple[int, int]]) -> None:
        wanted = edit.expected if edit.expected is not None else None if edit.replace_all else 1
        if wanted is None or len(spans) == wanted:
            return
        remedy = "" if edit.expected is not None else _REMEDY
        times = "once" if len(spans) == 1 else f"{len(spans):,} times"
        raise TextNotUniqueError(
            f"{self.path} holds the text to replace {times}, not {'once' if wanted == 1 else wanted}: "
            f"on {lines_shown(self.body, spans)}{remedy}"
        )

    def _replace(self, spans: list[tuple[int, int]], new: bytes) -> None:
        newline, body = self.coding.newline.encode(), self.body
        lines_differ = newline != b"\n" or b"\r" in body
        rest = memoryview(body)  # its slices are no copies
        kept: list[bytes | memoryview] = []
        at = 0
        regions = []
        for start, end in spans:
            piece = fitted(new, body[start:end], newline) if lines_differ else new
            kept += [rest[at:start], piece]
            regions.append(Region(start, end, len(piece)))
            at = end
        kept.append(rest[at:])
        self._parts = kept
        self.regions = composed(self.regions, regions) if self.regions else regions
        self.replacements += len(spans)

    def _nearest(self, old: str) -> str:
        from toolrig.fs._edit.candidates import described, nearest

        text = flattened(self.coding.body_text(self.body))
        return described(nearest(text, old), old)
