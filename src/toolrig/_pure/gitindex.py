"""The paths in git's index (gitformat-index(5)): versions 2 to 4, SHA-1 and SHA-256, split, sparse.

Bytes of an index are data from the repository and trusted in nothing: every length is checked, and what a
version 4 index unfolds to is bounded by a multiple of its size. Checksums are not verified.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAMAGED = "git's index is damaged: 'git status' tells more, 'rm .git/index && git reset' rebuilds it"
UNKNOWN = "git's index has a version or extension that is not known: update toolrig"
LINK = 0xE000  # a submodule's commit
SPARSE = 0x4000  # a directory outside the sparse checkout
TYPE = 0xF000  # of a mode
SKIPPED = 1  # outside of the sparse checkout: the file need not exist
_UNFOLD = 16  # longest total of names, as a multiple of the file's size


def index_paths(
    data: "bytes | bytearray | memoryview",
    shared: "bytes | bytearray | memoryview" = b"",
    *,
    sha256: bool = False,
) -> list[str]:
    """Return the paths in the bytes of an index file, sorted bytewise (gitformat-index(5), versions 2 to 4).

    *shared* are the bytes of the ``sharedindex.*`` file that a split index stands on. *sha256* is a matter
    of the repository's ``extensions.objectFormat``.

    Raises:
        ValueError: The index is damaged, or of a kind that is not known.
    """
    from os import fsdecode

    entries = read_index(bytes(data), lambda _: bytes(shared), 32 if sha256 else 20)
    return [fsdecode(name) for name in sorted(entries) if entries[name] & TYPE != SPARSE]


def read_index(data: bytes, fetch: "Callable[[str], bytes]", hash_length: int) -> dict[bytes, int]:
    """Return the names in an index with the type bits of their modes and SKIPPED.

    *fetch* is called with the hexadecimal name of a split index's base and returns the bytes of that file.

    Raises:
        ValueError: The index is damaged, or of a kind that is not known.
    """
    own = _IndexFile(data, hash_length)
    base_name = own.link[:hash_length]
    if len(base_name) == hash_length and any(base_name):
        entries = _join(own, _IndexFile(fetch(base_name.hex()), hash_length).entries)
    else:
        entries = own.entries
    found: dict[bytes, int] = {}
    for name, mode in entries:
        if name:
            found.setdefault(name, mode)
    return found


class _IndexFile:
    """The entries of one file, and the payload of its split index's extension."""

    def __init__(self, data: bytes, hash_length: int) -> None:
        if len(data) < 12 + hash_length or data[:4] != b"DIRC":
            raise ValueError(DAMAGED)
        self._data = data
        self._at, self._end = 12, len(data) - hash_length
        self._fixed = 40 + hash_length + 2
        self._version = int.from_bytes(data[4:8], "big")
        count = int.from_bytes(data[8:12], "big")
        if not 2 <= self._version <= 4:
            raise ValueError(UNKNOWN)
        if count > (self._end - self._at) // (self._fixed + 2):
            raise ValueError(DAMAGED)
        self.entries = self._packed(count) if self._version == 4 else [self._plain() for _ in range(count)]
        self.link = self._extensions()

    def _head(self) -> tuple[int, int, int]:
        """Return mode and SKIPPED, the name's length as far as the flags hold it, where the name starts."""
        data, at, fixed = self._data, self._at, self._fixed
        if self._end - at < fixed + 2:
            raise ValueError(DAMAGED)
        skipped = 0
        flags = data[at + fixed - 2] << 8 | data[at + fixed - 1]
        if flags & 0x4000:
            if self._version < 3:
                raise ValueError(DAMAGED)
            skipped = SKIPPED if data[at + fixed] & 0x40 else 0
            fixed += 2
        return (data[at + 26] << 8) & TYPE | skipped, flags & 0xFFF, at + fixed

    def _nul(self, start: int) -> int:
        nul = self._data.find(0, start, self._end)
        if nul < 0:
            raise ValueError(DAMAGED)
        return nul

    def _plain(self) -> tuple[bytes, int]:
        """Versions 2 and 3: the name in full, padded with NUL to a multiple of eight, at least one."""
        mode, length, start = self._head()
        nul = start + length if length < 0xFFF else self._nul(start)
        padded = (nul - self._at + 8) & ~7
        if nul >= self._end or self._data[nul] or padded > self._end - self._at:
            raise ValueError(DAMAGED)
        self._at += padded
        return self._data[start:nul], mode

    def _packed(self, count: int) -> list[tuple[bytes, int]]:
        """Version 4: drop some bytes of the previous name, append the rest up to a NUL."""
        entries, previous, total = [], b"", 0
        for _ in range(count):
            mode, _length, start = self._head()
            strip, start = self._offset(start)
            nul = self._nul(start)
            if strip > len(previous):
                raise ValueError(DAMAGED)
            total += len(previous) - strip + nul - start
            if total // _UNFOLD > len(self._data):
                raise ValueError(DAMAGED)
            previous = previous[: len(previous) - strip] + self._data[start:nul]
            entries.append((previous, mode))
            self._at = nul + 1
        return entries

    def _offset(self, at: int) -> tuple[int, int]:
        """git's offset encoding: 7 bits a byte, big end first, one added at each continuation."""
        value = 0
        while at < self._end and value < 1 << 56:
            c = self._data[at]
            at += 1
            value = (value << 7) | (c & 0x7F)
            if not c & 0x80:
                return value, at
            value += 1
        raise ValueError(DAMAGED)

    def _extensions(self) -> bytes:
        """Capitals mark extensions a reader may skip; of the others only split and sparse are known."""
        data, at, link = self._data, self._at, b""
        while self._end - at >= 8:
            tag, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
            at += 8
            if length > self._end - at:
                raise ValueError(DAMAGED)
            if tag == b"link":
                link = data[at : at + length]
            elif not tag[:1].isupper() and tag != b"sdir":
                raise ValueError(UNKNOWN)
            at += length
        return link


def _join(own: _IndexFile, base: list[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
    """Apply a split index to its base: nameless own entries replace marked ones of the base, in order."""
    hash_length = own._fixed - 42
    bitmaps = own.link[hash_length:]
    if bitmaps:
        used = _bitmap_size(bitmaps)
        dropped = set(_bits(bitmaps[:used], len(base)))
        replaced_bits = list(_bits(bitmaps[used:], len(base)))
        for replaced, bit in zip(own.entries, replaced_bits, strict=False):
            base[bit] = (base[bit][0], replaced[1])
        base = [entry for bit, entry in enumerate(base) if bit not in dropped]
    return base + own.entries


def _bitmap_size(data: bytes) -> int:
    if len(data) < 12 or int.from_bytes(data[4:8], "big") > (len(data) - 12) // 8:
        raise ValueError(DAMAGED)
    return 12 + 8 * int.from_bytes(data[4:8], "big")


def _bits(data: bytes, limit: int) -> "Iterator[int]":
    """Yield the set bits below *limit* of an EWAH bitmap of 64-bit words."""
    words = [int.from_bytes(data[at : at + 8], "big") for at in range(8, _bitmap_size(data) - 4, 8)]
    at = position = 0
    while at < len(words):
        head = words[at]
        at += 1
        run, literals = (head >> 1) & 0xFFFFFFFF, head >> 33
        if literals > len(words) - at:
            raise ValueError(DAMAGED)
        end = position + 64 * run
        if head & 1:
            yield from range(min(position, limit), min(end, limit))
        position = end
        for word in words[at : at + literals]:
            for bit in range(64):
                if word >> bit & 1 and position + bit < limit:
                    yield position + bit
            position += 64
        at += literals
