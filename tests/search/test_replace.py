"""Replacing in trees: what `re.sub` does to each line, and nothing else."""

import errno
import os
import re
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import toolrig
from toolrig import Root
from toolrig.errors import (
    ConfirmationError,
    EncodingError,
    NotRegularFileError,
    OutsideRootError,
    PatternError,
    ReadOnlyRootError,
)
from toolrig.root import Roots
from toolrig.search import _replace, replace
from toolrig.search._confirming.confirmer import confirmer
from toolrig.search._rewrite import Rewrite

pytestmark = pytest.mark.usefixtures("backend")


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def content(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def reference(data: bytes, pattern: str, repl: str, flags: int = 0) -> tuple[bytes, int]:
    """What replace is defined by."""
    *lines, rest = data.decode("utf-8", "surrogateescape").split("\n")
    done, total = [], 0
    for line in lines:
        end = "\r\n" if line.endswith("\r") else "\n"
        new, count = re.subn(pattern, repl, line.removesuffix("\r"), flags=flags)
        done.append(new.replace("\n", end) + end)
        total += count
    if rest:
        new, count = re.subn(pattern, repl, rest, flags=flags)
        done.append(new.replace("\n", "\r\n" if 2 * data.count(b"\r\n") > data.count(b"\n") else "\n"))
        total += count
    return "".join(done).encode("utf-8", "surrogateescape"), total


# What is replaced

FILES = {
    "a.txt": b"one needle\ntwo\nthree needle needle\n",
    "b/crlf.txt": b"needle\r\nx\r\nneedle at the end",
    "b/lone.txt": b"needle\r",
    "c/latin.txt": b"caf\xe9 needle\n\xff\xfe\n",
    "c/utf8.txt": "ééé needle\n€ néedle\n\U0001f600needle".encode(),
    "c/binary": b"needle\0\n",
    "c/none.txt": b"nothing\n",
    "empty": b"",
    "newlines": b"\n\n\n",
}


@pytest.mark.parametrize(
    ("pattern", "repl"),
    [
        ("needle", "pin"),
        (r"(\w+) needle", r"\1 [\g<0>]"),
        ("^", "> "),
        ("$", ";"),
        ("x*", "-"),
        ("needle", r"\n"),
        (r"\bneedle\b.*", ""),
        ("(n)(?:e)+", r"\1\\"),
        (r"n(?P<rest>\w*)", r"N\g<rest>"),
    ],
)
def test_lines_as_re_has_them(tmp_path: Path, pattern: str, repl: str) -> None:
    write(tmp_path, FILES)
    expected = {name: reference(data, pattern, repl) for name, data in FILES.items() if b"\0" not in data}
    done = replace(pattern, repl, tmp_path)
    changed = {name: data for name, (data, _) in expected.items() if data != FILES[name]}
    assert content(tmp_path) == {**FILES, **changed}
    assert [(change.path, change.replacements) for change in done.changes] == [
        (name, expected[name][1]) for name in sorted(changed)
    ]
    assert (done.files, done.truncated, done.errors) == (len(changed), False, ())
    assert done.replacements == sum(expected[name][1] for name in changed)


LINES = st.text("ab \r\né\udce9", max_size=30)
PATTERNS = ["a", "a+", "[ab]b", "(a)(b)?", "^", "b$", r"\s", "é", "(a+)+b", "a|", r"\udce9"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.sampled_from(PATTERNS), st.sampled_from(["", "x", r"<\g<0>>", "a"]))
def test_any_text(tmp_path: Path, text: str, pattern: str, repl: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    (tmp_path / "file").write_bytes(data)
    expected, count = reference(data, pattern, repl)
    done = replace(pattern, repl, tmp_path)
    assert (tmp_path / "file").read_bytes() == expected
    assert done.replacements == (count if expected != data else 0)


def test_function(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"a1 b22\n"})
    done = replace(r"\d+", lambda found: str(int(found[0]) + 1), tmp_path)
    assert (content(tmp_path), done.replacements) == ({"f": b"a2 b23\n"}, 2)


def test_function_with_a_pattern_that_may_take_long(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"aab\nb\nxab\n"})
    done = replace("(a+)+b", lambda found: found[0].upper(), tmp_path)
    assert (content(tmp_path), done.replacements) == ({"f": b"AAB\nb\nxAB\n"}, 2)


def test_fixed_takes_both_as_they_stand(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"a.b axb\n"})
    assert replace("a.b", r"\1\n", tmp_path, fixed=True).replacements == 1
    assert content(tmp_path) == {"f": b"\\1\\n axb\n"}


def test_ignore_case(tmp_path: Path) -> None:
    write(tmp_path, {"f": "Kk \u212a\n".encode()})
    assert replace("k", "x", tmp_path, ignore_case=True).replacements == 3
    assert content(tmp_path) == {"f": b"xx x\n"}


def test_what_stays_the_same_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"aaa\n"})
    before = (tmp_path / "f").stat()
    done = replace("a", "a", tmp_path)
    assert (done.files, done.replacements, done.changes) == (0, 0, ())
    assert (tmp_path / "f").stat() == before


