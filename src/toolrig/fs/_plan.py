"""What of a tree is walked, and what of it is handed out."""

from toolrig import _pool
from toolrig._backend import kernel
from toolrig.fs._gitview import rules as _rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, TypedDict

    from toolrig._native.walk import Walker
    from toolrig.fs._jail import Jail

    Hidden = bool | Literal["all"]
    Kind = Literal["file", "dir", "symlink", "other"]

    class Options(TypedDict, total=False):
        """Options of `toolrig.walk`, and what is put before each path."""

        match: str | Sequence[str] | None
        kinds: Kind | Sequence[Kind]
        gitignore: bool
        ignore_files: Sequence[str]
        hidden: Hidden
        follow: bool
        max_depth: int | None
        same_device: bool
        prefix: str


KINDS: "dict[Kind, int]" = {"file": 1, "dir": 2, "symlink": 4, "other": 8}
NOT_DIRECTORIES: "tuple[Kind, ...]" = ("file", "symlink", "other")

_DEEPEST = 2**31 - 1  # what fits the kernel's number everywhere


class Plan:
    """A walk of *jail* that can be started; the options are those of `toolrig.walk`.

    Attributes:
        keep: what a path must pass that the engine hands out, or None where the engine sees to all of it.

    Raises:
        PatternError: *match* is malformed.
        ValueError: an option has a value that is not offered.
    """

    __slots__ = ("_options", "_place", "keep")

    keep: "Callable[[str], object] | None"

    def __init__(
        self,
        jail: "Jail",
        *,
        match: "str | Sequence[str] | None" = None,
        kinds: "Kind | Sequence[Kind]" = NOT_DIRECTORIES,
        gitignore: bool = True,
        ignore_files: "Sequence[str]" = (),
        hidden: "Hidden" = True,
        follow: bool = False,
        max_depth: int | None = None,
        same_device: bool = False,
        prefix: str = "",
    ) -> None:
        if max_depth is not None and max_depth < 1:
            raise ValueError(f"max_depth is {max_depth}: 1 is the root's own entries, None has no bound")
        if hidden not in (True, False, "all"):
            raise ValueError(f"hidden is {hidden!r}: use True, False or 'all'")
        trail, depth = "", max_depth
        endings: tuple[str, ...] = ()
        self.keep = None
        if match is not None:
            from toolrig.fs._pattern import Pattern

            pattern = Pattern(match)
            trail, depth = pattern.start, _shallower(pattern.depth, max_depth)
            endings = pattern.endings
            if not endings:
                self.keep = _behind(prefix, pattern.matches)
        self._place = jail.place
        self._options: dict[str, object] = {
            "prefix": prefix,
            "trail": trail,
            "kinds": _bits(kinds),
            "hidden": {False: 0, True: 1, "all": 2}[hidden],
            "max_depth": -1 if depth is None else min(depth, _DEEPEST),
            "rules": _rules(jail, gitignore=gitignore, ignore_files=ignore_files),
            "follow": follow,
            "same_device": same_device,
            "endings": endings,
        }

    def walker(self, *, look: bool = False) -> "Walker":
        """Start the walk; with *look* its entries have sizes and times."""
        engine: Walker = kernel("walk").Walker(
            self._place, threads=_pool.threads(), look=look, **self._options
        )
        return engine


def _behind(prefix: str, matches: "Callable[[str], object]") -> "Callable[[str], object]":
    """Return what holds against the pattern the part of a path that lies behind *prefix*."""
    at = len(prefix)
    return (lambda path: matches(path[at:])) if at else matches


def _shallower(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _bits(kinds: "Kind | Sequence[Kind]") -> int:
    bits = 0
    for kind in (kinds,) if isinstance(kinds, str) else kinds:
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r} is unknown: use {', '.join(map(repr, KINDS))}")
        bits |= KINDS[kind]
    return bits
