"""Walking while things go wrong: every directory is either walked or reported, and nothing else happens.

The trees are larger than what a walk reads ahead, so that what is done after the first batch is done amid it.
"""

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toolrig import _backend, _pool, walk
from toolrig.fs import Walk

DIRECTORIES, FILES = 100, 300
LEVELS, LEVEL = 200, "one-level-of-200-or-so"  # together longer than PATH_MAX, which is 4,096
CROWD = 100_000


@pytest.fixture(params=["one thread", "several threads"])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 1 if request.param == "one thread" else 4
    _pool.threads()
    _backend.kernel("pool").resize(count - 1)
    monkeypatch.setattr(_pool, "_threads", count)


@pytest.fixture
def wide() -> Iterator[Path]:
    """100 directories of 300 files; others may enter, and what is left of it goes at the end."""
    root = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    root.chmod(0o755)
    for number in range(DIRECTORIES):
        directory = root / f"d{number}"
        directory.mkdir()
        first = directory / "f0"
        first.touch()
        for name in range(1, FILES):
            os.link(first, directory / f"f{name}")
    yield root
    subprocess.run(["rm", "-rf", "--", root], check=True)


def outcome(found: Walk, root: Path, amid: Callable[[], None]) -> dict[int, int]:
    """Do *amid* after the first batch; return how many directories were reported, by errno.

    Each of the others must have been walked whole, or up to where its entries were taken away.
    """
    batches = found.batches()
    paths = next(batches)
    amid()
    paths += [path for batch in batches for path in batch]
    assert len(paths) == len(set(paths))
    assert found.total == len(paths)
    walked = {path.partition("/")[0] for path in paths}
    reported = {error.path: error.errno for error in found.errors}
    assert walked | reported.keys() == {f"d{number}" for number in range(DIRECTORIES)}
    codes = list(reported.values())
    return {code: codes.count(code) for code in codes}


