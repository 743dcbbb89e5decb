"""Twin of the native spawn kernel: ``subprocess`` starts the command, ``selectors`` watches it."""

import errno
import os
from _thread import RLock
from time import monotonic_ns, sleep

from toolrig._pure.capture import CHUNK as _CHUNK
from toolrig._pure.capture import Capture
from toolrig._pure.launch import Birth, spawn_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from selectors import BaseSelector
    from subprocess import Popen
    from typing import IO

    _Stream = tuple[bytes, bytes, int]
    _Outcome = tuple[int, int | None, _Stream, _Stream, float, float]

_EXITED, _TIMED_OUT, _CANCELLED = range(3)

_SLICE = 0.05  # seconds: the longest wait, and how long a pipe may stay open after the command's exit
_FIRST_PAUSE = 0.001
_STARTING = 1.0  # seconds that end_all waits for the commands that are being started
_GIVE_UP = 1.0  # seconds that a killed command may take to die
_LAST_READS = 16
_LONGEST = 1e9  # seconds; longer waits do not fit the clocks

_lock = RLock()  # reentrant: a signal handler may call end_all
_live: "set[_Command]" = set()
_starting: "set[_Command]" = set()
_strays: list[int] = []  # killed, but not dead yet
_closing = False


def run(
    argv: list[str],
    programs: list[str],
    env: dict[str, str],
    cwd: "int | str",
    input: bytes | None,
    timeout: float,
    grace: float,
    max_output: int,
    cancel: int,
) -> "_Outcome":
    """Run a command to its end.

    Args:
        argv: the program's arguments, its name first.
        programs: the paths to try in this order.
        env: the whole environment.
        cwd: descriptor of the working directory, -1 to inherit; its path on Windows.
        input: bytes for the standard input, None for ``/dev/null``.
        timeout: seconds until it is ended; negative for never.
        grace: seconds between SIGTERM and SIGKILL.
        max_output: bytes kept of each stream, the first and the last half.
        cancel: a descriptor that becomes readable when the command is to be ended, or -1.

    Returns:
        ``(ending, returncode, stdout, stderr, elapsed_ms, cpu_ms)``: *ending* is 0 when it exited by
        itself, 1 after the timeout, 2 when cancelled; *returncode* is -N after signal N and None when
        unknown; each stream is ``(head, tail, total)``.

    Raises:
        SpawnError: it could not be started; ``errno`` and ``stage`` say why (ECANCELED after ``end_all``).
    """
    if os.name == "nt":
        from toolrig._pure import spawn_windows

        return spawn_windows.run(argv, env, cwd, input, timeout, max_output, cancel)
    from selectors import DefaultSelector

    try:
        selector = DefaultSelector()
    except OSError as failure:
        raise spawn_error(failure, "pipe") from None
    with selector:
        command = _Command(selector, max_output, timeout, grace)
        birth = Birth(argv, programs, env, cwd, bool(input), command.start)
        try:
            _announce(command)
            birth.run()
            command.watch(input, cancel)
            command.finish()
        finally:
            command.close(birth.settle())
    return command.outcome()


def end_all() -> None:
    """Kill the group of every command that runs in this process, and from now on of each that starts.

    Returns only when the commands that were just being started are killed as well (at most a second).
    """
    global _closing
    with _lock:
        _closing = True
        for command in _live:
            command.ended = True
            command.signal("SIGKILL")
    until = monotonic_ns() + _ns(_STARTING)
    while _starting and monotonic_ns() < until:
        sleep(_FIRST_PAUSE)


def _announce(command: "_Command") -> None:
    with _lock:
        if _closing:
            raise spawn_error(OSError(errno.ECANCELED, os.strerror(errno.ECANCELED)), "pipe")
        _starting.add(command)


