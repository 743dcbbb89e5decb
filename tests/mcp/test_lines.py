"""Lines, however the bytes are cut."""

from hypothesis import given
from hypothesis import strategies as st

from toolrig.mcp._lines import Lines


@given(st.lists(st.text(alphabet="ab \r\n", max_size=9).map(str.encode)), st.integers(1, 12))
def test_chunks_do_not_matter(chunks: list[bytes], limit: int) -> None:
    lines = Lines(limit)
    found = [line for chunk in chunks for line in lines.feed(chunk)]
    *whole, rest = b"".join(chunks).split(b"\n")
    expected = [None if len(line) > limit else line for line in whole if len(line) > limit or line.strip()]
    if len(rest) > limit:
        expected.append(None)
    assert found == expected


def test_a_line_over_the_limit_is_not_kept() -> None:
    lines = Lines(10)
    assert lines.feed(b"x" * 11) == [None]
    for _ in range(100):
        assert lines.feed(b"x" * 1000) == []
    assert lines._parts == []
    assert lines.feed(b"\nnext\n") == [b"next"]
