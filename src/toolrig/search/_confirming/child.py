"""A process that confirms candidates and can be killed, which `re` at work cannot be."""

import os
import sys
from time import monotonic

from toolrig.errors import ConfirmationError
from toolrig.search._items import DeadlineReached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Timer

# What an interpreter may need to start at all; -I makes it pass over its own variables.
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "__PYVENV_LAUNCHER__")
_PROGRAM = "program.py"
_ERRORS = {b"MemoryError": MemoryError, b"RecursionError": RecursionError, b"OverflowError": OverflowError}


class ConfirmingChild:
    """A child process with one pattern, asked by one thread at a time; see `program`.

    It has no shell, none of this process's descriptors and next to none of its environment, and its own
    session. It ends with this process, whatever ends that.

    Args:
        pattern: a regular expression that `re.compile` accepts with *flags*.
        until: the time of `time.monotonic` at which it is killed; None for none.

    Raises:
        ConfirmationError: it cannot be started.
    """

    def __init__(self, pattern: str, flags: int, until: float | None) -> None:
        import struct

        self._struct = struct
        self._until = until
        self._owner = os.getpid()
        self._killed = False
        self._answers: Answers | None = None
        self._timer: Timer | None = None
        self._start()
        try:
            self._send(b"p", [pattern, str(flags)])
            self._status()
        except BaseException:
            self.close()
            raise

    def first(self, texts: "Sequence[str]") -> "Answers":
        """Ask for the first match in each of *texts*: iterate over start and end, -1 both for none."""
        self._send(b"f", texts)
        self._answers = Answers(self, len(texts))
        return self._answers

    def every(self, text: str) -> list[tuple[int, int]]:
        """Return start and end of every match in *text*."""
        self._send(b"e", [text])
        self._status()
        return list(self._struct.iter_unpack("<qq", self._sized()))

    def substituted(self, new: str, text: str) -> tuple[str, int]:
        """Return *text* with the template *new* in place of every match, and how many there were."""
        self._send(b"s", [new, text])
        self._status()
        data = self._sized()
        (count,) = self._struct.unpack_from("<Q", data)
        return data[8:].decode("utf-8", "surrogatepass"), count

    def is_ready(self, patience: float) -> bool:
        """Whether it is done with the last question; it is killed if that takes more than *patience* seconds.

        It is never killed for answers that somebody still waits for: those are kept.
        """
        answers = self._answers
        if answers is None or not answers.outstanding:
            return not self._killed
        if answers.wanted:
            answers.keep()
            return not self._killed
        from threading import Timer

        timer = Timer(patience, self.kill)
        timer.start()
        try:
            answers.keep()
        except DeadlineReached:
            return False
        finally:
            timer.cancel()
            timer.join()
        return not self._killed

    def kill(self) -> None:
        """End the process at once, from any thread; who waits for an answer gets `DeadlineReached`."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """End the process, and leave nothing of it; a forked copy of this object has none to end."""
        if os.getpid() != self._owner:
            return
        if self._timer is not None:
            self._timer.cancel()
        self.kill()
        self._process.wait()
        for stream in (self._input, self._output):
            try:
                stream.close()
            except OSError:  # what was not written yet has no reader any more
                continue

    def pair(self) -> tuple[int, int]:
        """Return the next two numbers of an answer."""
        self._status()
        start, end = self._struct.unpack("<qq", self._receive(16))
        return start, end

    def _start(self) -> None:
        import subprocess
        from threading import Timer

        if not sys.executable or getattr(sys, "frozen", False):
            raise ConfirmationError(_failed("this program is no Python interpreter that can be started"))
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), _PROGRAM)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", program, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                start_new_session=True,
            )
        except OSError as failure:
            raise ConfirmationError(_failed(f"{sys.executable}: {failure.strerror}")) from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        if self._until is not None:
            self._timer = Timer(max(0.0, self._until - monotonic()), self.kill)
            self._timer.daemon = True
            self._timer.start()

    def _send(self, kind: bytes, texts: "Sequence[str]") -> None:
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        sizes = self._struct.pack(f"<cI{len(parts)}Q", kind, len(parts), *map(len, parts))
        if self._process.poll() is not None:  # a pipe without a reader may end a process
            raise self._lost()
        try:
            self._input.write(b"".join([sizes, *parts]))
            self._input.flush()
        except (OSError, ValueError):  # closed meanwhile by another thread
            raise self._lost() from None

    def _status(self) -> None:
        status = self._receive(1)
        if status == b"!":
            raise _ERRORS.get(self._sized(), RuntimeError)("in the process that confirms matches")
        if status != b"=":
            raise ConfirmationError(_failed(f"{sys.executable} is no Python interpreter"))

    def _sized(self) -> bytes:
        (size,) = self._struct.unpack("<Q", self._receive(8))
        return self._receive(size)

    def _receive(self, size: int) -> bytes:
        try:
            data = self._output.read(size)
        except (OSError, ValueError):  # closed meanwhile by another thread
            data = b""
        if len(data) < size:
            raise self._lost()
        return data

    def _lost(self) -> Exception:
        if self._killed:
            return DeadlineReached()
        return ConfirmationError(_failed(f"it ended by itself, with status {self._process.wait()}"))


class Answers:
    """The answers of a `ConfirmingChild` to one question, as they come.

    Attributes:
        outstanding: how many are still to come.
        wanted: whether somebody waits for them.
    """

    __slots__ = ("_child", "_kept", "outstanding", "wanted")

    def __init__(self, child: ConfirmingChild, count: int) -> None:
        self._child = child
        self._kept: list[tuple[int, int]] = []
        self.outstanding = count
        self.wanted = True

    def __iter__(self) -> "Answers":
        return self

    def __next__(self) -> tuple[int, int]:
        if self._kept:
            return self._kept.pop()
        if not self.outstanding:
            raise StopIteration
        self.outstanding -= 1
        return self._child.pair()

    def keep(self) -> None:
        """Wait for all of them, so that something else can be asked."""
        if self.outstanding:
            self._kept = [*self][::-1]


def _failed(why: str) -> str:
    return (
        "the pattern may take for ever on a line, and the process in which it is tried there failed: "
        f"{why}; use a pattern without repeats in repeats"
    )
