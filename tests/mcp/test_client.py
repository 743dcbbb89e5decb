"""The client, mostly on servers that misbehave."""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.mcp.raw_peer import TOY
from toolrig.errors import (
    ClientClosedError,
    ErrorReplyError,
    ReplyTimeoutError,
    ReplyTooLongError,
    ServerEndedError,
    UnexpectedReplyError,
)
from toolrig.mcp import CallResult, Client

pytestmark = pytest.mark.skipif(os.name == "nt", reason="FIFOs, signals and pipes of POSIX")

# A legacy server that shakes hands and then does what `then` says with each request.
LEGACY = """
import json, os, sys, time, signal, subprocess
def say(message): sys.stdout.write(json.dumps(message) + "\\n"); sys.stdout.flush()
def reply(id, result): say({"jsonrpc": "2.0", "id": id, "result": result})
def refuse(id, code):
    say({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": "refused", "data": [1]}})
def ask(id, method): say({"jsonrpc": "2.0", "id": id, "method": method})
INFO = {"name": "bad", "version": "0"}
def hello(id): reply(id, {"protocolVersion": VERSION, "capabilities": {}, "serverInfo": INFO})
VERSION = "2025-06-18"
heard = []
for line in sys.stdin:
    m = json.loads(line); heard.append(m)
    if m["method"] == "server/discover": refuse(m["id"], -32601)
    elif m["method"] == "initialize": hello(m["id"])
    elif "id" in m:
        THEN
"""


def bad(then: str, *, version: str = "2025-06-18") -> list[str]:
    code = LEGACY.replace("THEN", then.replace("\n", "\n        ")).replace('"2025-06-18"', repr(version))
    return [sys.executable, "-c", code]


def start(argv: list[str], era: Literal["auto", "legacy", "modern"] = "legacy", **options: float) -> Client:
    return Client.stdio(argv, era=era, **options)  # type: ignore[arg-type]


@pytest.fixture(params=["legacy", "modern"])
def toy(request: pytest.FixtureRequest) -> Iterator[Client]:
    with Client.stdio([sys.executable, TOY], era=request.param) as client:
        yield client


# Answers


def test_tools(toy: Client) -> None:
    assert toy.call_tool("add", {"a": 2, "b": 40}) == CallResult(
        text="42", content=[{"type": "text", "text": "42"}], structured=None, is_error=False
    )
    assert toy.call_tool("fail", {"kind": "value"}).is_error
    with pytest.raises(ErrorReplyError, match=r"no tool 'nope'.*\(code -32602\)"):
        toy.call_tool("nope")


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18"])
def test_auto_falls_back_to_the_handshake(version: str) -> None:
    with start(bad('reply(m["id"], {"heard": heard})', version=version), "auto") as client:
        assert client.protocol_version == version
        heard = client.request("tools/list")["heard"]
    assert [message["method"] for message in heard] == [  # type: ignore[union-attr]
        "server/discover",
        "initialize",
        "notifications/initialized",
        "tools/list",
    ]
    assert "_meta" not in heard[3]["params"]  # type: ignore[index]


def test_no_common_revision() -> None:
    with pytest.raises(UnexpectedReplyError, match="'1999-01-01'"):
        start(bad("pass", version="1999-01-01"))
    with pytest.raises(ErrorReplyError, match="refused"):
        start(bad("pass"), "modern")


def test_pages_are_followed() -> None:
    then = (
        'cursor = m["params"].get("cursor")\n'
        'first = {"tools": [{"name": "a"}], "nextCursor": "c"}\n'
        'reply(m["id"], {"tools": [{"name": "b"}]} if cursor else first)'
    )
    with start(bad(then)) as client:
        assert [tool["name"] for tool in client.list_tools()] == ["a", "b"]
    endless = bad('reply(m["id"], {"tools": [], "nextCursor": "c"})')
    with start(endless) as client, pytest.raises(UnexpectedReplyError, match="does not end"):
        client.list_tools()


