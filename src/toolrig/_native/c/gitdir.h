/* Where a repository's own files are: .git as a directory, or as a file of worktrees and submodules
 * (gitrepository-layout(5)). */
#ifndef TR_GITDIR_H
#define TR_GITDIR_H

#include "readfile.h"

#include <string.h>

enum { TR_GITDIR_POINTER = 1 << 20 }; /* longest .git, commondir or HEAD file */

typedef struct {
    int git_fd;    /* index, HEAD; -1: none */
    int common_fd; /* config, info/exclude: shared by all worktrees, else a duplicate */
    int linked;    /* a worktree beside the repository's own */
} tr_gitdir;

static void tr_gitdir_close(tr_gitdir *git)
{
    if (git->git_fd >= 0)
        close(git->git_fd);
    if (git->common_fd >= 0)
        close(git->common_fd);
    git->git_fd = git->common_fd = -1;
}

static int tr_is_hex_name(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") >= 40;
}

/* What HEAD refers to, refs/... or an object's name, malloc'ed: it is a symbolic link, says "ref: ...", or is
 * the object's name. NULL: no such file. */
static char *tr_gitdir_head_target(int git_fd)
{
    char target[4096]; /* a link says less than that */
    ssize_t linked = readlinkat(git_fd, "HEAD", target, sizeof target - 1);
    tr_file file;
    size_t at = 4;

    if (linked >= 0)
        return strndup(target, (size_t)linked);
    if (tr_read_file(git_fd, "HEAD", 0, TR_GITDIR_POINTER, &file) != 0)
        return NULL;
    if (file.length < 4 || memcmp(file.bytes, "ref:", 4) != 0)
        return file.bytes;
    while (at < file.length && strchr(" \t\r\n", file.bytes[at]) && file.bytes[at])
        at++;
    while (file.length > at && strchr(" \t\r\n", file.bytes[file.length - 1]))
        file.bytes[--file.length] = 0;
    memmove(file.bytes, file.bytes + at, file.length - at + 1);
    return file.bytes;
}

static int tr_gitdir_head(int git_fd)
{
    char *target = tr_gitdir_head_target(git_fd);
    int valid = target && (strncmp(target, "refs/", 5) == 0 || tr_is_hex_name(target));

    free(target);
    return valid;
}

/* The branch that is checked out, malloc'ed; NULL: none. */
static char *tr_gitdir_branch(int git_fd)
{
    char *target = tr_gitdir_head_target(git_fd);

    if (target && strncmp(target, "refs/heads/", 11) == 0) {
        memmove(target, target + 11, strlen(target + 11) + 1);
        return target;
    }
    free(target);
    return NULL;
}

/* Open the directory a pointer file names, relative to *base_fd*. -1: no such file or directory. */
static int tr_gitdir_follow(int dir_fd, const char *name, const char *label, int base_fd)
{
    size_t skip = strlen(label);
    tr_file file;
    int fd = -1;

    if (tr_read_file(dir_fd, name, 0, TR_GITDIR_POINTER, &file) != 0)
        return -1;
    while (file.length && (file.bytes[file.length - 1] == '\n' || file.bytes[file.length - 1] == '\r'))
        file.bytes[--file.length] = 0;
    if (file.length > skip && memcmp(file.bytes, label, skip) == 0)
        fd = tr_open_dir(base_fd, file.bytes + skip);
    free(file.bytes);
    return fd;
}

/* Take over *git_fd*; 1 if it is a git directory. */
static int tr_gitdir_accept(tr_gitdir *git, int git_fd)
{
    struct stat status;

    git->git_fd = git_fd;
    git->common_fd = -1;
    if (git_fd < 0)
        return 0;
    git->common_fd = tr_gitdir_follow(git_fd, "commondir", "", git_fd);
    git->linked = git->common_fd >= 0;
    if (git->common_fd < 0 && fstatat(git_fd, "commondir", &status, 0) != 0)
        git->common_fd = tr_open_dir(git_fd, ".");
    if (git->common_fd >= 0 && tr_gitdir_head(git_fd) && faccessat(git->common_fd, "objects", X_OK, 0) == 0 &&
        faccessat(git->common_fd, "refs", X_OK, 0) == 0)
        return 1;
    tr_gitdir_close(git);
    return 0;
}

/* Open the repository whose work tree is *dir_fd*. 1: *git is open. 0: there is none. */
static int tr_gitdir_open(tr_gitdir *git, int dir_fd)
{
    struct stat status;

    git->git_fd = git->common_fd = -1;
    if (fstatat(dir_fd, ".git", &status, 0) != 0)
        return 0;
    if (S_ISDIR(status.st_mode))
        return tr_gitdir_accept(git, tr_open_dir(dir_fd, ".git"));
    return tr_gitdir_accept(git, tr_gitdir_follow(dir_fd, ".git", "gitdir: ", dir_fd));
}

/* Is *dir_fd* itself a git directory (a bare repository, or the inside of .git)? */
static int tr_gitdir_is(int dir_fd)
{
    struct stat status;
    tr_gitdir git;

    if (fstatat(dir_fd, "HEAD", &status, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    if (!tr_gitdir_accept(&git, tr_open_dir(dir_fd, ".")))
        return 0;
    tr_gitdir_close(&git);
    return 1;
}

#endif
