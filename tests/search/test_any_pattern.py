"""Any regular expression, any bytes: grep finds what `re` finds, line by line."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.patterns import compiled, damaged, random_pattern, sample, start
from tests.search.trees import reference, write
from toolrig import grep
from toolrig.search import FileCount, FileMatch, Match

pytestmark = pytest.mark.usefixtures("backend")


@given(chance=st.randoms(use_true_random=False), ignore_case=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_any_pattern(tmp_path: Path, chance: random.Random, ignore_case: bool) -> None:
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    pattern = random_pattern(chance)
    wanted = compiled(pattern, flags)
    if wanted is None:
        return
    lines = [damaged(sample(pattern, flags, chance), chance) for _ in range(6)]
    ends = [chance.choice([b"\n", b"\n", b"\r\n"]) for _ in range(5)]
    data = b"".join(line + end for line, end in zip(lines, [*ends, b""], strict=True))
    if any(start(wanted, line.decode("utf-8", "surrogateescape")) is None for line in lines):
        return
    write(tmp_path, {"f": data})
    expected = reference(tmp_path, pattern, flags=flags)
    assert [*grep(pattern, tmp_path, ignore_case=ignore_case)] == expected, data
    assert outputs(pattern, tmp_path, ignore_case) == summaries(expected), data


def outputs(pattern: str, root: Path, ignore_case: bool) -> list[FileMatch | FileCount]:
    return [
        *grep(pattern, root, ignore_case=ignore_case, output="files"),
        *grep(pattern, root, ignore_case=ignore_case, output="count"),
    ]


def summaries(matches: list[Match]) -> list[FileMatch | FileCount]:
    return [FileMatch("f"), FileCount("f", len(matches))] if matches else []
