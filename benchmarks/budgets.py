"""The bounds of budgets.toml, and how a figure is held against one."""

import os
import tomllib
from typing import Any

Budget = dict[str, float]

_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "budgets.toml")


def budgets() -> dict[str, Any]:
    """Return the bounds as they are in the checkout now: ``ratios`` a case, ``instructions`` a compiler."""
    with open(_FILE, "rb") as file:
        return tomllib.load(file)


def over(figures: Budget, bounds: Budget) -> list[str]:
    """Return the names whose figure exceeds its bound."""
    return [name for name, bound in bounds.items() if figures[name] > bound]


def shown(name: str, figure: float, bound: float, *, failed: bool) -> str:
    """Return one line: the verdict, what was measured, its figure and its bound."""
    digits = 3 if bound < 1000 else 0
    return f"{'MISSED' if failed else 'ok':<7}{name}: {figure:.{digits}f} (at most {bound:.{digits}f})"
