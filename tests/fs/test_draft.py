"""Drafts under faults: the old file is intact, and nothing lies beside it."""

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from toolrig.fs import _draft
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._draft import Draft, replace
from toolrig.fs._write import write


def put(path: Path, data: bytes) -> None:
    with ANYWHERE.spot(path) as spot:
        replace(spot, data, like=spot.status_or_none())


@pytest.mark.parametrize("call", ["write", "fchmod", "link", "replace"])
@pytest.mark.parametrize("unnamed", [True, False])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_call_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, unnamed: bool, code: int
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    if not unnamed:
        monkeypatch.setattr(_draft, "_UNNAMED", 0)

    def failing(*_args: object, **_options: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        if call == "link" and not unnamed:  # is not called
            put(path, b"new")
        else:
            with pytest.raises(OSError, match=os.strerror(code)) as caught:
                put(path, b"new")
            assert call == "fchmod" or caught.value.filename == str(path)
            assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_write_is_continued_where_the_system_took_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, data[:1]))
    put(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """The kernel's own refusal, by the limit on the size of files."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as caught:
            put(path, b"x" * (1 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.errno == errno.EFBIG
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


KILLED = """
import os, signal, sys
from toolrig.fs import _draft
from toolrig.fs._write import write

path, where, unnamed = sys.argv[1:]
if unnamed == "False":
    _draft._UNNAMED = 0
real = getattr(os, where)

def last(*args, **options):
    if where == "write":  # in the middle of it
        real(args[0], args[1][:3])
    os.kill(os.getpid(), signal.SIGKILL)

setattr(os, where, last)
write(path, "the new content")
"""


@pytest.mark.parametrize("where", ["write", "fchmod", "fsync", "link", "replace"])
@pytest.mark.parametrize("unnamed", [True, False])
def test_a_killed_process_leaves_the_old_file(tmp_path: Path, where: str, unnamed: bool) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    script = KILLED.replace('"the new content")', '"the new content", sync=True)')
    done = subprocess.run([sys.executable, "-c", script, str(path), where, str(unnamed)])
    if where == "link" and not unnamed:  # is not called
        assert done.returncode == 0
        assert path.read_bytes() == b"the new content"
    else:
        assert done.returncode == -signal.SIGKILL
        assert path.read_bytes() == b"old"
    if unnamed and where != "replace":
        assert os.listdir(tmp_path) == ["a"]
    # A passing name that was left is removed by the next draft for the same file.
    write(path, "newer")
    assert path.read_bytes() == b"newer"
    left = [name for name in os.listdir(tmp_path) if name != "a"]
    assert left == []


def test_a_draft_in_progress_is_no_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_draft, "_UNNAMED", 0)
    path = tmp_path / "a"
    with ANYWHERE.spot(path) as spot, Draft(spot) as first:
        first.write(b"first")
        put(path, b"second")
        assert path.read_bytes() == b"second"
        first.publish()
    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["a"]


def test_a_new_name_that_is_taken_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for unnamed in (_draft._UNNAMED, 0):
        path.unlink(missing_ok=True)
        with pytest.MonkeyPatch.context() as patch, ANYWHERE.spot(path) as spot:
            patch.setattr(_draft, "_UNNAMED", unnamed)
            with Draft(spot) as draft:
                draft.write(b"ours")
                path.write_bytes(b"theirs")
                with pytest.raises(FileExistsError):
                    draft.publish(replace=False)
        assert path.read_bytes() == b"theirs"
        assert os.listdir(tmp_path) == ["a"]


def test_too_many_leftovers_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_draft, "_BESIDE_MOST", 2)
    for number in range(2):
        (tmp_path / f".a.toolrig{number}").mkdir()
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExistsError, match=r"remove those named \.\*\.toolrig\*"):
        put(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_without_proc_a_draft_has_a_passing_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_draft, "_has_proc", lambda: False)
    with ANYWHERE.spot(tmp_path / "a") as spot, Draft(spot) as draft:
        assert os.listdir(tmp_path) == [".a.toolrig0"]
        draft.write(b"new")
        draft.publish()
    assert os.listdir(tmp_path) == ["a"]


READ_ONLY = """
import os, subprocess, sys
from toolrig.fs._write import write
path = sys.argv[1]
write(path + "/a", "old")
subprocess.run(["mount", "-o", "remount,ro", path], check=True)
try:
    write(path + "/a", "new")
except OSError as error:
    print(error.errno, open(path + "/a").read(), os.listdir(path))
subprocess.run(["mount", "-o", "remount,rw,size=64k", path], check=True)
try:
    write(path + "/a", "x" * 200_000)
except OSError as error:
    print(error.errno, open(path + "/a").read(), os.listdir(path))
"""


def test_a_read_only_and_a_full_file_system_leave_the_old_file(tmp_path: Path) -> None:
    """On a file system of our own, where the machine grants one; elsewhere the faults above stand in."""
    mounted = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=64k none '{tmp_path}' && "
    try:
        probe = subprocess.run([*mounted, mount + "true"], capture_output=True)
    except FileNotFoundError:
        pytest.skip("no unshare(1) here")
    if probe.returncode:
        pytest.skip(f"no file system of our own here: {probe.stderr.decode().strip()}")
    command = f'{mount} exec "{sys.executable}" -c "$0" \'{tmp_path}\''
    done = subprocess.run([*mounted, command, READ_ONLY], capture_output=True, text=True)
    assert done.stderr == ""
    expected = [f"{code} old ['a']" for code in (errno.EROFS, errno.ENOSPC)]
    assert done.stdout.splitlines() == expected
