"""Trees to measure on, made from a seed or found in the interpreter.

The large ones are made when they are first measured: a `Corpus` knows where it will be.
"""

import os
import platform
import random
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_WORDS = ["src", "lib", "test", "core", "util", "api", "docs", "pkg", "model", "view"]
_SUFFIXES = ["py", "js", "ts", "rs", "md", "json", "c", "h", "txt", "html"]
_GIT = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]


@dataclass(frozen=True)
class Corpus:
    """A tree that is made once and kept between runs.

    Attributes:
        name: of its directory among temporary files.
        plant: makes it in the directory it is given.
    """

    name: str
    plant: Callable[[str], None]

    @property
    def path(self) -> str:
        """Where the tree is once it is made."""
        return os.path.join(self._place(), "tree")

    def make(self) -> str:
        """Make the tree unless it is there, and return its path."""
        place, tree = self._place(), self.path
        complete = os.path.join(place, ".complete")
        if not os.path.exists(complete):
            shutil.rmtree(place, ignore_errors=True)
            os.makedirs(tree)
            self.plant(tree)
            _write(complete, "")
        return tree

    def _place(self) -> str:
        return os.path.join(tempfile.gettempdir(), f"toolrig-bench-{self.name}")


def ten_thousand_files() -> str:
    """Return a tree of exactly 10,000 small files in 800 directories at most 6 deep."""
    return Corpus("10k", _grow).make()


def repository() -> str:
    """Return the same tree as a git repository: some files tracked, some not, some ignored."""

    def plant(tree: str) -> None:
        _grow(tree)
        directories = sorted(f"{top}/{name}" for top, names, _ in os.walk(tree) for name in names)
        rules = "*.o\n*.html\nmodel[0-9]*/\n!model1*/\nbuild/\n/docs*/cache\n"
        _write(os.path.join(tree, ".gitignore"), rules)
        for directory in directories[::40]:
            _write(os.path.join(directory, ".gitignore"), "*_gamma.*\n!*_gamma.py\nlocal/\n")
        subprocess.run([*_GIT, "init", "-q"], cwd=tree, check=True)
        subprocess.run([*_GIT, "add", "--", "*.py", "*.js", "*.c", "*.h"], cwd=tree, check=True)

    return Corpus("repository", plant).make()


def standard_library() -> str:
    """Return a copy of the interpreter's standard library, without what was installed beside it."""

    def plant(tree: str) -> None:
        left_out = shutil.ignore_patterns("site-packages", "__pycache__", "*.so", "*.a", "*.exe")
        shutil.copytree(sysconfig.get_path("stdlib"), tree, dirs_exist_ok=True, ignore=left_out)

    return Corpus(f"stdlib-{platform.python_version()}", plant).make()


def _plant_sources(copies: int) -> Callable[[str], None]:
    """Return what plants so many copies of the standard library as a git repository, all of it tracked."""

    def plant(tree: str) -> None:
        library = standard_library()
        for number in range(copies):
            shutil.copytree(library, os.path.join(tree, f"copy_{number:02d}"))
        for number in range(19):
            below = os.path.join(tree, f"copy_{number % copies:02d}", f"rare_{number:02d}.py")
            _write(below, f"# a line\ntoolrig_rare_marker = {number}\n")
        subprocess.run([*_GIT, "init", "-q"], cwd=tree, check=True)
        subprocess.run([*_GIT, "add", "-A", "-f"], cwd=tree, check=True)

    return plant


def _plant_large_repository(tree: str) -> None:
    """Plant what a kernel's source tree looks like after a build.

    80,000 tracked files, 300 of them rule files, in 5,000 directories, and 22,000 objects that rules ignore.
    No tracked file is ignored, so that walkers that do not read the index give git's answer too; no two files
    have the same time, so that there is one order by time.
    """
    rng = random.Random(11)
    directories = _directories(tree, 5_000, deepest=8, rng=rng)
    ruled = [tree, *rng.sample(directories[1:], 299)]
    for number, directory in enumerate(ruled):
        _write(os.path.join(directory, ".gitignore"), _ROOT_RULES if number == 0 else _rules_of(number))
    for number in range(80_000 - len(ruled)):
        directory = directories[number % 5_000] if number < 20_000 else rng.choice(directories)
        suffix = rng.choices(["c", "h", "rst", "dts", "txt", "S"], [45, 30, 8, 8, 6, 3])[0]
        _write(os.path.join(directory, f"{rng.choice(_WORDS)}_{number:05d}.{suffix}"), _text(rng))
    subprocess.run([*_GIT, "init", "-q"], cwd=tree, check=True)
    subprocess.run([*_GIT, "-c", "core.preloadIndex=true", "add", "-A"], cwd=tree, check=True)
    for number in range(22_000):
        suffix = rng.choice(["o", "o.cmd", "mod.c"])
        _write(os.path.join(rng.choice(directories), f"made_{number:05d}.{suffix}"), "")
    _spread_times(tree, rng)


