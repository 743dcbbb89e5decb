"""git is the oracle: the kernel must show exactly the files that ``git ls-files`` shows."""

import os
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fs.gitview import git, init, listed, walked, write
from tests.fs.trees import all_files, grow
from toolrig._backend import kernel


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty home, so that nobody's own configuration takes part."""
    path = str(tmp_path_factory.mktemp("home"))
    monkeypatch.setenv("HOME", path)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return path


@pytest.fixture
def root(tmp_path) -> str:
    return str(tmp_path / "r")


def same(root: str, *tops: str) -> set[str]:
    """Assert that both views agree in *root* and in each directory of *tops* below it."""
    for top in (*tops, ""):
        directory = os.path.join(root, top)
        seen = walked(directory)
        assert seen == listed(directory), top
    return seen


RULES = {
    "literal": (b"a\nd/\n", ["a", "b", "d/a", "d/x", "e/d", "e/a/x"]),
    "anchored": (b"/a\ne/b\n", ["a", "x/a", "e/b", "x/e/b"]),
    "suffix and prefix": (b"*.o\nbuild*\n*~\n", ["x.o", ".o", "o", "build", "building/x", "rebuild", "x~"]),
    "last match wins": (b"*.log\n!keep.log\nkeep.*\n!keep.log\n", ["a.log", "keep.log", "keep.txt"]),
    "no way back below": (b"d/\n!d/a\n", ["d/a", "d/b"]),
    "way back step by step": (b"/*\n!/d\n/d/*\n!/d/e\n", ["a", "d/a", "d/e/x"]),
    "two stars": (b"**/a\nb/**\nc/**/d\n", ["a", "x/a/y", "b/x", "z/b", "c/d", "c/x/y/d", "c/xd"]),
    "stars inside": (b"/a**b\nc/**d\nx/y**\n", ["a/b", "axb", "c/x/d", "c/xd", "x/yz/w", "x/y"]),
    "stars behind a literal": (b"q**/z\np/q**\n", ["qz", "q/z", "qq/r/z", "p/q", "p/qq/r", "p/r"]),
    "three stars": (b"***/a\nb/***\n***\n!c\n", ["a", "x/a", "b/x", "c"]),
    "question mark": (b"a?\n?/c\n", ["a", "ab", "abc", "x/c", "xy/c", "a\xe9"]),
    "classes": (b"[[:upper:]]x\n[a-c]y\n[!a]z\n[]]w\n[^a-c]v\n", ["Ax", "ax", "by", "az", "]w", "dv", "av"]),
    "space class": (b"[[:space:]]\n[[:punct:]]p\n", [" ", "\t", "\v", "-p", "ap"]),
    "broken classes": (b"[a\n[[:bogus:]]b\n[[:upper]c\nd[\n", ["a", "[a", "b", "xb", ":c", "uc", "d["]),
    "slash in class": (b"a[/]b\nc[^x]d\n", ["a/b", "a[/]b", "c/d", "cyd"]),
    "escapes": (b"\\#a\n\\!b\n\\*c\nd\\\ne\\ \nf\\\\\n", ["#a", "!b", "*c", "xc", "d", "d\\", "e ", "f\\"]),
    "trailing spaces": (b"a  \nb\\  \nc\\ \\ \n", ["a", "a  ", "b ", "b  ", "c  ", "c "]),
    "other spaces": (b"  d\ne\t\n\tf\n", ["d", "  d", "e", "e\t", "f", "\tf"]),
    "comments": (b"#a\n #b\n\n\n   \n", ["#a", "#b", " #b", " "]),
    "crlf": (b"a\r\nb/\r\n\r\nc\r", ["a", "b/x", "c", "c\r", "d"]),
    "byte order mark": (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "b"]),
    "nul": (b"a\0x\nb\n", ["a", "ax", "b"]),
    "no newline at the end": (b"a\n!b\nc", ["a", "b", "c"]),
    "not utf-8": (b"\xff*\nb\xe9\n", [os.fsdecode(b"\xffa"), os.fsdecode(b"b\xe9"), "\xff"]),
    "empty patterns": (b"/\n!\n!/\n//\n//a\nb//\n", ["a", "b/c", "x/a"]),
    "everything": (b"*\n!.gitignore\n", ["a", "d/a"]),
    "directories only": (b"*/\n!e/\n", ["a", "d/a", "e/a"]),
    "braces are plain": (b"{a,b}\n", ["a", "b", "{a,b}"]),
    "directory path is no prefix": (b"foo/bar/\n", ["foo/bar/x", "foo/barbaz/x", "foo/bar2"]),
    "itself": (b".gitignore\n.*\n", ["a", ".b"]),
}


