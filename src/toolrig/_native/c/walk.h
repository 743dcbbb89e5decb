/* Walking a directory tree on several threads, handing out batches of paths while it goes.
 *
 * The consumer walks too: a small tree never leaves its thread, and a walk makes progress even when the
 * pool is busy elsewhere. Pending directories lie on one stack under one lock (a directory costs tens of
 * microseconds, the lock tens of nanoseconds). Helpers are recruited from the pool when there is work to
 * share and leave when there is none or when the consumer has fallen behind, so nobody blocks the pool.
 * A directory too large for one batch goes back on the stack with its descriptor open and is continued
 * later; memory is bounded by what is pending, not by what is in the tree.
 *
 * Every directory is opened beneath the root's descriptor without following a link, so the walk cannot
 * be led out of it, whatever is renamed or relinked meanwhile. */
#ifndef TR_WALK_H
#define TR_WALK_H

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "directory.h"
#include "ignore.h"
#include "jail.h"
#include "job.h"
#include "waiting.h"

enum { TR_HIDDEN_SKIP, TR_HIDDEN_SHOW, TR_HIDDEN_ALL };
enum { TR_WALK_END, TR_WALK_BATCH, TR_WALK_BUSY, TR_WALK_FAILED };
enum {
    TR_BATCH_FIRST = 64,       /* paths in the first batch: the first answer is early */
    TR_BATCH_MOST = 1024,      /* paths in a later batch */
    TR_READY_MOST = 16,        /* finished batches kept for a slow consumer */
    TR_STEP_ENTRIES = 8192,    /* entries looked at before a directory is put aside */
    TR_STEP_CHILDREN = 1024,   /* subdirectories found before a directory is put aside */
    TR_ALONE = 8,              /* directories walked before help is called */
    TR_ERRORS_MOST = 1000,     /* errors kept with their paths */
    TR_WALK_SLICE = 50 * TR_MILLISECOND, /* the consumer returns at least this often */
    TR_HELPERS_MOST = 7
};

/* A directory to be read, or one read in part. */
typedef struct tr_pending {
    struct tr_pending *next;
    const tr_scope *scope; /* the parent's until opened, then its own */
    long depth;            /* of its entries */
    int opened;
    tr_dir dir;
    size_t length;
    char path[];           /* relative to the root, no slash at the end, "" for the root */
} tr_pending;

typedef struct {
    int error;
    char *path;
} tr_walk_error;

struct tr_walk;

typedef struct {
    tr_job job;
    struct tr_walk *walk;
    int busy;
} tr_helper;

typedef struct tr_walk {
    int root;
    unsigned kinds;
    int hidden;
    long max_depth; /* negative: none */
    tr_ignore *rules;
    tr_crew crew;
    int helpers_most;
    char *prefix; /* what every path handed out begins with; empty, or ending in a slash */
    size_t prefix_length;
    char *trail;  /* "a/b": in the root only "a" is entered, in "a" only "b", below that everything */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    tr_pending *pending;
    size_t pending_count;
    tr_batch *ready, *ready_last;
    size_t ready_count;
    tr_batch *mine; /* the consumer's batch in the making */
    size_t batch_size;
    int active;     /* threads inside a directory */
    int helpers;    /* helpers queued or running */
    int stop, failed;
    tr_helper help[TR_HELPERS_MOST];
    tr_walk_error *errors;
    size_t error_count;
    size_t directories, hidden_by_rules;
} tr_walk;

/* What one thread finds in one step; merged under the lock afterwards. */
typedef struct {
    tr_pending *children, *last_child;
    size_t child_count, hidden;
    int error;
} tr_step;

/* ---- one directory ---- */

static tr_pending *tr_pending_new(const char *parent, size_t parent_length, const char *name, size_t length)
{
    size_t slash = parent_length && length ? 1 : 0;
    tr_pending *pending = calloc(1, sizeof *pending + parent_length + slash + length + 1);
    if (!pending)
        return NULL;
    memcpy(pending->path, parent, parent_length);
    if (slash)
        pending->path[parent_length] = '/';
    memcpy(pending->path + parent_length + slash, name, length);
    pending->length = parent_length + slash + length;
    return pending;
}

