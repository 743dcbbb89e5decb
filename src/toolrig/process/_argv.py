"""From what the caller calls a command to what the kernel executes."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def arguments(cmd: "str | Sequence[str | os.PathLike[str]]") -> list[str]:
    """Return the argument vector of *cmd*; a string becomes a shell's.

    Raises:
        TypeError, ValueError: *cmd* cannot be executed as it is. The message names the part.
    """
    if isinstance(cmd, str):
        _check("cmd", cmd)
        return _shell(cmd)
    if isinstance(cmd, bytes | os.PathLike):
        raise TypeError(f"cmd must be a str or a sequence of str, not {type(cmd).__name__}: write [cmd]")
    argv = [os.fspath(part) for part in cmd]
    if not argv:
        raise ValueError("cmd is empty: its first element must name a program")
    for index, part in enumerate(argv):
        _check(f"cmd[{index}]", part, may_be_empty=index > 0)
    return argv


def candidates(program: str, env: dict[str, str]) -> list[str]:
    """Return the paths at which *program* may be, in the order of the environment's PATH (execvp(3))."""
    if os.name == "nt" or "/" in program:
        return [program]
    directories = env.get("PATH", os.defpath).split(":")
    # An empty element means the working directory, which the child will have entered by then.
    return [f"{directory or '.'}/{program}" for directory in directories]


def display(cmd: "str | Sequence[str | os.PathLike[str]]", most: int = 60) -> str:
    """Return what error messages call *cmd*: the program, or the beginning of the shell's line."""
    if isinstance(cmd, str):
        return repr(cmd if len(cmd) <= most else cmd[: most - 3] + "...")
    return repr(os.fspath(cmd[0]))


def _shell(line: str) -> list[str]:
    if os.name == "nt":
        return [os.environ.get("COMSPEC", "cmd.exe"), "/d", "/s", "/c", line]
    return ["/bin/sh", "-c", "--", line]


def _check(name: str, text: object, may_be_empty: bool = False) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str or a path of str, not {type(text).__name__}")
    if not text and not may_be_empty:
        raise ValueError(f"{name} is empty: it must name a program")
    if "\0" in text:
        raise ValueError(f"{name} contains a NUL character, which no argument can carry")