@pytest.mark.parametrize("case", RULES)
def test_rules(backend: str, root: str, case: str) -> None:
    rules, names = RULES[case]
    init(root)
    write(root, {".gitignore": rules} | {os.path.join("sub", name): b"" for name in names})
    for name in names:
        if not os.path.lexists(os.path.join(root, name)):
            write(root, {name: b""})
    same(root, "sub")


@pytest.mark.parametrize("case", RULES)
def test_rules_when_case_is_ignored(backend: str, root: str, case: str) -> None:
    rules, names = RULES[case]
    init(root)
    git(root, "config", "core.ignorecase", "true")
    write(root, {".gitignore": rules.upper()} | {os.path.join("Sub", name): b"" for name in names})
    same(root)
    write(root, {".gitignore": rules} | {os.path.join("UP", name.upper()): b"" for name in names})
    same(root)


def test_rules_of_all_sources(backend: str, root: str, home: str) -> None:
    init(root)
    files = ["a", "b", "c", "d/a", "d/b", "d/c", "d/e/a", "d/e/f/b", "d/e/f/c", "x"]
    write(root, dict.fromkeys(files, b""))
    write(home, {".config/git/ignore": b"a\nx\n"})
    write(root, {".git/info/exclude": b"b\n!x\nd/c\n"})
    write(root, {".gitignore": b"d/e/f/c\n!b\n", "d/.gitignore": b"/a\n/e/f/*\n"})
    write(root, {"d/e/f/.gitignore": b"!b\n"})
    assert "d/e/f/b" in same(root, "d", "d/e", "d/e/f")
    write(home, {".gitconfig": b"[core]\n\texcludesFile = ~/mine # own\n", "mine": b"c\n"})
    same(root, "d", "d/e")
    git(root, "config", "core.excludesFile", "rules of the house")
    write(root, {"rules of the house": b"d/a\n"})
    same(root, "d")


CONFIGURATIONS = [
    b"[core]excludesfile=~/one",
    b'[CORE]\n\tExcludesFile = "~/one" ; no\n',
    b'[core "x"]\nexcludesfile=~/one\n[core]\nexcludesfile=~/two\n[other]\nexcludesfile=~/one\n',
    b'[core]\nexcludesfile = "~/three \\"3\\""\n',
    b"[core]\r\nexcludesfile = ~/o\\\nne\r\n",
    b'[core]\nexcludesfile = ~/three   "\\"3\\"" # two spaces too many\n',
    b"[include]\npath = more\n",
    b"[core]\nexcludesfile = ~/one\n[include]\npath = ~/more\n",
    b'# [core]\n;[core]\n[user "a ]\\" b"]\n\tname\n[core]\n\texcludesfile = ~/one\n\tignorecase\n',
    b"[core]\nignorecase = yes\nexcludesfile = ~/one\n",
    b"[core]\nexcludesfile = \n",
]


@pytest.mark.parametrize("text", CONFIGURATIONS)
def test_configuration_is_read_as_git_does(backend: str, root: str, home: str, text: bytes) -> None:
    write(root, dict.fromkeys(["a", "b", "c", "A", "e/a"], b""))
    init(root)
    write(home, {"one": b"a\n", "two": b"b\n", 'three "3"': b"c\n", "more": b"[core]\n excludesFile=~/two\n"})
    write(home, {".gitconfig": text})
    same(root, "e")


def test_configuration_that_includes_itself(backend: str, root: str, home: str) -> None:
    init(root)
    write(root, {"a": b"", "b": b""})
    include = b"[include]\npath=.gitconfig\n"
    write(home, {"one": b"a\n", ".gitconfig": include * 9 + b"[core]\nexcludesfile=~/one\n"})
    assert walked(root) == {"b"}  # git refuses it; here it ends


def test_tracked_files_stay_visible(backend: str, root: str) -> None:
    init(root)
    write(root, dict.fromkeys(["b/t", "b/u", "b/d/t", "b/d/u", "b/e/u", "x.o", "y.o", "b/i"], b""))
    write(root, {".gitignore": b"b/\n*.o\n", "b/.gitignore": b"!u\n"})
    git(root, "add", "-f", "b/t", "b/d/t", "x.o")
    git(root, "add", "-N", "-f", "b/i")
    assert same(root, "b", "b/d", "b/e") == {".gitignore", "b/t", "b/d/t", "b/i", "x.o"}


def test_root_in_an_ignored_directory(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"/b\n", "b/c/x": b"", "b/t": b"", "a/x": b""})
    git(root, "add", "-f", "b/t")
    same(root, "b", "b/c", "a")
    for top, sealed in (("", False), ("a", False), ("b", True), ("b/c", True)):
        fd = os.open(os.path.join(root, top), os.O_RDONLY)
        assert kernel("ignore").Ignore(fd, os.path.join(root, top)).sealed is sealed
        os.close(fd)