static void tr_pending_free(tr_pending *pending)
{
    if (pending->opened)
        tr_dir_close(&pending->dir);
    free(pending);
}

static int tr_pending_open(tr_walk *walk, tr_pending *pending)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK;
    int fd = tr_open_beneath(walk->root, pending->length ? pending->path : ".", flags, 0, 0);
    if (fd < 0)
        return -1;
    pending->opened = 1;
    if (tr_dir_open(&pending->dir, fd) < 0)
        return -1;
    if (walk->rules) {
        pending->scope = tr_ignore_enter(
            walk->rules, pending->scope, fd, pending->path, pending->length,
            tr_dir_has(&pending->dir, ".gitignore"), tr_dir_has(&pending->dir, ".git"));
        if (!pending->scope) {
            errno = ENOMEM;
            return -1;
        }
    }
    return 0;
}

/* Whether the entry is passed over. *name* of *.git* is git's own: only TR_HIDDEN_ALL shows it. */
static int tr_entry_hidden(const tr_walk *walk, const tr_entry *entry)
{
    if (entry->name[0] != '.' || walk->hidden == TR_HIDDEN_ALL)
        return 0;
    return walk->hidden == TR_HIDDEN_SKIP || (entry->length == 4 && !memcmp(entry->name, ".git", 4));
}

/* Whether the walk keeps to a trail at this depth, and the entry is not on it. */
static int tr_off_trail(const tr_walk *walk, long depth, const tr_entry *entry)
{
    const char *component = walk->trail;
    size_t length;
    while (--depth && *component) {
        component += strcspn(component, "/");
        component += *component == '/';
    }
    length = strcspn(component, "/");
    return length && (length != entry->length || memcmp(component, entry->name, length));
}

static int tr_step_child(tr_step *step, const tr_pending *parent, const tr_entry *entry)
{
    tr_pending *child = tr_pending_new(parent->path, parent->length, entry->name, entry->length);
    if (!child)
        return -1;
    child->depth = parent->depth + 1;
    child->scope = parent->scope;
    child->next = step->children;
    if (!step->children)
        step->last_child = child;
    step->children = child;
    step->child_count++;
    return 0;
}

/* Paths of one directory's entries are built in place: prefix, directory and slash stay, names change. */
typedef struct {
    tr_batch buffer;
    size_t relative_at, name_at;
} tr_path;

static int tr_path_begin(tr_path *path, const tr_walk *walk, const tr_pending *pending)
{
    tr_batch *buffer = &path->buffer;
    if (tr_batch_reserve(buffer, walk->prefix_length + pending->length + 1) < 0)
        return -1;
    memcpy(buffer->bytes, walk->prefix, walk->prefix_length);
    memcpy(buffer->bytes + walk->prefix_length, pending->path, pending->length);
    path->relative_at = walk->prefix_length;
    path->name_at = walk->prefix_length + pending->length;
    if (pending->length)
        buffer->bytes[path->name_at++] = '/';
    buffer->used = path->name_at;
    return 0;
}

static int tr_path_name(tr_path *path, const tr_entry *entry)
{
    path->buffer.used = path->name_at;
    if (tr_batch_reserve(&path->buffer, entry->length + 1) < 0)
        return -1;
    memcpy(path->buffer.bytes + path->name_at, entry->name, entry->length + 1);
    path->buffer.used += entry->length;
    return 0;
}

/* 1 if git's rules hide the entry whose path was built last, -1 without memory. */
static int tr_entry_ignored(const tr_walk *walk, const tr_pending *pending, const tr_path *path, int directory)
{
    size_t at = path->relative_at;
    if (!walk->rules)
        return 0;
    return tr_ignore_hides(
        pending->scope, path->buffer.bytes + at, path->buffer.used - at, path->name_at - at, directory);
}

