"""The environment a command gets: an allow-list of the host's, not everything the host knows."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_POSIX = frozenset({"HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"})
_WINDOWS = frozenset(
    {
        "APPDATA",
        "COMMONPROGRAMFILES",
        "COMSPEC",
        "HOMEDRIVE",
        "HOMEPATH",
        "LOCALAPPDATA",
        "NUMBER_OF_PROCESSORS",
        "OS",
        "PATH",
        "PATHEXT",
        "PROCESSOR_ARCHITECTURE",
        "PROGRAMDATA",
        "PROGRAMFILES",
        "PROGRAMFILES(X86)",
        "PROGRAMW6432",
        "SYSTEMDRIVE",
        "SYSTEMROOT",
        "TEMP",
        "TERM",
        "TMP",
        "USERDOMAIN",
        "USERNAME",
        "USERPROFILE",
        "WINDIR",
    }
)
ALLOWED = _WINDOWS if os.name == "nt" else _POSIX


def environment(extra: "Mapping[str, str] | None", inherit: bool) -> dict[str, str]:
    """Return the host's allowed variables (all of them with *inherit*) with *extra* merged over them.

    Raises:
        TypeError, ValueError: a variable of *extra* is malformed. The message names it, never its value.
    """
    host = os.environ
    if inherit:
        chosen = dict(host)
    else:
        chosen = {name: host[name] for name in host if name in ALLOWED or name[:3] == "LC_"}
    for name, value in (extra or {}).items():
        _check(name, value)
        chosen[name.upper() if os.name == "nt" else name] = value
    return chosen


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"env[{name!r}]: name and value must be str, not {_kinds(name, value)}")
    if not name or "=" in name or "\0" in name:
        raise ValueError(f"env[{name!r}]: a variable's name must not be empty nor contain '=' or NUL")
    if "\0" in value:
        raise ValueError(f"env[{name!r}]: the value contains a NUL character")


def _kinds(name: object, value: object) -> str:
    return f"{type(name).__name__} and {type(value).__name__}"
