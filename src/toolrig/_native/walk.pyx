"""Walk a directory tree on several threads without the GIL, in batches of paths or into columns."""

import os
from time import monotonic

from cpython.buffer cimport PyBuffer_FillInfo
from cpython.exc cimport PyErr_CheckSignals
from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
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

cdef extern from "columns.h" nogil:
    enum:
        TR_ORDER_PATH
        TR_ORDER_MTIME
        TR_ORDER_SIZE
    ctypedef struct tr_columns:
        unsigned char *kinds
        int64_t *sizes
        int64_t *mtimes
        size_t count
        int with_statuses
    int tr_columns_add(tr_columns *columns, const tr_batch *batch)
    const char *tr_columns_path(const tr_columns *columns, size_t row, size_t *length)
    int tr_columns_select(tr_columns *columns, const size_t *rows, size_t count)
    int tr_columns_order(tr_columns *columns, int order, size_t limit)
    void tr_columns_clear(tr_columns *columns)

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
    ctypedef struct tr_plan:
        int root
        unsigned int kinds
        int hidden
        long max_depth
        int follow
        int same_device
        int look
        unsigned long device
        tr_ignore *rules
        char *prefix
        size_t prefix_length
        char *trail
        char *endings
        size_t endings_length
    ctypedef struct tr_walk:
        tr_plan plan
    tr_walk *tr_walk_open(const tr_plan *plan, tr_crew crew, int threads)
    int tr_walk_next(tr_walk *walk, tr_batch **out)
    int tr_walk_error_at(tr_walk *walk, size_t index, tr_walk_error *error)
    size_t tr_walk_hidden(tr_walk *walk)
    const char *tr_batch_path(const tr_batch *batch, size_t index, size_t *length)
    void tr_batch_free(tr_batch *batch)
    void tr_walk_halt(tr_walk *walk)
    void tr_walk_free(tr_walk *walk)

