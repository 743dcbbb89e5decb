"""Bring a run of ``make bench`` into the documents: ``python benchmarks/publish.py``.

Keeps the run as ``published.json``, draws ``docs/benchmarks.svg`` from it, and writes every table between
marks in README.md and benchmarks/README.md, so that no figure in a document was typed. A test holds them to
it.
"""

import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any

from chart import chart, leaders
from run import RESULTS, write
from seed import seed_table

from toolrig.bench import number

_HERE = os.path.dirname(os.path.abspath(__file__))
_ROOT = os.path.dirname(_HERE)
PUBLISHED = os.path.join(_HERE, "published.json")
CHART = os.path.join(_ROOT, "docs", "benchmarks.svg")
DOCUMENTS = [os.path.join(_ROOT, "README.md"), os.path.join(_HERE, "README.md")]
_COLUMNS = {
    "stdlib": "Python's library",
    "packages": "Python packages",
    "programs": "C programs",
    "Rust": "Rust",
    "Go": "Go",
    "Node": "Node",
}


def main() -> int:
    """Publish the last run."""
    try:
        with open(RESULTS) as file:
            results = json.load(file)
    except FileNotFoundError:
        print(f"{RESULTS} is missing: run make bench first", file=sys.stderr)
        return 1
    commit = results["machine"]["commit"]
    if not commit or commit.endswith("-dirty"):
        print(
            f"the run measured {commit or 'no commit'}: commit first, then run make bench again",
            file=sys.stderr,
        )
        return 1
    published = kept(results)
    write(PUBLISHED, published)
    for path, text in rendered(published).items():
        with open(path, "w") as file:
            file.write(text)
    return 0


def kept(results: dict[str, Any]) -> dict[str, Any]:
    """Return *results* without the figures of single rounds."""
    for case in results["cases"]:
        for peer in case["peers"]:
            peer.pop("rounds", None)
    return results


def rendered(published: dict[str, Any]) -> dict[str, str]:
    """Return per file that shows figures its whole text, as it must be."""
    texts = {CHART: chart(published)}
    for path in DOCUMENTS:
        with open(path) as file:
            texts[path] = _filled(file.read(), published)
    return texts


def _filled(text: str, published: dict[str, Any]) -> str:
    def block(match: re.Match[str]) -> str:
        return f"{match[1]}\n{_BLOCKS[match[2]](published)}\n{match[3]}"

    return re.sub(r"(<!-- figures: (\w+) -->)\n.*?(<!-- end -->)", block, text, flags=re.DOTALL)


def machine_line(published: dict[str, Any]) -> str:
    """Return what was measured, and on what, as a sentence."""
    on = published["machine"]
    chains = ", ".join(_short(version) for version in on["toolchains"].values())
    return (
        f"Measured at commit `{on['commit']}` on {on['processors']} processors ({on['processor']}), "
        f"{on['system'].partition('-')[0]}, {on['python']}, {chains}."
    )


def ratio_table(published: dict[str, Any]) -> str:
    """Return our time over that of the best peer of each column."""
    rows = [["work", *_COLUMNS.values()], ["---"] * (1 + len(_COLUMNS))]
    for case in published["cases"]:
        best = leaders(case)
        rows.append([case["case"], *(f"{best[name]:.2f}" if name in best else "" for name in _COLUMNS)])
    return _markdown(rows)


def full_table(published: dict[str, Any]) -> str:
    """Return every peer's smallest figure, its median and spread, and our ratio to it."""
    rows = [["work", "peer", "best", "median", "spread", "ours / theirs"], ["---"] * 6]
    for case in published["cases"]:
        name = case["case"] + (" (noisy)" if case["noisy"] else "")
        for peer in case["peers"]:
            rows.append([name, _peer_name(peer), *_figures(peer, case["unit"])])
            name = ""
    return _markdown(rows)


def _figures(peer: dict[str, Any], unit: str) -> list[str]:
    if "refused" in peer:
        return ["", "", "", peer["refused"]]
    ratio = "" if peer["column"] == "toolrig" else f"{peer['ratio']:.2f}"
    return [f"{number(peer['best'])} {unit}", number(peer["median"]), f"{peer['spread']:.0%}", ratio]


def _peer_name(peer: dict[str, Any]) -> str:
    return f"**{peer['peer']}**" if peer["column"] == "toolrig" else str(peer["peer"])


def _short(version: str) -> str:
    """Return "rustc 1.95.0" of "rustc 1.95.0 (59807616e 2026-04-14)", and the like."""
    if version.startswith("cc "):  # "cc (Debian 12.2.0-14+deb12u1) 12.2.0", and a licence below
        return f"cc {version.splitlines()[0].split()[-1]}"
    words = version.replace("go version ", "").partition(" (")[0].split()
    return f"Node {words[0]}" if version.startswith("v") else " ".join(words[:2]).replace(" linux/amd64", "")


def _markdown(rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows).replace("**/*", "\\*\\*/\\*")


_BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "machine": machine_line,
    "ratios": ratio_table,
    "everything": full_table,
    "seed": seed_table,
}

if __name__ == "__main__":
    sys.exit(main())
