"""Sparse checkouts: git reads from objects what is not in the work tree, and so must a walk."""

import os

import pytest

import toolrig
from tests.fs.gitview import git, init, listed, write


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def root(tmp_path) -> str:
    root = init(str(tmp_path / "r"))
    write(root, dict.fromkeys(["in/a", "out/b.o", "out/c/d.o", "out/c/e", "top"], b""))
    write(root, {".gitignore": b"*.log\n", "in/.gitignore": b"x\n"})
    write(root, {"out/.gitignore": b"*.o\nbuild/\n", "out/c/.gitignore": b"!d.o\nk\n"})
    git(root, "add", "-f", ".")
    git(root, "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "one")
    return root


def leave(root: str) -> None:
    """Put files into directories that the checkout has left, as builds do."""
    names = ["out/b.o", "out/n.o", "out/n.c", "out/build/x", "out/c/d.o", "out/c/n.o", "out/c/k", "out/n.log"]
    write(root, dict.fromkeys(names, b"left"))


def same(root: str, *tops: str) -> set[str]:
    """Assert git's view of *root*, and of *tops* as seen from there: in a directory ls-files forgets the rule
    files above it that the index alone has, which check-ignore does not."""
    seen = set(toolrig.walk(root))
    assert seen == listed(root)
    for top in tops:
        below = {name.removeprefix(f"{top}/") for name in seen if name.startswith(f"{top}/")}
        assert set(toolrig.walk(os.path.join(root, top))) == below, top
    return seen


@pytest.mark.parametrize("options", [["--sparse-index"], ["--no-sparse-index"]])
def test_directories_that_were_left(backend: str, root: str, options: list[str]) -> None:
    git(root, "sparse-checkout", "set", "--cone", *options, "in")
    same(root)
    leave(root)
    shown = same(root, "out", "out/c")
    assert {"out/b.o", "out/c/d.o", "out/n.c"} <= shown
    assert not {"out/n.o", "out/build/x", "out/c/k", "out/n.log"} & shown


def test_rule_files_that_are_left_out(backend: str, root: str) -> None:
    git(root, "sparse-checkout", "set", "--no-cone", "/*", "!.gitignore")
    assert not os.path.exists(f"{root}/.gitignore")
    leave(root)
    assert not {"out/n.o", "out/n.log"} & same(root, "out", "out/c", "in")
    write(root, {"out/.gitignore": b""})  # what is there counts, be it empty
    assert {"out/n.o", "out/build/x"} <= same(root)
    os.unlink(f"{root}/out/.gitignore")
    os.symlink("nowhere", f"{root}/out/.gitignore")
    assert "out/n.o" in same(root, "out")  # which is not read, but stands for it


def test_a_rule_file_that_was_deleted_is_gone(backend: str, root: str) -> None:
    os.unlink(f"{root}/out/.gitignore")
    leave(root)
    assert "out/n.o" in same(root, "out")


def test_case_and_other_rule_files(backend: str, root: str) -> None:
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    git(root, "config", "core.ignorecase", "true")
    leave(root)
    write(root, {"out/N.O": b""})
    assert "out/N.O" not in same(root, "out")


def test_without_git_it_stays_unknown(backend: str, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    leave(root)
    monkeypatch.setenv("PATH", root)
    assert "out/n.o" in set(toolrig.walk(root))
