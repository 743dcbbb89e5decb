"""Leader and followers: who reads the next message while tools run.

The leader reads, and runs a tool on its own thread: the usual call never changes threads. A watcher looks at
the leader once a tick, but only while calls come in, and sleeps otherwise. Where it finds the same call
running as a tick ago it takes the lead, and another thread watches; the former leader finishes its call,
answers it, and parks. So a fast call never waits for a slow one, and cancellations and the end of input are
always seen.

The right to lead is a baton: the leader puts it down before it runs a tool and takes it up again behind it;
if it is gone, the watcher has it. There is one baton, `list.pop` is atomic, and whoever gets it leads: that
may also be a former leader whose call ends while the new leader runs a tool; the two then swap places.
"""

from _thread import allocate_lock, get_ident, start_new_thread
from time import monotonic

from toolrig.mcp._lines import Lines
from toolrig.mcp._message import INVALID_REQUEST, OVERLOADED, Refusal
from toolrig.mcp._tool import print_traceback
from toolrig.mcp._wire import is_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType
    from collections.abc import Callable

    from toolrig.mcp._channel import Channel
    from toolrig.mcp._core import Core
    from toolrig.mcp._job import Batch, Job

_TICK = 0.001
_IDLE_TICKS = 4
_MOST_SLOW = 32
_MOST_WAITING = 1024
_MOST_PARKED = 4
_FLUSH_BYTES = 1 << 16


