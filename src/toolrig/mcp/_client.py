"""A client: a server started as a child process, asked in whichever era both sides know."""

from toolrig._record import Record
from toolrig._version import installed
from toolrig.errors import ErrorReplyError, ReplyTimeoutError, UnexpectedReplyError
from toolrig.mcp import _versions as versions

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Literal

    from toolrig.mcp._exchange import Exchange

    Object = dict[str, object]

MAX_MESSAGE = 64 * 1024 * 1024
_ERAS = ("auto", "legacy", "modern")
_PATIENCE = 2.0
_PATIENCE_DROPPED = 0.5
# A server that knows nothing of discovery should refuse it; some legacy ones never answer.
_DISCOVERY_SECONDS = 10.0
_MOST_PAGES = 1000


class CallResult(Record):
    """What a tool returned.

    Attributes:
        text: the text blocks, joined by line feeds.
        content: all blocks as the server sent them.
        structured: the structured result; None where there is none.
        is_error: whether the tool tells of a failure.
    """

    __slots__ = ("text", "content", "structured", "is_error")

    text: str
    content: "list[Object]"
    structured: object
    is_error: bool


class Client:
    """One connection to a server; a context manager that ends it. Any number of threads may use it at once.

    Attributes:
        protocol_version: the revision agreed on.
        server_info: name and version of the server; empty where it does not tell.
        instructions: how to use the server, for a model to read; None where it does not tell.
        capabilities: what the server offers.
    """

    protocol_version: str
    server_info: "Object"
    instructions: str | None
    capabilities: "Object"

    def __init__(self, exchange: "Exchange", *, era: str, timeout: float) -> None:
        self._exchange = exchange
        self._timeout = timeout
        self._meta: Object | None = None
        if era == "legacy" or not self._discover(required=era == "modern"):
            self._initialize()

    @classmethod
    def stdio(
        cls,
        argv: "Sequence[str | os.PathLike[str]]",
        *,
        cwd: "str | os.PathLike[str] | None" = None,
        env: "Mapping[str, str] | None" = None,
        era: "Literal['auto', 'legacy', 'modern']" = "auto",
        timeout: float = 30.0,
        max_message: int = MAX_MESSAGE,
    ) -> "Client":
        """Start the program *argv* and shake hands with it over its standard input and output (POSIX only).

        Args:
            argv: program and arguments.
            cwd: directory to start it in (default: the current one).
            env: its whole environment (default: this process's).
            era: ``"modern"`` asks with ``server/discover`` (2026-07-28), ``"legacy"`` shakes hands with
                ``initialize``; ``"auto"`` tries the one, then the other.
            timeout: seconds to wait for each reply, unless a call says otherwise.
            max_message: bytes; a longer message of the server is skipped, and fails what waits for a reply.

        Raises:
            OSError: the program cannot be started.
            ServerEndedError, ReplyTimeoutError, ErrorReplyError, UnexpectedReplyError: the handshake failed.
            ValueError: *era* is unknown.
        """
        if era not in _ERAS:
            raise ValueError(f"era {era!r} is unknown: use one of {', '.join(_ERAS)}")
        from toolrig.mcp._child import Child
        from toolrig.mcp._exchange import Exchange

        child = Child(argv, cwd, env)
        exchange = Exchange(child, max_message)
        try:
            return cls(exchange, era=era, timeout=timeout)
        except BaseException:
            exchange.close(_PATIENCE)
            raise

    def request(
        self, method: str, params: "Object | None" = None, *, timeout: float | None = None
    ) -> "Object":
        """Send any request and return the result of its reply.

        Raises:
            ErrorReplyError: the server refused; with code, message and data.
            ReplyTimeoutError: it did not answer in time, and was told to stop.
            ServerEndedError: it ended; with its exit status and last lines on standard error.
            ReplyTooLongError: it sent a message over the limit.
            UnexpectedReplyError: the reply is none.
            ClientClosedError: `close` has been called.
        """
        params = dict(params or {})
        if self._meta is not None:
            own = params.get("_meta")
            params["_meta"] = {**self._meta, **own} if isinstance(own, dict) else self._meta
        return self._exchange.request(method, params, self._timeout if timeout is None else timeout)

    def list_tools(self, *, timeout: float | None = None) -> "list[Object]":
        """Return all tools as the server describes them. Raises as `request` does."""
        tools: list[Object] = []
        params: Object = {}
        for _ in range(_MOST_PAGES):
            page = self.request("tools/list", params, timeout=timeout)
            found = page.get("tools")
            if not isinstance(found, list):
                raise UnexpectedReplyError("the reply to tools/list has no tools")
            tools += found
            cursor = page.get("nextCursor")
            if not isinstance(cursor, str):
                return tools
            params = {"cursor": cursor}
        raise UnexpectedReplyError(f"the list of tools does not end after {_MOST_PAGES} pages")

    def call_tool(
        self, name: str, arguments: "Object | None" = None, *, timeout: float | None = None
    ) -> CallResult:
        """Call a tool and return what it returned, failures it tells of included.

        Raises:
            UnexpectedReplyError: the server asks back before it answers, which this client does not serve.
            Exception: as `request` does.
        """
        result = self.request("tools/call", {"name": name, "arguments": arguments or {}}, timeout=timeout)
        kind = result.get("resultType", "complete")
        if kind != "complete":
            raise UnexpectedReplyError(f"the tool answers {kind!r} instead of a result")
        content = result.get("content", [])
        if not isinstance(content, list) or not all(isinstance(block, dict) for block in content):
            raise UnexpectedReplyError("the result of the tool has no list of content blocks")
        texts = [str(block.get("text", "")) for block in content if block.get("type") == "text"]
        return CallResult(
            text="\n".join(texts),
            content=content,
            structured=result.get("structuredContent"),
            is_error=result.get("isError") is True,
        )

    def close(self) -> None:
        """End the server: close its input, wait two seconds, then SIGTERM, then SIGKILL, to its whole group.

        May be called from any thread and more than once; requests that wait fail with ClientClosedError.
        """
        self._exchange.close(_PATIENCE)

    def __del__(self) -> None:
        exchange = getattr(self, "_exchange", None)
        if exchange is not None and not exchange.closed:
            import warnings

            exchange.close(_PATIENCE_DROPPED)  # first: the warning may be an error
            warnings.warn("a Client was dropped without close()", ResourceWarning, source=self, stacklevel=2)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self.close()

    # Handshakes

    def _discover(self, *, required: bool) -> bool:
        """Shake hands in the modern way; return False where the server is a legacy one."""
        self._meta = _modern_meta()
        seconds = self._timeout if required else min(self._timeout, _DISCOVERY_SECONDS)
        try:
            found = self.request("server/discover", timeout=seconds)
            offered = found.get("supportedVersions")
            if not isinstance(offered, list) or versions.LATEST_MODERN not in offered:
                raise UnexpectedReplyError(f"the server offers the protocol versions {offered!r}")
        except (ErrorReplyError, ReplyTimeoutError, UnexpectedReplyError):
            self._meta = None
            if required:
                raise
            return False
        meta = found.get("_meta")
        info = meta.get(versions.META_SERVER) if isinstance(meta, dict) else None
        self._described(versions.LATEST_MODERN, found, info)
        return True

    def _initialize(self) -> None:
        params: Object = {
            "protocolVersion": versions.LATEST_LEGACY,
            "capabilities": {},
            "clientInfo": _client_info(),
        }
        found = self.request("initialize", params)
        version = found.get("protocolVersion")
        if version not in versions.LEGACY_VERSIONS:
            known = ", ".join(versions.LEGACY_VERSIONS)
            raise UnexpectedReplyError(f"the server speaks protocol version {version!r}, this client {known}")
        self._described(str(version), found, found.get("serverInfo"))
        self._exchange.notify("notifications/initialized", {}, self._timeout)

    def _described(self, version: str, found: "Object", info: object) -> None:
        instructions, capabilities = found.get("instructions"), found.get("capabilities")
        self.protocol_version = version
        self.server_info = info if isinstance(info, dict) else {}
        self.instructions = instructions if isinstance(instructions, str) else None
        self.capabilities = capabilities if isinstance(capabilities, dict) else {}


def _modern_meta() -> "Object":
    return {
        versions.META_VERSION: versions.LATEST_MODERN,
        versions.META_CAPABILITIES: {},
        versions.META_CLIENT: _client_info(),
    }


def _client_info() -> "Object":
    return {"name": "toolrig", "version": installed()}
