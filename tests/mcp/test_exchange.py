"""The client against servers that do not behave."""

import sys
from typing import Any

import pytest

from toolrig.errors import ReplyTimeoutError
from toolrig.mcp import Client


@pytest.mark.parametrize("noise", ["y", '{"jsonrpc":"2.0","method":"ping"}'])
def test_a_server_that_never_pauses_does_not_outlast_the_timeout(noise: str) -> None:
    flood = f"import os\nwhile True: os.write(1, {noise!r}.encode() * 1000 + b'\\n')"
    with pytest.raises(ReplyTimeoutError, match="within"):
        Client.stdio([sys.executable, "-c", flood], timeout=0.5, era="legacy")


def test_a_flood_does_not_outlast_the_timeout_of_a_large_request() -> None:
    flood = (
        "import os, sys\n"
        "from toolrig.mcp import Server\n"
        "line = sys.stdin.readline()\n"
        "os.write(1, Server('s').core().handle(line.encode()) + b'\\n')\n"
        "while True: os.write(1, b'y\\n')"
    )
    with Client.stdio([sys.executable, "-c", flood], era="modern") as client:
        large: dict[str, Any] = {"text": "x" * 10_000_000}
        with pytest.raises(ReplyTimeoutError, match="within"):
            client.call_tool("any", large, timeout=0.5)
