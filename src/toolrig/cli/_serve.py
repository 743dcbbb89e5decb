"""``toolrig serve``: the server on a directory, in a process of its own."""

from toolrig.cli._command import Arguments, Command, Option, UsageError


def _run(arguments: Arguments) -> int:
    from toolrig.serve import serve
    from toolrig.serve._preset import PRESETS

    preset = arguments.value("preset", PRESETS[0])
    if preset not in PRESETS:
        raise UsageError(f"preset {preset!r} is unknown: use one of {', '.join(PRESETS)}")
    serve(arguments.word(0, "."), preset=preset, read_only=arguments.has("read-only"), own_process=True)
    return 0


COMMAND = Command(
    "serve",
    "Serve the directory ROOT (default: the current one) to an MCP client over standard input and output.\n"
    "File tools are confined to ROOT. The tool `run` is not: it can do whatever you can; --read-only leaves\n"
    "it out, and every other tool that changes something.",
    _run,
    words=["[ROOT]"],
    options=[
        Option(
            "preset",
            "Names of tools and arguments: toolrig (default), claude, codex, gemini, filesystem.",
            metavar="NAME",
        ),
        Option("read-only", "Offer only the tools that change nothing."),
    ],
)
