from typing import Self

from toolrig._native.ignore import Ignore

class Walker:
    def __new__(
        cls,
        fd: int,
        *,
        prefix: str,
        trail: str,
        kinds: int,
        hidden: int,
        max_depth: int,
        rules: Ignore | None,
        threads: int,
    ) -> Self: ...
    def next_batch(self) -> list[str] | None: ...
    def errors(self) -> list[tuple[str, int]]: ...
    def hidden_by_rules(self) -> int: ...
    def close(self) -> None: ...