def test_refusals_carry_code_and_data() -> None:
    with start(bad('refuse(m["id"], -32050)')) as client:
        with pytest.raises(ErrorReplyError) as refused:
            client.request("x")
        assert (refused.value.code, refused.value.message, refused.value.data) == (-32050, "refused", [1])


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ('{"resultType": "input_required"}', "'input_required'"),
        ('{"content": 5}', "no list of content"),
        ('{"content": [5]}', "no list of content"),
        ("[]", "neither a result nor an error"),
    ],
)
def test_results_that_are_none(result: str, why: str) -> None:
    with start(bad(f'reply(m["id"], {result})')) as client, pytest.raises(UnexpectedReplyError, match=why):
        client.call_tool("x")


def test_noise_late_replies_and_requests_of_the_server() -> None:
    then = (
        'print("hello, world"); print("[1]"); reply(999, {}); reply("1", {})\n'
        'say({"jsonrpc": "2.0", "method": "note"}); ask("p", "ping"); ask(5, "roots/list")\n'
        "answers = [json.loads(sys.stdin.readline()) for _ in range(2)]\n"
        'reply(m["id"], {"answers": answers})'
    )
    with start(bad(then)) as client:
        ping, roots = client.request("x")["answers"]  # type: ignore[misc]
    assert ping == {"jsonrpc": "2.0", "id": "p", "result": {}}
    assert (roots["id"], roots["error"]["code"]) == (5, -32601)


# Failures


def test_a_timeout_cancels_and_hints_at_noise() -> None:
    then = (
        'print("debug: started", flush=True) if m["method"] == "slow" else reply(m["id"], {"heard": heard})'
    )
    with start(bad(then)) as client:
        with pytest.raises(ReplyTimeoutError, match=r"no reply to slow within 0.3 s; .*'debug: started'"):
            client.request("slow", timeout=0.3)
        heard = client.request("x")["heard"]
    assert heard[-2]["method"] == "notifications/cancelled"  # type: ignore[index]
    assert heard[-2]["params"]["requestId"] == heard[-3]["id"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("print('first\\nlast words', file=sys.stderr); sys.exit(3)", "exit status 3; .*\nfirst\nlast words"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "killed by signal 9"),
        ("sys.stdout.write('{'); sys.exit(0)", "exit status 0"),
    ],
)
def test_a_server_that_dies(last: str, told: str) -> None:
    with start(bad(last)) as client:
        for _ in range(2):
            with pytest.raises(ServerEndedError, match=told):
                client.request("x")


def test_a_server_that_cannot_start_or_dies_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        start(["/no/such/program"])
    with pytest.raises(ServerEndedError, match="exit status 7"):
        start([sys.executable, "-c", "raise SystemExit(7)"], "auto")
    with pytest.raises(ReplyTimeoutError, match="no reply to initialize"):
        start([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.2)
    with pytest.raises(ValueError, match="era 'future'"):
        start([sys.executable], "future")  # type: ignore[arg-type]


def test_a_message_over_the_limit_fails_what_waits_and_nothing_else() -> None:
    then = 'reply(m["id"], {"x": "x" * 5_000_000} if m["method"] == "big" else {})'
    with start(bad(then), max_message=1_000_000) as client:
        with pytest.raises(ReplyTooLongError, match="1,000,000"):
            client.request("big")
        assert client.request("small") == {}


def test_floods_do_not_fill_memory_or_block() -> None:
    then = (
        'sys.stderr.write("noise\\n" * 1_000_000); sys.stderr.flush()\n'
        'for _ in range(100_000): sys.stdout.write("noise\\n")\n'
        'reply(m["id"], {})'
    )
    with start(bad(then)) as client:
        assert client.request("x") == {}
        assert len(client._exchange._child._tail) <= 16 * 1024


def test_a_request_larger_than_the_pipe_to_a_server_that_talks_first() -> None:
    then = (
        'for _ in range(50_000): sys.stdout.write("noise noise noise\\n")\n'
        'sys.stdout.flush(); size = len(sys.stdin.readline()); reply(m["id"], {"size": size})'
    )
    with start(bad(then)) as client:
        sizes: list[object] = []
        asking = threading.Thread(target=lambda: sizes.append(client.request("x")["size"]))
        asking.start()
        with pytest.raises(ReplyTimeoutError):
            client.request("y", {"text": "y" * 3_000_000}, timeout=3.0)
        asking.join()
    assert sizes
    assert sizes[0] > 3_000_000  # type: ignore[operator]


def test_a_server_that_stops_reading() -> None:
    with start(bad("time.sleep(60)")) as client:
        for _ in range(2):
            with pytest.raises((ReplyTimeoutError, ServerEndedError)):
                client.request("x", {"text": "x" * 1_000_000}, timeout=0.3)


# Threads and the end


def test_many_threads(toy: Client, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    texts: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        texts[number] = [toy.call_tool("add", {"a": number, "b": turn}).text for turn in range(50)]

    held: list[str] = []
    holding = threading.Thread(target=lambda: held.append(toy.call_tool("hold", {"fifo": str(fifo)}).text))
    holding.start()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: [str(number + turn) for turn in range(50)] for number in range(8)}
    fifo.write_text("free")
    holding.join()
    assert held == ["free"]


def test_close_from_another_thread(toy: Client, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    errors: list[Exception] = []

    def ask() -> None:
        try:
            toy.call_tool("hold", {"fifo": str(fifo)})
        except ClientClosedError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    while len(toy._exchange._pending) < 3:
        pass
    toy.close()
    toy.close()
    for thread in threads:
        thread.join()
    assert len(errors) == 3
    with pytest.raises(ClientClosedError):
        toy.call_tool("add", {"a": 1, "b": 1})


def _lasting_child(alive: Path) -> str:
    """Return code that starts a child of which the FIFO *alive* tells how long it lives."""
    code = f"import time; held = open({str(alive)!r}, 'w'); time.sleep(600)"
    return f"subprocess.Popen([sys.executable, '-c', {code!r}], stdout=2)"


def test_close_ends_a_stubborn_server_and_its_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("toolrig.mcp._client._PATIENCE", 0.1)
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    then = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"child = {_lasting_child(alive)}\n"
        'reply(m["id"], {"pids": [os.getpid(), child.pid]}); time.sleep(600)'
    )
    client = start(bad(then))
    pids = client.request("x")["pids"]
    with open(alive) as held:  # opens once the child has it open
        client.close()
        assert held.read() == ""  # returns once the child is gone
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)  # type: ignore[index]


