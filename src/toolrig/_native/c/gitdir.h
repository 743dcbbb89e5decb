/* Where a repository's own files are: .git as a directory, or as a file of worktrees and submodules
 * (gitrepository-layout(5)). */
#ifndef TR_GITDIR_H
#define TR_GITDIR_H

#include "place.h"

#include <string.h>

enum { TR_GITDIR_POINTER = 1 << 20 }; /* longest .git, commondir or HEAD file */

enum {
    TR_GIT_OUTSIDE = -1, /* there may be one, but it lies outside of the root that everything is opened beneath */
    TR_GIT_NONE = 0,
    TR_GIT_FOUND = 1,
};

typedef struct {
    tr_place git;    /* index, HEAD */
    tr_place common; /* config, info/exclude: shared by all worktrees, else the same directory */
    int linked;      /* a worktree beside the repository's own */
} tr_gitdir;

static void tr_gitdir_close(tr_gitdir *git)
{
    tr_place_close(&git->git);
    tr_place_close(&git->common);
}

static int tr_is_hex_name(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") >= 40;
}

/* What HEAD refers to, refs/... or an object's name, malloc'ed: it is a symbolic link, says "ref: ...", or is
 * the object's name. NULL: no such file. */
static char *tr_gitdir_head_target(const tr_place *git)
{
    char target[4096]; /* a link says less than that */
    ssize_t linked = readlinkat(git->fd, "HEAD", target, sizeof target - 1);
    tr_file file;
    size_t at = 4;

    if (linked >= 0)
        return strndup(target, (size_t)linked);
    if (tr_place_read(git, "HEAD", 0, TR_GITDIR_POINTER, &file) != 0)
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

static int tr_gitdir_head(const tr_place *git)
{
    char *target = tr_gitdir_head_target(git);
    int valid = target && (strncmp(target, "refs/", 5) == 0 || tr_is_hex_name(target));

    free(target);
    return valid;
}

/* The branch that is checked out, malloc'ed; NULL: none. */
static char *tr_gitdir_branch(const tr_place *git)
{
    char *target = tr_gitdir_head_target(git);

    if (target && strncmp(target, "refs/heads/", 11) == 0) {
        memmove(target, target + 11, strlen(target + 11) + 1);
        return target;
    }
    free(target);
    return NULL;
}

/* Open the directory that the pointer file *name* of *place* names, relative to the same. -1 with errno: no such
 * file or directory, EXDEV where it lies outside. */
static int tr_gitdir_follow(const tr_place *place, const char *name, const char *label, tr_place *target)
{
    size_t skip = strlen(label);
    int failed, entered = -1;
    tr_file file;

    *target = (tr_place){-1, NULL, NULL};
    failed = tr_place_read(place, name, 0, TR_GITDIR_POINTER, &file);
    if (failed) {
        errno = failed;
        return -1;
    }
    while (file.length && (file.bytes[file.length - 1] == '\n' || file.bytes[file.length - 1] == '\r'))
        file.bytes[--file.length] = 0;
    errno = EINVAL;
    if (file.length > skip && memcmp(file.bytes, label, skip) == 0)
        entered = tr_place_enter(place, file.bytes + skip, target);
    failed = errno;
    free(file.bytes);
    errno = failed;
    return entered;
}

/* Open the directory that holds what all worktrees of git->git share. -1 with errno. */
static int tr_gitdir_common(tr_gitdir *git)
{
    struct stat status;

    git->linked = tr_gitdir_follow(&git->git, "commondir", "", &git->common) == 0;
    if (git->linked || errno == EXDEV)
        return git->linked ? 0 : -1;
    if (fstatat(git->git.fd, "commondir", &status, AT_SYMLINK_NOFOLLOW) == 0)
        return -1;
    return tr_place_enter(&git->git, ".", &git->common);
}

/* Is the open git->git a git directory? Closes it if not. */
static int tr_gitdir_accept(tr_gitdir *git)
{
    int found = TR_GIT_NONE;

    if (tr_gitdir_common(git) != 0)
        found = errno == EXDEV ? TR_GIT_OUTSIDE : TR_GIT_NONE;
    else if (tr_gitdir_head(&git->git) && tr_place_searchable(&git->common, "objects") &&
             tr_place_searchable(&git->common, "refs"))
        return TR_GIT_FOUND;
    tr_gitdir_close(git);
    return found;
}

/* Open the repository whose work tree is *top*: a TR_GIT_*, *git open where it is found. */
static int tr_gitdir_open(tr_gitdir *git, const tr_place *top)
{
    *git = (tr_gitdir){.git = {.fd = -1}, .common = {.fd = -1}};
    if (tr_place_enter(top, ".git", &git->git) == 0 ||
        (errno == ENOTDIR && tr_gitdir_follow(top, ".git", "gitdir: ", &git->git) == 0))
        return tr_gitdir_accept(git);
    return errno == EXDEV ? TR_GIT_OUTSIDE : TR_GIT_NONE;
}

/* Is *place* itself a git directory (a bare repository, or the inside of .git)? */
static int tr_gitdir_is(const tr_place *place)
{
    struct stat status;
    tr_gitdir git = {.git = {.fd = -1}, .common = {.fd = -1}};

    if (fstatat(place->fd, "HEAD", &status, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    if (tr_place_enter(place, ".", &git.git) != 0 || tr_gitdir_accept(&git) != TR_GIT_FOUND)
        return 0;
    tr_gitdir_close(&git);
    return 1;
}

#endif
