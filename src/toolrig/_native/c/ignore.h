/* git's view of a directory tree: tracked files, and untracked ones that no rule ignores.
 *
 * A walker opens one tr_ignore for the directory it walks, enters each directory before it looks at the
 * directory's entries, and asks of every entry whether it is hidden:
 *
 *     tr_ignore *ignore = tr_ignore_open(root_fd, path, home, config_home, &error);
 *     const tr_scope *top = tr_ignore_enter(ignore, NULL, root_fd, "", 0, has_gitignore, has_dot_git);
 *     if (tr_ignore_hides(top, "main.o", 6, 0, 0)) ...
 *     tr_ignore_close(ignore);
 *
 * - Hidden directories are not entered. An ignored directory is not hidden while it holds tracked files;
 *   what is untracked in it then stays hidden, whatever rules it brings along.
 * - A repository within the tree has a view of its own, unless the repository around it tracks files in that
 *   very directory. In a submodule that is not checked out, everything is hidden.
 * - Outside of repositories nothing is hidden. .git itself is the walker's business.
 * - Scopes are immutable and live until tr_ignore_close. tr_ignore_enter and tr_ignore_hides may be called
 *   from several threads at once.
 * - A damaged index counts as none (tr_ignore_faults tells); rules are then all there is.
 *
 * The order of authority is git's: rules nearest to the entry first, then .git/info/exclude, then
 * core.excludesFile. A .gitignore that is a symbolic link is not read. Not supported: rules that exist in the
 * index only (sparse checkouts), files inside a sparse index's directories (they count as untracked). */
#ifndef TR_IGNORE_H
#define TR_IGNORE_H

#include "gitrepo.h"

#include <pthread.h>

enum { TR_SCOPE_OPEN, TR_SCOPE_SEALED, TR_SCOPE_HIDDEN }; /* SEALED: only what is tracked is visible */

typedef struct tr_scope {
    const struct tr_scope *parent; /* of the same repository */
    tr_repo *repo;                 /* NULL: outside of any */
    tr_rules *rules;               /* owned, may be NULL */
    size_t base;                   /* bytes of a path in the repository above this directory */
    int state;
    int quiet; /* nothing can be hidden here */
    struct tr_scope *next;
} tr_scope;

typedef struct tr_ignore {
    pthread_mutex_t lock; /* of the lists below */
    tr_scope *scopes;
    tr_repo *repos;
    const tr_scope *above; /* in force at the walk's root, its own .gitignore not yet among it */
    const char *home, *config_home;
    char *strings;
    int faults;
} tr_ignore;

/* An entry in question. The full path in the repository is put together only where something asks for it. */
typedef struct {
    tr_name name;
    const tr_repo *repo;
    const char *rel; /* from repo->skip on */
    size_t rel_length;
    char *full;         /* lead, rel and one slash */
    size_t full_length; /* without the slash */
    char room[512];
} tr_query;

static void tr_query_init(tr_query *query, const tr_repo *repo, const char *rel, size_t rel_length,
                          size_t name_at, int is_dir)
{
    query->repo = repo;
    query->rel = rel + repo->skip;
    query->rel_length = rel_length - repo->skip;
    query->full = NULL;
    query->name.text = rel + name_at;
    query->name.length = rel_length - name_at;
    query->name.is_dir = is_dir != 0;
    query->name.hash = tr_name_hash(query->name.text, query->name.length);
}

static void tr_query_clear(tr_query *query)
{
    if (query->full != query->room)
        free(query->full);
}

/* Put query->full together. -1: out of memory. */
static int tr_query_join(tr_query *query)
{
    size_t lead = query->repo->lead_length, length = lead + query->rel_length;

    if (query->full)
        return 0;
    query->full = length < sizeof query->room ? query->room : malloc(length + 1);
    if (!query->full)
        return -1;
    memcpy(query->full, query->repo->lead, lead);
    memcpy(query->full + lead, query->rel, query->rel_length);
    query->full[length] = '/';
    query->full_length = length;
    return 0;
}

/* The verdict of one file of rules: 1 ignored, -1 taken back by "!", 0 none, -2 out of memory. */
static int tr_rules_verdict(const tr_rules *rules, tr_query *query, size_t base)
{
    int32_t id = tr_rules_by_name(rules, &query->name);

    if (rules->has_paths) {
        size_t lead = query->repo->lead_length;
        if (base >= lead) {
            size_t cut = base - lead;
            id = tr_rules_by_path(rules, id, &query->name, query->rel + cut, query->rel_length - cut);
        } else {
            if (tr_query_join(query) != 0)
                return -2;
            id = tr_rules_by_path(rules, id, &query->name, query->full + base, query->full_length - base);
        }
    }
    return id < 0 ? 0 : rules->rules[id].negated ? -1 : 1;
}

