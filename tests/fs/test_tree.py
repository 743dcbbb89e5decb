"""Trees for a reader with little room: the top comes first, and what is not shown is counted."""

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fs.trees import grow
from toolrig import Root, tree, walk
from toolrig.errors import OutsideRootError
from toolrig.fs import Tree
from toolrig.fs._growth import Growth, share

KINDS = ("file", "dir", "symlink", "other")


def plant(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            (root / path).mkdir(exist_ok=True)
        else:
            (root / path).touch()
    return root


def everything(shown: Tree) -> set[str]:
    """The paths of a tree, with the directories that share a line."""
    found = set()
    for entry in shown:
        above = entry.path
        while above:
            found.add(above)
            above = os.path.dirname(above)
    return found


def test_a_small_tree_is_shown_whole(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "src/pkg/core/a.py", "src/pkg/core/b.py", "docs/index.md", "docs/img/", "README")
    (tmp_path / "latest").symlink_to("docs")
    os.mkfifo(tmp_path / "pipe")
    shown = tree(tmp_path)
    assert str(shown).splitlines() == [
        "docs/",
        "  img/",
        "  index.md",
        "src/pkg/core/",
        "  a.py",
        "  b.py",
        "README",
        "latest@",
        "pipe",
    ]
    assert (shown.total, shown.truncated, shown.left_out, shown.errors) == (11, False, 0, ())
    assert [tuple(entry) for entry in shown][:2] == [("docs", "dir", 0, 0), ("docs/img", "dir", 1, 0)]


def test_what_does_not_fit_is_cut_evenly_and_counted(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, *(f"{name}/{number}" for name in "abc" for number in range(9)), "d/x", "d/y", "top")
    shown = tree(tmp_path, limit=5)
    assert str(shown).splitlines() == [
        *("a/ (9 entries)", "b/ (9 entries)", "c/ (9 entries)", "d/ (2 entries)", "top"),
    ]
    assert (shown.total, shown.truncated, len(shown)) == (None, True, 5)
    shown = tree(tmp_path, limit=14)
    assert str(shown).splitlines() == [
        *("a/", "  0", "  1", "  2", "  … 6 more"),
        *("b/", "  0", "  1", "  … 7 more"),
        *("c/", "  0", "  1", "  … 7 more"),
        *("d/", "  x", "  y", "top"),
    ]
    assert len(shown) == 14
    assert str(tree(tmp_path, limit=2)) == "a/ (9 entries)\nb/ (9 entries)\n… 3 more"
    assert str(tree(tmp_path, limit=0)) == "… 5 more"


def test_depth_is_bounded_and_what_lies_deeper_counted(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "one/two/three/leaf", "one/two/other", "one/side")
    shown = tree(tmp_path, max_depth=1)
    assert str(shown) == "one/ (2 entries)"
    assert (shown.total, shown.truncated) == (1, False)
    assert str(tree(tmp_path, max_depth=2)) == "one/\n  two/ (2 entries)\n  side"
    assert tree(tmp_path, max_depth=10**30).total == 6


def test_an_empty_tree_is_an_empty_text(backend: str, tmp_path: Path) -> None:
    shown = tree(tmp_path)
    assert (str(shown), shown.total, len(shown)) == ("", 0, 0)


def test_names_cannot_disguise_lines(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "new\nline/x", "red\x1b[31m", "left\u202eright", "ümlaut")
    plant(Path(os.fsdecode(os.fsencode(tmp_path) + b"/")), os.fsdecode(b"\xff"))
    shown = tree(tmp_path)
    assert str(shown).splitlines() == [
        *("new\\nline/", "  x", "left\\u202eright", "red\\x1b[31m", "ümlaut", "\udcff"),
    ]
    assert "new\nline" in {entry.path for entry in shown}


def test_long_chains_are_broken(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "/".join(["d"] * 100) + "/leaf")
    shown = tree(tmp_path)
    assert [line.count("d/") for line in str(shown).splitlines()] == [32, 32, 32, 4, 0]
    assert (shown.total, shown.truncated) == (101, False)


def test_paths_longer_than_path_max_are_found(backend: str, tmp_path: Path) -> None:
    name, levels = "d" * 200, 25
    fd = os.open(tmp_path, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=fd)
        below = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)
    assert [entry.path for entry in tree(tmp_path)] == ["/".join([name] * levels)]


@pytest.mark.parametrize("hidden", [True, False, "all"])
def test_hidden_names(backend: str, tmp_path: Path, hidden: bool) -> None:
    plant(tmp_path, ".git/config", ".github/workflow", "sub/.env", "plain")
    options = {"gitignore": False, "hidden": hidden}
    assert everything(tree(tmp_path, **options)) == set(walk(tmp_path, kinds=KINDS, **options))


@pytest.mark.parametrize("seed", range(25))
def test_trees_show_what_git_sees(backend: str, tmp_path: Path, seed: int) -> None:
    grow(random.Random(seed), str(tmp_path))
    walked = walk(tmp_path, kinds=KINDS)
    expected = set(walked)
    shown = tree(tmp_path, limit=None)
    assert everything(shown) == expected
    assert (shown.total, shown.hidden_by_gitignore) == (len(expected), walked.hidden_by_gitignore)


