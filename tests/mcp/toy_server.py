"""A server with one tool for each thing that may happen; run as a script by the tests."""

import os
import subprocess
import sys
from threading import Event

from toolrig.mcp import Call, Server, Tool, ToolResult

Arguments = dict[str, object]


def _object(**properties: str) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


def _fail(arguments: Arguments, _call: Call) -> str:
    kinds = {"value": ValueError, "os": OSError, "exit": SystemExit, "bug": ZeroDivisionError}
    raise kinds[str(arguments["kind"])]("this went wrong")


def _print(arguments: Arguments, _call: Call) -> str:
    print("printed by a tool", flush=True)
    os.write(1, b"written by a tool\n")
    return "printed"


def _child(arguments: Arguments, _call: Call) -> str:
    code = "import sys; print('child read', repr(sys.stdin.read()))"
    return str(subprocess.run([sys.executable, "-c", code], check=True).returncode)


def _hold(arguments: Arguments, _call: Call) -> str:
    """Wait until somebody writes to the FIFO."""
    with open(str(arguments["fifo"])) as fifo:
        return fifo.read()


def _heed(arguments: Arguments, call: Call) -> str:
    """Wait for the cancellation, and leave a file that proves it was seen."""
    cancelled = Event()
    call.on_cancel(cancelled.set)
    with open(str(arguments["ready"]), "w"):  # a FIFO: tells the test that the call runs
        pass
    cancelled.wait()
    with open(str(arguments["proof"]), "w") as proof:
        proof.write(f"cancelled={call.cancelled}")
    return "nobody hears this"


def _modules(_arguments: Arguments, _call: Call) -> str:
    return "\n".join(sys.modules)


def _picture(arguments: Arguments, _call: Call) -> ToolResult:
    block = {"type": "image", "data": "AAAA", "mimeType": str(arguments["type"])}
    return ToolResult(str(arguments.get("caption", "")), attachments=[block, block])


def build() -> Server:
    server = Server("toy", "1.2.3", instructions="Be gentle.")
    tools = [
        Tool("echo", "Return the text.", _object(text="string"), lambda a, _: str(a["text"])),
        Tool("add", "Add.", _object(a="integer", b="integer"), lambda a, _: str(a["a"] + a["b"])),  # type: ignore[operator]
        Tool("fail", "Fail.", _object(kind="string"), _fail),
        Tool("tell", "Tell of a failure.", _object(), lambda a, _: ToolResult("no luck", is_error=True)),
        Tool("print", "Print.", _object(), _print, title="Printer", annotations={"readOnlyHint": True}),
        Tool("child", "Run a child that reads.", _object(), _child),
        Tool("hold", "Wait for a FIFO.", _object(fifo="string"), _hold),
        Tool("heed", "Wait for the cancellation.", _object(ready="string", proof="string"), _heed),
        Tool("modules", "List what is imported.", _object(), _modules),
        Tool("picture", "Return images.", _object(type="string", caption="string"), _picture),
        Tool("set", "Return a set.", _object(), lambda a, _: ToolResult("", attachments=[{"type": {1}}])),
        Tool("number", "Return no text.", _object(), lambda a, _: 5),  # type: ignore[arg-type, return-value]
    ]
    for tool in tools:
        server.add(tool)
    return server


if __name__ == "__main__":
    closed = os.environ.get("TOY_CLOSED")
    server = build()
    if closed:
        server.on_close.append(lambda: open(closed, "w").close())
    server.run("stdio", max_message=int(os.environ.get("TOY_MAX", 64 << 20)))
    print("returned", file=sys.stderr)
