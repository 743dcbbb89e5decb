"""The async twins: the same arguments and answers, and an end that is prompt and complete."""

import asyncio
import gc
import inspect
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import tree as sources

import toolrig
from toolrig import aio, fs, search

Run = Callable[[Coroutine[Any, Any, Any]], Any]

LOOPS = ["asyncio", *(["uvloop"] if find_spec("uvloop") else [])]


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Run:
    """Run a coroutine on a loop of each kind."""
    if request.param == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    else:
        factory = asyncio.new_event_loop

    def run(main: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(asyncio.wait_for(main, 60))

    return run


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for number in range(60):
        for name in range(200):
            path = root / f"d{number % 7}" / f"e{number}" / f"{name}.txt"
            if not name:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"needle {number}\nhay\n")
            else:
                path.touch()
    return root


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


TWINS = sorted(name for name in aio.__all__ if name.islower())


@pytest.mark.parametrize("name", TWINS)
def test_twins_take_the_same_arguments(name: str) -> None:
    twin, original = getattr(aio, name), getattr(toolrig, name, None) or getattr(fs, name)
    assert inspect.signature(twin).parameters == inspect.signature(original).parameters
    assert twin.__doc__ == original.__doc__
    assert twin.__name__ == name


def test_classes_have_the_same_counters() -> None:
    for twin, original in ((aio.Walk, fs.Walk), (aio.Matches, search.Matches)):
        counters = {name for name, value in vars(original).items() if isinstance(value, property)}
        assert {name for name, value in vars(twin).items() if isinstance(value, property)} == counters


def test_answers_are_the_same(backend: str, run: Run, tree: Path) -> None:
    async def ask() -> None:
        assert {path async for path in aio.walk(tree)} == set(toolrig.walk(tree))
        assert {path async for path in aio.walk(tree, match="d1/**", kinds="dir")} == set(
            toolrig.walk(tree, match="d1/**", kinds="dir")
        )
        assert {item async for item in aio.grep("needle", tree)} == set(toolrig.grep("needle", tree))
        assert (await aio.glob("**/9*.txt", tree)).paths == toolrig.glob("**/9*.txt", tree).paths
        scanned = await aio.scan(tree, sort="size", limit=70)
        assert list(scanned.entries()) == list(toolrig.scan(tree, sort="size", limit=70).entries())
        assert await aio.stat_many(scanned.paths, tree) == list(scanned.entries())
        assert (await aio.tree(tree, limit=50)).entries == toolrig.tree(tree, limit=50).entries
        assert await aio.read(tree / "d1/e1/0.txt") == toolrig.read(tree / "d1/e1/0.txt")

    run(ask())


def test_batches_hold_all_items_once(backend: str, run: Run, tree: Path) -> None:
    async def count() -> None:
        walked = aio.walk(tree)
        first = await anext(walked)
        batches = [batch async for batch in walked.batches()]
        assert all(batches)
        assert len(batches) < 500
        paths = [first, *(path for batch in batches for path in batch)]
        assert sorted(paths) == sorted(toolrig.walk(tree))
        assert walked.total == len(paths)
        assert await anext(walked, None) is None

    run(count())


def test_counters_wait_for_the_start(backend: str, run: Run, tree: Path) -> None:
    async def look() -> None:
        walked = aio.walk(tree)
        assert (walked.total, walked.hidden_by_gitignore, walked.errors, walked.elapsed_ms) == (
            None,
            0,
            (),
            0.0,
        )
        found = aio.grep("needle", tree)
        assert (found.total, found.files_searched, found.truncated) == (None, 0, False)
        assert len([item async for item in found]) == found.total == found.files_with_matches == 60
        assert (found.files_searched, found.binary_skipped, found.errors) == (12000, 0, ())
        assert found.elapsed_ms > 0

    run(look())


def test_errors_come_with_the_first_item(backend: str, run: Run, tree: Path) -> None:
    async def fail() -> None:
        walked = aio.walk(tree / "missing")
        with pytest.raises(FileNotFoundError, match="missing"):
            await anext(walked)
        assert await anext(walked, "over") == "over"
        with pytest.raises(toolrig.ToolrigError, match="pattern"):
            await anext(aio.grep("(", tree))
        with pytest.raises(FileNotFoundError, match="missing"):
            await aio.tree(tree / "missing")

    run(fail())


