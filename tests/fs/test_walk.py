"""Walking: the paths found are those of os.walk, whatever the tree looks like."""

import errno
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolrig import Root, _backend, _pool, walk
from toolrig.fs import Walk


def reference(root: Path, *, kinds: str = "others", depth: int | None = None) -> set[str]:
    """What os.walk finds: "others" is everything that is not a directory."""
    found = set()
    for top, directories, files in os.walk(root):
        below = os.path.relpath(top, root)
        level = 0 if below == "." else below.count("/") + 1
        links = [name for name in directories if os.path.islink(os.path.join(top, name))]
        names = files + links if kinds == "others" else [name for name in directories if name not in links]
        if depth is None or level < depth:
            found.update(os.path.normpath(os.path.join(below, name)) for name in names)
    return found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for number in range(40):
        directory = root / f"d{number % 7}" / f"e{number % 5}" / f"f{number}"
        directory.mkdir(parents=True)
        for name in ("one.py", "two.txt", ".hidden", "ümlaut", "with space", "new\nline"):
            (directory / name).write_text("x")
    (root / "empty").mkdir()
    (root / "link-to-dir").symlink_to("d1")
    (root / "loop").symlink_to(".")
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "fifo")
    return root


@pytest.fixture(params=["one thread", "several threads"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    count = 1 if request.param == "one thread" else 4
    _pool.threads()
    _backend.kernel("pool").resize(count - 1)
    monkeypatch.setattr(_pool, "_threads", count)
    return


def test_finds_what_os_walk_finds(backend: str, threads: None, tree: Path) -> None:
    found = list(walk(tree))
    assert len(found) == len(set(found))
    assert set(found) == reference(tree)


def test_directories_are_found_when_asked_for(backend: str, threads: None, tree: Path) -> None:
    assert set(walk(tree, kinds="dir")) == reference(tree, kinds="directories")


@pytest.mark.parametrize(
    ("kind", "expected"), [("symlink", {"link-to-dir", "loop", "dangling"}), ("other", {"fifo"})]
)
def test_kinds_select(backend: str, tree: Path, kind: str, expected: set[str]) -> None:
    assert set(walk(tree, kinds=[kind])) == expected


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_depth_is_bounded(backend: str, tree: Path, depth: int) -> None:
    assert set(walk(tree, max_depth=depth)) == reference(tree, depth=depth)


def test_depth_may_be_any_number(backend: str, tree: Path) -> None:
    assert set(walk(tree, max_depth=10**30)) == reference(tree)


def test_hidden_names_and_gits_own_directory(backend: str, tmp_path: Path) -> None:
    for path in (".git/config", ".github/workflow", "sub/.git", "sub/.env", "plain"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    options = {"gitignore": False}
    assert set(walk(tmp_path, **options)) == {".github/workflow", "sub/.env", "plain"}
    assert set(walk(tmp_path, hidden=False, **options)) == {"plain"}
    assert set(walk(tmp_path, hidden="all", **options)) == reference(tmp_path)


def test_names_that_are_not_utf8_survive_the_round_trip(backend: str, tmp_path: Path) -> None:
    raw = [b"caf\xe9", b"\xff\xfe", "ünï".encode()]
    for name in raw:
        os.mkdir(os.path.join(os.fsencode(tmp_path), name))
        with open(os.path.join(os.fsencode(tmp_path), name, name), "wb"):
            pass
    assert sorted(map(os.fsencode, walk(tmp_path))) == sorted(name + b"/" + name for name in raw)


def test_paths_longer_than_path_max_are_found(backend: str, tmp_path: Path) -> None:
    name, levels = "d" * 200, 25
    fd = os.open(tmp_path, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=fd)
        below = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)
    assert list(walk(tmp_path)) == [f"{name}/" * levels + "leaf"]


def test_large_directories_come_in_pieces(backend: str, threads: None, tmp_path: Path) -> None:
    expected = set()
    for directory in ("a", "a/b", "c"):
        (tmp_path / directory).mkdir()
        for number in range(5000):
            path = f"{directory}/{number}"
            (tmp_path / path).touch()
            expected.add(path)
    for number in range(1500):
        (tmp_path / "c" / f"d{number}").mkdir()
    found = list(walk(tmp_path))
    assert len(found) == len(expected)
    assert set(found) == expected


WARM = "import os, resource, sys\nfrom toolrig import walk\nlist(walk('.')); walk('.').errors\n"


def run_script(script: str, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_unreadable_directories_are_reported(backend: str, public_directory: Path) -> None:
    (public_directory / "open").mkdir()
    (public_directory / "open" / "file").touch()
    (public_directory / "shut").mkdir(mode=0)
    # an ordinary user, because root may read everything
    script = (
        "if os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "w = walk('.')\n"
        "print(list(w), w.total, [tuple(e) for e in w.errors])\n"
    )
    denied = [("shut", errno.EACCES, os.strerror(errno.EACCES))]
    assert run_script(WARM + script, cwd=public_directory) == f"{['open/file']} 1 {denied}"


def test_running_out_of_descriptors_is_reported(backend: str, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    script = (
        "w = walk('.', kinds='dir', gitignore=False)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 1024))\n"
        "found = list(w)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))\n"
        "print(found, [(e.path, e.errno) for e in w.errors])\n"
    )
    assert run_script(WARM + script, cwd=tmp_path) == f"[] [('', {errno.EMFILE})]"


def test_directories_that_vanish_are_reported(backend: str, tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"d{number}").mkdir()
    with walk(tmp_path, kinds=["dir", "file"], gitignore=False) as found:
        next(found)
        for number in range(3000):
            (tmp_path / f"d{number}").rmdir()
        rest = list(found)
    assert len(rest) <= 2999
    assert {error.errno for error in found.errors} <= {errno.ENOENT}


def test_counters_tell_whether_the_walk_ended(backend: str, tree: Path) -> None:
    found = walk(tree)
    assert found.total is None
    assert found.total is None
    assert next(found)
    rest = list(found)
    assert found.total == len(rest) + 1
    assert found.elapsed_ms > 0
    assert list(found) == []


def test_a_closed_walk_ends(backend: str, threads: None, tree: Path) -> None:
    with walk(tree) as found:
        next(found)
    assert found.total is None
    found.close()
    assert list(found) == []
    assert list(found.batches()) == []


def test_threads_that_share_a_walk_get_an_error(backend: str, threads: None, tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"d{number}").mkdir()
        (tmp_path / f"d{number}" / "file").touch()
    for _ in range(20):
        found, seen, refused = walk(tmp_path), [], []

        def share(found: Walk = found, seen: list[str] = seen, refused: list[str] = refused) -> None:
            try:
                seen.extend(found)
            except ValueError as error:
                refused.append(str(error))

        workers = [threading.Thread(target=share) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert set(refused) <= {"generator already executing"}
        assert len(refused) < len(workers)
        assert set(seen) <= reference(tmp_path)


def test_walks_leave_no_descriptor_behind(backend: str, threads: None, tree: Path) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        list(walk(tree))
        next(walk(tree))
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_dropped_walk_is_closed(backend: str, threads: None, tree: Path) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    gc.disable()
    try:
        walk(tree)
        next(walk(tree))
        for _ in walk(tree):
            break
        assert len(os.listdir("/proc/self/fd")) == before
    finally:
        gc.enable()


def test_a_walk_outlives_its_root(backend: str, threads: None, tree: Path) -> None:
    """A closed root's descriptor may come to mean another directory; a walk under way must not follow."""
    with Root(tree) as root:
        found = root.walk()
        first = next(found)
    decoys = [os.open("/", os.O_RDONLY) for _ in range(20)]
    assert {first, *found} == reference(tree)
    assert found.errors == ()
    for fd in decoys:
        os.close(fd)


def test_many_walks_at_once(backend: str, threads: None, tree: Path) -> None:
    expected, answers = reference(tree), []

    def work() -> None:
        answers.extend(set(walk(tree)) == expected for _ in range(10))

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert answers == [True] * 60


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_starts_afresh(backend: str, threads: None, tree: Path) -> None:
    script = (
        "import os, sys, warnings\n"
        "from toolrig import walk\n"
        "warnings.simplefilter('ignore')  # Python 3.12 warns of forks beside threads\n"
        "w = walk(sys.argv[1]); next(w)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    fresh = len(list(walk(sys.argv[1])))\n"
        "    try: list(w.batches()); old = 'went on'\n"
        "    except RuntimeError as error: old = str(error)\n"
        "    print(fresh, old, flush=True); os._exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print(1 + len(list(w)))\n"
    )
    count = len(reference(tree))
    assert run_script(script, str(tree), cwd=tree).splitlines() == [
        f"{count} a walk cannot be continued after a fork: start a new one in the child",
        str(count),
    ]


def test_matching_keeps_to_the_pattern(backend: str, tree: Path) -> None:
    assert set(walk(tree, match="d1/**/*.py")) == {
        path for path in reference(tree) if path.startswith("d1/") and path.endswith(".py")
    }


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"max_depth": 0}, "max_depth"),
        ({"kinds": "files"}, "files"),
        ({"hidden": "some"}, "hidden"),
        ({"match": "/etc/*"}, "relative"),
    ],
)
def test_options_that_are_not_offered_are_named(
    backend: str, tmp_path: Path, options: dict, word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        walk(tmp_path, **options)


def test_a_root_that_cannot_be_walked_is_an_error_at_once(backend: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="file"):
        walk(tmp_path / "file")
    with pytest.raises(FileNotFoundError, match="missing"):
        walk(tmp_path / "missing")


names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=6)
trees = st.recursive(st.none(), lambda below: st.dictionaries(names, below, max_size=4), max_leaves=25)


def plant(directory: str, shape: dict | None) -> None:
    for name, below in (shape or {}).items():
        if name in (".", "..", ".git") or len(os.fsencode(name)) > 200:
            continue
        path = f"{directory}/{name}"
        if below is None:
            with open(path, "w"):
                pass
        else:
            os.mkdir(path)
            plant(path, below)


@given(shape=trees)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree(backend: str, tmp_path_factory: pytest.TempPathFactory, shape: dict | None) -> None:
    root = tmp_path_factory.mktemp("any")
    plant(str(root), shape)
    assert set(walk(root, gitignore=False)) == reference(root)
    assert set(walk(root, kinds="dir", gitignore=False)) == reference(root, kinds="directories")
