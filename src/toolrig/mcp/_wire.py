"""JSON as messages need it: strict, UTF-8, one line, and without the import of a JSON package.

CPython's own scanner and encoder live in the C module ``_json``; going to it directly saves the import of
``json`` and ``re``, which takes longer than a first reply. Where that module is missing or behaves
differently, ``json`` serves.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Scan = Callable[[str, int], tuple[object, int]]
    Encode = Callable[[object, int], Iterable[str]]
    Quote = Callable[[str], str]

_SPACE = " \t\r\n"
_INFINITIES = (float("inf"), float("-inf"))


class WireError(Exception):
    """The bytes are not one JSON document; the text says why."""


def loads(data: bytes) -> object:
    """Return the value of the JSON document *data* (RFC 8259); of equal keys the last counts.

    Raises:
        WireError: *data* is not UTF-8, not one JSON document (NaN and Infinity are none), nests too deeply,
            or has a number that Python does not take.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise WireError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    start = 0 if text[:1] == "{" else len(text) - len(text.lstrip(_SPACE))
    try:
        value, end = _located(text, start)
    except StopIteration as stop:
        raise WireError(f"a value is expected at character {stop.value}") from None
    except RecursionError:
        raise WireError("nested too deeply") from None
    except ValueError as error:  # JSONDecodeError and refused numbers among them
        raise WireError(str(error)) from None
    if end != len(text) and (rest := text[end:].lstrip(_SPACE)):
        raise WireError(f"more data follows the document, at character {len(text) - len(rest)}")
    return value


def is_document(data: bytes) -> bool:
    """Return whether *data* is one whole JSON document."""
    try:
        loads(data)
    except WireError:
        return False
    return True


def dumps(value: object) -> bytes:
    """Return *value* as JSON on one line.

    Raises:
        TypeError, ValueError, RecursionError: *value* has no JSON form.
    """
    return encoded("".join(_encode(value, 0)))


def quote(text: str) -> str:
    """Return *text* as a JSON string that still has to go through `encoded`."""
    return _quote(text)


def encoded(document: str) -> bytes:
    """Return a JSON document as UTF-8 that holds no line separator.

    Lone surrogates, which UTF-8 cannot carry, become escapes, and so do U+2028 and U+2029, at which some
    readers of lines (JavaScript's among them) split. All of them can stand in strings only.
    """
    if "\u2028" in document or "\u2029" in document:
        document = document.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return document.encode("utf-8", "backslashreplace")


def _located(text: str, start: int) -> "tuple[object, int]":
    try:
        return _scan(text, start)
    except SystemError:
        # CPython 3.11 finds the class of its error only where json.decoder has been imported.
        import json.decoder  # noqa: F401

        return _scan(text, start)


def _float(digits: str) -> float:
    value = float(digits)
    if value in _INFINITIES:
        raise ValueError(f"the number {digits[:40]} is out of range")
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _refuse_type(value: object) -> object:
    raise TypeError(f"{type(value).__name__} has no JSON form")


class _ScannerOptions:
    """What the scanner takes its settings from: the attributes of a json.JSONDecoder."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = staticmethod(_float)
    parse_int = int
    parse_constant = staticmethod(_refuse_constant)


def _from_c() -> "tuple[Scan, Encode, Quote]":
    from _json import encode_basestring, make_encoder, make_scanner

    scan: Scan = make_scanner(_ScannerOptions)  # type: ignore[arg-type]
    encode: Encode = make_encoder(None, _refuse_type, encode_basestring, None, ":", ",", False, False, False)
    # A trial, because a private module may change.
    sound = scan('[{"a":1.5}]', 0) == ([{"a": 1.5}], 11) and "".join(encode({"é": [1]}, 0)) == '{"é":[1]}'
    if not sound:
        raise TypeError("_json works differently here")
    return scan, encode, encode_basestring


def _from_json() -> "tuple[Scan, Encode, Quote]":
    import json
    from json.encoder import py_encode_basestring

    decoder = json.JSONDecoder(parse_float=_float, parse_constant=_refuse_constant)
    encoder = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
    )
    return decoder.scan_once, lambda value, _level: (encoder.encode(value),), py_encode_basestring  # type: ignore[attr-defined]


try:
    _scan, _encode, _quote = _from_c()
except (ImportError, TypeError):
    _scan, _encode, _quote = _from_json()
