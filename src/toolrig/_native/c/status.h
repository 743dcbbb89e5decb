/* Size and time of modification of a directory's entry. */
#ifndef TR_STATUS_H
#define TR_STATUS_H

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#  include <sys/syscall.h>
#endif

#include "batch.h"

#if defined(__APPLE__)
#  define TR_MTIME(info) ((info).st_mtimespec)
#else
#  define TR_MTIME(info) ((info).st_mtim)
#endif

static tr_status tr_status_from(const struct stat *info)
{
    return (tr_status){
        .size = (int64_t)info->st_size,
        .mtime_ns = (int64_t)TR_MTIME(*info).tv_sec * 1000000000 + TR_MTIME(*info).tv_nsec,
    };
}

/* The status of *name* in *dir*; AT_SYMLINK_NOFOLLOW among *flags* looks at links themselves. -1 with errno.
 *
 * statx(2) is asked for these two figures alone, and a network file system may answer from what it remembers. */
static int tr_status_of(int dir, const char *name, int flags, tr_status *status)
{
    struct stat file;
#if defined(__linux__) && defined(SYS_statx) && defined(STATX_SIZE)
    struct statx info;
    if (syscall(SYS_statx, dir, name, flags | AT_STATX_DONT_SYNC, STATX_SIZE | STATX_MTIME, &info) == 0) {
        status->size = (int64_t)info.stx_size;
        status->mtime_ns = (int64_t)info.stx_mtime.tv_sec * 1000000000 + info.stx_mtime.tv_nsec;
        return 0;
    }
    if (errno != ENOSYS && errno != EPERM) /* what an old kernel or a filter of system calls says */
        return -1;
#endif
    if (fstatat(dir, name, &file, flags) < 0)
        return -1;
    *status = tr_status_from(&file);
    return 0;
}

#endif
