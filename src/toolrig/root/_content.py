"""Reading what lies below a root."""

import os

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO, Any, Literal

    from toolrig.fs._entry import Entry
    from toolrig.fs._stat import Status
    from toolrig.fs._text import Text


class Content(Base):
    """The methods that read."""

    __slots__ = ()

    def open(
        self,
        path: "str | os.PathLike[str]",
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> "IO[Any]":
        """Open the regular file *path*, as the built-in ``open`` does, text as UTF-8 by default.

        A file opened for writing is changed in place, while others read it; `write` replaces it in one step.

        Raises:
            IsADirectoryError: *path* is a directory.
            NotRegularFileError: *path* is a FIFO, a socket or a device.
            OutsideRootError: *path* leads out of the root.
            ReadOnlyRootError: *mode* writes, and the root was opened read-only.
        """
        if encoding is None and "b" not in mode:
            encoding = "utf-8"
        jail = self._changeable() if set(mode) & set("wax+") else self._jail

        def beneath(_path: str, flags: int) -> int:
            return jail.open_regular(path, flags)

        return open(os.fspath(path), mode, buffering, encoding, errors, newline, opener=beneath)

    def read(
        self,
        path: "str | os.PathLike[str]",
        *,
        offset: int | None = None,
        limit: int | None = None,
        tail: int | None = None,
        max_bytes: int | None = None,
        max_columns: int | None = None,
    ) -> "Text":
        """Read lines of the text file *path*, as `toolrig.read` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._read import read_jail

        return read_jail(
            path,
            self._jail,
            offset=offset,
            limit=limit,
            tail=tail,
            max_bytes=max_bytes,
            max_columns=max_columns,
        )

    def read_bytes(
        self, path: "str | os.PathLike[str]", *, offset: int = 0, max_bytes: int | None = None
    ) -> bytes:
        """Read the file *path*, as `toolrig.read_bytes` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._bytes import read_bytes_jail

        return read_bytes_jail(path, self._jail, offset=offset, max_bytes=max_bytes)

    def read_many(
        self,
        paths: "Iterable[str | os.PathLike[str]]",
        *,
        max_bytes: int | None = None,
        errors: "Literal['return', 'raise']" = "return",
    ) -> "list[bytes | OSError]":
        """Read each of the files *paths*, as `toolrig.read_many` does.

        A path that leads out of the root is an `OutsideRootError` in its place.
        """
        from toolrig.fs._bytes import read_many_jail

        return read_many_jail(paths, self._jail, max_bytes=max_bytes, errors=errors)

    def stat(self, path: "str | os.PathLike[str]") -> "Status":
        """Look at *path*, as `toolrig.fs.stat` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._stat import stat_jail

        return stat_jail(path, self._jail)

    def stat_many(self, paths: "Iterable[str | os.PathLike[str]]") -> "list[Entry | OSError]":
        """Look at each of *paths*, as `toolrig.fs.stat_many` does."""
        from toolrig.fs._stat import stat_many_jail

        return stat_many_jail(paths, self._jail)
