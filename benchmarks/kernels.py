"""Pieces of pure computation that kernels do: timed by pytest-benchmark, counted in instructions by the gate.

Each function prepares its data, and returns the work on the kernel module it is given, compiled or twin.
"""

import os
import random
import subprocess
import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

from corpora import repository

from toolrig.search._finding.automaton import automaton

Work = Callable[[], Any]


def _text() -> bytes:
    rng = random.Random(3)
    words = [rng.randbytes(rng.randint(2, 9)).hex() for _ in range(400)]
    lines = (" ".join(rng.choices(words, k=rng.randint(2, 12))) for _ in range(30_000))
    return "\n".join(lines).encode()[: 1 << 20]


def find_a_literal(textscan: ModuleType) -> Work:
    """Look for what is not there in 1 MiB of text."""
    text = _text()
    return lambda: textscan.find(text, ("literals", (b"RLIMIT_NOFILE",), False))


def find_a_literal_in_any_case(textscan: ModuleType) -> Work:
    """Look for what is not there in 1 MiB of text, in capital letters or not."""
    text = _text()
    return lambda: textscan.find(text, ("literals", (b"rlimit_nofile",), True))


def find_five_literals(textscan: ModuleType) -> Work:
    """Look for five literals that are not there in 1 MiB of text."""
    text = _text()
    literals = b"RLIMIT_NOFILE", b"ECONNREFUSED", b"posix_spawn", b"WNOHANG", b"SO_REUSEPORT"
    return lambda: textscan.find(text, ("literals", literals, False))


def find_forty_literals(textscan: ModuleType) -> Work:
    """Look for forty literals that are not there, though like what is, in 1 MiB of text."""
    text = _text()
    literals = tuple(f"{number:x}{number * 7:x}a{number:x}g".encode() for number in range(40))
    return lambda: textscan.find(text, ("literals", literals, False))


def find_a_pattern(textscan: ModuleType) -> Work:
    """Look for a pattern without a literal, of which nothing is there, in 1 MiB of text."""
    return _automaton(textscan, r"\b[A-Z]{4}[0-9]{3}\b")


def find_a_common_pattern(textscan: ModuleType) -> Work:
    """Look for a pattern of which every line has parts, but none the whole, in 1 MiB of text."""
    return _automaton(textscan, r"(?:[0-9]+ ){12}")


def _automaton(textscan: ModuleType, pattern: str) -> Work:
    text, program = _text(), automaton(pattern)
    return lambda: max(textscan.find(text, ("automaton", program)), 0)  # the twin takes the first line


def count_newlines(textscan: ModuleType) -> Work:
    """Count the lines of 1 MiB of text."""
    text = _text()
    return lambda: textscan.count_newlines(text)


def match_wildcards(ignore: ModuleType) -> Work:
    """Hold 500 paths against a pattern with every kind of wildcard."""
    rng = random.Random(5)
    names = ["src", "lib", "test_a", "x.py", "deep", "readme.md"]
    paths = ["/".join(rng.choices(names, k=rng.randint(1, 6))).encode() for _ in range(500)]
    pattern = b"src/**/te[!x-z]t_?/*.[[:alpha:]]y"
    return lambda: [ignore.wildmatch(pattern, path) for path in paths]


def read_the_index(ignore: ModuleType) -> Work:
    """Read the names of the tracked files of a repository."""
    with open(os.path.join(repository(), ".git", "index"), "rb") as file:
        data = file.read()
    return lambda: ignore.index_paths(data)


def ask_the_rules(ignore: ModuleType) -> Work:
    """Ask the rules of one .gitignore about 500 paths."""
    rng = random.Random(9)
    with tempfile.TemporaryDirectory() as directory:
        rules = "".join(f"*.s{number}\nbuild{number}/\n/top{number}/**/x?\n" for number in range(40))
        subprocess.run(["git", "init", "-q", directory], check=True)
        with open(os.path.join(directory, ".gitignore"), "w") as file:
            file.write(rules)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            scope = ignore.Ignore(handle, directory).enter(None, handle, "", True, True)
        finally:
            os.close(handle)
    paths = [f"name{rng.randrange(99)}.s{rng.randrange(80)}" for _ in range(500)]
    return lambda: [scope.hides(path, False) for path in paths]


KERNELS: dict[str, tuple[str, Callable[[ModuleType], Work]]] = {
    "find a literal in 1 MiB": ("textscan", find_a_literal),
    "find a literal in any case in 1 MiB": ("textscan", find_a_literal_in_any_case),
    "find any of 5 literals in 1 MiB": ("textscan", find_five_literals),
    "find any of 40 literals in 1 MiB": ("textscan", find_forty_literals),
    "find a pattern in 1 MiB": ("textscan", find_a_pattern),
    "find a pattern of common parts in 1 MiB": ("textscan", find_a_common_pattern),
    "count the newlines of 1 MiB": ("textscan", count_newlines),
    "match 500 paths with wildcards": ("ignore", match_wildcards),
    "read an index": ("ignore", read_the_index),
    "ask the rules about 500 paths": ("ignore", ask_the_rules),
}
"""Per name, the kernel that does the work, and what prepares it."""
