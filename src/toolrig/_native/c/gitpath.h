/* Paths as git's configuration writes them (git-config(1), "pathname"), and paths of what is open. */
#ifndef TR_GITPATH_H
#define TR_GITPATH_H

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TR_PASSWD_MOST = 1 << 20 }; /* bytes of one user's entry */

/* *a* and *b* with *between*, malloc'ed. */
static char *tr_join(const char *a, size_t a_length, const char *between, const char *b)
{
    size_t middle = strlen(between), b_length = strlen(b);
    char *joined = malloc(a_length + middle + b_length + 1);

    if (joined) {
        memcpy(joined, a, a_length);
        memcpy(joined + a_length, between, middle);
        memcpy(joined + a_length + middle, b, b_length + 1);
    }
    return joined;
}

/* The home directory of *user* with *rest* behind it, malloc'ed; empty where there is no such user. */
static char *tr_user_path(const char *user, const char *rest)
{
    struct passwd entry, *found = NULL;
    char *buffer = NULL, *larger, *path;
    size_t size = 1024;
    int failed;

    do {
        size *= 2;
        larger = realloc(buffer, size);
        if (!larger) {
            free(buffer);
            return NULL;
        }
        buffer = larger;
        failed = getpwnam_r(user, &entry, buffer, size, &found);
    } while (failed == ERANGE && size < TR_PASSWD_MOST);
    path = found ? tr_join(found->pw_dir, strlen(found->pw_dir), "", rest) : strdup("");
    free(buffer);
    return path;
}

/* *path* with a leading ~ or ~user replaced, malloc'ed; empty where it cannot be. *home* may be NULL. */
static char *tr_path_expand(const char *home, const char *path)
{
    size_t name = strcspn(path, "/");
    char *user, *expanded;

    if (path[0] != '~')
        return strdup(path);
    if (name == 1)
        return home ? tr_join(home, strlen(home), "", path + 1) : strdup("");
    user = strndup(path + 1, name - 1);
    expanded = user ? tr_user_path(user, path + name) : NULL;
    free(user);
    return expanded;
}

/* The path of the open *fd* without symbolic links, malloc'ed; NULL where the platform does not tell. */
static char *tr_fd_path(int fd)
{
#if defined(F_GETPATH)
    char path[1024]; /* MAXPATHLEN, by the interface */
    return fcntl(fd, F_GETPATH, path) == 0 ? strdup(path) : NULL;
#else
    char link[48], *path = NULL, *larger;
    size_t size = 256;
    ssize_t got;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    do {
        size *= 2;
        larger = realloc(path, size);
        if (!larger)
            break;
        path = larger;
        got = readlink(link, path, size);
        if (got > 0 && (size_t)got < size && path[0] == '/') {
            path[got] = 0;
            return path;
        }
    } while (got > 0 && (size_t)got == size);
    free(path);
    return NULL;
#endif
}

#endif
