"""Edits: what they change, what they keep, and what they refuse."""

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig.errors import (
    BinaryFileError,
    EncodingError,
    FileChangedError,
    NotRegularFileError,
    OutsideRootError,
    TextNotFoundError,
    TextNotUniqueError,
)
from toolrig.fs import Jail
from toolrig.fs._edit.edit import Edit, edit, edit_jail, multi_edit
from toolrig.fs._edit.revision import Revision

pytestmark = pytest.mark.usefixtures("backend")

UNICODE = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
LETTERS = st.text("ab\né", max_size=40)
PARTS = st.text("ab\né", min_size=1, max_size=3)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def revised(data: bytes, *edits: Edit) -> Revision:
    revision = Revision(data, "file")
    for step in edits:
        revision.apply(step)
    return revision


def whole(revision: Revision) -> bytes:
    return b"".join(revision.data())


# What is replaced


@given(text=LETTERS, old=PARTS, new=LETTERS, encoding=st.sampled_from([*UNICODE, "latin-1"]))
@settings(max_examples=500, deadline=None)
def test_all_occurrences_are_those_of_str_replace(text: str, old: str, new: str, encoding: str) -> None:
    if old == new:
        return
    if encoding == "latin-1":
        text = "ÿ" + text  # a byte that is nowhere in UTF-8
    data = MARKS.get(encoding, b"") + text.encode(encoding)
    if old not in text:
        with pytest.raises(TextNotFoundError):
            revised(data, Edit(old, new, replace_all=True))
        return
    revision = revised(data, Edit(old, new, replace_all=True))
    assert whole(revision) == MARKS.get(encoding, b"") + text.replace(old, new).encode(encoding)
    assert revision.replacements == text.count(old)


@given(
    lines=st.lists(st.sampled_from(["", "a", "b", "é"]), max_size=12),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from([*UNICODE, "latin-1"]),
    places=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    new=st.text("xy\n", max_size=8),
)
@settings(max_examples=500, deadline=None)
def test_an_edit_and_its_reverse_give_the_original_bytes(
    lines: list[str], newline: str, encoding: str, places: tuple[int, int], new: str
) -> None:
    text = "\n".join(["<ÿ>", *lines, "<end>"])
    start, end = sorted(place % len(text) for place in places)
    old = text[start : end + 1]
    data = MARKS.get(encoding, b"") + text.replace("\n", newline).encode(encoding)
    if text.count(old) > 1 or old == "<" + new + ">":
        return
    there = revised(data, Edit(old, f"<{new}>"))
    back = Revision(whole(there), "file")
    if text.replace(old, f"<{new}>").count(f"<{new}>") > 1:
        return
    if back.coding.encoding != there.coding.encoding or b"\n" not in there.body:
        back.coding = there.coding  # without such characters, a file does not tell what it was
    back.apply(Edit(f"<{new}>", old))
    assert whole(back) == data


@pytest.mark.parametrize(
    ("data", "old", "new", "expected"),
    [
        (b"a\r\nb\r\nc", "a\nb", "x\ny\nz", b"x\r\ny\r\nz\r\nc"),
        (b"a\r\nb\r\n", "a\r\nb", "x\ny", b"x\r\ny\r\n"),
        (b"a\nb\n", "a\r\nb", "x\r\ny", b"x\ny\n"),
        (b"a\r\nb\r\n", "b", "b\nc", b"a\r\nb\r\nc\r\n"),
        (b"a\r\nb\nc\r\n", "a\nb\nc\n", "a\nX\nb\nc\n", b"a\r\nX\r\nb\nc\r\n"),
        (b"a\r\nb\nc\nd\n", "b\nc", "b\nX\nc", b"a\r\nb\nX\nc\nd\n"),
        (b"a\r\nb\nc\r\n", "a\nb\nc\n", "x\nb\nc\n", b"x\r\nb\nc\r\n"),
        (b"a\r\nb\nc\r\n", "a\nb\nc\n", "c\n", b"c\r\n"),
        (b"a\r\nb\n", "\n", "", b"ab"),
        (b"a\r\r\nb", "a\r\r\nb", "c", b"c"),
        (b"one\rtwo\n", "e\rt", "e t", b"one two\n"),
    ],
)
def test_line_ends_are_kept(data: bytes, old: str, new: str, expected: bytes) -> None:
    assert whole(revised(data, Edit(old, new, replace_all=True))) == expected


