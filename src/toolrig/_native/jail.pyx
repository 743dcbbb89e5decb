"""Open paths beneath a directory descriptor, confined by the kernel where it can."""

import os

from libc.errno cimport errno

cdef extern from "Python.h":
    bytes PyUnicode_EncodeFSDefault(object text)

cdef extern from "jail.h" nogil:
    enum:
        TR_JAIL_FOLLOW
    int tr_jail_kernel
    int tr_open_beneath(int directory, const char *path, int flags, unsigned int mode, int how)
    bint tr_jail_has_openat2()


def open_beneath(int dir_fd, path, int flags, int mode=0o666, *, follow=True) -> int:
    """Open *path*, relative to the directory *dir_fd*, and return a descriptor that is not inherited.

    Symbolic links are followed while they stay beneath *dir_fd*; with ``follow=False`` any link is an
    error. See openat2(2), RESOLVE_BENEATH.

    Raises:
        OSError: ``EXDEV`` when the path leads out of the directory, ``ELOOP`` for a link that may not be
            followed, else what open(2) says. ``filename`` is *path*.
    """
    cdef bytes raw = PyUnicode_EncodeFSDefault(path) if type(path) is str else os.fsencode(path)
    cdef const char *c_path = raw
    cdef int how = TR_JAIL_FOLLOW if follow else 0
    cdef int fd, failure
    if b"\0" in raw:
        raise ValueError(f"path {path!r} contains a NUL character")
    with nogil:
        fd = tr_open_beneath(dir_fd, c_path, flags, <unsigned int>mode, how)
        failure = errno
    if fd < 0:
        raise OSError(failure, os.strerror(failure), path)
    return fd


def confinement() -> str:
    """Name what confines: ``"openat2"``, or ``"component walk"`` where the kernel lacks that call."""
    return "openat2" if tr_jail_has_openat2() else "component walk"


def _use_openat2(bint wanted) -> None:
    """Switch the kernel's own confinement off or on, for tests of the component walk."""
    global tr_jail_kernel
    tr_jail_kernel = 0 if wanted else -1