class Crew:
    """The threads that serve one channel.

    Args:
        core: the protocol.
        channel: where messages come from and replies go.
        max_message: bytes; longer messages are refused.
        at_end: called by a thread that notices the end of the input or of the output's reader, with whether
            another thread may be reading.
    """

    def __init__(
        self, core: "Core", channel: "Channel", *, max_message: int, at_end: "Callable[..., object]"
    ) -> None:
        self._core = core
        self._channel = channel
        self._lines = Lines(max_message)
        self._max_message = max_message
        self._at_end = at_end
        self._home = get_ident()
        self._ended = False
        self._settled = False
        # Owned by the leader.
        self._inbox: list[bytes | None] = []
        self._outbox: list[bytes] = []
        self._outbox_bytes = 0
        # Between the leader and the watcher.
        self._baton: list[None] = []
        self._calls = 0
        self._watched = False
        self._watcher_sleeps = False
        self._watcher_wake = _taken_lock()
        # Of everyone, under the lock.
        self._lock = allocate_lock()
        self._slow = 0
        self._waiting: list[Job | Batch] = []
        self._parked: list[LockType] = []
        self._home_seat = _taken_lock()

    def serve(self) -> None:
        """Serve on this thread, and on others as needed, until the end; this thread stays for all of it."""
        self._lead()
        self._work()

    def stop(self) -> None:
        """Start no further call."""
        self._ended = True

    def drop_waiting(self) -> None:
        """Forget the calls that wait for a thread; they have been cancelled."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for job in waiting:
            job.refuse(Refusal(OVERLOADED, "the server ends"))

    def dismiss(self) -> None:
        """Send every thread home that waits; those that run a tool follow when it ends."""
        with self._lock:
            seats, self._parked = self._parked, []
        for seat in (*seats, self._home_seat, self._watcher_wake):
            _wake(seat)

    # Leading

    def _lead(self) -> None:
        """Read and answer until the input ends or a tool was so slow that another thread leads."""
        while not self._ended:
            self._flush()
            if not self._inbox and not self._ended:
                self._fill()
            flush_at = monotonic() + _TICK if len(self._inbox) > 1 else 0.0
            while self._inbox and not self._ended:
                line = self._inbox.pop()
                answer = self._oversized() if line is None else self._core.receive(line)
                if answer is not None and not isinstance(answer, bytes):
                    if self._slow and self._deferred(answer):
                        continue
                    if not self._run_leading(answer):
                        return
                elif answer is not None:
                    self._put(answer)
                if flush_at and (self._outbox_bytes > _FLUSH_BYTES or monotonic() > flush_at):
                    self._flush()
                    flush_at = monotonic() + _TICK

    def _fill(self) -> None:
        if self._calls and not self._settled:
            self._settle()
        data = self._channel.read()
        if data:
            self._inbox = self._lines.feed(data)
            self._inbox.reverse()
        elif is_document(last := self._lines.rest()):  # whole, and only its line end is missing
            self._inbox = [last]
        else:
            self._at_end(reading=False)

    def _settle(self) -> None:
        """Do, behind the first call's reply, what must not delay it."""
        self._settled = True
        if get_ident() == self._home:
            # The thread that imports it first counts as the main thread (CPython 3.11 and 3.12), so this must
            # not be left to a tool on another thread.
            import threading  # noqa: F401

    def _oversized(self) -> bytes:
        why = f"the message is longer than {self._max_message:,} bytes and was skipped"
        return Refusal(INVALID_REQUEST, why).reply(None)

    def _put(self, reply: bytes) -> None:
        self._outbox.append(reply)
        self._outbox_bytes += len(reply)

    def _flush(self) -> None:
        if self._outbox:
            self._outbox.append(b"")
            data = b"\n".join(self._outbox)
            self._outbox.clear()
            self._outbox_bytes = 0
            if not self._channel.write(data):
                self._at_end(reading=False)

    def _run_leading(self, job: "Job | Batch") -> bool:
        """Run *job* on the leader's thread; return whether this thread still leads."""
        if not self._watched:
            self._find_watcher()
        self._calls += 1
        self._baton.append(None)
        if self._watcher_sleeps:
            self._watcher_sleeps = False
            _wake(self._watcher_wake)
        reply = job.run()
        try:
            self._baton.pop()
        except IndexError:
            self._answer(reply)
            return False
        if reply is not None:
            self._put(reply)
        return True

    def _deferred(self, job: "Job | Batch") -> bool:
        """Return whether *job* has to wait because too many slow ones run; then it is taken care of."""
        with self._lock:
            if self._slow < _MOST_SLOW:
                return False
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append(job)
                return True
        why = f"{_MOST_SLOW} calls run and {_MOST_WAITING} wait: try again later"
        refusal = job.refuse(Refusal(OVERLOADED, why))
        if refusal is not None:
            self._put(refusal)
        return True

    # Following

    def _find_watcher(self) -> None:
        """Have a parked thread, or else a new one, watch the leader."""
        self._watched = True
        with self._lock:
            seat = self._parked.pop() if self._parked else None
        if seat is not None:
            _wake(seat)
            return
        try:
            start_new_thread(self._follow, ())
        except RuntimeError:
            self._watched = False  # no thread to be had now: this call is not watched, the next one may be

    def _follow(self) -> None:
        """Live as a thread of the crew: watch, lead, work off what waits, park; again and again."""
        try:
            if self._watch():
                self._lead()
                self._work()
        except BaseException:
            print_traceback()
            self._at_end(reading=True)

    def _work(self) -> None:
        """Be of use after having led: run what waits, then park until called to watch, until the end."""
        seat = self._home_seat if get_ident() == self._home else _taken_lock()
        while not self._ended:
            with self._lock:
                job = self._waiting.pop(0) if self._waiting else None
                if job is None:
                    self._slow -= 1
                    if self._ended or (len(self._parked) >= _MOST_PARKED and seat is not self._home_seat):
                        return
                    self._parked.append(seat)
            if job is not None:
                self._answer(job.run())
                continue
            seat.acquire()
            if not self._ended and self._watch():
                self._lead()

    def _answer(self, reply: bytes | None) -> None:
        if reply is not None and not self._channel.write(reply + b"\n"):
            self._at_end(reading=True)

    def _watch(self) -> bool:
        """Watch the leader until its call is slow, and take the lead; return False at the end."""
        seen, idle = -1, 0
        while not self._ended:
            if idle < _IDLE_TICKS:
                self._watcher_wake.acquire(True, _TICK)
            else:
                self._sleep(seen)
                idle = 0
            calls = self._calls
            if calls != seen:
                seen, idle = calls, 0
            elif not self._baton:
                idle += 1
            elif self._take_lead():
                return True
        return False

    def _sleep(self, seen: int) -> None:
        """Wait without ticks for the next call behind the one numbered *seen*."""
        self._watcher_sleeps = True
        # A call that began before the flag was up wakes nobody, so look once more.
        if self._calls == seen and not self._ended:
            self._watcher_wake.acquire()
        self._watcher_sleeps = False

    def _take_lead(self) -> bool:
        try:
            self._baton.pop()
        except IndexError:
            return False
        with self._lock:
            self._slow += 1
        self._watched = False
        return True


def _taken_lock() -> "LockType":
    lock = allocate_lock()
    lock.acquire()
    return lock


def _wake(seat: "LockType") -> None:
    """Let the thread that waits for *seat* go on; where nobody waits, the next wait will be none."""
    try:
        seat.release()
    except RuntimeError:
        return  # woken already
