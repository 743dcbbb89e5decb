"""What grep searches, how it counts and stops, and what it refuses."""

import errno
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.search.trees import FILES, reference, write
from toolrig import grep
from toolrig.errors import NotRegularFileError, PatternError, ToolrigError
from toolrig.fs import Jail
from toolrig.search import Match
from toolrig.search import _search as module
from toolrig.search._grep import grep_jail

pytestmark = pytest.mark.usefixtures("backend")


# ---- what is searched ----


def test_glob_hidden_and_symlinks(tmp_path):
    write(tmp_path, {"a.py": b"x\n", "b/c.py": b"x\n", "b/d.txt": b"x\n", ".hidden": b"x\n"})
    (tmp_path / "link.py").symlink_to("a.py")
    (tmp_path / "folder").symlink_to("b")
    (tmp_path / "outside").symlink_to("/etc")

    def paths(**options) -> list[str]:
        return [item.path for item in grep("x", tmp_path, output="files", offset=0, **options)]

    assert paths() == [".hidden", "a.py", "b/c.py", "b/d.txt"]
    assert paths(hidden=False) == ["a.py", "b/c.py", "b/d.txt"]
    assert paths(glob="**/*.py") == ["a.py", "b/c.py"]
    assert paths(glob=["**", "!b/**"]) == [".hidden", "a.py"]


def test_a_fifo_in_the_tree_does_not_hang(tmp_path):
    write(tmp_path, {"a": b"x\n"})
    os.mkfifo(tmp_path / "fifo")
    found = grep("x", tmp_path)
    assert [match.path for match in found] == ["a"]
    assert found.errors == ()
    with pytest.raises(NotRegularFileError):
        grep("x", tmp_path / "fifo")


def test_one_file(tmp_path):
    write(tmp_path, {"a": b"x\n", "b": b"x\n"})
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for name in ("a", "link"):
        found = grep("x", tmp_path / name)
        assert [match.line for match in found] == [1]
        assert (found.files_searched, found.hidden_by_gitignore, found.total) == (1, 0, 1)
    with pytest.raises(FileNotFoundError):
        grep("x", tmp_path / "absent")


def test_one_file_in_a_jail(tmp_path):
    write(tmp_path, {"top/a/f": b"x\n", "secret": b"x\n"})
    (tmp_path / "top/in").symlink_to("a/f")
    (tmp_path / "top/out").symlink_to("../secret")
    jail = Jail(tmp_path / "top")
    assert [match.path for match in grep_jail("x", jail, only="in", prefix="p/")] == ["p/in"]
    found = grep_jail("x", jail, only="out")
    assert list(found) == []
    assert [(error.path, error.errno) for error in found.errors] == [("out", errno.EXDEV)]


def test_prefix(tmp_path):
    write(tmp_path, {"a/f": b"x\n"})
    for output in ("content", "files", "count"):
        assert [item.path for item in grep_jail("x", Jail(tmp_path), prefix="q/", output=output)] == ["q/a/f"]


