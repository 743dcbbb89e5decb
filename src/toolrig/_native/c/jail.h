/* Opening a path beneath a directory descriptor so that nothing leads out of it.
 *
 * On Linux the kernel does it in one step: openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS.
 * Elsewhere, and where that call is missing or forbidden, the path is walked component by component,
 * symbolic links are resolved here, and an absolute link or a ".." above the start is refused with
 * EXDEV, as openat2 does. Both ways are free of a gap between check and use. */
#ifndef TR_JAIL_H
#define TR_JAIL_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#  include <sys/syscall.h>
#endif

enum { TR_JAIL_FOLLOW = 1 }; /* symbolic links are followed while they stay inside */

enum { TR_JAIL_HOPS = 40, TR_JAIL_RETRIES = 128 };

#if defined(O_PATH)
#  define TR_OPEN_STEP (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#else
#  define TR_OPEN_STEP (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#endif

/* The directories entered so far; the first is the caller's and stays open. */
typedef struct {
    int *fds;
    size_t depth, capacity;
} tr_jail_stack;

static int tr_jail_push(tr_jail_stack *stack, int fd)
{
    if (stack->depth == stack->capacity) {
        size_t capacity = stack->capacity ? stack->capacity * 2 : 16;
        int *grown = realloc(stack->fds, capacity * sizeof *grown);
        if (!grown)
            return -1;
        stack->fds = grown;
        stack->capacity = capacity;
    }
    stack->fds[stack->depth++] = fd;
    return 0;
}

static void tr_jail_pop(tr_jail_stack *stack)
{
    int kept = errno;
    close(stack->fds[--stack->depth]);
    errno = kept;
}

/* The target of the link *name* in a new buffer, or NULL with errno (EINVAL: not a link). */
static char *tr_jail_target(int fd, const char *name)
{
    size_t capacity = 256;
    for (;;) {
        char *target = malloc(capacity);
        ssize_t length;
        if (!target)
            return NULL;
        length = readlinkat(fd, name, target, capacity);
        if (length >= 0 && (size_t)length < capacity) {
            target[length] = 0;
            return target;
        }
        free(target);
        if (length < 0)
            return NULL;
        capacity *= 2;
    }
}

/* *target*, a slash where the link had one behind it, and *rest*, in a new buffer. */
static char *tr_jail_splice(const char *target, int slash, const char *rest)
{
    size_t head = strlen(target), tail = strlen(rest);
    char *joined = malloc(head + tail + 2);
    if (!joined)
        return NULL;
    memcpy(joined, target, head);
    if (slash)
        joined[head++] = '/';
    memcpy(joined + head, rest, tail + 1);
    return joined;
}

static int tr_jail_is_link(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && S_ISLNK(info.st_mode);
}

/* Open the last component. Sets *link when it is a symbolic link that is to be resolved. */
static int tr_jail_last(int dir, const char *name, int flags, mode_t mode, int *link)
{
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
    *link = 0;
    if (flags & O_NOFOLLOW)
        return fd;
    if (fd < 0) {
        /* ELOOP on Linux and macOS, EMLINK on FreeBSD, ENOTDIR with O_DIRECTORY: ask the link itself. */
        *link = errno == ELOOP || errno == ENOTDIR || errno == EMLINK;
        return fd;
    }
#if defined(O_PATH)
    if ((flags & O_PATH) && tr_jail_is_link(fd)) {
        close(fd);
        *link = 1;
        errno = ELOOP;
        return -1;
    }
#endif
    return fd;
}

typedef struct {
    tr_jail_stack stack;
    char *owned;  /* the buffer *rest* points into */
    char *rest;   /* what is still to be walked */
    int hops;
} tr_jail_walk;

/* Put the target of the link *name* in front of *rest*; errno says why it cannot be. */
static int tr_jail_enter_link(tr_jail_walk *walk, const char *name, int slash, const char *rest, int how)
{
    int refusal = errno;
    char *target = tr_jail_target(walk->stack.fds[walk->stack.depth - 1], name), *joined;

    if (!target) {
        if (errno == EINVAL)
            errno = refusal; /* not a link after all: the first error was the true one */
        return -1;
    }
    if (!(how & TR_JAIL_FOLLOW) || ++walk->hops > TR_JAIL_HOPS) {
        free(target);
        errno = ELOOP;
        return -1;
    }
    if (target[0] == '/' || !target[0]) {
        errno = target[0] ? EXDEV : ENOENT;
        free(target);
        return -1;
    }
    joined = tr_jail_splice(target, slash, rest);
    free(target);
    if (!joined)
        return -1;
    free(walk->owned);
    walk->owned = walk->rest = joined;
    return 0;
}

