"""Searching the files of a tree for a pattern."""

import os
from time import monotonic

from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._jail import Jail
from toolrig.fs._walk import walk_jail
from toolrig.search._matcher import Matcher
from toolrig.search._matches import Matches
from toolrig.search._pattern import one_pattern
from toolrig.search._query import query
from toolrig.search._search import Search
from toolrig.search._sought import sought

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Literal, TypedDict, Unpack, overload

    from toolrig.fs._plan import Hidden
    from toolrig.search._match import FileCount, FileMatch, Match

    Output = Literal["content", "files", "count"]
    Multiline = bool | Literal["dotall"]

    class Options(TypedDict, total=False):
        """What `grep` takes besides ``output``."""

        fixed: bool
        ignore_case: bool
        smart_case: bool
        word: bool
        invert: bool
        only_matching: bool
        multiline: Multiline
        glob: str | Sequence[str] | None
        types: str | Sequence[str] | None
        before: int
        after: int
        limit: int | None
        limit_per_file: int | None
        offset: int | None
        deadline: float | None
        max_columns: int | None
        gitignore: bool
        hidden: Hidden
        ignore_files: Sequence[str]


if TYPE_CHECKING:

    @overload
    def grep(
        pattern: str | Sequence[str],
        root: str | os.PathLike[str] = ".",
        *,
        output: Literal["content"] = "content",
        **options: Unpack[Options],
    ) -> Matches[Match]: ...
    @overload
    def grep(
        pattern: str | Sequence[str],
        root: str | os.PathLike[str] = ".",
        *,
        output: Literal["files"],
        **options: Unpack[Options],
    ) -> Matches[FileMatch]: ...
    @overload
    def grep(
        pattern: str | Sequence[str],
        root: str | os.PathLike[str] = ".",
        *,
        output: Literal["count"],
        **options: Unpack[Options],
    ) -> Matches[FileCount]: ...
    @overload
    def grep(
        pattern: str | Sequence[str],
        root: str | os.PathLike[str] = ".",
        *,
        output: Output,
        **options: Unpack[Options],
    ) -> Matches[Any]: ...


def grep(
    pattern: "str | Sequence[str]",
    root: "str | os.PathLike[str]" = ".",
    *,
    fixed: bool = False,
    ignore_case: bool = False,
    smart_case: bool = False,
    word: bool = False,
    invert: bool = False,
    only_matching: bool = False,
    multiline: "Multiline" = False,
    glob: "str | Sequence[str] | None" = None,
    types: "str | Sequence[str] | None" = None,
    output: "Output" = "content",
    before: int = 0,
    after: int = 0,
    limit: int | None = None,
    limit_per_file: int | None = None,
    offset: int | None = None,
    deadline: float | None = None,
    max_columns: int | None = None,
    gitignore: bool = True,
    hidden: "Hidden" = True,
    ignore_files: "Sequence[str]" = (),
) -> "Matches[Any]":
    r"""Search the files below *root*, or the file *root*, for lines in which *pattern* is found.

    *pattern*, or each of several, is a regular expression of `re`, searched in each line without its
    terminator, ``\n`` or ``\r\n``. Files are UTF-8, a byte order mark dropped, other bytes surrogate escapes.
    Passed over are binary files (a NUL in the first 8,000 bytes), symbolic links, what is no regular file.

    Args:
        fixed: take *pattern* as it stands.
        ignore_case, smart_case: as `re.IGNORECASE`; the latter where it asks for no upper case letter.
        word: no word character may stand next to the match.
        invert: lines in which it is not found.
        only_matching: an item for each match, instead of each line, and only its text.
        multiline: search files whole, with `re.MULTILINE`; "dotall": with `re.DOTALL` too.
        glob, types: only files that match, see `toolrig.glob`, and of types such as "py" or "!py".
        output: "content" for a `Match` a line, "files" for a `FileMatch` a file, "count" for a `FileCount`.
        before, after: lines of context around each match; only for "content".
        limit, limit_per_file: items at most; lines, or matches, of each file at most.
        offset: items to pass over; any number, 0 included, puts files in path order, so that pages fit.
        deadline: seconds after which the search stops, also within a line that takes long.
        max_columns: characters to keep of a line, those around the match; says what was cut.
        gitignore, hidden, ignore_files: as for `toolrig.walk`.

    Raises:
        ConfirmationError: the process in which a costly pattern is tried cannot be started.
        OSError: *root* cannot be opened, or is no regular file. What cannot be read is in `Matches.errors`.
        PatternError: *pattern* or *glob* is malformed, or *pattern* too long to be compiled.
        ValueError: an option has a value that is not offered.
    """
    options = dict(locals())
    return _grep(options.pop("pattern"), options.pop("root"), **options)