/* Do the rules of an open scope ignore the entry? -1: out of memory. */
static int tr_scope_ignores(const tr_scope *scope, tr_query *query)
{
    const tr_rules *last[2] = {scope->repo->exclude, scope->repo->global};
    int verdict = 0, i;

    for (; scope && !verdict; scope = scope->parent)
        if (scope->rules)
            verdict = tr_rules_verdict(scope->rules, query, scope->base);
    for (i = 0; i < 2 && !verdict; i++)
        if (last[i])
            verdict = tr_rules_verdict(last[i], query, 0);
    return verdict == -2 ? -1 : verdict > 0;
}

enum { TR_UNTRACKED, TR_TRACKED, TR_SUBMODULE };

/* What the index knows of a directory: files in it, or that it is a submodule. -1: out of memory. */
static int tr_dir_tracked(tr_query *query)
{
    const tr_index *index = &query->repo->index;
    unsigned mode;

    if (!index->count)
        return TR_UNTRACKED;
    if (tr_query_join(query) != 0)
        return -1;
    if (tr_index_below(index, query->full, query->full_length + 1))
        return TR_TRACKED;
    if (query->repo->links && tr_index_has(index, query->full, query->full_length, &mode) &&
        mode == TR_INDEX_MODE_LINK)
        return TR_SUBMODULE;
    return TR_UNTRACKED;
}

static int tr_query_tracked(tr_query *query)
{
    if (query->name.is_dir)
        return tr_dir_tracked(query);
    if (!query->repo->index.count)
        return TR_UNTRACKED;
    if (tr_query_join(query) != 0)
        return -1;
    return tr_index_has(&query->repo->index, query->full, query->full_length, NULL) ? TR_TRACKED
                                                                                    : TR_UNTRACKED;
}

/* Is the entry hidden? *rel*: its path from the walk's root; *name_at*: where its last component starts.
 * 1 yes, 0 no, -1 out of memory. */
static int tr_ignore_hides(const tr_scope *scope, const char *rel, size_t rel_length, size_t name_at,
                           int is_dir)
{
    tr_query query;
    int hidden = 1;

    if (scope->quiet || name_at >= rel_length)
        return 0;
    if (scope->state == TR_SCOPE_HIDDEN)
        return 1;
    tr_query_init(&query, scope->repo, rel, rel_length, name_at, is_dir);
    if (scope->state == TR_SCOPE_OPEN)
        hidden = tr_scope_ignores(scope, &query);
    if (hidden > 0) {
        int tracked = tr_query_tracked(&query);
        hidden = tracked < 0 ? -1 : tracked == TR_UNTRACKED;
    }
    tr_query_clear(&query);
    return hidden;
}

/* A new scope, listed for tr_ignore_close; takes over *rules*. NULL: out of memory. */
static const tr_scope *tr_scope_new(tr_ignore *ignore, const tr_scope *parent, tr_repo *repo, tr_rules *rules,
                                    size_t base, int state)
{
    tr_scope *scope = calloc(1, sizeof *scope);

    if (!scope) {
        tr_rules_free(rules);
        return NULL;
    }
    scope->parent = parent;
    scope->repo = repo;
    scope->rules = rules;
    scope->base = base;
    scope->state = state;
    scope->quiet = state == TR_SCOPE_OPEN && !rules &&
                   (parent ? parent->quiet : !repo || (!repo->exclude && !repo->global));
    pthread_mutex_lock(&ignore->lock);
    scope->next = ignore->scopes;
    ignore->scopes = scope;
    pthread_mutex_unlock(&ignore->lock);
    return scope;
}

/* Open a repository and list it for tr_ignore_close; closes *git*. NULL: out of memory. */
static tr_repo *tr_ignore_repo(tr_ignore *ignore, tr_gitdir *git, int top_fd, const char *lead, size_t skip)
{
    tr_repo *repo = tr_repo_new(git, top_fd, lead, skip, ignore->home, ignore->config_home);

    if (repo) {
        pthread_mutex_lock(&ignore->lock);
        repo->next = ignore->repos;
        ignore->repos = repo;
        ignore->faults += repo->index_failed != 0;
        pthread_mutex_unlock(&ignore->lock);
    }
    return repo;
}

/* The scope inside the directory *query*, its .gitignore aside: *parent* itself, sealed, or hidden. */
static const tr_scope *tr_scope_inside(tr_ignore *ignore, const tr_scope *parent, tr_query *query,
                                       int submodule)
{
    int ignored;

    if (parent->state == TR_SCOPE_HIDDEN)
        return parent;
    if (submodule)
        return tr_scope_new(ignore, parent, parent->repo, NULL, 0, TR_SCOPE_HIDDEN);
    if (parent->state == TR_SCOPE_SEALED || parent->quiet)
        return parent;
    ignored = tr_scope_ignores(parent, query);
    if (ignored < 0)
        return NULL;
    return ignored ? tr_scope_new(ignore, parent, parent->repo, NULL, 0, TR_SCOPE_SEALED) : parent;
}