/* Deal with one entry; 0, or -1 when memory ran out. */
static int tr_step_entry(
    tr_walk *walk, tr_pending *pending, const tr_entry *entry, tr_step *step, tr_batch *batch, tr_path *path)
{
    int directory = entry->kind == TR_KIND_DIRECTORY, hidden;

    if (tr_entry_hidden(walk, entry) || tr_off_trail(walk, pending->depth, entry))
        return 0;
    if (tr_path_name(path, entry) < 0)
        return -1;
    hidden = tr_entry_ignored(walk, pending, path, directory);
    if (hidden) {
        step->hidden += hidden > 0;
        return hidden < 0 ? -1 : 0;
    }
    if ((walk->kinds & (unsigned)entry->kind) && tr_batch_add(batch, path->buffer.bytes, path->buffer.used) < 0)
        return -1;
    if (directory && (walk->max_depth < 0 || pending->depth < walk->max_depth))
        return tr_step_child(step, pending, entry);
    return 0;
}

/* Read *pending* until it ends (1) or is to be put aside (0); step->error tells what went wrong. */
static int tr_step_directory(tr_walk *walk, tr_pending *pending, tr_step *step, tr_batch *batch)
{
    tr_path path = {0};
    tr_entry entry;
    int more = 1, seen = 0;

    if (!pending->opened && tr_pending_open(walk, pending) < 0) {
        step->error = errno;
        return 1;
    }
    if (tr_path_begin(&path, walk, pending) < 0) {
        step->error = ENOMEM;
        return 1;
    }
    while (batch->count < batch->full_at && seen++ < TR_STEP_ENTRIES && step->child_count < TR_STEP_CHILDREN
           && !__atomic_load_n(&walk->stop, __ATOMIC_RELAXED)) {
        more = tr_dir_next(&pending->dir, &entry);
        if (more > 0 && tr_step_entry(walk, pending, &entry, step, batch, &path) < 0) {
            step->error = ENOMEM;
            more = 0;
        } else if (more < 0) {
            step->error = errno;
        }
        if (more <= 0)
            break;
    }
    free(path.buffer.bytes);
    return more <= 0;
}

/* ---- the shared state; every function below is called with the lock held ---- */

static void tr_walk_push(tr_walk *walk, tr_pending *first, tr_pending *last, size_t count)
{
    if (!first)
        return;
    last->next = walk->pending;
    walk->pending = first;
    walk->pending_count += count;
}

static tr_pending *tr_walk_pop(tr_walk *walk)
{
    tr_pending *pending = walk->pending;
    if (pending) {
        walk->pending = pending->next;
        walk->pending_count--;
    }
    return pending;
}

static void tr_walk_publish(tr_walk *walk, tr_batch *batch)
{
    batch->next = NULL;
    if (walk->ready_last)
        walk->ready_last->next = batch;
    else
        walk->ready = batch;
    walk->ready_last = batch;
    walk->ready_count++;
}

static void tr_walk_note(tr_walk *walk, const tr_pending *pending, int error)
{
    tr_walk_error *grown;
    char *path;
    if (walk->error_count == TR_ERRORS_MOST)
        return;
    grown = realloc(walk->errors, (walk->error_count + 1) * sizeof *grown);
    path = malloc(pending->length + 1);
    if (grown)
        walk->errors = grown;
    if (!grown || !path) {
        free(path);
        return;
    }
    memcpy(path, pending->path, pending->length + 1);
    walk->errors[walk->error_count].error = error;
    walk->errors[walk->error_count++].path = path;
}

static void tr_walk_help(void *argument);

static void tr_walk_recruit(tr_walk *walk)
{
    if (walk->directories < TR_ALONE || walk->ready_count > TR_READY_MOST / 2)
        return;
    for (int i = 0; i < walk->helpers_most && walk->helpers < (int)walk->pending_count; i++) {
        tr_helper *helper = &walk->help[i];
        if (helper->busy)
            continue;
        helper->job.run = tr_walk_help;
        helper->job.argument = helper;
        helper->walk = walk;
        if (walk->crew.submit(&helper->job) < 0)
            return;
        helper->busy = 1;
        walk->helpers++;
    }
}

