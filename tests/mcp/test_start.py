"""What the server imports before and with its first replies."""

import subprocess
import sys
from pathlib import Path

from tests.mcp.raw_peer import RawPeer

FORBIDDEN = {
    "asyncio",
    "dataclasses",
    "enum",
    "importlib.metadata",
    "inspect",
    "json",
    "msgspec",
    "numpy",
    "orjson",
    "pathlib",
    "re",
    "ssl",
    "subprocess",
    "typing",
}
SCRIPT = """
import sys
before = set(sys.modules)
from toolrig.mcp import Server, Tool
server = Server("s")
def loaded(arguments, call): return "\\n".join(set(sys.modules) - before)
server.add(Tool("loaded", "", {"type": "object"}, loaded))
server.run("stdio")
"""


def _is_forbidden(module: str) -> bool:
    return module in FORBIDDEN or module.partition(".")[0] in FORBIDDEN - {"importlib"}


def test_nothing_expensive_is_imported_by_the_first_calls() -> None:
    with RawPeer(script=SCRIPT) as peer:
        peer.ask("initialize", {"protocolVersion": "2025-11-25"})
        peer.reply()
        peer.call("loaded")
        first = set(peer.text().split())
        peer.call("loaded")
        second = set(peer.text().split())
    assert "toolrig.mcp._core" in first
    assert not {module for module in first if _is_forbidden(module)}
    assert "threading" not in first
    assert not {module for module in second if _is_forbidden(module)}


def test_the_face_imports_nothing() -> None:
    code = "import sys; before = set(sys.modules); import toolrig.mcp; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) == {"toolrig", "toolrig.mcp"}


def test_every_file_is_installed() -> None:
    import toolrig.mcp

    source = Path(__file__).parents[2] / "src" / "toolrig" / "mcp"
    installed = Path(toolrig.mcp.__file__).parent
    assert {path.name for path in source.glob("*.py")} == {path.name for path in installed.glob("*.py")}