def _grep(
    pattern: "str | Sequence[str]",
    root: "str | os.PathLike[str]",
    *,
    output: "Output",
    **options: "Unpack[Options]",
) -> "Matches[Any]":
    if os.path.isdir(root):
        return grep_jail(pattern, Jail(root), output=output, **options)
    os.close(ANYWHERE.open_file(root))  # says what is wrong with it
    folder, name = os.path.split(os.path.realpath(root))
    return grep_jail(pattern, Jail(folder), output=output, only=name, **options)


def grep_jail(
    pattern: "str | Sequence[str]",
    jail: Jail,
    *,
    output: "Output" = "content",
    only: str = "",
    prefix: str = "",
    glob: "str | Sequence[str] | None" = None,
    types: "str | Sequence[str] | None" = None,
    limit: int | None = None,
    limit_per_file: int | None = None,
    offset: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    hidden: "Hidden" = True,
    ignore_files: "Sequence[str]" = (),
    **options: "Any",
) -> "Matches[Any]":
    """Do what `grep` does in a directory that is open already; *prefix* is put before each path.

    *only* is one file below it to be searched, through symbolic links that stay inside.
    """
    if output not in ("content", "files", "count"):
        raise ValueError(f"output is {output!r}: use 'content', 'files' or 'count'")
    _check(0, limit=limit, offset=offset)
    _check(1, limit_per_file=limit_per_file)
    until = None if deadline is None else monotonic() + deadline
    matcher = _matcher(pattern, until, lines=output == "content", **options)
    match, keep = _of_types(glob, types)
    walk = None
    if not only:
        walk = walk_jail(
            jail, match=match, kinds="file", gitignore=gitignore, hidden=hidden, ignore_files=ignore_files
        )
    search = Search(
        matcher,
        jail,
        walk,
        keep=keep,
        only=only,
        output=output,
        limit=limit,
        limit_per_file=limit_per_file,
        offset=offset,
        until=until,
        prefix=prefix,
    )
    return Matches(search)


def _matcher(
    pattern: "str | Sequence[str]",
    until: float | None,
    *,
    lines: bool,
    fixed: bool = False,
    ignore_case: bool = False,
    smart_case: bool = False,
    word: bool = False,
    invert: bool = False,
    only_matching: bool = False,
    multiline: "Multiline" = False,
    before: int = 0,
    after: int = 0,
    max_columns: int | None = None,
) -> Matcher:
    _check(0, before=before, after=after)
    _check(1, max_columns=max_columns)
    if multiline not in (False, True, "dotall"):
        raise ValueError(f"multiline is {multiline!r}: use True, False or 'dotall'")
    if multiline and invert:
        raise ValueError("multiline and invert do not go together: lines are told apart one by one")
    wanted = one_pattern(pattern, fixed=fixed, ignore_case=ignore_case, smart_case=smart_case, word=word)
    return Matcher(
        query(wanted.text, fixed=wanted.fixed, ignore_case=wanted.ignore_case),
        lambda: sought(wanted, until, multiline=bool(multiline), dotall=multiline == "dotall"),
        until,
        lines=lines,
        before=before,
        after=after,
        invert=invert,
        only_matching=only_matching,
        multiline=bool(multiline),
        max_columns=max_columns,
    )


def _of_types(
    glob: "str | Sequence[str] | None", types: "str | Sequence[str] | None"
) -> "tuple[str | Sequence[str] | None, Callable[[str], object] | None]":
    """Return what a walk is to match, and what is to be asked about each path besides."""
    if types is None:
        return glob, None
    from toolrig.search._types import type_globs

    if glob is None:
        return type_globs(types), None
    from toolrig.fs._pattern import Pattern

    return glob, Pattern(type_globs(types)).matches


def _check(least: int, **numbers: int | None) -> None:
    for name, value in numbers.items():
        if value is not None and value < least:
            raise ValueError(f"{name} is {value}: use a number from {least}")
