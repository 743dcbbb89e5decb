"""The figures of the article that started this project, beside ours."""

from typing import Any

from toolrig.bench import number

_LANGUAGES = ("Rust", "Go", "Node", "Python")
_PYTHON = ("stdlib", "packages")

# What the article says, in its order of languages; our case that comes nearest; a word on the difference.
_CLAIMS = [
    (
        "traverse 10,000 files",
        (12, 18, 45, 89),
        "ms",
        "walk 10,000 files: names",
        "the best of each language here",
    ),
    ("parse 1 MB of JSON", (0.3, 0.5, 1.2, 3.8), "ms", None, "`toolrig.json` is not built"),
    (
        "100 parallel HTTP requests",
        (4, 6, 15, 42),
        "ms",
        None,
        "`toolrig.http` is not built",
    ),
    (
        "spawn a process",
        (0.4, 0.8, 2.1, 4.5),
        "ms",
        "run echo, output captured",
        "the article does not say what is spawned",
    ),
    (
        "memory of a connection",
        (12, 28, 120, 340),
        "KB",
        None,
        "the server has no HTTP transport yet",
    ),
    (
        "one MCP call",
        (0.6, None, None, 5),
        "ms",
        "MCP: one call of read at a time",
        "over standard input and output",
    ),
]


def seed_table(published: dict[str, Any]) -> str:
    """Return the article's figures and those of the published run, a line a claim."""
    cases = {case["case"]: case for case in published["cases"]}
    head = [
        "work",
        "article: Rust / Go / Node / Python",
        "here",
        "Python / Rust: article",
        "here",
        "toolrig / Rust",
        "",
    ]
    rows = [head, ["---"] * len(head)]
    for work, article, unit, name, note in _CLAIMS:
        said = [f"{work}, {unit}", " / ".join(map(_shown, article)), _times(article[-1], article[0])]
        case = cases.get(name or "")
        if case is None:
            rows.append([said[0], said[1], "not measured yet", said[2], "", "", note])
            continue
        here = [_best(case, language, unit) for language in (*_LANGUAGES, "toolrig")]
        measured = " / ".join("-" if figure is None else number(figure) for figure in here[:-1])
        rows.append(
            [said[0], said[1], measured, said[2], _times(here[-2], here[0]), _times(here[-1], here[0]), note]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _best(case: dict[str, Any], language: str, unit: str) -> float | None:
    columns = _PYTHON if language == "Python" else (language,)
    found = [float(peer["best"]) for peer in case["peers"] if peer["column"] in columns and "best" in peer]
    scale = 1000 if (case["unit"], unit) == ("us", "ms") else 1
    return min(found) / scale if found else None


def _shown(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:g}"


def _times(one: float | None, other: float | None) -> str:
    return f"{one / other:.1f}" if one is not None and other is not None else "-"
