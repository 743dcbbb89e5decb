/* The work tree that a directory lies in: at the directory or above it, and beneath a root no higher than that. */
#ifndef TR_GITFIND_H
#define TR_GITFIND_H

#include "gitrepo.h"

enum {
    TR_TOP_NONE,    /* the directory lies in no work tree */
    TR_TOP_FOUND,   /* *git is open */
    TR_TOP_AROUND,  /* the repository is the one around the root, see tr_surroundings */
    TR_TOP_OUTSIDE, /* the repository lies outside of the root and is not known */
};

typedef struct {
    int state;
    tr_place place; /* the top of the work tree, or the root where the top is above it */
    tr_gitdir git;
    char *lead;     /* from the top to the directory, "" or "a/b/"; NULL: out of memory */
    size_t above;   /* bytes of it above *place* */
} tr_top;

static void tr_top_close(tr_top *top)
{
    if (top->state == TR_TOP_FOUND)
        tr_gitdir_close(&top->git);
    tr_place_close(&top->place);
    free(top->lead);
    top->state = TR_TOP_NONE;
    top->lead = NULL;
}

/* A directory while the work tree around it is sought. */
typedef struct {
    int fd;
    const tr_surroundings *within;
    const char *path; /* absolute, or from the root within which it is sought; NULL: look no further */
    size_t whole, length, name_at; /* of the path: in all, up to the directory at hand, what is below that */
} tr_search;

/* Length of *path* without slashes at its end if it is an absolute path of *root*; 0: look no further than
 * there. */
static size_t tr_path_of(const char *path, const struct stat *root)
{
    struct stat status;
    size_t length = path ? strlen(path) : 0;

    if (!length || path[0] != '/' || stat(path, &status) != 0 || status.st_dev != root->st_dev ||
        status.st_ino != root->st_ino)
        return 0;
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length;
}

/* Where the search is at its last directory. */
static int tr_search_ends(const tr_search *search)
{
    return search->length <= (search->within ? 0 : 1);
}

/* Open the directory above the one at hand. -1: there is none. */
static int tr_search_up(tr_search *search)
{
    size_t least = search->within ? 0 : 1;
    char *above;
    int fd;

    if (tr_search_ends(search) || !search->path)
        return -1;
    while (search->length > least && search->path[search->length - 1] != '/')
        search->length--;
    search->name_at = search->length;
    while (search->length > least && search->path[search->length - 1] == '/')
        search->length--;
    above = search->length ? strndup(search->path, search->length) : strdup(".");
    if (!above)
        return -1;
    fd = search->within ? tr_open_beneath(search->within->root_fd, above, TR_OPEN_DIRECTORY, 0, 0)
                        : tr_open_dir(AT_FDCWD, above);
    free(above);
    return fd;
}

/* The directory at hand, open as *fd*. Its path is NULL without memory. */
static tr_place tr_search_place(const tr_search *search, int fd)
{
    tr_place place = {fd, search->within, NULL};

    if (search->within)
        place.path = tr_join(search->path, search->length, search->length ? "/" : "", "");
    return place;
}

/* What leads from the directory at hand down to the one the search began at. */
static char *tr_search_lead(const tr_search *search, const char *above)
{
    size_t below = search->whole - search->name_at;
    char *rest = below ? strndup(search->path + search->name_at, below) : strdup("");
    char *lead = rest ? tr_join(above, strlen(above), rest, below ? "/" : "") : NULL;

    free(rest);
    return lead;
}

static size_t tr_repo_hash_length(const tr_gitdir *git)
{
    tr_config config = {0};

    tr_config_repository(&config, git);
    tr_config_clear(&config);
    return config.sha256 ? 32 : 20;
}

enum { TR_TREE_HERE, TR_TREE_ELSEWHERE, TR_TREE_NO_MEMORY };

/* Where is the work tree of the repository found at *dir_fd*? *status: its own, if it is elsewhere and exists
 * (else st_ino is 0). */
static int tr_repo_work_tree(const tr_gitdir *git, int dir_fd, struct stat *status)
{
    tr_config config = {0};
    struct stat here;
    int where = TR_TREE_HERE;

    memset(status, 0, sizeof *status);
    tr_config_repository(&config, git);
    if (config.no_memory) {
        where = TR_TREE_NO_MEMORY;
    } else if (config.work_tree) {
        where = TR_TREE_ELSEWHERE;
        if (tr_place_stat(&git->git, config.work_tree, status) != 0)
            memset(status, 0, sizeof *status);
        else if (fstat(dir_fd, &here) == 0 && here.st_dev == status->st_dev && here.st_ino == status->st_ino)
            where = TR_TREE_HERE;
    }
    tr_config_clear(&config);
    return where;
}

