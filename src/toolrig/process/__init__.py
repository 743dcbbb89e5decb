"""Commands: run them, keep their output within bounds, and leave nothing of them behind."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.process._cancel import CancelToken as CancelToken
    from toolrig.process._completed import Completed as Completed
    from toolrig.process._output import Output as Output
    from toolrig.process._run import run as run

_HOMES = {
    "CancelToken": "_cancel",
    "Completed": "_completed",
    "Output": "_output",
    "run": "_run",
}

__all__ = ["CancelToken", "Completed", "Output", "run"]


def __getattr__(name: str) -> object:
    from toolrig._face import resolve

    return resolve(__name__, _HOMES, name)
