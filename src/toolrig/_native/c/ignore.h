/* git's view of a directory tree: tracked files, and untracked ones that no rule ignores.
 *
 * A walker opens one tr_ignore for the directory it walks, enters each directory before it looks at the
 * directory's entries, and asks of every entry whether it is hidden:
 *
 *     tr_ignore *ignore = tr_ignore_open(root_fd, path, &options, &error);
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
 * - A walk within a root (tr_surroundings) opens nothing outside of it: what is above the root counts as it was when
 *   the root was opened. Of a repository in the tree whose own directory lies outside, no index is known.
 *
 * The order of authority is git's: rules nearest to the entry first, then .git/info/exclude, then
 * core.excludesFile. A .gitignore that is a symbolic link is not read. What a sparse checkout leaves in objects
 * alone is known where somebody supplies it (tr_ignore_lacks), for the repository around the root. */
#ifndef TR_IGNORE_H
#define TR_IGNORE_H

#include "extrarules.h"
#include "gitfind.h"
#include "gitlacks.h"

#include <pthread.h>

struct tr_ignore;

enum { TR_SCOPE_OPEN, TR_SCOPE_SEALED, TR_SCOPE_HIDDEN }; /* SEALED: only what is tracked is visible */

typedef struct tr_scope {
    const struct tr_ignore *owner;
    const struct tr_scope *parent; /* of the same repository */
    tr_repo *repo;                 /* NULL: outside of any */
    tr_rules *rules;               /* owned, may be NULL */
    size_t base;                   /* bytes of a path in the repository above this directory */
    const tr_extra *extra;         /* rule files that are not git's */
    int state;
    int quiet; /* nothing can be hidden here */
    struct tr_scope *next;
} tr_scope;

/* What a walk wants of its rules. Strings are copied, but those of *within* must live as long as the rules. */
typedef struct {
    const char *home, *config_home; /* $HOME and $XDG_CONFIG_HOME, NULL where unset */
    const char *names;              /* further rule files: each ends with NUL, an empty one ends the list */
    int git;                        /* whether git's view counts */
    int alone;                      /* only a repository whose top is the walk's root counts */
    const tr_surroundings *within;  /* NULL: everything may be read */
} tr_ignore_options;

typedef struct tr_ignore {
    pthread_mutex_t lock; /* of the lists below */
    tr_scope *scopes;
    tr_repo *repos;
    tr_extra *extras;
    const tr_scope *above; /* in force at the walk's root, its own rule files not yet among it */
    char *lead;            /* from the topmost directory whose rules count to the walk's, "" or "a/b/" */
    size_t lead_length, lead_above; /* in all, above *top* */
    char *home, *config_home, *names;
    int git, faults;
    tr_place top; /* the topmost directory whose rules count; fd -1: the walk's */
    int confined;
    tr_surroundings within; /* where confined */
    char *inner;            /* from its root to the walk's, "" or "a/b/" */
} tr_ignore;

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
static int tr_dir_tracked(const tr_repo *repo, tr_query *query)
{
    unsigned mode;

    if (!repo->index.count)
        return TR_UNTRACKED;
    if (tr_query_join(query) != 0)
        return -1;
    if (tr_index_below(&repo->index, query->full, query->full_length + 1))
        return TR_TRACKED;
    if (repo->links && tr_index_has(&repo->index, query->full, query->full_length, &mode) &&
        mode == TR_INDEX_MODE_LINK)
        return TR_SUBMODULE;
    return TR_UNTRACKED;
}

static int tr_query_tracked(const tr_repo *repo, tr_query *query)
{
    if (query->name.is_dir)
        return tr_dir_tracked(repo, query);
    if (!repo->index.count)
        return TR_UNTRACKED;
    if (tr_query_join(query) != 0)
        return -1;
    return tr_index_has(&repo->index, query->full, query->full_length, NULL) ? TR_TRACKED : TR_UNTRACKED;
}