_ROOT_RULES = """\
# What builds leave behind.
*.a
*.asn1.[ch]
*.bin
*.bz2
*.cmd
*.ko
*.lst
*.mod
*.mod.c
*.o
*.o.*
*.patch
*.so
*.so.dbg
*.symtypes
*.tar
*.xz
Module.symvers
modules.order

# Of the top alone.
/linux
/vmlinux
/System.map
/debian/
/tar-install/
!/Makefile.local

# Editors.
.*.swp
\\#*#
*~
*.orig
cscope.*
GPATH
TAGS
tags
!.mailmap
"""


def _rules_of(number: int) -> str:
    """Return the rules of one directory: names and patterns, as a source tree has them."""
    lines = [f"/generated_{number}.h", f"tool-{number}", "*.dtb"]
    if number % 3 == 0:
        lines += ["*.tmp", "!keep.tmp", "build-*/"]
    if number % 7 == 0:
        lines += ["/include/**/auto[0-9].h", "lib/*.gen"]
    return "\n".join(lines) + "\n"


def _plant_project(tree: str) -> None:
    """Plant 10,000 files of source, and in ignored directories 20,000 of what builds and packages leave."""
    _grow(tree)
    _write(os.path.join(tree, ".gitignore"), "node_modules/\n.venv/\n/build/\n__pycache__/\n*.pyc\n")
    rng = random.Random(13)
    for top, count in (("node_modules", 10_000), (".venv", 8_000), ("build", 2_000)):
        below = os.path.join(tree, top)
        os.mkdir(below)
        directories = _directories(below, count // 12, deepest=5, rng=rng)
        for number in range(count):
            suffix = rng.choice(["js", "py", "json", "py", "map"])
            _write(os.path.join(rng.choice(directories), f"part_{number:05d}.{suffix}"), "")
    subprocess.run([*_GIT, "init", "-q"], cwd=tree, check=True)
    subprocess.run([*_GIT, "add", "-A"], cwd=tree, check=True)


def _plant_million(tree: str) -> None:
    """Plant 1,000 directories of 1,000 empty files; links to one file, which is quicker to make."""
    for directory in range(1_000):
        below = os.path.join(tree, f"directory_{directory:03d}")
        os.mkdir(below)
        first = os.path.join(below, "file_000")
        _write(first, "")
        for number in range(1, 1_000):
            os.link(first, os.path.join(below, f"file_{number:03d}"))


large_repository = Corpus("large-repository", _plant_large_repository)
project = Corpus("project", _plant_project)
small_sources = Corpus("sources-small", _plant_sources(2))
large_sources = Corpus("sources-large", _plant_sources(33))
million_files = Corpus("million", _plant_million)


def _grow(tree: str) -> None:
    rng = random.Random(7)
    directories = _directories(tree, 800, deepest=6, rng=rng)
    for number in range(10_000):
        directory = directories[number] if number < 800 else rng.choice(directories)
        name = f"file_{number:05d}_{rng.choice(['alpha', 'beta', 'gamma'])}.{rng.choice(_SUFFIXES)}"
        _write(os.path.join(directory, name), "x" * rng.randint(10, 4000))


def _directories(tree: str, count: int, *, deepest: int, rng: random.Random) -> list[str]:
    """Make directories below *tree* until there are *count*, itself among them."""
    directories = [tree]
    while len(directories) < count:
        parent = rng.choice(directories)
        if parent.count("/") - tree.count("/") < deepest:
            directories.append(os.path.join(parent, f"{rng.choice(_WORDS)}{len(directories)}"))
            os.mkdir(directories[-1])
    return directories


def _text(rng: random.Random) -> str:
    """Return one of a few texts, because git keeps equal ones once and so takes in the tree much faster."""
    return f"text {rng.randrange(64)}\n" * 20


def _spread_times(tree: str, rng: random.Random) -> None:
    files = sorted(_files(tree))
    for second, path in enumerate(rng.sample(files, len(files))):
        nanoseconds = (1_700_000_000 + second) * 1_000_000_000
        os.utime(path, ns=(nanoseconds, nanoseconds))


def _files(tree: str) -> Iterable[str]:
    for top, directories, names in os.walk(tree):
        if ".git" in directories:
            directories.remove(".git")
        yield from (os.path.join(top, name) for name in names)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
