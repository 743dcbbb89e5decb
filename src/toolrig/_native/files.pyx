"""Read file content: pieces of one file, the places of its lines, and many small files at once."""

import errno as codes
import os
import sys

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_AsStringAndSize, _PyBytes_Resize
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from cpython.ref cimport Py_XDECREF
from libc.errno cimport errno
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from posix.types cimport off_t

from toolrig._native.pool cimport submit, tr_crew, withdraw

cdef extern from "Python.h":
    bytes PyUnicode_EncodeFSDefault(object text)
    PyObject *PyBytes_FromStringAndSize(const char *start, Py_ssize_t size) except NULL

cdef extern from "<unistd.h>" nogil:
    ssize_t pread(int fd, void *start, size_t size, off_t at)
    int getpid()

cdef extern from "bytescan.h" nogil:
    ctypedef struct tr_bytescan:
        size_t (*count_newlines)(const char *text, size_t length) noexcept nogil
    const tr_bytescan *tr_bytescan_for(const char *name)

cdef extern from "lineseek.h" nogil:
    enum:
        TR_SEEK_FAILED
        TR_SEEK_MORE
    ctypedef struct tr_lineseek:
        off_t position
        uint64_t passed
    int tr_lineseek_init(
        tr_lineseek *seek, const tr_bytescan *isa, int fd, off_t start, off_t stop, uint64_t lines)
    void tr_lineseek_free(tr_lineseek *seek)
    int tr_lineseek_forward(tr_lineseek *seek)
    int tr_lineseek_back(tr_lineseek *seek)

cdef extern from "readmany.h" nogil:
    enum:
        TR_MANY_WAITING
        TR_MANY_READ
    ctypedef struct tr_many_file:
        char *bytes
        size_t length
    ctypedef struct tr_many:
        tr_many_file *files
    int tr_many_init(
        tr_many *many, int directory, const char *const *paths, size_t count, size_t most, tr_crew crew,
        int threads)
    void tr_many_step(tr_many *many)
    int tr_many_state(const tr_many *many, size_t index)
    void tr_many_drop(tr_many *many, size_t index)
    void tr_many_free(tr_many *many)

cdef enum:
    _PIECE = 1 << 23  # bytes read between two looks at signals
    _LEAST = 4096     # bytes asked for where the size is not known
    _LONG = 4096      # bytes that are worth releasing the GIL for

_LARGEST = sys.maxsize

cdef const tr_bytescan *isa = tr_bytescan_for(NULL)


def read_at(int fd, int64_t start, most=None) -> bytes:
    """Return the bytes of the file *fd* from *start* on, *most* of them where there are as many.

    The position of *fd* is neither used nor moved.

    Raises:
        OSError: what pread(2) says.
    """
    cdef Py_ssize_t room = _bounded(most)
    cdef Py_ssize_t size = 0, have = 0
    cdef Py_ssize_t got = 1
    cdef PyObject *content
    cdef Py_ssize_t left = os.fstat(fd).st_size - start
    # One byte more than there should be, to see in the same call that there is none.
    size = min(room, left + 1 if left > 0 else _LEAST)
    content = PyBytes_FromStringAndSize(NULL, size)
    try:
        while got and have < size:
            got = _read_piece(fd, PyBytes_AS_STRING(<object>content) + have, size - have, start + have)
            have += got
            if have == size and size < room:  # it has grown, or its size was not known
                size = size * 2 if size < room // 2 else room
                _PyBytes_Resize(&content, size)
            elif left > 0 and left <= have < size:
                break
        if have < size:
            _PyBytes_Resize(&content, have)
        return <bytes>content
    finally:
        Py_XDECREF(content)


cdef int64_t _bounded(number) except? -1:
    """Return the *number*, or the largest position where it is larger or None."""
    return _LARGEST if number is None or number > _LARGEST else number


cdef Py_ssize_t _read_piece(int fd, char *place, Py_ssize_t size, int64_t start) except -1:
    """Read at most *size* bytes and 8 MiB."""
    cdef Py_ssize_t got
    cdef int failure
    while True:
        PyErr_CheckSignals()
        with nogil:
            got = pread(fd, place, min(<size_t>size, <size_t>_PIECE), start)
            failure = errno
        if got >= 0:
            return got
        if failure != codes.EINTR:
            raise OSError(failure, os.strerror(failure))


