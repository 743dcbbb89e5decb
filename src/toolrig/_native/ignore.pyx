"""git's view of a directory tree: tracked files, and untracked ones that no rule ignores."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdlib cimport malloc
from libc.string cimport memcpy

import os

__all__ = ["Ignore", "Scope", "index_paths", "wildmatch"]

cdef extern from "Python.h":
    str PyUnicode_DecodeFSDefaultAndSize(const char *bytes, Py_ssize_t length)

cdef extern from "ignore.h" nogil:
    ctypedef struct tr_index_entry:
        const char *name
        unsigned int length
        unsigned short mode
    ctypedef struct tr_index:
        tr_index_entry *entries
        size_t count
    ctypedef int (*tr_index_fetch)(
        void *context, const unsigned char *name, size_t hash_length, unsigned char **bytes,
        size_t *length) noexcept
    enum:
        TR_INDEX_NO_MEMORY
        TR_INDEX_CORRUPT
        TR_INDEX_UNKNOWN
        TR_INDEX_MODE_SPARSE
    tr_ignore *tr_ignore_open(
        int root_fd, const char *path, const char *home, const char *config_home, int *error)
    void tr_ignore_close(tr_ignore *ignore)
    int tr_ignore_faults(tr_ignore *ignore)
    int tr_ignore_sealed(const tr_ignore *ignore)
    const tr_index_entry *tr_ignore_tracked(const tr_ignore *ignore, size_t *count, size_t *lead, int *failed)
    int tr_index_load(
        tr_index *index, unsigned char *bytes, size_t length, size_t hash_length, int fold,
        tr_index_fetch fetch, void *context)
    void tr_index_clear(tr_index *index)
    int tr_wildmatch(
        const char *pattern, size_t pattern_length, const char *text, size_t text_length, int fold)


cdef class Ignore:
    """The rules of one walk: those in force at its root, and those met below it.

    *fd* is the directory to be walked. *path* is an absolute path of the same directory, by which the
    repository around it is found; without one, only a repository whose top is *fd* itself counts. Outside
    of repositories nothing is hidden. See gitignore(5); symbolic links named ``.gitignore`` are not read,
    as in git. Where the platform opens no directories, *fd* is -1 and *path* is needed.

    Raises:
        OSError: *fd* is not an open directory.
    """

    def __cinit__(self, int fd, path: "str | None" = None):
        cdef bytes real = None if path is None else os.fsencode(os.path.realpath(path))
        cdef bytes home = _variable("HOME")
        cdef bytes config_home = _variable("XDG_CONFIG_HOME")
        cdef const char *c_real = _characters(real)
        cdef const char *c_home = _characters(home)
        cdef const char *c_config = _characters(config_home)
        cdef int error = 0
        with nogil:
            self.rules = tr_ignore_open(fd, c_real, c_home, c_config, &error)
        if self.rules == NULL:
            raise OSError(error, os.strerror(error), path)

    def __dealloc__(self):
        tr_ignore_close(self.rules)

    @property
    def faults(self) -> int:
        """How many repositories have an index that could not be read: what they track is then unknown."""
        return tr_ignore_faults(self.rules)

    @property
    def sealed(self) -> bool:
        """Whether the root lies in an ignored directory: of its content only what is tracked is visible."""
        return tr_ignore_sealed(self.rules) != 0

    def enter(self, Scope parent, int dir_fd, str rel, bint has_gitignore, bint has_dot_git) -> Scope:
        """Return the scope of a directory's entries.

        *parent* is the scope of the directory around it (None for the root), *rel* its path from the root
        ("" for the root), *dir_fd* the open directory; *has_gitignore* and *has_dot_git* say whether
        entries of these names were seen in it. Hidden directories are not to be entered.
        """
        if parent is not None and parent.owner is not self:
            raise ValueError("parent is a scope of another Ignore")
        cdef bytes raw = os.fsencode(rel)
        cdef const char *c_rel = raw
        cdef size_t length = len(raw)
        cdef const tr_scope *above = NULL
        cdef Scope inside = Scope.__new__(Scope)
        if parent is not None:
            above = parent.scope
        with nogil:
            inside.scope = tr_ignore_enter(
                self.rules, above, dir_fd, c_rel, length, has_gitignore, has_dot_git)
        if inside.scope == NULL:
            raise MemoryError("out of memory while reading ignore rules")
        inside.owner = self
        return inside

    def tracked(self) -> list[str]:
        """Return the paths that the index holds below the root, relative to it: files, symlinks, submodules.

        Raises:
            ValueError: The index is damaged, or of a kind that is not known.
            OSError: The index exists but cannot be read.
        """
        cdef size_t count = 0, lead = 0
        cdef int failed = 0
        cdef const tr_index_entry *entries = tr_ignore_tracked(self.rules, &count, &lead, &failed)
        _check(failed)
        return _names(entries, count, lead)


cdef class Scope:
    """The rules in force inside one directory."""

    def hides(self, str rel, bint is_dir) -> bool:
        """Return whether *rel*, a path from the walk's root, is hidden. A symlink is no directory."""
        if self.scope == NULL:
            raise TypeError("a Scope comes from Ignore.enter alone")
        cdef bytes raw = os.fsencode(rel)
        cdef size_t length = len(raw)
        cdef int hidden = tr_ignore_hides(self.scope, raw, length, <size_t>(raw.rfind(b"/") + 1), is_dir)
        if hidden < 0:
            raise MemoryError("out of memory while matching ignore rules")
        return hidden != 0


