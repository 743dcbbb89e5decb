"""The installed version, found without ``importlib.metadata``, whose import outlasts a server's start."""

import os


def installed() -> str:
    """Return the version of the installed package."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    names = [n for n in os.listdir(here) if n.startswith("toolrig-") and n.endswith(".dist-info")]
    if len(names) == 1:
        return names[0].removeprefix("toolrig-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version("toolrig")
