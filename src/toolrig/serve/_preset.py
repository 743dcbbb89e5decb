"""Finds the tools of a preset by its name."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.serve._offer import Offer

PRESETS = ("toolrig", "claude", "codex", "gemini", "filesystem")


def offers(preset: str) -> "tuple[Offer, ...]":
    """Return what *preset* offers, in the order of its list.

    Raises:
        ValueError: *preset* is unknown.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset {preset!r} is unknown: use one of {', '.join(PRESETS)}")
    from importlib import import_module

    found: tuple[Offer, ...] = import_module(f"toolrig.serve._presets.{preset}").OFFERS
    return found
