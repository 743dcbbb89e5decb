"""``toolrig serve`` as the official SDK's client sees it, in both eras."""

import os
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client


async def text_of(client: Client, tool: str, **arguments: object) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    return bool(result.is_error), result.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_every_tool_answers(backend: str, tmp_path: Path, mode: str, version: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.py").write_text("import os\n# needle\n")
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "toolrig", "serve", str(tmp_path)],
        env={**os.environ, "TOOLRIG_BACKEND": backend},
    )

    async def converse() -> None:
        with open(os.devnull, "w") as errors:
            async with Client(stdio_client(server, errlog=errors), mode=mode) as client:
                assert client.protocol_version == version
                assert client.server_info is not None
                assert client.server_info.name == "toolrig"
                tools = {tool.name: tool for tool in (await client.list_tools()).tools}
                assert list(tools) == ["read", "glob", "tree", "grep", "run"]
                assert tools["run"].annotations is not None
                assert tools["run"].annotations.destructive_hint is True
                assert await text_of(client, "read", path="src/main.py", offset=2) == (False, "# needle\n")
                assert await text_of(client, "glob", pattern="**/*.py") == (False, "src/main.py")
                assert await text_of(client, "tree") == (False, "src/\n  main.py")
                assert await text_of(client, "grep", pattern="n..dle") == (False, "src/main.py:2:# needle")
                failed, text = await text_of(client, "run", command="echo done; exit 3")
                assert not failed
                assert text.startswith("done\n[exit status 3; ")
                failed, text = await text_of(client, "read", path="../outside")
                assert failed
                assert "outside" in text

    anyio.run(converse)
