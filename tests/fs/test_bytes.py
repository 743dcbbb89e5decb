"""Reading bytes: the same as open().read() gives, or its error."""

import errno
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolrig import Root, _pool, read_bytes, read_many
from toolrig._backend import kernel
from toolrig.errors import NotRegularFileError, OutsideRootError

SMALL = 1 << 18  # bytes of the largest file that several threads read at once
Many = Callable[..., list[bytes | OSError]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree of files of all sizes around those at which something changes."""
    generator = random.Random(3)
    for number, size in enumerate([0, 1, 4_095, 4_096, 4_097, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL]):
        (tmp_path / f"size{number}").write_bytes(generator.randbytes(size))
    for number in range(300):
        below = tmp_path / f"dir{number % 7}"
        below.mkdir(exist_ok=True)
        (below / f"small{number}").write_bytes(generator.randbytes(generator.randrange(3_000)))
    return tmp_path


@pytest.fixture(params=["anywhere", "root"])
def many(request: pytest.FixtureRequest, tree: Path) -> Iterator[Many]:
    """Return read_many for paths below the tree: the function, or the method of a root."""
    if request.param == "root":
        with Root(tree) as root:
            yield root.read_many
        return

    def below_tree(paths: list[str], **options: object) -> list[bytes | OSError]:
        return read_many([tree / path for path in paths], **options)

    yield below_tree


def names(tree: Path) -> list[str]:
    return sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_many_files_are_what_open_reads(
    backend: str, tree: Path, many: Many, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pool, "_threads", threads)
    paths = names(tree)
    random.Random(threads).shuffle(paths)
    paths += paths[:5]  # one twice is read twice
    expected = [(tree / path).read_bytes() for path in paths]
    assert many(paths) == expected
    for most in (0, 1, 1_000, 4_096, SMALL, SMALL + 1):
        assert many(paths, max_bytes=most) == [content[:most] for content in expected]


def test_errors_stand_in_their_place(backend: str, tree: Path, many: Many) -> None:
    os.mkfifo(tree / "fifo")
    os.symlink("nowhere", tree / "dangling")
    os.symlink("size1", tree / "link")
    paths = ["size1", "missing", "dir0", "size1/below", "fifo", "dangling", "link", "size2"]
    found = many(paths)
    assert [item if isinstance(item, bytes) else type(item) for item in found] == [
        (tree / "size1").read_bytes(),
        FileNotFoundError,
        IsADirectoryError,
        NotADirectoryError,
        NotRegularFileError,
        FileNotFoundError,
        (tree / "size1").read_bytes(),
        (tree / "size2").read_bytes(),
    ]
    for path, item in zip(paths, found, strict=True):
        assert isinstance(item, bytes) or str(item.filename).endswith(path)


def test_the_first_error_is_raised_where_asked_for(backend: str, many: Many) -> None:
    with pytest.raises(IsADirectoryError, match="dir0"):
        many(["size1", "dir0", "missing"], errors="raise")
    with pytest.raises(ValueError, match="'return' or 'raise'"):
        many(["size1"], errors="ignore")


def test_sockets_and_devices_are_not_read(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        found = read_many(["socket", "/dev/zero", "/dev/tty"])
    assert [type(item) for item in found[:2]] == [NotRegularFileError] * 2
    assert isinstance(found[2], OSError)


@pytest.mark.parametrize(
    "path", ["../secret", "out/secret", "absolute", "/etc/passwd", "./../dir0/../secret"]
)
def test_nothing_outside_a_root_is_read(backend: str, tree: Path, path: str) -> None:
    inside = tree / "dir0"
    (tree / "secret").write_bytes(b"secret")
    os.symlink("..", inside / "out")
    os.symlink(tree / "secret", inside / "absolute")
    with Root(inside) as root:
        first, found = root.read_many(["small0", path])
        assert isinstance(first, bytes)
        assert isinstance(found, OutsideRootError)
        with pytest.raises(OutsideRootError):
            root.read_bytes(path)


def test_paths_that_cannot_be_are_named(backend: str, tree: Path, many: Many) -> None:
    with pytest.raises(ValueError, match=r"null (byte|character)|NUL"):
        many(["size1", "a\0b"])
    with pytest.raises(TypeError, match="give a list"):
        read_many("size1")
    with pytest.raises(TypeError, match="is bytes"):
        read_many([b"size1"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="max_bytes is -1"):
        many([], max_bytes=-1)
    assert many([]) == []


def test_names_that_are_not_utf8_are_read(backend: str, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    Path(path).write_bytes(b"coffee")
    assert read_many([path]) == [b"coffee"]


def test_files_whose_size_is_not_told_are_read_whole(backend: str) -> None:
    (found,) = read_many(["/proc/self/mountinfo"])
    assert found == Path("/proc/self/mountinfo").read_bytes()
    assert read_bytes("/proc/self/mountinfo") == found


def test_files_that_grow_meanwhile_are_read_up_to_some_point(backend: str, tmp_path: Path) -> None:
    text = bytes(range(256)) * 64
    paths = [str(tmp_path / f"file{number}") for number in range(8)]

    def grow() -> None:
        for path in paths:
            Path(path + ".new").touch()
            os.replace(path + ".new", path)
        for start in range(0, len(text), 1_000):
            for path in paths:
                with open(path, "ab") as file:
                    file.write(text[start : start + 1_000])

    with changing(paths, grow):
        for _ in range(100):
            assert all(isinstance(item, bytes) and text.startswith(item) for item in read_many(paths * 4))


def test_files_that_shrink_meanwhile_are_no_error(backend: str, tmp_path: Path) -> None:
    """What is read while the end is cut off and comes back may be any part of it, and zeros."""
    paths = [str(tmp_path / f"file{number}") for number in range(8)]

    def shrink() -> None:
        for path in paths:
            os.truncate(path, 100)
            os.truncate(path, 9_000)

    with changing(paths, shrink):
        for _ in range(100):
            assert all(isinstance(item, bytes) and len(item) <= 9_000 for item in read_many(paths * 4))


@contextmanager
def changing(paths: list[str], change: Callable[[], None]) -> Iterator[None]:
    """Have a thread change the files over and over."""
    for path in paths:
        Path(path).touch()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            change()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_few_descriptors_are_enough(backend: str, tree: Path, many: Many) -> None:
    paths = names(tree)
    expected = [(tree / path).read_bytes() for path in paths]
    many(paths)  # so that the threads are there
    free = os.dup(0)
    os.close(free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 4, hard))
    try:
        assert many(paths) == expected
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
        assert {getattr(item, "errno", None) for item in many(paths)} == {errno.EMFILE}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_no_descriptor_is_left_behind(backend: str, tree: Path, many: Many) -> None:
    os.mkfifo(tree / "fifo")
    paths = [*names(tree), "fifo", "dir0", "missing"]
    many(paths)
    before = os.listdir("/proc/self/fd")
    for _ in range(5):
        many(paths)
    assert os.listdir("/proc/self/fd") == before


def test_memory_is_given_back(backend: str, tree: Path) -> None:
    import tracemalloc

    paths = [tree / name for name in names(tree)] * 4
    size = sum(path.stat().st_size for path in paths)
    tracemalloc.start()
    found = read_many(paths)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == len(paths)
    assert peak < size + (1 << 20)


def test_a_forked_child_reads_too(backend: str, tree: Path) -> None:
    paths = [str(tree / name) for name in names(tree)]
    expected = read_many(paths)
    child = os.fork()
    if not child:
        os._exit(0 if read_many(paths) == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_ctrl_c_ends_it(backend: str, tree: Path) -> None:
    paths = [str(tree / name) for name in names(tree)]

    def read_on() -> None:
        while True:
            kernel("files").read_many(-1, paths * 20, threads=2)

    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            read_on()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_threads_may_read_at_once(backend: str, tree: Path) -> None:
    paths = [str(tree / name) for name in names(tree)]
    expected = read_many(paths)
    wrong: list[int] = []

    def work() -> None:
        wrong.extend(number for number in range(10) if read_many(paths) != expected)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@given(
    data=st.binary(max_size=300),
    offset=st.integers(0, 320),
    most=st.none() | st.integers(0, 320) | st.just(1 << 70),
)
@settings(max_examples=200, deadline=None)
def test_any_part_of_any_file(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, offset: int, most: int | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "part"
    path.write_bytes(data)
    expected = data[offset:][:most]
    assert read_bytes(path, offset=offset, max_bytes=most) == expected


def test_large_files_are_read_whole(backend: str, tmp_path: Path) -> None:
    data = random.Random(4).randbytes((9 << 20) + 5)
    (tmp_path / "large").write_bytes(data)
    assert read_bytes(tmp_path / "large") == data
    assert read_bytes(tmp_path / "large", offset=8 << 20) == data[8 << 20 :]
    assert read_many([tmp_path / "large"]) == [data]


@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="a sanitizer maps more than that")
def test_more_than_memory_is_an_error(backend: str, tmp_path: Path) -> None:
    """In a process of its own, whose memory is limited; the file is a hole."""
    (tmp_path / "hole").touch()
    os.truncate(tmp_path / "hole", 1 << 40)
    program = (
        "import resource, sys, toolrig\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))\n"
        "try: toolrig.read_bytes(sys.argv[1])\n"
        "except MemoryError: print('refused')\n"
        "print(len(toolrig.read_bytes(sys.argv[1], max_bytes=10)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "hole"], capture_output=True, text=True)
    assert done.stdout == "refused\n10\n", done.stderr


def test_numbers_that_cannot_be_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for options in ({"offset": -1}, {"max_bytes": -1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            read_bytes(tmp_path / "file", **options)
