"""Searching what lies below a root."""

import os

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Unpack

    from toolrig.search._grep import Options, Output
    from toolrig.search._matches import Matches


class Search(Base):
    """The method that searches."""

    __slots__ = ()

    def grep(
        self,
        pattern: "str | Sequence[str]",
        path: "str | os.PathLike[str]" = ".",
        *,
        output: "Output" = "content",
        **options: "Unpack[Options]",
    ) -> "Matches[Any]":
        """Search the files below *path*, a directory or one file, as `toolrig.grep` does.

        Paths found are relative to the root; *glob* is matched against the path relative to *path*. The
        options are those of `toolrig.grep`.

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
        return grep_jail(pattern, jail, output=output, only=only, prefix=prefix, **options)
