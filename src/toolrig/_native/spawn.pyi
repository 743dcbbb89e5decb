_Stream = tuple[bytes, bytes, int]

def run(
    argv: list[str],
    programs: list[str],
    env: dict[str, str],
    cwd: int,
    input: bytes | None,
    timeout: float,
    grace: float,
    max_output: int,
    cancel: int,
) -> tuple[int, int | None, _Stream, _Stream, float, float]: ...
def end_all() -> None: ...