@given(
    body=st.lists(st.sampled_from([b"a", b"b", b"\r\n", b"\n"]), max_size=30),
    old=st.text("ab\n", min_size=1, max_size=4),
)
@settings(max_examples=500, deadline=None)
def test_line_ends_do_not_matter_to_what_is_found(body: list[bytes], old: str) -> None:
    data = b"".join(body)
    flat = data.decode().replace("\r\n", "\n")
    if old not in flat:
        return
    revision = revised(data, Edit(old, "X", replace_all=True))
    assert whole(revision).decode().replace("\r\n", "\n") == flat.replace(old, "X")
    kept = data.decode()
    for piece in whole(revision).decode().split("X"):  # what is not replaced is as it was
        assert piece in kept
        kept = kept[kept.index(piece) + len(piece) :]


def test_a_file_keeps_its_mode_and_its_links(file: Path, tmp_path: Path) -> None:
    file.write_text("one\ntwo\n")
    file.chmod(0o751)
    link = tmp_path / "link"
    link.symlink_to("file")
    done = edit(link, "two", "three")
    assert (done.path, done.replacements, done.diff) == (str(link), 1, "")
    assert link.is_symlink()
    assert file.read_text() == "one\nthree\n"
    assert file.stat().st_mode & 0o7777 == 0o751
    assert sorted(os.listdir(tmp_path)) == ["file", "link"]


def test_edits_are_made_in_order_and_all_or_none(file: Path) -> None:
    file.write_text("a b c")
    done = multi_edit(file, [Edit("a", "b"), ("b", "x", True), ("x x", "y")])
    assert (file.read_text(), done.replacements) == ("y c", 4)
    with pytest.raises(TextNotFoundError, match="edit 2 of 2: "):
        multi_edit(file, [("y", "z"), ("y", "z")])
    assert file.read_text() == "y c"


def test_edits_that_undo_each_other_leave_the_file_alone(file: Path) -> None:
    file.write_text("a")
    before = file.stat().st_ino
    assert multi_edit(file, [("a", "b"), ("b", "a")]).replacements == 2
    assert file.stat().st_ino == before


def test_a_dry_run_changes_nothing(file: Path) -> None:
    file.write_text("one\n")
    before = file.stat()
    done = edit(file, "one", "two", dry_run=True)
    assert done.diff.endswith("@@ -1 +1 @@\n-one\n+two\n")
    assert file.read_text() == "one\n"
    assert file.stat() == before
    assert edit(file, "one", "two", if_unchanged=done.token).replacements == 1


# What is refused