# Encodings and line ends


def test_new_lines_end_as_their_line_did(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"a,b\r\nc,d\na,b\r\n\r\nlast,one"})
    replace(",", "\n", tmp_path)
    assert content(tmp_path) == {"f": b"a\r\nb\r\nc\nd\na\r\nb\r\n\r\nlast\r\none"}


def test_mark_stays_and_is_no_text(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"\xef\xbb\xbfneedle\n"})
    replace("^needle", "x", tmp_path)
    assert content(tmp_path) == {"f": b"\xef\xbb\xbfx\n"}


def test_character_that_the_file_cannot_hold(tmp_path: Path) -> None:
    latin = b"caf\xe9 needle\n"
    write(tmp_path, {"latin": latin, "utf8": b"needle\n"})
    done = replace("needle", "nädel", tmp_path)
    assert content(tmp_path) == {"latin": latin, "utf8": "nädel\n".encode()}
    assert [(error.path, error.errno) for error in done.errors] == [("latin", errno.EILSEQ)]
    assert "it is not UTF-8" in done.errors[0].message
    assert "a surrogate is no character" in replace("del", "\udcff", tmp_path).errors[0].message


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"\xe9\xff needle \xc3\xa9\n"})
    replace("(.) needle (.)", r"\2 pin \1", tmp_path)
    assert content(tmp_path) == {"f": b"\xe9\xc3\xa9 pin \xff\n"}


def test_utf16() -> None:
    data = "\ufeffaé\r\nb\U0001f600a".encode("utf-16-le")
    with closing(confirmer("a", 0, None)) as made:
        rewrite = Rewrite(data, "f", made, "ü\n")
        assert rewrite.data() == "\ufeffü\r\né\r\nb\U0001f600ü\r\n".encode("utf-16-le")
        assert (rewrite.replacements, rewrite.changes) == (2, True)
        assert rewrite.diff().count("\n-") == 2
        with pytest.raises(EncodingError):
            Rewrite(data, "f", made, "\udce9")


# Diffs, limits, faults


def test_dry_run_tells_what_git_applies(tmp_path: Path) -> None:
    files = {"a.txt": b"one\ntwo\r\nthree", "sub/b c.txt": b"two\n" * 20, "c.txt": b"caf\xc3\xa9 two\n"}
    write(tmp_path, files)
    planned = replace("t(w)o", r"T\1O", tmp_path, dry_run=True)
    assert content(tmp_path) == files
    assert (planned.files, planned.replacements) == (3, 22)
    patch = "".join(change.diff for change in planned.changes).encode()
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True)
    applied = content(tmp_path)
    write(tmp_path, files)
    done = replace("t(w)o", r"T\1O", tmp_path, diff=True)
    assert content(tmp_path) == applied
    assert [change[:3] for change in done.changes] == [change[:3] for change in planned.changes]
    assert [change.diff for change in replace("TwO", "x", tmp_path).changes] == ["", "", ""]


def test_tokens_name_the_version(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"a\n"})
    token = replace("a", "b", tmp_path, dry_run=True).changes[0].token
    toolrig.edit(tmp_path / "f", "a", "c", if_unchanged=token)
    token = replace("c", "d", tmp_path).changes[0].token
    toolrig.edit(tmp_path / "f", "d", "e", if_unchanged=token)


def test_limit(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys("abc", b"x\n"))
    done = replace("x", "y", tmp_path, limit=2)
    assert ([change.path for change in done.changes], done.truncated) == (["a", "b"], True)
    done = replace("x", "y", tmp_path, limit=1)
    assert ([change.path for change in done.changes], done.truncated) == (["c"], False)
    write(tmp_path, {"a": b"x\n"})
    done = replace("x", "y", tmp_path, limit=0)
    assert (done.changes, done.truncated) == ((), True)


def test_file_that_changes_meanwhile(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"x\n", "b": b"x\n"})

    def meddle(_: "re.Match[str]") -> str:
        (tmp_path / "a").write_bytes(b"someone else was here\n")
        return "y"

    done = replace("x", meddle, tmp_path)
    assert content(tmp_path) == {"a": b"someone else was here\n", "b": b"y\n"}
    assert [(error.path, error.errno) for error in done.errors] == [("a", errno.ESTALE)]
    assert [change.path for change in done.changes] == ["b"]


