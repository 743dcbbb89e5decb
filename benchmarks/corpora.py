"""Trees to measure on, made from a seed or found in the interpreter."""

import os
import platform
import random
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Callable

_WORDS = ["src", "lib", "test", "core", "util", "api", "docs", "pkg", "model", "view"]
_SUFFIXES = ["py", "js", "ts", "rs", "md", "json", "c", "h", "txt", "html"]


def ten_thousand_files() -> str:
    """Return a tree of exactly 10,000 small files in 800 directories at most 6 deep."""
    return _kept("toolrig-bench-10k", _grow)


def repository() -> str:
    """Return the same tree as a git repository: some files tracked, some not, some ignored."""

    def plant(tree: str) -> None:
        _grow(tree)
        directories = sorted(f"{top}/{name}" for top, names, _ in os.walk(tree) for name in names)
        rules = "*.o\n*.html\nmodel[0-9]*/\n!model1*/\nbuild/\n/docs*/cache\n"
        _write(os.path.join(tree, ".gitignore"), rules)
        for directory in directories[::40]:
            _write(os.path.join(directory, ".gitignore"), "*_gamma.*\n!*_gamma.py\nlocal/\n")
        git = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
        subprocess.run([*git, "init", "-q"], cwd=tree, check=True)
        subprocess.run([*git, "add", "--", "*.py", "*.js", "*.c", "*.h"], cwd=tree, check=True)

    return _kept("toolrig-bench-repository", plant)


def _kept(name: str, plant: Callable[[str], None]) -> str:
    """Return the tree that *plant* makes, which is kept between runs."""
    root = os.path.join(tempfile.gettempdir(), name)
    tree, complete = os.path.join(root, "tree"), os.path.join(root, ".complete")
    if not os.path.exists(complete):
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(tree)
        plant(tree)
        _write(complete, "")
    return tree


def _grow(tree: str) -> None:
    rng = random.Random(7)
    directories = [tree]
    while len(directories) < 800:
        parent = rng.choice(directories)
        if parent.count("/") - tree.count("/") < 6:
            directories.append(os.path.join(parent, f"{rng.choice(_WORDS)}{len(directories)}"))
            os.mkdir(directories[-1])
    for number in range(10_000):
        directory = directories[number] if number < 800 else rng.choice(directories)
        name = f"file_{number:05d}_{rng.choice(['alpha', 'beta', 'gamma'])}.{rng.choice(_SUFFIXES)}"
        _write(os.path.join(directory, name), "x" * rng.randint(10, 4000))


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def standard_library() -> str:
    """Return a copy of the interpreter's standard library, without what was installed beside it."""

    def plant(tree: str) -> None:
        left_out = shutil.ignore_patterns("site-packages", "__pycache__", "*.so", "*.a", "*.exe")
        shutil.copytree(sysconfig.get_path("stdlib"), tree, dirs_exist_ok=True, ignore=left_out)

    return _kept(f"toolrig-bench-stdlib-{platform.python_version()}", plant)
