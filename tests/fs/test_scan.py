"""Columns: the rows are those of a walk, their figures those of lstat, in the order asked for."""

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolrig import Root, scan, walk
from toolrig.bench import on
from toolrig.errors import PatternError
from toolrig.fs import Entry, Scan


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("scan") / "tree"
    for number in range(1500):
        path = root / f"d{number % 13}" / f"{number % 3}" / f"f{number}.{'py' if number % 5 else 'txt'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * (number % 7))
        os.utime(path, ns=(0, (number * 7919 % 1000) * 10**9 + number % 2))
    (root / "link").symlink_to("d1")
    (root / "ümlaut").write_text("x")
    (root / os.fsdecode(b"not\xffutf8")).write_text("x")
    return root


def expected(root: Path) -> list[Entry]:
    rows = []
    for path in walk(root):
        info = os.lstat(root / path)
        rows.append(Entry(path, "symlink" if path == "link" else "file", info.st_size, info.st_mtime_ns))
    return rows


def test_rows_are_those_of_a_walk(backend: str, tree: Path) -> None:
    found = scan(tree)
    assert sorted(found.entries()) == sorted(expected(tree))
    assert len(found) == found.total == 1503
    assert (found.truncated, found.errors, found.hidden_by_gitignore) == (False, (), 0)
    assert found.elapsed_ms > 0


def test_columns_are_numpy_arrays_of_the_same_rows(backend: str, tree: Path) -> None:
    found = scan(tree, kinds=("file", "dir", "symlink"))
    rows = list(found.entries())
    names = {1: "file", 2: "dir", 4: "symlink"}
    assert found.paths == [row.path for row in rows]
    assert [names[kind] for kind in found.kinds.tolist()] == [row.kind for row in rows]
    assert found.sizes.tolist() == [row.size for row in rows]
    assert found.mtimes_ns.tolist() == [row.mtime_ns for row in rows]
    assert (found.kinds.dtype, found.sizes.dtype, found.mtimes_ns.dtype) == ("uint8", "int64", "int64")
    assert not found.sizes.flags.writeable


def test_columns_outlive_the_scan(backend: str, tree: Path) -> None:
    total = sum(row.size for row in expected(tree))
    sizes = scan(tree).sizes
    scan(tree)
    assert int(sizes.sum()) == total


@pytest.mark.parametrize("limit", [None, 0, 1, 2, 17, 1499, 1503, 9999, 10**30])
@pytest.mark.parametrize("sort", ["path", "mtime", "size"])
def test_orders_and_limits(backend: str, tree: Path, sort: Any, limit: int | None) -> None:
    rows = sorted(expected(tree), key=lambda row: os.fsencode(row.path))
    if sort != "path":
        rows.sort(key=lambda row: row.mtime_ns if sort == "mtime" else row.size, reverse=True)
    found = scan(tree, sort=sort, limit=limit)
    assert list(found.entries()) == rows[:limit]
    assert (found.total, found.truncated) == (1503, limit is not None and limit < 1503)


def test_a_limit_without_order_keeps_any(backend: str, tree: Path) -> None:
    found = scan(tree, limit=5)
    assert (len(found), len(set(found.paths)), found.total, found.truncated) == (5, 5, 1503, True)
    assert set(found.paths) < set(walk(tree))


@pytest.mark.parametrize("match", ["**/*.py", ["**/*.{py,txt}", "!d1/**"], "d1/*/*", "**", "**/*", "d2/0/f*"])
def test_patterns(backend: str, tree: Path, match: Any) -> None:
    found = scan(tree, match=match)
    assert sorted(found.paths) == sorted(walk(tree, match=match))
    assert found.total == len(found) > 0


def test_without_status_there_are_paths_and_kinds(backend: str, tree: Path) -> None:
    found = scan(tree, stat=False, sort="path")
    assert found.paths == sorted(walk(tree), key=os.fsencode)
    assert set(found.kinds.tolist()) == {1, 4}
    with pytest.raises(ValueError, match="no sizes"):
        _ = found.sizes
    with pytest.raises(ValueError, match="no sizes"):
        next(found.entries())


def test_a_deadline_that_has_passed_gives_what_was_found(backend: str, tree: Path) -> None:
    found = scan(tree, deadline=0)
    assert (found.truncated, found.total) == (True, None)
    assert 0 < len(found) < 1503


