from collections.abc import Sequence
from typing import Self

from toolrig._surroundings import Surroundings

_Bytes = bytes | bytearray | memoryview

__all__ = ["Ignore", "Scope", "git_directory", "index_paths", "survey", "tracked_paths", "wildmatch"]

class Ignore:
    def __new__(
        cls,
        fd: int,
        path: str | None = None,
        *,
        alone: bool = False,
        gitignore: bool = True,
        ignore_files: Sequence[str] = (),
        within: Surroundings | None = None,
        inner: str = "",
    ) -> Self: ...
    @property
    def faults(self) -> int: ...
    @property
    def sealed(self) -> bool: ...
    def enter(
        self, parent: Scope | None, dir_fd: int, rel: str, has_gitignore: bool, has_dot_git: bool
    ) -> Scope: ...
    def absent(self) -> list[str]: ...
    def supply(self, names: list[str], rules: dict[str, bytes]) -> None: ...

class Scope:
    def hides(self, rel: str, is_dir: bool) -> bool: ...

def index_paths(data: _Bytes, shared: _Bytes = b"", *, sha256: bool = False) -> list[str]: ...
def git_directory(fd: int, *, within: Surroundings, inner: str) -> tuple[int, int, bytes] | None: ...
def survey(fd: int, path: str) -> Surroundings: ...
def tracked_paths(
    fd: int, path: str | None = None, *, within: Surroundings | None = None, inner: str = ""
) -> list[str] | None: ...
def wildmatch(pattern: bytes, text: bytes, *, ignore_case: bool = False) -> bool: ...
