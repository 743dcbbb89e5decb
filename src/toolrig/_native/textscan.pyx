"""Search files on several threads without the GIL, line by line."""

import os

from toolrig._handle import Handle

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_AsStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport EINVAL, errno
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

from toolrig._native.pool cimport submit, tr_crew, withdraw

cdef extern from "Python.h":
    bytes PyUnicode_EncodeFSDefault(object text)

cdef extern from "bytescan.h" nogil:
    ctypedef struct tr_bytescan:
        const char *name
        size_t (*count_newlines)(const char *text, size_t length) noexcept nogil
        const char *(*last_newline)(const char *text, size_t length) noexcept nogil
    const tr_bytescan *tr_bytescan_for(const char *name)

cdef extern from "literals.h" nogil:
    enum:
        TR_LITERALS_MOST

cdef extern from "finder.h" nogil:
    ctypedef struct tr_finder:
        size_t scratch
    int tr_finder_of_literals(
        tr_finder *finder, const tr_bytescan *isa, const char *const *bytes, const size_t *lengths,
        size_t count, int caseless)
    int tr_finder_of_automaton(tr_finder *finder, const tr_bytescan *isa, const char *program, size_t length)
    int tr_finder_add_automaton(tr_finder *finder, const char *program, size_t length)
    const char *tr_finder_find(const tr_finder *finder, void *scratch, const char *text, size_t length)
    void tr_finder_clear(tr_finder *finder)

cdef extern from "jail.h" nogil:
    enum:
        TR_JAIL_FOLLOW

cdef extern from "filescan.h" nogil:
    enum:
        TR_CHUNK_LEAST
        TR_SCAN_FILES
        TR_SCAN_COUNT
        TR_SCAN_LINES
    ctypedef struct tr_scan_plan:
        const tr_bytescan *isa
        const tr_finder *finder
        int mode
        size_t before, after, chunk, probe, line_most, piece_most
        int follow
    ctypedef struct tr_range:
        uint64_t line
        size_t begin, start, end, stop, at
    ctypedef struct tr_piece:
        tr_piece *next
        size_t file
        int error
        uint64_t count
        char *blob
        size_t used
        tr_range *ranges
        size_t range_count
    void tr_piece_free(tr_piece *piece)

cdef extern from "textscan.h" nogil:
    enum:
        TR_SCAN_END
        TR_SCAN_BATCH
    ctypedef struct tr_scan:
        pass
    tr_scan *tr_scan_open(int directory, const tr_scan_plan *plan, tr_crew crew, int threads)
    int tr_scan_start(tr_scan *scan, const char *const *paths, size_t count)
    int tr_scan_next(tr_scan *scan, tr_piece **out)
    void tr_scan_counts(tr_scan *scan, uint64_t *searched, uint64_t *binary)
    void tr_scan_halt(tr_scan *scan)
    void tr_scan_free(tr_scan *scan)

FILES, COUNT, LINES = TR_SCAN_FILES, TR_SCAN_COUNT, TR_SCAN_LINES
LITERALS_MOST = TR_LITERALS_MOST

cdef enum:
    _LONG = 4096  # bytes that are worth releasing the GIL for

cdef const tr_bytescan *isa = tr_bytescan_for(NULL)


