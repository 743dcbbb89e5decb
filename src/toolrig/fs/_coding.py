"""How a file's bytes are text: its encoding, its byte order mark, and how its lines end."""

from toolrig._record import Record
from toolrig.errors import BinaryFileError, EncodingError

# git's rule (buffer_is_binary in xdiff-interface.c): a NUL among the first 8,000 bytes makes a file binary.
BINARY_PROBE = 8000

# How much of a file tells how its lines end.
_SAMPLE = 1 << 16

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

# Encodings known here in which a byte of ASCII is that character, wherever it stands.
_ASCII_IN_BYTES = ("utf-8", "latin-1")


class Coding(Record):
    r"""How the bytes of one text file are read as text and made of text again.

    Attributes:
        path: the file, for messages.
        encoding: "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be" or "latin-1" where it was found out; any
            encoding Python knows where it was asked for.
        bom: the byte order mark in front of the text; empty where there is none.
        newline: how most lines of its first 64 KiB end, "\n" or "\r\n"; "\n" where none does.
    """

    __slots__ = ("path", "encoding", "bom", "newline")

    path: str
    encoding: str
    bom: bytes
    newline: str

    def decode(self, data: bytes) -> str:
        """Return the text of the file *data*, without the mark and with its line ends as they are."""
        return data[len(self.bom) :].decode(self._codec)

    def encode(self, text: str) -> bytes:
        """Return *text* as a whole file: behind the mark, with its line ends as they are.

        Raises:
            EncodingError: the encoding has no bytes for a character of it.
        """
        return self.bom + self.encode_part(text)

    def encode_part(self, text: str) -> bytes:
        """Return *text* as a part of the file.

        Raises:
            EncodingError: the encoding has no bytes for a character of it.
        """
        try:
            return text.encode(self._codec)
        except UnicodeEncodeError as failure:
            raise EncodingError(
                f"{self.path} is {self.encoding}, which has no character {text[failure.start]!r}: leave it "
                "out, or write the whole file as UTF-8"
            ) from None

    @property
    def is_own_body(self) -> bool:
        """Whether the file behind its mark is its own `body`."""
        return self._codec in _ASCII_IN_BYTES

    def body(self, data: bytes) -> bytes:
        """Return the text of the file *data* in bytes of which every ASCII character is one.

        Those are the file's own behind the mark where its encoding is such a one, and UTF-8 where it is not.
        """
        return data[len(self.bom) :] if self.is_own_body else self.decode(data).encode()

    def whole(self, body: bytes) -> bytes:
        """Return the file whose `body` is *body*."""
        return self.bom + body if self.is_own_body else self.encode(body.decode())

    def body_part(self, text: str) -> bytes:
        """Return *text* as a part of a `body`.

        Raises:
            EncodingError: the encoding has no bytes for a character of it.
        """
        part = self.encode_part(text)
        return part if self.is_own_body else text.encode()

    def body_text(self, part: bytes) -> str:
        """Return the text of *part* of a `body`, which is cut between characters."""
        return part.decode(self._codec if self.is_own_body else "utf-8")

    def with_newlines(self, text: str) -> str:
        r"""Return *text* with every line ended as most lines of the file are, whether by "\n" or "\r\n"."""
        text = text.replace("\r\n", "\n") if "\r" in text else text
        return text if self.newline == "\n" else text.replace("\n", self.newline)

    @property
    def _codec(self) -> str:
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding


def coding_of(data: bytes, path: str, *, whole: bool = True) -> Coding:
    """Return how *data*, the content of the file *path*, is text; not *whole*, it is the beginning only.

    Byte order marks of UTF-8 and UTF-16 are obeyed; what is not UTF-8 is taken for Latin-1, which keeps every
    byte as it is.

    Raises:
        BinaryFileError: a NUL is among the first 8,000 bytes, or the mark of UTF-16 is before something else.
    """
    bom, encoding = next((mark for mark in _MARKS if data.startswith(mark[0])), (b"", "utf-8"))
    if encoding.startswith("utf-16"):
        return Coding(
            path=path, encoding=encoding, bom=bom, newline=_newline_of(_utf16(data, path, encoding, whole))
        )
    if b"\0" in data[:BINARY_PROBE]:
        raise BinaryFileError(f"{path} is a binary file: only text is edited")
    if not _is_utf8(data, whole):
        encoding = "latin-1"
    return Coding(path=path, encoding=encoding, bom=bom, newline=_newline_of(data))


def coding_named(encoding: str, path: str, *, newline: str = "\n") -> Coding:
    r"""Return the coding *encoding*, any that Python knows, for the file *path*.

    "utf-8-sig" and "utf-16" write a mark, little-endian the latter; the others, "utf-16-le" too, write none.

    Raises:
        ValueError: Python knows no such text encoding, or *newline* is neither "\n" nor "\r\n".
    """
    import codecs

    if newline not in ("\n", "\r\n"):
        raise ValueError(f"newline is {newline!r}: use '\\n' or '\\r\\n'")
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # refuses codecs that are none of text, such as base64
    except LookupError:
        raise ValueError(f"encoding {encoding!r} is unknown: use 'utf-8', or one that Python has") from None
    if name == "utf-16":
        return Coding(path=path, encoding="utf-16-le", bom=codecs.BOM_UTF16_LE, newline=newline)
    bom = codecs.BOM_UTF8 if name == "utf-8-sig" else b""
    return Coding(path=path, encoding="latin-1" if name == "iso8859-1" else name, bom=bom, newline=newline)


def _utf16(data: bytes, path: str, encoding: str, whole: bool) -> bytes:
    try:
        return _decoded(data[2:], encoding, whole).encode()
    except UnicodeDecodeError as failure:
        raise BinaryFileError(f"{path} begins with a UTF-16 mark but is not UTF-16: {failure}") from None


def _is_utf8(data: bytes, whole: bool) -> bool:
    if data.isascii():
        return True
    try:
        _decoded(data, "utf-8", whole)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, whole: bool) -> str:
    from codecs import getincrementaldecoder

    return data.decode(encoding) if whole else getincrementaldecoder(encoding)().decode(data)


def _newline_of(data: bytes) -> str:
    sample = data if data.find(b"\n", 0, _SAMPLE) < 0 else data[:_SAMPLE]
    if b"\r" not in sample:  # one look for a byte is much cheaper than counting
        return "\n"
    return "\r\n" if 2 * sample.count(b"\r\n") > sample.count(b"\n") else "\n"
