"""Ways out that others have fallen for, tried on every method that takes a path."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from toolrig import Root
from toolrig.errors import OutsideRootError, PatchError
from toolrig.root import Roots

METHODS: dict[str, Callable[[Any, str], object]] = {
    "read": lambda root, path: root.read(path),
    "read_bytes": lambda root, path: root.read_bytes(path),
    "read_many": lambda root, path: root.read_many([path], errors="raise"),
    "open": lambda root, path: _opened(root, path, "r"),
    "open to write": lambda root, path: _opened(root, path, "w"),
    "open to append": lambda root, path: _opened(root, path, "a"),
    "write": lambda root, path: root.write(path, "evil"),
    "write with parents": lambda root, path: root.write(path, "evil", parents=True),
    "write below": lambda root, path: root.write(f"{path}/new/file", "evil", parents=True),
    "edit": lambda root, path: root.edit(path, "outside", "evil"),
    "multi_edit": lambda root, path: root.multi_edit(path, [("outside", "evil")]),
    "patch": lambda root, path: root.apply_patch(_patch(path)),
    "patch that adds": lambda root, path: root.apply_patch(
        f"*** Begin Patch\n*** Add File: {path}\n+evil\n*** End Patch"
    ),
    "patch that deletes": lambda root, path: root.apply_patch(
        f"*** Begin Patch\n*** Delete File: {path}\n*** End Patch"
    ),
    "move from": lambda root, path: root.move(path, "stolen"),
    "move to": lambda root, path: root.move("inside", path, overwrite=True),
    "copy from": lambda root, path: root.copy(path, "stolen", recursive=True),
    "copy to": lambda root, path: root.copy("inside", path, overwrite=True),
    "mkdir": lambda root, path: root.mkdir(path, parents=True),
    "mkdir below": lambda root, path: root.mkdir(f"{path}/new/sub", parents=True),
    "remove": lambda root, path: root.remove(path),
    "remove a tree": lambda root, path: root.remove(path, recursive=True),
    "remove below": lambda root, path: root.remove(f"{path}/sub", recursive=True),
    "walk": lambda root, path: list(root.walk(path)),
    "scan": lambda root, path: list(root.scan(path).paths),
    "glob": lambda root, path: list(root.glob("**", path)),
    "tree": lambda root, path: str(root.tree(path)),
    "grep": lambda root, path: [match.text for match in root.grep("outside", path)],
    "run": lambda root, path: root.run("touch evil", cwd=path),
}

# Methods that mean the link itself: it is removed or renamed inside, and what it leads to is not touched.
ON_THE_LINK = {"move from", "move to", "remove", "remove a tree", "patch that deletes"}

ESCAPES = {
    "parent": "../outside/secret",
    "parent directory": "../outside",
    "the parent itself": "..",
    "parent behind a directory": "sub/../../outside/secret",
    "absolute": "{top}/../outside/secret",
    "absolute outside": "{outside}/secret",
    "sibling of the same beginning": "{top}-evil/secret",
    "sibling, relative": "../top-evil/secret",
    "through a link to a directory": "out/secret",
    "through an absolute link": "absolute/secret",
    "through two links": "chain/secret",
    "a link to a file": "secret-link",
    "a link to an absolute file": "absolute-link",
    "a link to nothing yet": "dangling",
    "parent behind a link inside": "alias/../../../outside/secret",
    "magic link": "/proc/self/root{outside}/secret",
    "magic link inside": "proc/self/root{outside}/secret",
}


def _opened(root: Any, path: str, mode: str) -> object:
    with root.open(path, mode) as file:
        return file.read() if mode == "r" else file.write("evil")


def _patch(path: str) -> str:
    return f"--- {path}\n+++ {path}\n@@ -1 +1 @@\n-outside\n+evil\n"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for directory in ("outside", "top-evil"):
        (tmp_path / directory / "sub").mkdir(parents=True)
        (tmp_path / directory / "secret").write_text("outside\n")
        (tmp_path / directory / "sub" / "file").write_text("outside\n")
    (tmp_path / "second").mkdir()
    (tmp_path / "top" / "sub" / "deep").mkdir(parents=True)
    lay_traps(tmp_path)
    return tmp_path


def lay_traps(places: Path) -> None:
    """Bring back what the attempt before may have moved or removed: links are fair game."""
    top = places / "top"
    (top / "stolen").unlink(missing_ok=True)
    (top / "inside").write_text("inside\n")
    links = {
        "out": "../outside",
        "absolute": places / "outside",
        "chain": "sub/hop",
        "sub/hop": "../../outside",
        "secret-link": "../outside/secret",
        "absolute-link": places / "outside" / "secret",
        "dangling": "../outside/new",
        "alias": "sub/deep",
        "proc": "/proc",
    }
    for name, target in links.items():
        (top / name).unlink(missing_ok=True)
        (top / name).symlink_to(target)


@pytest.fixture(params=["Root", "Roots"])
def root(request: pytest.FixtureRequest, confinement: str, places: Path) -> Iterator[Any]:
    with Root(places / "top") as one:
        if request.param == "Root":
            yield one
        else:
            with Roots([one, places / "second"]) as several:
                yield several


def outside(places: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return the state of everything that is not below the root."""
    found = {}
    for directory in ("outside", "top-evil"):
        for path in [places / directory, *(places / directory).rglob("*")]:
            info = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (info.st_mtime_ns, info.st_ctime_ns, content)
    return found


