"""Paths that match glob patterns, in an order that can be relied on."""

from toolrig.fs._jail import Jail
from toolrig.fs._listing import Listing
from toolrig.fs._scan import scan_jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from typing import Literal

    from toolrig.fs._plan import Hidden

    Order = Literal["path", "mtime"]


def glob(
    pattern: "str | Sequence[str]",
    root: "str | os.PathLike[str]" = ".",
    *,
    sort: "Order" = "path",
    limit: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    ignore_files: "Sequence[str]" = (),
    hidden: "Hidden" = True,
) -> Listing:
    """List the files below *root* whose relative path matches *pattern*.

    ``*`` and ``?`` match within a component, ``**`` as a whole component any number of them, ``[a-z]`` one
    character, ``{a,b}`` either alternative; a backslash takes a character literally. Of several patterns any
    may match, and one that begins with ``!`` takes matches away. Names that begin with a dot are matched
    like any other. Directories are not listed; symbolic links are, and are not followed.

    Args:
        sort: "path" for the order of their bytes (that of code points, where they are UTF-8), "mtime" for the
            newest first.
        limit: how many paths to return at most; ``total`` still counts all of them.
        deadline: seconds after which the walk stops; what was found by then is returned, ``truncated``.
        gitignore: as for `toolrig.walk`.
        ignore_files: as for `toolrig.walk`.
        hidden: as for `toolrig.walk`.

    Raises:
        OSError: *root* is not a directory that can be opened.
        PatternError: *pattern* is malformed.
        ValueError: an option has a value that is not offered.
    """
    return glob_jail(
        pattern,
        Jail(root),
        sort=sort,
        limit=limit,
        deadline=deadline,
        gitignore=gitignore,
        ignore_files=ignore_files,
        hidden=hidden,
    )


def glob_jail(
    pattern: "str | Sequence[str]",
    jail: Jail,
    *,
    sort: "Order" = "path",
    limit: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    ignore_files: "Sequence[str]" = (),
    hidden: "Hidden" = True,
    prefix: str = "",
) -> Listing:
    """Do what `glob` does in a directory that is open already; *prefix* is put before each path."""
    if sort not in ("path", "mtime"):
        raise ValueError(f"sort is {sort!r}: use 'path' or 'mtime'")
    found = scan_jail(
        jail,
        match=pattern,
        gitignore=gitignore,
        ignore_files=ignore_files,
        hidden=hidden,
        stat=sort == "mtime",
        sort=sort,
        limit=limit,
        deadline=deadline,
    )
    return Listing(
        paths=tuple(prefix + path for path in found.paths) if prefix else tuple(found.paths),
        total=found.total,
        truncated=found.truncated,
        hidden_by_gitignore=found.hidden_by_gitignore,
        errors=found.errors,
        elapsed_ms=found.elapsed_ms,
    )
