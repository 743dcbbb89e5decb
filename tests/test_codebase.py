"""The rules of the house that no linter knows: sizes, names, and lists that equal the tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tree

PLACES = ("src", "tests", "tools", "benchmarks", "fuzz")
FOLDERS = [folder for place in PLACES if (folder := tree.PROJECT / place).is_dir()]
MOST_LINES = {".py": 400, ".pyx": 600}
MOST_FUNCTION_LINES = 60
CYTHON_HEADING = re.compile(r"( *)(?:async |cp?)?def (?!extern|class|struct|enum|union)[^=(]*?(\w+)\(")


def sources(*suffixes: str) -> list[Path]:
    return [folder / name for folder in FOLDERS for name in tree.files(*suffixes, under=folder)]


def name_of(path: Path) -> str:
    return path.relative_to(tree.PROJECT).as_posix()


# Lists and tree


def test_every_module_is_installed_to_its_own_folder() -> None:
    listed = {path.relative_to(tree.PACKAGE).as_posix(): folder for path, folder in tree.installed()}
    expected = {name: f"toolrig/{name}".rpartition("/")[0] for name in tree.files(".py", ".pyi", ".typed")}
    assert listed == expected


def test_lists_of_installed_files_are_sorted() -> None:
    for build in tree.PACKAGE.rglob("meson.build"):
        calls = re.findall(r"py\.install_sources\((.*?)\bsubdir:", build.read_text("utf-8"), re.DOTALL)
        for call in calls:
            names = re.findall(r"'([^']+)'", call)
            assert names == sorted(names), f"{name_of(build)}: sort the list"


def test_every_pyx_is_built_on_some_platform() -> None:
    built = {name for system in ("linux", "darwin", "windows") for name in tree.kernels(system)}
    assert built == {Path(name).stem for name in tree.files(".pyx", under=tree.NATIVE)}


def test_every_pyx_has_a_stub_and_a_twin() -> None:
    modules = {Path(name).stem for name in tree.files(".pyx", under=tree.NATIVE)}
    assert modules == {Path(name).stem for name in tree.files(".pyi", under=tree.NATIVE)}
    assert modules <= {Path(name).stem for name in tree.files(".py", under=tree.PACKAGE / "_pure")}


def test_every_header_is_used() -> None:
    used = {
        match
        for path in sources(".pyx", ".pxd", ".h")
        for match in re.findall(r'(?:#include|cdef extern from) "([^"]+)"', path.read_text("utf-8"))
    }
    assert {Path(name).name for name in tree.files(".h")} <= {Path(name).name for name in used}


# Sizes


@pytest.mark.parametrize("path", sources(*MOST_LINES), ids=name_of)
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES[path.suffix]


@pytest.mark.parametrize("path", sources(".py", ".pyx", ".h", ".c"), ids=name_of)
def test_functions_are_short(path: Path) -> None:
    spans = {".py": python_functions, ".pyx": cython_functions}.get(path.suffix, c_functions)
    too_long = {name: lines for name, lines in spans(path.read_text("utf-8")) if lines > MOST_FUNCTION_LINES}
    assert not too_long, f"more than {MOST_FUNCTION_LINES} lines"


def python_functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def cython_functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield every def, cdef and cpdef function: it ends before the next line that is not deeper."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        heading = CYTHON_HEADING.match(line)
        if heading:
            end = start
            for number in range(start + 1, len(lines)):
                rest = lines[number].lstrip()
                if rest and len(lines[number]) - len(rest) <= len(heading[1]) and not rest.startswith(")"):
                    break
                end = number if rest else end
            yield heading[2], end - start + 1


def c_functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield every function: from the line that names it, at the margin, to the brace that closes it there."""
    name, start = "", 0
    for number, line in enumerate(text.splitlines()):
        heading = re.match(r"[A-Za-z_].*?\b(\w+)\(", line)
        if heading and "=" not in line and not line.rstrip().endswith(";"):
            name, start = heading[1], number
        elif line.startswith("}") and name:
            yield name, number - start + 1
            name = ""


def test_the_measures_measure() -> None:
    cython = "cdef int a(\n    int b,\n) noexcept:\n    x\n\n    y\n\nz = 1\ndef b(): pass\n"
    assert list(cython_functions(cython)) == [("a", 6), ("b", 1)]
    c = "struct s {\n};\nstatic int f(int a,\n    int b)\n{\n    x;\n}\nstatic int t[] = {\n};\n"
    assert list(c_functions(c)) == [("f", 5)]


# Names and shapes


def test_no_vague_names() -> None:
    vague = re.compile(r"_?(utils?|helpers?|common|misc)\b")
    named = sources(".py", ".pyx", ".pxd", ".h", ".c")
    assert [name_of(path) for path in named if vague.match(path.stem)] == []


def test_no_textual_includes_of_cython() -> None:
    for path in sources(".pyx", ".pxd"):
        assert not re.search(r"^\s*include\s+[\"']", path.read_text("utf-8"), re.MULTILINE), name_of(path)


def test_compiled_kernels_import_only_the_ground() -> None:
    ground = re.compile(r"toolrig(\.(_native|_backend|_handle|_pool|_surroundings|errors)\b|$)")
    for path in sources(".pyx", ".pxd"):
        text = path.read_text("utf-8")
        for module in re.findall(r"^\s*(?:from|c?import)\s+(toolrig[\w.]*)", text, re.MULTILINE):
            assert ground.match(module), f"{name_of(path)} imports {module}"


def test_no_empty_folders() -> None:
    folders = {folder for top in FOLDERS for folder in [top, *top.rglob("*")] if folder.is_dir()}
    filled = {
        parent for top in FOLDERS for path in top.rglob("*") if path.is_file() for parent in path.parents
    }
    assert [name_of(folder) for folder in sorted(folders - filled)] == []


def test_every_folder_of_tests_is_a_package() -> None:
    """A folder tests/mcp that is none would shadow the official SDK."""
    folders = {path.parent for path in (tree.PROJECT / "tests").rglob("*.py")}
    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


MESON = """
kernels = ['a', 'b']  # 'not this'
if host_machine.system() != 'windows'
  kernels += [
    'c',
  ]
endif
if host_machine.system() == 'linux'
  kernels += ['d']
elif host_machine.system() in ['darwin']
  kernels += ['e']
else
  kernels += ['f']
endif
if get_option('coverage')
  others = ['y']
endif
"""


def test_lists_of_kernels_follow_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "meson.build").write_text(MESON)
    monkeypatch.setattr(tree, "NATIVE", tmp_path)
    found = {system: "".join(tree.kernels(system)) for system in ("linux", "darwin", "win32")}
    assert found == {"linux": "abcd", "darwin": "abce", "win32": "abf"}
