"""Text search in trees."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.search._grep import grep as grep
    from toolrig.search._match import FileCount as FileCount
    from toolrig.search._match import FileMatch as FileMatch
    from toolrig.search._match import Match as Match
    from toolrig.search._matches import Matches as Matches

_HOMES = {
    "FileCount": "_match",
    "FileMatch": "_match",
    "grep": "_grep",
    "Match": "_match",
    "Matches": "_matches",
}

__all__ = ["FileCount", "FileMatch", "Match", "Matches", "grep"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
