"""Which files does git see here? git's own answer, and that of a minimal walker over the kernel."""

import os
import subprocess
from collections.abc import Iterator

from toolrig._backend import kernel


def git(directory: str, *arguments: str, data: bytes | None = None) -> bytes:
    """Run git on *directory* with a clean environment and nothing a repository could make it execute."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=environment, input=data, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def init(directory: str, *options: str) -> str:
    os.makedirs(directory, exist_ok=True)
    git(directory, "init", "-q", "--template=", *options)
    return directory


def commit(repository: str) -> None:
    git(repository, "add", "-A")
    git(repository, "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "one")


def listed(directory: str) -> set[str]:
    """Return git's view of *directory*: existing files, those of repositories within included."""
    found = set()
    output = git(directory, "ls-files", "-co", "-z", "--exclude-standard")
    for name in filter(None, map(os.fsdecode, output.split(b"\0"))):
        path = os.path.join(directory, name)
        if os.path.isdir(path) and not os.path.islink(path):
            if os.path.lexists(os.path.join(path, ".git")):
                found.update(os.path.join(name, inner) for inner in listed(path))
        elif os.path.lexists(path):
            found.add(name)
    return found


def walked(root: str, **options: object) -> set[str]:
    """Return the same, asked of the kernel."""
    fd = os.open(root, os.O_RDONLY)
    try:
        ignore = kernel("ignore").Ignore(fd, os.path.abspath(root), **options)
        return set(_walk(ignore, None, fd, ""))
    finally:
        os.close(fd)


def sealed(root: str) -> bool:
    """Return whether *root* lies in a directory that is ignored."""
    fd = os.open(root, os.O_RDONLY)
    try:
        return bool(kernel("ignore").Ignore(fd, os.path.abspath(root)).sealed)
    finally:
        os.close(fd)


def _walk(ignore, parent, fd: int, rel: str) -> Iterator[str]:
    with os.scandir(fd) as opened:
        entries = {entry.name: entry.is_dir(follow_symlinks=False) for entry in opened}
    scope = ignore.enter(parent, fd, rel, ".gitignore" in entries, ".git" in entries)
    for name, is_dir in entries.items():
        path = f"{rel}/{name}" if rel else name
        if name == ".git" or scope.hides(path, is_dir):
            continue
        if not is_dir:
            yield path
            continue
        inside = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=fd)
        try:
            yield from _walk(ignore, scope, inside, path)
        finally:
            os.close(inside)


def write(root: str, files: "dict[str, bytes]") -> None:
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
