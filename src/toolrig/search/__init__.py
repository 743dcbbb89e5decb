"""Text search in trees."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.search._grep import grep as grep
    from toolrig.search._match import FileCount as FileCount
    from toolrig.search._match import FileMatch as FileMatch
    from toolrig.search._match import Match as Match
    from toolrig.search._matches import Matches as Matches
    from toolrig.search._replace import replace as replace
    from toolrig.search._replaced import FileChange as FileChange
    from toolrig.search._replaced import Replaced as Replaced
    from toolrig.search._types import file_types as file_types

_HOMES = {
    "FileChange": "_replaced",
    "FileCount": "_match",
    "FileMatch": "_match",
    "file_types": "_types",
    "grep": "_grep",
    "Match": "_match",
    "Matches": "_matches",
    "replace": "_replace",
    "Replaced": "_replaced",
}

__all__ = [
    "FileChange",
    "FileCount",
    "FileMatch",
    "Match",
    "Matches",
    "Replaced",
    "file_types",
    "grep",
    "replace",
]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
