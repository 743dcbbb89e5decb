"""Every error toolrig raises on its own account: one root, one class a situation.

Each class also derives from the standard exception a caller would expect, so code written against the
standard library keeps working. Plain failures of the operating system (a missing file, a full disk) stay
the ``OSError`` they are.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from toolrig.process import Completed


class ToolrigError(Exception):
    """Root of the errors defined by toolrig."""


class BackendError(ToolrigError, ImportError):
    """The engine asked for by ``TOOLRIG_BACKEND`` is unknown or not installed."""


class OutsideRootError(ToolrigError, PermissionError):
    """A path leads out of the directory it is confined to."""


class ReadOnlyRootError(ToolrigError, PermissionError):
    """A change was asked of a root that was opened read-only."""


class NotRegularFileError(ToolrigError, OSError):
    """Content was asked of a FIFO, socket or device."""


class FileChangedError(ToolrigError, OSError):
    """A file is not the version any more that it was to be when it is written."""


class BinaryFileError(ToolrigError, ValueError):
    """Text was asked of a file that holds binary data."""


class EncodingError(ToolrigError, ValueError):
    """A text holds a character that the encoding of its file does not have."""


class TextNotFoundError(ToolrigError, ValueError):
    """The text that an edit is to replace does not occur in the file."""


class TextNotUniqueError(ToolrigError, ValueError):
    """The text that an edit is to replace occurs in the file more or less often than expected."""


class PatchError(ToolrigError, ValueError):
    """A patch cannot be understood, or does not apply; ``path`` and ``line`` (of the patch) where known."""

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class PatternError(ToolrigError, ValueError):
    """A glob or search pattern cannot be understood."""


class ConfirmationError(ToolrigError, ChildProcessError):
    """The process in which a costly search pattern is tried could not be started, or ended by itself."""


class NotInRepositoryError(ToolrigError, FileNotFoundError):
    """A question about git was asked of a directory that lies in no work tree."""


class GitIndexError(ToolrigError, ValueError):
    """git's index is damaged, or git is needed to read it and is missing or fails."""


class SpawnError(ToolrigError, OSError):
    """A command could not be started; ``stage`` names the step that failed, ``errno`` says why."""

    stage: str = ""

    def __str__(self) -> str:
        return self.strerror or super().__str__()


class SpawnNotFoundError(SpawnError, FileNotFoundError):
    """The program, the interpreter its first line names, or the working directory does not exist."""


class SpawnPermissionError(SpawnError, PermissionError):
    """The program may not be executed, or the working directory not be entered."""


class SpawnNotADirectoryError(SpawnError, NotADirectoryError):
    """The working directory is something else, or a part of the program's path is."""


class CommandTimeoutError(ToolrigError, TimeoutError):
    """A command was ended because its time was over; ``completed`` holds what it had done by then."""

    completed: "Completed"


class CommandCancelledError(ToolrigError):
    """A command was cancelled; ``completed`` holds what it had done by then, None if it had not started."""

    completed: "Completed | None" = None


class ExitStatusLostError(ToolrigError, ChildProcessError):
    """A command ended, but the host process discards the exit statuses of its children.

    ``completed`` holds everything else; its ``returncode`` of 255 stands in for the lost one.
    """

    completed: "Completed"


class ErrorReplyError(ToolrigError):
    """An MCP server answered a request with an error: `code`, the text, and `data` where it gave some."""

    def __init__(self, message: str, code: int, data: object = None) -> None:
        super().__init__(message, code, data)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return f"{self.message} (code {self.code})"


class ServerEndedError(ToolrigError, ConnectionError):
    """An MCP server ended, or closed its output, before it answered."""


class ReplyTimeoutError(ToolrigError, TimeoutError):
    """An MCP server did not answer in time; it has been told to stop."""


class ReplyTooLongError(ToolrigError, ValueError):
    """An MCP server sent a message over the size limit; it was skipped, and what waited for a reply fails."""


class UnexpectedReplyError(ToolrigError, ValueError):
    """An MCP server answered what the protocol does not allow, or what this client cannot serve."""


class ClientClosedError(ToolrigError, ValueError):
    """A request was made through a client that has been closed."""
