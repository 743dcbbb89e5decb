"""``toolrig serve``: the server on a directory, in a process of its own."""

from toolrig.cli._command import Arguments, Command, Option


def _run(arguments: Arguments) -> int:
    from toolrig.serve import serve

    serve(arguments.word(0, "."), read_only=arguments.has("read-only"), own_process=True)
    return 0


COMMAND = Command(
    "serve",
    "Serve the directory ROOT (default: the current one) to an MCP client over standard input and output.\n"
    "File tools are confined to ROOT. The tool `run` is not: it can do whatever you can; --read-only leaves\n"
    "it out.",
    _run,
    words=["[ROOT]"],
    options=[Option("read-only", "Offer only the tools that change nothing.")],
)
