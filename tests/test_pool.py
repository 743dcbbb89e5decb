"""How many threads one call may use: affinity, cgroup quota, and never more than eight."""

import io
import os
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from toolrig import _pool

V2 = "/sys/fs/cgroup/cpu.max"
V1_QUOTA = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"
V1_PERIOD = "/sys/fs/cgroup/cpu/cpu.cfs_period_us"

Machine = Callable[..., list[int]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Pretend to run on *cpus* CPUs and these cgroup files; return the sizes the pool is given."""
    sizes: list[int] = []

    def pretend(cpus: int, cgroup: dict[str, str] | None = None) -> list[int]:
        def read(path: str, mode: str) -> io.BytesIO:
            if path not in (cgroup or {}):
                raise FileNotFoundError(path)
            return io.BytesIO((cgroup or {})[path].encode())

        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cpus)), raising=False)
        monkeypatch.setattr(os, "register_at_fork", lambda **hooks: None, raising=False)
        monkeypatch.setattr(_pool, "open", read, raising=False)
        monkeypatch.setattr(_pool, "kernel", lambda name: SimpleNamespace(resize=sizes.append))
        monkeypatch.setattr(_pool, "_threads", None)
        return sizes

    return pretend


@pytest.mark.parametrize(("cpus", "expected"), [(1, 1), (3, 3), (8, 8), (64, 8)])
def test_follows_affinity_up_to_eight(machine: Machine, cpus: int, expected: int) -> None:
    machine(cpus)
    assert _pool.threads() == expected


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        ({V2: "200000 100000\n"}, 2),
        ({V2: "150000 100000\n"}, 2),
        ({V2: "1000 100000\n"}, 1),
        ({V2: "max 100000\n"}, 6),
        ({V2: ""}, 6),
        ({V2: "garbage\n"}, 6),
        ({V2: "0 0\n"}, 6),
        ({V1_QUOTA: "300000\n", V1_PERIOD: "100000\n"}, 3),
        ({V1_QUOTA: "-1\n", V1_PERIOD: "100000\n"}, 6),
        ({V1_QUOTA: "300000\n"}, 6),
        ({V2: "max 100000\n", V1_QUOTA: "400000\n", V1_PERIOD: "100000\n"}, 4),
    ],
)
def test_follows_the_quota_of_the_cgroup(machine: Machine, cgroup: dict[str, str], expected: int) -> None:
    machine(6, cgroup)
    assert _pool.threads() == expected


def test_pool_gets_one_thread_less(machine: Machine) -> None:
    sizes = machine(4)
    assert [_pool.threads(), _pool.threads()] == [4, 4]
    assert set(sizes) == {3}


def test_without_affinity_counts_cpus(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(1)
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert _pool.threads() == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_child_starts_with_an_empty_pool(backend: str) -> None:
    """The hook runs in the child and leaves a pool that can be set up again."""
    _pool.threads()
    child = os.fork()
    if child == 0:
        try:
            _pool.kernel("pool").resize(1)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
