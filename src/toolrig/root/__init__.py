"""Directories and the tools on them, confined to them by the kernel."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.root._root import Root as Root
    from toolrig.root._roots import Roots as Roots

_HOMES = {"Root": "_root", "Roots": "_roots"}

__all__ = ["Root", "Roots"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
