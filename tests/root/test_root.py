"""A root: the functions as methods, and no way out of it through any of them."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolrig import Root
from toolrig.errors import OutsideRootError, ReadOnlyRootError


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.py").write_text("needle outside\n")
    top = tmp_path / "top"
    for path in ("a.py", "src/b.py", "src/deep/c.py", "src/deep/d.txt"):
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(f"needle in {path}\n")
    (top / "out").symlink_to("../secret")
    (top / "out.py").symlink_to("../secret/key.py")
    (top / "alias").symlink_to("src/deep")
    with Root(top) as opened:
        yield opened


ESCAPES = ["..", "../secret", "out", "src/../../secret", "/etc", "alias/../../../secret"]


def test_methods_find_what_lies_below(backend: str, root: Root) -> None:
    files = {"a.py", "src/b.py", "src/deep/c.py", "src/deep/d.txt", "out", "out.py", "alias"}
    assert set(root.walk()) == files
    assert root.glob("**/*.py").paths == ("a.py", "out.py", "src/b.py", "src/deep/c.py")
    assert str(root.read("src/b.py")) == "needle in src/b.py\n"
    assert {match.path for match in root.grep("needle")} == files - {"out", "out.py", "alias"}


@pytest.mark.parametrize("path", ["src/b.py", "./src//b.py", "{root}//src/b.py"])
def test_a_file_is_searched_under_its_plain_path(backend: str, root: Root, path: str) -> None:
    assert [match.path for match in root.grep("needle", path.format(root=root.path))] == ["src/b.py"]


@pytest.mark.parametrize("path", ["src", "./src/", "src/deep/..", "{root}/src"])
def test_paths_found_below_a_directory_are_relative_to_the_root(backend: str, root: Root, path: str) -> None:
    path = path.replace("{root}", root.path)
    for found in (
        set(root.walk(path)),
        set(root.glob("**", path)),
        {match.path for match in root.grep("needle", path)},
    ):
        assert {os.path.normpath(name) for name in found} == {"src/b.py", "src/deep/c.py", "src/deep/d.txt"}
        assert all(str(root.read(name)).startswith("needle") for name in found)
    assert [os.path.normpath(name) for name in root.glob("*.py", path)] == ["src/b.py"]


def test_options_of_a_search_go_through(backend: str, root: Root) -> None:
    found = root.grep(["needle", "in"], "src", types="py", only_matching=True, limit_per_file=1, offset=0)
    assert [(match.path, match.column, match.text) for match in found] == [
        ("src/b.py", 1, "needle"),
        ("src/deep/c.py", 1, "needle"),
    ]
    assert found.files_cut == 2


def test_one_file_can_be_searched(backend: str, root: Root) -> None:
    assert [(match.path, match.line) for match in root.grep("needle", "src/b.py")] == [("src/b.py", 1)]


def test_links_that_stay_inside_may_be_named(backend: str, root: Root) -> None:
    assert str(root.read("alias/c.py")) == "needle in src/deep/c.py\n"
    assert set(root.walk("alias")) == {"alias/c.py", "alias/d.txt"}


@pytest.mark.parametrize("path", ESCAPES)
def test_no_method_leads_out(backend: str, root: Root, path: str) -> None:
    for attempt in (
        lambda: root.read(f"{path}/key.py"),
        lambda: list(root.walk(path)),
        lambda: root.glob("**", path),
        lambda: list(root.grep("needle", path)),
        lambda: root.run("pwd", cwd=path),
    ):
        with pytest.raises(OutsideRootError, match="outside"):
            attempt()


def test_patterns_do_not_lead_out(backend: str, root: Root) -> None:
    assert root.glob("out/**").paths == ()
    for pattern in ("../**", "/etc/*", "src/../../**"):
        with pytest.raises(ValueError, match="relative"):
            root.glob(pattern)
        with pytest.raises(ValueError, match="relative"):
            list(root.grep("x", glob=pattern))


def test_links_that_lead_out_are_listed_and_not_searched(backend: str, root: Root) -> None:
    assert all("outside" not in match.text for match in root.grep("needle"))
    with pytest.raises(OutsideRootError):
        root.read("out.py")


def test_commands_start_where_they_are_told(backend: str, root: Root) -> None:
    assert str(root.run(["pwd"]).stdout).strip() == root.path
    assert str(root.run("pwd -P", cwd="alias").stdout).strip() == f"{root.path}/src/deep"
    with pytest.raises(NotADirectoryError):
        root.run("pwd", cwd="a.py")
    with pytest.raises(FileNotFoundError):
        root.run("pwd", cwd="missing")


def test_a_read_only_root_runs_nothing(backend: str, root: Root) -> None:
    with Root(root.path, read_only=True) as shut:
        assert str(shut.read("a.py")) == "needle in a.py\n"
        with pytest.raises(ReadOnlyRootError, match="read-only"):
            shut.run("touch x")
    assert not os.path.exists(f"{root.path}/x")


def test_a_root_survives_the_renaming_of_its_directory(backend: str, root: Root) -> None:
    os.rename(root.path, root.path + "-moved")
    assert str(root.read("a.py")) == "needle in a.py\n"
    assert "src/b.py" in set(root.walk())


def test_a_root_must_be_a_directory(backend: str, root: Root) -> None:
    with pytest.raises(NotADirectoryError):
        Root(f"{root.path}/a.py")
    with pytest.raises(FileNotFoundError):
        Root(f"{root.path}/missing")
    with pytest.raises(FileNotFoundError, match="is empty"):
        Root("")


def test_a_closed_root_says_so(backend: str, root: Root) -> None:
    root.close()
    for method, argument in [
        (root.read, "a.py"), (root.walk, "."), (root.walk, "src"), (root.glob, "**"), (root.grep, "needle"),
        (root.run, "true"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="closed"):
            method(argument)  # type: ignore[operator]


def test_no_descriptor_is_left_behind(backend: str, root: Root) -> None:
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        list(root.walk("src"))
        root.glob("**", "src")
        list(root.grep("needle", "src"))
        root.run("true", cwd="src")
        for path in ESCAPES:
            with pytest.raises(OutsideRootError):
                root.read(f"{path}/x")
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before
