/* One repository: what its index tracks, and the rules that hold for the whole of it. */
#ifndef TR_GITREPO_H
#define TR_GITREPO_H

#include "gitabsent.h"
#include "gitconfig.h"
#include "gitdir.h"
#include "gitindex.h"
#include "ignorefile.h"

enum { TR_INDEX_LIMIT = 1 << 30 }; /* bytes of an index file */

/* A repository met by the walk. A path in it is *lead* followed by the walker's path from *skip* on. */
typedef struct tr_repo {
    tr_index index;
    size_t links;   /* submodules in the index */
    size_t skipped; /* its entries that a sparse checkout leaves out */
    tr_rules *exclude, *global;
    tr_absent *absent;
    char **supplied; /* owned: names of files in directories of a sparse index */
    size_t supplied_count;
    char *lead;
    size_t lead_length, skip;
    int fold;         /* core.ignoreCase */
    int index_failed; /* 0, an error number or one of TR_INDEX_*: the index then counts as empty */
    struct tr_repo *next;
} tr_repo;

static void tr_repo_free(tr_repo *repo)
{
    while (repo->supplied_count)
        free(repo->supplied[--repo->supplied_count]);
    free(repo->supplied);
    tr_absent_free(repo->absent);
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
    char *path = config->excludes_file ? tr_path_expand(config->home, config->excludes_file)
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
    int failed = tr_config_read(&config, git);

    repo->fold = config.ignore_case;
    if (!failed)
        failed = tr_repo_global(repo, &config, top_fd);
    if (!failed)
        failed = tr_rules_read(&repo->exclude, git->common_fd, "info/exclude", 0, repo->fold);
    tr_config_clear(&config);
    if (failed)
        return failed;
    failed = tr_index_open(&repo->index, git->git_fd, config.sha256 ? 32 : 20, repo->fold);
    if (failed == TR_INDEX_NO_MEMORY || failed == ENOMEM)
        return ENOMEM;
    repo->index_failed = failed;
    for (i = 0; i < repo->index.count; i++) {
        const tr_index_entry *entry = &repo->index.entries[i];
        repo->links += entry->mode == TR_INDEX_MODE_LINK;
        repo->skipped += entry->skipped || entry->mode == TR_INDEX_MODE_SPARSE;
    }
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

/* Count *count* files as tracked as well, whose names are malloc'ed and taken over with their array in every case.
 * Returns 0 or ENOMEM. To be called once. */
static int tr_repo_supply(tr_repo *repo, char **names, size_t count)
{
    tr_index *index = &repo->index;
    tr_index_entry *entries = realloc(index->entries, (index->count + count + 1) * sizeof *entries);
    size_t i;

    repo->supplied = names;
    repo->supplied_count = count;
    if (!entries)
        return ENOMEM;
    index->entries = entries;
    for (i = 0; i < count; i++)
        entries[index->count++] =
            (tr_index_entry){.name = names[i], .length = (uint32_t)strlen(names[i]), .mode = 0x8000};
    return tr_index_sort(index, repo->fold) ? ENOMEM : 0;
}

static int tr_entry_exists(int dir_fd, const char *path)
{
    struct stat status;

    return fstatat(dir_fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Whether git needs an object for this entry of the index: a directory of a sparse index that exists all the
 * same, or a .gitignore that does not although its directory does. */
static int tr_repo_lacks(const tr_index_entry *entry, int top_fd)
{
    size_t directory = entry->length;
    char *path;
    int exists, lacks;

    if (entry->mode != TR_INDEX_MODE_SPARSE && !tr_absent_may_be(entry, &directory))
        return 0;
    path = strndup(entry->name, entry->length);
    if (!path)
        return 0;
    lacks = entry->mode == TR_INDEX_MODE_SPARSE || !tr_entry_exists(top_fd, path);
    path[directory] = 0;
    exists = tr_entry_exists(top_fd, directory ? path : ".");
    free(path);
    return lacks && exists;
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

/* Open the directory at or above the walk's root that is *wanted*; *path* and *length* as tr_path_of has them.
 * *name_at: where what lies below it starts. -1: it is not above the root. */
static int tr_open_same(int root_fd, const char *path, size_t length, const struct stat *wanted,
                        size_t *name_at)
{
    struct stat status;
    int fd;

    *name_at = length;
    for (fd = tr_open_dir(root_fd, "."); fd >= 0; fd = tr_open_above(path, &length, name_at)) {
        if (fstat(fd, &status) == 0 && status.st_dev == wanted->st_dev && status.st_ino == wanted->st_ino)
            return fd;
        close(fd);
        if (length <= 1)
            break;
    }
    return -1;
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
        if (fstatat(git->git_fd, config.work_tree, status, 0) != 0)
            memset(status, 0, sizeof *status);
        else if (fstat(dir_fd, &here) == 0 && here.st_dev == status->st_dev && here.st_ino == status->st_ino)
            where = TR_TREE_HERE;
    }
    tr_config_clear(&config);
    return where;
}

/* A walk's root while the work tree around it is sought. */
typedef struct {
    int fd;
    const char *path;
    size_t whole, length, name_at; /* of the path: in all, up to the directory at hand, what is below that */
} tr_search;

/* The repository *git* was found at *fd*: return the top of its work tree, *lead as of tr_find_top. */
static int tr_search_found(tr_search *search, int fd, tr_gitdir *git, char **lead)
{
    struct stat tree;
    int where = tr_repo_work_tree(git, fd, &tree);

    if (where == TR_TREE_ELSEWHERE) {
        close(fd);
        fd = tree.st_ino ? tr_open_same(search->fd, search->path, search->whole, &tree, &search->name_at) : -1;
        if (fd < 0) {
            tr_gitdir_close(git);
            return -1;
        }
    }
    if (where == TR_TREE_NO_MEMORY)
        *lead = NULL;
    else if (search->name_at < search->whole)
        *lead = tr_join(search->path + search->name_at, search->whole - search->name_at, "/", "");
    else
        *lead = strdup("");
    return fd;
}

/* Find the work tree around a walk's root: its descriptor, *git opened, and in *lead, malloc'ed, what leads
 * from there to the root ("" or "a/b/"; NULL: out of memory). -1: the root lies in no work tree. */
static int tr_find_top(int root_fd, const char *path, tr_gitdir *git, char **lead)
{
    tr_search search = {.fd = root_fd, .path = path};
    struct stat root, status;
    int fd;

    if (fstat(root_fd, &root) != 0)
        return -1;
    search.whole = search.length = search.name_at = tr_path_of(path, &root);
    for (fd = tr_open_dir(root_fd, "."); fd >= 0; fd = tr_open_above(path, &search.length, &search.name_at)) {
        if (fstat(fd, &status) != 0 || status.st_dev != root.st_dev)
            break; /* as git does, stay on one file system */
        if (tr_gitdir_open(git, fd))
            return tr_search_found(&search, fd, git, lead);
        if (tr_gitdir_is(fd) || search.length <= 1)
            break;
        close(fd);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

#endif
