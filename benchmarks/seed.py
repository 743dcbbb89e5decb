"""The figures of the article that started this project, beside ours."""

from typing import Any

from toolrig.bench import number

_LANGUAGES = ("Rust", "Go", "Node", "Python")
_PYTHON = ("stdlib", "packages")

# What the article says, in its order of languages; our case that comes nearest; a word on the difference.
_CLAIMS = [
    ("traverse 10,000 files", (12, 18, 45, 89), "ms", "walk 10,000 files: names", ""),
    ("parse 1 MB of JSON", (0.3, 0.5, 1.2, 3.8), "ms", None, "not measured yet: `toolrig.json` is not built"),
    (
        "100 parallel HTTP requests",
        (4, 6, 15, 42),
        "ms",
        None,
        "not measured yet: `toolrig.http` is not built",
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
        "not measured yet: the server has no HTTP transport",
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
    head = "| work | article: Rust / Go / Node / Python | here: Rust / Go / Node / Python | toolrig | note |"
    lines = [head, "| --- | --- | --- | --- | --- |"]
    for work, article, unit, name, note in _CLAIMS:
        case = cases.get(name or "")
        said = " / ".join("-" if figure is None else f"{figure:g}" for figure in article)
        here = " / ".join(_best(case, language, unit) for language in _LANGUAGES) if case else ""
        ours = _best(case, "toolrig", unit) if case else ""
        lines.append(f"| {work}, {unit} | {said} | {here} | {ours} | {note} |")
    return "\n".join(lines)


def _best(case: dict[str, Any], language: str, unit: str) -> str:
    columns = _PYTHON if language == "Python" else (language,)
    found = [peer["best"] for peer in case["peers"] if peer["column"] in columns and "best" in peer]
    scale = 1000 if (case["unit"], unit) == ("us", "ms") else 1
    return number(min(found) / scale) if found else "-"
