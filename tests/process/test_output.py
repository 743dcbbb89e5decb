"""Captured output: exact at every edge of its limit, within bounded memory."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolrig.process import Output, run


def model(data: bytes, limit: int) -> tuple[bytes, bytes]:
    """Return what is kept of *data*: half of the limit, rounded up, from the front, the rest from the end."""
    if len(data) <= limit:
        return data, b""
    ring = limit // 2
    return data[: limit - ring], data[len(data) - ring :]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), limit=st.integers(0, 310))
def test_head_and_tail(backend: str, data: bytes, limit: int) -> None:
    output = run(["cat"], input=data, max_output=limit).stdout
    head, tail = model(data, limit)
    assert (output.head, output.tail) == (head, tail)
    assert (output.total, output.truncated) == (len(data), len(data) > limit)
    assert bytes(output) == head + tail


@pytest.mark.parametrize(
    "limit", [0, 1, 2, 3, 65535, 65536, 65537, 131072, 200_001, 262_143, 262_144, 262_145]
)
def test_many_chunks(backend: str, limit: int) -> None:
    data = bytes(i * i // 7 & 0xFF for i in range(262_144))
    output = run(["cat"], input=data, max_output=limit).stdout
    assert (output.head, output.tail) == model(data, limit)


def test_small_pieces(backend: str) -> None:
    script = "i=0; while [ $i -lt 500 ]; do printf '%d,' $i; i=$((i + 1)); done"
    data = "".join(f"{i}," for i in range(500)).encode()
    output = run(script, max_output=101).stdout
    assert (output.head, output.tail) == model(data, 101)


def test_the_bound_may_be_any_number(backend: str) -> None:
    assert bytes(run("echo all of it", max_output=10**30).stdout) == b"all of it\n"


def test_memory_stays_flat(host) -> None:
    host(
        """
run("echo warm >&2", max_output=1 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
completed = run("head -c 100000000 /dev/zero", max_output=1 << 20)
assert completed.stdout.total == 100_000_000
assert len(bytes(completed.stdout)) == 1 << 20
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert grown < 12 * 1024, grown
"""
    )


def test_text_marks_what_is_missing() -> None:
    output = Output(head=b"begin", tail=b"end", total=12_353)
    assert output.text == str(output) == "begin\n[... 12,345 bytes omitted ...]\nend"
    assert bytes(output) == b"beginend"
    assert output.truncated


def test_undecodable_bytes_are_replaced() -> None:
    assert Output(head=b"a\xffb\xc3", tail=b"", total=4).text == "a\ufffdb\ufffd"


def test_characters_cut_by_the_truncation_are_left_out() -> None:
    euro = "€".encode()
    output = Output(head=b"a" + euro[:2], tail=euro[1:] + b"z", total=100)
    assert output.text == "a\n[... 94 bytes omitted ...]\nz"
    assert bytes(output) == b"a" + euro[:2] + euro[1:] + b"z"
