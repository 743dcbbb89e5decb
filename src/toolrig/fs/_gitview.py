"""git's view of a directory that is open already."""

from toolrig._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig._native.ignore import Ignore
    from toolrig.fs._jail import Jail


def rules(jail: "Jail") -> "Ignore":
    """Return the rules of a walk from the top of *jail*; outside of repositories they hide nothing.

    Who walks a directory that is ignored itself has asked for it: what the repository around it says of its
    content does not count then.

    Raises:
        ValueError: *jail* is closed.
    """
    place = jail.place
    top = place if isinstance(place, int) else -1
    opened: Ignore = kernel("ignore").Ignore(top, jail.path)
    if opened.sealed:
        opened = kernel("ignore").Ignore(top)
    return opened