def count_newlines(bytes text not None) -> int:
    """Return how many newlines *text* has."""
    cdef const char *start = text
    cdef size_t length = <size_t>len(text), count
    if length <= _LONG:
        return isa.count_newlines(start, length)
    with nogil:
        count = isa.count_newlines(start, length)
    return count


def seek_lines(int fd, int64_t start, lines, stop=None) -> tuple[int, int]:
    """Pass *lines* line ends of the file *fd* from *start* on, but nothing from *stop* on (None: no bound).

    Returns the position just behind the last of them and how many there were; where there are fewer, the
    position is *stop* or the end of the file.

    Raises:
        OSError: what pread(2) says.
    """
    return _sought(fd, start, _bounded(stop), _bounded(lines), False)


def seek_lines_back(int fd, int64_t start, stop, lines) -> tuple[int, int]:
    """Look for the last *lines* line ends of the file *fd* before *stop*, but not before *start*.

    Returns the position just behind the earliest of them and how many there were; where there is none, the
    position is *start*.

    Raises:
        OSError: what pread(2) says.
    """
    return _sought(fd, start, _bounded(stop), _bounded(lines), True)


cdef tuple _sought(int fd, int64_t start, int64_t stop, int64_t lines, bint back):
    cdef tr_lineseek seek
    cdef int state = TR_SEEK_MORE, failure
    if start < 0:
        raise ValueError(f"start is {start}: positions count from 0")
    if lines < 0:
        raise ValueError(f"lines is {lines}: give a number from 0")
    if tr_lineseek_init(&seek, isa, fd, start, stop, lines) < 0:
        raise MemoryError
    try:
        while state == TR_SEEK_MORE:
            PyErr_CheckSignals()
            with nogil:
                state = tr_lineseek_back(&seek) if back else tr_lineseek_forward(&seek)
                failure = errno
        if state == TR_SEEK_FAILED:
            raise OSError(failure, os.strerror(failure))
        return seek.position, seek.passed
    finally:
        tr_lineseek_free(&seek)


def read_many(int dir_fd, list paths not None, most=None, *, int threads=1) -> list[bytes | None]:
    """Read the files *paths* beneath the directory *dir_fd*, or wherever they are where that is -1.

    Returns for each its first *most* bytes, or None where the file should be read on its own: because it is
    large, has grown while it was read, or cannot be read, for whatever reason. See `open_beneath` of the
    kernel ``jail`` for what beneath means.

    Args:
        threads: how many threads may read, the caller's own among them.

    Raises:
        ValueError: a path contains a NUL character.
    """
    cdef size_t room = <size_t>_bounded(most)
    cdef size_t count = <size_t>len(paths), i
    cdef list kept = [PyUnicode_EncodeFSDefault(path) for path in paths]
    cdef const char **pointers = <const char **>calloc(count + 1, sizeof(char *))
    cdef char *raw
    if pointers == NULL:
        raise MemoryError
    try:
        for i in range(count):
            PyBytes_AsStringAndSize(kept[i], &raw, NULL)
            pointers[i] = raw
        return _read_many(dir_fd, pointers, count, room, threads)
    finally:
        free(pointers)


cdef list _read_many(int dir_fd, const char **paths, size_t count, size_t most, int threads):
    cdef tr_many many
    cdef tr_crew crew
    cdef size_t i = 0
    cdef int owner = getpid()
    cdef list found = []
    crew.submit = submit
    crew.withdraw = withdraw
    if tr_many_init(&many, dir_fd, paths, count, most, crew, threads) < 0:
        raise MemoryError
    try:
        while i < count:
            PyErr_CheckSignals()
            with nogil:
                tr_many_step(&many)
            while i < count and tr_many_state(&many, i) != TR_MANY_WAITING:
                found.append(_collected(&many, i))
                tr_many_drop(&many, i)
                i += 1
        return found
    finally:
        # After a fork by a signal handler the helpers exist in the parent only: nobody to wait for.
        if getpid() == owner:
            with nogil:
                tr_many_free(&many)


cdef object _collected(tr_many *many, size_t index):
    cdef tr_many_file *file = &many.files[index]
    if tr_many_state(many, index) != TR_MANY_READ:
        return None
    return file.bytes[:file.length]
