"""The part of a message that takes time: running tools, on whatever thread the driver chooses."""

import os

from toolrig.errors import ToolrigError
from toolrig.mcp._message import Refusal, reply_head
from toolrig.mcp._tool import ToolResult, print_traceback
from toolrig.mcp._wire import encoded, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from toolrig.mcp._tool import Call, Tool


class Job:
    """A tool call that has been accepted and waits to be run, once, by any thread."""

    __slots__ = ("_arguments", "_finish", "_tail", "_tool", "call")

    def __init__(
        self,
        tool: "Tool",
        arguments: "dict[str, object]",
        call: "Call",
        finish: "Callable[[Call], bool]",
        tail: str,
    ) -> None:
        self._tool = tool
        self._arguments = arguments
        self.call = call
        self._finish = finish
        self._tail = tail

    def run(self) -> bytes | None:
        """Run the tool and return the reply; None where the call was cancelled."""
        call = self.call
        outcome = None if call.cancelled else outcome_of(self._tool, self._arguments, call)
        if not self._finish(call) or outcome is None:
            return None
        flag = "true" if outcome.is_error else "false"
        return encoded(
            f'{reply_head(call.id)}{{"content":[{_content(outcome)}],"isError":{flag}{self._tail}}}}}'
        )

    def refuse(self, refusal: Refusal) -> bytes | None:
        """Return *refusal* as the reply instead of running the tool."""
        return refusal.reply(self.call.id) if self._finish(self.call) else None


class Batch:
    """Several messages in one, answered by one array once all of them are."""

    __slots__ = ("_parts",)

    def __init__(self, parts: "Sequence[bytes | Job]") -> None:
        self._parts = parts

    def run(self) -> bytes | None:
        """Run the calls one after the other and return the replies."""
        return _joined([part if isinstance(part, bytes) else part.run() for part in self._parts])

    def refuse(self, refusal: Refusal) -> bytes | None:
        """Return the replies with *refusal* in the place of every call."""
        return _joined([part if isinstance(part, bytes) else part.refuse(refusal) for part in self._parts])


def _joined(replies: "list[bytes | None]") -> bytes | None:
    due = [reply for reply in replies if reply is not None]
    return b"[" + b",".join(due) + b"]" if due else None


def _content(outcome: ToolResult) -> str:
    """Return the content blocks of a result, without the brackets around them."""
    text = f'{{"type":"text","text":{quote(outcome.text)}}}'
    if not outcome.content:
        return text
    return f"{text},{outcome.content}" if outcome.text else outcome.content


def outcome_of(tool: "Tool", arguments: "dict[str, object]", call: "Call") -> ToolResult:
    """Run *tool*; whatever goes wrong becomes a result that tells the model what to do about it."""
    try:
        wrong = tool.checker.problem(arguments)
        if wrong is not None:
            return ToolResult(f"{tool.name}: {wrong}", is_error=True)
        returned = tool.handler(arguments, call)
        if isinstance(returned, str):
            return ToolResult(returned)
        if isinstance(returned, ToolResult) and isinstance(returned.text, str):
            return returned
        raise TypeError(f"it returned {type(returned).__name__} instead of text")
    except (ToolrigError, OSError, ValueError) as error:
        return ToolResult(_text(error), is_error=True)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a tool must not end the server
        print_traceback()
        text = f"internal error in tool {tool.name}: {type(error).__name__}: {error}"
        return ToolResult(text, is_error=True)


def _text(error: Exception) -> str:
    """Return the error's text; of a plain OSError the file and what is wrong with it, without the number."""
    text = str(error)
    if isinstance(error, OSError) and error.filename is not None and text.startswith("[Errno"):
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return text or type(error).__name__