def test_a_closed_stream_leaves_nothing(backend: str, run: Run, tree: Path) -> None:
    async def stop() -> None:
        for _ in range(10):
            async with aio.walk(tree) as walked:
                await anext(walked)
            assert await anext(walked, None) is None
            assert walked.total is None
            async with aio.grep("a", tree, fixed=True) as found:
                await anext(found, None)
            unstarted = aio.walk(tree)
            await unstarted.aclose()
            assert await anext(unstarted, None) is None

    before = descriptors()
    run(stop())
    assert descriptors() == before


def test_a_dropped_stream_is_closed(backend: str, run: Run, tree: Path) -> None:
    async def drop() -> None:
        for _ in range(10):
            async for _path in aio.walk(tree):
                break
            aio.walk(tree)

    before = descriptors()
    run(drop())
    assert descriptors() == before


class Slow:
    """A source whose second batch comes only when it is closed."""

    def __init__(self) -> None:
        self.closed, self.entered = threading.Event(), threading.Event()

    def close(self) -> None:
        self.closed.set()

    def batches(self) -> Any:
        yield ["first"]
        self.entered.set()
        assert self.closed.wait(30)


def test_items_do_not_wait_for_later_ones(run: Run) -> None:
    async def take() -> None:
        slow = Slow()
        walked = aio.Walk(lambda: slow)  # type: ignore[arg-type, return-value]
        assert await anext(walked) == "first"
        assert not slow.closed.is_set()
        await walked.aclose()
        assert slow.closed.is_set()

    run(take())


@pytest.mark.parametrize("end", ["cancel", "timeout", "aclose"])
def test_a_waiting_task_can_be_ended(run: Run, end: str) -> None:
    async def wait() -> None:
        slow = Slow()
        walked = aio.Walk(lambda: slow)  # type: ignore[arg-type, return-value]
        await anext(walked)
        if end == "timeout":
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(walked), 0.01)
        else:
            task = asyncio.ensure_future(anext(walked, None))
            await asyncio.to_thread(slow.entered.wait, 30)
            if end == "cancel":
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            else:
                await walked.aclose()
                assert await task is None
        assert slow.closed.is_set()
        await walked.aclose()
        assert await anext(walked, None) is None

    run(wait())


def test_cancelling_while_it_opens_leaves_nothing(run: Run) -> None:
    opening, go_on, slow = threading.Event(), threading.Event(), Slow()

    def start() -> Slow:
        opening.set()
        assert go_on.wait(30)
        return slow

    async def cancel() -> None:
        walked = aio.Walk(start)  # type: ignore[arg-type]
        task = asyncio.ensure_future(anext(walked, None))
        await asyncio.to_thread(opening.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await walked.aclose()
        assert slow.closed.is_set()

    run(cancel())


def test_two_tasks_cannot_share_a_stream(run: Run) -> None:
    async def share() -> None:
        slow = Slow()
        walked = aio.Walk(lambda: slow)  # type: ignore[arg-type, return-value]
        await anext(walked)
        task = asyncio.ensure_future(anext(walked, None))
        await asyncio.to_thread(slow.entered.wait, 30)
        with pytest.raises(RuntimeError, match="another task"):
            await anext(walked)
        await walked.aclose()
        await task

    run(share())


def test_a_slow_consumer_occupies_no_thread(backend: str, run: Run, tree: Path) -> None:
    """More walks than the executor has threads, all stopped after their first path, finish one by one."""

    async def consume() -> None:
        walks = [aio.walk(tree) for _ in range(60)]
        for walked in walks:
            await anext(walked)
        for walked in walks:
            rest = [path async for path in walked]
            assert walked.total == len(rest) + 1 == 12000

    before = descriptors()
    run(consume())
    assert descriptors() == before


def test_a_loop_that_is_gone_ends_the_work(backend: str, tree: Path) -> None:
    before = descriptors()
    loop = asyncio.new_event_loop()
    walked = aio.walk(tree)
    assert loop.run_until_complete(anext(walked))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    del walked
    assert descriptors() == before


def test_only_aio_imports_asyncio_and_nothing_imports_aio() -> None:
    code = "import sys, toolrig; toolrig.walk, toolrig.grep, toolrig.tree; print('asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    for name in sources.files(".py"):
        if not name.startswith("aio/"):
            assert "toolrig.aio" not in (sources.PACKAGE / name).read_text("utf-8"), name
