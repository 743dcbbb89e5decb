"""Several roots as one: absolute paths choose, relative ones are the first's, and none leads between them."""

import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolrig import Root
from toolrig.errors import OutsideRootError, ReadOnlyRootError
from toolrig.root import Roots


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for name in ("one", "two", "one/inner", "one-evil"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "file").write_text(f"needle in {name}\n")
        (tmp_path / name / "sub" / "deep").write_text(f"needle deep in {name}\n")
    (tmp_path / "one" / "across").symlink_to("../two/file")
    return tmp_path


@pytest.fixture
def roots(backend: str, places: Path) -> Iterator[Roots]:
    with Roots([places / "one", str(places / "two")]) as opened:
        yield opened


def test_a_path_chooses_its_root(roots: Roots, places: Path) -> None:
    assert str(roots.read("file")) == "needle in one\n"
    assert str(roots.read(places / "two" / "file")) == "needle in two\n"
    assert roots.root_of(places / "two").path == str(places / "two")
    for outside in (places / "one-evil" / "file", "/etc/passwd", places):
        with pytest.raises(OutsideRootError, match="give a path below one"):
            roots.read(outside)


def test_the_innermost_root_is_meant(backend: str, places: Path) -> None:
    with Roots([places / "one", places / "one" / "inner"]) as roots:
        assert roots.root_of(places / "one" / "inner" / "file").path == str(places / "one" / "inner")
        assert roots.root_of(places / "one" / "sub").path == str(places / "one")


def test_what_is_found_can_be_given_back(roots: Roots, places: Path) -> None:
    two = str(places / "two")
    found = {
        *roots.walk(two),
        *roots.glob("**", two).paths,
        *(match.path for match in roots.grep("needle", two)),
        *(match.path for match in roots.grep("needle", f"{two}/file")),
        *roots.scan(two).paths,
        *(entry.path for entry in roots.tree(two).entries if entry.kind == "file"),
    }
    assert found == {f"{two}/file", f"{two}/sub/deep"}
    assert all(str(roots.read(path)).startswith("needle") for path in found)
    assert set(roots.walk("sub")) == {f"{places}/one/sub/deep"}


def test_many_files_of_several_roots(roots: Roots, places: Path) -> None:
    paths = ["file", places / "two" / "file", "/etc/passwd", "missing", places / "two" / "sub" / "deep"]
    read = roots.read_many(paths)
    assert [read[0], read[1], read[4]] == [b"needle in one\n", b"needle in two\n", b"needle deep in two\n"]
    assert isinstance(read[2], OutsideRootError)
    assert isinstance(read[3], FileNotFoundError)
    with pytest.raises(OutsideRootError):
        roots.read_many(paths, errors="raise")
    looked = roots.stat_many(paths)
    assert [getattr(item, "size", None) for item in looked] == [14, 14, None, None, 19]


def test_files_go_from_root_to_root(roots: Roots, places: Path) -> None:
    roots.move("file", places / "two" / "moved")
    roots.copy(places / "two" / "sub", "copied", recursive=True)
    assert str(roots.read(places / "two" / "moved")) == "needle in one\n"
    assert str(roots.read("copied/deep")) == "needle deep in two\n"


def test_links_do_not_lead_from_root_to_root(roots: Roots) -> None:
    with pytest.raises(OutsideRootError):
        roots.read("across")
    with pytest.raises(OutsideRootError):
        roots.write("across", "changed")


def test_changes_and_commands_go_where_the_path_says(roots: Roots, places: Path) -> None:
    two = places / "two"
    roots.write(two / "new" / "file", "made\n", parents=True)
    roots.edit(two / "new" / "file", "made", "edited")
    roots.apply_patch("--- a/new/file\n+++ b/new/file\n@@ -1 +1 @@\n-edited\n+patched\n", two)
    assert (two / "new" / "file").read_text() == "patched\n"
    roots.remove(two / "new", recursive=True)
    roots.mkdir(two / "empty")
    assert str(roots.run(["pwd"], cwd=two / "empty").stdout).strip() == f"{two}/empty"
    assert str(roots.run(["pwd"]).stdout).strip() == f"{places}/one"


def test_roots_that_are_open_keep_what_they_allow(backend: str, places: Path) -> None:
    with Root(places / "two", read_only=True) as shut:
        with Roots([places / "one", shut]) as roots:
            roots.write("new", "x")
            for change in (
                lambda: roots.write(places / "two" / "new", "x"),
                lambda: roots.move(places / "two" / "file", "stolen"),
                lambda: roots.copy("new", places / "two" / "new"),
            ):
                with pytest.raises(ReadOnlyRootError):
                    change()
            roots.copy(places / "two" / "file", "copied")
        assert str(shut.read("file")) == "needle in two\n"
    with Roots([places / "one"], read_only=True) as roots, pytest.raises(ReadOnlyRootError):
        roots.write("newer", "x")


def test_roots_must_be_directories(places: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ValueError, match="no root"):
        Roots([])
    with pytest.raises(NotADirectoryError):
        Roots([places / "one", places / "one" / "file"])
    assert len(os.listdir("/proc/self/fd")) == before


def test_every_method_of_a_root_is_there() -> None:
    own = {"close", "path", "has", "showing_absolute", "move_to", "copy_to"}
    methods = {name for name in dir(Root) if not name.startswith("_")} - own - {"read_only"}
    assert methods <= set(dir(Roots))
    for name in methods - {"read_many", "stat_many", "move", "copy"}:
        assert inspect.signature(getattr(Roots, name)) == inspect.signature(getattr(Root, name))
