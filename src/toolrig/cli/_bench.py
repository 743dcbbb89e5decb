"""``toolrig bench``: toolrig beside what else is installed, on a directory of the user's own."""

import json
import os
import sys

from toolrig.cli._command import Arguments, Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.bench import Result

_SECONDS_A_CASE = 5.0


def _run(arguments: Arguments) -> int:
    from toolrig.bench import Progress, details, directory_cases, machine, measure, table

    root = os.path.abspath(arguments.word(0, "."))
    if not os.path.isdir(root):
        print(f"toolrig bench: {root} is not a directory: name one to measure on", file=sys.stderr)
        return 1
    cases = directory_cases(root, arguments.value("word", "TODO"))
    results: list[Result] = []
    with Progress(len(cases)) as progress:
        for case in cases:
            progress.case(case.name)
            results.append(measure(case, seconds=_SECONDS_A_CASE, progress=progress.round))
    on = machine()
    print(f"{root}\n{on['python']}, {on['system']}, {on['processors']} processors\n")
    print(f"{table(results)}\n\nSmaller is better; in parentheses ours over theirs.\n\n{details(results)}")
    if arguments.has("json"):
        _write(
            arguments.value("json", ""), {"machine": on, "cases": [result.to_dict() for result in results]}
        )
    return 0


def _write(path: str, record: dict[str, object]) -> None:
    with open(path, "w") as file:
        json.dump(record, file, indent=1)


COMMAND = Command(
    "bench",
    "Measure toolrig on DIR (default: the current directory) beside the standard library and what programs\n"
    "and packages are installed: interleaved rounds, every answer compared with ours before it counts.\n"
    "Nothing in DIR is changed; a case takes a few seconds.",
    _run,
    words=["[DIR]"],
    options=[
        Option("word", "What to search for (default: TODO).", metavar="TEXT"),
        Option("json", "Write all figures to FILE as well.", metavar="FILE"),
    ],
)
