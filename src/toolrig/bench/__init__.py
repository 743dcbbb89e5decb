"""Measuring side by side: cases, the peers that do the same work, interleaved rounds, and the table.

``toolrig bench`` runs `directory_cases` on a directory of yours; the project's own ``benchmarks/`` stand on
the same few names.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.bench._case import COLUMNS as COLUMNS
    from toolrig.bench._case import Case as Case
    from toolrig.bench._case import Peer as Peer
    from toolrig.bench._case import on as on
    from toolrig.bench._directory import directory_cases as directory_cases
    from toolrig.bench._machine import machine as machine
    from toolrig.bench._measure import check as check
    from toolrig.bench._measure import measure as measure
    from toolrig.bench._progress import Progress as Progress
    from toolrig.bench._result import Result as Result
    from toolrig.bench._running import run_peers as run_peers
    from toolrig.bench._searching import grep_peers as grep_peers
    from toolrig.bench._searching import numbered_hits as numbered_hits
    from toolrig.bench._server import Launch as Launch
    from toolrig.bench._serving import server_cases as server_cases
    from toolrig.bench._spawned import spawned as spawned
    from toolrig.bench._spawned import zero_ended as zero_ended
    from toolrig.bench._table import details as details
    from toolrig.bench._table import number as number
    from toolrig.bench._table import table as table
    from toolrig.bench._walking import git_view_peers as git_view_peers
    from toolrig.bench._walking import glob_peers as glob_peers
    from toolrig.bench._walking import walk_peers as walk_peers

_HOMES = {
    "COLUMNS": "_case",
    "Case": "_case",
    "Launch": "_server",
    "Peer": "_case",
    "Progress": "_progress",
    "Result": "_result",
    "check": "_measure",
    "details": "_table",
    "directory_cases": "_directory",
    "git_view_peers": "_walking",
    "glob_peers": "_walking",
    "grep_peers": "_searching",
    "machine": "_machine",
    "measure": "_measure",
    "number": "_table",
    "numbered_hits": "_searching",
    "on": "_case",
    "run_peers": "_running",
    "server_cases": "_serving",
    "spawned": "_spawned",
    "table": "_table",
    "walk_peers": "_walking",
    "zero_ended": "_spawned",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
