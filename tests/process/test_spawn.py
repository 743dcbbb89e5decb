"""The spawn kernels as guests: of a host's descriptors, signals, threads, limits, and of old kernels."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from toolrig.process import run


def test_command_leads_its_own_session(backend: str) -> None:
    fields = str(run(["cat", "/proc/self/stat"]).stdout).rpartition(")")[2].split()
    pid = int(str(run(["sh", "-c", "echo $$; exec cat /proc/self/stat"]).stdout).split()[0])
    assert pid > 0
    group, session = int(fields[2]), int(fields[3])
    assert group == session
    assert session != os.getsid(0)


def test_signals_of_the_command(host) -> None:
    """Masks and dispositions are those subprocess gives, whatever the host does with its own."""
    host(
        """
import subprocess
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
def signals(output):  # 1 to 31: the C library keeps the next ones to itself
    fields = dict(line.split(":\\t", 1) for line in output.decode().splitlines())
    return [int(fields[name], 16) & 0x7FFFFFFF for name in ("SigBlk", "SigIgn", "SigCgt")]
command = ["cat", "/proc/self/status"]
env = {"PATH": os.environ["PATH"]}
theirs = subprocess.run(command, capture_output=True, start_new_session=True, env=env).stdout
ours = signals(bytes(run(command).stdout))
assert ours == signals(theirs), ours
assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == {signal.SIGWINCH}
"""
    )


def test_descriptors_are_not_inherited(backend: str) -> None:
    descriptor = os.open("/dev/null", os.O_RDONLY)
    high = os.dup2(descriptor, 900)
    try:
        os.set_inheritable(descriptor, True)
        os.set_inheritable(high, True)
        assert str(run("ls /proc/self/fd").stdout).split() == ["0", "1", "2", "3"]  # 3 is the listing's
    finally:
        os.close(descriptor)
        os.close(high)


@pytest.mark.parametrize("closed", ["0", "1", "2", "0 1", "0 1 2"])
def test_host_without_standard_streams(host, tmp_path: Path, closed: str) -> None:
    host(
        """
path, *closed = sys.argv[1:]
result = os.open(path, os.O_WRONLY | os.O_CREAT)
os.set_inheritable(result, False)
for number in closed:
    os.close(int(number))
completed = run("cat; echo error >&2", input="text")
os.write(result, bytes(completed.stdout) + bytes(completed.stderr))
completed = run("cat; ls /proc/self/fd")
os.write(result, bytes(completed.stdout))
os._exit(0)
""",
        str(tmp_path / "result"),
        *closed.split(),
    )
    assert (tmp_path / "result").read_text() == "texterror\n0\n1\n2\n3\n"


def test_nothing_is_left_open_or_unreaped(host) -> None:
    host(
        """
def attempt(*args, **options):
    try:
        run(*args, **options)
    except errors.ToolrigError:
        return
import gc
gc.disable()  # nothing may hang on a cycle
attempt(["true"])
before = descriptors()
for _ in range(300):
    run(["true"])
for _ in range(20):
    token = CancelToken()
    attempt(["nonexistent"], cancel=token)
    attempt(["/etc/passwd"], cwd="/", cancel=token)
    attempt(["true"], cwd="/nonexistent")
    attempt("exec sleep 9", timeout=0.001, grace=0, cancel=token)
    attempt(["true"], input=b"x" * 100_000)
    token.cancel()
    attempt(["true"], cancel=token)
    del token
assert descriptors() == before, descriptors()
assert no_children()
"""
    )


def test_out_of_descriptors(host) -> None:
    """Wherever the descriptors run out the error is exact, and nothing is left behind."""
    host(
        """
run("cat", input="x", cwd="/")
before = descriptors()
failed = 0
for room in range(12):
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[-1] + 1 + room, 20000))
    try:
        assert str(run("cat", input="x", cwd="/").stdout) == "x"
    except errors.SpawnError as error:
        assert error.errno == errno.EMFILE, error
        assert "RLIMIT_NOFILE" in str(error), str(error)
        failed += 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    assert descriptors() == before
assert 3 < failed < 12, failed
assert no_children()
""".replace("20000", str(_hard_limit()))
    )


def _hard_limit() -> int:
    import resource

    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 20000)


def test_many_threads(backend: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def command(number: int) -> str:
        return str(run(["cat"], input=f"{number}" * 1000, timeout=60).stdout)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(command, range(200))) == [f"{number}" * 1000 for number in range(200)]


def test_host_that_ignores_its_children(host) -> None:
    """With SIGCHLD ignored the kernel throws exit statuses away: said, not guessed, and nothing hangs."""
    host(
        """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for options in ({}, {"input": "x" * 100_000}):
    try:
        run("cat; echo out; sleep 1000 & echo $! >&2; exit 3", **options)
    except errors.ExitStatusLostError as error:
        completed = error.completed
        assert isinstance(error, ChildProcessError)
    assert completed.returncode == 255
    assert str(completed.stdout).endswith("out\\n")
    pid = int(str(completed.stderr))
    assert eventually(lambda: not alive(pid))
try:
    run("sleep 1000", timeout=0.1)
except errors.CommandTimeoutError:
    pass
try:
    run(["nonexistent"])
except errors.SpawnNotFoundError:
    pass
assert signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
"""
    )


def test_only_its_own_child_is_waited_for(host) -> None:
    host(
        """
other = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 9"], {})
assert run("exit 4").returncode == 4
assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 9
"""
    )


@pytest.mark.parametrize("disposition", ["SIG_DFL", "SIG_IGN"])
def test_a_closed_pipe_does_not_signal_the_host(host, disposition: str) -> None:
    host(
        """
