"""Repositories whose own directory is elsewhere: followed inside of a root, and never out of it."""

import contextlib
import errno
import gc
import os
import shutil
import threading
from collections.abc import Iterator

import pytest

import toolrig
from tests.fs.gitview import commit, git, init, write
from toolrig import Root
from toolrig.errors import NotInRepositoryError, OutsideRootError


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> str:
    path = str(tmp_path_factory.mktemp("home"))
    monkeypatch.setenv("HOME", path)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return path


def seen(directory: str, below: str = ".") -> set[str]:
    with Root(directory) as root:
        return set(root.walk(below))


def below(names: set[str], top: str) -> set[str]:
    return {name.removeprefix(f"{top}/") for name in names if name.startswith(f"{top}/")}


@pytest.fixture
def worktree(tmp_path) -> str:
    """A linked worktree with rules and a tracked file that they ignore; its repository lies beside it."""
    main = init(str(tmp_path / "main"))
    write(main, {".gitignore": b"*.o\n", "t.o": b"", "d/t.o": b"", "d/a.c": b""})
    git(main, "add", "-f", "t.o", "d/t.o")
    commit(main)
    git(main, "worktree", "add", "-q", str(tmp_path / "linked"))
    write(str(tmp_path / "linked"), {"a.o": b"", "d/a.o": b""})
    return str(tmp_path / "linked")


def swaps(tmp_path) -> Iterator[object]:
    """Ways to point the worktree at a repository that tracks all of it."""
    other = str(tmp_path / "other")
    shutil.copytree(tmp_path / "linked", other, ignore=shutil.ignore_patterns(".git"))
    git(init(other), "add", "-f", ".")
    write(str(tmp_path / "linked"), {"pointer": f"gitdir: {other}/.git\n".encode()})
    pointer = str(tmp_path / "linked" / ".git")
    yield lambda: os.replace(tmp_path / "linked" / "pointer", pointer)
    yield lambda: (os.remove(pointer), os.symlink(f"{other}/.git", pointer))
    yield lambda: (os.remove(pointer), os.symlink("../other/.git", pointer))
    yield lambda: os.remove(pointer)


@pytest.mark.parametrize("directory", ["", "d"])
def test_a_pointer_counts_as_it_was(backend: str, tmp_path, worktree: str, directory: str) -> None:
    top = os.path.join(worktree, directory)
    with Root(top) as root:
        before = set(root.walk()) - {"pointer"}
        assert before == set(toolrig.walk(top))
        assert "a.o" not in before
        assert "t.o" in before
        tracked = root.tracked()
        for swap in swaps(tmp_path):
            swap()
            assert set(root.walk()) - {"pointer"} == before
            assert set(root.walk("d" if not directory else ".")) <= before
            assert root.tracked() == tracked


def test_worktrees_inside_are_followed(backend: str, tmp_path) -> None:
    top = init(str(tmp_path / "r"))
    write(top, {".gitignore": b"*.o\n/w\n", "t.o": b""})
    git(top, "add", "-f", "t.o")
    commit(top)
    git(top, "worktree", "add", "-q", f"{top}/w/x")  # its pointer is absolute
    write(top, {"w/x/a.o": b"", "w/x/a.c": b""})
    assert seen(top) == set(toolrig.walk(top)) == {".gitignore", "t.o"}
    assert seen(top, "w/x") == {"w/x/.gitignore", "w/x/t.o", "w/x/a.c"}
    with Root(top) as root:
        assert root.tracked("w/x") == ["w/x/.gitignore", "w/x/t.o"]
    os.rename(top, f"{top}-moved")  # which leaves the pointer behind
    assert seen(f"{top}-moved", "w/x") == {"w/x/.gitignore", "w/x/a.c"}


