"""``toolrig demo``: every tool, called through a client on a real directory."""

import os
from time import perf_counter

from toolrig.cli._command import Arguments, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp import Client

_LINES = 4
_CHANGES: "list[tuple[str, dict[str, object]]]" = [
    ("write", {"path": "docs/poem.txt", "content": "Roses are red\nViolets are blue\n"}),
    ("edit", {"path": "docs/poem.txt", "old": "blue", "new": "violet"}),
    ("multi_edit", {"path": "docs/poem.txt", "edits": [{"old": "Roses", "new": "Poppies"}]}),
    ("apply_patch", {"patch": "*** Begin Patch\n*** Add File: new.txt\n+New\n*** End Patch\n"}),
    ("move", {"source": "new.txt", "target": "docs/new.txt"}),
]
_TEXT_FILES = "**/*.{py,md,txt,rst,toml,json,c,h,rs,go,js,ts,java,sh}"


def _run(arguments: Arguments) -> int:
    from toolrig.cli._child import server

    root = os.path.abspath(arguments.word(0, "."))
    started = perf_counter()
    with server(root) as client:
        names = [str(tool["name"]) for tool in client.list_tools()]
        ready = (perf_counter() - started) * 1000
        print(f"{client.server_info['name']} {client.server_info['version']} on {root}")
        print(
            f"MCP {client.protocol_version}, tools {', '.join(names)}; started and listed in {ready:.1f} ms\n"
        )
        failed = sum(_show(client, name, values) for name, values in _calls(client))
    failed += _show_changes()
    print("All tools answered." if not failed else f"{failed} of the calls failed.")
    return 1 if failed else 0


def _calls(client: "Client") -> list[tuple[str, dict[str, object]]]:
    """Return a call of each tool that makes sense in any directory."""
    listed = client.call_tool("glob", {"pattern": _TEXT_FILES, "sort": "path", "limit": 2}).text.splitlines()
    found = [line for line in listed if not line.startswith("[")]
    calls: list[tuple[str, dict[str, object]]] = [
        ("tree", {"limit": 20}),
        ("glob", {"pattern": _TEXT_FILES, "limit": 3}),
        ("grep", {"pattern": "TODO|FIXME", "limit": 3}),
        ("grep", {"pattern": "import", "fixed": True, "output_mode": "count", "limit": 3}),
    ]
    if found:
        calls.append(("read", {"path": found[0], "limit": 3}))
        calls.append(("read_many", {"paths": found}))
        calls.append(("stat", {"path": found[0]}))
    calls.append(("run", {"command": "ls | head -3", "timeout": 10}))
    return calls


def _show_changes() -> int:
    """Call the tools that change files, in a directory of their own; return how many of the calls failed."""
    from tempfile import TemporaryDirectory

    from toolrig.cli._child import server

    with TemporaryDirectory(prefix="toolrig-demo-") as scratch, server(scratch) as client:
        print(f"What changes files, in {scratch}\n")
        return sum(_show(client, name, values) for name, values in _CHANGES)


def _show(client: "Client", name: str, values: dict[str, object]) -> bool:
    """Make one call and print it; return whether it failed."""
    started = perf_counter()
    result = client.call_tool(name, values)
    elapsed = (perf_counter() - started) * 1000
    given = ", ".join(f"{key}={value!r}" for key, value in values.items())
    lines = result.text.splitlines()
    print(f"{name}({given})".ljust(84) + f"{elapsed:9.2f} ms")
    for line in lines[:_LINES]:
        print("    " + (line if len(line) <= 100 else line[:97] + "..."))
    if len(lines) > _LINES:
        print(f"    ... {len(lines) - _LINES} more lines")
    print()
    return bool(result.is_error)


COMMAND = Command(
    "demo",
    "Start the server on DIR (default: the current directory) as a child process, call every tool through a\n"
    "client, and show arguments, latency and the first lines of each result. Nothing in DIR is changed:\n"
    "tools that change files are called in a temporary directory.",
    _run,
    words=["[DIR]"],
)