/* Walk one component. Returns the opened descriptor, -1 on error, or -2 to go on. */
static int tr_jail_component(tr_jail_walk *walk, int flags, mode_t mode, int how)
{
    char *name = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(name, "/");
    char *after = name + length;
    int directory = *after == '/', here = walk->stack.fds[walk->stack.depth - 1], fd, link;
    int last = !after[strspn(after, "/")];

    if (!length)
        return openat(here, ".", flags | O_CLOEXEC, mode);
    if (directory)
        *after++ = 0;
    walk->rest = after;
    if (!strcmp(name, ".")) {
        return last ? openat(here, ".", flags | O_CLOEXEC, mode) : -2;
    }
    if (!strcmp(name, "..")) {
        if (walk->stack.depth == 1) {
            errno = EXDEV;
            return -1;
        }
        tr_jail_pop(&walk->stack);
        here = walk->stack.fds[walk->stack.depth - 1];
        return last ? openat(here, ".", flags | O_CLOEXEC, mode) : -2;
    }
    if (last && !directory) {
        fd = tr_jail_last(here, name, flags, mode, &link);
        if (fd >= 0 || !link)
            return fd;
    } else {
        fd = openat(here, name, TR_OPEN_STEP);
        if (fd >= 0) {
            if (tr_jail_push(&walk->stack, fd) < 0) {
                close(fd);
                errno = ENOMEM;
                return -1;
            }
            return -2;
        }
        if (errno != ENOTDIR && errno != ELOOP && errno != EMLINK)
            return -1;
    }
    return tr_jail_enter_link(walk, name, directory, after, how) < 0 ? -1 : -2;
}

static int tr_jail_walk_path(int dir, const char *path, int flags, mode_t mode, int how)
{
    tr_jail_walk walk = {0};
    int fd = -1, kept;

    if (!path[0] || path[0] == '/') {
        errno = path[0] ? EXDEV : ENOENT;
        return -1;
    }
    walk.owned = walk.rest = strdup(path);
    if (!walk.owned || tr_jail_push(&walk.stack, dir) < 0) {
        free(walk.owned);
        errno = ENOMEM;
        return -1;
    }
    do
        fd = tr_jail_component(&walk, flags, mode, how);
    while (fd == -2);
    kept = errno;
    while (walk.stack.depth > 1)
        tr_jail_pop(&walk.stack);
    free(walk.stack.fds);
    free(walk.owned);
    errno = kept;
    return fd;
}

/* 1: openat2 works here, -1: it does not, 0: not tried yet. Written only with the values it would find. */
static int tr_jail_kernel;

#if defined(__linux__)
#  if !defined(SYS_openat2)
#    define SYS_openat2 437
#  endif

/* struct open_how of linux/openat2.h, which older headers lack. */
typedef struct {
    uint64_t flags, mode, resolve;
} tr_open_how;

enum { TR_NO_MAGICLINKS = 0x02, TR_NO_SYMLINKS = 0x04, TR_BENEATH = 0x08 };

static int tr_jail_openat2(int dir, const char *path, int flags, mode_t mode, int how)
{
    tr_open_how open_how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        /* O_TMPFILE contains the bit of O_DIRECTORY */
        .mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? mode & 07777 : 0,
        .resolve = TR_BENEATH | TR_NO_MAGICLINKS | (how & TR_JAIL_FOLLOW ? 0 : TR_NO_SYMLINKS),
    };
    int tries = 0;
    long fd;

    do /* EAGAIN: a rename raced with "..", so the kernel could not vouch for the result */
        fd = syscall(SYS_openat2, dir, path, &open_how, sizeof open_how);
    while (fd < 0 && (errno == EINTR || (errno == EAGAIN && ++tries < TR_JAIL_RETRIES)));
    return (int)fd;
}

static int tr_jail_has_openat2(void)
{
    int state = __atomic_load_n(&tr_jail_kernel, __ATOMIC_RELAXED);
    if (!state) {
        int fd = tr_jail_openat2(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0, 0);
        state = fd < 0 && (errno == ENOSYS || errno == EPERM) ? -1 : 1;
        if (fd >= 0)
            close(fd);
        __atomic_store_n(&tr_jail_kernel, state, __ATOMIC_RELAXED);
    }
    return state > 0;
}
#else
static int tr_jail_has_openat2(void) { return 0; }
static int tr_jail_openat2(int dir, const char *path, int flags, mode_t mode, int how)
{
    return tr_jail_walk_path(dir, path, flags, mode, how);
}
#endif

/* Open *path* beneath the directory *dir*; O_CLOEXEC is implied.
 *
 * Returns a descriptor, or -1 with errno: EXDEV when the path leads out, ELOOP for a link that is not to
 * be followed or a chain of too many. Paths longer than PATH_MAX work. */
static int tr_open_beneath(int dir, const char *path, int flags, mode_t mode, int how)
{
    int fd;
    if (!tr_jail_has_openat2())
        return tr_jail_walk_path(dir, path, flags, mode, how);
    fd = tr_jail_openat2(dir, path, flags, mode, how);
    if (fd < 0 && errno == ENAMETOOLONG)
        return tr_jail_walk_path(dir, path, flags, mode, how);
    return fd;
}

#endif
