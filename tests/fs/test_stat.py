"""One path looked at, or many in one call: the answers are those of lstat."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toolrig import Root
from toolrig.errors import OutsideRootError
from toolrig.fs import Entry, Status, stat, stat_many
from toolrig.fs._spot import Spot
from toolrig.fs._token import still


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "sub" / "file").write_text("abc")
    (root / "sub" / "link").symlink_to("file")
    (root / "way").symlink_to("sub")
    (root / "out").symlink_to("..")
    os.mkfifo(root / "fifo")
    (tmp_path / "secret").write_text("x")
    return root


def test_answers_are_those_of_lstat(backend: str, tree: Path) -> None:
    paths = [".", "sub", "sub/", "sub/file", "sub/link", "fifo", "sub/deep/..", "way/file", "sub/deep/."]
    for path, found in zip(paths, stat_many(paths, tree), strict=True):
        info = os.lstat(tree / path)
        assert isinstance(found, Entry)
        assert (found.path, found.size, found.mtime_ns) == (path, info.st_size, info.st_mtime_ns)
    kinds = [found.kind for found in stat_many(paths, tree) if isinstance(found, Entry)]
    assert kinds == ["dir", "dir", "dir", "file", "symlink", "other", "dir", "file", "dir"]


def test_absolute_paths_below_the_root_are_taken(backend: str, tree: Path) -> None:
    (found,) = stat_many([tree / "sub" / "file"], tree)
    assert isinstance(found, Entry)
    assert (found.path, found.size) == (str(tree / "sub" / "file"), 3)


def test_errors_stand_in_their_place(backend: str, tree: Path) -> None:
    paths = ["sub/file", "nowhere", "sub/file/below", "nowhere/at/all", "sub/file"]
    found = stat_many(paths, tree)
    assert [type(item) for item in found] == [
        Entry,
        FileNotFoundError,
        NotADirectoryError,
        FileNotFoundError,
        Entry,
    ]


@pytest.mark.parametrize("path", ["../secret", "out/secret", "..", "sub/../../secret", "/etc/passwd"])
def test_nothing_outside_is_looked_at(backend: str, tree: Path, path: str) -> None:
    with Root(tree) as root:
        (found,) = root.stat_many([path])
    assert isinstance(found, OutsideRootError)


def test_no_path_is_no_answer(backend: str, tree: Path) -> None:
    assert stat_many([], tree) == []
    with pytest.raises(ValueError, match="empty or contains a NUL"):
        stat_many(["sub", ""], tree)


Stat = Callable[[str], Status]


@pytest.fixture(params=["anywhere", "root"])
def told(request: pytest.FixtureRequest, tree: Path) -> Iterator[Stat]:
    """Return stat for paths below the tree: the function, or the method of a root."""
    if request.param == "root":
        with Root(tree) as root:
            yield root.stat
        return
    yield lambda path: stat(os.path.join(tree, path))


def test_one_path_is_told_as_lstat_tells_it(backend: str, tree: Path, told: Stat) -> None:
    os.symlink("nowhere", tree / "dangling")
    for path in ["sub/file", "sub", "sub/", "way", "way/file", "dangling", "fifo", ".", "sub/..", "sub/."]:
        found, info = told(path), os.lstat(tree / path)
        assert (found.size, found.mtime_ns) == (info.st_size, info.st_mtime_ns)
        assert found.mode == info.st_mode & 0o7777
        assert found.path.endswith(path)
    kinds = {path: told(path).kind for path in ("sub/file", "sub", "sub/", "dangling", "fifo", ".", "sub/..")}
    assert list(kinds.values()) == ["file", "dir", "dir", "symlink", "other", "dir", "dir"]


def test_a_link_tells_where_it_leads(backend: str, tree: Path, told: Stat) -> None:
    os.symlink("/no/such\udcffplace", tree / "link")
    assert (told("link").target, told("link").token) == ("/no/such\udcffplace", None)
    assert told("sub/file").target is None


def test_the_token_is_the_one_read_gives(backend: str, tree: Path, told: Stat) -> None:
    os.utime(tree / "sub" / "file", ns=(1, 1_000_000_001))
    for path in ("sub/file", "sub"):
        assert (told(path).token is None) == (path == "sub")
    token = told("sub/file").token
    assert token is not None
    with open(tree / "sub" / "file", "r+b") as file:
        assert still(token, file.fileno(), os.fstat(file.fileno()))
        file.write(b"!")
        file.flush()
        assert not still(token, file.fileno(), os.fstat(file.fileno()))


def test_a_file_that_cannot_be_opened_is_told_of_too(
    backend: str, tree: Path, told: Stat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, "not yours")

    monkeypatch.setattr(Spot, "open", refuse)
    (tree / "sub" / "file").write_text("just now")
    token = told("sub/file").token
    with open(tree / "sub" / "file", "rb") as file:
        assert not still(token or "", file.fileno(), os.fstat(file.fileno()))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("missing", FileNotFoundError),
        ("missing/file", FileNotFoundError),
        ("sub/file/below", NotADirectoryError),
        ("sub/file/", NotADirectoryError),
        ("missing/..", FileNotFoundError),
    ],
)
def test_what_cannot_be_looked_at_is_named(
    backend: str, told: Stat, path: str, expected: type[OSError]
) -> None:
    with pytest.raises(expected) as failure:
        told(path)
    assert str(failure.value.filename).endswith(path)
    with pytest.raises((FileNotFoundError, ValueError), match="empty"):
        stat("")


@pytest.mark.parametrize("path", ["../secret", "out/secret", "..", "sub/../../secret", "/etc/passwd"])
def test_nothing_outside_is_told_of(backend: str, tree: Path, path: str) -> None:
    with Root(tree) as root, pytest.raises(OutsideRootError):
        root.stat(path)


def test_the_top_is_told_by_its_own_path(backend: str, tree: Path) -> None:
    with Root(tree) as root:
        assert root.stat(tree).kind == "dir"
    assert stat("/").kind == "dir"
