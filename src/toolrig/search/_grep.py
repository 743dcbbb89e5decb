"""Searching the files of a tree for a pattern."""

import os

from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._jail import Jail
from toolrig.fs._walk import walk_jail
from toolrig.search._matches import Matches
from toolrig.search._query import query
from toolrig.search._search import Search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, TypedDict, Unpack, overload

    from toolrig.fs._plan import Hidden
    from toolrig.search._match import FileCount, FileMatch, Match

    Output = Literal["content", "files", "count"]

    class Options(TypedDict, total=False):
        """What `grep` takes besides ``output``."""

        fixed: bool
        ignore_case: bool
        glob: str | Sequence[str] | None
        before: int
        after: int
        limit: int | None
        offset: int | None
        deadline: float | None
        gitignore: bool
        hidden: Hidden


if TYPE_CHECKING:

    @overload
    def grep(
        pattern: str,
        root: str | os.PathLike[str] = ".",
        *,
        output: Literal["content"] = "content",
        **options: Unpack[Options],
    ) -> Matches[Match]: ...
    @overload
    def grep(
        pattern: str,
        root: str | os.PathLike[str] = ".",
        *,
        output: Literal["files"],
        **options: Unpack[Options],
    ) -> Matches[FileMatch]: ...
    @overload
    def grep(
        pattern: str,
        root: str | os.PathLike[str] = ".",
        *,
        output: Literal["count"],
        **options: Unpack[Options],
    ) -> Matches[FileCount]: ...
    @overload
    def grep(
        pattern: str,
        root: str | os.PathLike[str] = ".",
        *,
        output: Output,
        **options: Unpack[Options],
    ) -> Matches[Any]: ...


def grep(
    pattern: str,
    root: "str | os.PathLike[str]" = ".",
    *,
    fixed: bool = False,
    ignore_case: bool = False,
    glob: "str | Sequence[str] | None" = None,
    output: "Output" = "content",
    before: int = 0,
    after: int = 0,
    limit: int | None = None,
    offset: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    hidden: "Hidden" = True,
) -> "Matches[Any]":
    r"""Search the files below *root*, or the file *root*, for lines in which *pattern* is found.

    *pattern* is a regular expression of Python's `re`, searched in each line without its terminator, ``\n``
    or ``\r\n``. Files are taken as UTF-8, a byte order mark dropped, other bytes as surrogate escapes. Passed
    over are binary files (a NUL among the first 8,000 bytes), symbolic links, and what is not a regular
    file. Items come while the search goes on: the lines of a file in order, the files in no promised order.

    Args:
        fixed: take *pattern* as it stands, not as a regular expression.
        ignore_case: as `re.IGNORECASE`.
        glob: patterns over the relative path, see `toolrig.glob`; a *root* that is a file need not match.
        output: "content" for a `Match` a line, "files" for a `FileMatch` a file, "count" for a `FileCount`.
        before: lines of context in front of each match; only for "content".
        after: lines of context behind it.
        limit: how many items to yield at most; whether there are more is found out before the end.
        offset: how many items to pass over. Any number, 0 included, puts the files in path order (code
            points), so that pages fit together; the walk then ends before the search begins.
        deadline: seconds after which the search stops. One `re.search` on one line is not interrupted.
        gitignore, hidden: as for `toolrig.walk`.

    Raises:
        NotRegularFileError: *root* is a FIFO, a socket or a device.
        OSError: *root* cannot be opened. Files and directories below it that cannot be read are in
            `Matches.errors` instead.
        PatternError: *pattern* or *glob* is malformed, or *pattern* too long to be compiled.
        ValueError: an option has a value that is not offered.
    """
    options: Options = {
        "fixed": fixed,
        "ignore_case": ignore_case,
        "glob": glob,
        "before": before,
        "after": after,
        "limit": limit,
        "offset": offset,
        "deadline": deadline,
        "gitignore": gitignore,
        "hidden": hidden,
    }
    if os.path.isdir(root):
        return grep_jail(pattern, Jail(root), output=output, **options)
    os.close(ANYWHERE.open_file(root))  # says what is wrong with it
    folder, name = os.path.split(os.path.realpath(root))
    return grep_jail(pattern, Jail(folder), output=output, only=name, **options)


def grep_jail(
    pattern: str,
    jail: Jail,
    *,
    fixed: bool = False,
    ignore_case: bool = False,
    glob: "str | Sequence[str] | None" = None,
    output: "Output" = "content",
    before: int = 0,
    after: int = 0,
    limit: int | None = None,
    offset: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    hidden: "Hidden" = True,
    only: str = "",
    prefix: str = "",
) -> "Matches[Any]":
    """Do what `grep` does in a directory that is open already; *prefix* is put before each path.

    *only* is one file below it to be searched, through symbolic links that stay inside.
    """
    if output not in ("content", "files", "count"):
        raise ValueError(f"output is {output!r}: use 'content', 'files' or 'count'")
    for name, value in (("before", before), ("after", after), ("limit", limit), ("offset", offset)):
        if value is not None and value < 0:
            raise ValueError(f"{name} is {value}: use a number from 0")
    wanted = query(pattern, fixed=fixed, ignore_case=ignore_case)
    walk = None
    if not only:
        walk = walk_jail(jail, match=glob, kinds="file", gitignore=gitignore, hidden=hidden)
    return Matches(
        Search(
            wanted,
            jail,
            walk,
            only=only,
            output=output,
            before=before,
            after=after,
            limit=limit,
            offset=offset,
            deadline=deadline,
            prefix=prefix,
        )
    )