def script(code: str, root: Path, *arguments: str, **env: str) -> str:
    """Run *code* in an interpreter of its own in *root*, with a walk already done."""
    warm = "import os, resource, signal, sys\nfrom toolrig import walk\nlist(walk('.')); walk('.').errors\n"
    done = subprocess.run(
        [sys.executable, "-c", warm + code, *arguments],
        cwd=root,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_descriptors_run_out_amid_a_walk(backend: str, wide: Path) -> None:
    code = (
        "found = walk('.', gitignore=False)\n"
        "batches = found.batches()\n"
        "paths = next(batches)\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))\n"
        "paths += [path for batch in batches for path in batch]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))\n"
        "walked = {path.partition('/')[0] for path in paths}\n"
        "refused = {error.path for error in found.errors}\n"
        "print(len(walked | refused), bool(refused), {error.errno for error in found.errors})\n"
        "print(len(list(walk('.', gitignore=False))), len(os.listdir('/proc/self/fd')))\n"
    )
    first, second = script(code, wide).splitlines()
    assert first == f"{DIRECTORIES} True {{{errno.EMFILE}}}"
    assert second.split()[0] == str(DIRECTORIES * FILES)
    assert int(second.split()[1]) <= 8


def test_directories_vanish_amid_a_walk(backend: str, threads: None, wide: Path) -> None:
    def vanish() -> None:
        for number in range(DIRECTORIES):
            shutil.rmtree(wide / f"d{number}")

    codes = outcome(walk(wide, gitignore=False), wide, vanish)
    assert codes.keys() == {errno.ENOENT}


def test_directories_become_links_amid_a_walk(backend: str, threads: None, wide: Path) -> None:
    """What the links lead to must not show up: it may lie anywhere."""
    elsewhere = wide / "d0" / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret").touch()

    def replace() -> None:
        for number in range(1, DIRECTORIES):
            os.rename(wide / f"d{number}", wide / f"d{number}-moved")
            os.symlink(elsewhere, wide / f"d{number}")

    found = walk(wide, gitignore=False)
    batches = found.batches()
    paths = next(batches)
    replace()
    paths += [path for batch in batches for path in batch]
    assert {path for path in paths if "secret" in path} <= {"d0/elsewhere/secret"}
    reported = {error.errno for error in found.errors}
    assert reported
    assert reported <= {errno.ELOOP, errno.ENOTDIR}


def test_directories_become_files_amid_a_walk(backend: str, threads: None, wide: Path) -> None:
    def replace() -> None:
        for number in range(DIRECTORIES):
            shutil.rmtree(wide / f"d{number}")
            (wide / f"d{number}").touch()

    codes = outcome(walk(wide, gitignore=False), wide, replace)
    assert codes.keys() == {errno.ENOTDIR}


def test_files_come_and_go_all_the_while(backend: str, threads: None, wide: Path) -> None:
    """Files that stay are found exactly once, whatever happens beside them."""
    staying = {f"d{number}/f{name}" for number in range(DIRECTORIES) for name in range(FILES)}
    stop = threading.Event()

    def churn() -> None:
        turn = 0
        while not stop.is_set():
            directory = wide / f"d{turn % DIRECTORIES}"
            for name in range(50):
                (directory / f"passing{name}").touch()
            for name in range(50):
                (directory / f"passing{name}").unlink()
            turn += 1

    churner = threading.Thread(target=churn)
    churner.start()
    try:
        for _ in range(3):
            paths = [path for path in walk(wide, gitignore=False) if "passing" not in path]
            assert len(paths) == len(staying)
            assert set(paths) == staying
    finally:
        stop.set()
        churner.join()


def test_an_ordinary_user_is_told_what_is_shut(backend: str, public_directory: Path) -> None:
    """Without "x" a directory can be listed but not entered, without "r" entered but not listed."""
    for name in ("open", "list-only", "enter-only", "shut"):
        (public_directory / name / "below").mkdir(parents=True)
        (public_directory / name / "file").touch()
        (public_directory / name / "below" / "file").touch()
    (public_directory / "list-only").chmod(0o444)
    (public_directory / "enter-only").chmod(0o111)
    (public_directory / "shut").chmod(0)
    code = (
        "if os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "found = walk('.')\n"
        "print(sorted(found), sorted((e.path, e.errno) for e in found.errors))\n"
    )
    listed = ["list-only/file", "open/below/file", "open/file"]
    denied = [(path, errno.EACCES) for path in ("enter-only", "list-only/below", "shut")]
    assert script(code, public_directory) == f"{listed} {denied}"


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A path longer than PATH_MAX, with a file on each level."""
    root = tmp_path_factory.mktemp("deep")
    fd = os.open(root, os.O_RDONLY)
    for _ in range(LEVELS):
        os.mkdir(LEVEL, dir_fd=fd)
        below = os.open(LEVEL, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
        os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)
    yield root
    # Python's own rmtree recurses.
    subprocess.run(["rm", "-rf", "--", root], check=True)


def test_depth_takes_few_descriptors(backend: str, deep: Path) -> None:
    """The twin may reach a directory beyond PATH_MAX level by level; the engine opens it from its parent."""
    code = (
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), hard))\n"
        "found = walk('.', hidden=False)\n"
        "paths = sorted(found, key=len)\n"
        "level, levels = sys.argv[2], int(sys.argv[3])\n"
        "expected = [f'{level}/' * depth + 'f' for depth in range(1, levels + 1)]\n"
        "print(paths == expected, found.errors)\n"
    )
    descriptors = 64 if backend == "native" else LEVELS + 64
    assert script(code, deep, str(descriptors), LEVEL, str(LEVELS)) == "True ()"


def test_names_of_every_byte(backend: str, threads: None, tmp_path: Path) -> None:
    """Alone, doubled and as a directory: control characters, and bytes that are no UTF-8."""
    root = os.fsencode(tmp_path)
    letters = [bytes([byte]) for byte in range(1, 256) if byte not in b"/."]
    for name in letters:
        os.mkdir(os.path.join(root, name))
        for below in (name + name, b"x" + name, b"\xe2\x82" + name):
            with open(os.path.join(root, name, below), "wb"):
                pass
    expected = {
        name + b"/" + below for name in letters for below in (name + name, b"x" + name, b"\xe2\x82" + name)
    }
    paths = list(walk(tmp_path, gitignore=False))
    assert {os.fsencode(path) for path in paths} == expected
    assert all(os.path.lexists(tmp_path / path) for path in paths)
    assert {os.fsencode(path) for path in walk(tmp_path, kinds="dir", gitignore=False)} == set(letters)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory of 100,000 files."""
    root = tmp_path_factory.mktemp("crowd")
    fd = os.open(root, os.O_RDONLY)
    for number in range(CROWD):
        os.mknod(f"file{number:06d}", dir_fd=fd)
    os.close(fd)
    return root


def test_a_crowded_directory_is_listed_once(backend: str, threads: None, crowd: Path) -> None:
    paths = sorted(walk(crowd, gitignore=False))
    assert paths == [f"file{number:06d}" for number in range(CROWD)]


@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="a sanitizer keeps freed memory")
def test_a_crowded_directory_streams(backend: str, crowd: Path) -> None:
    """A list of all paths takes 8 MB; the twin holds one directory whole. Writing 5 resets the peak."""
    code = (
        "def peak():\n"
        "    with open('/proc/self/status') as file: status = file.read()\n"
        "    return int(status.partition('VmHWM:')[2].split()[0])\n"
        "import gc\n"
        "gc.collect()\n"
        "with open('/proc/self/clear_refs', 'w') as file: file.write('5')\n"
        "before = peak()\n"
        "count = sum(1 for _ in walk('.', gitignore=False))\n"
        "print(count, peak() - before)\n"
    )
    # Without the walk of the warm-up, which keeps the memory of its list.
    done = subprocess.run(
        [sys.executable, "-c", f"from toolrig import walk\nnext(walk('.'))\n{code}"],
        cwd=crowd,
        capture_output=True,
        text=True,
        check=True,
    )
    count, kilobytes = map(int, done.stdout.split())
    assert count == CROWD
    assert kilobytes < (1500 if backend == "native" else 16_000)


