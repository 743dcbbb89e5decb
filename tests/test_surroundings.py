"""What a root reads outside itself: all when it is opened, and afterwards nothing but an index."""

import ctypes
import os
import random
import shutil
import struct

import pytest

import toolrig
from tests.fs.gitview import git, init, write
from tests.fs.trees import all_files, grow
from toolrig import Root, _backend


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


@pytest.mark.parametrize("seed", range(2000, 2040))
def test_a_root_sees_what_a_walk_sees(backend: str, tmp_path, seed: int) -> None:
    top = str(tmp_path / "r")
    chance = random.Random(seed)
    grow(chance, top)
    directories = sorted({os.path.dirname(name) for name in all_files(top)} | {""})
    for directory in chance.sample(directories, min(2, len(directories))):
        path = os.path.join(top, directory)
        with Root(path) as root:
            assert set(root.walk()) == set(toolrig.walk(path))
            assert root.tracked() == toolrig.tracked(path)
            inner = chance.choice([name for name in directories if name.startswith(directory)])
            inner = os.path.relpath(os.path.join(top, inner), path)
            found = {os.path.relpath(name, inner) for name in root.walk(inner)}
            assert found == set(toolrig.walk(os.path.join(path, inner)))


def outer(tmp_path) -> str:
    """A repository in which "in" is to be a root."""
    top = init(str(tmp_path / "outer"))
    write(top, {".gitignore": b"*.o\n", "in/a.o": b"", "in/t.o": b"", "in/a.c": b"", "in/s/b.o": b""})
    write(top, {"in/a.x": b"", "in/a.y": b"", "in/a.z": b"", ".git/info/exclude": b"*.x\n"})
    git(top, "add", "-f", "in/t.o")
    return top


def test_what_is_outside_counts_as_it_was(backend: str, tmp_path, home: str) -> None:
    top = outer(tmp_path)
    write(home, {".gitconfig": b"[core]\nexcludesFile = ~/rules\n", "rules": b"*.y\n"})
    with Root(f"{top}/in") as root:
        before = {"t.o", "a.c", "a.z"}
        assert set(root.walk()) == set(toolrig.walk(f"{top}/in")) == before
        write(
            top,
            {".gitignore": b"*.c\n", ".git/info/exclude": b"", ".git/config": b"[core]\nignorecase = 1\n"},
        )
        write(home, {"rules": b"*.z\n", ".gitconfig": b""})
        assert set(root.walk()) == before
        assert set(root.walk("s")) == set()
        shutil.rmtree(home)
        os.remove(f"{top}/.gitignore")
        assert set(root.walk()) == before
    assert seen(f"{top}/in") == {"t.o", "a.o", "a.c", "a.x", "a.y", "a.z", "s/b.o"}


def test_what_is_tracked_counts_as_it_is(backend: str, tmp_path) -> None:
    top = outer(tmp_path)
    with Root(f"{top}/in") as root:
        assert "a.o" not in set(root.walk())
        git(top, "add", "-f", "in/a.o", "in/s/b.o")
        assert {"a.o", "s/b.o"} <= set(root.walk())
        assert root.tracked() == ["a.o", "s/b.o", "t.o"]
        assert root.tracked("s") == ["s/b.o"]
        os.rename(f"{top}/.git", f"{top}/moved")
        init(top)
        assert root.tracked() == ["a.o", "s/b.o", "t.o"]
        assert {"a.o", "s/b.o"} <= set(root.walk())


def test_what_is_inside_counts_as_it_is(backend: str, tmp_path) -> None:
    top = str(tmp_path / "r")
    write(top, {"a.o": b"", "s/b.o": b""})
    with Root(top) as root:
        assert "a.o" in set(root.walk())
        init(top)
        write(top, {".git/info/exclude": b"*.o\n"})
        assert set(root.walk()) == set()
        git(top, "add", "-f", "a.o")
        assert set(root.walk()) == {"a.o"}
        shutil.rmtree(f"{top}/.git")
        init(top)
        write(top, {".gitignore": b"s\n"})
        assert set(root.walk()) == {".gitignore", "a.o"}
        shutil.rmtree(f"{top}/.git")
        assert set(root.walk()) == {".gitignore", "a.o", "s/b.o"}


def test_the_users_conditions_hold_for_repositories_met_later(backend: str, tmp_path, home: str) -> None:
    settings = (
        '[includeIf "gitdir:**/work/**"]\npath = more/work\n'
        '[includeIf "gitdir:~/x/"]\npath = ~/x.conf\n'
        '[includeIf "onbranch:main"]\npath = loop\n'
    )
    circle = b"[include]\npath = loop\n[include]\npath = .gitconfig\n"
    write(home, {".gitconfig": settings.encode(), "loop": circle})
    write(home, {"more/work": b"[core]\nexcludesFile = ~/more/rules\n", "more/rules": b"*.o\n"})
    write(home, {"x.conf": b"[core]\nexcludesFile = ~/x.rules\n", "x.rules": b"*.c\n"})
    top = str(tmp_path / "r")
    os.makedirs(top)
    with Root(top) as root, Root(home) as at_home:
        for repository in (f"{top}/work/n", f"{top}/play/n", f"{home}/x/n"):
            write(init(repository), {"a.o": b"", "a.c": b""})
        expected = set(toolrig.walk(top))
        assert expected == {"work/n/a.c", "play/n/a.o", "play/n/a.c"}
        assert set(root.walk()) == expected
        assert below(set(at_home.walk()), "x/n") == {"a.o"}
        write(home, {"more/rules": b"", "x.rules": b""})
        assert set(root.walk()) == expected
        assert below(set(at_home.walk()), "x/n") == {"a.o", "a.c"}  # which is inside of that root


