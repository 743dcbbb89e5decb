"""What importing the package costs."""

import subprocess
import sys

from foreign import Foreign

from toolrig.bench import Case, Peer


def cases(_foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    return [
        Case(
            "import toolrig",
            [
                Peer("toolrig", "toolrig", lambda: _python("import toolrig")),
                Peer("bare interpreter", "stdlib", lambda: _python("pass")),
            ],
            rounds=40,
        )
    ]


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)
