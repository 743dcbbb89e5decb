"""A server: its name, its tools, and the ways to run it."""

from toolrig.mcp._core import Core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from toolrig.mcp._tool import Tool

MAX_MESSAGE = 64 * 1024 * 1024


class Server:
    """Tools offered under one name.

    Args:
        name: shown to clients.
        version: of the server, shown to clients.
        instructions: how to use the tools together, for a model to read.

    Attributes:
        on_close: functions called, in this order, when a driver ends; the place to end child processes.
    """

    def __init__(self, name: str, version: str | None = None, instructions: str | None = None) -> None:
        self.name = name
        self.version = version or "0"
        self.instructions = instructions
        self.tools: dict[str, Tool] = {}
        self.on_close: list[Callable[[], object]] = []

    def add(self, tool: "Tool") -> "Tool":
        """Offer *tool*, and return it.

        Raises:
            ValueError: the server already has a tool of that name.
        """
        if tool.name in self.tools:
            raise ValueError(f"server {self.name!r} already has a tool {tool.name!r}")
        self.tools[tool.name] = tool
        return tool

    def core(self) -> Core:
        """Return the protocol of one new connection, for a driver to feed."""
        return Core(self.name, self.version, self.instructions, self.tools)

    def run(
        self,
        transport: str = "stdio",
        *,
        max_message: int = MAX_MESSAGE,
        own_process: bool = False,
    ) -> None:
        """Serve one client over standard input and output until the input ends.

        While it runs, descriptors 0 and 1 (and ``sys.stdout``) lead to the null device and to standard error,
        so that neither a tool that prints nor a child that reads can touch the protocol; they are restored
        before it returns.

        At the end of the input calls are answered that take less than a quarter of a second. Then, and at
        once when nobody reads the output any more, every call in flight is cancelled, calls that use
        ``on_cancel`` get a second at most to end, and ``on_close`` is called. Then it returns; but a tool
        that runs on cannot be stopped, so where one does (or another thread waits for input) the **process
        ends** at once, with status 0 and without ``atexit``. A message that the end cuts off is dropped.
        SIGTERM, where it has its default action, ends the process in the same way.

        Args:
            transport: ``"stdio"``.
            max_message: bytes; a longer message is refused and skipped.
            own_process: the process exists for this server only: SIGINT and SIGHUP are treated like SIGTERM.

        Raises:
            ValueError: *transport* is unknown.
            OSError: standard input or output is closed.
        """
        if transport != "stdio":
            raise ValueError(f"transport {transport!r} is unknown: use 'stdio'")
        from toolrig.mcp._stdio import serve

        serve(self, max_message=max_message, own_process=own_process)
