"""Paths that match glob patterns, in an order that can be relied on."""

import os
from itertools import groupby
from os.path import basename, dirname
from time import monotonic

from toolrig.fs._jail import Jail
from toolrig.fs._listing import Listing
from toolrig.fs._walk import walk_jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from toolrig.fs._walk import Hidden

    Order = Literal["path", "mtime"]


def glob(
    pattern: "str | Sequence[str]",
    root: "str | os.PathLike[str]" = ".",
    *,
    sort: "Order" = "path",
    limit: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    hidden: "Hidden" = True,
) -> Listing:
    """List the files below *root* whose relative path matches *pattern*.

    ``*`` and ``?`` match within a component, ``**`` as a whole component any number of them, ``[a-z]`` one
    character, ``{a,b}`` either alternative; a backslash takes a character literally. Of several patterns any
    may match, and one that begins with ``!`` takes matches away. Names that begin with a dot are matched
    like any other. Directories are not listed; symbolic links are, and are not followed.

    Args:
        sort: "path" for code-point order, "mtime" for the newest first.
        limit: how many paths to return at most; ``total`` still counts all of them.
        deadline: seconds after which the walk stops; what was found by then is returned, ``truncated``.
        gitignore: as for `toolrig.walk`.
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
    hidden: "Hidden" = True,
    prefix: str = "",
) -> Listing:
    """Do what `glob` does in a directory that is open already; *prefix* is put before each path."""
    if sort not in ("path", "mtime"):
        raise ValueError(f"sort is {sort!r}: use 'path' or 'mtime'")
    if limit is not None and limit < 0:
        raise ValueError(f"limit is {limit}: use a number from 0, or None for all")
    until = None if deadline is None else monotonic() + deadline
    found: list[str] = []
    with walk_jail(jail, match=pattern, gitignore=gitignore, hidden=hidden) as walk:
        for batch in walk.batches():
            found += batch
            if until is not None and monotonic() >= until:
                break
        complete = walk.total is not None
    kept = _ordered(jail, found, sort)[:limit]
    return Listing(
        paths=tuple(prefix + path for path in kept),
        total=len(found) if complete else None,
        truncated=len(kept) < len(found) or not complete,
        hidden_by_gitignore=walk.hidden_by_gitignore,
        errors=walk.errors,
        elapsed_ms=walk.elapsed_ms,
    )


def _ordered(jail: Jail, paths: list[str], sort: "Order") -> list[str]:
    paths.sort()
    if sort == "mtime":
        times = _modified_ns(jail, paths)
        paths.sort(key=times.__getitem__, reverse=True)
    return paths


def _modified_ns(jail: Jail, paths: list[str]) -> dict[str, int]:
    """Return when each path was modified; those that are gone since they were listed come out oldest.

    Directories are opened once each, beneath the jail, and their files looked at from there.
    """
    times: dict[str, int] = {}
    for parent, group in groupby(paths, dirname):
        try:
            directory = jail.below(parent) if parent else jail
        except OSError:
            times.update(dict.fromkeys(group, -1))
            continue
        for path in group:
            times[path] = directory.modified_ns(basename(path))
    return times
