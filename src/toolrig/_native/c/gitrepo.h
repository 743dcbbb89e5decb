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

/* Take over what reading a file of rules gave, *failed* an error number: *rules NULL where there is none, or none in
 * it. Returns 0 or ENOMEM. */
static int tr_rules_take(tr_rules **rules, int failed, tr_file *file, int fold)
{
    *rules = NULL;
    if (failed)
        return failed == ENOMEM ? ENOMEM : 0;
    *rules = tr_rules_parse(file->bytes, file->length, fold);
    if (!*rules)
        return ENOMEM;
    if (!(*rules)->count) {
        tr_rules_free(*rules);
        *rules = NULL;
    }
    return 0;
}

static int tr_rules_read(tr_rules **rules, int dir_fd, const char *path, int flags, int fold)
{
    tr_file file;
    int failed = tr_read_file(dir_fd, path, flags, TR_RULES_LIMIT, &file);

    return tr_rules_take(rules, failed, &file, fold);
}

static int tr_rules_read_in(tr_rules **rules, const tr_place *place, const char *path, int fold)
{
    tr_file file;
    int failed = tr_place_read(place, path, 0, TR_RULES_LIMIT, &file);

    return tr_rules_take(rules, failed, &file, fold);
}

static int tr_rules_kept(tr_rules **rules, const tr_kept *kept, int fold)
{
    tr_file file;
    int failed = tr_kept_read(kept, &file);

    return tr_rules_take(rules, failed, &file, fold);
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
    failed = tr_place_read(context, path, 0, TR_INDEX_LIMIT, &file);
    *bytes = (unsigned char *)file.bytes;
    *length = file.length;
    return failed;
}

/* Load the index of *git*. Returns 0 (also where there is none), an error number, or one of TR_INDEX_*. */
static int tr_index_open(tr_index *index, tr_place *git, size_t hash_length, int fold)
{
    tr_file file;
    int failed = tr_place_read(git, "index", 0, TR_INDEX_LIMIT, &file);

    memset(index, 0, sizeof *index);
    if (failed)
        return failed == ENOENT ? 0 : failed;
    return tr_index_load(index, (unsigned char *)file.bytes, file.length, hash_length, fold,
                         tr_index_fetch_base, git);
}

/* The path of core.excludesFile, or the user's default; malloc'ed. */
static char *tr_repo_global_path(const tr_config *config)
{
    if (config->excludes_file)
        return tr_path_expand(config->home, config->excludes_file);
    return tr_config_user_file(config->home, config->config_home, "ignore");
}

/* *top* is what a relative path is relative to. */
static int tr_repo_global(tr_repo *repo, const tr_config *config, const tr_place *top)
{
    char *path = tr_repo_global_path(config);
    int failed = 0;

    if (path && path[0])
        failed = tr_rules_read_in(&repo->global, top, path, repo->fold);
    free(path);
    return failed;
}

/* The index of the repository around the root *within*, as tr_index_open. */
static int tr_index_around(tr_index *index, const tr_surroundings *within, int fold)
{
    const tr_surroundings inside = {.root_fd = within->git_fd, .git_fd = -1};
    char top[] = "";
    tr_place git = {within->git_fd, &inside, top};

    return tr_index_open(index, &git, within->sha256 ? 32 : 20, fold);
}

/* Look over the index that was loaded, if it has not *failed*. Returns 0 or ENOMEM. */
static int tr_repo_index(tr_repo *repo, int failed)
{
    size_t i;

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

/* *git* NULL: a repository that lies outside of the root, of which only the user's rules are known. Returns 0 or
 * ENOMEM. */
static int tr_repo_fill(tr_repo *repo, tr_gitdir *git, const tr_place *top, const char *home,
                        const char *config_home)
{
    tr_config config = {.home = home, .config_home = config_home};
    int failed = 0;

    if (git)
        failed = tr_config_read(&config, git);
    else
        tr_config_user(&config, top->within);
    repo->fold = config.ignore_case;
    if (!failed)
        failed = tr_repo_global(repo, &config, top);
    if (!failed && git)
        failed = tr_rules_read_in(&repo->exclude, &git->common, "info/exclude", repo->fold);
    tr_config_clear(&config);
    if (!git)
        repo->index_failed = EXDEV;
    if (failed || !git)
        return failed;
    return tr_repo_index(repo, tr_index_open(&repo->index, &git->git, config.sha256 ? 32 : 20, repo->fold));
}

/* The repository around a root, as it was when the root was opened but for its index. Returns 0 or ENOMEM. */
static int tr_repo_fill_kept(tr_repo *repo, const tr_surroundings *within)
{
    repo->fold = within->fold;
    if (tr_rules_kept(&repo->global, &within->global, repo->fold) != 0 ||
        tr_rules_kept(&repo->exclude, &within->exclude, repo->fold) != 0)
        return ENOMEM;
    return tr_repo_index(repo, tr_index_around(&repo->index, within, repo->fold));
}

static tr_repo *tr_repo_blank(const char *lead, size_t skip)
{
    tr_repo *repo = calloc(1, sizeof *repo);

    if (repo) {
        repo->lead = strdup(lead);
        repo->lead_length = strlen(lead);
        repo->skip = skip;
        if (!repo->lead) {
            free(repo);
            repo = NULL;
        }
    }
    return repo;
}

/* The repository whose work tree is *top*; closes the open *git*, which is NULL where it lies outside of the root.
 * NULL: out of memory. */
static tr_repo *tr_repo_new(tr_gitdir *git, const tr_place *top, const char *lead, size_t skip, const char *home,
                            const char *config_home)
{
    tr_repo *repo = tr_repo_blank(lead, skip);

    if (repo && tr_repo_fill(repo, git, top, home, config_home) != 0) {
        tr_repo_free(repo);
        repo = NULL;
    }
    if (git)
        tr_gitdir_close(git);
    return repo;
}

/* The repository around the root *within*. NULL: out of memory. */
static tr_repo *tr_repo_around(const tr_surroundings *within, const char *lead)
{
    tr_repo *repo = tr_repo_blank(lead, 0);

    if (repo && tr_repo_fill_kept(repo, within) != 0) {
        tr_repo_free(repo);
        repo = NULL;
    }
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

#endif
