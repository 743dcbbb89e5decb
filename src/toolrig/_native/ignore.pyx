"""git's view of a directory tree: tracked files, and untracked ones that no rule ignores."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from libc.errno cimport ENOMEM, ENOTDIR
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, strdup

import os

from toolrig._surroundings import Surroundings

__all__ = ["Ignore", "Scope", "git_directory", "index_paths", "survey", "tracked_paths", "wildmatch"]

cdef extern from "Python.h":
    str PyUnicode_DecodeFSDefaultAndSize(const char *bytes, Py_ssize_t length)
    str PyUnicode_New(Py_ssize_t size, Py_UCS4 maxchar)
    void *PyUnicode_DATA(object text)

cdef extern from "ascii.h" nogil:
    bint tr_is_ascii(const char *text, size_t length)

cdef extern from "sys/stat.h" nogil:
    int S_ISDIR(int mode)

cdef extern from "gitsurvey.h" nogil:
    ctypedef struct tr_file:
        char *bytes
        size_t length
    ctypedef struct tr_found:
        char *path
        char *base
        tr_file file
    ctypedef struct tr_finds:
        tr_found *found
        size_t count
    ctypedef struct tr_survey:
        tr_finds files
        tr_finds rules
        int git_fd
        int common_fd
        char *lead
        tr_file exclude
        tr_file everywhere "global"
        int fold
        int sha256
    int tr_survey_open(tr_survey *survey, const tr_surroundings *asked, const char *path)
    void tr_survey_close(tr_survey *survey)


cdef extern from "gitfind.h" nogil:
    enum:
        TR_TOP_FOUND
        TR_TOP_AROUND
    ctypedef struct tr_place:
        int fd
    ctypedef struct tr_gitdir:
        tr_place git
        tr_place common
    ctypedef struct tr_top:
        int state
        tr_gitdir git
        char *lead
    tr_surroundings tr_surroundings_of(const tr_surroundings *within, int fd, const char **inner)
    void tr_find_top(tr_top *top, int fd, const char *path, const tr_surroundings *within, int alone)
    void tr_top_close(tr_top *top)


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
    ctypedef struct tr_ignore_options:
        const char *home
        const char *config_home
        const char *names
        int git
        int alone
        const tr_surroundings *within
    tr_ignore *tr_ignore_open(int root_fd, const char *path, const tr_ignore_options *options, int *error)
    void tr_ignore_close(tr_ignore *ignore)
    int tr_ignore_faults(tr_ignore *ignore)
    int tr_ignore_sealed(const tr_ignore *ignore)
    ctypedef struct tr_absent:
        pass
    ctypedef struct tr_repo:
        tr_absent *absent
    int tr_ignore_lacks(const tr_ignore *ignore, size_t at, const tr_index_entry **entry)
    int tr_ignore_restart(tr_ignore *ignore)
    tr_repo *tr_ignore_repo_above(const tr_ignore *ignore)
    int tr_absent_add(
        tr_absent **list, const char *path, size_t path_length, const char *bytes, size_t length)
    int tr_repo_supply(tr_repo *repo, char **names, size_t count)
    int tr_index_load(
        tr_index *index, unsigned char *bytes, size_t length, size_t hash_length, int fold,
        tr_index_fetch fetch, void *context)
    void tr_index_clear(tr_index *index)
    int tr_wildmatch(
        const char *pattern, size_t pattern_length, const char *text, size_t text_length, int fold)


cdef extern from "gittracked.h" nogil:
    enum:
        TR_TRACKED_NOWHERE
        TR_TRACKED_SPARSE
    ctypedef struct tr_tracked:
        const tr_index_entry *first
        size_t count
        size_t lead
    int tr_tracked_open(tr_tracked *tracked, int fd, const char *path, const tr_surroundings *within)
    void tr_tracked_close(tr_tracked *tracked)


cdef class Ignore:
    """The rules of one walk: those in force at its root, and those met below it.

    *fd* is the directory to be walked. *path* is an absolute path of the same directory, by which the
    repository around it is found; without one, or if *alone*, only a repository whose top is *fd* itself
    counts. Outside of repositories nothing is hidden. See gitignore(5); symbolic links named ``.gitignore``
    are not read, as in git. Where the platform opens no directories, *fd* is -1 and *path* is needed.

    *ignore_files* are names of further rule files, honoured in every directory from the top of the work tree
    (outside of repositories: from *fd*) down. All files of one name, from an entry's directory upwards, are
    asked before those of the next name, and all of them before git: they hide tracked files as well, and let
    in what git ignores. They tell upper and lower case apart. Without *gitignore* they apply alone.

    With *within* nothing is opened but what lies beneath its root, from which *inner* leads to *fd*, without
    symbolic links; see `Surroundings`. *path* does not count then.

    Raises:
        OSError: *fd* is not an open directory.
    """

    def __cinit__(
        self, int fd, path: "str | None" = None, *, bint alone=False, bint gitignore=True, ignore_files=(),
        within: "Surroundings | None" = None, str inner=""
    ):
        cdef bytes names = b"".join([os.fsencode(name) + b"\0" for name in ignore_files])
        cdef bytes home = _variable("HOME")
        cdef bytes config_home = _variable("XDG_CONFIG_HOME")
        cdef bytes real = _path_within(path, within, inner)
        cdef const char *c_real = _characters(real)
        cdef tr_ignore_options options
        cdef int error = 0
        self.within = None if within is None else Within(within)
        options.within = _surroundings(self.within)
        options.home = _characters(home)
        options.config_home = _characters(config_home)
        if self.within is not None:
            options.home = self.within.known.home
            options.config_home = self.within.known.config_home
        options.names = _characters(names)
        options.git = gitignore
        options.alone = alone
        with nogil:
            self.rules = tr_ignore_open(fd, c_real, &options, &error)
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

    def absent(self) -> list[str]:
        """Return what git reads from objects, because a sparse checkout leaves it out of the work tree.

        Of the repository around the root: rule files (``a/.gitignore``) whose directory exists although they
        do not, and existing directories (``a/``) that a sparse index holds as one entry.
        """
        cdef const tr_index_entry *entry = NULL
        cdef size_t at = 0
        cdef int lacks
        cdef list found = []
        while True:
            lacks = tr_ignore_lacks(self.rules, at, &entry)
            if lacks < 0:
                return found
            if lacks:
                found.append(_text(entry.name, entry.length))
            at += 1

    def supply(self, list names not None, dict rules not None) -> None:
        """Take into account what `absent` asked for; to be called once, before the walk.

        *names* are files tracked besides those that the index names, *rules* the contents of rule files by
        their directories ("" or ``a/b/``). Paths are relative to the top of the work tree.
        """
        cdef tr_repo *repo = tr_ignore_repo_above(self.rules)
        cdef bytes content, path
        if repo == NULL:
            return
        for directory, content in rules.items():
            path = os.fsencode(directory)
            if tr_absent_add(&repo.absent, path, len(path), content, len(content)) != 0:
                raise MemoryError("out of memory while reading ignore rules")
        if _supply(repo, names) != 0 or tr_ignore_restart(self.rules) != 0:
            raise MemoryError("out of memory while reading ignore rules")


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


cdef class Within:
    """The surroundings of a root as the headers know them."""

    def __cinit__(self, surroundings not None):
        cdef size_t at
        self.held = []
        self.known.root_fd = surroundings.place
        self.known.tops[0] = self._text(surroundings.paths[0])
        self.known.tops[1] = self._text(surroundings.paths[1])
        self.known.home = self._text(surroundings.home)
        self.known.config_home = self._text(surroundings.config_home)
        self.known.real_home = self._text(surroundings.real_home)
        self.known.git_fd = -1 if surroundings.git is None else surroundings.git
        self.known.lead = self._text(surroundings.lead)
        self.known.fold = surroundings.fold
        self.known.sha256 = surroundings.sha256
        self.known.exclude = self._file("", b"", surroundings.exclude)
        self.known.everywhere = self._file("", b"", surroundings.everywhere)
        self.known.file_count = len(surroundings.files)
        self.known.files = self.files = <tr_kept *>_array(self.known.file_count, sizeof(tr_kept))
        for at, (path, (base, content)) in enumerate(surroundings.files.items()):
            self.files[at] = self._file(path, base, content)
        self.known.rule_count = len(surroundings.rules)
        self.known.rules = self.rules = <tr_kept *>_array(self.known.rule_count, sizeof(tr_kept))
        for at, (path, content) in enumerate(surroundings.rules.items()):
            self.rules[at] = self._file(path, b"", content)

    def __dealloc__(self):
        free(self.files)
        free(self.rules)

    cdef const char *_text(self, text) except? NULL:
        if text is None:
            return NULL
        raw = text if isinstance(text, bytes) else os.fsencode(text)
        self.held.append(raw)
        return <const char *><bytes>raw

    cdef tr_kept _file(self, path, bytes base, bytes content) except *:
        cdef tr_kept kept
        kept.path = self._text(path)
        kept.base = self._text(base)
        kept.bytes = self._text(content)
        kept.length = 0 if content is None else len(content)
        return kept


def survey(int fd, path: str) -> Surroundings:
    """Read what git reads outside of the directory *fd*, whose absolute path is *path*: see `Surroundings`.

    The answer keeps a descriptor of its own.

    Raises:
        OSError: *fd* is not open, or no further descriptor is to be had.
    """
    cdef Within asked
    cdef tr_survey found
    cdef const char *c_real
    cdef bytes real
    cdef int failed
    known = Surroundings(os.dup(fd), (path, os.path.realpath(path)))
    asked = Within(known)
    real = os.fsencode(known.paths[1])
    c_real = real
    with nogil:
        failed = tr_survey_open(&found, &asked.known, c_real)
    try:
        if failed == ENOMEM:
            raise MemoryError("out of memory while reading ignore rules")
        if failed:
            raise OSError(failed, os.strerror(failed), path)
        for kept in found.files.found[:found.files.count]:
            known.files[kept.path] = (kept.base, _content(&kept.file))
        for kept in found.rules.found[:found.rules.count]:
            known.rules[kept.path] = _content(&kept.file)
        if found.git_fd >= 0:
            known.git, found.git_fd = found.git_fd, -1
            known.common, found.common_fd = found.common_fd, -1
            known.lead = found.lead
            known.exclude, known.everywhere = _content(&found.exclude), _content(&found.everywhere)
            known.fold, known.sha256 = found.fold != 0, found.sha256 != 0
    finally:
        tr_survey_close(&found)
    return known


def git_directory(int fd, *, within: Surroundings, str inner) -> tuple[int, int, bytes] | None:
    """Open the directory of the repository around *fd*, and the one that its worktrees share.

    Returns their descriptors, the caller's, and what leads from the top of the work tree to *fd*, "" or
    ``a/b/``. None: *fd* lies in no work tree, or in one whose repository lies outside of the root. *within*
    and *inner* are those of `Ignore`.
    """
    cdef Within confined = Within(within)
    cdef bytes real = os.fsencode(inner)
    cdef const char *c_real = real
    cdef tr_surroundings settled
    cdef tr_top top
    with nogil:
        settled = tr_surroundings_of(&confined.known, fd, &c_real)
        tr_find_top(&top, fd, c_real, &settled, 0)
    try:
        if top.lead == NULL:
            return None
        if top.state == TR_TOP_AROUND:
            return os.dup(within.git), os.dup(within.common), <bytes>top.lead
        if top.state == TR_TOP_FOUND:
            return os.dup(top.git.git.fd), os.dup(top.git.common.fd), <bytes>top.lead
        return None
    finally:
        tr_top_close(&top)


def tracked_paths(
    int fd, path: "str | None" = None, *, within: "Surroundings | None" = None, str inner=""
) -> list[str] | None:
    """Return the paths that git's index holds below the directory *fd*, relative to it and in its order.

    *path* is an absolute path of the same directory, as for `Ignore`; *within* and *inner* too are as there.
    Symbolic links and submodules are among the paths; of a conflict each path counts once. None: the
    directory lies in no work tree, or in one whose repository lies outside of the root that is kept to.

    Raises:
        NotImplementedError: The index has a version or an extension that is not known, or is sparse there:
            only git itself can tell.
        ValueError: The index is damaged.
        OSError: *fd* is not an open directory, or the index exists but cannot be read.
    """
    cdef Within confined = None if within is None else Within(within)
    cdef const tr_surroundings *known = _surroundings(confined)
    cdef bytes real = _path_within(path, within, inner)
    cdef const char *c_real = _characters(real)
    cdef tr_tracked tracked
    cdef int failed
    _check_directory(fd, path)
    with nogil:
        failed = tr_tracked_open(&tracked, fd, c_real, known)
    try:
        if failed == TR_TRACKED_NOWHERE:
            return None
        if failed == TR_TRACKED_SPARSE or failed == TR_INDEX_UNKNOWN:
            raise NotImplementedError("git's index is of a kind that only git reads")
        _check(failed)
        return _names(tracked.first, tracked.count, tracked.lead)
    finally:
        tr_tracked_close(&tracked)


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


cdef bytes _path_within(path, within, str inner):
    if within is not None:
        return os.fsencode(inner)
    return None if path is None else os.fsencode(os.path.realpath(path))


cdef void *_array(size_t count, size_t size) except NULL:
    cdef void *array = calloc(count + 1, size)
    if array == NULL:
        raise MemoryError("out of memory while reading ignore rules")
    return array


cdef const tr_surroundings *_surroundings(Within within) noexcept:
    return NULL if within is None else &within.known


cdef bytes _content(const tr_file *file):
    return None if file.bytes == NULL else file.bytes[:file.length]


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
            names.append(_text(entries[i].name + lead, entries[i].length - lead))
    return names


cdef str _text(const char *bytes, size_t length):
    if not tr_is_ascii(bytes, length):
        return PyUnicode_DecodeFSDefaultAndSize(bytes, <Py_ssize_t>length)
    text = PyUnicode_New(<Py_ssize_t>length, 127)
    memcpy(PyUnicode_DATA(text), bytes, length)
    return text


cdef int _check_directory(int fd, path) except -1:
    if not S_ISDIR(os.fstat(fd).st_mode):
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), path)
    return 0


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


cdef int _supply(tr_repo *repo, list names) except -2:
    cdef size_t count = 0
    cdef bytes raw
    cdef char **copies = <char **>malloc((len(names) + 1) * sizeof(char *))
    if copies == NULL:
        return -1
    for name in names:
        raw = os.fsencode(name)
        copies[count] = strdup(raw)
        if copies[count] == NULL:
            break
        count += 1
    return tr_repo_supply(repo, copies, count) or count < <size_t>len(names)


cdef bytes _variable(str name):
    value = os.environ.get(name)
    return None if value is None else os.fsencode(value)