/* Move the search to the directory that is *wanted*, at or above the one it began at. -1: it is none of them. */
static int tr_search_same(tr_search *search, const struct stat *wanted)
{
    struct stat status;
    int fd;

    search->length = search->name_at = search->whole;
    for (fd = tr_open_dir(search->fd, "."); fd >= 0; fd = tr_search_up(search)) {
        if (fstat(fd, &status) == 0 && status.st_dev == wanted->st_dev && status.st_ino == wanted->st_ino)
            return fd;
        close(fd);
    }
    return -1;
}

/* top->git was found at top->place: go to the top of its work tree. */
static void tr_search_found(tr_search *search, tr_top *top)
{
    struct stat tree;
    int where = tr_repo_work_tree(&top->git, top->place.fd, &tree), fd;

    top->state = TR_TOP_FOUND;
    if (where == TR_TREE_ELSEWHERE) {
        tr_place_close(&top->place);
        fd = tree.st_ino ? tr_search_same(search, &tree) : -1;
        if (fd < 0) {
            tr_top_close(top);
            return;
        }
        top->place = tr_search_place(search, fd);
    }
    if (where != TR_TREE_NO_MEMORY)
        top->lead = tr_search_lead(search, "");
}

/* Whether the repository around the root is that of the directory at hand, which has none beneath the root. */
static int tr_search_around(const tr_search *search, int alone)
{
    const tr_surroundings *within = search->within;

    return within && within->git_fd >= 0 && !search->length && (!alone || !within->lead[0]);
}

/* Look for a repository in the directory open as *fd*, which is taken over. 1: the search is over. */
static int tr_search_here(tr_search *search, int fd, int alone, tr_top *top)
{
    int found, around;

    top->place = tr_search_place(search, fd);
    found = tr_gitdir_open(&top->git, &top->place);
    if (found == TR_GIT_FOUND) {
        tr_search_found(search, top);
        return 1;
    }
    around = tr_search_around(search, alone);
    if (!around && found == TR_GIT_NONE) {
        int ended = tr_gitdir_is(&top->place) || alone || tr_search_ends(search);
        tr_place_close(&top->place);
        return ended;
    }
    top->state = around ? TR_TOP_AROUND : TR_TOP_OUTSIDE;
    top->lead = tr_search_lead(search, around ? search->within->lead : "");
    top->above = around ? strlen(search->within->lead) : 0;
    return 1;
}

/* Find the work tree around the directory *fd*. *path*: its absolute path without symbolic links, or the one from
 * the root *within*. *alone*: only one whose top is the directory itself. Call tr_top_close in every case. */
static void tr_find_top(tr_top *top, int fd, const char *path, const tr_surroundings *within, int alone)
{
    tr_search search = {.fd = fd, .within = within, .path = path};
    struct stat root, status;
    int here;

    *top = (tr_top){.place = {.fd = -1}, .git = {.git = {.fd = -1}, .common = {.fd = -1}}};
    if (fstat(fd, &root) != 0)
        return;
    search.whole = search.length = search.name_at = within ? strlen(path) : alone ? 0 : tr_path_of(path, &root);
    for (here = tr_open_dir(fd, "."); here >= 0; here = tr_search_up(&search)) {
        if (fstat(here, &status) != 0 || status.st_dev != root.st_dev) {
            close(here); /* as git does, stay on one file system */
            return;
        }
        if (tr_search_here(&search, here, alone, top))
            return;
    }
}

/* The surroundings for a walk of *fd*, which lies at *inner* from the root; where it does not, it is a root by itself
 * and *inner becomes "". */
static tr_surroundings tr_surroundings_of(const tr_surroundings *within, int fd, const char **inner)
{
    tr_surroundings found = *within;
    struct stat wanted, status;
    int opened = tr_open_beneath(within->root_fd, (*inner)[0] ? *inner : ".", TR_OPEN_DIRECTORY, 0, 0);
    int same = opened >= 0 && fstat(opened, &status) == 0 && fstat(fd, &wanted) == 0 &&
               status.st_dev == wanted.st_dev && status.st_ino == wanted.st_ino;

    if (opened >= 0)
        close(opened);
    if (!same) {
        *inner = "";
        found.root_fd = fd;
        found.tops[0] = found.tops[1] = NULL;
        found.git_fd = -1;
    }
    return found;
}

#endif