cdef class Scanner:
    """A search of files beneath the directory *dir_fd*, of which it keeps a duplicate.

    A file with a NUL among its first *probe* bytes is binary and passed over. A file in UTF-16, which a byte
    order mark tells, is searched as the same text in UTF-8; with a NUL character or half a character among
    those bytes it is binary, and half a character behind them is U+FFFD. Files are read in chunks; a
    line longer than *line_most* bytes, with its context, makes its file an error (``EFBIG``).

    Args:
        dir_fd: a descriptor of the directory.
        finder: what a line must contain, see `find`; None to have every line.
        mode: `FILES`: whether there is such a line; `COUNT`: how many there are; `LINES`: the lines.
        before: lines of context in front of a line.
        after: lines of context behind a line.
        follow: whether symbolic links are followed, as far as they stay beneath the directory.
        threads: how many threads may search, the caller's own among them.
        probe: bytes in which a NUL is looked for.
        chunk: bytes to read at once.
        line_most: bytes of the longest line, with its context.
        piece_most: bytes of lines to collect before they are handed out.

    Raises:
        ValueError: no finder with another mode than `LINES`, or one that cannot be.
    """

    cdef tr_scan *scan
    cdef object handle
    cdef const char **paths
    cdef tr_finder finder
    cdef list kept
    cdef int owner
    cdef bint inside
    cdef bint closed
    cdef uint64_t searched
    cdef uint64_t binary

    def __cinit__(
        self, int dir_fd, tuple finder, *, int mode, size_t before, size_t after, bint follow, int threads,
        size_t probe, size_t chunk=1 << 16, size_t line_most=1 << 26, size_t piece_most=1 << 18
    ):
        cdef tr_scan_plan plan
        cdef tr_crew crew
        if finder is None and mode != TR_SCAN_LINES:
            raise ValueError("no finder asks for every line: use the mode LINES")
        crew.submit = submit
        crew.withdraw = withdraw
        self.owner = os.getpid()
        plan.isa = isa
        plan.finder = NULL
        if finder is not None:
            _prepare(&self.finder, finder)
            plan.finder = &self.finder
        plan.mode = mode
        plan.before = before if mode == TR_SCAN_LINES else 0
        plan.after = after
        plan.follow = TR_JAIL_FOLLOW if follow else 0
        plan.probe = probe
        plan.chunk = max(chunk, <size_t>TR_CHUNK_LEAST)
        plan.line_most = max(line_most, plan.chunk, probe)
        plan.piece_most = piece_most if piece_most else 1
        self.handle = Handle(dir_fd)
        self.scan = tr_scan_open(self.handle.place, &plan, crew, threads)
        if self.scan == NULL:
            raise MemoryError

    def __dealloc__(self):
        self._free()

    cdef void _free(self) noexcept:
        cdef tr_scan *scan = self.scan
        self.scan = NULL
        # After a fork the helpers exist in the parent only: nothing to wait for, nothing safe to free.
        if os.getpid() == self.owner:
            if scan != NULL:
                with nogil:
                    tr_scan_halt(scan)
                    tr_scan_counts(scan, &self.searched, &self.binary)
                    tr_scan_free(scan)
            tr_finder_clear(&self.finder)
            free(self.paths)
        self.paths = NULL
        self.handle = None

    def start(self, list paths not None) -> None:
        """Search *paths* from now on; the ones given before must be done.

        Raises:
            RuntimeError: they are not.
            ValueError: a path contains a NUL character.
        """
        cdef size_t i, count = <size_t>len(paths)
        cdef char *raw
        cdef list kept = [PyUnicode_EncodeFSDefault(path) for path in paths]
        cdef const char **pointers
        if self.paths != NULL:
            raise RuntimeError("the paths given before are not searched yet: fetch all their batches first")
        if self.scan == NULL:
            return
        pointers = <const char **>calloc(count + 1, sizeof(char *))
        if pointers == NULL:
            raise MemoryError
        try:
            for i in range(count):
                PyBytes_AsStringAndSize(kept[i], &raw, NULL)
                pointers[i] = raw
            if tr_scan_start(self.scan, pointers, count) < 0:
                raise MemoryError
        except BaseException:
            free(pointers)
            raise
        self.kept, self.paths = kept, pointers

    def next_batch(self) -> list | None:
        """Return what was found next, in the order of the paths, or None when they are done.

        Each item is ``(index of the path, errno, count, blob, ranges)``. An errno that is not 0 says that
        the file was given up at that point; what was found until then holds. A file may come in several
        pieces, one after the other; one without a hit does not come at all. The count is for `FILES` (1) and
        `COUNT`. A range is ``(line, begin, start, end, stop, at)``: ``blob[start:end]`` are whole lines with
        their terminators, the first of them numbered *line*; ``blob[begin:start]`` and ``blob[end:stop]``
        are their context. It is one line, with what the finder found *at* bytes from its start, or, without
        a finder, any number of lines.

        Comes back within about 50 ms, with an empty list where nothing was found by then.

        Raises:
            MemoryError: the search had to be given up.
            RuntimeError: the search is continued in the child of a fork, or by two threads at once.
        """
        if self.scan == NULL:
            return None
        if os.getpid() != self.owner:
            raise RuntimeError("a search cannot be continued after a fork: start a new one in the child")
        if self.inside:
            raise RuntimeError("another thread is inside this search: give each thread a search of its own")
        if self.paths == NULL:
            return None
        self.inside = True
        try:
            return self._next()
        finally:
            self.inside = False
            if self.closed:
                self._free()

    cdef list _next(self):
        cdef tr_piece *pieces = NULL
        cdef tr_scan *scan = self.scan
        cdef int state
        PyErr_CheckSignals()
        with nogil:
            state = tr_scan_next(scan, &pieces)
            tr_scan_counts(scan, &self.searched, &self.binary)
        if state == TR_SCAN_BATCH:
            return _items(pieces)
        if state != TR_SCAN_END:
            raise MemoryError
        free(self.paths)
        self.paths, self.kept = NULL, None
        return None

    @property
    def files_searched(self) -> int:
        """How many files were searched to their end so far."""
        return self.searched

    @property
    def binary_skipped(self) -> int:
        """How many files were passed over as binary so far."""
        return self.binary

    def close(self) -> None:
        """Stop the search and free what it holds; a thread that is inside it does so within 50 ms."""
        self.closed = True
        if not self.inside:
            self._free()


