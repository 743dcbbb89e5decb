"""Serves one client over standard input and output, without an event loop."""

import _signal  # type: ignore[import-not-found]  # the module signal would import enum
import os
import sys
from _thread import allocate_lock, start_new_thread
from time import monotonic, sleep

from toolrig.mcp._channel import Channel
from toolrig.mcp._crew import Crew
from toolrig.mcp._tool import print_traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from toolrig.mcp._server import Server

# A call that is younger is answered although the input has ended: ``printf ... | server`` gets its replies.
_LAST_WORDS = 0.25
# How long calls that listen to their cancellation may take to end what they started.
_GRACE = 1.0
_STEP = 0.002


def serve(server: "Server", *, max_message: int, own_process: bool) -> None:
    """See `toolrig.mcp.Server.run`."""
    with _Descriptors() as channel:
        session = _Session(server, channel, max_message)
        with _Signals(session, own_process):
            session.serve()


class _Session:
    """One client's connection, and the way it ends."""

    def __init__(self, server: "Server", channel: Channel, max_message: int) -> None:
        self._core = server.core()
        self._crew = Crew(self._core, channel, max_message=max_message, at_end=self.end)
        self._on_close = server.on_close
        self._begun = allocate_lock()
        self._done = allocate_lock()
        self._done.acquire()

    def serve(self) -> None:
        """Serve until the end has been dealt with."""
        try:
            self._crew.serve()
        except BaseException:
            if self._begun.acquire(False):
                self._wind_up()
                self._crew.dismiss()
            raise
        self._done.acquire()

    def end(self, *, reading: bool) -> None:
        """End the session; the first caller does it. See `toolrig.mcp.Server.run` for what happens.

        Args:
            reading: a thread may be stuck waiting for input, so that the process cannot go on without it.
        """
        if not self._begun.acquire(False):
            return
        self._wind_up(polite=not reading)
        if reading or self._core.calls():
            _flush(sys.stdout)
            _flush(sys.stderr)
            os._exit(0)
        self._crew.dismiss()
        self._done.release()

    def interrupted(self, _signal_number: int, _frame: object) -> None:
        """End the session from a signal handler, which may have interrupted a thread that holds any lock."""
        start_new_thread(self._end_interrupted, ())

    def _end_interrupted(self) -> None:
        self.end(reading=True)

    def _wind_up(self, *, polite: bool = False) -> None:
        self._crew.stop()
        if polite:
            _wait_while(self._young_calls, _LAST_WORDS)
        self._core.cancel_all()
        self._crew.drop_waiting()
        _wait_while(lambda: any(call.watched for call in self._core.calls()), _GRACE)
        for hook in self._on_close:
            try:
                hook()
            except Exception:
                print_traceback()

    def _young_calls(self) -> bool:
        born = monotonic() - _LAST_WORDS
        return any(call.started > born for call in self._core.calls())


def _wait_while(condition: "Callable[[], object]", seconds: float) -> None:
    deadline = monotonic() + seconds
    while condition() and monotonic() < deadline:
        sleep(_STEP)


def check_streams() -> None:
    """Raise an OSError if standard input or output is closed."""
    for number, name in enumerate(("input", "output")):
        try:
            os.fstat(number)
        except OSError as failure:
            why = f"standard {name} is closed: connect descriptor {number} to the client"
            raise OSError(failure.errno, why) from None


class _Descriptors:
    """Keeps the protocol's descriptors to itself, and 0 and 1 pointed away from them."""

    def __enter__(self) -> Channel:
        check_streams()
        null = os.open(os.devnull, os.O_RDWR)
        if null == 2:  # standard error was closed: it leads there from now on
            null = os.dup(null)
        self._private: tuple[int, ...] = ()
        try:
            self._private = reader, writer = os.dup(0), os.dup(1)
            os.dup2(null, 0)
            os.dup2(2, 1)
        finally:
            os.close(null)
        self._stdout, sys.stdout = sys.stdout, sys.stderr
        return Channel(reader, writer)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        sys.stdout = self._stdout
        _flush(sys.stdout)  # what was written to it meanwhile belongs to standard error
        for number, private in enumerate(self._private):
            os.dup2(private, number)
            os.close(private)


class _Signals:
    """Makes signals end the session, where this thread may and nobody else has a handler."""

    def __init__(self, session: _Session, own_process: bool) -> None:
        self._session = session
        self._restore: dict[int, object] = {}
        self._wanted = {_signal.SIGTERM: _signal.SIG_DFL}
        if own_process:
            self._wanted[_signal.SIGINT] = _signal.default_int_handler
            if hasattr(_signal, "SIGHUP"):
                self._wanted[_signal.SIGHUP] = _signal.SIG_DFL

    def __enter__(self) -> None:
        for number, replaceable in self._wanted.items():
            handler = _signal.getsignal(number)
            if handler == replaceable:
                try:
                    _signal.signal(number, self._session.interrupted)
                except ValueError:  # not the main thread
                    return
                self._restore[number] = handler

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        for number, handler in self._restore.items():
            _signal.signal(number, handler)


def _flush(stream: object) -> None:
    try:
        stream.flush()  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return  # None, closed, or nobody reads it
