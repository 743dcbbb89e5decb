"""The Windows half of the spawn twin: a thread for each pipe, ``taskkill`` for the tree."""

import os
from time import monotonic

from toolrig._pure.capture import CHUNK as _CHUNK
from toolrig._pure.capture import Capture
from toolrig._pure.launch import spawn_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import IO

    _Stream = tuple[bytes, bytes, int]

_EXITED, _TIMED_OUT, _CANCELLED = range(3)

_SLICE = 0.05


def run(
    argv: list[str],
    env: dict[str, str],
    cwd: "int | str",
    input: bytes | None,
    timeout: float,
    max_output: int,
    cancel: int,
) -> "tuple[int, int | None, _Stream, _Stream, float, float]":
    """Run a command to its end; see ``toolrig._pure.spawn.run``. There is no polite signal, so no grace."""
    from threading import Thread

    started = monotonic()
    process = _popen(argv, env, cwd, bool(input))
    captured = Capture(max_output), Capture(max_output)
    workers = [
        Thread(target=_read, args=(stream, capture), daemon=True)
        for stream, capture in zip((process.stdout, process.stderr), captured, strict=True)
    ]
    if process.stdin is not None:
        Thread(target=_write, args=(process.stdin, input), daemon=True).start()
    for worker in workers:
        worker.start()
    try:
        ending = _wait(process, started + timeout if timeout >= 0 else None, cancel)
    except BaseException:
        _kill_tree(process)
        raise
    elapsed_ms = (monotonic() - started) * 1e3
    for worker in workers:
        worker.join(_SLICE)
    out, err = captured
    return ending, process.returncode, out.stream(), err.stream(), elapsed_ms, 0.0


def _popen(argv: list[str], env: dict[str, str], cwd: "int | str", has_input: bool) -> "Popen[bytes]":
    from subprocess import DEVNULL, PIPE, Popen

    try:
        return Popen(
            _command_line(argv),
            env=env,
            cwd=cwd if isinstance(cwd, str) else None,
            stdin=PIPE if has_input else DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            bufsize=0,
            creationflags=0x00000200,  # CREATE_NEW_PROCESS_GROUP
        )
    except OSError as error:
        raise spawn_error(error, "exec") from None


def _command_line(argv: list[str]) -> str:
    """Quote as the C runtime reads it; what follows ``cmd /s /c`` is between quotes as it is."""
    from subprocess import list2cmdline

    if argv[1:4] == ["/d", "/s", "/c"]:
        return f'{list2cmdline(argv[:4])} "{argv[4]}"'
    return list2cmdline(argv)


def _wait(process: "Popen[bytes]", deadline: float | None, cancel: int) -> int:
    from select import select
    from subprocess import TimeoutExpired

    while True:
        try:
            process.wait(_SLICE)
            return _EXITED
        except TimeoutExpired:
            pass
        timed_out = deadline is not None and monotonic() >= deadline
        if timed_out or (cancel >= 0 and select([cancel], [], [], 0)[0]):
            _kill_tree(process)
            return _TIMED_OUT if timed_out else _CANCELLED


def _kill_tree(process: "Popen[bytes]") -> None:
    from subprocess import DEVNULL, call

    killer = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
    call([killer, "/T", "/F", "/PID", str(process.pid)], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    process.kill()
    process.wait()


def _read(stream: "IO[bytes]", capture: Capture) -> None:
    with stream:
        while data := os.read(stream.fileno(), _CHUNK):
            capture.feed(data)


def _write(stream: "IO[bytes]", data: bytes) -> None:
    try:
        with stream:
            left = memoryview(data)
            while left:
                left = left[stream.write(left) :]
    except OSError:  # the command does not want the rest
        return