def _after_fork() -> None:
    """Forget the parent's commands in the child of a fork."""
    global _lock, _closing
    _lock = RLock()
    _closing = False
    for command in _live:
        command.foreign = True
    _live.clear()
    _starting.clear()
    _strays.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class _Command:
    """One running command; ``act_at`` is the moment at which the clock moves it to its next phase."""

    process: "Popen[bytes]"  # absent until started

    def __init__(self, selector: "BaseSelector", max_output: int, timeout: float, grace: float) -> None:
        self.selector = selector
        self.max_output = max_output
        self.captures: dict[IO[bytes], Capture] = {}
        self.left = memoryview(b"")
        self.ending = _EXITED
        self.ended = self.foreign = False
        self.returncode: int | None = None
        self.cpu_ms = 0.0
        self.pause = _FIRST_PAUSE
        self.pidfd = self.cancel_descriptor = -1
        self.started = self.exited = monotonic_ns()
        self.grace = _ns(grace)
        self.act = self.time_out
        self.act_at = self.started + _ns(timeout if timeout >= 0 else _LONGEST)

    def start(self, process: "Popen[bytes]") -> None:
        self.process = process
        assert process.stdout is not None
        assert process.stderr is not None
        self.captures = {process.stdout: Capture(self.max_output), process.stderr: Capture(self.max_output)}
        self.pidfd = _pidfd(process.pid)
        with _lock:
            _strays[:] = [pid for pid in _strays if not _reaped(pid)]
            _live.add(self)
            _starting.discard(self)
            if _closing:
                self.ended = True
                self.signal("SIGKILL")

    def watch(self, input: bytes | None, cancel: int) -> None:
        from selectors import EVENT_READ, EVENT_WRITE

        for stream, capture in self.captures.items():
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream, EVENT_READ, self.reader(stream, capture))
        if self.process.stdin is not None:
            self.left = memoryview(input or b"")
            os.set_blocking(self.process.stdin.fileno(), False)
            self.selector.register(self.process.stdin, EVENT_WRITE, self.write)
        if cancel >= 0:
            self.selector.register(cancel, EVENT_READ, self.cancel)
            self.cancel_descriptor = cancel
        if self.pidfd >= 0:
            self.selector.register(self.pidfd, EVENT_READ, self.check_exit)

    def finish(self) -> None:
        """Work until it has exited and its pipes are closed or were open for long enough after that."""
        while self.running or self.reading:
            now = monotonic_ns()
            if now >= self.act_at:
                self.act()
            else:
                self.wait(min(_SLICE, (self.act_at - now) / 1e9))

    def wait(self, seconds: float) -> None:
        blind = self.running and self.pidfd < 0
        ready = self.selector.select(min(seconds, self.pause) if blind else seconds)
        self.pause = _FIRST_PAUSE if ready else min(self.pause * 2, _SLICE)
        for key, _ in ready:
            if key.fileobj in self.selector.get_map():  # not closed by what another event brought about
                key.data()
        if blind:
            self.check_exit()

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    @property
    def reading(self) -> bool:
        return not all(stream.closed for stream in self.captures)

    def reader(self, stream: "IO[bytes]", capture: Capture) -> "Callable[[], bool]":
        return lambda: self.read(stream, capture)

    def read(self, stream: "IO[bytes]", capture: Capture) -> bool:
        """Take one chunk; tell whether there may be more right now."""
        try:
            data = os.read(stream.fileno(), _CHUNK)
        except BlockingIOError:
            return False
        if data:
            capture.feed(data)
        else:
            self.drop(stream)
        return bool(data)

    def write(self) -> None:
        stdin = self.process.stdin
        assert stdin is not None
        try:
            self.left = self.left[_write_quietly(stdin.fileno(), self.left) :]
        except BlockingIOError:
            return
        except OSError:  # the command does not want the rest
            self.left = self.left[:0]
        if not self.left:
            self.drop(stdin)

    def cancel(self) -> None:
        self.end(_CANCELLED)

    def time_out(self) -> None:
        self.check_exit()  # it may have ended in time, and only we come late
        if self.running:
            self.end(_TIMED_OUT)

    def end(self, why: int) -> None:
        """Ask it to end, with its whole group."""
        if self.ending == _EXITED:
            self.ending = why
            self.signal("SIGTERM")
            self.act, self.act_at = self.kill, monotonic_ns() + self.grace
        self.unwatch_cancel()

    def unwatch_cancel(self) -> None:
        if self.cancel_descriptor >= 0:
            self.selector.unregister(self.cancel_descriptor)
            self.cancel_descriptor = -1

    def kill(self) -> None:
        self.signal("SIGKILL")
        self.act, self.act_at = self.give_up, monotonic_ns() + _ns(_GIVE_UP)

    def give_up(self) -> None:
        """Leave a command alone that SIGKILL does not end: it is stuck in the kernel, or another user's."""
        with _lock:
            _live.discard(self)
            _strays.append(self.process.pid)
        self.leave(None, 0)

    def signal(self, name: str) -> None:
        import signal

        if not self.foreign:
            try:
                os.killpg(self.process.pid, getattr(signal, name))
            except (ProcessLookupError, PermissionError):
                return

    def check_exit(self) -> None:
        """Once the leader is dead, end what it left in its group, and reap it only then."""
        pid = self.process.pid
        lost = False
        try:
            if hasattr(os, "waitid"):
                if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                    return
            elif self.process.poll() is None:
                return
        except ChildProcessError:
            lost = True
        with _lock:
            _live.discard(self)
        self.signal("SIGKILL")
        if self.process.returncode is None and not lost:
            lost = not self.reap(pid)
        self.leave(None if lost else self.process.returncode, _SLICE)

    def reap(self, pid: int) -> bool:
        try:
            _, status, usage = os.wait4(pid, 0)
        except ChildProcessError:
            return False
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_ms = (usage.ru_utime + usage.ru_stime) * 1e3
        return True

    def leave(self, returncode: int | None, drain: float) -> None:
        """No more is to be had from the process itself, only from its pipes, for *drain* seconds."""
        self.returncode = returncode
        self.process.returncode = 0 if returncode is None else returncode
        self.exited = monotonic_ns()
        self.act, self.act_at = self.drain_last, self.exited + _ns(drain)
        if self.ended:
            self.ending = _CANCELLED
        if self.process.stdin is not None:
            self.drop(self.process.stdin)
        self.unwatch_cancel()
        self.close_pidfd()

    def drain_last(self) -> None:
        """Take what lies in the pipes, at most what a pipe can hold, and close them."""
        for stream, capture in self.captures.items():
            for _ in range(_LAST_READS):
                if stream.closed or not self.read(stream, capture):
                    break
            self.drop(stream)

    def drop(self, stream: "IO[bytes]") -> None:
        if not stream.closed:
            if stream in self.selector.get_map():
                self.selector.unregister(stream)
            stream.close()

    def close_pidfd(self) -> None:
        if self.pidfd >= 0:
            if self.pidfd in self.selector.get_map():
                self.selector.unregister(self.pidfd)
            os.close(self.pidfd)
            self.pidfd = -1

    def close(self, process: "Popen[bytes] | None") -> None:
        """Kill and reap the process, if there is one and it still runs; close everything."""
        if process is None:
            with _lock:
                _starting.discard(self)
            return
        self.process = process
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                self.drop(stream)
        if self.running:
            self.close_pidfd()  # it may not be watched yet
            self.kill()
            self.finish()

    def outcome(self) -> "_Outcome":
        out, err = self.captures.values()
        elapsed_ms = (self.exited - self.started) / 1e6
        return self.ending, self.returncode, out.stream(), err.stream(), elapsed_ms, self.cpu_ms


def _ns(seconds: float) -> int:
    return int(min(seconds, _LONGEST) * 1e9)


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True


def _pidfd(pid: int) -> int:
    """Return a descriptor that becomes readable when the process exits, -1 where there is none."""
    try:
        return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else -1
    except OSError:
        return -1


def _write_quietly(fd: int, data: memoryview) -> int:
    """Write without a SIGPIPE reaching the host, whatever the host does with that signal."""
    from signal import SIG_BLOCK, SIG_SETMASK, SIGPIPE, pthread_sigmask, sigpending, sigwait

    before = pthread_sigmask(SIG_BLOCK, {SIGPIPE})
    pending = SIGPIPE in sigpending()
    try:
        return os.write(fd, data)
    except BrokenPipeError:
        if not pending and SIGPIPE in sigpending():
            sigwait({SIGPIPE})
        raise
    finally:
        pthread_sigmask(SIG_SETMASK, before)
