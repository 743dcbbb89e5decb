"""tracked against ``git ls-files``: wherever a root may lie, whatever the index looks like."""

import os

import pytest

import toolrig
from tests.fs.gitview import git, init, write
from toolrig.errors import GitIndexError, NotInRepositoryError

IDENTITY = ("-c", "user.name=n", "-c", "user.email=e@x", "-c", "protocol.file.allow=always")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def root(tmp_path) -> str:
    return init(str(tmp_path / "r"))


def commit(root: str) -> None:
    git(root, "add", ".")
    git(root, *IDENTITY, "commit", "-qm", "one")


def same(*directories: str) -> list[str]:
    """Assert that both lists agree in each of *directories* and return the last one."""
    for directory in directories:
        paths = toolrig.tracked(directory)
        assert paths == list(map(os.fsdecode, git(directory, "ls-files", "-z").split(b"\0")))[:-1]
    return paths


def test_roots_anywhere(backend: str, root: str) -> None:
    names = ["a", "d/a", "d.x", "d/e/b", os.fsdecode(b"d/\xff"), "d/\xe9", "d/\u20ac"]
    write(root, dict.fromkeys(names, b""))
    commit(root)
    os.unlink(f"{root}/a")  # tracked all the same
    os.makedirs(f"{root}/empty")
    assert same(f"{root}/d", f"{root}/d/e", f"{root}/empty", root) == sorted(names, key=os.fsencode)
    os.symlink("d", f"{root}/link")
    assert toolrig.tracked(f"{root}/link") == same(f"{root}/d")


def test_the_order_is_that_of_the_index_where_case_is_ignored(backend: str, root: str) -> None:
    write(root, dict.fromkeys(["b", "A", "a", "C", "d/B", "d/a"], b""))
    commit(root)
    git(root, "config", "core.ignorecase", "true")
    assert same(root) == ["A", "C", "a", "b", "d/B", "d/a"]


def test_submodules_and_worktrees(backend: str, root: str, tmp_path) -> None:
    other = init(str(tmp_path / "other"))
    write(other, {"f": b"", "g/h": b""})
    commit(other)
    write(root, {"a": b""})
    git(root, *IDENTITY, "submodule", "--quiet", "add", other, "sub")
    commit(root)
    assert same(f"{root}/sub", f"{root}/sub/g", root) == [".gitmodules", "a", "sub"]
    git(root, "worktree", "add", "-q", str(tmp_path / "w"))
    assert same(str(tmp_path / "w")) == [".gitmodules", "a", "sub"]


def test_a_work_tree_that_is_elsewhere(backend: str, root: str) -> None:
    write(root, dict.fromkeys(["sub/a", "sub/deeper/b", "top"], b""))
    git(root, "config", "core.worktree", "../sub")
    git(root, "-C", "sub", "add", ".")
    assert same(f"{root}/sub", f"{root}/sub/deeper") == ["b"]
    with pytest.raises(NotInRepositoryError):
        toolrig.tracked(root)


def test_a_repository_below_its_work_tree(backend: str, tmp_path) -> None:
    inner = init(str(tmp_path / "o" / "in"))
    write(str(tmp_path), {"o/x": b"", "o/in/d/y": b""})
    git(inner, "config", "core.worktree", "../..")
    git(inner, "add", "../x", "d/y")
    assert same(f"{inner}/d", inner) == ["d/y"]
    with pytest.raises(NotInRepositoryError):
        toolrig.tracked(str(tmp_path / "o"))


def test_worktree_configuration(backend: str, root: str, tmp_path) -> None:
    write(root, dict.fromkeys(["a", "d/b"], b""))
    commit(root)
    other = str(tmp_path / "w")
    git(root, "worktree", "add", "-q", other)
    git(root, "config", "core.worktree", "/nowhere")  # of no concern to a linked one
    assert same(f"{other}/d", other) == ["a", "d/b"]
    git(root, "config", "--unset", "core.worktree")
    git(root, "config", "extensions.worktreeConfig", "true")
    git(other, "config", "--worktree", "core.worktree", f"{other}/d")
    assert same(f"{other}/d") == ["a", "d/b"]


def test_sparse_directories_are_asked_of_git(backend: str, root: str) -> None:
    write(root, dict.fromkeys(["in/a", "out/b", "out/c/d", "out/\xe9", "top"], b""))
    commit(root)
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    os.makedirs(f"{root}/out/c")
    assert same(f"{root}/in", f"{root}/out", f"{root}/out/c", root)[:3] == ["in/a", "out/b", "out/c/d"]


def test_what_is_not_known_is_asked_of_git(backend: str, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, {"a": b""})
    commit(root)
    path = f"{root}/.git/index"
    with open(path, "rb") as file:
        index = file.read()
    write(root, {".git/index": index[:-20] + b"what" + bytes(4) + index[-20:]})
    with pytest.raises(GitIndexError, match="what"):
        toolrig.tracked(root)  # not known to git either, which says so
    monkeypatch.setenv("PATH", root)
    with pytest.raises(GitIndexError, match="install git"):
        toolrig.tracked(root)


def test_nothing_of_the_repository_is_run(
    backend: str, root: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, dict.fromkeys(["in/a", "out/b"], b""))
    commit(root)
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    proof = tmp_path / "proof"
    write(root, {"run": f"#!/bin/sh\ntouch {proof}\n".encode()})
    os.chmod(f"{root}/run", 0o755)
    for name in ("core.fsmonitor", "core.sshCommand", "core.pager", "core.gitProxy"):
        git(root, "config", name, f"{root}/run")
    git(root, "config", "alias.ls-files", f"!{root}/run")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    assert toolrig.tracked(root) == ["in/a", "out/b"]
    assert not proof.exists()


def test_a_missing_object_is_not_fetched(backend: str, root: str, tmp_path) -> None:
    write(root, dict.fromkeys(["in/a", "out/b"], b""))
    commit(root)
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    tree = git(root, "rev-parse", "HEAD:out").decode().strip()
    os.unlink(f"{root}/.git/objects/{tree[:2]}/{tree[2:]}")
    proof = tmp_path / "proof"
    git(root, "config", "remote.origin.url", str(tmp_path))
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "remote.origin.uploadpack", f"touch {proof};")
    git(root, "config", "protocol.file.allow", "always")
    git(root, "config", "extensions.partialClone", "origin")
    with pytest.raises(GitIndexError, match="ls-files failed"):
        toolrig.tracked(root)
    assert not proof.exists()


def test_damage_is_an_error(backend: str, root: str) -> None:
    write(root, {"a": b""})
    commit(root)
    write(root, {".git/index": b"DIRC\0\0\0\2\0\0\0\1" + bytes(40)})
    with pytest.raises(GitIndexError, match="git reset") as caught:
        toolrig.tracked(root)
    assert root in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_outside_of_repositories(backend: str, root: str, tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="git init") as caught:
        toolrig.tracked(tmp_path)
    assert isinstance(caught.value, NotInRepositoryError)
    assert caught.value.filename == str(tmp_path)
    with pytest.raises(FileNotFoundError):
        toolrig.tracked(tmp_path / "none")
    assert same(root) == []


def test_below_a_root(backend: str, root: str) -> None:
    write(root, dict.fromkeys(["a", "d/a", "d/e/b"], b""))
    commit(root)
    with toolrig.Root(root) as jail:
        assert jail.tracked() == ["a", "d/a", "d/e/b"]
        assert jail.tracked("d/e") == ["d/e/b"]
        with pytest.raises(PermissionError):
            jail.tracked("..")
