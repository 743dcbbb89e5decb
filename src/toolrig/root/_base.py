"""What all methods of a root stand on: its directory, and whether it may be changed."""

import errno
import os

from toolrig.errors import ReadOnlyRootError
from toolrig.fs._gitview import survey
from toolrig.fs._jail import Jail


class Base:
    """An open directory."""

    __slots__ = ("_jail", "_prefix", "read_only")

    def __init__(self, path: "str | os.PathLike[str]", *, read_only: bool = False) -> None:
        self._jail = Jail(path)
        self._jail.surroundings = survey(self._jail)
        self._prefix = ""  # of paths found
        self.read_only = read_only

    @property
    def path(self) -> str:
        """The absolute path of the directory."""
        return self._jail.path

    def close(self) -> None:
        """Close the directory's descriptor; the root cannot be used afterwards."""
        self._jail.close()
        self._jail.surroundings = None

    def _changeable(self, what: str = "nothing is written in it") -> Jail:
        """Return the directory, for a change.

        Raises:
            ReadOnlyRootError: the root was opened read-only.
        """
        if self.read_only:
            raise ReadOnlyRootError(errno.EROFS, f"is open read-only: {what}", self.path)
        return self._jail

    def _below(self, path: "str | os.PathLike[str]") -> tuple[Jail, str]:
        """Return the directory *path* and what is put before the paths found in it: "", or it and a slash."""
        parts = self._parts(path)
        if not parts:
            return self._jail, self._prefix
        below = "/".join(parts)
        return self._jail.below(below), f"{self._prefix}{below}/"

    def _parts(self, path: "str | os.PathLike[str]") -> list[str]:
        return [part for part in self._jail.relative(path).split("/") if part not in ("", ".")]
