"""A tool, a call of it in progress, and what it returns."""

from time import monotonic

from toolrig.mcp._schema import Checker
from toolrig.mcp._wire import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Handler = Callable[[dict[str, object], "Call"], "str | ToolResult"]


class ToolResult:
    """What a tool returns: a text, whether it tells of a failure, and content that is not text.

    Args:
        text: where there are *attachments*, it may be empty, and is left out then.
        attachments: content blocks as the protocol has them, such as
            ``{"type": "image", "data": BASE64, "mimeType": "image/png"}``; they follow the text.

    Raises:
        TypeError, ValueError: an attachment has no JSON form.
    """

    __slots__ = ("content", "is_error", "text")

    def __init__(
        self, text: str, *, is_error: bool = False, attachments: "Iterable[Mapping[str, object]]" = ()
    ) -> None:
        self.text = text
        self.is_error = is_error
        # Encoded here, so that what has no JSON form is an error of the tool that made it.
        self.content = ",".join([dumps(dict(block)).decode() for block in attachments])

    def __repr__(self) -> str:
        return f"ToolResult({self.text!r}, is_error={self.is_error})"


class Tool:
    """A function offered to clients.

    Args:
        name: unique within its server.
        description: what it does and returns, for a model to read.
        input_schema: JSON Schema of its arguments, an object; arguments are checked against it before the
            handler sees them, see `toolrig.mcp._schema` for the keywords.
        handler: called with the arguments and the `Call`. It may run on any thread, several calls at once. A
            `ToolrigError`, ``OSError`` or ``ValueError`` it raises is shown to the model by its text, any
            other exception as an internal error, with its traceback on standard error.
        annotations: hints for clients, such as ``{"readOnlyHint": True}``.
        title: a name for people.

    Raises:
        ValueError: *name* is empty, or *input_schema* does not describe an object.
    """

    __slots__ = ("annotations", "checker", "description", "handler", "input_schema", "name", "title")

    def __init__(
        self,
        name: str,
        description: str,
        input_schema: "dict[str, object]",
        handler: "Handler",
        *,
        annotations: "Mapping[str, bool] | None" = None,
        title: str | None = None,
    ) -> None:
        if not name:
            raise ValueError("a tool needs a name")
        if input_schema.get("type") != "object":
            raise ValueError(f'the input schema of tool {name!r} must have "type": "object"')
        self.name = name
        self.description = description
        self.input_schema = input_schema
        self.handler = handler
        self.annotations = annotations
        self.title = title
        self.checker = Checker(input_schema)

    def listed(self) -> "dict[str, object]":
        """Return the tool as ``tools/list`` shows it."""
        shown: dict[str, object] = {"name": self.name}
        if self.title:
            shown["title"] = self.title
        shown["description"] = self.description
        shown["inputSchema"] = self.input_schema
        if self.annotations:
            shown["annotations"] = dict(self.annotations)
        return shown


class Call:
    """One call of a tool while it runs.

    Attributes:
        id: the id of its request.
        cancelled: whether the client, or the end of its input, has cancelled it: no reply will be sent.
        watched: whether `on_cancel` has been used: such a call gets a moment to end when the server ends.
        started: when it was accepted, on the clock of `time.monotonic`.
    """

    __slots__ = ("_callbacks", "cancelled", "id", "started", "watched")

    def __init__(self, id: "str | int") -> None:
        self.id = id
        self.cancelled = False
        self.watched = False
        self.started = monotonic()
        self._callbacks: list[Callable[[], object]] = []

    def on_cancel(self, callback: "Callable[[], object]") -> None:
        """Have *callback* called once when the call is cancelled; at once where it already is.

        It runs on the thread that learns of the cancellation, which reads no further message meanwhile: it
        should be short and must not wait for the tool.
        """
        self.watched = True
        self._callbacks.append(callback)
        if self.cancelled:
            self._run_callbacks()

    def cancel(self) -> None:
        """Cancel the call."""
        self.cancelled = True
        self._run_callbacks()

    def _run_callbacks(self) -> None:
        # pop() is atomic, so each callback runs once, whichever thread comes first.
        while self._callbacks:
            try:
                callback = self._callbacks.pop(0)
            except IndexError:
                return
            try:
                callback()
            except Exception:
                print_traceback()


def print_traceback() -> None:
    """Print the exception being handled on standard error, if that still takes it."""
    import sys
    import traceback

    try:
        traceback.print_exc(file=sys.stderr)
    except (OSError, ValueError):
        return
