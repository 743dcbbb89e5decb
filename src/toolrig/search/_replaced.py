"""What a replacement in a tree has done."""

from collections import namedtuple

from toolrig._record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.fs._path_error import PathError


class FileChange(namedtuple("FileChange", ("path", "replacements", "diff", "token"))):
    """A file in which something was replaced.

    Attributes:
        path: relative to the root, ``/``-separated.
        replacements: how many matches were replaced.
        diff: the change as a unified diff, where it was asked for.
        token: names the version of the file that is there now, for ``if_unchanged``.
    """

    __slots__ = ()

    path: str
    replacements: int
    diff: str
    token: str


class Replaced(Record):
    """What `replace` has done, or would do.

    Attributes:
        changes: one for each file that has changed, in the order of their paths.
        files: how many these are.
        replacements: how many matches were replaced in them.
        truncated: whether more would have changed, but for ``limit`` or ``deadline``.
        hidden_by_gitignore: entries that git's rules kept out; what lies below is not counted.
        errors: files that could not be searched or changed and are as they were, and directories that could
            not be read.
        elapsed_ms: wall-clock time.
    """

    __slots__ = (
        "changes",
        "files",
        "replacements",
        "truncated",
        "hidden_by_gitignore",
        "errors",
        "elapsed_ms",
    )

    changes: tuple[FileChange, ...]
    files: int
    replacements: int
    truncated: bool
    hidden_by_gitignore: int
    errors: "tuple[PathError, ...]"
    elapsed_ms: float
