"""Rule files beside .gitignore. git reads such files too, if told their name, and is the oracle then."""

import os
import random

import pytest

from tests.fs.gitview import git, init, walked, write
from tests.fs.trees import all_files, grow
from toolrig.fs._gitview import rules
from toolrig.fs._jail import Jail


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def root(tmp_path) -> str:
    return str(tmp_path / "r")


def told(root: str) -> set[str]:
    """Return what git shows in *root* where .ignore files hold all its rules; its index is empty."""
    shown = git(root, "ls-files", "-oz", "--exclude-per-directory=.ignore")
    return set(map(os.fsdecode, shown.split(b"\0"))) - {""}


@pytest.mark.parametrize("seed", range(12))
def test_alone_they_mean_what_they_mean_to_git(backend: str, root: str, seed: int) -> None:
    grow(random.Random(seed), root)
    for name in all_files(root):
        if os.path.basename(name) == ".gitignore":
            os.rename(os.path.join(root, name), os.path.join(root, os.path.dirname(name), ".ignore"))
    git(root, "rm", "-rq", "--cached", "--ignore-unmatch", ".")
    os.makedirs(f"{root}/sub", exist_ok=True)
    repositories = {name for name in told(root) if name.endswith("/")}  # listed as one entry each
    seen = walked(root, gitignore=False, ignore_files=(".ignore",))
    assert {name for name in seen if not name.startswith(tuple(repositories))} == told(root) - repositories
    os.rename(f"{root}/.git", f"{root}-git")
    assert walked(root, ignore_files=(".ignore",)) >= seen  # outside of repositories there is nothing else


def test_they_come_before_git(backend: str, root: str) -> None:
    init(root)
    write(root, dict.fromkeys(["a.o", "b.o", "t", "dist/x", "dist/y/z", "gone/x", "e/dist/x", "e/t"], b""))
    write(root, {".gitignore": b"*.o\ndist/\n", "e/.gitignore": b"!*.o\n"})
    git(root, "add", "t", "e/t", "gone/x")
    write(root, {".ignore": b"!b.o\n!/dist/\nt\ngone\n"})
    assert walked(root) == {".gitignore", ".ignore", "e/.gitignore", "e/t", "gone/x", "t"}
    shown = {".gitignore", ".ignore", "b.o", "dist/x", "dist/y/z", "e/.gitignore"}
    assert walked(root, ignore_files=(".ignore",)) == shown
    write(root, {"e/.ignore": b"!t\n"})
    assert walked(root, ignore_files=(".ignore",)) == shown | {"e/t", "e/.ignore"}


def test_an_earlier_name_comes_first_even_from_further_up(backend: str, root: str) -> None:
    write(root, dict.fromkeys(["d/a", "d/b", "d/c"], b""))
    write(root, {".one": b"!d/a\n/d/b\n", "d/.two": b"a\n!b\nc\n", "d/.one": b"!c\n"})
    hidden = {".one", "d/.one", "d/.two"}
    assert walked(root, ignore_files=(".one", ".two")) - hidden == {"d/a", "d/c"}
    assert walked(root, ignore_files=(".two", ".one")) - hidden == {"d/b"}
    assert walked(root, ignore_files=(".two",), gitignore=False) - hidden == {"d/b"}


def test_directories_above_the_root(backend: str, root: str) -> None:
    write(root, {"a/b/x.o": b"", "a/b/y": b"", "a/b/z": b"", ".ignore": b"*.o\n", "a/.ignore": b"/b/y\n"})
    assert walked(f"{root}/a/b", ignore_files=(".ignore",)) == {"x.o", "y", "z"}
    init(root)
    for gitignore in (True, False):
        options = {"ignore_files": (".ignore",), "gitignore": gitignore}
        assert walked(f"{root}/a/b", **options) == {"z"}
        assert walked(f"{root}/a", **options) == {".ignore", "b/z"}


def test_repositories_within(backend: str, root: str) -> None:
    init(root)
    write(root, {".ignore": b"*.o\n!n/keep.o\n/n/s/t\n", ".gitignore": b"*.x\n"})
    write(init(f"{root}/n"), dict.fromkeys(["a.o", "keep.o", "a.x", "s/t", "u"], b""))
    write(root, {"n/.ignore": b"u\n", "n/.gitignore": b"keep.o\n"})
    own = {".gitignore", ".ignore", "n/.gitignore", "n/.ignore"}
    assert walked(root, ignore_files=(".ignore",)) - own == {"n/keep.o", "n/a.x"}
    assert walked(root, ignore_files=(".ignore",), gitignore=False) - own == {"n/keep.o", "n/a.x"}


def test_an_ignored_directory_that_holds_tracked_files(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"b/\n"} | dict.fromkeys(["b/t", "b/u", "b/in/x", "b/out/x"], b""))
    git(root, "add", "-f", "b/t")
    write(root, {"b/.ignore": b"!in\n", "b/in/.gitignore": b"y\n", "b/in/y": b""})
    assert walked(root, ignore_files=(".ignore",)) == {".gitignore", "b/t", "b/in/x", "b/in/.gitignore"}


def test_links_are_not_read(backend: str, root: str) -> None:
    write(root, {"rules": b"*\n", "a": b""})
    os.symlink("rules", f"{root}/.ignore")
    os.makedirs(f"{root}/d/.ignore")
    assert walked(root, ignore_files=(".ignore",)) == {"rules", "a", ".ignore"}


def test_what_a_walk_is_given(backend: str, root: str) -> None:
    write(root, {"d/x": b"", ".ignore": b"d\n"})
    init(root)
    assert rules(Jail(root), gitignore=False) is None
    assert not rules(Jail(f"{root}/d"), ignore_files=".ignore").sealed  # it has been asked for
    for name in ("", "..", "a/b", "a\0"):
        with pytest.raises(ValueError, match="ignore_files"):
            rules(Jail(root), ignore_files=[name])
