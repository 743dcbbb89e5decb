/* One repository: what its index tracks, and the rules that hold for the whole of it. */
#ifndef TR_GITREPO_H
#define TR_GITREPO_H

#include "gitconfig.h"
#include "gitdir.h"
#include "gitindex.h"
#include "ignorefile.h"

enum { TR_INDEX_LIMIT = 1 << 30 }; /* bytes of an index file */

/* A repository met by the walk. A path in it is *lead* followed by the walker's path from *skip* on. */
typedef struct tr_repo {
    tr_index index;
    size_t links; /* submodules in the index */
    tr_rules *exclude, *global;
    char *lead;
    size_t lead_length, skip;
    int fold;         /* core.ignoreCase */
    int index_failed; /* 0, an error number or one of TR_INDEX_*: the index then counts as empty */
    struct tr_repo *next;
} tr_repo;

static void tr_repo_free(tr_repo *repo)
{
    tr_index_clear(&repo->index);
    tr_rules_free(repo->exclude);
    tr_rules_free(repo->global);
    free(repo->lead);
    free(repo);
}

/* Read a file of rules: *rules NULL where there is none, or none in it. Returns 0 or ENOMEM. */
static int tr_rules_read(tr_rules **rules, int dir_fd, const char *path, int flags, int fold)
{
    tr_file file;
    int failed = tr_read_file(dir_fd, path, flags, TR_RULES_LIMIT, &file);

    *rules = NULL;
    if (failed)
        return failed == ENOMEM ? ENOMEM : 0;
    *rules = tr_rules_parse(file.bytes, file.length, fold);
    if (!*rules)
        return ENOMEM;
    if (!(*rules)->count) {
        tr_rules_free(*rules);
        *rules = NULL;
    }
    return 0;
}

/* tr_index_fetch: the base of a split index lies beside it as sharedindex.<name in hexadecimal>. */
static int tr_index_fetch_base(void *context, const unsigned char *name, size_t hash_length,
                               unsigned char **bytes, size_t *length)
{
    char path[sizeof "sharedindex." + 64] = "sharedindex.";
    tr_file file;
    size_t i;
    int failed;

    for (i = 0; i < hash_length && i < 32; i++)
        snprintf(path + 12 + 2 * i, 3, "%02x", name[i]);
    failed = tr_read_file(*(const int *)context, path, 0, TR_INDEX_LIMIT, &file);
    *bytes = (unsigned char *)file.bytes;
    *length = file.length;
    return failed;
}

/* Load git_fd's index. Returns 0 (also where there is none), an error number, or one of TR_INDEX_*. */
static int tr_index_open(tr_index *index, int git_fd, size_t hash_length, int fold)
{
    tr_file file;
    int failed = tr_read_file(git_fd, "index", 0, TR_INDEX_LIMIT, &file);

    memset(index, 0, sizeof *index);
    if (failed)
        return failed == ENOENT ? 0 : failed;
    return tr_index_load(index, (unsigned char *)file.bytes, file.length, hash_length, fold,
                         tr_index_fetch_base, &git_fd);
}

/* core.excludesFile, or the user's default. *top_fd* is what a relative path is relative to. */
static int tr_repo_global(tr_repo *repo, const tr_config *config, int top_fd)
{
    char *path = config->excludes_file ? tr_config_expand(config->home, config->excludes_file)
                                       : tr_config_user_file(config, "ignore");
    int failed = 0;

    if (path && path[0])
        failed = tr_rules_read(&repo->global, top_fd, path, 0, repo->fold);
    free(path);
    return failed;
}

/* Returns 0 or ENOMEM. */
static int tr_repo_fill(tr_repo *repo, const tr_gitdir *git, int top_fd, const char *home,
                        const char *config_home)
{
    tr_config config = {.home = home, .config_home = config_home};
    size_t i;
    int failed = tr_config_read(&config, git->git_fd, git->common_fd);

    repo->fold = config.ignore_case;
    if (!failed)
        failed = tr_repo_global(repo, &config, top_fd);
    if (!failed)
        failed = tr_rules_read(&repo->exclude, git->common_fd, "info/exclude", 0, repo->fold);
    free(config.excludes_file);
    if (failed)
        return failed;
    failed = tr_index_open(&repo->index, git->git_fd, config.sha256 ? 32 : 20, repo->fold);
    if (failed == TR_INDEX_NO_MEMORY || failed == ENOMEM)
        return ENOMEM;
    repo->index_failed = failed;
    for (i = 0; i < repo->index.count; i++)
        repo->links += repo->index.entries[i].mode == TR_INDEX_MODE_LINK;
    return 0;
}

/* The repository whose work tree is *top_fd*; closes the open *git*. NULL: out of memory. */
static tr_repo *tr_repo_new(tr_gitdir *git, int top_fd, const char *lead, size_t skip, const char *home,
                            const char *config_home)
{
    tr_repo *repo = calloc(1, sizeof *repo);

    if (repo) {
        repo->lead = strdup(lead);
        repo->lead_length = strlen(lead);
        repo->skip = skip;
        if (!repo->lead || tr_repo_fill(repo, git, top_fd, home, config_home) != 0) {
            tr_repo_free(repo);
            repo = NULL;
        }
    }
    tr_gitdir_close(git);
    return repo;
}

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

/* Open the directory above the one whose path has *length* bytes. *name_at: where the lower one's name
 * starts. */
static int tr_open_above(const char *path, size_t *length, size_t *name_at)
{
    char *above;
    int fd;

    while (*length > 1 && path[*length - 1] != '/')
        --*length;
    *name_at = *length;
    while (*length > 1 && path[*length - 1] == '/')
        --*length;
    above = strndup(path, *length);
    fd = above ? tr_open_dir(AT_FDCWD, above) : -1;
    free(above);
    return fd;
}

/* Find the work tree around a walk's root: its descriptor, *git opened, and in *lead, malloc'ed, what leads
 * from there to the root ("" or "a/b/"). -1: the root lies in no repository. */
static int tr_find_top(int root_fd, const char *path, tr_gitdir *git, char **lead)
{
    struct stat root, status;
    size_t whole, length, name_at;
    int fd;

    if (fstat(root_fd, &root) != 0)
        return -1;
    whole = length = name_at = tr_path_of(path, &root);
    for (fd = tr_open_dir(root_fd, "."); fd >= 0; fd = tr_open_above(path, &length, &name_at)) {
        if (fstat(fd, &status) != 0 || status.st_dev != root.st_dev)
            break; /* as git does, stay on one file system */
        if (tr_gitdir_open(git, fd)) {
            *lead = name_at < whole ? tr_join(path + name_at, whole - name_at, "/", "") : strdup("");
            return fd;
        }
        if (tr_gitdir_is(fd) || length <= 1)
            break;
        close(fd);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

#endif
