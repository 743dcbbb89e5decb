"""JSON on the wire, against the standard library's own."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolrig.mcp import _wire
from toolrig.mcp._wire import WireError, dumps, encoded, loads, quote

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
# Text with lone surrogates, which JSON can name and UTF-8 cannot hold.
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=[]))


@pytest.fixture(params=["_from_c", "_from_json"])
def codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, part in zip(("_scan", "_encode", "_quote"), getattr(_wire, request.param)(), strict=True):
        monkeypatch.setattr(_wire, name, part)


def test_c_codec_is_in_use() -> None:
    assert type(_wire._scan).__module__ == "_json"


@given(JSON)
def test_loads_what_json_dumps(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


@given(JSON)
def test_dumps_what_json_loads_on_one_line(value: object) -> None:
    data = dumps(value)
    assert json.loads(data) == value
    assert len(data.decode().splitlines()) == 1 or "\x85" in data.decode()
    assert b"\n" not in data
    assert b"\r" not in data


@given(ANY_TEXT)
def test_any_text_survives(text: str) -> None:
    for data in (dumps(text), encoded(quote(text))):
        data.decode()  # strictly
        # A pair of surrogates is one character to JSON.
        assert json.loads(data) == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@given(st.binary())
def test_bytes_are_a_document_or_refused(data: bytes) -> None:
    try:
        value = loads(data)
    except WireError:
        return
    assert json.loads(data) == value


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "value is expected at character 0"),
        (b"  ", "value is expected"),
        (b"{", "1"),
        (b'{"a" 1}', "':'"),
        (b'{"a":1,}', ""),
        (b"[1] [2]", "more data follows the document, at character 4"),
        (b"NaN", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b'{"a":-Infinity}', "-Infinity is not JSON"),
        (b"1e400", "out of range"),
        (b"[" + b"9" * 5000 + b"]", "digits"),
        (b'"\xff"', "not UTF-8: invalid start byte at byte 1"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b'"\x01"', "control character"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"'a'", "value is expected"),
        (b"\xef\xbb\xbf1", ""),
    ],
)
def test_refused_with_a_reason(codec: None, data: bytes, why: str) -> None:
    with pytest.raises(WireError, match=None) as refused:
        loads(data)
    assert why.lower() in str(refused.value).lower()


def test_last_of_equal_keys_counts(codec: None) -> None:
    assert loads(b' {"a":1,"a":2}\r') == {"a": 2}


def test_values_without_a_json_form(codec: None) -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    for value, error in (({1, 2}, TypeError), (float("nan"), ValueError), (cycle, RecursionError)):
        with pytest.raises(error):
            dumps(value)


def test_line_separators_are_escaped(codec: None) -> None:
    assert dumps("a\u2028b\u2029c\ud800") == b'"a\\u2028b\\u2029c\\ud800"'
    assert dumps({"é": [1.5, True, None]}) == '{"é":[1.5,true,null]}'.encode()


def test_first_refusal_needs_no_earlier_import_of_json() -> None:
    code = (
        "import sys; from toolrig.mcp._wire import loads, WireError\n"
        "try: loads(b'{\"a\" 1}')\n"
        "except WireError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "delimiter" in run.stdout
