"""What the walker cimports: the rules of a walk, and the two calls it makes without the interpreter."""

cdef extern from "ignore.h" nogil:
    ctypedef struct tr_ignore:
        pass
    ctypedef struct tr_scope:
        pass
    const tr_scope *tr_ignore_enter(
        tr_ignore *ignore, const tr_scope *parent, int dir_fd, const char *rel, size_t rel_length,
        int has_gitignore, int has_dot_git)
    int tr_ignore_hides(const tr_scope *scope, const char *rel, size_t rel_length, size_t name_at, int is_dir)


cdef class Ignore:
    cdef tr_ignore *rules


cdef class Scope:
    cdef const tr_scope *scope
    cdef Ignore owner
