"""Paths as git's configuration writes them (git-config(1), "pathname")."""

import os


def expand(path: bytes, home: str | None = None) -> bytes:
    """Replace a leading ``~`` or ``~user``; empty where it cannot be replaced. *home* stands in for $HOME."""
    if not path.startswith(b"~"):
        return path
    name, slash, rest = path[1:].partition(b"/")
    if not name:
        home = os.environ.get("HOME") if home is None else home
        return b"" if home is None else os.fsencode(home) + slash + rest
    directory = _home_of(os.fsdecode(name))
    return b"" if directory is None else os.fsencode(directory) + slash + rest


def user_file(name: bytes) -> bytes:
    """Return a path below the user's configuration directory, empty without a home."""
    config_home = os.environ.get("XDG_CONFIG_HOME")
    if config_home:
        return os.fsencode(config_home) + b"/git/" + name
    return expand(b"~/.config/git/" + name)


def _home_of(user: str) -> str | None:
    try:
        import pwd

        return pwd.getpwnam(user).pw_dir
    except (ImportError, KeyError):
        return None
