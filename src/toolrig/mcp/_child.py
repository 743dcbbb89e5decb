"""A server as a child process: started in a session of its own, and ended with everything it started."""

import os
import select
import signal
import subprocess
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STDERR_KEPT = 16 * 1024
_STDERR_LINES = 10
_CHUNK = 1 << 16


class Child:
    """The process, its three pipes, and a thread that keeps its standard error from filling up.

    Attributes:
        input: descriptor that leads to its standard input, non-blocking.
        output: descriptor of its standard output, non-blocking.
        wake: descriptor that becomes readable when the child is being closed.

    Raises:
        OSError: the program cannot be started.
    """

    def __init__(
        self,
        argv: "Sequence[str | os.PathLike[str]]",
        cwd: "str | os.PathLike[str] | None",
        env: "Mapping[str, str] | None",
    ) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=env,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            bufsize=0,
            start_new_session=True,
        )
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._streams = [stream for stream in streams if stream is not None]
        self.input, self.output, self._errors = (stream.fileno() for stream in self._streams)
        for descriptor in (self.input, self.output, self._errors):
            os.set_blocking(descriptor, False)
        self.wake, self._waker = os.pipe()
        self._stop, self._stopper = os.pipe()
        self._lock = threading.Lock()
        self._tail = b""
        self._drainer = threading.Thread(target=self._drain, name="toolrig-mcp-stderr", daemon=True)
        self._drainer.start()

    def epitaph(self) -> str:
        """Return how the child ended and what it last wrote on standard error, for a message."""
        with self._lock:
            if self._ended(1.0):
                self._signal(signal.SIGKILL)  # what it left behind
                status = self._process.wait()
                self._drainer.join(0.2)
                told = f"exit status {status}" if status >= 0 else f"killed by signal {-status}"
            else:
                told = "it still runs, but has closed its output"
        lines = self._tail.decode(errors="replace").splitlines()[-_STDERR_LINES:]
        return f"{told}; its standard error ends with:\n" + "\n".join(lines) if lines else told

    def interrupt(self) -> None:
        """Make `wake` readable, so that whoever waits for the child looks up."""
        os.close(self._waker)

    def close(self, patience: float) -> None:
        """Close the child's standard input and wait for it to end; insist with SIGTERM, then with SIGKILL.

        Whatever it started and left in its process group is ended too. Nobody may use the descriptors any
        more.

        Args:
            patience: seconds to wait before each of the two signals.
        """
        self._streams[0].close()
        with self._lock:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if self._ended(patience):
                    break
                self._signal(number)
            self._ended(patience)
            self._signal(signal.SIGKILL)
            self._process.wait()
        os.close(self._stopper)
        self._drainer.join()
        for stream in self._streams:
            stream.close()
        os.close(self._stop)
        os.close(self.wake)

    def _signal(self, number: int) -> None:
        """Signal the child's whole group; the child has not been reaped, so the number is still its own."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, number)
            except (ProcessLookupError, PermissionError):
                return  # nothing is left of it; macOS calls a group of zombies forbidden

    def _ended(self, seconds: float) -> bool:
        """Return whether the child ends within *seconds*, without reaping it where the system can tell."""
        if self._process.returncode is not None:
            return True
        if not hasattr(os, "pidfd_open"):
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        descriptor = os.pidfd_open(self._process.pid)
        try:
            return bool(_ready([descriptor], seconds))
        finally:
            os.close(descriptor)

    def _drain(self) -> None:
        while self._errors in _ready([self._errors, self._stop], None):
            try:
                data = os.read(self._errors, _CHUNK)
            except BlockingIOError:
                continue
            if not data:
                return
            self._tail = (self._tail + data)[-_STDERR_KEPT:]


def _ready(descriptors: "list[int]", seconds: float | None) -> "list[int]":
    """Wait until one of *descriptors* can be read, or has ended; return those."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in poll.poll(None if seconds is None else seconds * 1000)]
