"""Making a pattern ready costs what its length allows, whatever a client sends."""

import tracemalloc

import pytest

from toolrig.errors import PatternError
from toolrig.search._query import query


def test_plain_text_of_any_length_is_not_compiled() -> None:
    text = "y" * 10_000_000
    tracemalloc.start()
    search = query(text, fixed=False, ignore_case=False).search
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
    assert search is not None
    found = search(f"x{text}")
    assert found is not None
    assert found.start() == 1
    assert search(text[1:]) is None


@pytest.mark.parametrize(
    "options", [{"fixed": True, "ignore_case": True}, {"fixed": False, "ignore_case": False}]
)
def test_a_regular_expression_without_end_is_refused(options: dict[str, bool]) -> None:
    with pytest.raises(PatternError, match="100,001 characters: at most 100,000 are compiled"):
        query("y" * 100_000 + ".", **options)
