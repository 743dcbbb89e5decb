"""Replacing what a pattern matches in the files of a tree."""

import errno
import os
from time import monotonic, perf_counter

from toolrig.errors import BinaryFileError, ConfirmationError, EncodingError, PatternError
from toolrig.fs._anywhere import ANYWHERE
from toolrig.fs._edit.edit import content_of, replace_unchanged
from toolrig.fs._jail import Jail
from toolrig.fs._path_error import PathError
from toolrig.fs._token import token_written
from toolrig.search._confirming.confirmer import Confirmer, TooSlowError, confirmer
from toolrig.search._grep import grep_jail
from toolrig.search._items import DeadlineReached
from toolrig.search._query import query
from toolrig.search._replaced import FileChange, Replaced
from toolrig.search._rewrite import Rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from toolrig.fs._plan import Hidden

    New = str | Callable[[re.Match[str]], str]


def replace(
    pattern: str,
    repl: "New",
    root: "str | os.PathLike[str]" = ".",
    *,
    fixed: bool = False,
    ignore_case: bool = False,
    glob: "str | Sequence[str] | None" = None,
    limit: int | None = None,
    deadline: float | None = None,
    gitignore: bool = True,
    hidden: "Hidden" = True,
    dry_run: bool = False,
    diff: bool = False,
    sync: bool = False,
) -> Replaced:
    r"""Put *repl* in place of every match of *pattern* in the files below *root*, or in the file *root*.

    What matches is what `toolrig.grep` finds, line by line; *repl* is what `re.sub` takes: a text with ``\1``
    and ``\g<name>``, or a function of the match. A line's terminator is no part of it, and stays; lines that
    *repl* makes new end as their line did. Each file is changed in one step or not at all, as by
    `toolrig.edit`: readers see the old content or the new, and encoding, byte order mark, permissions and all
    bytes that do not match stay. A file that another process changes meanwhile is left alone. Files are taken
    in the order of their paths; if *repl* raises something, those before it have changed.

    Args:
        fixed: take *pattern* and *repl* as they stand.
        ignore_case: as `re.IGNORECASE`.
        glob: patterns over the relative path, see `toolrig.glob`; a *root* that is a file need not match.
        limit: how many files to change at most.
        deadline: seconds after which no further file is changed.
        gitignore, hidden: as for `toolrig.walk`.
        dry_run: leave all files as they are, and return what would be done with its diffs.
        diff: return each change as a unified diff, which ``git apply`` and ``patch -p1`` understand.
        sync: return only when the files are on the disk.

    Raises:
        ConfirmationError: the process in which a costly pattern is tried cannot be started.
        NotRegularFileError: *root* is a FIFO, a socket or a device.
        OSError: *root* cannot be opened. Files that cannot be changed are in `Replaced.errors` instead.
        PatternError: *pattern*, *repl* or *glob* is malformed, or *pattern* too long to be compiled.
        ValueError: an option has a value that is not offered.
    """
    only = ""
    if not os.path.isdir(root):
        os.close(ANYWHERE.open_file(root))  # says what is wrong with it
        root, only = os.path.split(os.path.realpath(root))
    jail = Jail(root)
    try:
        return replace_jail(
            pattern, repl, jail, only=only, fixed=fixed, ignore_case=ignore_case, glob=glob, limit=limit,
            deadline=deadline, gitignore=gitignore, hidden=hidden, dry_run=dry_run, diff=diff, sync=sync,
        )  # fmt: skip
    finally:
        jail.close()


def replace_jail(
    pattern: str,
    repl: "New",
    jail: Jail,
    *,
    fixed: bool = False,
    ignore_case: bool = False,
    limit: int | None = None,
    deadline: float | None = None,
    dry_run: bool = False,
    diff: bool = False,
    sync: bool = False,
    only: str = "",
    prefix: str = "",
    **where: "Any",
) -> Replaced:
    """Do what `replace` does in a directory that is open already; *prefix* is put before each path.

    *only* is one file below it, reached through symbolic links that stay inside.
    """
    started = perf_counter()
    if limit is not None and limit < 0:
        raise ValueError(f"limit is {limit}: use a number from 0")
    until = None if deadline is None else monotonic() + deadline
    confirm = _confirmer(pattern, repl, fixed, ignore_case, until)
    if fixed and isinstance(repl, str):
        repl = repl.replace("\\", "\\\\")
    # A pattern that may take long is tried once, by the replacing, and not by the search for files as well.
    sought, plain = (pattern, fixed) if confirm.is_tame else ("", True)
    found = grep_jail(
        sought, jail, fixed=plain, ignore_case=ignore_case and bool(sought), output="files", offset=0,
        deadline=deadline, only=only, **where,
    )  # fmt: skip
    replacing = _Replacing(
        jail, confirm, repl, prefix, follow=bool(only), dry_run=dry_run, diff=diff, sync=sync
    )
    try:
        with found:
            replacing.run((item.path for item in found), limit)
    finally:
        confirm.close()
    searched = tuple(error._replace(path=prefix + error.path) for error in found.errors)
    return Replaced(
        changes=tuple(replacing.changes),
        files=len(replacing.changes),
        replacements=sum(change.replacements for change in replacing.changes),
        truncated=replacing.truncated or found.truncated,
        hidden_by_gitignore=found.hidden_by_gitignore,
        errors=(*searched, *replacing.errors),
        elapsed_ms=(perf_counter() - started) * 1000,
    )