def test_an_empty_tree_has_empty_columns(backend: str, tmp_path: Path) -> None:
    found = scan(tmp_path, sort="size", limit=3)
    assert (found.paths, found.sizes.tolist(), found.kinds.tolist(), list(found.entries())) == (
        [],
        [],
        [],
        [],
    )
    assert (found.total, found.truncated) == (0, False)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"sort": "name"}, ValueError, "sort is 'name'"),
        ({"sort": "mtime", "stat": False}, ValueError, "stat=False"),
        ({"limit": -1}, ValueError, "limit is -1"),
        ({"max_depth": 0}, ValueError, "max_depth is 0"),
        ({"kinds": "door"}, ValueError, "'door'"),
        ({"hidden": "some"}, ValueError, "'some'"),
        ({"match": "/x"}, PatternError, "relative"),
    ],
)
def test_what_is_not_offered_is_named(
    backend: str, tmp_path: Path, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        scan(tmp_path, **options)


def test_a_root_gives_paths_relative_to_itself(backend: str, tree: Path) -> None:
    with Root(tree) as root:
        found = root.scan("d1", match="*/*.py", sort="path", limit=3)
    assert found.paths == sorted(f"d1/{path}" for path in walk(tree / "d1", match="*/*.py"))[:3]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_unreadable_directories_are_told(backend: str, public_directory: Path) -> None:
    (public_directory / "deep").mkdir(mode=0)
    (public_directory / "file").write_text("x")
    script = (
        "import os, sys; from toolrig import scan; scan('/', max_depth=1); os.setuid(12345)\n"
        "found = scan(sys.argv[1])\n"
        "print([tuple(error)[:2] for error in found.errors], found.paths)"
    )
    argv = [sys.executable, "-c", script, str(public_directory)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd="/")
    assert done.stdout.strip() == "[('deep', 13)] ['file']", done.stderr


def test_without_numpy_the_remedy_is_named(backend: str, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    found = scan(tree, limit=1)
    with pytest.raises(ImportError, match=r"install numpy, or use Scan\.entries"):
        _ = found.sizes
    assert len(list(found.entries())) == 1


def test_paths_are_made_when_asked_for(tree: Path) -> None:
    scan(tree, limit=1).paths  # noqa: B018  # what is imported at first use does not count
    tracemalloc.start()
    try:
        found = scan(tree)
        before = tracemalloc.get_traced_memory()[0]
        _ = found.paths
        assert tracemalloc.get_traced_memory()[0] - before > 1500 * 50
    finally:
        tracemalloc.stop()
    assert before < 1500 * 10
    assert isinstance(found, Scan)


def a_name(name: bytes) -> bool:
    return not set(name) & {0, ord("/")} and name not in (b".", b"..")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.dictionaries(
        st.binary(min_size=1, max_size=6).filter(
            lambda name: not set(name) & {0, 47} and name not in (b".", b"..")
        ),
        st.tuples(st.integers(0, 3), st.integers(0, 4)),
        max_size=12,
    ),
    sort=st.sampled_from(["path", "mtime", "size"]),
    limit=st.integers(0, 14),
)
def test_any_names_in_any_order(
    backend: str, tmp_path_factory: Any, files: dict[bytes, tuple[int, int]], sort: Any, limit: int
) -> None:
    root = tmp_path_factory.mktemp("tree")
    rows = []
    for name, (size, time) in files.items():
        path = os.path.join(os.fsencode(root), name)
        with open(path, "wb") as file:
            file.write(b"x" * size)
        os.utime(path, ns=(0, time))
        rows.append(Entry(os.fsdecode(name), "file", size, time))
    rows.sort(key=lambda row: os.fsencode(row.path))
    if sort != "path":
        rows.sort(key=lambda row: row.mtime_ns if sort == "mtime" else row.size, reverse=True)
    assert list(scan(root, sort=sort, limit=limit, gitignore=False, hidden="all").entries()) == rows[:limit]


def test_entries_become_json(backend: str, tree: Path) -> None:
    row = next(scan(tree, match="d0/0/f0.txt").entries())
    assert json.loads(json.dumps(row._asdict())) == {
        "path": "d0/0/f0.txt",
        "kind": "file",
        "size": 0,
        "mtime_ns": 0,
    }


def test_both_engines_count_what_rules_hide_alike(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("*.o\n*.log\nbuild/\n!keep.log\n")
    for path in ("a.o", "b.log", "keep.log", "c.py", "build/d.o", "src/e.o", "src/f.py", "src/build/g.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    matches: list[Any] = [None, "**", "**/*.o", "**/*.{py,log}", "src/*", ["**/*.o", "!src/**"]]
    for match in matches:
        told = {}
        for engine in ("native", "pure"):
            found = on(engine, lambda match=match: scan(tmp_path, match=match, sort="path"))()
            told[engine] = (found.paths, found.hidden_by_gitignore)
        assert told["native"] == told["pure"], match
    assert scan(tmp_path, match="**/*.o").hidden_by_gitignore == 4  # two directories, two files
