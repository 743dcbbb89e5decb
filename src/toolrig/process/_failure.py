"""Words for a command that could not be started: what failed, on what, and what to do about it."""

import errno
import os
from stat import S_ISDIR

from toolrig.errors import SpawnError, SpawnNotADirectoryError, SpawnNotFoundError, SpawnPermissionError

_CLASSES: dict[int, type[SpawnError]] = {
    errno.ENOENT: SpawnNotFoundError,
    errno.ENOTDIR: SpawnNotADirectoryError,
    errno.EACCES: SpawnPermissionError,
    errno.EPERM: SpawnPermissionError,
}
_DIRECTORY = {
    errno.ENOENT: "does not exist: create it or correct cwd",
    errno.ENOTDIR: "is not a directory: pass the directory that holds it",
    errno.EACCES: "may not be entered by this user: it needs execute permission",
}
_PROGRAM = {
    errno.ENOTDIR: "is no path to a program: one of its parents is not a directory",
    errno.ENOEXEC: "is neither a binary for this machine nor has a #! line: run it by its interpreter",
    errno.E2BIG: "was given too long arguments or environment: pass the data through input= or a file",
    errno.ETXTBSY: "is open for writing: close it first",
}
_RESOURCE = {
    errno.EMFILE: "this process has no file descriptor left: close some or raise RLIMIT_NOFILE",
    errno.ENFILE: "the system has no file descriptor left: close some or raise fs.file-max",
    errno.EAGAIN: "no further process is allowed: end some or raise RLIMIT_NPROC or the cgroup's pids.max",
    errno.ENOMEM: "out of memory",
}


def spawn_error(
    number: int, stage: str, program: str, cwd: "int | str" = -1, cwd_name: str = "."
) -> SpawnError:
    """Return the error for errno *number* at *stage* of starting *program* in the directory *cwd*."""
    if number in _RESOURCE:
        reason = _RESOURCE[number]
    elif stage == "cwd":
        reason = (
            f"working directory {cwd_name!r} {_DIRECTORY.get(number, f'is unusable: {os.strerror(number)}')}"
        )
    elif stage == "exec":
        reason = _program_reason(number, program, cwd)
    else:
        reason = f"{os.strerror(number)} (stage {stage!r})"
    error = _CLASSES.get(number, SpawnError)(number, f"cannot run {program!r}: {reason}")
    error.filename = cwd_name if stage == "cwd" else program
    error.stage = stage
    return error


def _program_reason(number: int, program: str, cwd: "int | str") -> str:
    searched = os.path.basename(program) == program
    if number == errno.ENOENT and searched:
        return "it is not on the command's PATH: install it or give its path"
    if number == errno.ENOENT:
        if _mode(program, cwd):
            return "it exists, but not the interpreter its first line (or its ELF header) names: correct that"
        return "it does not exist: correct the path"
    if number == errno.EACCES:
        if not searched and S_ISDIR(_mode(program, cwd)):
            return "it is a directory: name a program in it"
        return "it may not be executed: chmod +x it or run it by its interpreter"
    return f"it {_PROGRAM[number]}" if number in _PROGRAM else os.strerror(number)


def _mode(program: str, cwd: "int | str") -> int:
    """Return the st_mode of *program* as seen from *cwd*, 0 if there is no such file."""
    try:
        if isinstance(cwd, str):
            return os.stat(os.path.join(cwd, program)).st_mode
        return os.stat(program, dir_fd=cwd if cwd >= 0 else None).st_mode
    except OSError:
        return 0
