"""Requests and replies over the pipes of a child: any number of threads ask, and none is kept to read.

Of the threads that wait for replies one reads for all; when it has its own, another one takes over. So a
single caller changes no threads, and while nobody asks, a talkative server meets a full pipe instead of our
memory.
"""

import os
import select
import threading
from time import monotonic

from toolrig.errors import (
    ClientClosedError,
    ErrorReplyError,
    ReplyTimeoutError,
    ReplyTooLongError,
    ServerEndedError,
    UnexpectedReplyError,
)
from toolrig.mcp._lines import Lines
from toolrig.mcp._message import METHOD_NOT_FOUND, Refusal, reply
from toolrig.mcp._wire import WireError, dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.mcp._child import Child

    Object = dict[str, object]

_CHUNK = 1 << 16
_ANSWER_SECONDS = 5.0
_MOST_ANSWERS = 64
_SHOWN_CHARACTERS = 200


class _Pending:
    """A request that waits for its reply, and the thread that sent it."""

    __slots__ = ("error", "result", "waits", "wake")

    def __init__(self) -> None:
        self.result: Object | None = None
        self.error: Exception | None = None
        self.waits = False
        self.wake = threading.Event()

    @property
    def settled(self) -> bool:
        return self.result is not None or self.error is not None


class Exchange:
    """The conversation with one child.

    Args:
        child: the server.
        max_message: bytes; longer messages of the server are skipped.
    """

    def __init__(self, child: "Child", max_message: int) -> None:
        self._child = child
        self._max_message = max_message
        self._lines = Lines(max_message)
        self._pending: dict[int, _Pending] = {}
        self._last_id = 0
        self._lock = threading.Lock()
        self._no_reader = threading.Condition(self._lock)
        self._reading = False
        self._writing = threading.Lock()
        self._answers: list[bytes] = []
        self._noise = ""
        self._failure: Exception | None = None

    def request(self, method: str, params: "Object", timeout: float) -> "Object":
        """Send a request and return the result of its reply; see `toolrig.mcp.Client.request`."""
        deadline = monotonic() + timeout
        mine = _Pending()
        with self._lock:
            if self._failure is not None:
                raise _fresh(self._failure)
            self._last_id += 1
            id = self._last_id
            self._pending[id] = mine
        try:
            message = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
            self._send(dumps(message), deadline)
            self._await(mine, deadline)
        except ReplyTimeoutError:
            self._give_up(id, method)
            raise ReplyTimeoutError(f"no reply to {method} within {timeout:g} s{self._hint()}") from None
        finally:
            with self._lock:
                self._pending.pop(id, None)
                self._appoint_reader()
        if mine.error is not None:
            raise mine.error
        assert mine.result is not None
        return mine.result

    def notify(self, method: str, params: "Object", timeout: float) -> None:
        """Send a notification."""
        self._send(dumps({"jsonrpc": "2.0", "method": method, "params": params}), monotonic() + timeout)

    @property
    def closed(self) -> bool:
        """Whether `close` has been called."""
        return isinstance(self._failure, ClientClosedError)

    def close(self, patience: float) -> None:
        """Fail every request that waits and every later one, and end the child; once. See `Child.close`."""
        with self._lock:
            if isinstance(self._failure, ClientClosedError):
                return
            self._failure = closed = ClientClosedError("the client has been closed")
        self._settle_all(closed)
        self._child.interrupt()
        with self._no_reader:
            self._no_reader.wait_for(lambda: not self._reading)
            self._reading = True
        with self._writing:
            self._child.close(patience)

    # Waiting

    def _await(self, mine: _Pending, deadline: float) -> None:
        while not mine.settled:
            if self._lead(mine):
                try:
                    while not mine.settled:
                        self._read(deadline)
                        if not mine.settled:
                            _check(deadline)
                finally:
                    self._stop_leading()
            elif mine.wake.wait(max(0.0, deadline - monotonic())):
                mine.wake.clear()
            else:
                raise ReplyTimeoutError

    def _lead(self, mine: _Pending | None = None) -> bool:
        """Become the reader and return True; where there is one, have *mine* woken when it stops."""
        with self._lock:
            if mine is not None:
                mine.waits = self._reading
            if self._reading:
                return False
            self._reading = True
            return True

    def _stop_leading(self) -> None:
        with self._lock:
            self._reading = False
            self._no_reader.notify_all()
            self._appoint_reader()

    def _appoint_reader(self) -> None:
        """Where nobody reads, wake one thread to do it; called under the lock."""
        if self._reading:
            return
        for pending in self._pending.values():
            if pending.waits and not pending.settled:
                pending.wake.set()
                return

    def _give_up(self, id: int, method: str) -> None:
        """Tell the server that nobody waits any more; the handshake must not be cancelled."""
        with self._lock:
            self._pending.pop(id, None)
        if method in ("initialize", "server/discover"):
            return
        reason = {"requestId": id, "reason": "the client stopped waiting"}
        try:
            self.notify("notifications/cancelled", reason, 0.0)
        except (ReplyTimeoutError, ServerEndedError, ClientClosedError):
            return

    def _hint(self) -> str:
        return f"; on its output the server wrote {self._noise!r}, which is no message" if self._noise else ""

    # Reading

    def _read(self, deadline: float) -> None:
        """Wait for output of the server and deal with the messages in it."""
        if self._child.output in self._ready(deadline, writing=False):
            self._take()
        if self._answers and self._writing.acquire(False):
            try:
                self._write_answers()
            finally:
                self._writing.release()

    def _take(self) -> None:
        try:
            data = os.read(self._child.output, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._fail(ServerEndedError(f"the server ended: {self._child.epitaph()}"))
        for line in self._lines.feed(data):
            self._deal(line)

    def _deal(self, line: bytes | None) -> None:
        if line is None:
            why = f"the server sent a message of more than {self._max_message:,} bytes"
            self._settle_all(ReplyTooLongError(why))
            return
        try:
            message = loads(line)
        except WireError:
            message = None
        if not isinstance(message, dict):
            self._noise = line[:_SHOWN_CHARACTERS].decode(errors="replace")
        elif "method" in message:
            self._answer(message)
        elif type(message.get("id")) is int:
            with self._lock:
                waits = self._pending.get(message["id"])
            if waits is not None:
                _settle(waits, message)

    def _answer(self, message: "Object") -> None:
        """Answer a request of the server, as legacy ones may make: this client is alive, and no more."""
        id, method = message.get("id"), message["method"]
        if not isinstance(id, str | int):
            return
        refusal = Refusal(METHOD_NOT_FOUND, f"this client has no method {method!r}")
        if len(self._answers) < _MOST_ANSWERS:
            self._answers.append(reply(id, {}) if method == "ping" else refusal.reply(id))

    def _settle_all(self, error: Exception) -> None:
        with self._lock:
            waiting = list(self._pending.values())
        for pending in waiting:
            if not pending.settled:
                pending.error = _fresh(error)
                pending.wake.set()

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._failure = self._failure or error
        self._settle_all(error)

    # Writing

    def _send(self, message: bytes, deadline: float) -> None:
        if not self._writing.acquire(timeout=max(0.0, deadline - monotonic())):
            raise ReplyTimeoutError
        try:
            self._write(message, deadline, may_read=True)
            self._write_answers()
        finally:
            self._writing.release()

    def _write_answers(self) -> None:
        while self._answers:
            try:
                self._write(self._answers.pop(0), monotonic() + _ANSWER_SECONDS, may_read=False)
            except (ReplyTimeoutError, ServerEndedError, ClientClosedError):
                return

    def _write(self, message: bytes, deadline: float, *, may_read: bool) -> None:
        """Write one message, and read meanwhile: a server may have to be heard before it listens."""
        whole = memoryview(message + b"\n")
        rest = whole
        while rest:
            if self._failure is not None:
                raise _fresh(self._failure)
            try:
                rest = rest[os.write(self._child.input, rest) :]
            except BlockingIOError:
                try:
                    self._wait_to_write(deadline, may_read)
                except ReplyTimeoutError:
                    if len(rest) < len(whole):  # nothing behind half a message would be understood
                        self._fail(ServerEndedError("the server stopped reading in the middle of a message"))
                    raise
            except OSError:
                self._fail(ServerEndedError(f"the server ended: {self._child.epitaph()}"))

    def _wait_to_write(self, deadline: float, may_read: bool) -> None:
        if not (may_read and self._lead()):
            self._ready(deadline, writing=True, reading=False)
            return
        try:
            if self._child.output in self._ready(deadline, writing=True):
                self._take()
                _check(deadline)
        finally:
            self._stop_leading()

    def _ready(self, deadline: float, *, writing: bool, reading: bool = True) -> "list[int]":
        """Wait until the child can be read, or written to; return the descriptors that are ready.

        Raises:
            ReplyTimeoutError: the deadline has passed.
        """
        poll = select.poll()
        poll.register(self._child.wake, select.POLLIN)
        if reading:
            poll.register(self._child.output, select.POLLIN)
        if writing:
            poll.register(self._child.input, select.POLLOUT)
        ready = [descriptor for descriptor, _ in poll.poll(max(0.0, deadline - monotonic()) * 1000)]
        if not ready:
            raise ReplyTimeoutError
        return ready


def _check(deadline: float) -> None:
    """Raise ReplyTimeoutError behind the *deadline*, which a server that never pauses would have us miss."""
    if monotonic() > deadline:
        raise ReplyTimeoutError


def _fresh(error: Exception) -> Exception:
    """Return a copy of *error*, since one object cannot be raised by several threads."""
    return type(error)(*error.args)


def _settle(pending: _Pending, message: "Object") -> None:
    result, error = message.get("result"), message.get("error")
    if isinstance(result, dict):
        pending.result = result
    elif isinstance(error, dict) and type(error.get("code")) is int:
        text = str(error.get("message", "the server gave no reason"))
        pending.error = ErrorReplyError(text, error["code"], error.get("data"))
    else:
        pending.error = UnexpectedReplyError("a reply has neither a result nor an error")
    pending.wake.set()