class _Replacing:
    """Replaces in one file after the other, and keeps what has come of it."""

    def __init__(
        self,
        jail: Jail,
        confirm: Confirmer,
        new: "New",
        prefix: str,
        *,
        follow: bool,
        dry_run: bool,
        diff: bool,
        sync: bool,
    ) -> None:
        self._jail, self._confirm, self._prefix = jail, confirm, prefix
        self._function = new
        self._new = new if isinstance(new, str) else self._called
        self._follow, self._dry_run, self._diff, self._sync = follow, dry_run, diff, sync
        self._raised: BaseException | None = None
        self.changes: list[FileChange] = []
        self.errors: list[PathError] = []
        self.truncated = False

    def run(self, paths: "Iterable[str]", limit: int | None) -> None:
        """Replace in all of *paths*; in *limit* files at most."""
        for path in paths:
            try:
                change = self._change(path, full=len(self.changes) == limit)
            except DeadlineReached:
                self.truncated = True
            except (OSError, BinaryFileError, EncodingError, TooSlowError) as failure:
                if failure is self._raised or isinstance(failure, ConfirmationError):
                    raise
                self.errors.append(_error(self._prefix + path, failure))
            else:
                if change is not None:
                    self.changes.append(change)
            if self.truncated:
                return

    def _change(self, path: str, *, full: bool) -> FileChange | None:
        with self._jail.spot(path, follow=self._follow) as spot:
            data, info, token = content_of(spot, None, tell=self._dry_run)
            rewrite = Rewrite(data, self._prefix + path, self._confirm, self._new)
            if full and rewrite.changes:
                self.truncated = True
            if self.truncated or not rewrite.changes:
                return None
            if not self._dry_run:
                token = token_written(replace_unchanged(spot, [rewrite.data()], info, sync=self._sync))
        shown = rewrite.diff() if self._diff or self._dry_run else ""
        return FileChange(self._prefix + path, rewrite.replacements, shown, token)

    def _called(self, found: "re.Match[str]") -> str:
        """Call the function, and remember what it raises: that is no failure of the file."""
        assert callable(self._function)
        try:
            return self._function(found)
        except BaseException as failure:
            self._raised = failure
            raise


def _confirmer(pattern: str, repl: "New", fixed: bool, ignore_case: bool, until: float | None) -> Confirmer:
    """Return what confirms matches, of a pattern and a template that are well-formed.

    Raises:
        PatternError: one is not.
    """
    import re

    query(pattern, fixed=fixed, ignore_case=ignore_case)
    text = re.escape(pattern) if fixed else pattern
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    if isinstance(repl, str) and not fixed:
        _check(repl, re.compile(text, flags))
    return confirmer(text, flags, until)


def _check(template: str, pattern: "re.Pattern[str]") -> None:
    """Try *template* on as many groups as *pattern* has, with their names, that match at once."""
    import re

    names = {number: f"?P<{name}>" for name, number in pattern.groupindex.items()}
    groups = "".join(f"({names.get(number, '')})" for number in range(1, pattern.groups + 1))
    try:
        re.sub(groups, template, "")
    except (re.error, IndexError) as failure:
        raise PatternError(
            f"replacement {template!r} does not fit the pattern: {failure}; double a backslash that is meant"
        ) from None


def _error(path: str, failure: Exception) -> PathError:
    if isinstance(failure, OSError):
        return PathError(path, failure.errno or errno.EIO, failure.strerror or str(failure))
    code = errno.ETIMEDOUT if isinstance(failure, TooSlowError) else errno.EILSEQ
    return PathError(path, code, str(failure))
