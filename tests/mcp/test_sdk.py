"""The official SDK on the other side: its client on our server, our client on its server."""

import os
import sys
from pathlib import Path
from typing import Literal

import anyio
import pytest
from mcp import Client as OfficialClient
from mcp import MCPError, StdioServerParameters, stdio_client

from tests.mcp.raw_peer import TOY
from toolrig.errors import ErrorReplyError, ReplyTimeoutError
from toolrig.mcp import Client

pytestmark = pytest.mark.skipif(os.name == "nt", reason="FIFOs, signals and pipes of POSIX")

SDK_SERVER = Path(__file__).with_name("sdk_server.py")
MODERN = "2026-07-28"


@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", MODERN), (MODERN, MODERN)])
def test_official_client_on_our_server(mode: str, version: str, tmp_path: Path) -> None:
    async def converse() -> None:
        with open(os.devnull, "w") as errors:
            server = stdio_client(
                StdioServerParameters(command=sys.executable, args=[str(TOY)]), errlog=errors
            )
            async with OfficialClient(server, mode=mode) as client:
                assert client.protocol_version == version
                if mode != MODERN:  # a pinned revision asks nothing
                    assert client.server_info is not None
                    assert client.server_info.name == "toy"
                    assert client.instructions == "Be gentle."
                listed = await client.list_tools()
                tools = {tool.name: tool for tool in listed.tools}
                assert tools["add"].input_schema["required"] == ["a", "b"]
                assert tools["print"].annotations is not None
                assert tools["print"].annotations.read_only_hint is True

                assert await _text(client, "add", {"a": 2, "b": 40}) == (False, "42")
                assert await _text(client, "echo", {"text": "é\n" * 100_000}) == (False, "é\n" * 100_000)
                assert (await _text(client, "add", {"a": 2}))[0] is True
                assert await _text(client, "fail", {"kind": "value"}) == (True, "this went wrong")
                assert await _text(client, "print", {}) == (False, "printed")
                assert await _text(client, "child", {}) == (False, "0")
                with pytest.raises(MCPError, match="'nope'"):
                    await client.call_tool("nope", {})
                await _slow_does_not_block_fast(client, tmp_path)

    anyio.run(converse)


async def _text(client: OfficialClient, tool: str, arguments: dict[str, object]) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    return bool(result.is_error), result.content[0].text  # type: ignore[union-attr]


async def _slow_does_not_block_fast(client: OfficialClient, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    held: list[tuple[bool, str]] = []

    async def hold() -> None:
        held.append(await _text(client, "hold", {"fifo": str(fifo)}))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hold)
        for number in range(20):
            assert await _text(client, "add", {"a": number, "b": 0}) == (False, str(number))
        assert held == []
        await anyio.to_thread.run_sync(fifo.write_text, "free")
    assert held == [(False, "free")]


@pytest.mark.parametrize(("era", "version"), [("legacy", "2025-11-25"), ("modern", MODERN), ("auto", MODERN)])
def test_our_client_on_the_official_server(
    era: Literal["auto", "legacy", "modern"], version: str, tmp_path: Path
) -> None:
    with Client.stdio([sys.executable, SDK_SERVER], era=era, timeout=60) as client:
        assert client.protocol_version == version
        assert client.server_info["name"] == "official"
        assert client.instructions == "Be kind."
        assert "tools" in client.capabilities
        assert [tool["name"] for tool in client.list_tools()] == ["add", "fail", "hold"]
        result = client.call_tool("add", {"a": 2, "b": 40})
        assert (result.text, result.is_error) == ("42", False)
        assert result.structured == {"result": "42"}
        assert client.call_tool("fail").is_error
        with pytest.raises(ErrorReplyError) as refused:
            client.request("no/method")
        assert refused.value.code == -32601
        proof = tmp_path / "proof"
        os.mkfifo(proof)
        with pytest.raises(ReplyTimeoutError, match=r"no reply to tools/call within 0\.5 s"):
            client.call_tool("hold", {"proof": str(proof)}, timeout=0.5)
        proof.read_text()  # returns once the server has cancelled the call
        assert client.call_tool("add", {"a": 1, "b": 1}).text == "2"