def test_text_that_is_not_unique_is_told_by_lines(file: Path) -> None:
    file.write_text("x\ny\n" * 12)
    with pytest.raises(TextNotUniqueError, match=r"12 times, not once: on lines 1, 3, .* 19, \.\.\.\. Give"):
        edit(file, "x", "z")
    with pytest.raises(TextNotUniqueError, match="12 times, not 11: on lines 1"):
        edit(file, "x", "z", expected=11)
    assert edit(file, "x", "z", expected=12).replacements == 12
    assert edit(file, "y", "z", replace_all=True).replacements == 12


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Edit("", "x"), "empty: use write"),
        (Edit("x", "x"), "the same"),
        (Edit("x\n", "x\r\n"), "only in line ends"),
        (Edit("x", "y", expected=0), "expected is 0"),
    ],
)
def test_edits_that_cannot_be_are_named(file: Path, step: Edit, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        edit(file, step.old, step.new, expected=step.expected)
    with pytest.raises(ValueError, match=f"edit 2 of 2: .*{words}"):
        multi_edit(file, [("a", "b"), step])


@pytest.mark.parametrize("step", [{"old": "a", "new": "b"}, "ab", None])
def test_edits_of_another_shape_are_named(file: Path, step: object) -> None:
    with pytest.raises(TypeError, match="give an Edit"):
        multi_edit(file, [step])  # type: ignore[list-item]


def test_no_edits_are_an_error(file: Path) -> None:
    with pytest.raises(ValueError, match="no edits"):
        multi_edit(file, [])


def test_characters_that_the_encoding_lacks_are_named(file: Path) -> None:
    file.write_bytes(b"caf\xe9 1\n")
    with pytest.raises(EncodingError, match=r"latin-1.*€"):
        edit(file, "1", "1 €")
    with pytest.raises(TextNotFoundError, match="line 1"):
        edit(file, "café 1 €", "x")
    edit(file, "é 1", "è 2")
    assert file.read_bytes() == b"caf\xe8 2\n"


def test_parts_that_are_utf8_are_edited_as_such(file: Path) -> None:
    file.write_bytes("naïve €\n".encode() + b"caf\xe9\n")
    edit(file, "naïve €", "für 2 €")
    edit(file, "café", "thé")
    assert file.read_bytes() == "für 2 €\n".encode() + b"th\xe9\n"


def test_what_is_no_text_file_is_refused(tmp_path: Path, file: Path) -> None:
    file.write_bytes(b"a\0b")
    with pytest.raises(BinaryFileError, match="file is a binary file"):
        edit(file, "a", "b")
    with pytest.raises(IsADirectoryError):
        edit(tmp_path, "a", "b")
    with pytest.raises(FileNotFoundError):
        edit(tmp_path / "missing", "a", "b")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotRegularFileError):
        edit(tmp_path / "fifo", "a", "b")


def test_a_changed_file_is_not_edited(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("one")
    token = edit(file, "one", "two").token
    assert edit(file, "two", "three", if_unchanged=token).replacements == 1
    with pytest.raises(FileChangedError, match="has changed since"):
        edit(file, "three", "four", if_unchanged=token)

    apply = Revision.apply

    def while_another_writes(self: Revision, step: Edit) -> None:
        apply(self, step)
        file.write_text("three, and more")

    monkeypatch.setattr(Revision, "apply", while_another_writes)
    with pytest.raises(FileChangedError, match="during the edit"):
        edit(file, "three", "four")
    assert file.read_text() == "three, and more"


def test_a_write_protected_file_is_not_edited(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("one")
    monkeypatch.setattr("toolrig.fs._spot.Spot.writable", lambda _: False)  # nothing is, to root
    with pytest.raises(PermissionError, match="write-protected"):
        edit(file, "one", "two")
    assert file.read_text() == "one"


def test_an_edit_stays_inside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    top = tmp_path / "top"
    (top / "below").mkdir(parents=True)
    (top / "below" / "file").write_text("one")
    (top / "out").symlink_to("../secret")
    (top / "in").symlink_to("below/file")
    jail = Jail(top)
    for path in ("out", "../secret", str(tmp_path / "secret"), "below/../../secret"):
        with pytest.raises(OutsideRootError):
            edit_jail(path, "secret", "public", jail)
    assert edit_jail("in", "one", "two", jail).replacements == 1
    assert (top / "in").is_symlink()
    assert ((top / "below" / "file").read_text(), (tmp_path / "secret").read_text()) == ("two", "secret")


def test_no_descriptor_is_left_behind(file: Path) -> None:
    file.write_text("one one")
    before = len(os.listdir("/proc/self/fd"))
    for old in ("one one", "one", "three"):
        try:
            edit(file, old, "one one one")
        except ValueError:
            continue
    assert len(os.listdir("/proc/self/fd")) == before
