"""Walk a directory tree on several threads without the GIL, in batches of paths."""

import os

from cpython.exc cimport PyErr_CheckSignals
from libc.string cimport memcpy

from toolrig._handle import Handle

from toolrig._native.ignore cimport Ignore, tr_ignore
from toolrig._native.pool cimport submit, tr_crew, withdraw

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void *PyUnicode_DATA(object text)
    object PyUnicode_DecodeFSDefaultAndSize(const char *text, Py_ssize_t size)

cdef extern from "ascii.h" nogil:
    bint tr_is_ascii(const char *text, size_t length)

cdef extern from "walk.h" nogil:
    enum:
        TR_WALK_END
        TR_WALK_BATCH
        TR_WALK_BUSY
        TR_WALK_FAILED
    ctypedef struct tr_batch:
        size_t count
    ctypedef struct tr_walk_error:
        int error
        char *path
    ctypedef struct tr_walk:
        unsigned int kinds
        int hidden
        long max_depth
        char *prefix
    tr_walk *tr_walk_open(
        int root, const char *prefix, const char *trail, tr_ignore *rules, tr_crew crew, int threads)
    int tr_walk_next(tr_walk *walk, tr_batch **out)
    int tr_walk_error_at(tr_walk *walk, size_t index, tr_walk_error *error)
    size_t tr_walk_hidden(tr_walk *walk)
    const char *tr_batch_take(const tr_batch *batch, size_t *at, size_t *length)
    void tr_batch_free(tr_batch *batch)
    void tr_walk_halt(tr_walk *walk)
    void tr_walk_free(tr_walk *walk)


cdef class Walker:
    """A walk of the directory *fd*, of which it keeps a duplicate.

    Args:
        fd: a descriptor of the directory.
        prefix: what each path begins with, empty or ending in a slash.
        trail: a directory below *fd*, as ``a/b``, that the walk is to keep to; "" for the whole tree.
        kinds: the kinds of entry handed out, as bits: 1 file, 2 directory, 4 symbolic link, 8 other.
        hidden: 0 passes over names that begin with a dot, 1 only over ``.git``, 2 over nothing.
        max_depth: levels below *fd*; negative for no bound.
        rules: git's view of the tree, or None.
        threads: how many threads may walk, the caller's own among them.
    """

    cdef tr_walk *walk
    cdef object rules
    cdef object handle
    cdef int owner
    cdef bint inside
    cdef bint closed

    def __cinit__(
        self, int fd, *, prefix, trail, int kinds, int hidden, long max_depth, rules, int threads
    ):
        cdef bytes raw_prefix = os.fsencode(prefix), raw_trail = os.fsencode(trail)
        cdef tr_ignore *c_rules = NULL
        cdef tr_crew crew
        crew.submit = submit
        crew.withdraw = withdraw
        if rules is not None:
            c_rules = (<Ignore?>rules).rules
        self.rules = rules
        self.handle = Handle(fd)
        self.owner = os.getpid()
        self.walk = tr_walk_open(self.handle.place, raw_prefix, raw_trail, c_rules, crew, threads)
        if self.walk == NULL:
            raise MemoryError
        self.walk.kinds = <unsigned int>kinds
        self.walk.hidden = hidden
        self.walk.max_depth = max_depth

    def __dealloc__(self):
        self._free()

    cdef void _free(self) noexcept:
        cdef tr_walk *walk = self.walk
        self.walk = NULL
        # After a fork the helpers exist in the parent only: nothing to wait for, nothing safe to free.
        if walk != NULL and os.getpid() == self.owner:
            with nogil:
                tr_walk_halt(walk)
                tr_walk_free(walk)
        self.handle = None

    def next_batch(self) -> list[str] | None:
        """Return the next paths, in no promised order, or None when the walk is over or closed.

        Raises:
            MemoryError: the walk had to be given up.
            RuntimeError: the walk is continued in the child of a fork, or by two threads at once.
        """
        if self.walk == NULL:
            return None
        if os.getpid() != self.owner:
            raise RuntimeError("a walk cannot be continued after a fork: start a new one in the child")
        if self.inside:
            raise RuntimeError("another thread is inside this walk: give each thread a walk of its own")
        self.inside = True
        try:
            return self._next()
        finally:
            self.inside = False
            if self.closed:
                self._free()

    cdef list _next(self):
        cdef tr_batch *batch = NULL
        cdef tr_walk *walk = self.walk
        cdef int state
        while not self.closed:
            with nogil:
                state = tr_walk_next(walk, &batch)
            if state == TR_WALK_BATCH:
                return _paths(batch)
            if state == TR_WALK_END:
                return None
            if state == TR_WALK_FAILED:
                raise MemoryError
            PyErr_CheckSignals()
        return None

    def errors(self) -> list[tuple[str, int]]:
        """Return the directories that could not be read, each with its errno; at most the first 1,000."""
        cdef tr_walk_error error
        cdef tr_walk *walk = self.walk
        cdef list found = []
        while walk != NULL and tr_walk_error_at(walk, <size_t>len(found), &error):
            path = walk.prefix + error.path
            found.append((os.fsdecode(path), error.error))
            walk = self.walk  # another thread may have closed it meanwhile
        return found

    def hidden_by_rules(self) -> int:
        """Return how many entries the rules have hidden so far; what lies below them is not counted."""
        return tr_walk_hidden(self.walk) if self.walk != NULL else 0

    def close(self) -> None:
        """Stop the walk and free what it holds; a thread that is inside it does so within 50 ms."""
        self.closed = True
        if not self.inside:
            self._free()


cdef list _paths(tr_batch *batch):
    cdef size_t at = 0, length, _i
    cdef const char *path
    cdef list paths = []
    try:
        for _i in range(batch.count):
            path = tr_batch_take(batch, &at, &length)
            if tr_is_ascii(path, length):
                text = PyUnicode_New(<Py_ssize_t>length, 127)
                memcpy(PyUnicode_DATA(text), path, length)
            else:
                text = PyUnicode_DecodeFSDefaultAndSize(path, <Py_ssize_t>length)
            paths.append(text)
    finally:
        tr_batch_free(batch)
    return paths
