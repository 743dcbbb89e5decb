"""Run a command to its end with captured output, and leave nothing of it behind."""

import os
import sys
from errno import ECANCELED

from toolrig._backend import kernel
from toolrig.errors import CommandCancelledError, CommandTimeoutError, ExitStatusLostError, SpawnError
from toolrig.process._argv import arguments, candidates, display
from toolrig.process._completed import Completed
from toolrig.process._environment import environment
from toolrig.process._failure import spawn_error
from toolrig.process._output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolrig.process._cancel import CancelToken

MAX_OUTPUT = 1 << 20

_EXITED, _TIMED_OUT, _CANCELLED = range(3)  # as in the kernels
_LOST_STATUS = 255


def run(
    cmd: "str | Sequence[str | os.PathLike[str]]",
    *,
    cwd: "str | os.PathLike[str] | None" = None,
    env: "Mapping[str, str] | None" = None,
    inherit_env: bool = False,
    input: str | bytes | None = None,
    timeout: float | None = None,
    grace: float = 2.0,
    max_output: int = MAX_OUTPUT,
    cancel: "CancelToken | None" = None,
) -> Completed:
    """Run *cmd* and return how it ended and what it printed. A non-zero exit is a result, not an error.

    The command leads its own session and process group. When it exits, what it left behind in its group is
    killed, and ``run`` returns even if a process that escaped the group still holds its pipes. An exception
    that interrupts ``run`` (KeyboardInterrupt) kills the group, too.

    Args:
        cmd: a sequence is executed as it is (a name without a slash is looked up on the PATH of the
            command's environment, a relative path from *cwd*); a string is a command line for ``/bin/sh``
            (``cmd.exe`` on Windows), in which a missing program is exit code 127.
        cwd: its working directory, by default this process's.
        env: variables merged over the environment it gets.
        inherit_env: pass on the whole environment of this process instead of the allow-list (HOME LANG
            LANGUAGE LC_* LOGNAME PATH SHELL TERM TMPDIR TZ USER, and what Windows cannot do without).
        input: its standard input (text as UTF-8); by default it reads end-of-file at once.
        timeout: seconds after which it is ended: SIGTERM to its group, *grace* seconds later SIGKILL.
        grace: see *timeout*; at once on Windows.
        max_output: bytes kept of each stream: the first half and the last half, what lies between is
            counted and dropped.
        cancel: ends the command like a timeout, when ``cancel.cancel()`` is called.

    Raises:
        SpawnError: it could not be started, as SpawnNotFoundError, SpawnPermissionError or
            SpawnNotADirectoryError where one fits; ``stage`` tells the step.
        CommandTimeoutError: *timeout* passed; ``completed`` holds the partial result.
        CommandCancelledError: *cancel* was used; ``completed`` holds the partial result.
        ExitStatusLostError: this process ignores SIGCHLD or reaps children it does not know.
        TypeError, ValueError: an argument is malformed; the message names it.
    """
    if cwd is None:
        return run_in(
            cmd, -1, env=env, inherit_env=inherit_env, input=input, timeout=timeout, grace=grace,
            max_output=max_output, cancel=cancel,
        )  # fmt: skip
    name = os.fspath(cwd)
    directory = _open_directory(name, cmd)
    try:
        return run_in(
            cmd, directory, cwd_name=name, env=env, inherit_env=inherit_env, input=input, timeout=timeout,
            grace=grace, max_output=max_output, cancel=cancel,
        )  # fmt: skip
    finally:
        if isinstance(directory, int):
            os.close(directory)