def test_submodules(backend: str, tmp_path) -> None:
    library = init(str(tmp_path / "library"))
    write(library, {".gitignore": b"*.o\n", "t.o": b"", "a.c": b""})
    git(library, "add", "-f", "t.o")
    commit(library)
    top = init(str(tmp_path / "r"))
    write(top, {"s/x": b""})
    commit(top)
    git(top, "-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "s/sub")
    write(top, {"s/sub/a.o": b""})
    assert seen(top) == set(toolrig.walk(top))
    assert "s/sub/t.o" in seen(top)
    assert seen(f"{top}/s/sub") == set(toolrig.walk(f"{top}/s/sub")) == {".gitignore", "t.o", "a.c"}
    assert seen(f"{top}/s") == {"x", "sub/.gitignore", "sub/a.c"}  # its repository lies outside: rules alone


POINTERS = {
    "relative": lambda path, _: write(path, {".git": b"gitdir: ../../other/.git\n"}),
    "absolute": lambda path, other: write(path, {".git": os.fsencode(f"gitdir: {other}/.git\n")}),
    "link": lambda path, _: os.symlink("../../other/.git", f"{path}/.git"),
    "absolute link": lambda path, other: os.symlink(f"{other}/.git", f"{path}/.git"),
    "link to a pointer": lambda path, other: (
        write(other, {"pointer": os.fsencode(f"gitdir: {other}/.git\n")}),
        os.symlink("../../other/pointer", f"{path}/.git"),
    ),
    "commondir": lambda path, other: (
        shutil.copytree(f"{other}/.git", f"{path}/.git"),
        write(path, {".git/commondir": os.fsencode(f"{other}/.git\n")}),
    ),
    "what is not there": lambda path, _: write(path, {".git": b"gitdir: /nowhere/at/all\n"}),
}


@pytest.mark.parametrize("pointer", POINTERS)
def test_what_leads_outside_is_not_followed(backend: str, tmp_path, home: str, pointer: str) -> None:
    other = init(str(tmp_path / "other"))
    write(home, {".config/git/ignore": b"*.y\n"})
    write(other, {"secret.o": b"", ".git/info/exclude": b"*.c\n"})
    git(other, "add", "-f", "secret.o")
    top = init(str(tmp_path / "r"))
    write(top, {".gitignore": b"*.z\n", "n/.gitignore": b"*.o\n"})
    write(top, dict.fromkeys(["n/secret.o", "n/d/a.o", "n/a.c", "n/a.y", "n/a.z"], b""))
    POINTERS[pointer](f"{top}/n", other)
    shown = {"n/.gitignore", "n/a.c", "n/a.z"}  # a work tree of its own, whose index is not known
    with Root(top) as root:
        assert set(root.walk()) == {".gitignore", *shown}
        assert set(root.walk("n")) == shown
        assert set(root.walk("n/d")) == set()
        with pytest.raises(NotInRepositoryError):
            root.tracked("n")


def test_files_of_a_repository_that_lead_outside_are_not_read(backend: str, tmp_path, home: str) -> None:
    other = init(str(tmp_path / "other"))
    write(other, {"a.o": b"", "a.c": b"", "rules": b"*\n"})
    write(other, {"config": os.fsencode(f"[core]\nexcludesFile = {other}/rules\n")})
    git(other, "add", "-f", "a.o")
    top = init(str(tmp_path / "r"))
    write(top, {".gitignore": b"*.o\n", "a.o": b"", "a.c": b""})
    with Root(top) as root:
        before = {".gitignore", "a.c"}
        assert set(root.walk()) == before
        for name in ("index", "info/exclude"):
            os.makedirs(f"{top}/.git/info", exist_ok=True)
            target = f"{other}/.git/index" if name == "index" else f"{other}/rules"
            os.symlink(target, f"{top}/.git/{name}")
            assert set(root.walk()) == before
            if name == "index":
                with pytest.raises(OutsideRootError):
                    root.tracked()
            os.remove(f"{top}/.git/{name}")
        for setting in ("core.excludesFile", "include.path", f"includeIf.gitdir:{top}/.path"):
            value = f"{other}/rules" if setting.startswith("core") else f"{other}/config"
            git(top, "config", setting, value)
            assert set(toolrig.walk(top)) == set()
            assert set(root.walk()) == before
            assert seen(top) == set()  # a root opened now reads what is named now
            git(top, "config", "--unset", setting)
        git(top, "config", "core.worktree", other)
        assert set(root.walk()) == {".gitignore", "a.c", "a.o"} == set(toolrig.walk(top))


SPARSE = {
    "index": ["--cone", "--sparse-index"],
    "cone": ["--cone", "--no-sparse-index"],
    "any": ["--no-cone"],
}


@pytest.mark.parametrize("options", SPARSE.values(), ids=SPARSE)
@pytest.mark.parametrize("directory", ["", "out", "out/c"])
def test_sparse_checkouts(backend: str, tmp_path, options: list[str], directory: str) -> None:
    top = init(str(tmp_path / "r"))
    write(top, dict.fromkeys(["in/a", "out/b.o", "out/c/d.o", "out/c/e", "top"], b""))
    write(top, {".gitignore": b"*.log\n", "out/.gitignore": b"*.o\n", "out/c/.gitignore": b"!d.o\nk\n"})
    git(top, "add", "-f", ".")
    commit(top)
    git(top, "sparse-checkout", "set", *options, "in")
    left = ["out/b.o", "out/n.o", "out/n.c", "out/c/d.o", "out/c/n.o", "out/c/k", "out/n.log"]
    write(top, dict.fromkeys(left, b""))
    path = os.path.join(top, directory)
    with Root(path) as root:
        assert set(root.walk()) == set(toolrig.walk(path))
        assert root.tracked() == toolrig.tracked(path)
        if not directory:
            assert below(set(root.walk("out/c")), "out/c") == set(toolrig.walk(f"{top}/out/c"))
            assert root.tracked("out") == [f"out/{name}" for name in toolrig.tracked(f"{top}/out")]
        elif os.path.exists(f"{top}/.git"):
            before, tracked = set(root.walk()), root.tracked()
            os.rename(f"{top}/.git", f"{top}/.moved")
            assert set(root.walk()) == before
            assert root.tracked() == tracked


def test_a_sparse_worktree(backend: str, tmp_path, worktree: str) -> None:
    git(worktree, "sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
    write(worktree, {"d/.gitignore": b"", "d/a.o": b"", "d/a.x": b"", "d/t.o": b""})
    with Root(worktree) as root:
        before, tracked = set(toolrig.walk(worktree)), toolrig.tracked(worktree)
        assert before == {".gitignore", "t.o", "d/.gitignore", "d/a.x", "d/t.o"}
        for swap in (lambda: None, *swaps(tmp_path)):
            swap()
            assert set(root.walk()) - {"pointer"} == before
            assert root.tracked() == tracked == [".gitignore", "d/a.c", "d/t.o", "t.o"]


def test_a_pointer_that_is_swapped_during_walks(backend: str, tmp_path) -> None:
    other = init(str(tmp_path / "other"))
    write(other, {"secret.o": b""})
    git(other, "add", "-f", "secret.o")
    top = str(tmp_path / "r")
    write(init(top), {"n/.gitignore": b"*.o\n", "n/secret.o": b"", "n/a.c": b""})
    shutil.copytree(f"{top}/.git", f"{top}/n/inside")
    os.symlink("inside", f"{top}/n/.git")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            for target in ("../../other/.git", "inside"):
                os.symlink(target, f"{top}/n/next")
                os.replace(f"{top}/n/next", f"{top}/n/.git")

    swapper = threading.Thread(target=swap)
    with Root(top) as root:
        swapper.start()
        try:
            for _ in range(300):
                assert "n/secret.o" not in set(root.walk())
                assert "n/a.c" in set(root.walk("n"))
                with contextlib.suppress(NotInRepositoryError, OutsideRootError):
                    assert root.tracked("n") == []
        finally:
            over.set()
            swapper.join()


def test_no_descriptor_is_to_be_had(backend: str, worktree: str) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    Root(worktree)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    failures: set[int | None] = set()
    for spare in range(1, 12):
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + spare, hard))
        try:
            Root(worktree)
        except OSError as failure:
            failures.add(failure.errno)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert failures <= {errno.EMFILE}


def test_no_descriptor_is_left(backend: str, tmp_path, worktree: str) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for directory in (worktree, f"{worktree}/d", str(tmp_path / "main")):
        with Root(directory) as root:
            list(root.walk())
            root.tracked()
            root.tree()
        del root
    walk = Root(worktree).walk()
    assert "t.o" in set(walk)
    del walk
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before
