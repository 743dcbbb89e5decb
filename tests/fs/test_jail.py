"""Confinement: what a path may reach, on the kernel's openat2, on the component walk in C and in Python."""

import errno
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolrig import _backend
from toolrig.errors import NotRegularFileError, OutsideRootError
from toolrig.fs import Jail

SECRET = "outside"


@pytest.fixture
def jail(tmp_path: Path) -> Iterator[Jail]:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "top-evil").mkdir()
    (tmp_path / "top-evil" / "file").write_text(SECRET)
    top = tmp_path / "top"
    (top / "a" / "b").mkdir(parents=True)
    (top / "file").write_text("top")
    (top / "a" / "b" / "file").write_text("deep")
    links = {
        "a/up": "../file",
        "a/dir": "b",
        "chain": "a/dir/file",
        "out": "../secret",
        "a/out": "../../secret",
        "absolute": str(tmp_path / "secret"),
        "absolute-inside": str(top / "file"),
        "loop": "loop",
        "dangling": "nowhere",
        "slash": "a/b/",
        "magic": "/proc/self/root",
        "to-top": ".",
    }
    for name, target in links.items():
        os.symlink(target, top / name)
    yield (opened := Jail(top))
    opened.close()


def content(jail: Jail, path: str) -> str:
    with os.fdopen(jail.open_file(path)) as file:
        return file.read()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("file", "top"),
        ("./file", "top"),
        ("a//b///file", "deep"),
        ("a/../file", "top"),
        ("a/b/../../a/b/file", "deep"),
        ("a/up", "top"),
        ("a/dir/file", "deep"),
        ("a/dir/../../file", "top"),
        ("chain", "deep"),
        ("slash/file", "deep"),
        ("to-top/to-top/file", "top"),
    ],
)
def test_paths_that_stay_inside_are_opened(confinement: str, jail: Jail, path: str, text: str) -> None:
    assert content(jail, path) == text


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../secret",
        "../top-evil/file",
        "../top/file",
        "a/../../secret",
        "a/b/../../../secret",
        "out",
        "a/out",
        "absolute",
        "absolute-inside",
        "a/dir/../../../secret",
        "to-top/../secret",
    ],
)
def test_paths_that_lead_out_are_refused(confinement: str, jail: Jail, path: str) -> None:
    with pytest.raises(OutsideRootError) as refusal:
        jail.open(path)
    assert isinstance(refusal.value, PermissionError)
    assert refusal.value.filename == path
    assert jail.path in str(refusal.value)


def test_absolute_paths_below_the_top_are_taken_as_relative(confinement: str, jail: Jail) -> None:
    assert content(jail, f"{jail.path}/a/b/file") == "deep"
    assert os.fstat(jail.open(jail.path)).st_ino == os.fstat(jail.fd).st_ino


@pytest.mark.parametrize("sibling", ["-evil/file", "/../secret", "/../top-evil/file"])
def test_absolute_paths_beside_the_top_are_refused(confinement: str, jail: Jail, sibling: str) -> None:
    with pytest.raises(OutsideRootError):
        jail.open(jail.path + sibling)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("missing", errno.ENOENT),
        ("dangling", errno.ENOENT),
        ("missing/..", errno.ENOENT),
        ("file/", errno.ENOTDIR),
        ("file/x", errno.ENOTDIR),
        ("file/..", errno.ENOTDIR),
        ("loop", errno.ELOOP),
        ("a/up/", errno.ENOTDIR),
    ],
)
def test_errors_are_those_of_open(confinement: str, jail: Jail, path: str, code: int) -> None:
    with pytest.raises(OSError, match=r".") as failure:
        jail.open(path)
    assert failure.value.errno == code
    assert failure.value.filename == path


@pytest.mark.parametrize("path", ["magic", "magic/etc/passwd"])
def test_magic_links_are_refused(confinement: str, jail: Jail, path: str) -> None:
    with pytest.raises(OSError, match=r".") as failure:
        jail.open(path)
    assert failure.value.errno in (errno.EACCES, errno.ELOOP)


@pytest.mark.parametrize("path", ["a/up", "a/dir/file", "chain", "dangling"])
def test_no_link_is_followed_when_asked_not_to(confinement: str, jail: Jail, path: str) -> None:
    with pytest.raises(OSError, match=r".") as failure:
        _backend.kernel("jail").open_beneath(jail.fd, path, os.O_RDONLY, follow=False)
    assert failure.value.errno == errno.ELOOP