/* Read part of one directory with the lock released, then merge what was found. */
static void tr_walk_work(tr_walk *walk, tr_batch **batch)
{
    tr_pending *pending = tr_walk_pop(walk);
    tr_step step = {0};
    int done = 1;

    walk->active++;
    tr_walk_recruit(walk);
    if (!*batch) {
        *batch = tr_batch_new(walk->batch_size);
        if (walk->batch_size < TR_BATCH_MOST)
            walk->batch_size *= 2;
    }
    pthread_mutex_unlock(&walk->lock);
    if (*batch)
        done = tr_step_directory(walk, pending, &step, *batch);
    else
        step.error = ENOMEM;
    pthread_mutex_lock(&walk->lock);
    walk->active--;
    walk->hidden_by_rules += step.hidden;
    if (step.error == ENOMEM)
        walk->failed = 1;
    else if (step.error)
        tr_walk_note(walk, pending, step.error);
    if (done) {
        walk->directories++;
        tr_pending_free(pending);
    } else {
        tr_walk_push(walk, pending, pending, 1);
    }
    /* On top of a directory put aside: its children are finished before it is continued. */
    tr_walk_push(walk, step.children, step.last_child, step.child_count);
    if (walk->helpers || !walk->pending)
        pthread_cond_broadcast(&walk->changed);
}

/* ---- helpers ---- */

static void tr_walk_help(void *argument)
{
    tr_helper *helper = argument;
    tr_walk *walk = helper->walk;
    tr_batch *batch = NULL;

    pthread_mutex_lock(&walk->lock);
    while (!walk->stop && !walk->failed && walk->ready_count < TR_READY_MOST) {
        if (walk->pending) {
            tr_walk_work(walk, &batch);
            if (batch && batch->count >= batch->full_at) {
                tr_walk_publish(walk, batch);
                batch = NULL;
            }
        } else if (walk->active) {
            pthread_cond_wait(&walk->changed, &walk->lock);
        } else {
            break;
        }
    }
    if (batch && batch->count)
        tr_walk_publish(walk, batch);
    else
        tr_batch_free(batch);
    helper->busy = 0;
    walk->helpers--;
    pthread_cond_broadcast(&walk->changed);
    pthread_mutex_unlock(&walk->lock);
}

/* ---- the consumer ---- */

/* Prepare to walk the directory *root*, which stays the caller's; so does *rules*. NULL without memory. */
static tr_walk *tr_walk_open(
    int root, const char *prefix, const char *trail, tr_ignore *rules, tr_crew crew, int threads)
{
    tr_walk *walk = calloc(1, sizeof *walk);
    if (!walk)
        return NULL;
    walk->root = root;
    walk->kinds = ~0u;
    walk->hidden = TR_HIDDEN_SHOW;
    walk->max_depth = -1;
    walk->rules = rules;
    walk->crew = crew;
    walk->helpers_most = threads - 1 < TR_HELPERS_MOST ? threads - 1 : TR_HELPERS_MOST;
    walk->batch_size = TR_BATCH_FIRST;
    walk->prefix = strdup(prefix);
    walk->trail = strdup(trail);
    walk->pending = tr_pending_new("", 0, "", 0);
    if (!walk->prefix || !walk->trail || !walk->pending || tr_waiting_init(&walk->lock, &walk->changed) < 0) {
        free(walk->prefix);
        free(walk->trail);
        free(walk->pending);
        free(walk);
        return NULL;
    }
    walk->prefix_length = strlen(prefix);
    walk->pending->depth = 1;
    walk->pending_count = 1;
    return walk;
}