@pytest.mark.native_only
@pytest.mark.parametrize("directory", ["", "in", "in/s"])
def test_both_engines_read_the_same(backend: str, tmp_path, home: str, directory: str) -> None:
    top = outer(tmp_path)
    write(top, {"in/.gitignore": b"x\n"})
    git(top, "config", "core.ignoreCase", "true")
    includes = [f"[include]\npath = {path}\n" for path in (f"{top}/in/c", "~/d", "e/f")]
    settings = "".join(includes) + "[core]\nexcludesFile = ~/y\n"
    write(home, {".gitconfig": settings.encode(), "d": b'[includeIf "gitdir:./"]\npath = d\n', "y": b"*.y\n"})
    known = []
    for engine in ("native", "pure"):
        _backend.choose(engine)
        with Root(os.path.join(top, directory)) as root:
            found = root._jail.surroundings
            assert found is not None
            known.append({name: getattr(found, name) for name in found.__slots__ if name not in DESCRIPTORS})
            known[-1]["git"] = found.git is None
    assert known[0] == known[1]
    assert os.fsencode(f"{home}/e/f") in known[0]["files"]
    assert known[0]["git"] == (not directory)


DESCRIPTORS = {"place", "git", "common"}


def test_other_rule_files_are_looked_for_inside(backend: str, tmp_path) -> None:
    top = outer(tmp_path)
    write(top, {".ignore": b"a.c\n", "in/.ignore": b"!a.o\n"})
    with Root(f"{top}/in") as root:
        assert set(root.walk(ignore_files=[".ignore"])) == {".ignore", "t.o", "a.o", "a.c", "a.y", "a.z"}
        assert "s/b.o" not in set(root.walk("s", ignore_files=[".ignore"]))


def test_links_and_names(backend: str, tmp_path) -> None:
    top = outer(tmp_path)
    os.symlink("s", f"{top}/in/alias")
    os.symlink(f"{top}/in", tmp_path / "door")
    git(top, "add", "-f", "in/s/b.o")
    with Root(tmp_path / "door") as root:
        assert set(root.walk("alias")) == {"alias/b.o"}
        assert root.tracked("alias") == ["alias/b.o"]
        os.rename(f"{top}/in", f"{top}/renamed")
        assert set(root.walk("alias")) == {"alias/b.o"}
        assert {"t.o", "a.c"} <= set(root.walk())


OPENED = 0x20  # IN_OPEN


class Trap:
    """Tells what is opened for reading in directories."""

    def __init__(self, *tops: str) -> None:
        library = ctypes.CDLL(None)
        self._fd = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._watched: dict[int, str] = {}
        for directory in [directory for top in tops for directory, _, _ in os.walk(top)]:
            watch = library.inotify_add_watch(self._fd, os.fsencode(directory), OPENED)
            assert watch >= 0
            self._watched[watch] = directory

    def caught(self) -> set[str]:
        found = set()
        try:
            events = os.read(self._fd, 1 << 20)
        except BlockingIOError:
            return found
        while events:
            watch, _mask, _cookie, length = struct.unpack_from("iIII", events)
            name = os.fsdecode(events[16 : 16 + length].rstrip(b"\0"))
            found.add(os.path.join(self._watched[watch], name) if name else self._watched[watch])
            events = events[16 + length :]
        return found

    def close(self) -> None:
        os.close(self._fd)


def test_nothing_outside_is_opened(backend: str, tmp_path, home: str) -> None:
    top = outer(tmp_path)
    other = init(str(tmp_path / "other"))
    write(home, {".gitconfig": b"[core]\nexcludesFile = ~/rules\n", "rules": b"*.y\n"})
    write(f"{top}/in/p", {".git": os.fsencode(f"gitdir: {other}/.git\n"), "a": b""})
    write(init(f"{top}/in/n"), {"a": b""})
    git(f"{top}/in/n", "config", "include.path", f"{home}/.gitconfig")
    inside = [os.path.join(f"{top}/in", name) for name in os.listdir(f"{top}/in")]
    with Root(f"{top}/in") as root:
        trap = Trap(top, other, home)
        list(root.walk())
        list(root.walk("s"))
        root.tree()
        root.tracked()
        list(root.grep("x"))
        caught = {path for path in trap.caught() if not path.startswith((f"{top}/in/", *inside))}
        trap.close()
    assert caught <= {f"{top}/in", f"{top}/.git/index"}
