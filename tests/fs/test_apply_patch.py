"""Patches applied to files: what each kind of change does, and that all of a patch is done or nothing."""

import gc
import json
import os
import stat
from pathlib import Path

import pytest

from toolrig.errors import (
    BinaryFileError,
    EncodingError,
    FileChangedError,
    NotRegularFileError,
    OutsideRootError,
    PatchError,
)
from toolrig.fs import Change, Patched, apply_patch
from toolrig.fs._draft import Draft

pytestmark = pytest.mark.usefixtures("backend")


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def envelope(*parts: str) -> str:
    return "\n".join(["*** Begin Patch", *parts, "*** End Patch", ""])


def update(name: str, old: str, new: str) -> str:
    return f"*** Update File: {name}\n@@\n-{old}\n+{new}"


def add(name: str, line: str) -> str:
    return f"*** Add File: {name}\n+{line}"


def test_each_kind_of_change(tmp_path: Path) -> None:
    for name in ("u", "d", "m"):
        (tmp_path / name).write_text("a\n")
    patch = envelope(
        update("u", "a", "b"),
        "*** Delete File: d",
        "*** Update File: m\n*** Move to: n/m\n@@\n-a\n+c\n+d",
        add("x/y/z", "e"),
    )
    expected = Patched(
        changes=(
            Change("u", "update", None, 1, 1, ()),
            Change("d", "delete", None, 0, 1, ()),
            Change("m", "move", "n/m", 2, 1, ()),
            Change("x/y/z", "add", None, 1, 0, ()),
        )
    )
    before = tree(tmp_path)
    assert apply_patch(patch, root=tmp_path, dry_run=True) == expected
    assert tree(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d", "m", "u"]
    result = apply_patch(patch, root=tmp_path, sync=True)
    assert result == expected
    assert tree(tmp_path) == {"u": b"b\n", "n/m": b"c\nd\n", "x/y/z": b"e\n"}
    assert json.loads(result.json())["changes"][2]["moved_to"] == "n/m"


def test_a_file_that_is_named_twice_is_changed_twice(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1\n")
    (tmp_path / "link").symlink_to("a")
    result = apply_patch(
        envelope(
            update("a", "1", "2"),
            update("./a", "2", "3"),
            update("link", "3", "4"),
            add("new", "x"),
            update("new", "x", "y"),
            add("gone", "z"),
            "*** Delete File: gone",
            "*** Delete File: a",
            add("a", "5"),
        ),
        root=tmp_path,
    )
    assert len(result.changes) == 9
    assert tree(tmp_path) == {"a": b"5\n", "link": b"5\n", "new": b"y\n"}


def test_names_are_swapped(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1\n")
    (tmp_path / "b").write_text("2\n")
    patch = "".join(
        f"diff --git a/{old} b/{new}\nsimilarity index 100%\nrename from {old}\nrename to {new}\n"
        for old, new in (("a", "b"), ("b", "a"))
    )
    apply_patch(patch, root=tmp_path)
    assert tree(tmp_path) == {"a": b"2\n", "b": b"1\n"}


def test_names_may_be_absolute_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1\n")
    patch = envelope(update(f"{tmp_path}/a", "1", "2"), add(f"{tmp_path}/d/b", "3"))
    assert [change.path for change in apply_patch(patch, root=tmp_path).changes] == ["a", "d/b"]
    assert tree(tmp_path) == {"a": b"2\n", "d/b": b"3\n"}


# What stays


def test_permissions_stay_and_change_as_the_patch_says(tmp_path: Path) -> None:
    for name, mode in (("kept", 0o640), ("moved", 0o750), ("made executable", 0o640)):
        (tmp_path / name).write_text("a\n")
        (tmp_path / name).chmod(mode)
    apply_patch(
        envelope(update("kept", "a", "b"), "*** Update File: moved\n*** Move to: there"), root=tmp_path
    )
    apply_patch(
        "diff --git a/made executable b/made executable\nold mode 100644\nnew mode 100755\n"
        "diff --git a/new b/new\nnew file mode 100755\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+a\n",
        root=tmp_path,
    )
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    umask = os.umask(0o022)
    os.umask(umask)
    assert modes == {"kept": 0o640, "there": 0o750, "made executable": 0o750, "new": 0o777 & ~umask}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfa\r\nb\r\n", b"\xef\xbb\xbfa\r\n\xc3\xa9\r\n"),
        ("\ufeffa\nb\n".encode("utf-16-le"), "\ufeffa\né\n".encode("utf-16-le")),
        (b"a\nb\n\xff\n", b"a\n\xe9\n\xff\n"),
    ],
)
def test_encoding_mark_and_line_ends_stay(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "x").write_bytes(before)
    apply_patch(envelope("*** Update File: x\n@@\n a\n-b\n+é"), root=tmp_path)
    assert (tmp_path / "x").read_bytes() == after


def test_a_mark_that_the_patch_knows_can_be_changed(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xef\xbb\xbfa\n")
    apply_patch("--- x\n+++ x\n@@ -1 +1 @@\n-\ufeffa\n+b\n", root=tmp_path)
    assert (tmp_path / "x").read_bytes() == b"b\n"
    apply_patch("--- x\n+++ x\n@@ -1 +1 @@\n-b\n+\ufeffa\n", root=tmp_path)
    assert (tmp_path / "x").read_bytes() == b"\xef\xbb\xbfa\n"


def test_a_character_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"a\n\xff\n")
    with pytest.raises(EncodingError):
        apply_patch(envelope(update("x", "a", "€")), root=tmp_path)


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1\n")
    (tmp_path / "link").symlink_to("a")
    apply_patch(envelope(update("link", "1", "2")), root=tmp_path)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_text() == "2\n"
    for part in ("*** Delete File: link", "*** Update File: link\n*** Move to: other"):
        with pytest.raises(PatchError, match="link is a symbolic link"):
            apply_patch(envelope(part), root=tmp_path)


# All or nothing

FIRST = update("u", "a", "b")


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (update("u", "zebra", "b"), PatchError),
        (update("missing", "a", "b"), FileNotFoundError),
        (update("no/directory", "a", "b"), FileNotFoundError),
        (update("binary", "a", "b"), BinaryFileError),
        (update("fifo", "a", "b"), NotRegularFileError),
        (update("directory", "a", "b"), IsADirectoryError),
        (update("u/below", "a", "b"), NotADirectoryError),
        ("*** Delete File: missing", FileNotFoundError),
        ("*** Delete File: directory", IsADirectoryError),
        ("*** Update File: u\n*** Move to: v", FileExistsError),
        (add("v", "x"), FileExistsError),
        (add("new", "x") + "\n" + add("new", "x"), FileExistsError),
        (add("dangling", "x"), FileExistsError),
        (update("../outside", "a", "b"), OutsideRootError),
        (update("leads-out/outside", "a", "b"), OutsideRootError),
        (update("leads-out-itself", "a", "b"), OutsideRootError),
        (update("/etc/passwd", "a", "b"), OutsideRootError),
        (add("../new", "x"), OutsideRootError),
        (add("leads-out/new", "x"), OutsideRootError),
        (add("missing/../../new", "x"), FileNotFoundError),
        (add("directory/../../new", "x"), OutsideRootError),
        ("*** Delete File: ../outside", OutsideRootError),
        ("*** Delete File: leads-out/outside", OutsideRootError),
        ("*** Update File: v\n*** Move to: ../v", OutsideRootError),
        ("*** Update File: v\n*** Move to: leads-out/v", OutsideRootError),
        (add("directory/", "x"), OSError),
        (add("..", "x"), OSError),
        (add("\0", "x"), ValueError),
    ],
)
def test_one_part_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, part: str, error: type[Exception]
) -> None:
    root = tmp_path / "root"
    (root / "directory").mkdir(parents=True)
    (tmp_path / "outside").write_text("a\n")
    for name, data in (("u", b"a\n"), ("v", b"a\n"), ("binary", b"a\n\0")):
        (root / name).write_bytes(data)
    os.mkfifo(root / "fifo")
    (root / "leads-out").symlink_to("..")
    (root / "leads-out-itself").symlink_to("../outside")
    (root / "dangling").symlink_to("nothing")
    before, names = tree(tmp_path), sorted(tmp_path.rglob("*"))
    with pytest.raises(error):
        apply_patch(envelope(FIRST, add("n/e/w", "x"), part), root=root)
    assert tree(tmp_path) == before
    assert sorted(tmp_path.rglob("*")) == names


