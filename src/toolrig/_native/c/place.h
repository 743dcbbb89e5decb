/* Where the files of a repository are opened: anywhere, or beneath a root and nowhere else.
 *
 * What git reads outside of the root is then what was read when the root was opened (tr_surroundings): files by
 * their paths, from memory. What leads out otherwise is refused with EXDEV. */
#ifndef TR_PLACE_H
#define TR_PLACE_H

#include "jail.h"
#include "readfile.h"

/* A file that was read outside of a root, or was not there (NULL bytes). */
typedef struct {
    const char *path; /* absolute, as git's configuration comes to name it */
    const char *base; /* of the directory it is in, without symbolic links; "" where it is not known */
    const char *bytes;
    size_t length;
} tr_kept;

/* A root, and what was read outside of it when it was opened. Nothing in here is owned. */
typedef struct {
    int root_fd;
    const char *tops[2]; /* absolute paths of the root: as given, and without symbolic links */
    const char *home, *config_home, *real_home; /* as tr_config has them */
    const tr_kept *files;                       /* configuration, and the rules that it names */
    size_t file_count;

    /* The repository around the root, where its own directory lies outside. */
    int git_fd;       /* holds the index; -1: there is none */
    const char *lead; /* from the top of its work tree to the root, "" or "a/b/" */
    const tr_kept *rules; /* .gitignore files above the root; the path is that of the directory, as in *lead* */
    size_t rule_count;
    tr_kept exclude, global;
    int fold, sha256;
} tr_surroundings;

/* A directory, and how far names lead from it. */
typedef struct {
    int fd;
    const tr_surroundings *within; /* NULL: anywhere */
    char *path;                    /* from the root to the directory, "" or "a/b/"; NULL: it has no place in it */
} tr_place;

static void tr_place_close(tr_place *place)
{
    if (place->fd >= 0)
        close(place->fd);
    free(place->path);
    place->fd = -1;
    place->path = NULL;
}

/* What is below the root in the absolute *path*, "." for the root itself; NULL: it lies outside by its text. */
static const char *tr_below_top(const tr_surroundings *within, const char *path)
{
    for (int i = 0; i < 2; i++) {
        size_t length = within->tops[i] ? strlen(within->tops[i]) : 0;
        while (length && within->tops[i][length - 1] == '/')
            length--;
        if (!within->tops[i] || strncmp(path, within->tops[i], length) != 0 || (path[length] && path[length] != '/'))
            continue;
        path += length;
        path += strspn(path, "/");
        return *path ? path : ".";
    }
    return NULL;
}

/* *name*, as *place* sees it, relative to the root and malloc'ed. NULL with errno: EXDEV where it leads out. */
static char *tr_place_name(const tr_place *place, const char *name)
{
    const char *below = name[0] == '/' ? tr_below_top(place->within, name) : NULL;
    size_t length;
    char *joined;

    if (name[0] == '/' ? !below : !place->path) {
        errno = EXDEV;
        return NULL;
    }
    if (below)
        return strdup(below);
    length = strlen(place->path);
    joined = malloc(length + strlen(name) + 1);
    if (joined) {
        memcpy(joined, place->path, length);
        memcpy(joined + length, name, strlen(name) + 1);
    }
    return joined;
}

/* Open *name*; O_CLOEXEC and O_NONBLOCK are implied. */
static int tr_place_open(const tr_place *place, const char *name, int flags)
{
    char *below;
    int fd;

    if (!place->within)
        return tr_open(place->fd, name, flags);
    below = tr_place_name(place, name);
    if (!below)
        return -1;
#if defined(O_PATH)
    if (!(flags & O_PATH)) /* openat2 takes no flags that mean nothing */
        flags |= O_NONBLOCK | O_NOCTTY;
#else
    flags |= O_NONBLOCK | O_NOCTTY;
#endif
    fd = tr_open_beneath(place->within->root_fd, below, flags, 0, TR_JAIL_FOLLOW);
    free(below);
    return fd;
}

/* Open the directory *name* as a place of its own. -1 with errno: there is none, EXDEV where it lies outside. */
static int tr_place_enter(const tr_place *place, const char *name, tr_place *inside)
{
    size_t length;
    char *path = NULL;

    *inside = (tr_place){-1, place->within, NULL};
    if (place->within) {
        path = tr_place_name(place, name);
        if (!path)
            return -1;
        length = strlen(path);
        inside->path = malloc(length + 2);
        if (inside->path) {
            memcpy(inside->path, path, length);
            memcpy(inside->path + length, "/", 2);
        }
        free(path);
        if (!inside->path)
            return -1;
    }
    inside->fd = tr_place_open(place, name, TR_OPEN_DIRECTORY);
    if (inside->fd < 0) {
        int failed = errno;
        tr_place_close(inside);
        errno = failed;
    }
    return inside->fd < 0 ? -1 : 0;
}

static const tr_kept *tr_kept_find(const tr_surroundings *within, const char *path)
{
    for (size_t i = 0; i < within->file_count; i++)
        if (strcmp(within->files[i].path, path) == 0)
            return &within->files[i];
    return NULL;
}

/* The file *name* as it was outside of the root; NULL where it is to be opened beneath it. */
static const tr_kept *tr_place_kept(const tr_place *place, const char *name)
{
    if (!place->within || name[0] != '/' || tr_below_top(place->within, name))
        return NULL;
    return tr_kept_find(place->within, name);
}

/* A copy of what was read. Returns 0 or an error number, as tr_read_file. */
static int tr_kept_read(const tr_kept *kept, tr_file *file)
{
    file->length = 0;
    file->bytes = kept->bytes ? malloc(kept->length + 1) : NULL;
    if (!file->bytes)
        return kept->bytes ? ENOMEM : ENOENT;
    memcpy(file->bytes, kept->bytes, kept->length);
    file->bytes[kept->length] = 0;
    file->length = kept->length;
    return 0;
}

/* tr_read_file for *name* as *place* sees it. */
static int tr_place_read(const tr_place *place, const char *name, int flags, size_t limit, tr_file *file)
{
    const tr_kept *kept = tr_place_kept(place, name);
    int fd;

    if (kept)
        return tr_kept_read(kept, file);
    fd = tr_place_open(place, name, O_RDONLY | flags);
    return tr_read_fd(fd, limit, file);
}

/* stat(2). */
static int tr_place_stat(const tr_place *place, const char *name, struct stat *status)
{
    int fd, failed;

    if (!place->within)
        return fstatat(place->fd, name, status, 0);
    fd = tr_place_open(place, name, TR_OPEN_NOTHING);
    failed = fd < 0 ? -1 : fstat(fd, status);
    if (fd >= 0)
        close(fd);
    return failed;
}

/* May names in the directory *name* be looked up? */
static int tr_place_searchable(const tr_place *place, const char *name)
{
    tr_place inside;
    int searchable;

    if (!place->within)
        return faccessat(place->fd, name, X_OK, 0) == 0;
    if (tr_place_enter(place, name, &inside) != 0)
        return 0;
    searchable = faccessat(inside.fd, ".", X_OK, 0) == 0;
    tr_place_close(&inside);
    return searchable;
}

#endif