/* Does git hide the entry? 1 yes, 0 no, -1 out of memory. */
static int tr_git_hides(const tr_scope *scope, const char *rel, size_t rel_length, size_t name_at, int is_dir)
{
    tr_query query;
    int hidden = 1;

    if (!scope->repo)
        return 0;
    if (scope->state == TR_SCOPE_HIDDEN)
        return 1;
    tr_query_in(&query, scope->repo, rel, rel_length, name_at, is_dir);
    if (scope->state == TR_SCOPE_OPEN)
        hidden = tr_scope_ignores(scope, &query);
    if (hidden > 0) {
        int tracked = tr_query_tracked(scope->repo, &query);
        hidden = tracked < 0 ? -1 : tracked == TR_UNTRACKED;
    }
    tr_query_clear(&query);
    return hidden;
}

/* What the rule files that are not git's say of an entry below *lead*, as tr_rules_verdict does. */
static int tr_scope_extra(const tr_scope *scope, const char *lead, size_t lead_length, const char *rel,
                          size_t rel_length, size_t name_at, int is_dir)
{
    tr_query query;
    int verdict;

    if (!scope->extra)
        return 0;
    tr_query_init(&query, lead, lead_length, rel, rel_length, name_at, is_dir);
    verdict = tr_extra_verdict(scope->extra, &query);
    tr_query_clear(&query);
    return verdict;
}

/* Is the entry hidden? *rel*: its path from the walk's root; *name_at*: where its last component starts.
 * 1 yes, 0 no, -1 out of memory. */
static int tr_ignore_hides(const tr_scope *scope, const char *rel, size_t rel_length, size_t name_at,
                           int is_dir)
{
    int verdict;

    if (scope->quiet || name_at >= rel_length)
        return 0;
    verdict = tr_scope_extra(scope, scope->owner->lead, scope->owner->lead_length, rel, rel_length, name_at,
                             is_dir);
    if (verdict)
        return verdict == -2 ? -1 : verdict > 0;
    return tr_git_hides(scope, rel, rel_length, name_at, is_dir);
}

/* List a scope like *wanted* for tr_ignore_close, taking over its rules. NULL: out of memory. */
static const tr_scope *tr_scope_new(tr_ignore *ignore, tr_scope wanted)
{
    tr_scope *scope = malloc(sizeof *scope);

    if (!scope) {
        tr_rules_free(wanted.rules);
        return NULL;
    }
    *scope = wanted;
    scope->owner = ignore;
    scope->quiet =
        wanted.state == TR_SCOPE_OPEN && !wanted.rules && !wanted.extra &&
        (wanted.parent ? wanted.parent->quiet : !wanted.repo || (!wanted.repo->exclude && !wanted.repo->global));
    pthread_mutex_lock(&ignore->lock);
    scope->next = ignore->scopes;
    ignore->scopes = scope;
    pthread_mutex_unlock(&ignore->lock);
    return scope;
}

/* *parent* in another state, for a directory inside it. */
static const tr_scope *tr_scope_turn(tr_ignore *ignore, const tr_scope *parent, int state)
{
    if (parent->state == state)
        return parent;
    return tr_scope_new(ignore, (tr_scope){
        .parent = parent, .repo = parent->repo, .extra = parent->extra, .state = state});
}

/* List *repo*, NULL where there was no memory for it, for tr_ignore_close. */
static tr_repo *tr_ignore_repo(tr_ignore *ignore, tr_repo *repo)
{
    if (repo) {
        pthread_mutex_lock(&ignore->lock);
        repo->next = ignore->repos;
        ignore->repos = repo;
        ignore->faults += repo->index_failed != 0;
        pthread_mutex_unlock(&ignore->lock);
    }
    return repo;
}

/* The scope inside the directory *query*, its rule files aside: *parent* itself, sealed, or hidden. *extra*: the
 * verdict of rule files that are not git's; a directory they let in is open, whatever git thinks of it. */