cdef list _items(tr_piece *piece):
    cdef tr_piece *next_piece
    cdef list items = []
    try:
        while piece != NULL:
            items.append((piece.file, piece.error, piece.count, piece.blob[:piece.used], _ranges(piece)))
            next_piece = piece.next
            tr_piece_free(piece)
            piece = next_piece
    finally:
        while piece != NULL:
            next_piece = piece.next
            tr_piece_free(piece)
            piece = next_piece
    return items


cdef list _ranges(tr_piece *piece):
    cdef size_t i
    cdef tr_range *r
    cdef list ranges = []
    for i in range(piece.range_count):
        r = &piece.ranges[i]
        ranges.append((r.line, r.begin, r.start, r.end, r.stop, r.at))
    return ranges


cdef int _prepare(tr_finder *finder, tuple wanted) except -1:
    """Make the finder that *wanted* describes; it is the caller's to clear."""
    if wanted[0] == "literals":
        _, literals, caseless = wanted
        return _prepare_literals(finder, literals, caseless)
    if wanted[0] == "automaton":
        return _prepare_automaton(finder, wanted[1])
    if wanted[0] == "both":
        _, literals, caseless, program = wanted
        return _prepare_both(finder, literals, caseless, program)
    raise ValueError(f"no finder is called {wanted[0]!r}")


cdef int _prepare_automaton(tr_finder *finder, bytes program) except -1:
    cdef size_t length = <size_t>len(program)
    if tr_finder_of_automaton(finder, isa, PyBytes_AS_STRING(program), length) == 0:
        return 0
    return _refuse_program(errno)


cdef int _prepare_both(tr_finder *finder, tuple literals, bint caseless, bytes program) except -1:
    cdef size_t length = <size_t>len(program)
    cdef int code
    _prepare_literals(finder, literals, caseless)
    if tr_finder_add_automaton(finder, PyBytes_AS_STRING(program), length) == 0:
        return 0
    code = errno
    tr_finder_clear(finder)
    return _refuse_program(code)


cdef int _refuse_program(int code) except -1:
    if code == EINVAL:
        raise ValueError("the program of the automaton is damaged")
    raise MemoryError


