"""``toolrig serve`` as a process: what reaches it, what it leaves behind, and what its start loads."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from toolrig.serve._preset import PRESETS

SERVE = [sys.executable, "-m", "toolrig", "serve"]


class Wire:
    """A server and its raw pipes."""

    def __init__(self, root: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*SERVE, str(root), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.id = 0

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()

    def send(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def reply(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def start(self, method: str, **params: Any) -> int:
        self.id += 1
        self.send(
            json.dumps({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}).encode() + b"\n"
        )
        return self.id

    def call(self, name: str, **arguments: Any) -> str:
        id = self.start("tools/call", name=name, arguments=arguments)
        reply = self.reply()
        assert reply["id"] == id
        return reply["result"]["content"][0]["text"]

    def alive(self) -> bool:
        id = self.start("ping")
        return self.reply() == {"jsonrpc": "2.0", "id": id, "result": {}}


@pytest.fixture
def wire(backend: str, tmp_path: Path) -> Iterator[Wire]:
    (tmp_path / "file").write_text("text\n")
    wire = Wire(tmp_path)
    yield wire
    wire.close()


def gone(pid: int) -> bool:
    """Wait, through a descriptor of the process, until it is gone."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    import select

    try:
        return bool(select.select([fd], [], [], 20)[0])
    finally:
        os.close(fd)


def begin_sleep(wire: Wire, tmp_path: Path) -> int:
    """Have the server run a command that sleeps, and return its pid."""
    import select

    os.mkfifo(tmp_path / "ready")
    ready = os.open(tmp_path / "ready", os.O_RDONLY | os.O_NONBLOCK)  # no wait for one who may never come
    try:
        wire.start("tools/call", name="run", arguments={"command": "echo $$ > ready; exec sleep 1000"})
        assert select.select([ready], [], [], 20)[0], "the command did not begin"
        return int(os.read(ready, 100))
    finally:
        os.close(ready)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{not json", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"x"} trailing', -32700),
        (b"\xff\xfe\x00", -32700),
        (b"[" * 100_000, -32700),
        (b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}', -32700),
        (b"17", -32600),
        (b"[]", -32600),
        (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"no/such"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no-such"}}', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"server/discover"}', -32602),
    ],
)
def test_bad_input_gets_an_error_and_the_server_lives_on(wire: Wire, line: bytes, code: int) -> None:
    wire.send(line + b"\n")
    reply = wire.reply()
    assert reply["error"]["code"] == code
    assert reply["error"]["message"]
    assert wire.alive()


def test_a_line_of_ten_megabytes_is_dealt_with(wire: Wire) -> None:
    assert "No such file" in wire.call("read", path="x" * 100)
    text = wire.call("grep", pattern="y" * 10_000_000, fixed=True)
    assert "no match" in text
    assert wire.alive()


def test_standard_input_of_commands_is_not_the_protocol(wire: Wire) -> None:
    assert wire.call("run", command="cat; echo over").startswith("over\n")
    assert wire.call("run", command="cat <&0; echo over; echo noise > /dev/stderr").startswith(
        "over\n[stderr]\nnoise"
    )
    assert wire.alive()


def test_end_of_input_ends_the_server_at_once(wire: Wire) -> None:
    assert wire.alive()
    assert wire.process.stdin
    wire.process.stdin.close()
    assert wire.process.wait(20) == 0
    assert wire.process.stdout
    assert wire.process.stdout.read() == b""
    assert wire.process.stderr
    assert wire.process.stderr.read() == b""


def test_end_of_input_in_the_middle_of_a_message_ends_the_server(wire: Wire) -> None:
    wire.send(b'{"jsonrpc":"2.0","id":1,"meth')
    out, err = wire.process.communicate(timeout=20)
    assert (out, err, wire.process.returncode) == (b"", b"", 0)


