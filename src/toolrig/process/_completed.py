"""The result of a command that has ended."""

from toolrig._record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.process._output import Output


class Completed(Record):
    """How a command ended and what it printed.

    Attributes:
        returncode: its exit code; -N when signal N killed it, as in ``subprocess``.
        signal: the number of the signal that killed it, None when it exited.
        stdout: what it printed on standard output.
        stderr: what it printed on standard error.
        elapsed_ms: milliseconds from the start to its exit.
        cpu_ms: milliseconds of processor time it used, with the children it waited for.
    """

    __slots__ = ("returncode", "signal", "stdout", "stderr", "elapsed_ms", "cpu_ms")

    returncode: int
    signal: int | None
    stdout: "Output"
    stderr: "Output"
    elapsed_ms: float
    cpu_ms: float

    def to_dict(self) -> dict[str, object]:
        """Return the fields under their names, the streams as text."""
        return {
            "returncode": self.returncode,
            "signal": self.signal,
            "stdout": self.stdout.text,
            "stderr": self.stderr.text,
            "elapsed_ms": self.elapsed_ms,
            "cpu_ms": self.cpu_ms,
        }