def test_a_root_in_an_ignored_directory_has_been_asked_for(backend: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    plant(tmp_path, "build/out/a", "b.o")
    (tmp_path / ".gitignore").write_text("build\n*.o\n")
    shown = tree(tmp_path)
    assert (str(shown), shown.hidden_by_gitignore) == (".gitignore", 2)
    assert str(tree(tmp_path / "build")) == "out/\n  a"


def test_unreadable_directories_are_told(backend: str, public_directory: Path) -> None:
    plant(public_directory, "open/file", "shut/file")
    (public_directory / "shut").chmod(0)
    script = (
        "import os\nfrom toolrig import tree\n"
        "tree('.')\n"
        "if os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "shown = tree('.')\n"
        "print(shown, shown.errors[0].path, len(shown.errors), sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=public_directory, capture_output=True, text=True
    )
    assert (done.stdout.splitlines(), done.stderr) == (
        ["open/", "  file", "shut/ (not read)", "shut", "1"],
        "",
    )


def test_past_the_deadline_nothing_is_read(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "a/b")
    shown = tree(tmp_path, deadline=0)
    assert (str(shown), shown.truncated, shown.total) == ("… more", True, None)
    assert tree(tmp_path, deadline=60).total == 2


def test_only_what_is_shown_is_read(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(300):
        plant(tmp_path, f"d{number}/e/f/g")
    read: Counter[object] = Counter()
    scandir = os.scandir

    def counting(place: object) -> object:
        read["directories"] += 1
        return scandir(place)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", counting)
    assert len(tree(tmp_path, limit=10, gitignore=False)) == 10
    assert read["directories"] <= 1 + 10 * 3


def test_links_are_not_followed_and_leave_nothing_open(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "a/file")
    (tmp_path / "a" / "loop").symlink_to("..")
    before = len(os.listdir("/proc/self/fd"))
    assert str(tree(tmp_path)) == "a/\n  file\n  loop@"
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_directory_that_becomes_a_link_is_not_entered(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "top/a/b/file", "top/c", "outside/secret")
    opened = Growth._open

    def swapped(self: Growth, path: str) -> "int | str":
        if path == "a":
            (tmp_path / "top" / "a").rename(tmp_path / "gone")
            (tmp_path / "top" / "a").symlink_to("../outside")
        return opened(self, path)

    monkeypatch.setattr(Growth, "_open", swapped)
    shown = tree(tmp_path / "top")
    assert str(shown) == "a/ (not read)\nc"
    assert [error.path for error in shown.errors] == ["a"]


def test_a_root_shows_paths_from_its_own_top(backend: str, tmp_path: Path) -> None:
    plant(tmp_path, "src/pkg/a", "src/b", "c")
    with Root(tmp_path) as root:
        assert str(root.tree("src")) == "src/pkg/\n  a\nsrc/b"
        assert root.tree().entries == tree(tmp_path).entries
        with pytest.raises(OutsideRootError, match="outside"):
            root.tree("..")


@pytest.mark.parametrize(
    ("options", "word"),
    [({"limit": -1}, "limit"), ({"max_depth": 0}, "max_depth"), ({"hidden": "x"}, "hidden")],
)
def test_options_that_are_not_offered_are_named(tmp_path: Path, options: dict, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        tree(tmp_path, **options)


@given(counts=st.lists(st.integers(0, 50), max_size=12), room=st.integers(0, 200))
def test_shares_are_even_and_use_the_room(counts: list[int], room: int) -> None:
    shares = share(counts, room)
    assert sum(shares) == min(sum(counts), room)
    assert all(one <= count for one, count in zip(shares, counts, strict=True))
    cut = [one for one, count in zip(shares, counts, strict=True) if one < count]
    if cut:
        assert max(shares) - min(cut) <= 1


names = st.text("ab.", min_size=1, max_size=2).filter(lambda name: name.strip("."))
shapes = st.recursive(st.none(), lambda below: st.dictionaries(names, below, max_size=5), max_leaves=30)


def make(directory: Path, shape: dict | None) -> None:
    for name, below in (shape or {}).items():
        if below is None:
            (directory / name).touch()
        else:
            (directory / name).mkdir()
            make(directory / name, below)


@given(shape=shapes, limit=st.integers(0, 12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree(
    backend: str, tmp_path_factory: pytest.TempPathFactory, shape: dict | None, limit: int
) -> None:
    root = tmp_path_factory.mktemp("any")
    make(root, shape)
    expected = set(walk(root, kinds=KINDS, gitignore=False))
    cut, whole = (tree(root, limit=most, gitignore=False) for most in (limit, None))
    assert everything(whole) == expected
    assert len(cut) == min(limit, len(whole))
    assert cut.truncated == (len(cut) < len(whole))
    paths = [entry.path for entry in whole]
    assert [path for path in paths if path in {entry.path for entry in cut}] == [entry.path for entry in cut]
    for entry in cut:
        children = len(os.listdir(root / entry.path)) if entry.kind == "dir" else 0
        shown = [other for other in cut if other.path.startswith(entry.path + "/")]
        below = sum(other.level == entry.level + 1 for other in shown)
        assert entry.left_out == children - below
