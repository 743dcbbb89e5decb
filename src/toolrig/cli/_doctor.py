"""``toolrig doctor``: which function runs on which engine, and why."""

import os
import platform

from toolrig.cli._command import Arguments, Command

# Functions of the package, and the kernels that do their work.
_FUNCTIONS = (
    ("walk, glob", "walk"),
    ("walk, glob, tree: gitignore", "ignore"),
    ("read, read_bytes, read_many", "files"),
    ("Root: confinement", "jail"),
    ("grep", "textscan"),
    ("run", "spawn"),
    ("threads", "pool"),
)


def _run(_arguments: Arguments) -> int:
    import toolrig
    from toolrig import _backend, _pool

    print(
        f"toolrig {toolrig.__version__}, {platform.python_implementation()} {platform.python_version()}, ",
        end="",
    )
    print(f"{platform.system()} {platform.release()} {platform.machine()}")
    print(
        f"TOOLRIG_BACKEND={_backend.wanted()}, threads: {_pool.threads()} of {os.cpu_count()} processors, ",
        end="",
    )
    print(f"kernels compiled by {_backend.compiler() or 'nobody: this installation has none'}\n")
    rows = [("function", "kernel", "engine", "why")]
    for functions, name in _FUNCTIONS:
        rows.append((functions, name, _backend.engine(name), _why(name)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _why(name: str) -> str:
    from toolrig import _backend

    why = _backend.reason(name)
    if name == "jail":
        why += f"; confined by {_backend.kernel(name).confinement()}"
    return why


COMMAND = Command("doctor", "Tell which functions run on compiled code, and why.", _run)
