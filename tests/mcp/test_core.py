"""The protocol, message by message, without any input or output."""

import json
from itertools import permutations
from typing import Any

import pytest
from mcp_types import _v2025_11_25 as legacy_types
from mcp_types import _v2026_07_28 as modern_types

from tests.mcp.raw_peer import META, modern
from tests.mcp.toy_server import build
from toolrig.mcp import Call, Server, Tool
from toolrig.mcp._core import Core
from toolrig.mcp._job import Job

VERSION, CAPABILITIES = META
LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]


@pytest.fixture
def core() -> Core:
    return build().core()


def ask(core: Core, method: str, params: object = None, *, id: object = 7) -> Any:
    message = {"jsonrpc": "2.0", "id": id, "method": method}
    reply = send(core, message if params is None else {**message, "params": params})
    assert reply["jsonrpc"] == "2.0"
    assert reply["id"] == id
    assert set(reply) in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"})
    return reply.get("result") or reply.get("error") or {}


def send(core: Core, message: object) -> Any:
    reply = core.handle(message if isinstance(message, bytes) else json.dumps(message).encode())
    return None if reply is None else json.loads(reply)


def call(core: Core, tool: str, arguments: object = None, **params: object) -> Any:
    return ask(core, "tools/call", {"name": tool, "arguments": arguments or {}, **params})


# Eras


@pytest.mark.parametrize("version", LEGACY)
def test_initialize_echoes_a_known_revision(core: Core, version: str) -> None:
    result = ask(core, "initialize", {"protocolVersion": version, "capabilities": {}})
    assert result["protocolVersion"] == version
    legacy_types.InitializeResult.model_validate(result)


@pytest.mark.parametrize("version", ["2024-10-07", "2026-07-28", "9999-01-01", ""])
def test_initialize_answers_an_unknown_revision_with_its_latest(core: Core, version: str) -> None:
    result = ask(core, "initialize", {"protocolVersion": version})
    assert result["protocolVersion"] == LEGACY[-1]
    assert result["serverInfo"] == {"name": "toy", "version": "1.2.3"}
    assert result["instructions"] == "Be gentle."
    assert "resultType" not in result


def test_initialize_without_a_revision(core: Core) -> None:
    assert ask(core, "initialize", {})["code"] == -32602


def test_discover(core: Core) -> None:
    result = ask(core, "server/discover", modern())
    found = modern_types.DiscoverResult.model_validate(result)
    assert found.supported_versions == ["2026-07-28"]
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"] == {"name": "toy", "version": "1.2.3"}
    assert result["instructions"] == "Be gentle."


def test_lists_and_calls_have_the_shape_of_their_era(core: Core) -> None:
    listed = ask(core, "tools/list")
    legacy_types.ListToolsResult.model_validate(listed)
    assert set(listed) == {"tools"}
    now = ask(core, "tools/list", modern())
    modern_types.ListToolsResult.model_validate(now)
    assert now["tools"] == listed["tools"]
    printer = next(tool for tool in listed["tools"] if tool["name"] == "print")
    assert printer["title"] == "Printer"
    assert printer["annotations"] == {"readOnlyHint": True}

    called = call(core, "echo", {"text": 'é"\n\u2028'})
    legacy_types.CallToolResult.model_validate(called)
    assert called == {"content": [{"type": "text", "text": 'é"\n\u2028'}], "isError": False}
    now = call(core, "echo", {"text": "x"}, _meta=META)
    modern_types.CallToolResult.model_validate(now)
    assert now["resultType"] == "complete"
    assert now["_meta"] == {"io.modelcontextprotocol/serverInfo": {"name": "toy", "version": "1.2.3"}}


def test_content_of_other_kinds_follows_the_text(core: Core) -> None:
    block = {"type": "image", "data": "AAAA", "mimeType": "image/é\u2028"}
    called = call(core, "picture", {"type": "image/é\u2028", "caption": "Two"})
    legacy_types.CallToolResult.model_validate(called)
    assert called == {"content": [{"type": "text", "text": "Two"}, block, block], "isError": False}
    assert call(core, "picture", {"type": "image/é\u2028", "caption": ""})["content"] == [block, block]


def test_content_that_has_no_json_form_is_an_error_of_the_tool(core: Core) -> None:
    called = call(core, "set", {})
    assert called["isError"]
    assert "internal error in tool set: TypeError" in called["content"][0]["text"]


@pytest.mark.parametrize("missing", list(META))
@pytest.mark.parametrize("method", ["tools/list", "server/discover", "ping"])
def test_modern_requests_carry_both_fields(core: Core, method: str, missing: str) -> None:
    error = ask(core, method, {"_meta": {key: value for key, value in META.items() if key != missing}})
    assert error["code"] == -32602
    assert missing in error["message"]