_ORDERS = {"path": TR_ORDER_PATH, "mtime": TR_ORDER_MTIME, "size": TR_ORDER_SIZE}


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
        look: entries have a status; to be gathered into columns that have one.
        follow: symbolic links to what lies below *fd* count as that; no directory is entered inside itself.
        same_device: directories on other devices are not entered.
        endings: what a path must end in one of to be handed out; empty for everything.
    """

    cdef tr_walk *walk
    cdef object rules
    cdef object handle
    cdef tuple texts
    cdef int owner
    cdef bint inside
    cdef bint closed

    def __cinit__(
        self,
        int fd,
        *,
        prefix,
        trail,
        int kinds,
        int hidden,
        long max_depth,
        rules,
        int threads,
        bint look=False,
        bint follow=False,
        bint same_device=False,
        endings=(),
    ):
        cdef bytes raw_prefix = os.fsencode(prefix), raw_trail = os.fsencode(trail)
        cdef bytes raw_endings = b"".join(os.fsencode(ending) + b"\0" for ending in endings)
        cdef tr_crew crew
        cdef tr_plan plan
        crew.submit = submit
        crew.withdraw = withdraw
        self.rules = rules
        self.handle = Handle(fd)
        self.owner = os.getpid()
        self.texts = (raw_prefix, raw_trail, raw_endings)
        plan.root = self.handle.place
        plan.kinds = <unsigned int>kinds
        plan.hidden = hidden
        plan.max_depth = max_depth
        plan.follow = follow
        plan.same_device = same_device
        plan.look = look
        plan.device = os.fstat(fd).st_dev if same_device else 0
        plan.rules = NULL if rules is None else (<Ignore?>rules).rules
        plan.prefix = raw_prefix
        plan.prefix_length = <size_t>len(raw_prefix)
        plan.trail = raw_trail
        plan.endings = raw_endings
        plan.endings_length = <size_t>len(raw_endings)
        self.walk = tr_walk_open(&plan, crew, threads)
        if self.walk == NULL:
            raise MemoryError

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
        cdef tr_batch *batch = NULL
        if not self._enter():
            return None
        try:
            if self._next(&batch, -1.0) == TR_WALK_BATCH:
                return _paths(batch)
            return None
        finally:
            self._leave()

    def gather(self, Columns columns, until=None) -> bool:
        """Put all that is still to come into *columns*; return whether the walk came to its end.

        Args:
            until: the moment of `time.monotonic` after which to stop; None for no bound.

        Raises:
            MemoryError: the walk had to be given up.
            RuntimeError: as for `next_batch`.
        """
        cdef tr_batch *batch = NULL
        cdef double last = -1.0 if until is None else until
        cdef int state = TR_WALK_END, failed = 0
        if not self._enter():
            return False
        try:
            while (state := self._next(&batch, last)) == TR_WALK_BATCH:
                with nogil:
                    failed = tr_columns_add(&columns.columns, batch)
                    tr_batch_free(batch)
                if failed:
                    raise MemoryError
                if last >= 0 and monotonic() >= last:
                    break
            return state == TR_WALK_END
        finally:
            self._leave()

    cdef bint _enter(self) except -1:
        if self.walk == NULL:
            return False
        if os.getpid() != self.owner:
            raise RuntimeError("a walk cannot be continued after a fork: start a new one in the child")
        if self.inside:
            raise RuntimeError("another thread is inside this walk: give each thread a walk of its own")
        self.inside = True
        return True

    cdef void _leave(self) noexcept:
        self.inside = False
        if self.closed:
            self._free()

    cdef int _next(self, tr_batch **batch, double until) except -1:
        """TR_WALK_BATCH, TR_WALK_END, or TR_WALK_BUSY where it was closed or nothing came *until* then."""
        cdef tr_walk *walk = self.walk
        cdef int state
        while not self.closed:
            with nogil:
                state = tr_walk_next(walk, batch)
            if state == TR_WALK_FAILED:
                raise MemoryError
            if state != TR_WALK_BUSY:
                return state
            PyErr_CheckSignals()
            if until >= 0 and monotonic() >= until:
                break
        return TR_WALK_BUSY

    def errors(self) -> list[tuple[str, int]]:
        """Return the directories that could not be read, each with its errno; at most the first 1,000."""
        cdef tr_walk_error error
        cdef tr_walk *walk = self.walk
        cdef list found = []
        while walk != NULL and tr_walk_error_at(walk, <size_t>len(found), &error):
            path = walk.plan.prefix + error.path
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


cdef class Columns:
    """Entries gathered from a walk: paths, kinds as bits and, where it looked, sizes and times.

    Not to be changed by two threads at once, nor once a buffer was asked for.

    Args:
        with_statuses: whether there are sizes and times.
    """

    cdef tr_columns columns

    def __cinit__(self, *, bint with_statuses):
        self.columns.with_statuses = with_statuses

    def __dealloc__(self):
        tr_columns_clear(&self.columns)

    def __len__(self) -> int:
        return <Py_ssize_t>self.columns.count

    def paths(self) -> list[str]:
        """Return all paths."""
        cdef list paths = PyList_New(<Py_ssize_t>self.columns.count)
        cdef size_t row, length
        cdef const char *path
        for row in range(self.columns.count):
            path = tr_columns_path(&self.columns, row, &length)
            _set(paths, <Py_ssize_t>row, path, length)
        return paths

    def filter(self, keep) -> None:
        """Leave out the rows for whose path *keep* returns something false."""
        cdef size_t *rows
        cdef size_t count = 0, row
        cdef list paths = self.paths()
        cdef int failed
        rows = <size_t *>malloc((self.columns.count + 1) * sizeof(size_t))
        if rows == NULL:
            raise MemoryError
        try:
            for row in range(self.columns.count):
                if keep(paths[row]):
                    rows[count] = row
                    count += 1
            with nogil:
                failed = tr_columns_select(&self.columns, rows, count)
        finally:
            free(rows)
        if failed:
            raise MemoryError

    def order(self, str by, limit=None) -> None:
        """Put the rows in order and keep the first *limit*.

        "path" is the order of their bytes, "mtime" the newest first, "size" the largest first; rows that are
        equal otherwise are in the order of their paths.
        """
        cdef int order = _ORDERS[by]
        cdef size_t most = <size_t>len(self)
        cdef int failed
        if order != TR_ORDER_PATH and not self.columns.with_statuses:
            raise ValueError(f"these columns have no {by}")
        if limit is not None:
            most = min(<size_t>limit, most)
        with nogil:
            failed = tr_columns_order(&self.columns, order, most)
        if failed:
            raise MemoryError

    def head(self, limit) -> None:
        """Keep the first *limit* rows as they are."""
        cdef size_t most = <size_t>limit
        if most < self.columns.count:
            self.columns.count = most

    def buffer(self, str name) -> memoryview:
        """Return "kinds" (bytes), "sizes" or "mtimes" (numbers of 64 bits) without copying."""
        if name == "kinds":
            return _view(self, self.columns.kinds, self.columns.count, "B")
        if not self.columns.with_statuses:
            raise ValueError(f"these columns have no {name}")
        column = {"sizes": <size_t>self.columns.sizes, "mtimes": <size_t>self.columns.mtimes}[name]
        return _view(self, <void *><size_t>column, self.columns.count * sizeof(int64_t), "q")


cdef class _Memory:
    """Read-only bytes that live as long as *owner*."""

    cdef object owner
    cdef void *start
    cdef size_t length

    def __getbuffer__(self, Py_buffer *view, int flags):
        PyBuffer_FillInfo(view, self, self.start, <Py_ssize_t>self.length, 1, flags)


cdef object _view(object owner, void *start, size_t length, str code):
    cdef _Memory memory = _Memory()
    memory.owner = owner
    memory.start = start if length else <void *>b""
    memory.length = length
    return memoryview(memory).cast(code)


cdef list _paths(tr_batch *batch):
    cdef size_t row, length
    cdef const char *path
    cdef list paths
    try:
        paths = PyList_New(<Py_ssize_t>batch.count)
        for row in range(batch.count):
            path = tr_batch_path(batch, row, &length)
            _set(paths, <Py_ssize_t>row, path, length)
    finally:
        tr_batch_free(batch)
    return paths


cdef inline int _set(list paths, Py_ssize_t row, const char *path, size_t length) except -1:
    """Put a path into a place of the list that nothing was put into yet."""
    if tr_is_ascii(path, length):
        text = PyUnicode_New(<Py_ssize_t>length, 127)
        memcpy(PyUnicode_DATA(text), path, length)
    else:
        text = PyUnicode_DecodeFSDefaultAndSize(path, <Py_ssize_t>length)
    Py_INCREF(text)
    PyList_SET_ITEM(paths, row, text)
    return 0
