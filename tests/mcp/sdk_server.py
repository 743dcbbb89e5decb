"""A server built with the official SDK; run as a script by the tests."""

import anyio
from mcp.server.mcpserver import MCPServer

server = MCPServer("official", instructions="Be kind.")


@server.tool()
def add(a: int, b: int) -> str:
    """Add."""
    return str(a + b)


@server.tool()
def fail() -> str:
    """Fail."""
    raise ValueError("this went wrong")


@server.tool()
async def hold(proof: str) -> str:
    """Wait until cancelled."""
    try:
        await anyio.sleep_forever()
    finally:
        open(proof, "w").close()
    return "never"


if __name__ == "__main__":
    server.run("stdio")