@pytest.mark.parametrize("fails", range(1, 5))
def test_a_failure_midway_is_undone(tmp_path: Path, fails: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).write_text("1\n")
    before, names = tree(tmp_path), sorted(tmp_path.rglob("*"))
    publish, calls = Draft.publish, []

    def failing(self: Draft, **options: bool) -> os.stat_result:
        calls.append(self)
        if len(calls) == fails:
            raise OSError(28, "No space left on device")
        return publish(self, **options)

    monkeypatch.setattr(Draft, "publish", failing)
    parts = [
        update("a", "1", "2"),
        "*** Delete File: d",
        add("n/e/w", "x"),
        update("b", "1", "2"),
        "*** Update File: c\n*** Move to: n/c",
    ]
    with pytest.raises(OSError, match="No space left"):
        apply_patch(envelope(*parts), root=tmp_path)
    assert tree(tmp_path) == before
    assert sorted(tmp_path.rglob("*")) == names


@pytest.mark.parametrize("part", [FIRST, "*** Delete File: u"])
def test_what_somebody_else_changes_meanwhile_is_left_to_them(
    tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "u").write_text("a\n")
    write = Draft.write

    def meddling(self: Draft, data: bytes) -> None:
        (tmp_path / "u").write_text("theirs\n")
        write(self, data)

    monkeypatch.setattr(Draft, "write", meddling)
    with pytest.raises(FileChangedError):
        apply_patch(envelope(part, add("n/e/w", "x")), root=tmp_path)
    assert tree(tmp_path) == {"u": b"theirs\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["u"]


def test_a_full_disk_shows_before_anything_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "u").write_text("a\n")

    def full(self: Draft, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Draft, "write", full)
    with pytest.raises(OSError, match="No space left"):
        apply_patch(envelope(add("n/e/w", "x"), FIRST), root=tmp_path)
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "u"]


