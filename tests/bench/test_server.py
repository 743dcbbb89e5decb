"""The raw client: it counts what answers, and names a server that does not."""

import sys
from pathlib import Path

import pytest

from toolrig.bench._server import Calls, Launch, RawServer

# Answers like a server: echoes the id, and does what the first word of the tool's name says.
PEER = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    name = message["params"].get("name", "")
    if name == "end":
        sys.exit()
    result = {"content": [{"type": "text", "text": str(message["params"].get("arguments"))}]}
    if name == "fail":
        result["isError"] = True
    reply = {"jsonrpc": "2.0", "id": message["id"], "result": result}
    if name == "note":
        print(json.dumps({"jsonrpc": "2.0", "method": "notifications/message"}))
    print(json.dumps(reply), flush=True)
    if name == "twice":
        print(json.dumps(reply), flush=True)
"""
LAUNCH = Launch("peer", "packages", [sys.executable, "-c", PEER])


@pytest.mark.parametrize("in_flight", [1, 2, 7, 20, 50])
def test_all_calls_are_answered(tmp_path: Path, in_flight: int) -> None:
    with RawServer(LAUNCH, str(tmp_path)) as server:
        calls = server.calls("echo", {"a": 1}, 20, in_flight=in_flight)
    assert calls.texts() == ["{'a': 1}"] * 20
    assert calls.seconds > 0


def test_an_error_is_not_an_answer(tmp_path: Path) -> None:
    with RawServer(LAUNCH, str(tmp_path)) as server, pytest.raises(RuntimeError, match="a call failed"):
        server.calls("fail", {}, 1).texts()


def test_a_reply_too_many_is_noticed() -> None:
    reply = b'{"id": 1, "result": {"content": [{"text": "x"}]}}\n'
    with pytest.raises(RuntimeError, match="once each"):
        Calls(1.0, reply + reply).texts()


def test_a_server_that_ends_is_named(tmp_path: Path) -> None:
    with (
        RawServer(LAUNCH, str(tmp_path)) as server,
        pytest.raises(RuntimeError, match="the server peer ended"),
    ):
        server.calls("end", {}, 1)
    with pytest.raises(RuntimeError, match="the server none ended"):
        RawServer(Launch("none", "packages", [sys.executable, "-c", ""]), str(tmp_path))


def test_memory_is_that_of_the_server(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    with RawServer(LAUNCH, str(tmp_path)) as server:
        assert 1 < server.resident_mb() < 200
