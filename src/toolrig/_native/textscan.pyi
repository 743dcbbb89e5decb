from typing import Self

from typing_extensions import Buffer

_Range = tuple[int, int, int, int, int, int]
_Piece = tuple[int, int, int, bytes, list[_Range]]

FILES: int
COUNT: int
LINES: int

class Scanner:
    def __new__(
        cls,
        dir_fd: int,
        needle: bytes,
        *,
        mode: int,
        before: int,
        after: int,
        follow: bool,
        threads: int,
        probe: int,
        chunk: int = ...,
        line_most: int = ...,
        piece_most: int = ...,
    ) -> Self: ...
    def start(self, paths: list[str]) -> None: ...
    def next_batch(self) -> list[_Piece] | None: ...
    @property
    def files_searched(self) -> int: ...
    @property
    def binary_skipped(self) -> int: ...
    def close(self) -> None: ...

def find(text: Buffer, needle: bytes) -> int: ...
def count_newlines(text: Buffer) -> int: ...
def last_newline(text: Buffer) -> int: ...
def instruction_set() -> str: ...
def _use_instruction_set(name: str | None) -> bool: ...
