"""A tree to serve."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.serving import Use, serving


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "top"
    (top / "src").mkdir(parents=True)
    (top / "src" / "main.py").write_text("".join(f"line {number}\n" for number in range(1, 11)))
    (top / "src" / "other.txt").write_text("other line 3\n")
    (top / "notes.md").write_text("# Notes\n")
    (top / "blob").write_bytes(b"\0binary line 3")
    (tmp_path / "secret").write_text("secret line 3")
    (top / "out").symlink_to("../secret")
    for number, path in enumerate(["blob", "notes.md", "src/main.py", "src/other.txt"]):
        os.utime(top / path, (number, number))
    return top


@pytest.fixture
def use(backend: str, tree: Path) -> Iterator[Use]:
    """Call a tool of a server on the tree."""
    with serving(tree) as call:
        yield call
