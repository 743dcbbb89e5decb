"""Hold the ratios of budgets.toml: ``python benchmarks/gate.py``.

Up to three runs a case; the best counts, because noise only ever makes a figure worse. Every ratio is printed
beside its bound. The exit status is 1 when one is missed.
"""

import os
import sys
import tomllib

from domains import cases
from harness import Case, measure

RUNS = 3

Budget = dict[str, float]


def budgets() -> dict[str, Budget]:
    """Return the bounds: per case, per peer (or "absolute"), what ours may be at most."""
    with open(os.path.join(os.path.dirname(__file__), "budgets.toml"), "rb") as file:
        return tomllib.load(file)


def main() -> int:
    """Measure every case that has a budget, and compare."""
    held = budgets()
    known = {case.name: case for case in cases()}
    unknown = sorted(set(held) - set(known))
    if unknown:
        print(f"budgets.toml names cases that do not exist: {', '.join(unknown)}")
        return 1
    return 1 if any(missed(known[name], budget) for name, budget in held.items()) else 0


def missed(case: Case, budget: Budget) -> bool:
    """Measure *case* until it holds, at most three times; print the outcome, return whether it is missed."""
    best: Budget = {}
    for run in range(RUNS):
        for name, figure in figures(case, budget, seed=run).items():
            best[name] = min(best.get(name, figure), figure)
        if not over(best, budget):
            break
    failed = over(best, budget)
    for name, bound in budget.items():
        verdict = "MISSED" if name in failed else "ok"
        print(f"{verdict:<7}{case.name} / {name}: {best[name]:.3f} (at most {bound})", flush=True)
    return bool(failed)


def figures(case: Case, budget: Budget, seed: int) -> Budget:
    """Measure *case* once: ratios of minima to the peers named, ours alone for "absolute" and "extra"."""
    result = measure(case, seed=seed)
    ours = result.best(case.peers[0].name)
    special = {"absolute": ours, "extra": ours - min(result.best(peer.name) for peer in case.peers[1:])}
    return {name: special[name] if name in special else result.ratio(name) for name in budget}


def over(best: Budget, budget: Budget) -> list[str]:
    """Return the names whose figure exceeds its bound."""
    return [name for name, bound in budget.items() if best[name] > bound]


if __name__ == "__main__":
    sys.exit(main())
