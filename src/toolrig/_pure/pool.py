"""Twin of the native pool: the standard-library kernels run on the caller's thread, so there is none."""


def resize(threads: int) -> None:
    """Let the pool start at most *threads* threads; those already started stay."""


def after_fork() -> None:
    """Forget the parent's threads and queue; to be called in the child of a fork."""