def test_signals_do_not_tear_a_walk(backend: str, wide: Path) -> None:
    code = (
        "seen = []\n"
        "signal.signal(signal.SIGALRM, lambda *_: seen.append(1))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)\n"
        "counts = {len(set(walk('.', gitignore=False))) for _ in range(5)}\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "print(counts, bool(seen))\n"
    )
    assert script(code, wide) == f"{{{DIRECTORIES * FILES}}} True"


def test_a_handler_that_raises_ends_the_walk(backend: str, wide: Path) -> None:
    code = (
        "class Stop(Exception): pass\n"
        "def stop(*_): raise Stop\n"
        "signal.signal(signal.SIGALRM, stop)\n"
        "before = len(os.listdir('/proc/self/fd'))\n"
        "found = walk('.', gitignore=False)\n"
        "next(found)\n"
        "try:\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.001)\n"
        "    while True: list(walk('.', gitignore=False))\n"
        "except Stop: print('raised')\n"
        "found.close()\n"
        "import gc; gc.collect()\n"
        "print(len(os.listdir('/proc/self/fd')) - before)\n"
    )
    raised, left = script(code, wide).split()
    assert raised == "raised"
    # The twin can be hit between opening a directory and noting that it did.
    assert int(left) <= (0 if backend == "native" else 1)


SHIM = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

long syscall(long number, ...)
{
    static long (*real)(long, ...);
    long given[6];
    va_list list;
    va_start(list, number);
    for (int at = 0; at < 6; at++)
        given[at] = va_arg(list, long);
    va_end(list);
    if (!real)
        real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    long got = real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
    if (number == SYS_getdents64)
        for (long at = 0; at < got;) {
            char *entry = (char *)given[1] + at;
            uint16_t length;
            memcpy(&length, entry + 16, sizeof length);
            entry[18] = DT_UNKNOWN;
            at += length;
        }
    return got;
}

struct dirent64 *readdir64(DIR *directory)
{
    static struct dirent64 *(*real)(DIR *);
    if (!real)
        real = (struct dirent64 *(*)(DIR *))dlsym(RTLD_NEXT, "readdir64");
    struct dirent64 *entry = real(directory);
    if (entry)
        entry->d_type = DT_UNKNOWN;
    return entry;
}

struct dirent *readdir(DIR *directory)
{
    return (struct dirent *)readdir64(directory);
}
"""


@pytest.fixture(scope="module")
def untyped(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a library that makes every file system one that does not tell the types of entries."""
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    library = folder / "shim.so"
    cc = [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library, folder / "shim.c", "-ldl"]
    subprocess.run(cc, check=True)
    return str(library)


@pytest.mark.skipif(shutil.which(os.environ.get("CC", "cc")) is None, reason="needs a C compiler")
def test_file_systems_that_do_not_tell_types(backend: str, untyped: str, tmp_path: Path) -> None:
    (tmp_path / "directory" / "below").mkdir(parents=True)
    (tmp_path / "directory" / "below" / "file").touch()
    (tmp_path / "file").touch()
    (tmp_path / "to-directory").symlink_to("directory")
    (tmp_path / "to-nowhere").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    code = (
        "assert all(e.name in os.listdir('.') for e in os.scandir('.'))\n"
        "for kind in ('file', 'dir', 'symlink', 'other'): print(sorted(walk('.', kinds=kind)))\n"
        "print(walk('.').errors)\n"
    )
    preload = " ".join(filter(None, [os.environ.get("LD_PRELOAD"), untyped]))
    assert script(code, tmp_path, LD_PRELOAD=preload).splitlines() == [
        "['directory/below/file', 'file']",
        "['directory', 'directory/below']",
        "['to-directory', 'to-nowhere']",
        "['fifo']",
        "()",
    ]
