"""Searches for patterns that may take for ever: the same matches, and an end."""

import re
import threading
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.search.trees import FILES, reference, write
from toolrig import Root, aio
from toolrig.errors import ConfirmationError
from toolrig.search import grep

pytestmark = pytest.mark.usefixtures("backend")

SLOW = b"x\n" + b"a" * 40 + b"b\nx\n"


@pytest.mark.parametrize("pattern", [r"(\w+\s?)+d", r"(n|ne|e+)+dle", r"(?:(?:\w|é)+)+$", "(?:|x|ne)*edle"])
@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
def test_same_matches(tmp_path: Path, pattern: str, flags: int) -> None:
    write(tmp_path, {name: data for name, data in FILES.items() if len(data) < 1000})
    found = grep(pattern, tmp_path, offset=0, before=1, after=2, ignore_case=bool(flags))
    assert list(found) == reference(tmp_path, pattern, flags=flags, before=1, after=2)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"output": "files"},
        {"output": "count"},
        {"only_matching": True},
        {"multiline": True},
        {"invert": True},
        {"word": True},
        {"ignore_case": True},
        {"before": 3},
    ],
)
def test_deadline(tmp_path: Path, options: dict[str, Any]) -> None:
    write(tmp_path, {"file": SLOW})
    until = monotonic() + 0.5
    with grep("(a+)+$", tmp_path, deadline=0.5, **options) as found:
        assert [item for item in found if "b" in getattr(item, "text", "b")] == []
    assert found.truncated
    assert monotonic() >= until


def test_long_line(tmp_path: Path) -> None:
    write(tmp_path, {"file": b" " * 200_000 + b"x\n"})
    with grep(r"\s+$", tmp_path, deadline=0.5) as found:
        assert list(found) == []
    assert found.truncated


def test_matches_in_front_are_given(tmp_path: Path) -> None:
    write(tmp_path, {"file": b"aa\n" + SLOW})
    with grep("(a+)+$", tmp_path, deadline=0.5) as found:
        assert [match.line for match in found] == [1]


def test_closing_from_another_thread(tmp_path: Path) -> None:
    write(tmp_path, {"file": b"aa\n" + SLOW})
    found = grep("(a+)+$", tmp_path)
    assert next(found).line == 1
    thread = threading.Thread(target=lambda: list(found))
    thread.start()
    found.close()
    thread.join()


def test_files_in_turn(tmp_path: Path) -> None:
    write(tmp_path, {f"{number:02}": b"aab\nb\nab\n" for number in range(40)})
    with Root(tmp_path) as root:
        found = root.grep("(a+)+b", output="files", offset=0)
        assert [item.path for item in found] == [f"{number:02}" for number in range(40)]
        assert [match.text for match in root.grep("(a+)+b", only_matching=True, path="00")] == ["aab", "ab"]


def test_no_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"file": b"aa\n"})
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(ConfirmationError):
        list(grep("(a+)+$", tmp_path))


def test_cancelling_ends_it(tmp_path: Path) -> None:
    import asyncio

    write(tmp_path, {"file": SLOW})

    async def search() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(aio.grep("(a+)+$", tmp_path))

    asyncio.run(search())
