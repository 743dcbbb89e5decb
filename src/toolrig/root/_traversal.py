"""Listing what lies below a root."""

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from toolrig.fs._glob import Order
    from toolrig.fs._listing import Listing
    from toolrig.fs._plan import Hidden, Kind
    from toolrig.fs._scan import Order as ScanOrder
    from toolrig.fs._scan import Scan
    from toolrig.fs._tree import Tree
    from toolrig.fs._walk import Walk


class Traversal(Base):
    """The methods that list."""

    __slots__ = ()

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
