"""The walk itself against git: the real walker, its threads and all."""

import os
import random

import pytest

import toolrig
from tests.fs.gitview import git, init, listed, sealed, write
from tests.fs.trees import all_files, grow


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_random_trees(backend: str, tmp_path, seed: int) -> None:
    root = str(tmp_path / "r")
    chance = random.Random(seed)
    grow(chance, root)
    below = os.path.join(root, chance.choice(sorted({os.path.dirname(name) for name in all_files(root)})))
    for directory in (root, below):
        if not sealed(directory):  # what git lists there is not what the walk is asked for
            assert set(toolrig.walk(directory)) == listed(directory)


def test_many_directories(backend: str, tmp_path) -> None:
    root = init(str(tmp_path / "r"))
    for i in range(60):
        write(root, {f"d{i}/.gitignore": b"*.o\n!keep.o\n"})
        write(root, {f"d{i}/{name}.o": b"" for name in ("a", "keep", "t")})
        write(root, {f"d{i}/{j}/{name}": b"" for j in range(8) for name in ("x.o", "y.c")})
    git(root, "add", "-f", *(f"d{i}/t.o" for i in range(0, 60, 2)))
    walk = toolrig.walk(root)
    assert set(walk) == listed(root)
    assert walk.hidden_by_gitignore == 60 * 9 + 30


def test_a_root_that_is_ignored_itself_has_been_asked_for(backend: str, tmp_path) -> None:
    root = init(str(tmp_path / "r"))
    names = ("node_modules/a/index.js", "node_modules/a/out.log", "src/out.log", "src/main.js")
    write(root, {".gitignore": b"node_modules/\n*.log\n", **dict.fromkeys(names, b"")})
    write(init(f"{root}/node_modules/repo"), {".gitignore": b"hidden\n", "hidden": b""})
    assert set(toolrig.walk(root)) == {".gitignore", "src/main.js"}
    assert set(toolrig.walk(f"{root}/src")) == {"main.js"}
    inside = toolrig.walk(f"{root}/node_modules")
    assert set(inside) == {"a/index.js", "a/out.log", "repo/.gitignore"}
    assert inside.hidden_by_gitignore == 1
    assert set(toolrig.walk(f"{root}/node_modules/a")) == {"index.js", "out.log"}
