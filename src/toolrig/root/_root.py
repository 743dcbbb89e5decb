"""The confined view of a directory: the functions of fs, search and process as methods."""

import errno
import os

from toolrig.errors import ReadOnlyRootError
from toolrig.fs._jail import Jail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from toolrig.fs._entry import Entry
    from toolrig.fs._glob import Order
    from toolrig.fs._listing import Listing
    from toolrig.fs._plan import Hidden, Kind
    from toolrig.fs._scan import Order as ScanOrder
    from toolrig.fs._scan import Scan
    from toolrig.fs._text import Text
    from toolrig.fs._tree import Tree
    from toolrig.fs._walk import Walk
    from toolrig.process._cancel import CancelToken
    from toolrig.process._completed import Completed
    from toolrig.search._grep import Output
    from toolrig.search._matches import Matches


class Root:
    """A directory whose methods reach what lies below it and nothing else.

    Paths are relative to the root; an absolute path that begins with the root's own is taken as relative.
    Every path is opened beneath the root's descriptor (openat2(2) with RESOLVE_BENEATH where the kernel has
    it), so neither ``..``, nor an absolute path, nor a symbolic link leads out, also while another process
    swaps directories for links. A command started by `run` is *not* confined: it begins below the root and
    can then do whatever its user can.

    Args:
        path: the directory.
        read_only: refuse what could change files, `run` included.

    Raises:
        OSError: *path* is not a directory that can be opened.
    """

    __slots__ = ("_jail", "read_only")

    def __init__(self, path: "str | os.PathLike[str]", *, read_only: bool = False) -> None:
        self._jail = Jail(path)
        self.read_only = read_only

    def __repr__(self) -> str:
        return f"Root({self.path!r}{', read_only=True' if self.read_only else ''})"

    def __enter__(self) -> "Root":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def path(self) -> str:
        """The absolute path of the directory."""
        return self._jail.path

    def close(self) -> None:
        """Close the directory's descriptor; the root cannot be used afterwards."""
        self._jail.close()

    def walk(
        self,
        path: "str | os.PathLike[str]" = ".",
        *,
        match: "str | Sequence[str] | None" = None,
        kinds: "Kind | Sequence[Kind]" = ("file", "symlink", "other"),
        gitignore: bool = True,
        ignore_files: "Sequence[str]" = (),
        hidden: "Hidden" = True,
        follow: bool = False,
        max_depth: int | None = None,
        same_device: bool = False,
    ) -> "Walk":
        """Walk the tree below the directory *path*, as `toolrig.walk` does.

        Paths found are relative to the root; *match* and *max_depth* count from *path*.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._walk import walk_jail

        jail, prefix = self._below(path)
        return walk_jail(
            jail,
            match=match,
            kinds=kinds,
            gitignore=gitignore,
            ignore_files=ignore_files,
            hidden=hidden,
            follow=follow,
            max_depth=max_depth,
            same_device=same_device,
            prefix=prefix,
        )

    def scan(
        self,
        path: "str | os.PathLike[str]" = ".",
        *,
        match: "str | Sequence[str] | None" = None,
        kinds: "Kind | Sequence[Kind]" = ("file", "symlink", "other"),
        gitignore: bool = True,
        ignore_files: "Sequence[str]" = (),
        hidden: "Hidden" = True,
        follow: bool = False,
        max_depth: int | None = None,
        same_device: bool = False,
        stat: bool = True,
        sort: "ScanOrder | None" = None,
        limit: int | None = None,
        deadline: float | None = None,
    ) -> "Scan":
        """Return the entries below the directory *path* in columns, as `toolrig.scan` does.

        Paths found are relative to the root; *match* and *max_depth* count from *path*.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._scan import scan_jail

        jail, prefix = self._below(path)
        return scan_jail(
            jail,
            match=match,
            kinds=kinds,
            gitignore=gitignore,
            ignore_files=ignore_files,
            hidden=hidden,
            follow=follow,
            max_depth=max_depth,
            same_device=same_device,
            stat=stat,
            sort=sort,
            limit=limit,
            deadline=deadline,
            prefix=prefix,
        )

    def stat_many(self, paths: "Iterable[str | os.PathLike[str]]") -> "list[Entry | OSError]":
        """Look at each of *paths*, as `toolrig.fs.stat_many` does."""
        from toolrig.fs._stat import stat_many_jail

        return stat_many_jail(paths, self._jail)

    def glob(
        self,
        pattern: "str | Sequence[str]",
        path: "str | os.PathLike[str]" = ".",
        *,
        sort: "Order" = "path",
        limit: int | None = None,
        deadline: float | None = None,
        gitignore: bool = True,
        ignore_files: "Sequence[str]" = (),
        hidden: "Hidden" = True,
    ) -> "Listing":
        """List the files below the directory *path* that match *pattern*, as `toolrig.glob` does.

        Paths found are relative to the root; *pattern* is matched against the path relative to *path*.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._glob import glob_jail

        jail, prefix = self._below(path)
        return glob_jail(
            pattern,
            jail,
            sort=sort,
            limit=limit,
            deadline=deadline,
            gitignore=gitignore,
            ignore_files=ignore_files,
            hidden=hidden,
            prefix=prefix,
        )

    def tree(
        self,
        path: "str | os.PathLike[str]" = ".",
        *,
        limit: int | None = 400,
        max_depth: int | None = None,
        deadline: float | None = None,
        gitignore: bool = True,
        ignore_files: "Sequence[str]" = (),
        hidden: "Hidden" = True,
    ) -> "Tree":
        """Return the tree below the directory *path*, as `toolrig.tree` does.

        Paths are relative to the root, and the text's outermost lines show them whole; *max_depth* counts
        from *path*.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._tree import tree_jail

        jail, prefix = self._below(path)
        return tree_jail(
            jail,
            limit=limit,
            max_depth=max_depth,
            deadline=deadline,
            gitignore=gitignore,
            ignore_files=ignore_files,
            hidden=hidden,
            prefix=prefix,
        )

    def tracked(self, path: "str | os.PathLike[str]" = ".") -> list[str]:
        """Return what git tracks below the directory *path*, as `toolrig.tracked` does.

        Paths are relative to the root.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._tracked import tracked_jail

        jail, prefix = self._below(path)
        return tracked_jail(jail, prefix=prefix)

    def read(
        self,
        path: "str | os.PathLike[str]",
        *,
        offset: int | None = None,
        limit: int | None = None,
        max_bytes: int | None = None,
    ) -> "Text":
        """Read lines of the text file *path*, as `toolrig.read` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._read import read_jail

        return read_jail(path, self._jail, offset=offset, limit=limit, max_bytes=max_bytes)

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
            jail, prefix = self._jail, ""
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

    def run(
        self,
        cmd: "str | Sequence[str | os.PathLike[str]]",
        *,
        cwd: "str | os.PathLike[str]" = ".",
        env: "Mapping[str, str] | None" = None,
        inherit_env: bool = False,
        input: str | bytes | None = None,
        timeout: float | None = None,
        grace: float = 2.0,
        max_output: int = 1 << 20,
        cancel: "CancelToken | None" = None,
    ) -> "Completed":
        """Run *cmd* in the directory *cwd* below the root, as `toolrig.run` does.

        The command starts inside the root and is not confined to it.

        Raises:
            OutsideRootError: *cwd* leads out of the root.
            ReadOnlyRootError: the root was opened read-only.
        """
        from toolrig.process._run import run_in

        if self.read_only:
            raise ReadOnlyRootError(errno.EROFS, "is open read-only: commands are not run in it", self.path)
        directory = self._jail.directory(cwd)
        try:
            return run_in(
                cmd,
                directory,
                cwd_name=os.fspath(cwd),
                env=env,
                inherit_env=inherit_env,
                input=input,
                timeout=timeout,
                grace=grace,
                max_output=max_output,
                cancel=cancel,
            )
        finally:
            if isinstance(directory, int):
                os.close(directory)

    def _below(self, path: "str | os.PathLike[str]") -> tuple[Jail, str]:
        """Return the directory *path* and what leads to it from the root, "" or ending in a slash."""
        parts = self._parts(path)
        if not parts:
            return self._jail, ""
        below = "/".join(parts)
        return self._jail.below(below), below + "/"

    def _parts(self, path: "str | os.PathLike[str]") -> list[str]:
        return [part for part in self._jail.relative(path).split("/") if part not in ("", ".")]