@pytest.mark.parametrize("params", [None, {}, {"_meta": {}}])
def test_discover_is_never_legacy(core: Core, params: object) -> None:
    error = ask(core, "server/discover", params)
    assert error["code"] == -32602
    assert all(key in error["message"] for key in META)


@pytest.mark.parametrize("version", [*LEGACY, "2099-01-01"])
def test_modern_request_of_another_revision(core: Core, version: str) -> None:
    params = {"_meta": {**META, VERSION: version}}
    error = ask(core, "tools/list", params)
    assert error["code"] == -32022
    assert error["data"]["requested"] == version
    assert "2026-07-28" in error["data"]["supported"]


@pytest.mark.parametrize(
    "broken", [{"_meta": 5}, {"_meta": {**META, VERSION: 5}}, {"_meta": {**META, CAPABILITIES: 5}}]
)
def test_modern_fields_of_a_wrong_type(core: Core, broken: object) -> None:
    assert ask(core, "tools/list", broken)["code"] == -32602


@pytest.mark.parametrize("method", ["ping", "logging/setLevel", "resources/subscribe", "tasks/get", "nope"])
def test_removed_and_unknown_methods_are_named(core: Core, method: str) -> None:
    error = ask(core, method, modern())
    assert error["code"] == -32601
    assert repr(method) in error["message"]


def test_unknown_legacy_method_is_named(core: Core) -> None:
    error = ask(core, "resources/list")
    assert error["code"] == -32601
    assert "'resources/list'" in error["message"]
    assert ask(core, "ping") == {}


def test_eras_mix_in_any_order() -> None:
    old = {"protocolVersion": "2025-06-18", "capabilities": {}}
    steps: list[tuple[str, object, str]] = [
        ("initialize", old, "serverInfo"),
        ("initialize", {**old, "_meta": META}, "serverInfo"),
        ("server/discover", modern(), "supportedVersions"),
        ("tools/list", modern(), "ttlMs"),
        ("tools/call", {"name": "add", "arguments": {"a": 1, "b": 2}}, "content"),
        ("tools/call", modern(name="add", arguments={"a": 1, "b": 2}), "resultType"),
    ]
    alone = {index: ask(build().core(), *step[:2]) for index, step in enumerate(steps)}
    for order in permutations(range(len(steps)), 4):
        core = build().core()
        for index in order:
            method, params, key = steps[index]
            result = ask(core, method, params)
            assert key in result
            assert result == alone[index]


# JSON-RPC


@pytest.mark.parametrize(
    ("message", "code", "id"),
    [
        (b"{", -32700, None),
        (b"\xff", -32700, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}', -32700, None),
        (b"[" * 100_000, -32700, None),
        (5, -32600, None),
        (None, -32600, None),
        ("ping", -32600, None),
        ({}, -32600, None),
        ({"jsonrpc": "2.0", "id": 1}, -32600, None),
        ({"id": 1, "method": "ping"}, -32600, 1),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, -32600, 1),
        ({"jsonrpc": "2.0", "id": 1, "method": 5}, -32600, 1),
        ({"jsonrpc": "2.0", "method": 5}, -32600, None),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, -32600, None),
        ({"jsonrpc": "2.0", "id": True, "method": "ping"}, -32600, None),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}, -32600, None),
        ({"jsonrpc": "2.0", "id": [1], "method": "ping"}, -32600, None),
        ({"jsonrpc": "2.0", "id": {}, "method": "ping"}, -32600, None),
        ({"jsonrpc": "2.0", "id": "x", "method": "ping", "params": [1]}, -32602, "x"),
        ({"jsonrpc": "2.0", "id": "x", "method": "tools/list", "params": "x"}, -32602, "x"),
        ({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {}}, -32602, 2),
        ({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": 5}}, -32602, 2),
        (
            {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "add", "arguments": []}},
            -32602,
            2,
        ),
    ],
)
def test_errors(core: Core, message: object, code: int, id: object) -> None:
    reply = send(core, message)
    assert (reply["error"]["code"], reply["id"]) == (code, id)
    assert reply["error"]["message"]


@pytest.mark.parametrize("id", [0, -1, 2**70, "", "ünï", "1", "\ud800"])
def test_ids_come_back_as_they_are(core: Core, id: object) -> None:
    assert ask(core, "ping", id=id) == {}
    assert ask(core, "tools/call", {"name": "tell"}, id=id)["isError"] is True


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/unknown", "params": {"x": 1}},
        {"jsonrpc": "2.0", "method": "notifications/unknown", "params": 5},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": [1]}},
        {"jsonrpc": "2.0", "method": "notifications/cancelled"},
        {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "add"}},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x"}},
    ],
)
def test_never_answered(core: Core, message: object) -> None:
    assert send(core, message) is None


