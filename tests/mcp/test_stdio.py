"""The server as a process: bytes in, bytes out, threads, signals, and its end."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.mcp.raw_peer import RawPeer, modern
from toolrig.mcp._crew import _MOST_SLOW

pytestmark = pytest.mark.skipif(os.name == "nt", reason="FIFOs, signals and pipes of POSIX")


FUTEX = ("202", "98")  # its number on x86-64 and on arm64


@pytest.fixture
def peer() -> Iterator[RawPeer]:
    with RawPeer() as peer:
        yield peer


def _fifo(path: Path) -> str:
    os.mkfifo(path)
    return str(path)


def _release(fifo: str, text: str = "held") -> None:
    with open(fifo, "w") as writer:
        writer.write(text)


# Messages


def test_every_bad_line_is_answered_and_survived(peer: RawPeer) -> None:
    lines = [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":NaN}}', -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"5", -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":1,"method":"nope"}', -32601),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nope"}}', -32602),
    ]
    for line, code in lines:
        peer.send(line + b"\n")
        assert peer.reply()["error"]["code"] == code
    peer.call("add", {"a": 1, "b": 2})
    assert peer.text() == "3"


def test_coalesced_split_and_blank_lines(peer: RawPeer) -> None:
    ping = b'{"jsonrpc":"2.0","id":%d,"method":"ping"}'
    peer.send(b"\n\r\n  \n" + ping % 1 + b"\r\n" + ping % 2 + b"\n\n" + ping[:10])
    assert [peer.reply()["id"] for _ in range(2)] == [1, 2]
    peer.send(ping[10:] % 3 + b"\n")
    assert peer.reply()["id"] == 3
    peer.send(b"".join(ping % id + b"\n" for id in range(1000)))
    assert [peer.reply()["id"] for _ in range(1000)] == list(range(1000))
    out, _, status = peer.end()
    assert (out, status) == (b"", 0)


def test_large_messages_both_ways(peer: RawPeer) -> None:
    text = "é" * 5_000_000
    peer.call("echo", {"text": text})
    assert peer.text() == text


def test_a_message_over_the_limit_is_refused_and_skipped() -> None:
    with RawPeer(env={"TOY_MAX": "1000"}) as peer:
        peer.send(b'{"x":"' + b"x" * 100_000)
        error = peer.reply()
        assert (error["id"], error["error"]["code"]) == (None, -32600)
        assert "longer than 1,000 bytes" in error["error"]["message"]
        peer.send(b"x" * 1_000_000 + b'"}\n')
        peer.ask("ping", id=2)
        assert peer.reply()["id"] == 2


def test_a_message_cut_off_by_the_end_is_dropped(peer: RawPeer) -> None:
    peer.ask("ping")
    peer.send(b'{"jsonrpc":"2.0","id":2,"method":"pi')
    out, err, status = peer.end()
    assert json.loads(out)["id"] == 1
    assert out.count(b"\n") == 1
    assert (err, status) == ("returned\n", 0)


def test_a_whole_message_at_the_end_needs_no_line_end(peer: RawPeer) -> None:
    peer.send(b'{"jsonrpc":"2.0","id":7,"method":"ping"}')
    out, err, status = peer.end()
    assert json.loads(out)["id"] == 7
    assert (out.count(b"\n"), err, status) == (1, "returned\n", 0)


def test_both_eras_in_one_process(peer: RawPeer) -> None:
    peer.ask("server/discover", modern())
    assert peer.reply()["result"]["resultType"] == "complete"
    peer.ask("initialize", {"protocolVersion": "2025-03-26"})
    assert peer.reply()["result"]["protocolVersion"] == "2025-03-26"
    peer.ask("tools/call", modern(name="add", arguments={"a": 1, "b": 2}))
    assert peer.reply()["result"]["resultType"] == "complete"
    peer.send(b'[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]\n')
    assert [part["id"] for part in peer.reply()] == [1, 2]


# Standard streams


def test_tools_and_children_cannot_touch_the_stream(peer: RawPeer) -> None:
    peer.call("print", id=1)
    assert peer.text() == "printed"
    peer.call("child", id=2)
    assert peer.text() == "0"
    out, err, _ = peer.end()
    assert out == b""
    assert "printed by a tool" in err
    assert "written by a tool" in err
    assert "child read ''" in err


def test_descriptors_are_restored() -> None:
    script = (
        "import os, sys; from toolrig.mcp import Server\n"
        "before = sorted(os.listdir('/dev/fd'))\n"
        "sys.stdout.write('late '); Server('s').run('stdio')\n"
        "print(before == sorted(os.listdir('/dev/fd')), os.read(0, 9), *map(os.get_inheritable, (0, 1)))"
    )
    with RawPeer(script=script, env={"PYTHONUNBUFFERED": ""}) as peer:
        peer.ask("ping")
        peer.reply()
        assert peer.end() == (b"True b'' True True\n", "late ", 0)


def test_a_closed_standard_input_is_an_error() -> None:
    script = (
        "import os; from toolrig.mcp import Server\n"
        "os.close(0)\n"
        "try: Server('s').run('stdio')\n"
        "except OSError as error: print(error)"
    )
    with RawPeer(script=script) as peer:
        assert b"standard input is closed" in peer.end()[0]


def test_non_blocking_descriptors() -> None:
    script = (
        "import os; from tests.mcp.toy_server import build\n"
        "os.set_blocking(0, False); os.set_blocking(1, False); build().run('stdio')"
    )
    with RawPeer(script=script, env={"PYTHONPATH": str(Path(__file__).parents[2])}) as peer:
        peer.call("echo", {"text": "x" * 1_000_000})
        assert len(peer.text()) == 1_000_000


# Threads


def test_a_slow_call_holds_up_nobody(peer: RawPeer, tmp_path: Path) -> None:
    fifo = _fifo(tmp_path / "fifo")
    peer.call("hold", {"fifo": fifo}, id="slow")
    for id in range(200):
        peer.call("add", {"a": id, "b": 1}, id=id)
        assert peer.text() == str(id + 1)
    _release(fifo)
    assert peer.reply() == {
        "jsonrpc": "2.0",
        "id": "slow",
        "result": {"content": [{"type": "text", "text": "held"}], "isError": False},
    }
    peer.call("add", {"a": 1, "b": 1})
    assert peer.text() == "2"


def test_a_slow_call_in_the_middle_of_a_chunk(peer: RawPeer, tmp_path: Path) -> None:
    fifo = _fifo(tmp_path / "fifo")
    ping = b'{"jsonrpc":"2.0","id":%d,"method":"ping"}\n'
    hold = {
        "jsonrpc": "2.0",
        "id": "slow",
        "method": "tools/call",
        "params": {"name": "hold", "arguments": {"fifo": fifo}},
    }
    peer.send(ping % 1 + json.dumps(hold).encode() + b"\n" + ping % 2 + ping % 3)
    assert [peer.reply()["id"] for _ in range(3)] == [1, 2, 3]
    _release(fifo)
    assert peer.reply()["id"] == "slow"


def test_more_slow_calls_than_threads(peer: RawPeer, tmp_path: Path) -> None:
    count = _MOST_SLOW + 10
    fifos = [_fifo(tmp_path / f"fifo{number}") for number in range(count)]
    for number, fifo in enumerate(fifos):
        peer.call("hold", {"fifo": fifo}, id=number)
    peer.ask("ping", id="ping")  # is answered while all of them wait
    assert peer.reply()["id"] == "ping"
    if sys.platform.startswith("linux"):
        assert len(os.listdir(f"/proc/{peer.process.pid}/task")) <= _MOST_SLOW + 2
    peer.cancel(count - 1)
    texts = {}
    for number in range(count - 1):
        _release(fifos[number], f"held {number}")
        reply = peer.reply()
        texts[reply["id"]] = reply["result"]["content"][0]["text"]
    assert texts == {number: f"held {number}" for number in range(count - 1)}
    peer.ask("ping", id="last")
    assert peer.reply()["id"] == "last"  # and nothing came for the cancelled one
    assert peer.end()[::2] == (b"", 0)


def test_replies_of_threads_do_not_interleave(peer: RawPeer, tmp_path: Path) -> None:
    fifos = [_fifo(tmp_path / f"fifo{number}") for number in range(8)]
    for number, fifo in enumerate(fifos):
        peer.call("hold", {"fifo": fifo}, id=number)
    peer.ask("ping", id=99)
    assert peer.reply()["id"] == 99
    for number, fifo in enumerate(fifos):
        _release(fifo, str(number) * 300_000)
    replies = [peer.reply() for _ in fifos]
    assert {reply["id"]: reply["result"]["content"][0]["text"] for reply in replies} == {
        number: str(number) * 300_000 for number in range(8)
    }


def test_calls_wait_for_each_other_where_no_thread_can_be_had() -> None:
    script = (
        "from tests.mcp.toy_server import build; from toolrig.mcp import _crew\n"
        "def refuse(*_): raise RuntimeError('none left')\n"
        "_crew.start_new_thread = refuse; build().run('stdio')"
    )
    with RawPeer(script=script, env={"PYTHONPATH": str(Path(__file__).parents[2])}) as peer:
        for id in range(3):
            peer.call("add", {"a": id, "b": 1}, id=id)
        assert [peer.text() for _ in range(3)] == ["1", "2", "3"]
        assert peer.end() == (b"", "", 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_idle_server_uses_no_cpu(peer: RawPeer) -> None:
    peer.call("add", {"a": 1, "b": 1})
    peer.text()
    tasks = f"/proc/{peer.process.pid}/task"
    # Once the watcher has gone to sleep no thread runs any more: all of them wait without a timeout.
    until = monotonic() + 30
    while any(_scheduled(f"{tasks}/{task}") for task in os.listdir(tasks)):
        assert monotonic() < until, "a thread never comes to rest"


def _scheduled(task: str) -> bool:
    """Return whether the thread is running or waits with a timeout."""
    with open(f"{task}/syscall") as file:
        fields = file.read().split()
    # futex(2) waits without a timeout where its fourth argument is null; read(2) has none.
    return fields[0] == "running" or (fields[0] in FUTEX and int(fields[4], 16) != 0)


# Cancellation and the end


def test_cancelling_a_call_that_runs(peer: RawPeer, tmp_path: Path) -> None:
    ready, proof = _fifo(tmp_path / "ready"), _fifo(tmp_path / "proof")
    peer.call("heed", {"ready": ready, "proof": proof}, id="x")
    with open(ready) as running:
        running.read()
    peer.cancel("x")
    with open(proof) as seen:
        assert seen.read() == "cancelled=True"
    peer.ask("ping", id=2)
    assert peer.reply()["id"] == 2
    assert peer.end()[::2] == (b"", 0)


@pytest.mark.parametrize("how", ["end of input", "SIGTERM", "no reader"])
def test_the_end_during_slow_calls(tmp_path: Path, how: str) -> None:
    ready, hold, proof = _fifo(tmp_path / "ready"), _fifo(tmp_path / "hold"), tmp_path / "proof"
    closed = tmp_path / "closed"
    with RawPeer(env={"TOY_CLOSED": str(closed)}) as peer:
        peer.call("heed", {"ready": ready, "proof": str(proof)}, id=1)
        peer.call("hold", {"fifo": hold}, id=2)
        with open(ready) as running:
            running.read()
        peer.ask("ping", id=3)
        assert peer.reply()["id"] == 3
        if how == "end of input":
            peer.stdin.close()
        elif how == "SIGTERM":
            peer.process.send_signal(signal.SIGTERM)
        else:
            peer.stdout.close()
            peer.ask("ping", id=4)
        assert peer.process.wait(30) == 0
        assert proof.read_text() == "cancelled=True"
        assert closed.exists()
        if how != "no reader":
            assert peer.stdout.read() == b""
        assert peer.process.stderr is not None
        assert peer.process.stderr.read() == b""  # above all not "returned": a tool still ran


@pytest.mark.parametrize("how", ["end of input", "no reader"])
def test_the_end_while_nothing_runs(tmp_path: Path, how: str) -> None:
    closed = tmp_path / "closed"
    with RawPeer(env={"TOY_CLOSED": str(closed)}) as peer:
        peer.call("add", {"a": 1, "b": 1})
        assert peer.text() == "2"
        if how == "no reader":
            peer.stdout.close()
            peer.ask("ping")
            assert peer.process.wait(30) == 0
        else:
            assert peer.end() == (b"", "returned\n", 0)
        assert closed.exists()


def test_the_end_after_the_lead_has_changed(tmp_path: Path) -> None:
    fifo = _fifo(tmp_path / "fifo")
    with RawPeer() as peer:
        peer.call("hold", {"fifo": fifo}, id=1)
        peer.call("add", {"a": 1, "b": 1}, id=2)
        assert peer.text() == "2"
        _release(fifo)
        assert peer.text() == "held"
        # The main thread is parked by now, and another one sees the end.
        assert peer.end() == (b"", "returned\n", 0)


def test_sigint_ends_a_process_of_its_own() -> None:
    script = "from toolrig.mcp import Server; Server('s').run('stdio', own_process=True)"
    with RawPeer(script=script) as peer:
        peer.ask("ping")
        peer.reply()
        peer.process.send_signal(signal.SIGINT)
        assert peer.process.wait(30) == 0


def test_sigint_is_the_callers_own_otherwise() -> None:
    script = (
        "import signal, threading; from toolrig.mcp import Server\n"
        "try: Server('s').run('stdio')\n"
        "except KeyboardInterrupt: print('interrupted', signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)"
    )
    with RawPeer(script=script) as peer:
        peer.ask("ping")
        peer.reply()
        peer.process.send_signal(signal.SIGINT)
        assert peer.process.wait(30) == 0
        assert peer.stdout.read() == b"interrupted True\n"


def test_a_server_that_gets_no_thread_serves_on_one() -> None:
    script = (
        "from tests.mcp.toy_server import build; from toolrig.mcp import _crew\n"
        "def none(*_): raise RuntimeError\n"
        "_crew.start_new_thread = none; build().run('stdio')"
    )
    with RawPeer(script=script, env={"PYTHONPATH": str(Path(__file__).parents[2])}) as peer:
        for id in range(3):
            peer.call("add", {"a": id, "b": 1}, id=id)
            assert peer.text() == str(id + 1)
        assert peer.end() == (b"", "", 0)