cdef struct Shared:
    const unsigned char *bytes
    size_t length


def index_paths(data, shared=b"", *, bint sha256=False) -> list[str]:
    """Return the paths in the bytes of an index file, sorted bytewise (gitformat-index(5), versions 2 to 4).

    *shared* are the bytes of the ``sharedindex.*`` file that a split index stands on. *sha256* is a matter
    of the repository's ``extensions.objectFormat``.

    Raises:
        ValueError: The index is damaged, or of a kind that is not known.
    """
    cdef Py_buffer own, base
    cdef Shared context
    cdef unsigned char *copy
    cdef tr_index index
    cdef int failed
    PyObject_GetBuffer(data, &own, PyBUF_SIMPLE)
    try:
        PyObject_GetBuffer(shared, &base, PyBUF_SIMPLE)
        try:
            copy = _copy(<const unsigned char *>own.buf, own.len)
            if copy == NULL:
                raise MemoryError("out of memory while reading an index")
            context.bytes = <const unsigned char *>base.buf
            context.length = base.len
            with nogil:
                failed = tr_index_load(&index, copy, own.len, 32 if sha256 else 20, 0, _fetch, &context)
        finally:
            PyBuffer_Release(&base)
    finally:
        PyBuffer_Release(&own)
    _check(failed)
    try:
        return _names(index.entries, index.count, 0)
    finally:
        tr_index_clear(&index)


def wildmatch(bytes pattern not None, bytes text not None, *, bint ignore_case=False) -> bool:
    """Return whether *pattern* matches the whole of the path *text*, as git's ``WM_PATHNAME`` does."""
    return tr_wildmatch(pattern, len(pattern), text, len(text), ignore_case) != 0


cdef const char *_characters(bytes raw) noexcept:
    if raw is None:
        return NULL
    return raw


cdef unsigned char *_copy(const unsigned char *bytes, size_t length) noexcept nogil:
    cdef unsigned char *copy = <unsigned char *>malloc(length + 1)
    if copy != NULL and length:
        memcpy(copy, bytes, length)
    return copy


cdef int _fetch(void *context, const unsigned char *name, size_t hash_length, unsigned char **bytes,
                size_t *length) noexcept nogil:
    cdef Shared *shared = <Shared *>context
    length[0] = shared.length
    bytes[0] = _copy(shared.bytes, shared.length)
    return TR_INDEX_NO_MEMORY if bytes[0] == NULL else 0


cdef list _names(const tr_index_entry *entries, size_t count, size_t lead):
    cdef list names = []
    cdef size_t i
    for i in range(count):
        if entries[i].mode != TR_INDEX_MODE_SPARSE and entries[i].length > lead:
            names.append(PyUnicode_DecodeFSDefaultAndSize(entries[i].name + lead, entries[i].length - lead))
    return names


cdef int _check(int failed) except -1:
    if failed == TR_INDEX_NO_MEMORY:
        raise MemoryError("out of memory while reading an index")
    if failed == TR_INDEX_CORRUPT:
        raise ValueError(
            "git's index is damaged: 'git status' tells more, 'rm .git/index && git reset' rebuilds it")
    if failed == TR_INDEX_UNKNOWN:
        raise ValueError("git's index has a version or extension that is not known: update toolrig")
    if failed > 0:
        raise OSError(failed, os.strerror(failed), ".git/index")
    return 0


cdef bytes _variable(str name):
    value = os.environ.get(name)
    return None if value is None else os.fsencode(value)
