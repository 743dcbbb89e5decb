"""What a walk is not to see: git's view, and rule files that are not git's."""

from toolrig._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolrig._native.ignore import Ignore
    from toolrig.fs._jail import Jail


def rules(jail: "Jail", *, gitignore: bool = True, ignore_files: "Sequence[str]" = ()) -> "Ignore | None":
    """Return the rules of a walk from the top of *jail*; None where nothing is asked for.

    Outside of repositories git hides nothing. Who walks a directory that is ignored itself has asked for it:
    what the directories above it say of its content does not count then.

    *ignore_files* names further rule files in the syntax of gitignore(5), such as ``.ignore``, honoured from
    the top of the work tree down, outside of repositories from *jail* down. They come before git, in the
    order of the names.

    Raises:
        ValueError: *jail* is closed, or one of *ignore_files* is no file name.
    """
    names = _names(ignore_files)
    if not (gitignore or names):
        return None
    place = jail.place
    top = place if isinstance(place, int) else -1
    engine = kernel("ignore").Ignore
    opened: Ignore = engine(top, jail.path, gitignore=gitignore, ignore_files=names)
    if gitignore and (absent := opened.absent()):
        _supply(jail, opened, absent)
    if opened.sealed:
        opened = engine(top, jail.path, alone=True, gitignore=gitignore, ignore_files=names)
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
