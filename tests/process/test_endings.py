"""How commands end when they do not end by themselves: timeout, cancel, end of the host, leftovers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from toolrig import errors
from toolrig.process import CancelToken, Completed, run

Check = Callable[[int], bool]

FOREVER = "sleep 1000 & echo $!; sleep 1000 & echo $!; echo $$; wait"


def pids(completed: Completed) -> list[int]:
    return [int(line) for line in str(completed.stdout).split()]


def timed_out(command: object, **options: object) -> Completed:
    with pytest.raises(errors.CommandTimeoutError) as caught:
        run(command, **options)  # type: ignore[arg-type]
    assert isinstance(caught.value, TimeoutError)
    return caught.value.completed


def test_timeout_ends_the_whole_group(backend: str, gone: Check) -> None:
    completed = timed_out(FOREVER, timeout=0.3)
    assert completed.signal == 15
    assert len(pids(completed)) == 3
    assert all(gone(pid) for pid in pids(completed))


def test_a_group_that_ignores_sigterm_is_killed(backend: str, gone: Check) -> None:
    completed = timed_out(f"trap '' TERM; {FOREVER}", timeout=0.3, grace=0.1)
    assert completed.signal == 9
    assert len(pids(completed)) == 3
    assert all(gone(pid) for pid in pids(completed))


def test_grace_lets_a_command_end_by_itself(backend: str) -> None:
    script = "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done"
    completed = timed_out(script, timeout=0.3, grace=30)
    assert (completed.returncode, str(completed.stdout)) == (7, "ready\nbye\n")


def test_no_grace(backend: str) -> None:
    completed = timed_out("trap '' TERM; while :; do sleep 0.01; done", timeout=0.1, grace=0)
    assert completed.signal == 9


def test_zero_and_long_timeouts(backend: str) -> None:
    timed_out(["sleep", "1000"], timeout=0)
    assert run(["true"], timeout=1e300, grace=float("inf")).returncode == 0
    assert run(["true"], timeout=float("inf")).returncode == 0


def test_a_stopped_command_is_ended(backend: str) -> None:
    assert timed_out("kill -STOP $$", timeout=0.1, grace=0.05).signal == 9


def test_what_a_command_leaves_in_its_group_is_ended(backend: str, gone: Check) -> None:
    completed = run("sleep 1000 & echo $!", timeout=30)
    assert completed.returncode == 0
    assert gone(pids(completed)[0])
    completed = run("trap '' TERM HUP; sleep 1000 >/dev/null 2>&1 & echo $!", timeout=30)
    assert gone(pids(completed)[0])


@pytest.mark.parametrize("keeps", ["", ">/dev/null 2>&1"], ids=["holds the pipe", "redirected"])
def test_a_process_that_escaped_does_not_hold_run_up(
    backend: str, tmp_path: Path, alive: Check, keeps: str
) -> None:
    escaped = tmp_path / "pid"
    escape = f"setsid sh -c 'echo $$ > {escaped}; exec sleep 1000' {keeps} &"
    completed = run(f"{escape} while [ ! -s {escaped} ]; do :; done; echo x", timeout=30)
    pid = int(escaped.read_text())
    try:
        assert (completed.returncode, str(completed.stdout)) == (0, "x\n")
        assert alive(pid)
    finally:
        run(["kill", "-9", str(pid)])


def test_a_flooding_escapee_does_not_hold_run_up(backend: str, tmp_path: Path) -> None:
    escaped = tmp_path / "pid"
    script = f"setsid sh -c 'echo $$ > {escaped}; exec cat /dev/zero' & while [ ! -s {escaped} ]; do :; done"
    try:
        assert run(script, timeout=30, max_output=1000).stdout.total > 0
    finally:
        run(["kill", "-9", escaped.read_text().strip()])


@contextmanager
def later(action: Callable[[], None], when: Path) -> Iterator[None]:
    """Call *action* from another thread once the file *when* exists."""
    over = threading.Event()

    def watch() -> None:
        while not when.exists() and not over.wait(0.005):
            pass
        action()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_cancel_from_another_thread(backend: str, tmp_path: Path, gone: Check) -> None:
    token = CancelToken()
    started = tmp_path / "started"
    with later(token.cancel, started), pytest.raises(errors.CommandCancelledError) as caught:
        run(f"echo partial; echo $$ > {started}.pid; touch {started}; sleep 1000", cancel=token, timeout=30)
    assert caught.value.completed is not None
    assert (caught.value.completed.signal, str(caught.value.completed.stdout)) == (15, "partial\n")
    assert gone(int(Path(f"{started}.pid").read_text()))


def test_cancelled_before_the_start(backend: str, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    token.cancel()
    assert token.cancelled
    with pytest.raises(errors.CommandCancelledError) as caught:
        run(["touch", str(tmp_path / "file")], cancel=token)
    assert caught.value.completed is None
    assert not (tmp_path / "file").exists()


def test_one_token_for_many_commands(backend: str, tmp_path: Path) -> None:
    token = CancelToken()
    assert run(["true"], cancel=token).returncode == 0
    caught: list[Exception] = []

    def command(number: int) -> None:
        try:
            run(f"touch {tmp_path}/{number}; sleep 1000", cancel=token, timeout=30)
        except Exception as error:
            caught.append(error)

    threads = [threading.Thread(target=command, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while len(list(tmp_path.iterdir())) < 4:
        threading.Event().wait(0.005)
    token.cancel()
    for thread in threads:
        thread.join()
    assert [type(error) for error in caught] == [errors.CommandCancelledError] * 4


def test_cancel_spares_nothing_that_ignores_it(backend: str, tmp_path: Path) -> None:
    token = CancelToken()
    started = tmp_path / "started"
    script = f"trap '' TERM; touch {started}; while :; do sleep 0.01; done"
    with later(token.cancel, started), pytest.raises(errors.CommandCancelledError) as caught:
        run(script, cancel=token, grace=0.05, timeout=30)
    assert caught.value.completed is not None
    assert caught.value.completed.signal == 9


@pytest.mark.parametrize("name", ["INT", "USR1"])
def test_an_exception_from_a_signal_handler(host, tmp_path: Path, name: str) -> None:
    """The command itself interrupts its host: the group is gone, reaped, and every descriptor closed."""
    host(
        """