def run_in(
    cmd: "str | Sequence[str | os.PathLike[str]]",
    cwd: "int | str",
    *,
    cwd_name: str = ".",
    env: "Mapping[str, str] | None" = None,
    inherit_env: bool = False,
    input: str | bytes | None = None,
    timeout: float | None = None,
    grace: float = 2.0,
    max_output: int = MAX_OUTPUT,
    cancel: "CancelToken | None" = None,
) -> Completed:
    """Like ``run``, in the directory behind a descriptor (-1: this process's), called *cwd_name* in errors.

    Where directories have no descriptors (Windows) *cwd* is a path.
    """
    argv = arguments(cmd)
    variables = environment(env, inherit_env)
    data = _input(input)
    limit = -1.0 if timeout is None else _seconds("timeout", timeout)
    patience = _seconds("grace", grace)
    if max_output < 0:
        raise ValueError(f"max_output must not be negative, but is {max_output}")
    if cancel is not None and cancel.cancelled:
        raise CommandCancelledError(f"{display(cmd)} was cancelled before it was started")
    try:
        outcome = kernel("spawn").run(
            argv, candidates(argv[0], variables), variables, cwd, data, limit, patience,
            min(max_output, sys.maxsize),
            -1 if cancel is None else cancel.fileno(),
        )  # fmt: skip
    except SpawnError as failure:
        if failure.errno == ECANCELED:
            raise CommandCancelledError(
                f"{display(cmd)} was not started: this process ends its commands"
            ) from None
        raise spawn_error(failure.errno or 0, failure.stage, argv[0], cwd, cwd_name) from None
    return _judge(outcome, cmd, timeout)


def end_all() -> None:
    """Kill every command that runs in this process, for a process that is about to end itself.

    Commands that are just being started are killed as well, later ones are refused with
    CommandCancelledError; a forked child may run commands again. Callable from any thread.
    """
    kernel("spawn").end_all()


def _judge(
    outcome: "tuple[int, int | None, tuple[bytes, bytes, int], tuple[bytes, bytes, int], float, float]",
    cmd: "str | Sequence[str | os.PathLike[str]]",
    timeout: float | None,
) -> Completed:
    ending, status, stdout, stderr, elapsed_ms, cpu_ms = outcome
    lost = status is None
    returncode = _LOST_STATUS if status is None else status
    completed = Completed(
        returncode=returncode,
        signal=-returncode if returncode < 0 else None,
        stdout=_output(*stdout),
        stderr=_output(*stderr),
        elapsed_ms=elapsed_ms,
        cpu_ms=cpu_ms,
    )
    if ending == _EXITED and not lost:
        return completed
    # Not kept in a variable: it would hold its own traceback, and with it this call's arguments.
    raise _ending_error(ending, display(cmd), timeout, completed)


def _ending_error(
    ending: int, command: str, timeout: float | None, completed: Completed
) -> CommandTimeoutError | CommandCancelledError | ExitStatusLostError:
    error: CommandTimeoutError | CommandCancelledError | ExitStatusLostError
    if ending == _TIMED_OUT:
        error = CommandTimeoutError(
            f"{command} was ended after {timeout:g} s: allow more time, or see .completed for its output"
        )
    elif ending == _CANCELLED:
        error = CommandCancelledError(f"{command} was cancelled: see .completed for its output")
    else:
        error = ExitStatusLostError(
            f"{command} ended, but its exit status was taken by this process itself: "
            "restore signal.signal(SIGCHLD, SIG_DFL) and do not wait for any child, or see .completed"
        )
    error.completed = completed
    return error


def _output(head: bytes, tail: bytes, total: int) -> Output:
    return Output(head=head, tail=tail, total=total)


def _open_directory(name: str, cmd: "str | Sequence[str | os.PathLike[str]]") -> "int | str":
    """Return a descriptor that needs no more than search permission, where the platform has such."""
    if "\0" in name:
        raise ValueError("cwd contains a NUL character, which no path can carry")
    try:
        if os.name == "nt":
            os.scandir(name).close()
            return name
        search_only = getattr(os, "O_PATH", getattr(os, "O_SEARCH", os.O_RDONLY))
        return os.open(name, search_only | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as failure:
        raise spawn_error(failure.errno or 0, "cwd", arguments(cmd)[0], cwd_name=name) from None


def _input(given: str | bytes | None) -> bytes | None:
    if given is None or isinstance(given, bytes):
        return given
    if isinstance(given, str):
        return given.encode("utf-8", "surrogateescape")
    raise TypeError(f"input must be str or bytes, not {type(given).__name__}")


def _seconds(name: str, value: float) -> float:
    if not value >= 0:  # also refuses NaN
        raise ValueError(f"{name} must be a number of seconds, not negative, but is {value}")
    return float(value)
