"""Replacing in what lies below a root."""

import os

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

    from toolrig.fs._plan import Hidden
    from toolrig.search._replaced import Replaced


class Replacing(Base):
    """The method that replaces."""

    __slots__ = ()

    def replace(
        self,
        pattern: str,
        repl: "str | Callable[[re.Match[str]], str]",
        path: "str | os.PathLike[str]" = ".",
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
    ) -> "Replaced":
        """Replace in the files below *path*, a directory or one file, as `toolrig.replace` does.

        Paths of changes are relative to the root; *glob* is matched against the path relative to *path*.

        Raises:
            OutsideRootError: *path* leads out of the root.
            ReadOnlyRootError: the root was opened read-only, and this is no dry run.
        """
        from toolrig.search._replace import replace_jail

        if not dry_run:
            self._changeable()
        only = ""
        try:
            jail, prefix = self._below(path)
        except NotADirectoryError:
            jail, prefix = self._jail, self._prefix
            os.close(jail.open_file(path))  # says what is wrong with it
            only = "/".join(self._parts(path))
        return replace_jail(
            pattern, repl, jail, fixed=fixed, ignore_case=ignore_case, glob=glob, limit=limit,
            deadline=deadline, gitignore=gitignore, hidden=hidden, dry_run=dry_run, diff=diff, sync=sync,
            only=only, prefix=prefix,
        )  # fmt: skip