def test_end_of_input_leaves_no_command_behind(wire: Wire, tmp_path: Path) -> None:
    pid = begin_sleep(wire, tmp_path)
    assert wire.process.stdin
    wire.process.stdin.close()
    assert wire.process.wait(20) == 0
    assert gone(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_leave_no_command_behind(wire: Wire, tmp_path: Path, number: signal.Signals) -> None:
    pid = begin_sleep(wire, tmp_path)
    wire.process.send_signal(number)
    assert wire.process.wait(20) == 0
    assert gone(pid)


def test_a_cancelled_command_is_ended_and_never_answered(wire: Wire, tmp_path: Path) -> None:
    pid = begin_sleep(wire, tmp_path)
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": wire.id}}
    wire.send(json.dumps(note).encode() + b"\n")
    assert gone(pid)
    assert wire.alive()


def test_fast_calls_do_not_wait_for_slow_ones(wire: Wire, tmp_path: Path) -> None:
    pids = [begin_sleep(wire, tmp_path)]
    for _ in range(4):
        (tmp_path / "ready").unlink()
        pids.append(begin_sleep(wire, tmp_path))
    for _ in range(20):
        assert wire.call("read", path="file") == "text\n"
    assert wire.process.stdin
    wire.process.stdin.close()
    assert wire.process.wait(20) == 0
    assert all(map(gone, pids))


def test_messages_sent_at_once_are_all_answered(wire: Wire) -> None:
    requests = [{"jsonrpc": "2.0", "id": number, "method": "ping"} for number in range(500)]
    wire.send(b"".join(json.dumps(request).encode() + b"\r\n\n" for request in requests))
    assert sorted(wire.reply()["id"] for _ in requests) == list(range(500))


def test_calls_before_the_end_of_input_are_answered(backend: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text\n")
    lines = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "read", "arguments": {"path": "file"}},
        },
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "grep", "arguments": {"pattern": "t"}},
        },
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([*SERVE, str(tmp_path)], input=text, capture_output=True, text=True, timeout=60)
    replies = {reply["id"]: reply for reply in map(json.loads, done.stdout.splitlines())}
    assert replies[1]["result"]["content"][0]["text"] == "text\n"
    assert replies[2]["result"]["content"][0]["text"] == "file:1:text"


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [*SERVE, str(tmp_path / "missing")], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 1
    assert done.stderr.startswith("toolrig serve: ")
    assert "missing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("redirection", "name"), [("<&-", "input"), (">&-", "output")])
def test_a_closed_stream_is_told(backend: str, tmp_path: Path, redirection: str, name: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *SERVE, str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"standard {name} is closed" in done.stderr


def test_read_only_leaves_out_what_changes_something(backend: str, tmp_path: Path) -> None:
    wire = Wire(tmp_path, "--read-only")
    wire.start("tools/list")
    assert [tool["name"] for tool in wire.reply()["result"]["tools"]] == [
        "read", "read_many", "glob", "grep", "tree", "stat"
    ]  # fmt: skip
    for name in ("run", "write"):
        wire.start("tools/call", name=name, arguments={})
        assert f"there is no tool {name!r}" in wire.reply()["error"]["message"]
    wire.close()


def test_a_preset_renames_the_tools(backend: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text\n")
    wire = Wire(tmp_path, "--preset", "claude", "--read-only")
    wire.start("tools/list")
    assert [tool["name"] for tool in wire.reply()["result"]["tools"]] == ["Read", "Glob", "Grep"]
    assert wire.call("Read", file_path="file") == "text\n"
    wire.close()


def test_only_the_preset_asked_for_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", *SERVE[1:], "--preset", "claude", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "toolrig.serve._edit" in loaded
    assert "toolrig.serve._move" not in loaded  # which other presets have
    assert "toolrig.fs._edit" not in loaded  # which only a call needs


FORBIDDEN = {
    "asyncio", "numpy", "ssl", "msgspec", "orjson", "json", "inspect", "dataclasses", "typing", "pathlib",
    "importlib.metadata", "subprocess", "argparse", "re", "enum",
}  # fmt: skip


META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
FIRST: list[tuple[str, str, dict[str, Any]]] = [
    ("toolrig", "initialize", {"protocolVersion": "2025-11-25", "capabilities": {}}),
    ("toolrig", "server/discover", {"_meta": META}),
    *((preset, "tools/list", {}) for preset in PRESETS),
    ("toolrig", "tools/call", {"name": "read", "arguments": {"path": "file"}}),
    ("toolrig", "tools/call", {"name": "read_many", "arguments": {"paths": ["file"]}}),
    ("toolrig", "tools/call", {"name": "write", "arguments": {"path": "new", "content": "text"}}),
    ("filesystem", "tools/call", {"name": "directory_tree", "arguments": {"path": "."}}),
]


@pytest.mark.parametrize(("preset", "method", "params"), FIRST)
def test_the_first_reply_comes_without_heavy_imports(
    backend: str, tmp_path: Path, preset: str, method: str, params: dict[str, Any]
) -> None:
    (tmp_path / "file").write_text("text\n")
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", *SERVE[1:], str(tmp_path), "--preset", preset],
        input=request + "\n",
        capture_output=True,
        text=True,
    )
    reply = json.loads(done.stdout)
    assert not reply["result"].get("isError"), reply
    loaded = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    bare = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "-m", "runpy"], capture_output=True, text=True
    )
    loaded -= {line.rsplit("|", 1)[1].strip() for line in bare.stderr.splitlines() if "|" in line}
    assert "toolrig.mcp._stdio" in loaded
    assert loaded & FORBIDDEN == set()
