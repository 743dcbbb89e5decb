"""Calls of the tools of a server on a tree, by real messages."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from toolrig import Root
from toolrig.serve import build

Use = Callable[..., tuple[str, bool]]


@contextmanager
def serving(tree: Path, preset: str = "toolrig", *, read_only: bool = False) -> Iterator[Use]:
    """Serve *tree*; what comes back calls a tool and returns what it shows and whether it failed."""
    with Root(tree, read_only=read_only) as root:
        core = build(root, preset).core()

        def use(name: str, arguments: dict[str, Any] | None = None, /, **more: Any) -> tuple[str, bool]:
            params = {"name": name, "arguments": {**(arguments or {}), **more}}
            request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            reply = core.handle(json.dumps(request).encode())
            assert reply is not None
            result = json.loads(reply)["result"]
            shown = [block.get("text") or json.dumps(block) for block in result["content"]]
            return "\n".join(shown), result["isError"]

        yield use


def snapshot(top: Path) -> dict[str, bytes | str | None]:
    """Return what lies below *top*: content of files, targets of links, None for the rest."""
    return {
        str(path.relative_to(top)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else None
        for path in top.rglob("*")
    }
