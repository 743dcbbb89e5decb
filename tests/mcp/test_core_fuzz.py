"""The protocol under arbitrary messages: it never raises, and every reply is JSON-RPC."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mcp.raw_peer import META
from tests.mcp.test_core import LEGACY
from tests.mcp.test_wire import JSON
from tests.mcp.toy_server import build

METHODS = st.sampled_from(
    ["initialize", "ping", "tools/list", "tools/call", "server/discover", "notifications/cancelled"]
)
META_LIKE = st.dictionaries(st.sampled_from(list(META)), st.just("2026-07-28") | st.just({}) | JSON)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "_meta": META_LIKE | JSON,
        "name": st.sampled_from(["add", "echo", "tell"]) | JSON,
        "arguments": st.dictionaries(st.sampled_from(["a", "b", "text"]), JSON) | JSON,
        "protocolVersion": st.sampled_from(LEGACY) | JSON,
        "requestId": JSON,
    },
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | JSON,
        "id": JSON,
        "method": METHODS | JSON,
        "params": PARAMS | JSON,
    },
)


def _check(replies: Any) -> None:
    for reply in replies if isinstance(replies, list) else [replies]:
        assert reply["jsonrpc"] == "2.0"
        assert ("result" in reply) != ("error" in reply)
        assert reply["id"] is None or type(reply["id"]) in (int, str)
        if "error" in reply:
            assert type(reply["error"]["code"]) is int
            assert reply["error"]["message"]


@given(st.lists(MESSAGES | st.lists(MESSAGES, max_size=3) | JSON, max_size=4))
def test_any_json_is_survived(messages: list[object]) -> None:
    core = build().core()
    for message in messages:
        reply = core.handle(json.dumps(message).encode())
        assert reply is None or b"\n" not in reply
        if reply is not None:
            _check(json.loads(reply))
    assert core.calls() == []


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_survived(data: bytes) -> None:
    reply = build().core().handle(data)
    if reply is not None:
        _check(json.loads(reply))


@pytest.mark.parametrize("depth", [50, 300, 900, 990, 5000])
def test_deep_nesting_is_survived(depth: int) -> None:
    core = build().core()
    deep = b"[" * depth + b"]" * depth
    for where in (
        b'"params":%s',
        b'"params":{"name":"echo","arguments":{"text":%s}}',
        b'"params":{"_meta":%s}',
    ):
        reply = core.handle(b'{"jsonrpc":"2.0","id":1,"method":"tools/call",' + where % deep + b"}")
        assert reply is not None
        _check(json.loads(reply))
