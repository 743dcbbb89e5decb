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


cdef extern from "place.h" nogil:
    ctypedef struct tr_kept:
        const char *path
        const char *base
        const char *bytes
        size_t length
    ctypedef struct tr_surroundings:
        int root_fd
        const char *tops[2]
        const char *home
        const char *config_home
        const char *real_home
        const tr_kept *files
        size_t file_count
        int git_fd
        const char *lead
        const tr_kept *rules
        size_t rule_count
        tr_kept exclude
        tr_kept everywhere "global"
        int fold
        int sha256


cdef class Within:
    cdef tr_surroundings known
    cdef tr_kept *files
    cdef tr_kept *rules
    cdef list held
    cdef const char *_text(self, text) except? NULL
    cdef tr_kept _file(self, path, bytes base, bytes content) except *


cdef class Ignore:
    cdef tr_ignore *rules
    cdef Within within


cdef class Scope:
    cdef const tr_scope *scope
    cdef Ignore owner
