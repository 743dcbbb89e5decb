"""Links that are followed, and devices that are not left."""

import os
from pathlib import Path

import pytest

from toolrig import Root, scan, walk


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "file").write_text("xyz")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("x")
    return root


def followed(root: Path, **options: object) -> list[str]:
    return sorted(walk(root, follow=True, gitignore=False, **options))  # type: ignore[arg-type]


def test_links_are_what_they_lead_to(backend: str, tree: Path) -> None:
    (tree / "to-directory").symlink_to("a/b")
    (tree / "to-file").symlink_to("a/b/file")
    (tree / "a" / "chain").symlink_to("../to-file")
    assert followed(tree) == ["a/b/file", "a/chain", "to-directory/file", "to-file"]
    assert followed(tree, kinds="file") == followed(tree)
    assert followed(tree, kinds="dir") == ["a", "a/b", "to-directory"]
    assert followed(tree, kinds="symlink") == []


def test_without_following_they_are_links(backend: str, tree: Path) -> None:
    (tree / "to-directory").symlink_to("a/b")
    assert sorted(walk(tree)) == ["a/b/file", "to-directory"]
    assert list(walk(tree, kinds="symlink")) == ["to-directory"]


@pytest.mark.parametrize("target", ["nowhere", "self", "../outside", "../outside/secret", "/", "/etc/passwd"])
def test_links_to_nothing_or_out_of_the_root_stay_links(backend: str, tree: Path, target: str) -> None:
    (tree / "self").symlink_to(target)
    assert followed(tree) == ["a/b/file", "self"]
    assert followed(tree, kinds="symlink") == ["self"]
    (entry,) = scan(tree, follow=True, kinds="symlink").entries()
    assert (entry.kind, entry.size) == ("symlink", len(target))


@pytest.mark.parametrize("place", ["", "a", "a/b"])
@pytest.mark.parametrize("target", ["", "a", "a/b"])
def test_a_directory_is_not_entered_inside_itself(backend: str, tree: Path, place: str, target: str) -> None:
    (tree / place / "loop").symlink_to(os.path.relpath(tree / target, tree / place) or ".")
    found = followed(tree)
    assert len(found) == len(set(found)) <= 3
    assert "a/b/file" in found
    if not target.startswith(place) or place == target:  # the target is the place itself, or lies above it
        assert found == ["a/b/file"]


def test_loops_of_two_end(backend: str, tree: Path) -> None:
    (tree / "x").mkdir()
    (tree / "y").mkdir()
    (tree / "x" / "to-y").symlink_to("../y")
    (tree / "y" / "to-x").symlink_to("../x")
    (tree / "y" / "file").write_text("")
    assert followed(tree) == ["a/b/file", "x/to-y/file", "y/file"]


def test_the_same_directory_twice_is_no_loop(backend: str, tree: Path) -> None:
    for name in ("one", "two"):
        (tree / name).symlink_to("a")
    assert followed(tree) == ["a/b/file", "one/b/file", "two/b/file"]


def test_status_is_that_of_the_target(backend: str, tree: Path) -> None:
    os.utime(tree / "a" / "b" / "file", ns=(0, 123456789))
    (tree / "link").symlink_to("a/b/file")
    rows = {entry.path: entry for entry in scan(tree, follow=True).entries()}
    assert rows["link"][1:] == rows["a/b/file"][1:] == ("file", 3, 123456789)


def test_depth_and_rules_hold_behind_links(backend: str, tree: Path) -> None:
    (tree / "link").symlink_to("a")
    (tree / ".ignored").write_text("")
    assert followed(tree, max_depth=2) == [".ignored"]
    assert followed(tree, max_depth=3, hidden=False) == ["a/b/file", "link/b/file"]
    assert followed(tree, match="link/**") == ["link/b/file"]


def test_a_root_is_not_left(backend: str, tree: Path) -> None:
    (tree / "out").symlink_to("../outside")
    (tree / "absolute").symlink_to(tree / "a")
    with Root(tree) as root:
        assert sorted(root.walk(follow=True)) == ["a/b/file", "absolute", "out"]
        assert sorted(root.walk("a", follow=True)) == ["a/b/file"]


def test_other_devices_are_listed_and_not_entered(backend: str) -> None:
    here = os.lstat("/").st_dev
    options = {"gitignore": False, "max_depth": 2}
    inside = set(walk("/", same_device=True, kinds="dir", **options))  # type: ignore[arg-type]
    names = [entry.name for entry in os.scandir("/") if entry.is_dir(follow_symlinks=False)]
    others = [name for name in names if os.lstat(f"/{name}").st_dev != here]
    assert others, "no other file system is mounted below the root"
    assert set(names) <= inside
    for name in others:
        assert not any(path.startswith(f"{name}/") for path in inside)
