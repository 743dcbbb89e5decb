from typing import Literal, Self

from typing_extensions import Buffer

_Range = tuple[int, int, int, int, int, int]
_Literals = tuple[Literal["literals"], tuple[bytes, ...], bool]
_Automaton = tuple[Literal["automaton"], bytes]
_Both = tuple[Literal["both"], tuple[bytes, ...], bool, bytes]
_Piece = tuple[int, int, int, bytes, list[_Range]]

FILES: int
COUNT: int
LINES: int
LITERALS_MOST: int

class Scanner:
    def __new__(
        cls,
        dir_fd: int,
        finder: _Literals | _Automaton | _Both | None,
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

def find(text: Buffer, finder: _Literals | _Automaton | _Both) -> int: ...
def runs_automata() -> bool: ...
def count_newlines(text: Buffer) -> int: ...
def last_newline(text: Buffer) -> int: ...
def instruction_set() -> str: ...
def _use_instruction_set(name: str | None) -> bool: ...