path, name = sys.argv[1:]
class Interrupted(BaseException): pass
def handler(number, frame): raise Interrupted
signal.signal(signal.SIGINT, signal.default_int_handler)  # even where the tests run in the background
signal.signal(signal.SIGUSR1, handler)
run(["true"])
before = descriptors()
try:
    run(f"sleep 1000 & echo $! > {path}; echo $$ >> {path}; kill -{name} $PPID; wait", input="x" * 200_000)
except (KeyboardInterrupt, Interrupted) as error:
    assert isinstance(error, KeyboardInterrupt) == (name == "INT")
else:
    raise AssertionError("not interrupted")
assert no_children()
for pid in open(path).read().split():
    assert eventually(lambda: not alive(int(pid)))
assert descriptors() == before
""",
        str(tmp_path / "pids"),
        name,
    )


def test_a_handler_that_returns_changes_nothing(host) -> None:
    host(
        """
calls = []
signal.signal(signal.SIGUSR1, lambda *_: calls.append(1))
completed = run("kill -USR1 $PPID; sleep 0.1; echo done")
assert (completed.returncode, str(completed.stdout)) == (0, "done\\n")
assert calls == [1]
"""
    )


def test_end_all(host, tmp_path: Path) -> None:
    """It ends what runs, refuses what comes later, and a forked child begins anew."""
    host(
        """
path = sys.argv[1]
caught = []
def command(number):
    try:
        file = f"{path}/{number}"
        run(f"trap '' TERM; sleep 1000 & echo $! > {file}.new; mv {file}.new {file}; wait")
    except errors.CommandCancelledError as error:
        caught.append(error.completed.signal)
threads = [threading.Thread(target=command, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
assert eventually(lambda: all(os.path.exists(f"{path}/{number}") for number in range(4)))
pids = [int(open(f"{path}/{number}").read()) for number in range(4)]

child = os.fork()
if child == 0:  # the commands are the parent's: not to be ended here
    end_all()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert all(alive(pid) for pid in pids)

end_all()
for thread in threads:
    thread.join()
assert caught == [9] * 4
assert all(eventually(lambda: not alive(pid)) for pid in pids)
try:
    run(["true"])
except errors.CommandCancelledError as error:
    assert error.completed is None
else:
    raise AssertionError("not refused")
assert no_children()

child = os.fork()
if child == 0:
    os._exit(run(["true"]).returncode)
assert os.waitpid(child, 0)[1] == 0
""",
        str(tmp_path),
    )


def test_end_all_and_exit_leaves_nothing(host, gone: Check) -> None:
    """A server that ends itself right after leaves no command, not even one that was just being started."""
    for _ in range(8):
        output = host(
            """
def loop():
    while True:
        try:
            run("sleep 1000.25 & exec sleep 1000.25", timeout=0.005)
        except errors.CommandTimeoutError:
            pass
for _ in range(4):
    threading.Thread(target=loop, daemon=True).start()
time.sleep(0.05)  # anywhere in the middle
end_all()
print(os.getpid(), flush=True)
os._exit(0)
"""
        )
        assert gone(int(output))
    assert not [pid for pid in orphans() if not gone(pid)]


def orphans() -> list[int]:
    """Return the processes that a test above may have left: a sleep of that length without its parent."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cmdline").read_bytes() == b"sleep\x001000.25\0":
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