static const tr_scope *tr_scope_inside(tr_ignore *ignore, const tr_scope *parent, tr_query *query,
                                       int submodule, int extra)
{
    int ignored;

    if (parent->state == TR_SCOPE_HIDDEN)
        return parent;
    if (submodule)
        return tr_scope_turn(ignore, parent, TR_SCOPE_HIDDEN);
    if (extra)
        return tr_scope_turn(ignore, parent, extra > 0 ? TR_SCOPE_SEALED : TR_SCOPE_OPEN);
    if (parent->state == TR_SCOPE_SEALED || parent->quiet || !parent->repo)
        return parent;
    ignored = tr_scope_ignores(parent, query);
    if (ignored < 0)
        return NULL;
    return ignored ? tr_scope_turn(ignore, parent, TR_SCOPE_SEALED) : parent;
}

/* The .gitignore of *dir_fd*, from the index where a sparse checkout leaves it out. Returns 0 or ENOMEM. */
static int tr_scope_gitignore(const tr_scope *scope, int dir_fd, size_t lead, const char *rel, size_t rel_length,
                              tr_rules **rules)
{
    const tr_repo *repo = scope->repo;

    if (repo->absent && !tr_entry_exists(dir_fd, ".gitignore"))
        return tr_absent_rules(repo->absent, scope->owner->lead, lead, rel, rel_length, repo->fold, rules);
    return tr_rules_read(rules, dir_fd, ".gitignore", O_NOFOLLOW, repo->fold);
}

/* Add the rule files of *dir_fd*, which is the directory *rel* below the first *lead* bytes of ignore->lead. */
static const tr_scope *tr_scope_with_rules(tr_ignore *ignore, const tr_scope *scope, int dir_fd, size_t lead,
                                           const char *rel, size_t rel_length, int has_gitignore)
{
    size_t base = lead + rel_length + (rel_length != 0);
    const tr_repo *repo = scope->repo;
    tr_rules *rules = NULL;
    tr_extra *extra = NULL;

    if (ignore->names && tr_extra_read(&extra, ignore->names, dir_fd) != 0)
        return NULL;
    if (extra) {
        extra->parent = scope->extra;
        extra->base = base;
        pthread_mutex_lock(&ignore->lock);
        extra->next = ignore->extras;
        ignore->extras = extra;
        pthread_mutex_unlock(&ignore->lock);
    }
    if (repo && scope->state == TR_SCOPE_OPEN && (has_gitignore || repo->absent) &&
        tr_scope_gitignore(scope, dir_fd, lead, rel, rel_length, &rules) != 0)
        return NULL;
    if (!rules && !extra)
        return scope;
    if (repo && repo->skip)
        base -= lead + repo->skip; /* its paths start at its own top */
    return tr_scope_new(ignore, (tr_scope){.parent = scope,
                                           .repo = scope->repo,
                                           .rules = rules,
                                           .base = base,
                                           .extra = extra ? extra : scope->extra,
                                           .state = scope->state});
}

/* The directory *rel*, open as *dir_fd*. -1: out of memory. */
static int tr_ignore_place(tr_ignore *ignore, int dir_fd, const char *rel, size_t rel_length, tr_place *place)
{
    char *path;

    *place = (tr_place){dir_fd, ignore->confined ? &ignore->within : NULL, NULL};
    if (!ignore->confined)
        return 0;
    path = strndup(rel, rel_length);
    place->path = path ? tr_join(ignore->inner, strlen(ignore->inner), path, "/") : NULL;
    free(path);
    return place->path ? 0 : -1;
}

/* The first scope of the repository *found* (a TR_GIT_*) at *place*; *git* is open where it is found. */
static const tr_scope *tr_scope_first(tr_ignore *ignore, const tr_scope *parent, const tr_place *place,
                                      tr_gitdir *git, int found, size_t skip)
{
    struct stat elsewhere;
    tr_repo *repo = NULL;

    if (found == TR_GIT_FOUND && tr_repo_work_tree(git, place->fd, &elsewhere) == TR_TREE_ELSEWHERE) {
        tr_gitdir_close(git); /* the directory is outside of any work tree then */
    } else {
        repo = tr_repo_new(found == TR_GIT_FOUND ? git : NULL, place, "", skip, ignore->home,
                           ignore->config_home);
        if (!tr_ignore_repo(ignore, repo))
            return NULL;
    }
    return tr_scope_new(ignore, (tr_scope){.repo = repo, .extra = parent->extra});
}