def test_names_that_are_not_utf8(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    write(tmp_path, {name: b"x\n"})
    assert [match.path for match in grep("x", tmp_path)] == [name]


# ---- counters, limits, errors ----


def test_counters(tmp_path):
    write(tmp_path, {**FILES, "other": b"nothing\n"})
    found = grep("needle", tmp_path)
    assert (found.total, found.truncated) == (None, False)
    items = list(found)
    assert found.total == len(items)
    assert found.truncated is False
    assert found.files_searched == len(FILES) + 1 - 1
    assert found.binary_skipped == 1
    assert found.files_with_matches == len({item.path for item in items})
    assert found.errors == ()
    assert found.elapsed_ms > 0
    assert found.elapsed_ms == found.elapsed_ms


@pytest.mark.parametrize("output", ["content", "files", "count"])
@pytest.mark.parametrize("pattern", ["needle", "n[ef]edle"])
def test_limit_and_offset(tmp_path, output, pattern):
    write(tmp_path, {f"{i:02}": b"needle\n" * 3 for i in range(10)})
    every = list(grep(pattern, tmp_path, output=output, offset=0))
    pages = []
    for offset in range(0, len(every) + 4, 4):
        page = grep(pattern, tmp_path, output=output, offset=offset, limit=4)
        pages += page
        more = offset + 4 < len(every)
        assert (page.truncated, page.total) == (more, None if more else len(every))
    assert pages == every
    for limit in (0, 1, len(every) - 1, len(every), len(every) + 1):
        found = grep(pattern, tmp_path, output=output, limit=limit)
        assert len(list(found)) == min(limit, len(every))
        assert found.truncated is (limit < len(every))


@pytest.mark.parametrize("pattern", ["needle", "n[ef]edle", "absent", "[qz]"])
@pytest.mark.parametrize("offset", [None, 0])
def test_a_deadline_that_has_passed(tmp_path, pattern, offset):
    write(tmp_path, {f"{i}": b"needle\n" * 10 for i in range(10)})
    found = grep(pattern, tmp_path, deadline=0, offset=offset)
    assert list(found) == []
    assert (found.truncated, found.total) == (True, None)


def test_a_deadline_between_lines(tmp_path, monkeypatch):
    """The clock stands until the third line."""
    write(tmp_path, {"f": b"needle\n" * 10})
    found = grep("n[^x]edle", tmp_path, deadline=1000)
    ticks = iter([0.0, 0.0])
    monkeypatch.setattr("toolrig.search._items.monotonic", lambda: next(ticks, 1e18))
    assert len(list(found)) == 2
    assert found.truncated


def test_a_generous_deadline_changes_nothing(tmp_path):
    write(tmp_path, FILES)
    found = grep("n[ef]edle", tmp_path, deadline=1000, offset=0)
    assert list(found) == reference(tmp_path, "needle")
    assert not found.truncated


def test_unreadable_and_vanishing_files(tmp_path, monkeypatch):
    write(tmp_path, {"a": b"needle\n", "b": b"needle\n", "c/d": b"needle\n"})
    found = grep("needle", tmp_path, offset=0)
    batches = found._search._walk.batches

    def vanish() -> Iterator[list[str]]:
        for batch in batches():
            (tmp_path / "a").unlink()
            (tmp_path / "b").unlink()
            (tmp_path / "b").symlink_to("/etc/passwd")
            yield batch

    monkeypatch.setattr(type(found._search._walk), "batches", lambda _self: vanish())
    assert [match.path for match in found] == ["c/d"]
    assert [(error.path, error.errno) for error in found.errors] == [("a", errno.ENOENT), ("b", errno.ELOOP)]
    assert found.errors[0].message == os.strerror(errno.ENOENT)
    assert found.files_searched == 1
    assert found.total == 1


def test_what_may_not_be_read_is_told(tmp_path):
    """Root reads everything, so an unprivileged child searches where this process is root."""
    write(tmp_path, {"open": b"needle\n", "closed": b"needle\n", "folder/file": b"needle\n"})
    jail = Jail(tmp_path)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "folder").chmod(0)
    tmp_path.chmod(0o755)
    child = os.fork()
    if not child:
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            found = grep_jail("needle", jail, prefix="p/")
            assert [match.path for match in found] == ["p/open"]
            refused = sorted((error.path, error.errno) for error in found.errors)
            assert refused == [("p/closed", errno.EACCES), ("p/folder", errno.EACCES)]
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    (tmp_path / "folder").chmod(0o755)
    assert status == 0


def test_errors_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_ERRORS_MOST", 3)
    write(tmp_path, {f"{i}": b"x\n" for i in range(10)})
    found = grep("x", tmp_path, offset=0)
    for path in tmp_path.iterdir():
        path.rename(tmp_path.parent / f"{tmp_path.name}-{path.name}")
    monkeypatch.setattr(
        type(found._search._walk), "batches", lambda _self: iter([[f"{i}" for i in range(10)]])
    )
    assert list(found) == []
    assert len(found.errors) == 3


def test_a_line_too_long(tmp_path):
    with open(tmp_path / "hole", "wb") as file:
        file.write(b"needle\n")
        file.seek((1 << 26) + 100)
        file.write(b"\n")
    write(tmp_path, {"other": b"needle\n"})
    (tmp_path / "hole").write_bytes(b"needle\n" + b"x" * ((1 << 26) + 1) + b"\nneedle\n")
    found = grep("needle", tmp_path, offset=0)
    assert [(match.path, match.line) for match in found] == [("hole", 1), ("other", 1)]
    assert [(error.path, error.errno) for error in found.errors] == [("hole", errno.EFBIG)]
    assert "64 MiB" in found.errors[0].message


