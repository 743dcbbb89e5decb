"""What a walk is not to see: git's view, and rule files that are not git's."""

import os

from toolrig._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypedDict

    from toolrig._native.ignore import Ignore
    from toolrig._surroundings import Surroundings
    from toolrig.fs._jail import Jail

    class Bounds(TypedDict, total=False):
        """How far a kernel may look around a directory: anywhere, or within a root."""

        within: Surroundings
        inner: str


def survey(jail: "Jail") -> "Surroundings":
    """Read what git reads outside of *jail*, so that nothing outside of it is read afterwards.

    Raises:
        OSError: no further descriptor is to be had.
    """
    place = jail.place
    known: Surroundings = kernel("ignore").survey(place if isinstance(place, int) else -1, jail.path)
    return known


def bounds(jail: "Jail") -> "Bounds":
    """Return the options that keep a kernel within the root that *jail* lies in; none where there is none."""
    known = jail.surroundings
    return {} if known is None else {"within": known, "inner": _inner(jail, known.place)}


def _inner(jail: "Jail", root: "int | str") -> str:
    """Return what leads from *root* to *jail* without symbolic links; kernels check that it does."""
    if not jail.inner:
        return ""
    place = jail.place
    top, path = real_path(root), real_path(place)
    return path.removeprefix(top.rstrip(os.sep) + os.sep).replace(os.sep, "/") if path != top else ""


def real_path(place: "int | str") -> str:
    """Return the path of what is open, or of the path *place*, without symbolic links."""
    if isinstance(place, str):
        return os.path.realpath(place)
    try:
        return os.readlink(f"/proc/self/fd/{place}")
    except OSError:
        import fcntl

        asked = getattr(fcntl, "F_GETPATH", None)
        return "" if asked is None else os.fsdecode(fcntl.fcntl(place, asked, bytes(1024)).split(b"\0", 1)[0])


def rules(jail: "Jail", *, gitignore: bool = True, ignore_files: "Sequence[str]" = ()) -> "Ignore | None":
    """Return the rules of a walk from the top of *jail*; None where nothing is asked for.

    Outside of repositories git hides nothing. Who walks a directory that is ignored itself has asked for it:
    what the directories above it say of its content does not count then.

    *ignore_files* names further rule files in the syntax of gitignore(5), such as ``.ignore``, honoured from
    the top of the work tree down, outside of repositories from *jail* down, and never above a root. They come
    before git, in the order of the names.

    Raises:
        ValueError: *jail* is closed, or one of *ignore_files* is no file name.
    """
    names = _names(ignore_files)
    if not (gitignore or names):
        return None
    place = jail.place
    top = place if isinstance(place, int) else -1
    engine, within = kernel("ignore").Ignore, bounds(jail)
    opened: Ignore = engine(top, jail.path, gitignore=gitignore, ignore_files=names, **within)
    if gitignore and (absent := opened.absent()):
        _supply(jail, opened, absent)
    if opened.sealed:
        opened = engine(top, jail.path, alone=True, gitignore=gitignore, ignore_files=names, **within)
    return opened


def _supply(jail: "Jail", opened: "Ignore", absent: list[str]) -> None:
    """Let git tell what a sparse checkout keeps in objects; if it is missing or fails it stays unknown."""
    from toolrig.errors import GitIndexError
    from toolrig.fs._gitchild import contents, names_below

    try:
        names = names_below(jail, [path for path in absent if path.endswith("/")])
        files = [path for path in (*absent, *names) if path.rpartition("/")[2] == ".gitignore"]
        rules = {path.removesuffix(".gitignore"): text for path, text in contents(jail, files).items()}
    except GitIndexError:
        return
    opened.supply(names, rules)


def _names(ignore_files: "Sequence[str]") -> tuple[str, ...]:
    names = (ignore_files,) if isinstance(ignore_files, str) else tuple(ignore_files)
    for name in names:
        if name in ("", ".", "..") or "/" in name or "\0" in name:
            raise ValueError(f"ignore_files has {name!r}: give names of files, such as '.ignore'")
    return names
