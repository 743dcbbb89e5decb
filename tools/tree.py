"""What the source tree holds, and what its meson.build files say of it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "src" / "toolrig"
NATIVE = PACKAGE / "_native"

_INSTALLED = re.compile(r"py\.install_sources\((.*?)\bsubdir: '([^']+)'", re.DOTALL)
_CONDITION = re.compile(r"(?:el)?if host_machine\.system\(\) (==|!=|in|not in) (.+)")
_QUOTED = re.compile(r"'([^']+)'")


def files(*suffixes: str, under: Path = PACKAGE) -> list[str]:
    """Return the files with one of *suffixes*, relative to *under*, sorted."""
    return sorted(
        path.relative_to(under).as_posix()
        for path in under.rglob("*")
        if path.suffix in suffixes and "__pycache__" not in path.parts
    )


def installed() -> Iterator[tuple[Path, str]]:
    """Yield each file that a meson.build installs, with the folder it is installed to."""
    for build in sorted(PACKAGE.rglob("meson.build")):
        for names, folder in _INSTALLED.findall(build.read_text("utf-8")):
            for name in _QUOTED.findall(names):
                yield build.parent / name, folder


def kernels(system: str = sys.platform) -> list[str]:
    """Return the kernels that meson builds where ``host_machine.system()`` is *system*, sorted.

    Understands what ``_native/meson.build`` uses: lists of names, under ``if``s on the host's system.
    """
    system = {"win32": "windows"}.get(system, system)
    found: list[str] = []
    branches: list[list[bool]] = []  # of each open `if`, the conditions met so far: the last is in force
    in_list = False
    for line in (NATIVE / "meson.build").read_text("utf-8").splitlines():
        statement = line.split("#")[0].strip()
        if statement.startswith("if "):
            branches.append([_holds(statement, system)])
        elif statement.startswith(("elif ", "else")):
            branches[-1].append(not any(branches[-1]) and _holds(statement, system))
        elif statement == "endif":
            branches.pop()
        in_list = in_list or re.match(r"kernels \+?= ", statement) is not None
        if in_list:
            found += _QUOTED.findall(statement) if all(branch[-1] for branch in branches) else []
            in_list = "]" not in statement
    return sorted(found)


def _holds(statement: str, system: str) -> bool:
    """Return whether an ``if``, ``elif`` or ``else`` line is taken on *system*; other questions: yes."""
    condition = _CONDITION.match(statement)
    if condition is None:
        return True
    operator, names = condition.groups()
    return (system in _QUOTED.findall(names)) == (operator in {"==", "in"})
