"""``toolrig call``: one call of one tool, through a server of its own."""

import os
import sys

from toolrig.cli._command import Arguments, Command, Option, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from toolrig.mcp import Client


_FOREVER = 86_400.0


def _run(arguments: Arguments) -> int:
    from toolrig.cli._child import server

    with server(arguments.value("root", ".")) as client:
        try:
            name, values = arguments.words[0], _values(client, arguments)
        except UsageError as error:
            print(f"toolrig call: {error}", file=sys.stderr)
            return 2
        # How long a call may take is the tool's business: `run` has its own timeout.
        result = client.call_tool(name, values, timeout=_FOREVER)
    print(result.text)
    return 1 if result.is_error else 0


def _values(client: "Client", arguments: Arguments) -> dict[str, object]:
    """Return the arguments of the tool, typed as its schema says."""
    tools: dict[str, Any] = {str(tool["name"]): tool for tool in client.list_tools()}
    tool = tools.get(arguments.words[0])
    if tool is None:
        raise UsageError(f"no tool is called {arguments.words[0]!r}: there are {', '.join(tools)}")
    properties = tool["inputSchema"]["properties"]
    given = [(name, text) for name in arguments.options for text in arguments.values(name)]
    pairs = [(name, text) for name, text in given if name not in ("arg", "root")]
    for text in arguments.values("arg"):
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--arg {text!r} is not NAME=VALUE")
        pairs.append((name, value))
    return {name: _typed(name, text, properties.get(name, {})) for name, text in pairs}


def _typed(name: str, text: str, schema: dict[str, object]) -> object:
    if schema.get("type", "string") == "string":
        return text
    from toolrig.mcp._wire import WireError, loads

    try:
        return loads(os.fsencode(text))
    except WireError:
        raise UsageError(f"argument {name!r} is {text!r}: give a JSON {schema['type']}") from None


COMMAND = Command(
    "call",
    "Call TOOL once and print its result; exit status 1 where the tool reports an error.\n"
    "Arguments are given as --arg NAME=VALUE or --NAME VALUE: toolrig call grep --pattern TODO --limit 5",
    _run,
    words=["TOOL"],
    options=[
        Option("arg", "An argument of the tool; may be repeated.", metavar="NAME=VALUE"),
        Option("root", "The directory to serve (default: the current one).", metavar="DIR"),
    ],
    free_options=True,
)
