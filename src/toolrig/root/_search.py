"""Searching what lies below a root."""

import os

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from toolrig.fs._plan import Hidden
    from toolrig.search._grep import Output
    from toolrig.search._matches import Matches


class Search(Base):
    """The method that searches."""

    __slots__ = ()

    def grep(
        self,
        pattern: str,
        path: "str | os.PathLike[str]" = ".",
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
        """Search the files below *path*, a directory or one file, as `toolrig.grep` does.

        Paths found are relative to the root; *glob* is matched against the path relative to *path*.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.search._grep import grep_jail

        only = ""
        try:
            jail, prefix = self._below(path)
        except NotADirectoryError:
            jail, prefix = self._jail, self._prefix
            os.close(jail.open_file(path))  # says what is wrong with it
            only = "/".join(self._parts(path))
        return grep_jail(
            pattern,
            jail,
            fixed=fixed,
            ignore_case=ignore_case,
            glob=glob,
            output=output,
            before=before,
            after=after,
            limit=limit,
            offset=offset,
            deadline=deadline,
            gitignore=gitignore,
            hidden=hidden,
            only=only,
            prefix=prefix,
        )