disposition = getattr(signal, sys.argv[1])
signal.signal(signal.SIGPIPE, disposition)
for _ in range(20):
    assert run("exec <&-; exit 2", input=b"x" * 1_000_000).returncode == 2
assert signal.getsignal(signal.SIGPIPE) == disposition
assert not signal.sigpending()
assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())
""",
        disposition,
    )


def test_after_a_fork(host) -> None:
    host(
        """
run(["true"])
child = os.fork()
if child == 0:
    os._exit(run("exit 6").returncode)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 6
assert run("exit 7").returncode == 7
"""
    )


def test_in_a_thread_other_than_the_main_one_at_exit(host) -> None:
    output = host(
        """
thread = threading.Thread(target=lambda: print(run(["echo", "hi"]).stdout, end=""))
thread.start()
thread.join()
"""
    )
    assert output == "hi\n"


OLD_KERNEL = """
import ctypes, struct
# Answer like a kernel without close_range and pidfds: EINVAL to clone(CLONE_PIDFD), ENOSYS to the others.
CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
def step(code, yes, no, value): return struct.pack("HBBI", code, yes, no, value)
LOAD, EQUAL, ANY_BIT, ANSWER = 0x20, 0x15, 0x45, 0x06
program = b"".join([
    step(LOAD, 0, 0, 0),
    step(EQUAL, 4, 0, 436),
    step(EQUAL, 3, 0, 434),
    step(EQUAL, 0, 3, CLONE),
    step(LOAD, 0, 0, 16),
    step(ANY_BIT, 2, 1, 0x1000),
    step(ANSWER, 0, 0, 0x00050000 | errno.ENOSYS),
    step(ANSWER, 0, 0, 0x7FFF0000),
    step(ANSWER, 0, 0, 0x00050000 | int(sys.argv[1])),
])
buffer = ctypes.create_string_buffer(program)
filter = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, filter, 0, 0) == 0, os.strerror(ctypes.get_errno())
try:
    os.pidfd_open(os.getpid())
except OSError as error:
    assert error.errno == errno.ENOSYS
else:
    raise AssertionError("the filter does not work")
"""


@pytest.mark.skipif(platform.machine() not in {"x86_64", "aarch64"}, reason="needs its system call numbers")
@pytest.mark.parametrize("refusal", ["EINVAL", "EPERM"])
def test_kernel_without_pidfd_and_close_range(host, refusal: str) -> None:
    import errno

    host(
        OLD_KERNEL
        + """
before = descriptors()
inheritable = os.dup2(os.open("/dev/null", os.O_RDONLY), 950)
assert str(run("cat; exit 0", input="x" * 300_000).stdout) == "x" * 300_000
assert str(run("ls /proc/self/fd").stdout).split() == ["0", "1", "2", "3"]
for _ in range(10):
    assert run("exit 3").returncode == 3
    assert run("exec >&- 2>&-; sleep 0.02; kill -9 $$").signal == 9
try:
    run("sleep 1000 & echo $!; sleep 1000", timeout=0.2)
except errors.CommandTimeoutError as error:
    assert eventually(lambda: not alive(int(str(error.completed.stdout))))
try:
    run(["nonexistent"])
except errors.SpawnNotFoundError as error:
    assert error.stage == "exec"
assert no_children()
""",
        str(getattr(errno, refusal)),
    )


def test_directory_without_permission(host, public_directory: Path) -> None:
    locked = public_directory / "locked"
    locked.mkdir()
    locked.chmod(0)
    host(
        """
run(["true"], cwd="/")
if os.geteuid() == 0:
    os.setuid(65534)
before = descriptors()
try:
    run(["true"], cwd=sys.argv[1])
except errors.SpawnPermissionError as error:
    assert (error.stage, error.filename) == ("cwd", sys.argv[1])
    assert sys.argv[1] in str(error)
else:
    raise AssertionError("entered")
assert descriptors() == before
""",
        str(locked),
    )


def _can_become_root(path: Path) -> bool:
    return os.geteuid() == 0 and not os.statvfs(path).f_flag & os.ST_NOSUID


def test_a_command_that_cannot_be_killed(host, public_directory: Path, gone) -> None:
    """A program that runs as another user is waited for within bounds, and reaped when it ends at last."""
    if not _can_become_root(public_directory):
        pytest.skip("needs root and a file system with set-user-ID programs")
    program = public_directory / "setpriv"
    program.write_bytes(Path(os.path.realpath("/usr/bin/setpriv")).read_bytes())
    program.chmod(0o4755)
    result = public_directory / "pid"
    result.touch()
    result.chmod(0o666)
    code = """
program, result = sys.argv[1:]
run(["true"], input="x")
os.setuid(65534)
try:
    run(f"echo $$ > {result}; exec {program} --reuid=0 --keep-groups sleep 1000", timeout=0.1, grace=0.1)
except errors.CommandTimeoutError as error:
    assert error.completed.returncode == 255
pid = int(open(result).read())
assert alive(pid)
print("abandoned", flush=True)
sys.stdin.readline()
def reaped():
    run(["true"])
    return not os.path.exists(f"/proc/{pid}")
assert eventually(reaped)
"""
    from tests.process.conftest import PRELUDE

    with subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code, str(program), str(result)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            assert process.stdout.readline() == "abandoned\n"
        finally:
            os.kill(int(result.read_text()), 9)
            process.stdin.write("\n")
            process.stdin.close()
        assert process.wait(30) == 0
