"""How bytes are text: any file comes back byte for byte, and what does not fit is named."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolrig.errors import BinaryFileError, EncodingError
from toolrig.fs._coding import coding_named, coding_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=60)


@given(data=st.binary(max_size=60))
def test_any_file_comes_back_byte_for_byte(data: bytes) -> None:
    try:
        coding = coding_of(data, "file")
    except BinaryFileError:
        assert b"\0" in data or data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    else:
        assert coding.encode(coding.decode(data)) == data


@given(text=TEXTS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]))
def test_marks_are_obeyed_and_kept(text: str, encoding: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    data = mark + text.encode(encoding)
    coding = coding_of(data, "file")
    assert (coding.encoding, coding.decode(data), coding.encode(text)) == (encoding, text, data)


def test_what_is_not_utf8_is_latin_1() -> None:
    data = b"caf\xe9\r\n"
    coding = coding_of(data, "file")
    assert (coding.encoding, coding.bom, coding.newline) == ("latin-1", b"", "\r\n")
    assert coding.decode(data) == "café\r\n"
    with pytest.raises(EncodingError, match="menu is latin-1, which has no character '€'"):
        coding_of(data, "menu").encode("2 €")


def test_half_a_surrogate_fits_nowhere() -> None:
    with pytest.raises(EncodingError, match="utf-8"):
        coding_of(b"", "file").encode("\udc80")


@pytest.mark.parametrize("data", [b"\x7fELF\0", b"\xff\xfeodd", b"\xfe\xff\xd8\x00"])
def test_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(BinaryFileError, match="file"):
        coding_of(data, "file")


def test_a_nul_far_into_the_file_is_text() -> None:
    assert coding_of(b"x" * 8000 + b"\0", "file").encoding == "utf-8"


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        ("", "\n"),
        ("one", "\n"),
        ("a\rb\r", "\n"),
        ("a\nb\r\n", "\n"),
        ("a\nb\r\nc\r\n", "\r\n"),
        ("a\r\n", "\r\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_newline_is_what_most_lines_end_with(text: str, newline: str, encoding: str) -> None:
    coding = coding_of(text.encode(encoding), "file")
    assert coding.newline == newline
    assert coding.with_newlines("x\ny\r\nz") == f"x{newline}y{newline}z"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "UTF8", "utf-8-sig", "utf-16", "latin1", "cp1252", "shift_jis"]
)
def test_named_encodings_write_what_python_writes(encoding: str) -> None:
    assert coding_named(encoding, "file").encode("text").decode(encoding) == "text"


def test_names_that_are_no_coding_are_refused() -> None:
    for encoding in ("utf-9", "base64", "rot13"):
        with pytest.raises(ValueError, match=encoding):
            coding_named(encoding, "file")
    with pytest.raises(ValueError, match="newline"):
        coding_named("utf-8", "file", newline="\r")
