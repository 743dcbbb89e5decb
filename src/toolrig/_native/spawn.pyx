"""Run commands with captured output: vfork-class spawn, one poll loop, no thread (Linux)."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport ENOMEM, errno
from libc.stdint cimport INT64_MAX, int64_t, uint64_t
from libc.stdlib cimport free, malloc

from os import strerror

from toolrig.errors import SpawnError

cdef extern from "Python.h":
    bytes PyUnicode_EncodeFSDefault(object text)

cdef extern from "command.h" nogil:
    ctypedef int tr_stage
    ctypedef struct tr_capture:
        unsigned char *data
        size_t kept
        size_t head
        uint64_t total
    ctypedef struct tr_launch:
        char **programs
        char **argv
        char **envp
        int cwd
    ctypedef struct tr_command:
        int ending
        const unsigned char *input
        size_t input_left
        tr_capture *captured
        int64_t started
        int64_t exited
        int lost
    const char *tr_stage_name(tr_stage stage)
    int tr_capture_truncated(const tr_capture *capture)
    void tr_capture_copy_tail(const tr_capture *capture, unsigned char *out)
    int tr_command_init(tr_command *command, size_t max_output)
    int tr_command_start(tr_command *command, tr_launch launch, int64_t timeout, int64_t grace, int cancel,
                         tr_stage *stage)
    int tr_command_step(tr_command *command, int64_t slice)
    int tr_command_returncode(const tr_command *command)
    double tr_command_cpu_ms(const tr_command *command)
    void tr_command_free(tr_command *command)
    void tr_groups_end_all()
    void tr_groups_after_fork()

cdef extern from "pthread.h" nogil:
    int pthread_atfork(void (*prepare)() noexcept, void (*parent)() noexcept, void (*child)() noexcept)

# How long a running command may keep this thread from looking after its signals, in ns.
cdef int64_t SLICE = 50_000_000

pthread_atfork(NULL, NULL, tr_groups_after_fork)


cdef class _Strings:
    """A NULL-terminated array of C strings in the file system's encoding."""

    cdef char **items
    cdef list kept

    def __cinit__(self, texts):
        cdef Py_ssize_t index = 0
        self.kept = [PyUnicode_EncodeFSDefault(text) for text in texts]
        self.items = <char **> malloc((<size_t> len(self.kept) + 1) * sizeof(char *))
        if self.items == NULL:
            raise MemoryError
        for encoded in self.kept:
            self.items[index] = PyBytes_AS_STRING(encoded)
            index += 1
        self.items[index] = NULL

    def __dealloc__(self):
        free(self.items)


cdef class _Command:
    """One running command; letting go of it kills and reaps it."""

    cdef tr_command state
    cdef Py_buffer input
    cdef bint has_input

    def __cinit__(self, input, size_t max_output):
        self.has_input = False
        if tr_command_init(&self.state, max_output) < 0:
            raise MemoryError
        if input is not None:
            PyObject_GetBuffer(input, &self.input, PyBUF_SIMPLE)
            self.has_input = True
            self.state.input = <const unsigned char *> self.input.buf
            self.state.input_left = <size_t> self.input.len

    def __dealloc__(self):
        self.close()

    cdef void close(self) noexcept:
        with nogil:
            tr_command_free(&self.state)
        if self.has_input:
            self.has_input = False
            PyBuffer_Release(&self.input)

    cdef int start(self, tr_launch launch, int64_t timeout, int64_t grace, int cancel) except -1:
        cdef tr_stage stage = 0
        cdef int started, number
        with nogil:
            started = tr_command_start(&self.state, launch, timeout, grace, cancel, &stage)
            number = errno
        if started < 0:
            failure = SpawnError(number, strerror(number))
            failure.stage = tr_stage_name(stage).decode()
            raise failure
        return 0

    cdef int finish(self) except -1:
        cdef int over, number
        while True:
            with nogil:
                over = tr_command_step(&self.state, SLICE)
                number = errno
            if over > 0:
                return 0
            if over < 0:
                if number == ENOMEM:
                    raise MemoryError
                raise OSError(number, strerror(number))
            PyErr_CheckSignals()

    cdef tuple captured(self, int which):
        cdef tr_capture *capture = &self.state.captured[which]
        cdef size_t head = capture.kept
        cdef bytes tail = b""
        if tr_capture_truncated(capture):
            head = capture.head
            tail = PyBytes_FromStringAndSize(NULL, <Py_ssize_t> (capture.kept - head))
            tr_capture_copy_tail(capture, <unsigned char *> PyBytes_AS_STRING(tail))
        return PyBytes_FromStringAndSize(<char *> capture.data, <Py_ssize_t> head), tail, capture.total

    cdef tuple result(self):
        return (
            self.state.ending,
            None if self.state.lost else tr_command_returncode(&self.state),
            self.captured(0),
            self.captured(1),
            (self.state.exited - self.state.started) / 1e6,
            tr_command_cpu_ms(&self.state),
        )


cdef int64_t nanoseconds(double seconds) noexcept:
    # 1e9 s are 31 years; more would not fit beside the clock.
    return INT64_MAX if seconds < 0 else <int64_t> (min(seconds, 1e9) * 1e9)


def run(list argv, list programs, dict env, int cwd, input, double timeout, double grace,
        Py_ssize_t max_output, int cancel) -> tuple:
    """Run a command to its end.

    Args:
        argv: the program's arguments, its name first.
        programs: the paths to try in this order.
        env: the whole environment.
        cwd: descriptor of the working directory, -1 to inherit; its path on Windows.
        input: bytes for the standard input, None for ``/dev/null``.
        timeout: seconds until it is ended; negative for never.
        grace: seconds between SIGTERM and SIGKILL.
        max_output: bytes kept of each stream, the first and the last half.
        cancel: a descriptor that becomes readable when the command is to be ended, or -1.

    Returns:
        ``(ending, returncode, stdout, stderr, elapsed_ms, cpu_ms)``: *ending* is 0 when it exited by
        itself, 1 after the timeout, 2 when cancelled; *returncode* is -N after signal N and None when
        unknown; each stream is ``(head, tail, total)``.

    Raises:
        SpawnError: it could not be started; ``errno`` and ``stage`` say why (ECANCELED after ``end_all``).
    """
    cdef tr_launch launch
    cdef _Strings c_argv = _Strings(argv), c_programs = _Strings(programs)
    cdef _Strings c_env = _Strings([f"{name}={value}" for name, value in env.items()])
    cdef _Command command = _Command(input, <size_t> max(max_output, 0))
    launch.argv = c_argv.items
    launch.programs = c_programs.items
    launch.envp = c_env.items
    launch.cwd = cwd
    try:
        command.start(launch, nanoseconds(timeout), nanoseconds(grace), cancel)
        command.finish()
        return command.result()
    finally:
        command.close()


def end_all() -> None:
    """Kill the group of every command that runs in this process, and from now on of each that starts.

    Returns only when the commands that were just being started are killed as well (at most a second).
    """
    with nogil:
        tr_groups_end_all()
