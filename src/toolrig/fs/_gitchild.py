"""git as a child process, for the few questions that its files do not answer.

A repository is data, never code: nothing that its configuration names is run, and nothing is fetched.
"""

import os

from toolrig.errors import GitIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._jail import Jail

_OFF = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_TIMEOUT = 60.0  # seconds


def git(jail: "Jail", *arguments: str, data: bytes = b"") -> bytes:
    """Run git on the directory *jail* with *data* as its input, and return its output.

    Raises:
        GitIndexError: git is not installed, or it failed.
    """
    import subprocess

    command = ["git", *_OFF, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=jail.path,
            env=_environment(),
            input=data,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise GitIndexError(f"{jail.path}: only git can read this index: install git") from None
    except subprocess.TimeoutExpired:
        raise GitIndexError(f"{jail.path}: git did not answer in {_TIMEOUT:.0f} seconds") from None
    if done.returncode or b"error: " in done.stderr:  # an object that is missing does not change the status
        said = os.fsdecode(done.stderr).strip() or f"exit status {done.returncode}"
        raise GitIndexError(f"{jail.path}: git {arguments[0]} failed: {said}")
    return done.stdout


def names_below(jail: "Jail", directories: list[str]) -> list[str]:
    """Return the tracked files below *directories*; both are relative to the top of the work tree.

    Raises:
        GitIndexError: as `git`.
    """
    if not directories:
        return []
    paths = [f":(top,literal){directory}" for directory in directories]
    listed = git(jail, "ls-files", "-z", "--full-name", "--", *paths)
    return list(map(os.fsdecode, listed.split(b"\0")))[:-1]


def contents(jail: "Jail", paths: list[str]) -> dict[str, bytes]:
    """Return what the index holds of the files *paths*, relative to the top of the work tree.

    Raises:
        GitIndexError: as `git`.
    """
    asked = [path for path in paths if "\n" not in path]
    answer = git(jail, "cat-file", "--batch", data=b"".join(b":%b\n" % os.fsencode(path) for path in asked))
    found, at = {}, 0
    for path in asked:
        line, at = answer[at : (end := answer.index(b"\n", at))], end + 1
        _name, kind, size = line.rsplit(b" ", 2) if line.count(b" ") > 1 else (line, b"missing", b"0")
        if kind == b"blob":
            found[path] = answer[at : at + int(size)]
            at += int(size) + 1
    return found


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
    # A partial clone would otherwise fetch what it lacks, by commands from its configuration.
    off = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return {**kept, **off, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