def test_nested_repositories(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"*.o\nhidden/\n"})
    for name in ("n", "hidden", "d/deep", "n/m"):
        init(os.path.join(root, name))
        write(os.path.join(root, name), {"x.o": b"", "y": b"", ".gitignore": b"y\n", "s/t.o": b""})
    git(os.path.join(root, "n"), "add", "-f", "y")
    same(root, "n", "d", "n/m", "n/s")
    outside = os.path.dirname(root)
    assert walked(outside) == {f"r/{name}" for name in listed(root)}


def test_directory_tracked_around_a_repository(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"*.o\n", "n/t": b"", "n/x.o": b"", "n/y": b""})
    git(root, "add", "n/t")
    init(os.path.join(root, "n"))
    write(root, {"n/.git/info/exclude": b"y\n"})
    assert walked(root) == {".gitignore", "n/t", "n/y"}


def test_what_is_no_repository(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"x\n"} | dict.fromkeys(["a/x", "a/y", "b/x", "b/y"], b""))
    write(root, {"a/.git/HEAD": b"nonsense\n", "b/.git": b"gitdir: nowhere\n"})
    assert walked(root) == {".gitignore", "a/y", "b/y"}
    bare = init(os.path.join(root, "bare"), "--bare")
    write(bare, {"x": b"", ".gitignore": b"x\n"})
    assert "x" in walked(bare)


def test_submodules_and_worktrees(backend: str, root: str, tmp_path) -> None:
    other = init(str(tmp_path / "other"))
    write(other, {"f": b"", ".gitignore": b"*.o\n"})
    identity = ("-c", "user.name=n", "-c", "user.email=e@x")
    git(other, "add", ".")
    git(other, *identity, "commit", "-qm", "one")
    init(root)
    write(root, {".gitignore": b"sub\nu\n", "a": b""})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "-f", other, "sub")
    git(root, *identity, "commit", "-qm", "two")
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"))
    write(root, {"sub/x.o": b"", "sub/y": b"", ".git/info/exclude": b"secret\n", "secret": b""})
    same(root, "sub")
    tree = str(tmp_path / "tree")
    write(tree, {"secret": b"", "sub/y": b"", "sub/d/z": b"", "v": b"", "u": b""})
    same(tree)  # the submodule is not checked out there


def test_symbolic_links(backend: str, root: str) -> None:
    init(root)
    write(root, {"rules": b"a\n", "a": b"", "d/a": b"", "d/b": b"", "l/keep": b""})
    os.symlink("rules", os.path.join(root, ".gitignore"))
    os.symlink("../rules", os.path.join(root, "d/.gitignore"))
    os.symlink("../rules", os.path.join(root, ".git/exclude"))
    same(root)
    os.makedirs(os.path.join(root, ".git/info"))
    os.symlink("../../rules", os.path.join(root, ".git/info/exclude"))
    os.symlink("l", os.path.join(root, "link"))
    assert "a" not in same(root)
    os.unlink(os.path.join(root, ".gitignore"))
    write(root, {".gitignore": b"link/\nl/\n"})
    assert "link" in same(root)


def test_rules_that_cannot_be_read(backend: str, root: str) -> None:
    init(root)
    write(root, {"a": b"", "d/.gitignore/x": b""})
    os.mkfifo(os.path.join(root, ".gitignore"))
    assert walked(root) == {"a", ".gitignore", "d/.gitignore/x"}


def test_outside_of_repositories(backend: str, root: str, tmp_path) -> None:
    write(root, {".gitignore": b"*\n", "a": b"", "d/b": b""})
    assert walked(root) == {".gitignore", "a", "d/b"}


def test_root_under_another_path(backend: str, root: str, tmp_path) -> None:
    init(root)
    write(root, {".gitignore": b"x\n", "d/x": b"", "d/y": b""})
    os.symlink(os.path.join(root, "d"), tmp_path / "link")
    assert walked(str(tmp_path / "link")) == {"y"}
    fd = os.open(os.path.join(root, "d"), os.O_RDONLY)
    top = os.open(root, os.O_RDONLY)
    for path in (None, str(tmp_path), root + "/gone"):  # not this directory's: the repository is out of reach
        ignore = kernel("ignore").Ignore(fd, path)
        assert not ignore.enter(None, fd, "", False, False).hides("x", False)
        assert kernel("ignore").Ignore(top, path).enter(None, top, "", True, True).hides("x", False)
    os.close(fd)
    os.close(top)


