"""The content of files: many small ones, a few lines of a large one, and what opening one in a root costs."""

import asyncio
import os
import subprocess
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir
from types import ModuleType

from corpora import ten_thousand_files
from foreign import Foreign
from packages import package

from toolrig import read, read_many
from toolrig.bench import Case, Peer, on
from toolrig.fs import Jail

_PLACE = os.path.join(gettempdir(), "toolrig-bench-content")
_LARGE = os.path.join(_PLACE, "large")
_LARGE_BYTES = 200_000_000
_FIRST, _COUNT = 1_000_000, 51


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    tree = ten_thousand_files()
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(tree) for name in names)[:1_000]
    return [_many(paths, foreign), _open(tree, paths, foreign), _lines(foreign)]


def _many(paths: list[str], foreign: Foreign) -> Case:
    ways = {
        "Rust": ["std::fs::read", "std::fs::read on threads"],
        "Go": ["os.ReadFile", "os.ReadFile on goroutines"],
        "Node": ["readFileSync", "fs.promises.readFile"],
    }
    peers = [
        Peer("toolrig", "toolrig", on("native", lambda: read_many(paths))),
        Peer("toolrig pure", "twin", on("pure", lambda: read_many(paths))),
        Peer("open().read()", "stdlib", lambda: [_read(path) for path in paths]),
        Peer("Path.read_bytes", "stdlib", lambda: [Path(path).read_bytes() for path in paths]),
        Peer("asyncio.to_thread each", "stdlib", lambda: asyncio.run(_in_threads(paths))),
        package("aiofiles", "aiofiles", lambda aiofiles: asyncio.run(_with_aiofiles(aiofiles, paths))),
        package("aiofiles, gathered", "aiofiles", lambda aiofiles: asyncio.run(_gathered(aiofiles, paths))),
        package("anyio.Path", "anyio", lambda anyio: asyncio.run(_with_anyio(anyio, paths))),
        *foreign.peers("read_files", ways, lambda texts: [text.encode() for text in texts], paths=paths),
    ]
    return Case("read 1,000 small files", peers)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


async def _in_threads(paths: list[str]) -> list[bytes]:
    return [await asyncio.to_thread(_read, path) for path in paths]


async def _with_aiofiles(aiofiles: ModuleType, paths: list[str]) -> list[bytes]:
    return [await _aiofiles_read(aiofiles, path) for path in paths]


async def _gathered(aiofiles: ModuleType, paths: list[str]) -> list[bytes]:
    return await asyncio.gather(*(_aiofiles_read(aiofiles, path) for path in paths))


async def _aiofiles_read(aiofiles: ModuleType, path: str) -> bytes:
    async with aiofiles.open(path, "rb") as file:
        content: bytes = await file.read()
    return content


async def _with_anyio(anyio: ModuleType, paths: list[str]) -> list[bytes]:
    return [await anyio.Path(path).read_bytes() for path in paths]


def _open(tree: str, paths: list[str], foreign: Foreign) -> Case:
    ways = {
        "Rust": ["cap-std", "canonicalize + starts_with + File::open"],
        "Go": ["os.Root", "EvalSymlinks + prefix + os.Open"],
        "Node": ["realpathSync + prefix + openSync"],
    }
    names = [path.removeprefix(tree + os.sep) for path in paths]
    jail, root, top = Jail(tree), os.path.realpath(tree), Path(tree).resolve()

    def ours() -> int:
        return _opened(jail.open(name) for name in names)

    def by_realpath(name: str) -> int:
        real = os.path.realpath(os.path.join(root, name))
        if not real.startswith(root + os.sep):
            raise PermissionError(name)
        return os.open(real, os.O_RDONLY)

    def by_pathlib(name: str) -> int:
        real = (top / name).resolve()
        real.relative_to(top)  # raises where it lies outside
        return os.open(real, os.O_RDONLY)

    peers = [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("realpath + prefix + os.open", "stdlib", lambda: _opened(map(by_realpath, names))),
        Peer("Path.resolve + relative_to + os.open", "stdlib", lambda: _opened(map(by_pathlib, names))),
        Peer("os.open, unconfined", "stdlib", lambda: _opened(os.open(path, os.O_RDONLY) for path in paths)),
        *foreign.peers("open_inside", ways, int, root=tree, paths=names),
    ]
    return Case("open 1,000 files inside a root", peers)


def _opened(descriptors: Iterable[int]) -> int:
    count = 0
    for fd in descriptors:
        os.close(fd)
        count += 1
    return count


def _lines(foreign: Foreign) -> Case:
    last = _FIRST + _COUNT - 1
    ways = {"Rust": ["BufReader::read_until"], "Go": ["bufio.Reader.ReadSlice"], "Node": ["readline"]}

    def ours() -> str:
        return str(read(_LARGE, offset=_FIRST, limit=_COUNT))

    def iterated() -> str:
        with open(_LARGE) as file:
            return "".join(islice(file, _FIRST - 1, last))

    def by_sed() -> str:
        script = f"{_FIRST},{last}p;{last}q"
        done = subprocess.run(["sed", "-n", script, _LARGE], capture_output=True, text=True, check=True)
        return done.stdout

    peers = [
        Peer("toolrig", "toolrig", on("native", ours)),
        Peer("toolrig pure", "twin", on("pure", ours)),
        Peer("islice(open())", "stdlib", iterated),
        Peer("sed -n", "programs", by_sed),
        *foreign.peers("lines", ways, str, path=_LARGE, first=_FIRST, limit=_COUNT),
    ]
    return Case(
        "lines 1,000,000 to 1,000,050 of 200 MB",
        peers,
        prepare=_plant_large,
        finish=lambda: rmtree(_PLACE),
    )


def _plant_large() -> None:
    os.makedirs(_PLACE, exist_ok=True)
    words = "one line of a log: "
    block = "".join(f"{number:08d} {words * (number % 9)}\n" for number in range(20_000))
    with open(_LARGE, "w") as file:
        for _ in range(_LARGE_BYTES // len(block) + 1):
            file.write(block)
