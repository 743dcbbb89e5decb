"""Which configuration counts, and where it is: git is the oracle for what the files it names hide."""

import getpass
import os
import pwd

import pytest

from tests.fs.gitview import git, init, listed, walked, write

FILES = dict.fromkeys(["a", "b", "c", "A", "e/a", "e/b"], b"")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = str(tmp_path / "home")
    monkeypatch.setenv("HOME", path)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    write(path, {"one": b"a\n", "more": b"[core]\nexcludesFile=~/one\n"})
    return path


@pytest.fixture
def root(tmp_path, home: str) -> str:
    root = init(str(tmp_path / "site" / "[r]"))
    write(root, FILES)
    git(root, "symbolic-ref", "HEAD", "refs/heads/topic/x")
    return root


def hides(root: str) -> bool:
    """Assert that both views agree in *root*; return whether something is hidden there."""
    for directory in (f"{root}/e", root):
        seen = walked(directory)
        assert seen == listed(directory)
    return not set(FILES) <= seen


CONDITIONS = [
    ("gitdir:{top}/site/", True),
    ("gitdir:{top}/site", False),
    ("gitdir:{top}/SITE/", False),
    ("gitdir/i:{top}/SITE/", True),
    ("gitdir:**/site/*/.git", True),
    ("gitdir:site/", True),
    ("gitdir:ite/", False),
    ("gitdir:.git", True),
    ("gitdir:~/../site/", False),
    ("gitdir:~/", False),
    ("gitdir:./", False),
    ("gitdir:", True),
    ("gitdir:~no-such-user/", False),
    ("gitdir", False),
    ("onbranch:topic/x", True),
    ("onbranch:topic/", True),
    ("onbranch:topic", False),
    ("onbranch:*", False),
    ("onbranch:**", True),
    ("other:x", False),
]


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS)
def test_conditions(backend: str, root: str, home: str, condition: str, holds: bool) -> None:
    top = os.path.dirname(home)
    write(home, {".gitconfig": f'[includeIf "{condition.format(top=top)}"]\npath = more\n'.encode()})
    assert hides(root) is holds


@pytest.mark.parametrize(
    "condition", ["gitdir:./", "gitdir/i:./", "gitdir:./x/", "gitdir:[r]/", "gitdir:\\\\[r]/"]
)
def test_conditions_of_the_repository(backend: str, root: str, condition: str) -> None:
    with open(f"{root}/.git/config", "ab") as file:
        file.write(f'[includeIf "{condition}"]\npath = {root}/.git/more\n'.encode())
    write(root, {".git/more": b"[core]\nexcludesFile=~/one\n"})
    hides(root)


def test_conditions_in_a_home_that_is_a_link(
    backend: str, tmp_path, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.symlink("home", tmp_path / "link")
    monkeypatch.setenv("HOME", str(tmp_path / "link"))
    write(home, {".gitconfig": b'[IncludeIf "gitdir:~/in/"]\npath = ~/more\n'})
    root = init(f"{home}/in/r")
    write(root, FILES)
    assert hides(root)


def test_conditions_of_a_worktree(backend: str, root: str, home: str, tmp_path) -> None:
    git(root, "add", ".")
    git(root, "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "one")
    git(root, "rm", "-q", "--cached", "a", "e/a")
    git(root, "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "two")
    git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "w"))
    write(home, {".gitconfig": b'[includeIf "onbranch:other"]\npath = more\n'})
    write(str(tmp_path / "w"), {"a": b"", "e/a": b""})
    assert not hides(root)
    assert hides(str(tmp_path / "w"))


def test_detached(backend: str, root: str, home: str) -> None:
    git(root, "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "one", "--allow-empty")
    git(root, "checkout", "-q", "--detach")
    write(home, {".gitconfig": b'[includeIf "onbranch:**"]\npath = more\n'})
    assert not hides(root)


def test_homes(backend: str, root: str, home: str) -> None:
    write(home, {".gitconfig": b"[core]\nexcludesFile = ~/one\n"})
    assert hides(root)
    rest = os.path.relpath(f"{home}/one", os.path.realpath(pwd.getpwnam(getpass.getuser()).pw_dir))
    write(home, {".gitconfig": f"[core]\nexcludesFile = ~{getpass.getuser()}/{rest}\n".encode()})
    assert hides(root)
    write(home, {".gitconfig": b"[core]\nexcludesFile = ~no-such-user/one\n"})
    assert walked(root) == set(FILES)  # git refuses to go on


def test_worktree_configuration(backend: str, root: str) -> None:
    write(root, {".git/config.worktree": b"[core]\nexcludesFile = ~/one\nignoreCase = true\n"})
    assert not hides(root)
    git(root, "config", "extensions.worktreeConfig", "true")
    assert hides(root)


def test_the_environment_does_not_count(backend: str, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "~/one")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert not hides(root)


def test_work_trees_that_are_elsewhere(backend: str, root: str) -> None:
    write(root, {"e/.gitignore": b"a\n", "f/a": b"", ".gitignore": b"b\n"})
    git(root, "config", "core.worktree", "../e")
    assert walked(f"{root}/e") == listed(f"{root}/e") == {".gitignore", "b"}
    assert walked(root) >= set(FILES)  # outside of any
    assert walked(os.path.dirname(root)) >= {f"[r]/{name}" for name in FILES}