static tr_batch *tr_walk_take(tr_walk *walk)
{
    tr_batch *batch = walk->ready;
    if (batch) {
        walk->ready = batch->next;
        if (!walk->ready)
            walk->ready_last = NULL;
        walk->ready_count--;
    } else if (walk->mine && walk->mine->count) {
        batch = walk->mine;
        walk->mine = NULL;
    }
    return batch;
}

/* Helpers still queued would come too late: the pool may be busy elsewhere for long. */
static void tr_walk_withdraw(tr_walk *walk)
{
    for (int i = 0; i < walk->helpers_most; i++)
        if (walk->help[i].busy && walk->crew.withdraw(&walk->help[i].job)) {
            walk->help[i].busy = 0;
            walk->helpers--;
        }
}

/* Walk until there is something to hand out.
 *
 * TR_WALK_BATCH: *out* is the caller's, to be freed. TR_WALK_BUSY: nothing yet, but it is time to look
 * after signals. TR_WALK_END: the tree is done. TR_WALK_FAILED: memory ran out. */
static int tr_walk_next(tr_walk *walk, tr_batch **out)
{
    int64_t until = tr_now() + TR_WALK_SLICE;
    int state = -1;

    pthread_mutex_lock(&walk->lock);
    while (state < 0) {
        int full = walk->mine && walk->mine->count >= walk->mine->full_at;
        if (walk->failed) {
            state = TR_WALK_FAILED;
        } else if (walk->ready || full) {
            *out = tr_walk_take(walk);
            state = TR_WALK_BATCH;
        } else if (tr_now() >= until) {
            *out = tr_walk_take(walk);
            state = *out ? TR_WALK_BATCH : TR_WALK_BUSY;
        } else if (walk->pending) {
            tr_walk_work(walk, &walk->mine);
        } else if (walk->active) {
            tr_wait(&walk->changed, &walk->lock, TR_WALK_SLICE);
        } else if (tr_walk_withdraw(walk), walk->helpers) {
            tr_wait(&walk->changed, &walk->lock, TR_WALK_SLICE);
        } else {
            *out = tr_walk_take(walk);
            state = *out ? TR_WALK_BATCH : TR_WALK_END;
        }
    }
    pthread_mutex_unlock(&walk->lock);
    return state;
}

/* Set *error to the one numbered *index*: 1, or 0 where there are not so many yet. Its path stays as long as the
 * walk, but the list moves when it grows: it is looked at under the lock alone. */
static int tr_walk_error_at(tr_walk *walk, size_t index, tr_walk_error *error)
{
    int found;
    pthread_mutex_lock(&walk->lock);
    found = index < walk->error_count;
    if (found)
        *error = walk->errors[index];
    pthread_mutex_unlock(&walk->lock);
    return found;
}

static size_t tr_walk_hidden(tr_walk *walk)
{
    size_t hidden;
    pthread_mutex_lock(&walk->lock);
    hidden = walk->hidden_by_rules;
    pthread_mutex_unlock(&walk->lock);
    return hidden;
}

/* Stop, and return when no helper is inside any more. */
static void tr_walk_halt(tr_walk *walk)
{
    pthread_mutex_lock(&walk->lock);
    __atomic_store_n(&walk->stop, 1, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&walk->changed);
    tr_walk_withdraw(walk);
    while (walk->helpers)
        pthread_cond_wait(&walk->changed, &walk->lock);
    pthread_mutex_unlock(&walk->lock);
}

static void tr_walk_free(tr_walk *walk)
{
    tr_pending *pending;
    tr_batch *batch;
    while ((pending = tr_walk_pop(walk)))
        tr_pending_free(pending);
    while ((batch = tr_walk_take(walk)))
        tr_batch_free(batch);
    tr_batch_free(walk->mine);
    for (size_t i = 0; i < walk->error_count; i++)
        free(walk->errors[i].path);
    free(walk->errors);
    free(walk->prefix);
    free(walk->trail);
    pthread_cond_destroy(&walk->changed);
    pthread_mutex_destroy(&walk->lock);
    free(walk);
}

#endif
