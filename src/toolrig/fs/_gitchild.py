"""git as a child process, for the few questions that its files do not answer.

A repository is data, never code: nothing that its configuration names is run, and nothing is fetched.
"""

import os

from toolrig._backend import kernel
from toolrig.errors import GitIndexError
from toolrig.fs._gitview import bounds, real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolrig.fs._jail import Jail

_OFF = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
_TIMEOUT = 60.0  # seconds


def git(jail: "Jail", *arguments: str, data: bytes = b"") -> bytes:
    """Run git on the directory *jail* with *data* as its input, and return its output.

    Within a root git starts in the repository's own directory as it is open, and knows of nothing else.

    Raises:
        GitIndexError: git is not installed, or it failed, or there is no repository.
    """
    if not _confined(jail):
        return _run(jail, arguments, data, cwd=jail.path)
    own, common, _lead = _git_directory(jail)
    try:
        where = {"GIT_DIR": ".", "GIT_WORK_TREE": ".", "GIT_COMMON_DIR": _path_of(common)}
        alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        return _run(jail, arguments, data, cwd=_path_of(own), variables=where | alone, kept=(own, common))
    finally:
        os.close(own)
        os.close(common)


def _confined(jail: "Jail") -> bool:
    return jail.surroundings is not None and isinstance(jail.place, int)


def _git_directory(jail: "Jail") -> tuple[int, int, bytes]:
    """Open the directory of the repository around *jail*, and the one that its worktrees share.

    Returns the two, and what leads from the top of the work tree to *jail*, "" or ``a/b/``.
    """
    found: tuple[int, int, bytes] | None = kernel("ignore").git_directory(jail.place, **bounds(jail))
    if found is None:
        raise GitIndexError(f"{jail.path}: its repository lies outside of the root: git is not asked")
    return found


def _path_of(fd: int) -> str:
    """Return a path by which a child that keeps *fd* finds what is open."""
    path = f"/proc/self/fd/{fd}"
    return path if os.path.isdir(path) else real_path(fd)


def _run(
    jail: "Jail",
    arguments: "Sequence[str]",
    data: bytes,
    *,
    cwd: str,
    variables: "Mapping[str, str] | None" = None,
    kept: "Sequence[int]" = (),
) -> bytes:
    import subprocess

    command = ["git", *_OFF, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**_environment(), **(variables or {})},
            input=data,
            capture_output=True,
            timeout=_TIMEOUT,
            pass_fds=kept,
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


def tracked_below(jail: "Jail") -> list[str]:
    """Return the tracked files below *jail*, relative to it.

    Raises:
        GitIndexError: as `git`.
    """
    lead = b""
    if _confined(jail):
        own, common, lead = _git_directory(jail)
        os.close(own)
        os.close(common)
    paths = [f":(top,literal){os.fsdecode(lead)}"] if lead else []
    listed = git(jail, "ls-files", "-z", "--deduplicate", "--", *paths)
    return [os.fsdecode(path[len(lead) :]) for path in listed.split(b"\0")[:-1]]


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
