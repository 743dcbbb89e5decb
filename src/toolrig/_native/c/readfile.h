/* Read a small file that somebody else wrote: regular files only, never blocking, never without bound. */
#ifndef TR_READFILE_H
#define TR_READFILE_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *bytes; /* malloc'ed, one NUL behind the last byte; NULL when nothing was read */
    size_t length;
} tr_file;

static int tr_open(int dir_fd, const char *path, int flags)
{
    int fd;

    do
        fd = openat(dir_fd, path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* To reach what is in a directory, which needs no permission to list it where the platform knows that; and to
 * look at anything at all. */
#if defined(O_PATH)
#  define TR_OPEN_DIRECTORY (O_PATH | O_DIRECTORY)
#  define TR_OPEN_NOTHING O_PATH
#elif defined(O_SEARCH)
#  define TR_OPEN_DIRECTORY (O_SEARCH | O_DIRECTORY)
#  define TR_OPEN_NOTHING O_RDONLY
#else
#  define TR_OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY)
#  define TR_OPEN_NOTHING O_RDONLY
#endif

static int tr_open_dir(int dir_fd, const char *path)
{
    return tr_open(dir_fd, path, TR_OPEN_DIRECTORY);
}

static int tr_read_all(int fd, tr_file *file, size_t size)
{
    while (file->length < size) {
        ssize_t got = read(fd, file->bytes + file->length, size - file->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        file->length += (size_t)got;
    }
    file->bytes[file->length] = 0;
    return 0;
}

static int tr_read_open(int fd, size_t limit, tr_file *file)
{
    struct stat status;
    int failed;

    if (fstat(fd, &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EINVAL;
    if (status.st_size < 0 || (uintmax_t)status.st_size > limit)
        return EFBIG;
    file->bytes = malloc((size_t)status.st_size + 1);
    if (!file->bytes)
        return ENOMEM;
    failed = tr_read_all(fd, file, (size_t)status.st_size);
    if (failed) {
        free(file->bytes);
        file->bytes = NULL;
    }
    return failed;
}

/* Read *fd*, what open returned, if it is a regular file of at most *limit* bytes (limit < SIZE_MAX), and close
 * it. Returns 0 or the error number; errno's where *fd* is -1. */
static int tr_read_fd(int fd, size_t limit, tr_file *file)
{
    int failed;

    file->bytes = NULL;
    file->length = 0;
    if (fd < 0)
        return errno;
    failed = tr_read_open(fd, limit, file);
    close(fd);
    return failed;
}

/* Read the regular file *path* of at most *limit* bytes. *flags* may hold O_NOFOLLOW. Returns 0 or the error
 * number. */
static int tr_read_file(int dir_fd, const char *path, int flags, size_t limit, tr_file *file)
{
    return tr_read_fd(tr_open(dir_fd, path, O_RDONLY | flags), limit, file);
}

#endif