def test_a_dead_server_takes_its_children_along(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    then = f"child = {_lasting_child(alive)}\nopen({str(alive)!r}).close(); os._exit(4)"
    held = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(held, True)
    with start(bad(then)) as client, pytest.raises(ServerEndedError):
        client.request("x")
    with open(held) as reader:
        assert reader.read() == ""  # returns once the child is gone


def test_nothing_is_left_behind() -> None:
    before = sorted(os.listdir("/dev/fd"))
    threads = threading.active_count()
    for era in ("auto", "legacy", "modern"):
        start([sys.executable, str(TOY)], era).close()  # type: ignore[arg-type]
    with pytest.raises(ServerEndedError):
        start([sys.executable, "-c", "pass"])
    gc.collect()
    assert sorted(os.listdir("/dev/fd")) == before
    assert threading.active_count() == threads
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_dropped_client_ends_its_server() -> None:
    before = sorted(os.listdir("/dev/fd"))
    clients = [start([sys.executable, str(TOY)])]
    pid = clients[0]._exchange._child._process.pid
    with pytest.warns(ResourceWarning, match="without close"):
        clients.clear()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert sorted(os.listdir("/dev/fd")) == before


def test_a_dropped_client_ends_its_server_though_warnings_are_errors() -> None:
    script = (
        "import os, sys, warnings\n"
        "from toolrig.mcp import Client\n"
        "warnings.simplefilter('error')\n"
        "sys.unraisablehook = lambda unraisable: print(unraisable.exc_type.__name__)\n"
        "client = Client.stdio(sys.argv[1:])\n"
        "pid = client._exchange._child._process.pid\n"
        "del client\n"
        "try: os.kill(pid, 0)\n"
        "except ProcessLookupError: print('gone')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, sys.executable, str(TOY)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["ResourceWarning", "gone"]


def test_a_signal_to_the_client_does_not_reach_the_server(toy: Client) -> None:
    assert os.getpgid(toy._exchange._child._process.pid) != os.getpgrp()
    assert toy._exchange._child._process.poll() is None
    os.kill(toy._exchange._child._process.pid, signal.SIGTERM)

    def ask_on() -> None:
        while True:
            toy.request("tools/list")

    with pytest.raises(ServerEndedError, match="exit status 0"):
        ask_on()
