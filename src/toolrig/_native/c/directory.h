/* The entries of an open directory, in the order the kernel gives them, with their kinds.
 *
 * Linux: getdents64 into one buffer, so that the start of a directory can be looked over before its
 * entries are handed out. Elsewhere: readdir. "." and ".." are never reported. */
#ifndef TR_DIRECTORY_H
#define TR_DIRECTORY_H

#include <dirent.h>
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

/* Bits, so that a set of kinds is one number. */
enum { TR_KIND_FILE = 1, TR_KIND_DIRECTORY = 2, TR_KIND_SYMLINK = 4, TR_KIND_OTHER = 8 };

typedef struct {
    const char *name;
    size_t length;
    int kind;
} tr_entry;

static int tr_kind_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? TR_KIND_FILE
        : S_ISDIR(mode)  ? TR_KIND_DIRECTORY
        : S_ISLNK(mode)  ? TR_KIND_SYMLINK
                         : TR_KIND_OTHER;
}

/* The kind of *name*; file systems without d_type make it cost one fstatat. */
static int tr_kind_of(int fd, const char *name, int type)
{
    struct stat info;
    switch (type) {
    case DT_REG: return TR_KIND_FILE;
    case DT_DIR: return TR_KIND_DIRECTORY;
    case DT_LNK: return TR_KIND_SYMLINK;
    case DT_UNKNOWN:
        return fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? tr_kind_of_mode(info.st_mode)
                                                                  : TR_KIND_OTHER;
    default: return TR_KIND_OTHER;
    }
}

static int tr_is_dots(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

#if defined(__linux__)
enum { TR_DIR_BUFFER = 64 * 1024, TR_DIR_LONGEST = 4096 };

/* struct linux_dirent64 of getdents(2), which the C library does not export everywhere. */
typedef struct {
    uint64_t inode;
    int64_t offset;
    uint16_t record;
    uint8_t type;
    char name[];
} tr_raw_entry;

typedef struct {
    int fd;
    char *buffer;
    size_t filled, at;
    int ended;   /* the kernel said there is no more */
    int has_git; /* a name that begins with ".git" was seen */
} tr_dir;

/* Look over the entries from *at* on. 1: the position behind the last of them is the last there can be; ext4, for one,
 * says so at the end of a directory, which spares a call that would find nothing. */
static int tr_dir_look_over(tr_dir *dir, size_t at)
{
    const tr_raw_entry *raw = NULL;
    while (at < dir->filled) {
        raw = (const tr_raw_entry *)(const void *)(dir->buffer + at);
        dir->has_git |= raw->name[0] == '.' && !strncmp(raw->name, ".git", 4);
        at += raw->record;
    }
    return raw && raw->offset == INT64_MAX;
}

static int tr_dir_fill(tr_dir *dir)
{
    size_t at = dir->filled;
    long got;
    do
        got = syscall(SYS_getdents64, dir->fd, dir->buffer + at, TR_DIR_BUFFER - at);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        dir->filled += (size_t)got;
    dir->ended = got <= 0 || tr_dir_look_over(dir, at);
    return got < 0 ? -1 : 0;
}

/* Take over the descriptor *fd* of a directory and read its first entries. -1 with errno on error.
 *
 * *spare* holds a buffer left by a directory before, or NULL: who reads many directories passes it around. */
static int tr_dir_open(tr_dir *dir, int fd, char **spare)
{
    memset(dir, 0, sizeof *dir);
    dir->fd = fd;
    dir->buffer = *spare ? *spare : malloc(TR_DIR_BUFFER);
    *spare = NULL;
    if (!dir->buffer) {
        errno = ENOMEM;
        return -1;
    }
    if (tr_dir_fill(dir) < 0)
        return -1;
    /* A second call usually finds the end, and then the whole directory lies in the buffer. */
    if (!dir->ended && TR_DIR_BUFFER - dir->filled >= TR_DIR_LONGEST)
        return tr_dir_fill(dir);
    return 0;
}

/* Give the buffer back, and close the descriptor unless it is *kept* by somebody else. */
static void tr_dir_close(tr_dir *dir, char **spare, int kept)
{
    free(*spare);
    *spare = dir->buffer;
    if (!kept)
        close(dir->fd);
}

/* Set *entry to the next one: 1, 0 at the end, -1 with errno on error. Valid until the next call. */
static int tr_dir_next(tr_dir *dir, tr_entry *entry)
{
    for (;;) {
        while (dir->at < dir->filled) {
            const tr_raw_entry *raw = (const tr_raw_entry *)(const void *)(dir->buffer + dir->at);
            dir->at += raw->record;
            if (tr_is_dots(raw->name))
                continue;
            entry->name = raw->name;
            entry->length = strlen(raw->name);
            entry->kind = tr_kind_of(dir->fd, raw->name, raw->type);
            return 1;
        }
        if (dir->ended)
            return 0;
        dir->at = dir->filled = 0;
        if (tr_dir_fill(dir) < 0)
            return -1;
    }
}

/* Whether the directory has an entry called *name*, which begins with ".git"; before the first tr_dir_next. */
static int tr_dir_has(const tr_dir *dir, const char *name)
{
    if (!dir->ended)
        return faccessat(dir->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (!dir->has_git)
        return 0;
    for (size_t at = 0; at < dir->filled;) {
        const tr_raw_entry *raw = (const tr_raw_entry *)(const void *)(dir->buffer + at);
        if (!strcmp(raw->name, name))
            return 1;
        at += raw->record;
    }
    return 0;
}
#else
typedef struct {
    int fd;
    DIR *handle;
} tr_dir;

/* closedir closes the descriptor it reads from: that is a duplicate of ours. */
static int tr_dir_open(tr_dir *dir, int fd, char **spare)
{
    int reading = fcntl(fd, F_DUPFD_CLOEXEC, 0), kept;
    (void)spare;
    dir->fd = fd;
    dir->handle = reading < 0 ? NULL : fdopendir(reading);
    if (dir->handle)
        return 0;
    kept = errno;
    if (reading >= 0)
        close(reading);
    errno = kept;
    return -1;
}

static void tr_dir_close(tr_dir *dir, char **spare, int kept)
{
    (void)spare;
    if (dir->handle)
        closedir(dir->handle);
    if (!kept)
        close(dir->fd);
}

static int tr_dir_next(tr_dir *dir, tr_entry *entry)
{
    for (;;) {
        const struct dirent *raw;
        errno = 0;
        raw = readdir(dir->handle);
        if (!raw)
            return errno ? -1 : 0;
        if (tr_is_dots(raw->d_name))
            continue;
        entry->name = raw->d_name;
        entry->length = strlen(raw->d_name);
        entry->kind = tr_kind_of(dir->fd, raw->d_name, raw->d_type);
        return 1;
    }
}

static int tr_dir_has(const tr_dir *dir, const char *name)
{
    struct stat info;
    return fstatat(dir->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}
#endif

#endif
