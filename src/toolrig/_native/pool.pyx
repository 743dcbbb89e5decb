"""The one pool of native threads: its size, and its reset after a fork."""

cdef extern from "pool.h" nogil:
    int tr_pool_submit(tr_job *job)
    int tr_pool_withdraw(tr_job *job)
    void tr_pool_resize(int threads)
    void tr_pool_after_fork()


cdef int submit(tr_job *job) noexcept nogil:
    return tr_pool_submit(job)


cdef int withdraw(tr_job *job) noexcept nogil:
    return tr_pool_withdraw(job)


def resize(int threads) -> None:
    """Let the pool start at most *threads* threads; those already started stay."""
    tr_pool_resize(threads)


def after_fork() -> None:
    """Forget the parent's threads and queue; to be called in the child of a fork."""
    tr_pool_after_fork()
