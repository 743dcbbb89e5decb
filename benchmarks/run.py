"""Print the table: ``python benchmarks/run.py [WORDS OF A CASE] [--check]``.

``--check`` runs every case once for equal answers and measures nothing.
"""

import json
import os
import platform
import sys

from domains import cases
from harness import Result, check, measure


def main(argv: list[str]) -> int:
    """Measure or check the cases named on the command line."""
    words = [word for word in argv if not word.startswith("--")]
    chosen = cases(" ".join(words))
    if "--check" in argv:
        for case in chosen:
            check(case)
            print(f"equal answers: {case.name}")
        return 0
    results = []
    for number, case in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {case.name}", file=sys.stderr)
        results.append(measure(case))
    print(table(results))
    with open(os.path.join(os.path.dirname(__file__), "results.json"), "w") as file:
        json.dump(record(results), file, indent=1)
    return 0


def table(results: list[Result]) -> str:
    """Return the results as text: per case one line a peer, our ratio to it behind."""
    lines = []
    for result in results:
        noise = "  (noisy run)" if result.noisy else ""
        lines.append(f"{result.case.name}{noise}")
        for peer in result.case.peers:
            unit = result.case.unit
            ratio = "" if peer is result.case.peers[0] else f"  ours/theirs {result.ratio(peer.name):6.3f}"
            lines.append(
                f"  {peer.name:<24} best {result.best(peer.name):9.3f} {unit}"
                f"  median {result.median(peer.name):9.3f} {unit}{ratio}"
            )
    return "\n".join(lines)


def record(results: list[Result]) -> dict[str, object]:
    """Return the results with what they were measured on."""
    import toolrig

    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "toolrig": toolrig.__version__,
        "cases": {result.case.name: result.figures for result in results},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
