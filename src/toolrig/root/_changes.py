"""Changing what lies below a root."""

from toolrig.root._base import Base

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from toolrig.fs._edit.edit import Edit, Edited
    from toolrig.fs._patch.patched import Patched
    from toolrig.fs._write import Written


class Changes(Base):
    """The methods that write; each raises `ReadOnlyRootError` where the root was opened read-only."""

    __slots__ = ()

    def write(
        self,
        path: "str | os.PathLike[str]",
        text: str | bytes,
        *,
        if_unchanged: str | None = None,
        parents: bool = False,
        newline: str | None = None,
        encoding: str | None = None,
        sync: bool = False,
    ) -> "Written":
        """Make *text* the whole content of the file *path*, as `toolrig.write` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._write import write_jail

        return write_jail(
            path,
            text,
            self._changeable(),
            if_unchanged=if_unchanged,
            parents=parents,
            newline=newline,
            encoding=encoding,
            sync=sync,
        )

    def edit(
        self,
        path: "str | os.PathLike[str]",
        old: str,
        new: str,
        *,
        replace_all: bool = False,
        expected: int | None = None,
        if_unchanged: str | None = None,
        dry_run: bool = False,
        diff: bool = False,
        sync: bool = False,
    ) -> "Edited":
        """Replace *old* by *new* in the text file *path*, as `toolrig.edit` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._edit.edit import edit_jail

        return edit_jail(
            path,
            old,
            new,
            self._jail if dry_run else self._changeable(),
            replace_all=replace_all,
            expected=expected,
            if_unchanged=if_unchanged,
            dry_run=dry_run,
            diff=diff,
            sync=sync,
        )

    def multi_edit(
        self,
        path: "str | os.PathLike[str]",
        edits: "Sequence[Edit | tuple[str, str]]",
        *,
        if_unchanged: str | None = None,
        dry_run: bool = False,
        diff: bool = False,
        sync: bool = False,
    ) -> "Edited":
        """Make all of *edits*, in their order, in the text file *path*, as `toolrig.fs.multi_edit` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._edit.edit import multi_edit_jail

        return multi_edit_jail(
            path,
            edits,
            self._jail if dry_run else self._changeable(),
            if_unchanged=if_unchanged,
            dry_run=dry_run,
            diff=diff,
            sync=sync,
        )

    def apply_patch(
        self,
        patch: str,
        root: "str | os.PathLike[str]" = ".",
        *,
        dry_run: bool = False,
        sync: bool = False,
    ) -> "Patched":
        """Make the changes that *patch* tells of in the directory *root*, as `toolrig.fs.apply_patch` does.

        Raises:
            OutsideRootError: *root*, or a path of the patch, leads out of the root.
        """
        from toolrig.fs._patch.apply import apply_patch_jail

        if not dry_run:
            self._changeable()
        jail, _ = self._below(root)
        return apply_patch_jail(patch, jail, dry_run=dry_run, sync=sync)

    def move(
        self,
        source: "str | os.PathLike[str]",
        target: "str | os.PathLike[str]",
        *,
        overwrite: bool = False,
    ) -> None:
        """Give what is at *source* the path *target*, as `toolrig.fs.move` does.

        Raises:
            OutsideRootError: one of them leads out of the root.
        """
        self.move_to(source, self, target, overwrite=overwrite)

    def move_to(
        self,
        source: "str | os.PathLike[str]",
        root: "Changes",
        target: "str | os.PathLike[str]",
        *,
        overwrite: bool = False,
    ) -> None:
        """Do what `move` does, with *target* in another *root*."""
        from toolrig.fs._move import move_between

        move_between(source, self._changeable(), target, root._changeable(), overwrite=overwrite)

    def copy(
        self,
        source: "str | os.PathLike[str]",
        target: "str | os.PathLike[str]",
        *,
        overwrite: bool = False,
        recursive: bool = False,
    ) -> None:
        """Copy *source* to the path *target*, as `toolrig.fs.copy` does.

        Raises:
            OutsideRootError: one of them leads out of the root.
        """
        self.copy_to(source, self, target, overwrite=overwrite, recursive=recursive)

    def copy_to(
        self,
        source: "str | os.PathLike[str]",
        root: "Changes",
        target: "str | os.PathLike[str]",
        *,
        overwrite: bool = False,
        recursive: bool = False,
    ) -> None:
        """Do what `copy` does, with *target* in another *root*."""
        from toolrig.fs._copy import copy_between

        copy_between(source, self._jail, target, root._changeable(), overwrite=overwrite, recursive=recursive)

    def mkdir(self, path: "str | os.PathLike[str]", *, parents: bool = False, exist_ok: bool = False) -> None:
        """Make the directory *path*, as `toolrig.fs.mkdir` does.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._directories import mkdir_jail

        mkdir_jail(path, self._changeable(), parents=parents, exist_ok=exist_ok)

    def remove(
        self, path: "str | os.PathLike[str]", *, recursive: bool = False, missing_ok: bool = False
    ) -> None:
        """Remove what is at *path*, as `toolrig.fs.remove` does; never the root itself.

        Raises:
            OutsideRootError: *path* leads out of the root.
        """
        from toolrig.fs._directories import remove_jail

        remove_jail(path, self._changeable(), recursive=recursive, missing_ok=missing_ok)