cdef int _prepare_literals(tr_finder *finder, tuple literals, bint caseless) except -1:
    cdef const char *starts[TR_LITERALS_MOST]
    cdef size_t lengths[TR_LITERALS_MOST]
    cdef size_t i, count = <size_t>len(literals)
    cdef bytes literal
    if not 1 <= count <= TR_LITERALS_MOST:
        raise ValueError(f"{count} literals: give 1 to {TR_LITERALS_MOST}")
    for i in range(count):
        literal = literals[i]
        if not literal or b"\n" in literal:
            raise ValueError("a literal is empty or contains a newline: lines are searched one by one")
        starts[i] = PyBytes_AS_STRING(literal)
        lengths[i] = <size_t>PyBytes_GET_SIZE(literal)
    if tr_finder_of_literals(finder, isa, starts, lengths, count, caseless) < 0:
        raise MemoryError
    return 0


def find(text, tuple finder not None) -> int:
    """Return where *finder* finds its first candidate in the buffer *text*, or -1.

    ``("literals", (b"one", b"other"), caseless)`` finds where the first of 1 to `LITERALS_MOST` literals
    begins; *caseless* is for the case of ASCII letters. ``("automaton", program)`` finds a place in the first
    line that may match, see `toolrig.search._finding.automaton`; without `runs_automata` it takes every line.
    ``("both", literals, caseless, program)`` finds one in the first line that has a literal, too.

    Raises:
        ValueError: no such finder, a literal is empty or contains a newline, or a program is damaged.
    """
    cdef Py_buffer view
    cdef tr_finder prepared
    cdef void *scratch = NULL
    cdef const char *start
    cdef const char *found
    _prepare(&prepared, finder)
    try:
        scratch = calloc(1, prepared.scratch + 1)
        if scratch == NULL:
            raise MemoryError
        PyObject_GetBuffer(text, &view, PyBUF_SIMPLE)
        start = <const char *>view.buf
        if view.len > _LONG:
            with nogil:
                found = tr_finder_find(&prepared, scratch, start, <size_t>view.len)
        else:
            found = tr_finder_find(&prepared, scratch, start, <size_t>view.len)
        PyBuffer_Release(&view)
    finally:
        free(scratch)
        tr_finder_clear(&prepared)
    return found - start if found != NULL else -1


def runs_automata() -> bool:
    """Tell whether the automaton of a finder is run; where it is not, every line is taken."""
    return True


def count_newlines(text) -> int:
    """Return how many newlines the buffer *text* has."""
    cdef Py_buffer view
    cdef size_t count
    PyObject_GetBuffer(text, &view, PyBUF_SIMPLE)
    try:
        if view.len > _LONG:
            with nogil:
                count = isa.count_newlines(<const char *>view.buf, <size_t>view.len)
        else:
            count = isa.count_newlines(<const char *>view.buf, <size_t>view.len)
    finally:
        PyBuffer_Release(&view)
    return count


def last_newline(text) -> int:
    """Return where the last newline of the buffer *text* lies, or -1."""
    cdef Py_buffer view
    cdef const char *found
    PyObject_GetBuffer(text, &view, PyBUF_SIMPLE)
    try:
        if view.len > _LONG:
            with nogil:
                found = isa.last_newline(<const char *>view.buf, <size_t>view.len)
        else:
            found = isa.last_newline(<const char *>view.buf, <size_t>view.len)
    finally:
        PyBuffer_Release(&view)
    return found - <const char *>view.buf if found != NULL else -1


def instruction_set() -> str:
    """Name the instruction set that memory is scanned with: "avx2", "sse2", "neon", "scalar" or "python"."""
    return isa.name.decode()


def _use_instruction_set(name: str | None) -> bool:
    """Switch to another instruction set, or back to the best for None, for tests; False if it is absent."""
    global isa
    cdef bytes raw = b"" if name is None else name.encode()
    cdef const char *c_name = NULL
    cdef const tr_bytescan *other
    if name is not None:
        c_name = raw
    other = tr_bytescan_for(c_name)
    if other == NULL:
        return False
    isa = other
    return True
