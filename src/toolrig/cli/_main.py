"""Finds the command and runs it."""

import os
import sys
from importlib import import_module

from toolrig.cli._command import Command, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "serve": "Serve a directory to an MCP client over standard input and output.",
    "walk": "List a directory tree as git sees it.",
    "grep": "Search the files of a directory tree for a pattern.",
    "demo": "Start the server on a directory, call every tool, and show the results.",
    "call": "Make one call of one tool.",
    "bench": "Measure toolrig on a directory beside what else is installed.",
    "doctor": "Tell which functions run on compiled code, and why.",
}


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line *argv* (default: the process's own) and return the exit status."""
    from toolrig.errors import ToolrigError

    words = sys.argv[1:] if argv is None else list(argv)
    _show_every_character()
    try:
        status = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        _drop_output()
        return 1
    except KeyboardInterrupt:
        return 130
    except (ToolrigError, OSError) as error:
        print(f"{' '.join(['toolrig', *words[:1]])}: {error}", file=sys.stderr)
        _drop_output()
        return 1


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return 0 if words else 2
    if words[0] == "--version":
        import toolrig

        print(f"toolrig {toolrig.__version__}")
        return 0
    if words[0] not in _COMMANDS:
        print(f"toolrig: unknown command {words[0]!r}; see: toolrig --help", file=sys.stderr)
        return 2
    command: Command = import_module(f"toolrig.cli._{words[0]}").COMMAND
    return run(command, words[1:])


def _show_every_character() -> None:
    """Have standard output escape what its encoding lacks, as standard error does anyway."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Give up on what standard output would not take; the interpreter would complain of it at exit."""
    try:
        sys.stdout.flush()
    except (AttributeError, ValueError):
        return  # None, or closed
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _help() -> str:
    rows = "\n".join(f"  {name:<8}{summary}" for name, summary in _COMMANDS.items())
    return (
        "usage: toolrig COMMAND [ARGUMENTS]\n\n"
        "Agent tools at native speed: a ready MCP server, and the library underneath it.\n\n"
        f"{rows}\n\nEach command explains itself: toolrig COMMAND --help"
    )