def test_forty_links_are_followed_and_one_more_is_not(confinement: str, jail: Jail) -> None:
    os.symlink("file", f"{jail.path}/link1")
    for number in range(2, 42):
        os.symlink(f"link{number - 1}", f"{jail.path}/link{number}")
    assert content(jail, "link40") == "top"
    with pytest.raises(OSError, match=r".") as failure:
        jail.open("link41")
    assert failure.value.errno == errno.ELOOP


def test_files_are_created_through_a_dangling_link_inside(confinement: str, jail: Jail) -> None:
    os.close(jail.open("dangling", os.O_WRONLY | os.O_CREAT, mode=0o600))
    assert os.stat(f"{jail.path}/nowhere").st_mode & 0o777 == 0o600


def test_nothing_is_created_outside(confinement: str, jail: Jail) -> None:
    os.symlink("../created", f"{jail.path}/creator")
    for path in ("creator", "../created", f"{jail.path}/../created"):
        with pytest.raises(OutsideRootError):
            jail.open(path, os.O_WRONLY | os.O_CREAT)
    assert not os.path.lexists(f"{jail.path}/../created")


def test_paths_longer_than_path_max_work(confinement: str, jail: Jail) -> None:
    name = "d" * 200
    fd, opened = os.dup(jail.fd), []
    for _ in range(30):
        os.mkdir(name, dir_fd=fd)
        opened.append(fd)
        fd = os.open(name, os.O_RDONLY, dir_fd=fd)
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    for number in [*opened, fd]:
        os.close(number)
    os.close(jail.open(f"{name}/" * 30 + "file"))


def test_only_regular_files_are_read(confinement: str, jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(f"{jail.path}/fifo")
    with pytest.raises(NotRegularFileError, match="fifo"):
        jail.open_file("fifo")
    monkeypatch.chdir(jail.path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    with pytest.raises(NotRegularFileError, match="socket"):
        jail.open_file("socket")
    with pytest.raises(IsADirectoryError, match="list it"):
        jail.open_file("a")


def test_bytes_are_no_path(confinement: str, jail: Jail) -> None:
    for wrong in (lambda: jail.open(b"file"), lambda: Jail(os.fsencode(jail.path))):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="is bytes"):
            wrong()


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_impossible_paths_are_named(confinement: str, jail: Jail, path: str) -> None:
    with pytest.raises(ValueError, match="empty or contains a NUL"):
        jail.open(path)


def test_no_descriptor_leaks(confinement: str, jail: Jail) -> None:
    paths = ["file", "a/b/../b/file", "out", "missing/x", "loop", "a/dir/file", "../x", "chain", "file/"]
    before = len(os.listdir("/proc/self/fd"))
    for path in paths * 20:
        try:
            os.close(jail.open(path))
        except OSError:
            continue
    assert len(os.listdir("/proc/self/fd")) == before


def test_descriptors_are_not_inherited(confinement: str, jail: Jail) -> None:
    fd = jail.open("a/b/file")
    assert not os.get_inheritable(fd)
    os.close(fd)


def test_a_closed_jail_says_so(confinement: str, jail: Jail) -> None:
    jail.close()
    jail.close()
    with pytest.raises(ValueError, match="closed"):
        jail.open("file")


def test_a_swap_of_directory_and_link_never_leads_out(confinement: str, jail: Jail) -> None:
    """Another thread keeps replacing a directory by a link that leads out; only the inside is ever seen."""
    top = jail.path
    os.mkdir(f"{top}/swap")
    with open(f"{top}/swap/secret", "w") as file:
        file.write("inside")
    os.symlink("..", f"{top}/trap")
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            os.rename(f"{top}/swap", f"{top}/parked")
            os.rename(f"{top}/trap", f"{top}/swap")
            os.rename(f"{top}/swap", f"{top}/trap")
            os.rename(f"{top}/parked", f"{top}/swap")

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen = set()
    try:
        for _ in range(3000):
            try:
                seen.add(content(jail, "swap/secret"))
            except OSError:
                continue
    finally:
        stop.set()
        swapper.join()
    assert seen <= {"inside"}


@pytest.mark.parametrize(
    "name",
    ["NUL", "sub/nul.txt", "com1", "LPT\u00b9.log", "CONOUT$", "C:file", "file:stream", "sub\\aux", "name.",
     "name ", "con .txt", "C:/file"],
)  # fmt: skip
def test_names_that_windows_takes_for_something_else_are_known(name: str) -> None:
    from toolrig._pure.jail import device_or_stream

    assert device_or_stream(name)


@pytest.mark.parametrize("name", [".", "..", "sub/../file", ".hidden", "console", "nullable/com10", "a.b c"])
def test_other_names_are_names_on_windows_too(name: str) -> None:
    from toolrig._pure.jail import device_or_stream

    assert device_or_stream(name) == ""