def test_a_deletion_must_cover_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a\nb\n")
    header = "--- a/x\n+++ /dev/null\n"
    with pytest.raises(PatchError, match="holds more than the patch removes"):
        apply_patch(header + "@@ -1 +0,0 @@\n-a\n", root=tmp_path)
    apply_patch(header + "@@ -1,2 +0,0 @@\n-a\n-b\n", root=tmp_path)
    assert tree(tmp_path) == {}


def test_lines_written_into_nothing_make_the_file_or_go_to_its_top(tmp_path: Path) -> None:
    patch = "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"
    assert apply_patch(patch, root=tmp_path).changes[0].kind == "add"
    assert apply_patch(patch, root=tmp_path).changes[0].kind == "update"
    assert tree(tmp_path) == {"x": b"a\na\n"}


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    (tmp_path / "u").write_text("a\n")
    gc.collect()  # what earlier tests dropped may hold descriptors
    before = sorted(os.listdir("/proc/self/fd"))
    apply_patch(envelope(FIRST, add("n/e/w", "x")), root=tmp_path)
    with pytest.raises(FileExistsError):
        apply_patch(envelope(add("m/e", "x"), add("u", "x")), root=tmp_path)
    assert sorted(os.listdir("/proc/self/fd")) == before


def test_many_files_of_one_directory_share_its_descriptor(tmp_path: Path) -> None:
    import resource

    for number in range(300):
        (tmp_path / str(number)).write_text("a\n")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    patch = envelope(*(f"*** Delete File: {number}" for number in range(300)))
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 50, limit[1]))
    try:
        apply_patch(patch, root=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    assert tree(tmp_path) == {}
