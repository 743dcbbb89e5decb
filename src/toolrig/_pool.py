"""Owner of toolrig's native threads: how many there are, and what a fork does to them."""

import os

from toolrig._backend import kernel

MOST_THREADS = 8

_threads: int | None = None


def threads() -> int:
    """Return how many threads one call may use: the smallest of CPU affinity, cgroup quota and 8.

    The pool is ready for as many; forked children start with an empty one.
    """
    global _threads
    if _threads is None:
        _threads = max(1, min(_affinity(), _cgroup_quota(), MOST_THREADS))
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)
    # Each time, because the engine may have been switched; the calling thread works too.
    kernel("pool").resize(_threads - 1)
    return _threads


def _after_fork() -> None:
    kernel("pool").after_fork()


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cgroup_quota() -> int:
    """Return the CPUs granted by the cgroup's quota, rounded up, or a large number where none is set."""
    for quota_file, period_file in (
        ("/sys/fs/cgroup/cpu.max", None),
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
    ):
        try:
            with open(quota_file, "rb") as file:
                fields = file.read().split()
            if period_file:
                with open(period_file, "rb") as file:
                    fields += file.read().split()
            quota, period = int(fields[0]), int(fields[1])
        except (OSError, ValueError, IndexError):
            continue
        if quota > 0 and period > 0:
            return -(-quota // period)
    return MOST_THREADS