def test_no_write_is_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a": b"x\n", "b": b"x\n"})
    real = _replace.replace_unchanged

    def full(spot: object, *rest: object, **options: object) -> object:
        if "a" in repr(spot):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(spot, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(_replace, "replace_unchanged", full)
    done = replace("x", "y", tmp_path)
    assert content(tmp_path) == {"a": b"x\n", "b": b"y\n"}
    assert [(error.path, error.errno) for error in done.errors] == [("a", errno.ENOSPC)]


@pytest.mark.parametrize("raised", [RuntimeError, OSError, TimeoutError])
def test_what_the_function_raises_is_raised(tmp_path: Path, raised: type[Exception]) -> None:
    write(tmp_path, {"a": b"x\n", "b": b"y\n"})

    def fail(found: "re.Match[str]") -> str:
        if found[0] == "y":
            raise raised
        return "z"

    with pytest.raises(raised):
        replace("x|y", fail, tmp_path)
    assert content(tmp_path) == {"a": b"z\n", "b": b"y\n"}


# Patterns that may take long


def test_deadline_with_a_catastrophic_pattern(tmp_path: Path) -> None:
    slow = b"a" * 40 + b"b\n"
    write(tmp_path, {"a": b"xaa\n", "b": b"aa\n" + slow, "c": b"aa\n"})
    done = replace("(a+)+$", "y", tmp_path, deadline=1.0)
    assert content(tmp_path) == {"a": b"xy\n", "b": b"aa\n" + slow, "c": b"aa\n"}
    assert ([change.path for change in done.changes], done.truncated) == (["a"], True)


def test_function_that_would_be_called_too_late(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"a" * 24 + b"\n", "b": b"aab\n"})
    done = replace("(a+)+b|a", lambda _: "y", tmp_path)
    assert [(error.path, error.errno) for error in done.errors] == [("a", errno.ETIMEDOUT)]
    assert content(tmp_path) == {"a": b"a" * 24 + b"\n", "b": b"y\n"}


def test_no_child_no_replacement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a": b"a\n"})
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(ConfirmationError):
        replace("(a+)+$", "y", tmp_path)


# Where


def test_which_files(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    write(tmp_path, {"a.py": b"x\n", "b.txt": b"x\n", "out/c.py": b"x\n", ".git/d.py": b"x\n"})
    write(tmp_path, {".gitignore": b"out\n"})
    (tmp_path / "link.py").symlink_to("b.txt")
    done = replace("x", "y", tmp_path, glob="**/*.py")
    assert [change.path for change in done.changes] == ["a.py"]
    assert done.hidden_by_gitignore == 1
    done = replace("x", "y", tmp_path, gitignore=False, hidden=False)
    assert [change.path for change in done.changes] == ["b.txt", "out/c.py"]
    assert (tmp_path / "link.py").is_symlink()


def test_one_file_through_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"sub/f": b"x\n"})
    (tmp_path / "link").symlink_to("sub/f")
    assert [change.path for change in replace("x", "y", tmp_path / "link").changes] == ["f"]
    assert [change.path for change in Root(tmp_path).replace("y", "z", "link").changes] == ["link"]
    assert content(tmp_path / "sub") == {"f": b"z\n"}
    assert (tmp_path / "link").is_symlink()


def test_root(tmp_path: Path) -> None:
    write(tmp_path, {"in/sub/f": b"x\n", "out": b"x\n"})
    (tmp_path / "in/link").symlink_to("../out")
    with Root(tmp_path / "in") as root:
        done = root.replace("x", "y", "sub", diff=True)
        assert [change.path for change in done.changes] == ["sub/f"]
        assert done.changes[0].diff.startswith("--- a/sub/f\n+++ b/sub/f\n")
        with pytest.raises(OutsideRootError):
            root.replace("x", "y", "link")
        with pytest.raises(OutsideRootError):
            root.replace("x", "y", "..")
    with Roots([tmp_path / "in"]) as roots:
        done = roots.replace("y", "z", str(tmp_path / "in/sub"))
        assert [change.path for change in done.changes] == [str(tmp_path / "in/sub/f")]
    assert (tmp_path / "out").read_bytes() == b"x\n"


def test_read_only_root(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"x\n"})
    with Root(tmp_path, read_only=True) as root:
        with pytest.raises(ReadOnlyRootError):
            root.replace("x", "y")
        assert root.replace("x", "y", dry_run=True).files == 1
    assert content(tmp_path) == {"f": b"x\n"}


# Refusals


@pytest.mark.parametrize(
    ("pattern", "repl"), [("(", "x"), ("x", r"\1"), ("(x)", r"\g<name>"), ("x", r"\q"), ("x", "\\")]
)
def test_malformed(tmp_path: Path, pattern: str, repl: str) -> None:
    with pytest.raises(PatternError):
        replace(pattern, repl, tmp_path)


def test_options_that_are_not_offered(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="limit is -1"):
        replace("x", "y", tmp_path, limit=-1)
    with pytest.raises(FileNotFoundError):
        replace("x", "y", tmp_path / "missing")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotRegularFileError):
        replace("x", "y", tmp_path / "fifo")


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    write(tmp_path, {"f": b"x\n"})
    replace("x", "y", tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    for repl in ("x", "y", r"\1"):
        with suppress(PatternError):
            replace("(x|y)+$", repl, tmp_path)
            replace("(?:(x|y)+)+$", repl, tmp_path)
    assert len(os.listdir("/proc/self/fd")) <= before


async def _twin(root: Path) -> toolrig.search.Replaced:
    from toolrig import aio

    return await aio.replace("x", "y", root)


def test_async_twin(tmp_path: Path) -> None:
    import asyncio

    write(tmp_path, {"f": b"x\n"})
    assert asyncio.run(_twin(tmp_path)).to_dict()["replacements"] == 1
    assert content(tmp_path) == {"f": b"y\n"}
