"""``run``: results against ``subprocess``, and the errors of commands that cannot be started."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import toolrig
from toolrig import errors
from toolrig._backend import engine
from toolrig.process import Completed, Output, run
from toolrig.process._run import run_in

pytestmark = pytest.mark.usefixtures("backend")

COMMANDS = [
    ["/bin/echo", "hi"],
    ["echo", "a b", "", "ü", "\udcff"],
    ["sh", "-c", "echo out; echo err >&2; exit 3"],
    ["sh", "-c", "kill -9 $$"],
    ["sh", "-c", "kill -15 $$"],
    ["false"],
    ["printf", r"\377\0\n"],
    ["cat", "/nonexistent"],
    ["head", "-c", "300000", "/dev/zero"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command)[:20])
def test_agrees_with_subprocess(command: list[str]) -> None:
    expected = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    completed = run(command)
    assert completed.returncode == expected.returncode
    assert bytes(completed.stdout) == expected.stdout
    assert bytes(completed.stderr) == expected.stderr
    assert completed.signal == (-expected.returncode if expected.returncode < 0 else None)


def test_the_native_kernel_is_loaded(backend: str) -> None:
    assert engine("spawn") == backend


def test_face_offers_run() -> None:
    assert toolrig.run is run


def test_shell_line() -> None:
    assert str(run("echo $((6 * 7)) | cat").stdout) == "42\n"
    assert run("nonexistent-program").returncode == 127
    assert run("-n true").returncode == 127  # a line that begins with a dash is no option of the shell


def test_path_like_arguments(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    assert str(run([Path("/bin/cat"), tmp_path / "file"]).stdout) == "content"


def test_no_input_is_end_of_file() -> None:
    assert run(["cat"]).to_dict()["stdout"] == ""
    assert run(["cat"], input=b"").returncode == 0


@pytest.mark.parametrize("data", [b"x", b"\0\xff" * 3, os.urandom(5_000_000)], ids=["1", "6", "5000000"])
def test_input_comes_back(data: bytes) -> None:
    completed = run(["cat"], input=data, max_output=len(data))
    assert bytes(completed.stdout) == data
    assert not completed.stdout.truncated


def test_text_input_is_utf8() -> None:
    assert bytes(run(["cat"], input="grün\udcff").stdout) == "grün".encode() + b"\xff"


def test_unwanted_input_is_no_error() -> None:
    assert run(["true"], input=b"x" * 1_000_000).returncode == 0
    assert bytes(run(["head", "-c", "3"], input=b"abcdef" * 100_000).stdout) == b"abc"


def test_both_streams_at_once() -> None:
    script = "import sys\nfor i in range(20000): print('o' * 50); print('e' * 50, file=sys.stderr)"
    completed = run([sys.executable, "-c", script], max_output=2_000_000)
    assert completed.stdout.total == completed.stderr.total == 20000 * 51


def test_program_that_closes_its_output() -> None:
    completed = run("exec >&- 2>&-; sleep 0.2; exit 5")
    assert (completed.returncode, completed.stdout.total) == (5, 0)


def test_working_directory(tmp_path: Path) -> None:
    assert str(run(["pwd"], cwd=tmp_path).stdout).strip() == str(tmp_path.resolve())
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\necho here")
    tool.chmod(0o755)
    assert str(run(["./tool"], cwd=str(tmp_path)).stdout) == "here\n"
    assert str(run(["tool"], cwd=tmp_path, env={"PATH": ":/bin"}).stdout) == "here\n"


def test_working_directory_by_descriptor(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert str(run_in(["pwd"], descriptor).stdout).strip() == str(tmp_path.resolve())
    finally:
        os.close(descriptor)


def test_search_goes_on_as_execvp_does(tmp_path: Path) -> None:
    for name in ("denied", "found"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tool").write_text("#!/bin/sh\necho found")
    (tmp_path / "found" / "tool").chmod(0o755)
    path = f"{tmp_path}/missing:{tmp_path}/denied/tool:{tmp_path}/denied:{tmp_path}/found"
    assert str(run(["tool"], env={"PATH": path}).stdout) == "found\n"
    with pytest.raises(errors.SpawnPermissionError):
        run(["tool"], env={"PATH": f"{tmp_path}/denied:{tmp_path}/missing"})


def test_result_object() -> None:
    completed = run("echo out; echo err >&2; exit 2")
    assert isinstance(completed, Completed)
    fields = json.loads(completed.json())
    assert fields == completed.to_dict()
    assert list(fields) == ["returncode", "signal", "stdout", "stderr", "elapsed_ms", "cpu_ms"]
    assert (fields["returncode"], fields["signal"]) == (2, None)
    assert (fields["stdout"], fields["stderr"]) == ("out\n", "err\n")
    assert fields["elapsed_ms"] > 0
    with pytest.raises(AttributeError):
        completed.returncode = 0  # type: ignore[misc]


def test_cpu_time_is_the_commands() -> None:
    assert run("i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done").cpu_ms > 5


def spawn_failure(command: object, **options: object) -> errors.SpawnError:
    with pytest.raises(errors.SpawnError) as caught:
        run(command, **options)  # type: ignore[arg-type]
    return caught.value


def test_missing_program() -> None:
    error = spawn_failure(["nonexistent-program", "secret"])
    assert isinstance(error, FileNotFoundError)
    assert (error.errno, error.stage, error.filename) == (errno.ENOENT, "exec", "nonexistent-program")
    assert "'nonexistent-program'" in str(error)
    assert "PATH" in str(error)
    assert "does not exist" in str(spawn_failure(["/nonexistent/program"]))


def test_program_below_a_file() -> None:
    error = spawn_failure(["/etc/passwd/program"])
    assert isinstance(error, NotADirectoryError)
    assert error.stage == "exec"


def test_program_that_may_not_be_executed(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("echo")
    error = spawn_failure([plain])
    assert isinstance(error, PermissionError)
    assert "chmod +x" in str(error)
    error = spawn_failure([tmp_path])
    assert isinstance(error, PermissionError)
    assert "directory" in str(error)


def test_program_without_a_format(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text("echo no first line")
    tool.chmod(0o755)
    error = spawn_failure([tool])
    assert (error.errno, error.stage) == (errno.ENOEXEC, "exec")
    assert "#!" in str(error)
    tool.write_text("#!/nonexistent/interpreter\n")
    error = spawn_failure(["./tool"], cwd=tmp_path)
    assert isinstance(error, FileNotFoundError)
    assert "interpreter" in str(error)


def test_too_long_arguments() -> None:
    error = spawn_failure(["echo", "x" * 10_000_000])
    assert (error.errno, error.stage) == (errno.E2BIG, "exec")


def test_missing_working_directory(tmp_path: Path) -> None:
    error = spawn_failure(["true"], cwd=tmp_path / "missing")
    assert isinstance(error, FileNotFoundError)
    assert (error.stage, error.filename) == ("cwd", str(tmp_path / "missing"))
    error = spawn_failure(["true"], cwd="/etc/passwd")
    assert isinstance(error, NotADirectoryError)
    assert error.stage == "cwd"
    assert "'/etc/passwd'" in str(error)


@pytest.mark.parametrize(
    ("command", "kind", "named"),
    [
        ([], ValueError, "cmd is empty"),
        ("", ValueError, "cmd is empty"),
        ([""], ValueError, r"cmd\[0\] is empty"),
        (["echo", "a\0b"], ValueError, r"cmd\[1\]"),
        ("echo a\0b", ValueError, "cmd contains"),
        (["echo", 1], TypeError, "int"),
        (["echo", b"x"], TypeError, r"cmd\[1\].*bytes"),
        (b"echo", TypeError, "bytes"),
        (Path("/bin/echo"), TypeError, r"\[cmd\]"),
    ],
)
def test_malformed_command(command: object, kind: type[Exception], named: str) -> None:
    with pytest.raises(kind, match=named):
        run(command)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("option", "value", "kind"),
    [
        ("timeout", -1, ValueError),
        ("timeout", float("nan"), ValueError),
        ("grace", -0.5, ValueError),
        ("max_output", -1, ValueError),
        ("input", 3, TypeError),
        ("cwd", "a\0b", ValueError),
    ],
)
def test_malformed_option(option: str, value: object, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=option):
        run(["true"], **{option: value})  # type: ignore[arg-type]


def test_output_is_an_output() -> None:
    completed = run("echo x")
    assert isinstance(completed.stdout, Output)
    assert completed.stdout
    assert not completed.stderr