# ---- streaming ----


def test_the_first_item_comes_before_the_walk_ends(tmp_path):
    write(tmp_path, {f"{i // 100}/{i}": b"needle\n" for i in range(5000)})
    found = grep("needle", tmp_path)
    next(found)
    assert found._search._walk.total is None
    assert 0 < found.files_searched < 5000
    assert len(list(found)) == 4999
    assert found.total == found.files_searched == 5000


def test_closing_early_stops_and_leaks_nothing(tmp_path):
    write(tmp_path, {f"{i // 100}/{i}": b"needle\n" * 5 for i in range(3000)})
    before = len(os.listdir("/proc/self/fd"))

    def take(pattern: str) -> None:
        with grep(pattern, tmp_path) as found:
            next(found)
        assert list(found) == []
        assert (found.total, found.truncated) == (None, False)
        searched = found.files_searched
        assert 0 < searched < 3000
        assert found.files_searched == searched

    for pattern in ("needle", "n[ef]edle"):
        take(pattern)
        assert len(os.listdir("/proc/self/fd")) == before
        for _ in grep(pattern, tmp_path):
            break
        grep(pattern, tmp_path)
        assert len(os.listdir("/proc/self/fd")) == before
        list(grep(pattern, tmp_path, limit=1))
        assert len(os.listdir("/proc/self/fd")) == before


def test_memory_is_bounded_by_the_window(tmp_path):
    """A quarter of a gigabyte of hits in an address space that could not hold them."""
    line = b"needle " + b"x" * 1016 + b"\n"
    with open(tmp_path / "big", "wb") as file:
        for _ in range(256):
            file.write(line * 1024)
    child = os.fork()
    if not child:
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + (160 << 20),) * 2)
        right = sum(1 for _ in grep("needle", tmp_path)) == 256 * 1024
        right = (
            right and sum(item.count for item in grep("n[ef]edle", tmp_path, output="count")) == 256 * 1024
        )
        os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# ---- arguments ----


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "position 0"),
        ("a[", "position 1"),
        ("a**", "position 2"),
        ("(?P<1>x)", "position"),
        ("*a", "fixed=True"),
    ],
)
def test_pattern_errors(tmp_path, pattern, words):
    with pytest.raises(PatternError, match=words) as failure:
        grep(pattern, tmp_path)
    assert repr(pattern) in str(failure.value)
    assert isinstance(failure.value, ToolrigError)
    assert list(grep(pattern, tmp_path, fixed=True)) == []


def test_patterns_too_large(tmp_path):
    with pytest.raises(PatternError):
        grep("a{99999999999999}", tmp_path)
    with pytest.raises(PatternError):
        grep("(" * 3000 + ")" * 3000, tmp_path)


def test_context_may_be_any_number_of_lines(tmp_path):
    write(tmp_path, {"a": b"one\nneedle\nthree\n"})
    assert list(grep("needle", tmp_path, before=10**30, after=10**30)) == [
        Match("a", 2, 1, "needle", ("one",), ("three",))
    ]


@pytest.mark.parametrize(
    "options",
    [{"output": "lines"}, {"before": -1}, {"after": -1}, {"limit": -1}, {"offset": -1}, {"hidden": "no"}],
)
def test_options_out_of_range(tmp_path, options):
    with pytest.raises(ValueError, match=str(next(iter(options)))):
        grep("x", tmp_path, **options)
    with pytest.raises(TypeError, match="bytes"):
        grep(b"x", tmp_path)
    with pytest.raises(PatternError):
        grep("x", tmp_path, glob="/absolute")


def test_long_literals_are_verified(tmp_path):
    needle = "ab" * 300
    write(tmp_path, {"f": (needle + "\n" + needle[:-1] + "x\n").encode()})
    assert [match.line for match in grep(needle, tmp_path)] == [1]
    assert [match.line for match in grep(needle, tmp_path, fixed=True)] == [1]


def test_nothing_heavy_is_imported():
    script = (
        "import sys, toolrig; list(toolrig.grep('def', sys.argv[1], limit=3));"
        "print(*sorted({'asyncio','numpy','ssl','json','inspect','dataclasses','typing','pathlib','subprocess','re'}"
        "& set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, os.path.dirname(re.__file__)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