@pytest.mark.parametrize("method", METHODS)
def test_nothing_leads_out(root: Any, places: Path, method: str) -> None:
    for name, escape in ESCAPES.items():
        lay_traps(places)
        before = outside(places)
        answer = None
        # A link that is to be made anew is there already, and a patch changes no links.
        with contextlib.suppress(OutsideRootError, FileExistsError, PatchError):
            answer = METHODS[method](root, escape.format(top=places / "top", outside=places / "outside"))
            assert method in ON_THE_LINK, name
        assert outside(places) == before, name
        assert "outside" not in str(answer), name
        assert sorted(os.listdir(places)) == ["outside", "second", "top", "top-evil"]
        stolen = places / "top" / "stolen"
        assert not stolen.exists() or stolen.is_symlink(), name


def test_links_inside_are_followed(root: Any, places: Path) -> None:
    (places / "top" / "sub" / "deep" / "file").write_text("within\n")
    (places / "top" / "good").symlink_to("alias/file")
    assert str(root.read("good")) == "within\n"
    assert root.read_many(["alias/file", "good"]) == [b"within\n"] * 2
    root.write("good", "changed\n")
    root.edit("alias/file", "changed", "again")
    assert (places / "top" / "sub" / "deep" / "file").read_text() == "again\n"
    assert (places / "top" / "good").is_symlink()


def test_a_hard_link_to_the_outside_is_cut_by_writing(root: Any, places: Path) -> None:
    """Two names of one file cannot be told apart; what is written never reaches the other name."""
    os.link(places / "outside" / "secret", places / "top" / "twin")
    root.write("twin", "mine\n")
    root.edit("twin", "mine", "still mine")
    assert (places / "outside" / "secret").read_text() == "outside\n"


def test_a_read_only_root_changes_nothing(confinement: str, places: Path) -> None:
    before = sorted(str(path) for path in (places / "top").rglob("*"))
    changing = [name for name in METHODS if name.split()[0] not in READING]
    assert len(changing) > 15
    with Root(places / "top", read_only=True) as shut:
        for method in [*changing, "open to write", "open to append"]:
            with pytest.raises(PermissionError, match="read-only"):
                METHODS[method](shut, "inside")
    assert sorted(str(path) for path in (places / "top").rglob("*")) == before
    assert (places / "top" / "inside").read_text() == "inside\n"


READING = {"read", "read_bytes", "read_many", "open", "walk", "scan", "glob", "tree", "grep"}
