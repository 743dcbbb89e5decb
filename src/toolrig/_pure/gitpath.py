"""Paths as git's configuration writes them (git-config(1), "pathname")."""

import os


def expand(path: bytes, home: str | None) -> bytes:
    """Replace a leading ``~`` by *home*, or ``~user``; empty where it cannot be replaced."""
    if not path.startswith(b"~"):
        return path
    name, slash, rest = path[1:].partition(b"/")
    directory = _home_of(os.fsdecode(name)) if name else home
    return b"" if directory is None else os.fsencode(directory) + slash + rest


def user_file(name: bytes, home: str | None, config_home: str | None) -> bytes:
    """Return a path below the user's configuration directory, empty without a home."""
    if config_home:
        return os.fsencode(config_home) + b"/git/" + name
    return expand(b"~/.config/git/" + name, home)


def _home_of(user: str) -> str | None:
    try:
        import pwd

        return pwd.getpwnam(user).pw_dir
    except (ImportError, KeyError):
        return None
