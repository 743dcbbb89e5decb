"""Compile every kernel for the platforms this machine is not, with the compiler and headers of ziglang.

The C comes from a real meson build, so sources and directives are those of a release. It is compiled and not
linked: what is checked is headers, types, conditionals and calls that a platform lacks.
"""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import tree

BUILD = tree.PROJECT / "build" / "cross"
WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-function", "-Werror=implicit-function-declaration"]

# CPython's configuration header belongs to one platform: each of the others gets one made here.
UNIX_PYCONFIG = '#include "pyconfig-here.h"\n'
MAC_PYCONFIG = f"{UNIX_PYCONFIG}#undef HAVE_BUILTIN_ATOMIC\n#undef HAVE_EPOLL\n"
WINDOWS_PYCONFIG = """
#include <io.h>
#include <stdio.h>
#define MS_WIN32
#define MS_WINDOWS
#define MS_WIN64
#define NT_THREADS
#define WITH_THREAD
#define Py_ENABLE_SHARED 1
#define MS_COREDLL
#define HAVE_DECLSPEC_DLL
#define PLATFORM "win32"
#define SIZEOF_VOID_P 8
#define SIZEOF_TIME_T 8
#define SIZEOF_OFF_T 4
#define SIZEOF_FPOS_T 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_SHORT 2
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_DOUBLE 8
#define SIZEOF_FLOAT 4
#define SIZEOF_WCHAR_T 2
#define SIZEOF_PID_T SIZEOF_INT
#define HAVE_UINTPTR_T 1
#define HAVE_INTPTR_T 1
#define HAVE_SSIZE_T 1
#define HAVE_WCHAR_H 1
#define HAVE_STDARG_PROTOTYPES
#define HAVE_DYNAMIC_LOADING
#define WITH_PYMALLOC 1
#define WITH_DOC_STRINGS 1
"""


class Target(NamedTuple):
    triple: str
    system: str  # as meson's host_machine.system()
    pyconfig: str


TARGETS = [
    Target("x86_64-linux-gnu.2.28", "linux", UNIX_PYCONFIG),
    Target("aarch64-linux-gnu.2.28", "linux", UNIX_PYCONFIG),
    Target("x86_64-linux-musl", "linux", UNIX_PYCONFIG),
    Target("aarch64-linux-musl", "linux", UNIX_PYCONFIG),
    Target("x86_64-macos.11.0", "darwin", MAC_PYCONFIG),
    Target("aarch64-macos.11.0", "darwin", MAC_PYCONFIG),
    Target("x86_64-windows-gnu", "windows", WINDOWS_PYCONFIG),
    Target("aarch64-windows-gnu", "windows", WINDOWS_PYCONFIG),
]


class Outcome(NamedTuple):
    errors: list[str]
    warnings: list[str]  # only those in our own headers: the generated C is Cython's affair

    def __str__(self) -> str:
        if self.errors:
            return "FAILED"
        return f"{len(self.warnings)} warnings" if self.warnings else "ok"


def generate() -> dict[str, Path]:
    """Let meson and Cython write the C of every kernel; return it by name of kernel."""
    setup = [
        "meson",
        "setup",
        "--reconfigure",
        BUILD,
        tree.PROJECT,
        "-Dauto_features=disabled",
        "-Dnative=enabled",
    ]
    run(*(argument for argument in setup if argument != "--reconfigure" or BUILD.exists()))
    outputs = {
        Path(source).stem: Path(source)
        for rule in run("ninja", "-C", BUILD, "-t", "targets", "all").splitlines()
        if (source := rule.partition(":")[0]).endswith(".pyx.c")
    }
    run("ninja", "-C", BUILD, *outputs.values())
    return {name.removesuffix(".pyx"): BUILD / source for name, source in outputs.items()}


def definitions() -> list[str]:
    """Return the -D options that meson gives every kernel."""
    commands = json.loads((BUILD / "compile_commands.json").read_text("utf-8"))
    return sorted(set(re.findall(r"-D_\w+(?:=\w+)?", " ".join(entry["command"] for entry in commands))))


def headers(target: Target) -> Path:
    """Lay out Python's headers with a pyconfig.h for *target*; return their folder."""
    folder = BUILD / "include" / target.triple
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sysconfig.get_path("include"), folder)
    here = Path(sysconfig.get_config_h_filename())
    # On Debian that file includes one of several, by macros which a foreign compiler does not define.
    chosen = here.parents[1] / (sysconfig.get_config_var("MULTIARCH") or "") / here.parent.name / here.name
    shutil.copy(chosen if chosen.exists() else here, folder / "pyconfig-here.h")
    (folder / "pyconfig.h").write_text(target.pyconfig, "utf-8")
    return folder


def compile_for(target: Target, source: Path, include: Path, options: list[str]) -> Outcome:
    """Compile one generated file for *target*."""
    compiler = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-target",
        target.triple,
        "-std=gnu11",
        "-O1",
        "-DNDEBUG",
    ]
    includes = ["-isystem", str(include), "-I", str(tree.NATIVE / "c")]
    output = ["-c", str(source), "-o", str(BUILD / "object.o")]
    done = subprocess.run(
        [*compiler, *WARNINGS, *options, *includes, *output], capture_output=True, text=True, check=False
    )
    lines = done.stderr.splitlines()
    errors = [line for line in lines if "error:" in line]
    if done.returncode and not errors:
        errors = lines[-5:] or [f"compiler ended with {done.returncode}"]
    return Outcome(errors, [line for line in lines if "warning:" in line and "/_native/c/" in line])


def run(*command: object) -> str:
    """Run a build command in silence; its output is shown when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """Compile everything, print a table and what went wrong; return how many compilations failed."""
    sources = generate()
    options = definitions()
    outcomes: dict[tuple[str, str], Outcome] = {}
    for target in TARGETS:
        include = headers(target)
        for name in tree.kernels(target.system):
            outcomes[target.triple, name] = (
                compile_for(target, sources[name], include, options)
                if name in sources
                else Outcome(["its C is not generated on this platform: run the check where it is"], [])
            )
    names = sorted({name for _, name in outcomes})
    table = [[str(outcomes.get((target.triple, name), "-")) for name in names] for target in TARGETS]
    rows = [["", *names], *([target.triple, *cells] for target, cells in zip(TARGETS, table, strict=True))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)), sep="  ")
    seen: dict[str, list[str]] = {}
    for (triple, name), outcome in outcomes.items():
        for line in dict.fromkeys(outcome.errors + outcome.warnings):
            seen.setdefault(line.replace(f"{tree.PROJECT}/", ""), []).append(f"{name} for {triple}")
    for line, places in seen.items():
        print(f"{line}\n    {places[0]}" + (f" and {len(places) - 1} more" if places[1:] else ""))
    return sum(bool(outcome.errors) for outcome in outcomes.values())


if __name__ == "__main__":
    sys.exit(min(main(), 1))
