"""Cases on a directory of the user's own, with what is installed there as peers."""

import os
from collections import Counter
from collections.abc import Callable

from toolrig.bench._case import Case
from toolrig.bench._running import ECHO, run_peers
from toolrig.bench._searching import grep_peers
from toolrig.bench._serving import LINES, server_cases
from toolrig.bench._walking import git_view_peers, glob_peers, walk_peers
from toolrig.errors import ToolrigError
from toolrig.fs import read, walk

_CANDIDATES = 500
_LONGEST = 1000


def directory_cases(root: str, word: str) -> list[Case]:
    """Return the cases of ``toolrig bench``: *root* listed, globbed, searched for *word* and served.

    A file that comes or goes while the tree is measured makes the answer of a peer differ.
    """
    files = list(walk(root, gitignore=False, hidden="all"))
    size = f"{len(files):,} files"
    cases = [Case(f"walk {size}", walk_peers(root), same=sorted)]
    if os.path.exists(os.path.join(root, ".git")):
        cases.append(Case("walk what git does not ignore", git_view_peers(root), same=_existing(root)))
    suffix = _commonest_suffix(files)
    if suffix:
        cases.append(Case(f"glob **/*{suffix}", glob_peers(root, suffix), same=sorted))
    cases.append(Case(f"grep {word!r} in {size}", grep_peers(root, word, fixed=True), same=sorted))
    cases.append(Case("run echo, output captured", run_peers(ECHO), rounds=60))
    served = _text_file(root, files)
    return cases + (server_cases(root, served) if served else [])


def _existing(root: str) -> Callable[[list[str]], list[str]]:
    """Return what leaves out the deleted files that git lists, and what it lists twice amid a merge."""
    return lambda paths: sorted({path for path in paths if os.path.lexists(os.path.join(root, path))})


def _commonest_suffix(paths: list[str]) -> str:
    suffixes = Counter(os.path.splitext(path)[1] for path in paths)
    del suffixes[""]
    plain = [suffix for suffix, _ in suffixes.most_common() if suffix[1:].isalnum()]
    return plain[0] if plain else ""


def _text_file(root: str, paths: list[str]) -> str | None:
    """Return a file with enough short lines of text to be read by a server, or None."""
    for path in sorted(paths, key=lambda path: (path.count("/"), path))[:_CANDIDATES]:
        try:
            window = read(os.path.join(root, path), limit=LINES)
        except (OSError, ToolrigError):
            continue
        if window.lines == LINES and window.encoding == "utf-8" and len(window.text) < _LONGEST:
            return path
    return None