/* Below *parent* there may be a repository at *rel*: its first scope, or *parent* if there is none. */
static const tr_scope *tr_scope_nested(tr_ignore *ignore, const tr_scope *parent, int dir_fd, const char *rel,
                                       size_t rel_length)
{
    const tr_scope *scope = parent;
    tr_place place;
    tr_gitdir git;
    int found;

    if (!ignore->git)
        return parent;
    if (tr_ignore_place(ignore, dir_fd, rel, rel_length, &place) != 0)
        return NULL;
    found = tr_gitdir_open(&git, &place);
    if (found != TR_GIT_NONE)
        scope = tr_scope_first(ignore, parent, &place, &git, found, rel_length + 1);
    free(place.path);
    return scope;
}

/* The scope of a directory that is not the walk's root, its own rule files aside. */
static const tr_scope *tr_scope_descend(tr_ignore *ignore, const tr_scope *parent, int dir_fd,
                                        const char *rel, size_t rel_length, int has_dot_git)
{
    const tr_scope *scope = NULL;
    int tracked = TR_UNTRACKED, extra;
    size_t name_at = rel_length;
    tr_query query;

    if (!parent->repo)
        return has_dot_git ? tr_scope_nested(ignore, parent, dir_fd, rel, rel_length) : parent;
    while (name_at && rel[name_at - 1] != '/')
        name_at--;
    extra = tr_scope_extra(parent, ignore->lead, ignore->lead_length, rel, rel_length, name_at, 1);
    if (extra == -2)
        return NULL;
    tr_query_in(&query, parent->repo, rel, rel_length, name_at, 1);
    if (has_dot_git || parent->repo->links)
        tracked = tr_dir_tracked(parent->repo, &query);
    if (tracked >= 0) {
        scope = parent;
        if (has_dot_git && tracked != TR_TRACKED)
            scope = tr_scope_nested(ignore, parent, dir_fd, rel, rel_length);
        if (scope == parent)
            scope = tr_scope_inside(ignore, parent, &query, tracked == TR_SUBMODULE, extra);
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

    if (parent && rel_length)
        scope = tr_scope_descend(ignore, parent, dir_fd, rel, rel_length, has_dot_git);
    if (!scope || !(ignore->names || has_gitignore || (scope->repo && scope->repo->absent)))
        return scope;
    return tr_scope_with_rules(ignore, scope, dir_fd, ignore->lead_length, rel, rel_length, has_gitignore);
}

/* Add the rules of a directory above the root, that of the first *at* bytes of ignore->lead, as they were. */
static const tr_scope *tr_scope_with_kept(tr_ignore *ignore, const tr_scope *scope, size_t at)
{
    const tr_surroundings *within = &ignore->within;
    const tr_repo *repo = scope->repo;
    tr_rules *rules = NULL;
    int failed = 0;

    if (!repo || scope->state != TR_SCOPE_OPEN)
        return scope;
    if (repo->absent)
        failed = tr_absent_rules(repo->absent, ignore->lead, at, "", 0, repo->fold, &rules);
    for (size_t i = 0; i < within->rule_count && !failed && !rules; i++)
        if (strlen(within->rules[i].path) == at && !memcmp(within->rules[i].path, ignore->lead, at))
            failed = tr_rules_kept(&rules, &within->rules[i], repo->fold);
    if (failed)
        return NULL;
    if (!rules)
        return scope;
    return tr_scope_new(ignore, (tr_scope){
        .parent = scope, .repo = scope->repo, .rules = rules, .base = at, .extra = scope->extra});
}

/* Add the rule files of the directory of the first *at* bytes of ignore->lead. */
static const tr_scope *tr_scope_above(tr_ignore *ignore, const tr_scope *scope, size_t at)
{
    size_t above = ignore->lead_above;
    char *directory;
    tr_place place;

    if (at < above)
        return tr_scope_with_kept(ignore, scope, at);
    directory = at > above ? strndup(ignore->lead + above, at - above) : strdup(".");
    if (!directory)
        return NULL;
    if (tr_place_enter(&ignore->top, directory, &place) == 0) {
        scope = tr_scope_with_rules(ignore, scope, place.fd, at, "", 0, 1);
        tr_place_close(&place);
    }
    free(directory);
    return scope;
}

/* One step from the topmost directory towards the walk's root: the rule files of ignore->lead up to *at*, then
 * into the directory whose name ends at *end*. */
static const tr_scope *tr_scope_step(tr_ignore *ignore, const tr_scope *scope, size_t at, size_t end)
{
    const tr_repo *repo = scope->repo;
    int tracked = TR_UNTRACKED, extra;
    tr_query query;

    scope = tr_scope_above(ignore, scope, at);
    if (!scope)
        return NULL;
    extra = tr_scope_extra(scope, "", 0, ignore->lead, end, at, 1);
    tr_query_init(&query, "", 0, ignore->lead, end, at, 1);
    if (repo && repo->links)
        tracked = tr_dir_tracked(repo, &query);
    scope = tracked < 0 || extra == -2
        ? NULL
        : tr_scope_inside(ignore, scope, &query, tracked == TR_SUBMODULE, extra);
    tr_query_clear(&query);
    return scope;
}

/* The scope at the walk's root, its own rule files aside, of the repository *repo* (may be NULL). */
static const tr_scope *tr_scope_lead(tr_ignore *ignore, tr_repo *repo)
{
    const tr_scope *scope = tr_scope_new(ignore, (tr_scope){.repo = repo});
    size_t at = 0;

    while (scope && ignore->lead[at]) {
        size_t end = at + strcspn(ignore->lead + at, "/");
        scope = tr_scope_step(ignore, scope, at, end);
        at = end + 1;
    }
    return scope;
}

/* The repository that *top* tells of, listed; closes top->git. NULL: out of memory. */
static tr_repo *tr_ignore_repo_of(tr_ignore *ignore, tr_top *top)
{
    int state = top->state;

    if (state == TR_TOP_AROUND)
        return tr_ignore_repo(ignore, tr_repo_around(&ignore->within, top->lead));
    top->state = TR_TOP_OUTSIDE;
    return tr_ignore_repo(ignore, tr_repo_new(state == TR_TOP_FOUND ? &top->git : NULL, &top->place, top->lead, 0,
                                              ignore->home, ignore->config_home));
}

/* Open the repository around the walk's root, if there is one. Returns the scope at that root. */
static const tr_scope *tr_ignore_above(tr_ignore *ignore, int root_fd, const char *path, int alone)
{
    const tr_scope *scope = NULL;
    tr_repo *repo = NULL;
    tr_top top;

    tr_find_top(&top, root_fd, path, ignore->confined ? &ignore->within : NULL, alone);
    if (top.state == TR_TOP_NONE) {
        ignore->lead = strdup("");
        return ignore->lead ? tr_scope_new(ignore, (tr_scope){.repo = NULL}) : NULL;
    }
    if (top.lead) {
        ignore->lead = strdup(top.lead);
        ignore->lead_length = strlen(top.lead);
        ignore->lead_above = top.above;
    }
    if (ignore->lead && ignore->git)
        repo = tr_ignore_repo_of(ignore, &top);
    ignore->top = top.place;
    top.place = (tr_place){.fd = -1};
    tr_top_close(&top);
    if (ignore->lead && (repo || !ignore->git))
        scope = tr_scope_lead(ignore, repo);
    return scope;
}

/* Whether the entry *at* of the index around the root is one that tr_lacks. -1: there is no such entry. */
static int tr_ignore_lacks(const tr_ignore *ignore, size_t at, const tr_index_entry **entry)
{
    const tr_checkout checkout = {&ignore->top, ignore->lead, ignore->lead_above};
    const tr_repo *repo = ignore->above->repo;

    if (!repo || !repo->skipped || at >= repo->index.count)
        return -1;
    *entry = &repo->index.entries[at];
    return tr_lacks(&checkout, *entry);
}

static tr_repo *tr_ignore_repo_above(const tr_ignore *ignore)
{
    return ignore->above->repo;
}

/* Take what was supplied into account; to be called before the walk. Returns 0 or ENOMEM. */
static int tr_ignore_restart(tr_ignore *ignore)
{
    const tr_scope *above = tr_scope_lead(ignore, ignore->above->repo);

    if (!above)
        return ENOMEM;
    ignore->above = above;
    return 0;
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
    while (ignore->extras) {
        tr_extra *extra = ignore->extras;
        ignore->extras = extra->next;
        tr_extra_free(extra);
    }
    tr_place_close(&ignore->top);
    if (ignore->confined)
        close(ignore->within.root_fd);
    pthread_mutex_destroy(&ignore->lock);
    free(ignore->inner);
    free(ignore->lead);
    free(ignore->home);
    free(ignore->config_home);
    free(ignore->names);
    free(ignore);
}

/* -1: out of memory. */
static int tr_ignore_copy(char **copy, const char *text, size_t size)
{
    *copy = text ? malloc(size) : NULL;
    if (*copy)
        memcpy(*copy, text, size);
    return text && !*copy ? -1 : 0;
}

static int tr_ignore_set(tr_ignore *ignore, const tr_ignore_options *options)
{
    const char *end = options->names;

    while (end && *end)
        end += strlen(end) + 1;
    ignore->git = options->git;
    if (tr_ignore_copy(&ignore->home, options->home, options->home ? strlen(options->home) + 1 : 0) != 0 ||
        tr_ignore_copy(&ignore->config_home, options->config_home,
                       options->config_home ? strlen(options->config_home) + 1 : 0) != 0)
        return -1;
    if (end == options->names)
        return 0; /* none */
    return tr_ignore_copy(&ignore->names, options->names, (size_t)(end - options->names) + 1);
}

/* Keep to *within*, where the walk's root is *inner from the root, which becomes "" where it is not. Returns 0 or an
 * error number. */
static int tr_ignore_confine(tr_ignore *ignore, const tr_surroundings *within, int root_fd, const char **inner)
{
    ignore->within = tr_surroundings_of(within, root_fd, inner);
    ignore->within.root_fd = fcntl(ignore->within.root_fd, F_DUPFD_CLOEXEC, 0);
    if (ignore->within.root_fd < 0)
        return errno;
    ignore->confined = 1;
    ignore->inner = tr_join(*inner, strlen(*inner), (*inner)[0] ? "/" : "", "");
    return ignore->inner ? 0 : ENOMEM;
}

static int tr_ignore_begin(tr_ignore *ignore, int root_fd, const char *path, const tr_ignore_options *options)
{
    int failed = 0;

    if (tr_ignore_set(ignore, options) != 0)
        return ENOMEM;
    if (options->within)
        failed = tr_ignore_confine(ignore, options->within, root_fd, &path);
    if (!failed)
        ignore->above = tr_ignore_above(ignore, root_fd, path, options->alone);
    return failed ? failed : ignore->above ? 0 : ENOMEM;
}

/* Start for the walk of *root_fd*. *path*: an absolute path of that directory without symbolic links, by
 * which the repository around it is found (NULL: only one at the root itself counts); where the walk is to keep within
 * a root, the path from there. Returns NULL with *error an error number. */
static tr_ignore *tr_ignore_open(int root_fd, const char *path, const tr_ignore_options *options, int *error)
{
    tr_ignore *ignore;
    struct stat status;

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
    ignore->top.fd = -1;
    *error = tr_ignore_begin(ignore, root_fd, path, options);
    if (*error) {
        tr_ignore_close(ignore);
        return NULL;
    }
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

#endif