def test_batches_only_where_agreed_on(core: Core) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    add = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "add", "arguments": {"a": 1, "b": 2}},
    }
    for version in LEGACY:
        ask(core, "initialize", {"protocolVersion": version})
        reply = send(core, [ping, note, add, 5])
        if version == "2025-03-26":
            assert [part["id"] for part in reply] == [1, 2, None]
            assert reply[1]["result"]["content"][0]["text"] == "3"
            assert send(core, [note]) is None
            assert send(core, [])["error"]["code"] == -32600
        else:
            assert (reply["error"]["code"], reply["id"]) == (-32600, None)


# Tools


def test_unknown_tool_lists_the_known_ones(core: Core) -> None:
    error = call(core, "nope")
    assert error["code"] == -32602
    assert "'nope'" in error["message"]
    assert "echo, add" in error["message"]


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("add", {"a": 1}, "add: argument 'b' is missing: give an integer"),
        ("add", {"a": 1, "b": "2"}, "add: argument 'b' must be an integer, got \"2\""),
        ("add", {"a": 1, "b": 2, "c": 3}, "add: argument 'c' is unknown; known: a, b"),
        ("fail", {"kind": "value"}, "this went wrong"),
        ("fail", {"kind": "os"}, "this went wrong"),
        ("fail", {"kind": "bug"}, "internal error in tool fail: ZeroDivisionError: this went wrong"),
        ("fail", {"kind": "exit"}, "internal error in tool fail: SystemExit: this went wrong"),
        ("number", {}, "internal error in tool number: TypeError: it returned int instead of text"),
        ("tell", {}, "no luck"),
    ],
)
def test_failures_are_results(core: Core, tool: str, arguments: object, text: str) -> None:
    assert call(core, tool, arguments) == {"content": [{"type": "text", "text": text}], "isError": True}
    assert call(core, tool, arguments, _meta=META)["isError"] is True


def test_traceback_of_a_bug_goes_to_stderr(core: Core, capsys: pytest.CaptureFixture[str]) -> None:
    call(core, "fail", {"kind": "bug"})
    assert "ZeroDivisionError: this went wrong" in capsys.readouterr().err
    call(core, "fail", {"kind": "value"})
    assert capsys.readouterr().err == ""


def test_arguments_may_be_absent(core: Core) -> None:
    assert ask(core, "tools/call", {"name": "tell"})["isError"] is True
    assert ask(core, "tools/call", {"name": "tell", "arguments": None})["isError"] is True


def test_names_of_tools_are_unique_and_schemas_are_of_objects() -> None:
    server = build()
    with pytest.raises(ValueError, match="already has a tool 'add'"):
        server.add(Tool("add", "", {"type": "object"}, lambda a, c: ""))
    with pytest.raises(ValueError, match="needs a name"):
        Tool("", "", {"type": "object"}, lambda a, c: "")
    with pytest.raises(ValueError, match="'x'"):
        Tool("x", "", {"type": "string"}, lambda a, c: "")
    with pytest.raises(ValueError, match="'carrier pigeon' is unknown"):
        server.run("carrier pigeon")


# Cancellation


def _job(core: Core, id: object = 1) -> Job:
    message = {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "tell"}}
    job = core.receive(json.dumps(message).encode())
    assert isinstance(job, Job)
    return job


def _cancel(core: Core, id: object) -> None:
    send(core, {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})


def test_a_cancelled_call_is_not_answered(core: Core) -> None:
    job, other = _job(core, 1), _job(core, "1")
    seen: list[str] = []
    job.call.on_cancel(lambda: seen.append("first"))
    job.call.on_cancel(lambda: 1 // 0)
    _cancel(core, 1)
    _cancel(core, 1)
    job.call.on_cancel(lambda: seen.append("late"))
    assert seen == ["first", "late"]
    assert job.call.cancelled
    assert job.run() is None
    assert other.run() is not None
    assert core.calls() == []


def test_a_call_cancelled_while_it_runs_is_not_answered() -> None:
    server = Server("s")

    def handler(_arguments: dict[str, object], call: Call) -> str:
        _cancel(core, call.id)
        assert call.cancelled
        return "unheard"

    server.add(Tool("tell", "", {"type": "object"}, handler))
    core = server.core()
    assert _job(core, "x").run() is None
    assert _job(core, "x").run() is None


def test_an_id_in_use_is_refused(core: Core) -> None:
    job = _job(core, 1)
    assert ask(core, "tools/call", {"name": "tell"}, id=1)["code"] == -32600
    job.run()
    assert ask(core, "tools/call", {"name": "tell"}, id=1)["isError"] is True


def test_cancel_all(core: Core) -> None:
    jobs = [_job(core, id) for id in range(3)]
    core.cancel_all()
    assert [job.run() for job in jobs] == [None] * 3
