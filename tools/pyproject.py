"""Print requirements out of pyproject.toml, one a line: ``requires`` (to build) or ``extra NAME``."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

TABLES = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))


def extra(name: str) -> Iterator[str]:
    """Yield the requirements of the extra called *name*, those of the extras it names included."""
    for requirement in TABLES["project"]["optional-dependencies"][name]:
        own = re.fullmatch(rf"{TABLES['project']['name']}\[(.+)\]", requirement)
        if own:
            for inner in own[1].split(","):
                yield from extra(inner.strip())
        else:
            yield requirement


if __name__ == "__main__":
    wanted = TABLES["build-system"]["requires"] if sys.argv[1] == "requires" else extra(sys.argv[2])
    print(*dict.fromkeys(wanted), sep="\n")