/* Add the .gitignore of *dir_fd*, whose entries' paths in the repository start at *base*. */
static const tr_scope *tr_scope_with_rules(tr_ignore *ignore, const tr_scope *scope, int dir_fd, size_t base)
{
    tr_rules *rules;

    if (!scope || !scope->repo || scope->state != TR_SCOPE_OPEN)
        return scope;
    if (tr_rules_read(&rules, dir_fd, ".gitignore", O_NOFOLLOW, scope->repo->fold) != 0)
        return NULL;
    return rules ? tr_scope_new(ignore, scope, scope->repo, rules, base, TR_SCOPE_OPEN) : scope;
}

/* Below *parent* there may be a repository at *dir_fd*: its first scope, or *parent* if there is none. */
static const tr_scope *tr_scope_nested(tr_ignore *ignore, const tr_scope *parent, int dir_fd, size_t skip)
{
    tr_gitdir git;
    tr_repo *repo;

    if (!tr_gitdir_open(&git, dir_fd))
        return parent;
    repo = tr_ignore_repo(ignore, &git, dir_fd, "", skip);
    return repo ? tr_scope_new(ignore, NULL, repo, NULL, 0, TR_SCOPE_OPEN) : NULL;
}

/* The scope of a directory that is not the walk's root, its own .gitignore aside. */
static const tr_scope *tr_scope_descend(tr_ignore *ignore, const tr_scope *parent, int dir_fd,
                                        const char *rel, size_t rel_length, int has_dot_git)
{
    const tr_scope *scope = NULL;
    int tracked = TR_UNTRACKED;
    size_t name_at = rel_length;
    tr_query query;

    if (!parent->repo)
        return has_dot_git ? tr_scope_nested(ignore, parent, dir_fd, rel_length + 1) : parent;
    while (name_at && rel[name_at - 1] != '/')
        name_at--;
    tr_query_init(&query, parent->repo, rel, rel_length, name_at, 1);
    if (has_dot_git || parent->repo->links)
        tracked = tr_dir_tracked(&query);
    if (tracked >= 0) {
        scope = parent;
        if (has_dot_git && tracked != TR_TRACKED)
            scope = tr_scope_nested(ignore, parent, dir_fd, rel_length + 1);
        if (scope == parent)
            scope = tr_scope_inside(ignore, parent, &query, tracked == TR_SUBMODULE);
    }
    tr_query_clear(&query);
    return scope;
}

/* Enter a directory: *rel* is its path from the walk's root ("" for the root itself, whose parent is NULL),
 * *dir_fd* the open directory; the walker has seen whether .gitignore and .git are among its entries.
 * Returns the scope of its entries, NULL when out of memory. */
static const tr_scope *tr_ignore_enter(tr_ignore *ignore, const tr_scope *parent, int dir_fd, const char *rel,
                                       size_t rel_length, int has_gitignore, int has_dot_git)
{
    const tr_scope *scope = ignore->above;
    size_t base;

    if (parent && rel_length)
        scope = tr_scope_descend(ignore, parent, dir_fd, rel, rel_length, has_dot_git);
    if (!scope || !scope->repo || !has_gitignore)
        return scope;
    base = scope->repo->lead_length + (rel_length ? rel_length + 1 : 0) - scope->repo->skip;
    return tr_scope_with_rules(ignore, scope, dir_fd, base);
}

/* One step from the work tree's top towards the walk's root: the .gitignore of repo->lead up to *at*, then
 * into the directory whose name ends at *end*. *own* is the repository under its own paths. */
static const tr_scope *tr_scope_step(tr_ignore *ignore, const tr_scope *scope, const tr_repo *own, int top_fd,
                                     const char *lead, size_t at, size_t end)
{
    char *directory = strndup(lead, at);
    int fd = directory ? tr_open_dir(top_fd, at ? directory : ".") : -1;
    int tracked;
    tr_query query;

    if (fd >= 0) {
        scope = tr_scope_with_rules(ignore, scope, fd, at);
        close(fd);
    }
    if (!directory || !scope) {
        free(directory);
        return NULL;
    }
    free(directory);
    tr_query_init(&query, own, lead, end, at, 1);
    tracked = own->links ? tr_dir_tracked(&query) : TR_UNTRACKED;
    scope = tracked < 0 ? NULL : tr_scope_inside(ignore, scope, &query, tracked == TR_SUBMODULE);
    tr_query_clear(&query);
    return scope;
}