def test_descriptor_must_be_a_directory(backend: str, root: str) -> None:
    write(root, {"a": b""})
    fd = os.open(os.path.join(root, "a"), os.O_RDONLY)
    with pytest.raises(NotADirectoryError):
        kernel("ignore").Ignore(fd)
    os.close(fd)
    with pytest.raises(OSError, match="Bad file descriptor"):
        kernel("ignore").Ignore(fd)


def test_deep_paths(backend: str, root: str) -> None:
    deep = "/".join(["d" * 100] * 12)
    init(root)
    write(root, {".gitignore": f"{deep}/x\n*.o\n".encode()})
    write(os.path.join(root, deep), {"x": b"", "y.o": b"", "z": b""})
    git(root, "add", "-f", f"{deep}/y.o")
    same(root, os.path.dirname(deep))


def test_by_path(root: str) -> None:
    """Where a platform opens no directories, the twin goes by paths."""
    from toolrig._pure.ignore import Ignore

    init(root)
    write(root, {".gitignore": b"*.o\n", "d/.gitignore": b"!x.o\n", "d/x.o": b"", "d/y.o": b""})
    init(os.path.join(root, "n"))
    ignore = Ignore(-1, root)
    top = ignore.enter(None, -1, "", True, True)
    inside = ignore.enter(top, -1, "d", True, False)
    assert [inside.hides(f"d/{name}", False) for name in ("x.o", "y.o")] == [False, True]
    assert not ignore.enter(top, -1, "n", False, True).hides("n/x.o", False)
    with pytest.raises(NotADirectoryError):
        Ignore(-1, os.path.join(root, ".gitignore"))


@pytest.mark.native_only
def test_scopes_keep_to_their_walk(root: str) -> None:
    from toolrig._native.ignore import Ignore, Scope

    os.makedirs(root)
    fd = os.open(root, os.O_RDONLY)
    stranger = Ignore(fd).enter(None, fd, "", False, False)
    with pytest.raises(ValueError, match="another"):
        Ignore(fd).enter(stranger, fd, "a", False, False)
    with pytest.raises(TypeError, match="enter"):
        Scope().hides("a", False)
    os.close(fd)


def test_scopes_outlive_the_name_of_their_walk(backend: str, root: str) -> None:
    init(root)
    write(root, {".gitignore": b"a\n"})
    fd = os.open(root, os.O_RDONLY)
    scope = kernel("ignore").Ignore(fd, root).enter(None, fd, "", True, True)
    os.close(fd)
    assert scope.hides("a", False)
    assert not scope.hides("b", False)


def test_several_threads(backend: str, root: str) -> None:
    init(root)
    for name in map(str, range(40)):
        write(os.path.join(root, name), {".gitignore": f"*.o\n!{name}.o\n".encode(), "s/.gitignore": b"x\n"})
        init(os.path.join(root, name, "n"))
    fd = os.open(root, os.O_RDONLY)
    ignore = kernel("ignore").Ignore(fd, root)
    top = ignore.enter(None, fd, "", False, True)

    def visit(name: str) -> list[bool]:
        inner = os.open(os.path.join(root, name), os.O_RDONLY)
        scope = ignore.enter(top, inner, name, True, False)
        os.close(inner)
        return [scope.hides(f"{name}/{entry}.o", False) for entry in range(40)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(visit, [str(i % 40) for i in range(400)]))
    os.close(fd)
    assert answers == [[entry != i % 40 for entry in range(40)] for i in range(400)]


@pytest.mark.parametrize("seed", range(60))
def test_random_trees(backend: str, root: str, seed: int) -> None:
    chance = random.Random(seed)
    grow(chance, root)
    directories = sorted({os.path.dirname(name) for name in all_files(root)})
    same(root, chance.choice(directories))


@pytest.fixture(scope="module")
def bench() -> Iterator[str]:
    """One repository for many sets of rules."""
    with tempfile.TemporaryDirectory() as directory:
        init(directory)
        names = ["a", "b", "A", "]", "[", "a-b", "\\", "-", "*", "!", " ", "\xe9"]
        for name in names:
            write(directory, {f"d/{name}": b"", f"d/e/{name}": b"", f"d/e/a{name}": b"", name: b""})
        yield directory


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.sampled_from("ab/*?[]!^-\\ #:.A\xe9"), max_size=9), max_size=5), st.booleans())
def test_any_rules(backend: str, bench: str, rules: list[str], fold: bool) -> None:
    write(bench, {".gitignore": "\n".join(rules).encode()})
    git(bench, "config", "core.ignorecase", str(fold).lower())
    same(bench, "d/e")
