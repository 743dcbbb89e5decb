"""A directory and the tools on it, confined to it by the kernel."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.root._root import Root as Root

_HOMES = {"Root": "_root"}

__all__ = ["Root"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