/* The scope at the walk's root, its own .gitignore aside, of the repository around it. */
static const tr_scope *tr_scope_lead(tr_ignore *ignore, tr_repo *repo, int top_fd)
{
    const tr_scope *scope = tr_scope_new(ignore, NULL, repo, NULL, 0, TR_SCOPE_OPEN);
    const char *lead = repo->lead;
    tr_repo own = *repo;
    size_t at = 0;

    own.lead = (char *)"";
    own.lead_length = 0;
    while (scope && lead[at]) {
        size_t end = at + strcspn(lead + at, "/");
        scope = tr_scope_step(ignore, scope, &own, top_fd, lead, at, end);
        at = end + 1;
    }
    return scope;
}

/* Open the repository around the root, if there is one. Returns its scope at the root. */
static const tr_scope *tr_ignore_above(tr_ignore *ignore, int root_fd, const char *path)
{
    const tr_scope *scope = NULL;
    char *lead = NULL;
    tr_gitdir git;
    tr_repo *repo;
    int top_fd = tr_find_top(root_fd, path, &git, &lead);

    if (top_fd < 0)
        return tr_scope_new(ignore, NULL, NULL, NULL, 0, TR_SCOPE_OPEN);
    if (!lead)
        tr_gitdir_close(&git);
    else if ((repo = tr_ignore_repo(ignore, &git, top_fd, lead, 0)))
        scope = tr_scope_lead(ignore, repo, top_fd);
    free(lead);
    close(top_fd);
    return scope;
}

static void tr_ignore_close(tr_ignore *ignore)
{
    if (!ignore)
        return;
    while (ignore->scopes) {
        tr_scope *scope = ignore->scopes;
        ignore->scopes = scope->next;
        tr_rules_free(scope->rules);
        free(scope);
    }
    while (ignore->repos) {
        tr_repo *repo = ignore->repos;
        ignore->repos = repo->next;
        tr_repo_free(repo);
    }
    pthread_mutex_destroy(&ignore->lock);
    free(ignore->strings);
    free(ignore);
}

/* Start for the walk of *root_fd*. *path*: an absolute path of that directory without symbolic links, by
 * which the repository around it is found (NULL: only one at the root itself counts). *home* and
 * *config_home*: $HOME and $XDG_CONFIG_HOME or NULL. Returns NULL with *error an error number. */
static tr_ignore *tr_ignore_open(int root_fd, const char *path, const char *home, const char *config_home,
                                 int *error)
{
    tr_ignore *ignore;
    struct stat status;
    size_t home_size = home ? strlen(home) + 1 : 0, config_size = config_home ? strlen(config_home) + 1 : 0;

    *error = fstat(root_fd, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (*error)
        return NULL;
    *error = ENOMEM;
    ignore = calloc(1, sizeof *ignore);
    if (!ignore)
        return NULL;
    if (pthread_mutex_init(&ignore->lock, NULL) != 0) {
        free(ignore);
        return NULL;
    }
    ignore->strings = malloc(home_size + config_size + 1);
    if (ignore->strings) {
        if (home)
            ignore->home = memcpy(ignore->strings, home, home_size);
        if (config_home)
            ignore->config_home = memcpy(ignore->strings + home_size, config_home, config_size);
        ignore->above = tr_ignore_above(ignore, root_fd, path);
    }
    if (!ignore->above) {
        tr_ignore_close(ignore);
        return NULL;
    }
    *error = 0;
    return ignore;
}

/* Repositories whose index could not be read. */
static int tr_ignore_faults(tr_ignore *ignore)
{
    int faults;

    pthread_mutex_lock(&ignore->lock);
    faults = ignore->faults;
    pthread_mutex_unlock(&ignore->lock);
    return faults;
}

/* Does the walk's root lie in an ignored directory, or in a submodule that is not checked out? */
static int tr_ignore_sealed(const tr_ignore *ignore)
{
    return ignore->above->state != TR_SCOPE_OPEN;
}

/* What the index tracks below the walk's root: *count entries; names are relative to it from byte *lead on.
 * *failed: 0, or why the index could not be read (an error number, or one of TR_INDEX_*). */
static const tr_index_entry *tr_ignore_tracked(const tr_ignore *ignore, size_t *count, size_t *lead,
                                               int *failed)
{
    const tr_repo *repo = ignore->above->repo;
    size_t first, end;

    *count = *lead = 0;
    *failed = repo ? repo->index_failed : 0;
    if (!repo || !repo->index.count)
        return NULL;
    *lead = repo->lead_length;
    first = end = tr_index_bound(&repo->index, repo->lead, *lead);
    while (end < repo->index.count && repo->index.entries[end].length >= *lead &&
           tr_same(repo->index.entries[end].name, repo->lead, *lead, repo->index.folded))
        end++;
    *count = end - first;
    return repo->index.entries + first;
}

#endif
