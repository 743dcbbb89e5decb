"""Listings: order, limits, and what they say about themselves."""

import json
import os
import pathlib

import pytest

from toolrig import glob


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    for number, path in enumerate(["b.py", "a.py", "sub/c.py", "sub/deep/d.py", "sub/e.txt", "Z.py"]):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
        os.utime(tmp_path / path, ns=(0, number * 1_000_000_000))
    return tmp_path


def test_finds_what_pathlib_finds(backend: str, tree: pathlib.Path) -> None:
    for pattern in ("**/*.py", "*.py", "sub/*", "sub/**/*.py", "*/deep/*"):
        expected = sorted(str(path.relative_to(tree)) for path in tree.glob(pattern) if path.is_file())
        assert list(glob(pattern, tree)) == expected


def test_newest_first(backend: str, tree: pathlib.Path) -> None:
    expected = ("Z.py", "sub/deep/d.py", "sub/c.py", "a.py", "b.py")
    assert glob("**/*.py", tree, sort="mtime").paths == expected
    assert glob("**/*.py", tree, sort="mtime", limit=2).paths == expected[:2]


def test_a_limit_is_told(backend: str, tree: pathlib.Path) -> None:
    listing = glob("**/*.py", tree, limit=2)
    assert (listing.paths, listing.total, listing.truncated) == (("Z.py", "a.py"), 5, True)
    whole = glob("**/*.py", tree, limit=5)
    assert (len(whole), whole.total, whole.truncated) == (5, 5, False)


def test_a_deadline_that_has_passed_stops_the_walk(backend: str, tree: pathlib.Path) -> None:
    for number in range(3000):
        (tree / f"n{number}").touch()
    listing = glob("**", tree, deadline=0)
    assert listing.truncated
    assert listing.total is None
    assert 0 < len(listing) < 3000


def test_no_match_is_an_empty_listing(backend: str, tree: pathlib.Path) -> None:
    listing = glob("missing/**/*.rs", tree)
    assert (listing.paths, listing.total, listing.truncated, listing.errors) == ((), 0, False, ())


def test_a_listing_can_be_written_down(backend: str, tree: pathlib.Path) -> None:
    (tree / os.fsdecode(b"\xff.py")).touch()
    listing = glob("*.py", tree)
    assert json.loads(listing.json()) == listing.to_dict()
    assert listing.to_dict()["paths"] == ["Z.py", "a.py", "b.py", "\udcff.py"]
    with pytest.raises(AttributeError, match="immutable"):
        listing.paths = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("options", "word"), [({"sort": "size"}, "sort"), ({"limit": -1}, "limit"), ({"hidden": 2}, "hidden")]
)
def test_options_that_are_not_offered_are_named(
    backend: str, tree: pathlib.Path, options: dict, word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        glob("*", tree, **options)
