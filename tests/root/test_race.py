"""Another process swaps directories and files for links that lead out, all the while."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from toolrig import Root

ATTEMPTS = 10_000
SECONDS_LEAST, SECONDS_MOST = 2, 60

# Exchanges real entries and links that lead out, in one step each: renameat2(2), RENAME_EXCHANGE.
SWAPPER = """
import ctypes, os, sys
os.chdir(sys.argv[1])
rename = ctypes.CDLL(None, use_errno=True).renameat2
print("ready", flush=True)
while True:
    for name in (b"dir", b"file"):
        if rename(-100, name, -100, b"link-" + name, 2):
            raise OSError(ctypes.get_errno(), "cannot exchange", name)
"""


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for directory in ("outside", "top/dir"):
        (tmp_path / directory / "sub").mkdir(parents=True)
        (tmp_path / directory / "sub" / "file").write_text("here\n")
    (tmp_path / "top" / "file").write_text("here\n")
    for path in ("outside/file", "outside/sub/file", "outside/only-outside", "outside/sub/only-outside"):
        (tmp_path / path).write_text("secret\n")
    (tmp_path / "top" / "link-dir").symlink_to("../outside")
    (tmp_path / "top" / "link-file").symlink_to("../outside/file")
    return tmp_path


@pytest.fixture
def swapping(places: Path) -> Iterator[None]:
    command = [sys.executable, "-c", SWAPPER, str(places / "top")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as swapper:
        assert swapper.stdout is not None
        assert swapper.stdout.readline() == "ready\n"
        yield
        assert swapper.poll() is None
        swapper.kill()


def contents(root: Root, path: str) -> str:
    with root.open(path) as file:
        return str(file.read())


def state(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in [directory, *sorted(directory.rglob("*"))]:
        info = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (info.st_mtime_ns, info.st_ctime_ns, content)
    return found


def test_nothing_outside_is_read_or_changed(confinement: str, places: Path, swapping: None) -> None:
    before = state(places / "outside")
    with Root(places / "top") as root:
        attempts: list[Callable[[], object]] = [
            lambda: root.read("dir/sub/file"),
            lambda: root.read("file"),
            lambda: root.read_bytes("dir/sub/file"),
            lambda: root.read_many(["dir/sub/file", "file"], errors="raise"),
            lambda: contents(root, "file"),
            lambda: root.write("dir/sub/file", "here\n"),
            lambda: root.write("file", "here\n"),
            lambda: root.edit("dir/sub/file", "here", "here!"),
            lambda: root.edit("dir/sub/file", "here!", "here"),
            lambda: root.write("dir/sub/new/deep/file", "here\n", parents=True),
            lambda: root.mkdir("dir/sub/new/more", parents=True, exist_ok=True),
            lambda: root.copy("dir/sub/file", "dir/sub/copy", overwrite=True),
            lambda: root.move("dir/sub/copy", "dir/sub/moved", overwrite=True),
            lambda: root.remove("dir/sub/new", recursive=True),
            lambda: root.remove("dir/sub/moved"),
            lambda: root.apply_patch(
                "*** Begin Patch\n*** Update File: dir/sub/file\n-here\n+here\n*** End Patch"
            ),
            lambda: list(root.walk("dir", gitignore=False)),
            lambda: list(root.walk(gitignore=False, follow=True)),
            lambda: root.glob("dir/**", gitignore=False),
            lambda: str(root.tree("dir/sub", gitignore=False)),
            lambda: [match.text for match in root.grep("secret", "dir", gitignore=False)],
            lambda: [match.text for match in root.grep("secret", gitignore=False)],
            lambda: root.run("cat only-outside", cwd="dir/sub", inherit_env=False).stdout.text,
        ]
        done, refused = 0, 0
        start = monotonic()
        while done + refused < ATTEMPTS or monotonic() < start + SECONDS_LEAST or not (done and refused):
            for attempt in attempts:
                try:
                    answer = str(attempt())
                except (OSError, ValueError):
                    refused += 1
                else:
                    done += 1
                    assert "secret" not in answer
                    assert "only-outside" not in answer or "No such file" in answer
            assert monotonic() < start + SECONDS_MOST, (
                f"{done} attempts done, {refused} refused: no race came about"
            )
    assert state(places / "outside") == before
