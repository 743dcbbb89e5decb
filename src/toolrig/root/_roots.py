"""Several roots as one: the path says which is meant."""

import errno
import os
from functools import update_wrapper

from toolrig.errors import OutsideRootError
from toolrig.root._root import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

    from toolrig.fs._entry import Entry

    Given = ParamSpec("Given")
    Result = TypeVar("Result")


def _routed(
    method: "Callable[Concatenate[Root, Given], Result]", at: int = 0, name: str = "path"
) -> "Callable[Concatenate[Roots, Given], Result]":
    """Return *method* for the root to which its argument *name*, the *at*-th, belongs."""

    def through(self: "Roots", /, *args: "Given.args", **kwargs: "Given.kwargs") -> "Result":
        path: Any = args[at] if len(args) > at else kwargs.get(name, ".")
        return method(self.root_of(path), *args, **kwargs)

    update_wrapper(through, method)
    return through


class Roots:
    """Directories whose methods, those of `Root`, reach what lies below them and nothing else.

    An absolute path belongs to the innermost root it begins with, a relative one to the first root. Paths
    found are absolute, so that they can be given back. Symbolic links are followed within one root only.

    Args:
        roots: directories, or roots that are open already; those stay open when this is closed, and keep
            what they allow.
        read_only: refuse what could change files, in all of them.

    Attributes:
        roots: all of them, in their order.

    Raises:
        OSError: one is not a directory that can be opened.
        ValueError: there is none.
    """

    __slots__ = ("_opened", "roots")

    def __init__(self, roots: "Iterable[str | os.PathLike[str] | Root]", *, read_only: bool = False) -> None:
        self._opened: list[Root] = []
        members = []
        try:
            for root in roots:
                if not isinstance(root, Root):
                    root = Root(root)
                    self._opened.append(root)
                members.append(root.showing_absolute(read_only=read_only or root.read_only))
        except BaseException:
            self.close()
            raise
        if not members:
            raise ValueError("no root is given: name at least one directory")
        self.roots: tuple[Root, ...] = tuple(members)

    def __repr__(self) -> str:
        return f"Roots({[root.path for root in self.roots]!r})"

    def __enter__(self) -> "Roots":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the roots that were opened here; they cannot be used afterwards."""
        for root in self._opened:
            root.close()

    def root_of(self, path: "str | os.PathLike[str]") -> Root:
        """Return the root to which *path* belongs.

        Raises:
            OutsideRootError: *path* is absolute and begins with none of them.
        """
        if not os.path.isabs(path):
            return self.roots[0]
        for root in sorted(self.roots, key=lambda root: len(root.path), reverse=True):
            if root.has(path):
                return root
        message = f"leads outside of {', '.join(root.path for root in self.roots)}: give a path below one"
        raise OutsideRootError(errno.EACCES, message, os.fspath(path))

    walk = _routed(Root.walk)
    scan = _routed(Root.scan)
    glob = _routed(Root.glob, 1)
    tree = _routed(Root.tree)
    tracked = _routed(Root.tracked)
    grep = _routed(Root.grep, 1)
    replace = _routed(Root.replace, 2)
    open = _routed(Root.open)
    read = _routed(Root.read)
    read_bytes = _routed(Root.read_bytes)
    stat = _routed(Root.stat)
    write = _routed(Root.write)
    edit = _routed(Root.edit)
    multi_edit = _routed(Root.multi_edit)
    mkdir = _routed(Root.mkdir)
    remove = _routed(Root.remove)
    run = _routed(Root.run, 1, "cwd")
    apply_patch = _routed(Root.apply_patch, 1, "root")

    def read_many(
        self,
        paths: "Sequence[str | os.PathLike[str]]",
        *,
        max_bytes: int | None = None,
        errors: "Literal['return', 'raise']" = "return",
    ) -> "list[bytes | OSError]":
        """Read each of the files *paths*, as `toolrig.read_many` does."""
        found = self._of_each(paths, lambda root, some: root.read_many(some, max_bytes=max_bytes))
        if errors == "raise":
            for item in found:
                if isinstance(item, OSError):
                    raise item
        return found

    def stat_many(self, paths: "Iterable[str | os.PathLike[str]]") -> "list[Entry | OSError]":
        """Look at each of *paths*, as `toolrig.fs.stat_many` does."""
        return self._of_each(tuple(paths), lambda root, some: root.stat_many(some))

    def move(
        self,
        source: "str | os.PathLike[str]",
        target: "str | os.PathLike[str]",
        *,
        overwrite: bool = False,
    ) -> None:
        """Give what is at *source* the path *target*, in whichever root, as `toolrig.fs.move` does."""
        self.root_of(source).move_to(source, self.root_of(target), target, overwrite=overwrite)

    def copy(
        self,
        source: "str | os.PathLike[str]",
        target: "str | os.PathLike[str]",
        *,
        overwrite: bool = False,
        recursive: bool = False,
    ) -> None:
        """Copy *source* to the path *target*, in whichever root, as `toolrig.fs.copy` does."""
        into = self.root_of(target)
        self.root_of(source).copy_to(source, into, target, overwrite=overwrite, recursive=recursive)

    def _of_each(
        self,
        paths: "Sequence[str | os.PathLike[str]]",
        ask: "Callable[[Root, list[str | os.PathLike[str]]], list[Result | OSError]]",
    ) -> "list[Result | OSError]":
        """Return the answers for *paths*, each asked of its root, in their order."""
        found: dict[int, Result | OSError] = {}
        places: dict[int, tuple[Root, list[int]]] = {}
        for place, path in enumerate(paths):
            try:
                root = self.root_of(path)
            except OutsideRootError as outside:
                found[place] = outside
            else:
                places.setdefault(id(root), (root, []))[1].append(place)
        for root, of_root in places.values():
            found.update(zip(of_root, ask(root, [paths[place] for place in of_root]), strict=True))
        return [found[place] for place in range(len(paths))]
