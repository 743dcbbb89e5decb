"""Hold the bounds of budgets.toml: ``python benchmarks/gate.py [WORDS OF A CASE]``.

Ratios first: up to three runs a case; the best counts, because noise only ever makes a figure worse. Then
instructions. Every figure is printed beside its bound. The exit status is 1 when one is missed, or could not
be measured.
"""

import sys

from budgets import Budget, budgets, over, shown
from domains import cases
from foreign import Foreign
from instructions import held

from toolrig.bench import Case, measure

RUNS = 3


def main(argv: list[str]) -> int:
    """Measure every case that has a budget, and compare."""
    only = " ".join(argv)
    bounds = {name: budget for name, budget in budgets()["ratios"].items() if only in name}
    foreign = Foreign.build(lambda step: print(step, file=sys.stderr, flush=True))
    known = {case.name: case for case in cases(foreign)}
    unknown = sorted(bounds.keys() - known.keys())
    if unknown:
        print(f"FAILED budgets.toml names cases that do not exist: {', '.join(unknown)}")
        return 1
    failed = [name for name, budget in bounds.items() if missed(known[name], budget)]
    foreign.close()
    counts_hold = bool(only) or held()
    if failed:
        print(f"\nmissed: {', '.join(failed)}")
    return 0 if counts_hold and not failed else 1


def missed(case: Case, budget: Budget) -> bool:
    """Measure *case* until it holds, at most three times; print the outcome, return whether it is missed."""
    best: Budget = {}
    for run in range(RUNS):
        measured, refused = figures(case, budget, seed=run)
        for name, figure in measured.items():
            best[name] = min(best.get(name, figure), figure)
        if refused or not over(best, budget):
            break
    for name, reason in refused.items():
        print(f"FAILED {case.name} / {name}: not measured: {reason}", flush=True)
    held_to = {name: bound for name, bound in budget.items() if name not in refused}
    failed = over(best, held_to)
    for name, bound in held_to.items():
        print(shown(f"{case.name} / {name}", best[name], bound, failed=name in failed), flush=True)
    return bool(failed or refused)


def figures(case: Case, budget: Budget, seed: int) -> tuple[Budget, dict[str, str]]:
    """Measure *case* once.

    Returns:
        Per name in *budget* the ratio of minima to that peer, or ours alone for "absolute" and "extra"; and
        the peers in *budget* that could not be measured, with the reason.
    """
    result = measure(case, seed=seed)
    ours = result.best(result.ours)
    fastest = min((result.best(name) for name in result.figures if name != result.ours), default=ours)
    measured = {"absolute": ours, "extra": ours - fastest}
    measured |= {name: result.ratio(name) for name in result.figures}
    return (
        {name: measured[name] for name in budget if name in measured},
        {name: result.refused.get(name, "no such peer") for name in budget if name not in measured},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
