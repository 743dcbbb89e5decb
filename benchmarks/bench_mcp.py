"""MCP servers over standard input and output: start, memory, exit, latency, throughput."""

from corpora import standard_library
from foreign import Foreign

from toolrig.bench import Case, server_cases


def cases(foreign: Foreign) -> list[Case]:
    """Return the cases of this domain."""
    return server_cases(standard_library(), "this.py", foreign.servers())
