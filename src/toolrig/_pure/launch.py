"""How the spawn twin starts a program: ``subprocess.Popen``, and which step of it failed."""

import os

from toolrig.errors import SpawnError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

_SETTLING = 5.0  # seconds to wait, after an interruption, for a start that is under way


class Birth:
    """A process in the making.

    Signal handlers run on the main thread, and one that raises may strike after a process was born and before
    ``Popen`` knows its id. So the main thread has another one do this, and finds the process here afterwards.
    """

    def __init__(
        self,
        argv: list[str],
        programs: list[str],
        env: dict[str, str],
        cwd: "int | str",
        has_input: bool,
        born: "Callable[[Popen[bytes]], None]",
    ) -> None:
        from threading import Event

        self._born = born

        self._arguments = argv, programs, env, cwd, has_input
        self._over = Event()
        self._begun = False
        self._process: Popen[bytes] | None = None
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Start the process and hand it to *born*.

        Raises:
            SpawnError: it could not be started.
        """
        from _thread import start_new_thread
        from threading import current_thread, main_thread

        self._begun = True
        if current_thread() is main_thread():
            start_new_thread(self._work, ())
            self._over.wait()
        else:
            self._work()
        if self._failure is not None:
            raise self._take_failure()

    def settle(self) -> "Popen[bytes] | None":
        """Return the process if there is one, also when ``run`` was interrupted."""
        if self._begun:
            self._over.wait(_SETTLING)
        return self._process

    def _take_failure(self) -> BaseException:
        failure, self._failure = self._failure, None  # kept, it would hold its own traceback
        assert failure is not None
        return failure

    def _work(self) -> None:
        try:
            self._process = popen(*self._arguments)
            self._born(self._process)
        except BaseException as failure:
            self._failure = failure
        finally:
            self._over.set()


def popen(
    argv: list[str], programs: list[str], env: dict[str, str], cwd: "int | str", has_input: bool
) -> "Popen[bytes]":
    """Start the first of *programs* that can be executed, as execvpe(3) would."""
    from subprocess import DEVNULL, PIPE, Popen

    directory = _path_of(cwd)
    denied: OSError | None = None
    failure: OSError = FileNotFoundError(2, os.strerror(2), argv[0])
    for program in programs:
        try:
            return Popen(
                argv,
                executable=program,
                env=env,
                cwd=directory,
                stdin=PIPE if has_input else DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            stage = _stage(error, directory)
            if stage != "exec" or not isinstance(
                error, FileNotFoundError | NotADirectoryError | PermissionError
            ):
                raise spawn_error(error, stage) from None
            failure = error
            denied = error if isinstance(error, PermissionError) else denied
    raise spawn_error(denied or failure, "exec")


def _stage(error: OSError, directory: str | None) -> str:
    if error.filename is None:
        return "pipe"
    return "cwd" if error.filename == directory else "exec"


def spawn_error(error: OSError, stage: str) -> SpawnError:
    failure = SpawnError(error.errno, error.strerror)
    failure.stage = stage
    return failure


def _path_of(cwd: "int | str") -> str | None:
    """Return a path by which a child reaches the directory behind a descriptor."""
    if isinstance(cwd, str) or cwd < 0:
        return cwd if isinstance(cwd, str) else None
    import fcntl

    get_path = getattr(fcntl, "F_GETPATH", None)  # macOS
    if get_path is None:
        return f"/proc/self/fd/{cwd}"
    path: bytes = fcntl.fcntl(cwd, get_path, bytes(1024))
    return os.fsdecode(path.rstrip(b"\0"))
