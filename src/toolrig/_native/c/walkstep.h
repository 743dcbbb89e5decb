/* One directory of a walk: its entries, told apart from what is passed over, into a batch.
 *
 * Every directory is opened beneath the root's descriptor. Links are followed only where the walk is to, and
 * then only to what lies below the root; so the walk cannot be led out of it, whatever is renamed or
 * relinked meanwhile. */
#ifndef TR_WALKSTEP_H
#define TR_WALKSTEP_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "anchor.h"
#include "batch.h"
#include "directory.h"
#include "ignore.h"
#include "jail.h"
#include "lineage.h"
#include "status.h"

enum { TR_HIDDEN_SKIP, TR_HIDDEN_SHOW, TR_HIDDEN_ALL };
enum {
    TR_STEP_ENTRIES = 8192, /* entries looked at before a directory is put aside */
    TR_STEP_CHILDREN = 1024, /* subdirectories found before a directory is put aside */
    TR_ANCHORS_MOST = 64     /* directories kept open for their subdirectories */
};

/* What is walked, and what of it is handed out. */
typedef struct {
    int root;
    unsigned kinds;    /* handed out, as bits */
    int hidden;
    long max_depth;    /* negative: none */
    int follow;        /* links to what lies below the root are what they lead to */
    int same_device;   /* directories on other devices are not entered */
    int look;          /* entries are handed out with their status */
    dev_t device;      /* of the root */
    tr_ignore *rules;  /* NULL: none */
    char *prefix;      /* what every path handed out begins with; empty, or ending in a slash */
    size_t prefix_length;
    char *trail;       /* "a/b": in the root only "a" is entered, in "a" only "b", below that everything */
    char *endings;     /* one behind the other, each ending in NUL: a name must end in one of them */
    size_t endings_length;
    int anchors;       /* open now; counted by the walk */
} tr_plan;

/* A directory to be read, or one read in part. */
typedef struct tr_pending {
    struct tr_pending *next;
    const tr_scope *scope; /* the parent's until opened, then its own */
    tr_lineage *lineage;   /* as the scope; NULL where links are not followed */
    tr_anchor *anchor;     /* what its last component is opened from; NULL: the whole path from the root */
    long depth;            /* of its entries */
    int opened, linked;
    int detached;          /* the descriptor has become an anchor's */
    tr_dir dir;
    size_t length, name_at;
    char path[];           /* relative to the root, no slash at the end, "" for the root */
} tr_pending;

/* What one thread found in one step. */
typedef struct {
    tr_pending *children, *last_child;
    size_t child_count, hidden;
    int error;
} tr_step;

static tr_pending *tr_pending_new(const char *parent, size_t parent_length, const char *name, size_t length)
{
    size_t slash = parent_length && length ? 1 : 0;
    tr_pending *pending = malloc(sizeof *pending + parent_length + slash + length + 1);
    if (!pending)
        return NULL;
    memset(pending, 0, sizeof *pending);
    memcpy(pending->path, parent, parent_length);
    if (slash)
        pending->path[parent_length] = '/';
    memcpy(pending->path + parent_length + slash, name, length);
    pending->name_at = parent_length + slash;
    pending->length = parent_length + slash + length;
    pending->path[pending->length] = 0;
    return pending;
}

static void tr_pending_free(tr_pending *pending, char **spare)
{
    if (pending->opened)
        tr_dir_close(&pending->dir, spare, pending->detached);
    tr_anchor_drop(pending->anchor);
    tr_lineage_drop(pending->lineage);
    free(pending);
}

/* Look at the directory itself where the walk depends on which one it is. 1: it is not to be entered. -1: errno. */
static int tr_pending_barred(const tr_plan *plan, tr_pending *pending, int fd)
{
    struct stat info;
    if (!plan->follow && !plan->same_device)
        return 0;
    if (fstat(fd, &info) < 0)
        return -1;
    if (plan->same_device && info.st_dev != plan->device)
        return 1;
    if (!plan->follow)
        return 0;
    if (pending->linked && tr_lineage_contains(pending->lineage, &info))
        return 1;
    pending->lineage = tr_lineage_below(pending->lineage, &info);
    if (!pending->lineage)
        errno = ENOMEM;
    return pending->lineage ? 0 : -1;
}

static int tr_pending_descriptor(const tr_plan *plan, tr_pending *pending)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC, fd;
    if (!pending->anchor)
        return tr_open_beneath(plan->root, pending->length ? pending->path : ".",
                               plan->follow ? flags : flags | O_NOFOLLOW, 0, plan->follow ? TR_JAIL_FOLLOW : 0);
    do
        fd = openat(pending->anchor->fd, pending->path + pending->name_at, flags | O_NOFOLLOW);
    while (fd < 0 && errno == EINTR);
    if (fd >= 0) { /* an error may close the anchor, which would change errno */
        tr_anchor_drop(pending->anchor);
        pending->anchor = NULL;
    }
    return fd;
}

/* Open the directory: 0, 1 if it is not to be entered, -1 with errno. */
static int tr_pending_open(const tr_plan *plan, tr_pending *pending, char **spare)
{
    int fd = tr_pending_descriptor(plan, pending), barred;
    if (fd < 0)
        return -1;
    barred = tr_pending_barred(plan, pending, fd);
    if (barred) {
        int kept = errno;
        close(fd);
        errno = kept;
        return barred;
    }
    pending->opened = 1;
    if (tr_dir_open(&pending->dir, fd, spare) < 0)
        return -1;
    if (plan->rules) {
        pending->scope = tr_ignore_enter(
            plan->rules, pending->scope, fd, pending->path, pending->length,
            tr_dir_has(&pending->dir, ".gitignore"), tr_dir_has(&pending->dir, ".git"));
        if (!pending->scope) {
            errno = ENOMEM;
            return -1;
        }
    }
    return 0;
}

/* Whether the entry is passed over. *name* of *.git* is git's own: only TR_HIDDEN_ALL shows it. */
static int tr_entry_hidden(const tr_plan *plan, const tr_entry *entry)
{
    if (entry->name[0] != '.' || plan->hidden == TR_HIDDEN_ALL)
        return 0;
    return plan->hidden == TR_HIDDEN_SKIP || (entry->length == 4 && !memcmp(entry->name, ".git", 4));
}

/* Whether the walk keeps to a trail at this depth, and the entry is not on it. */
static int tr_off_trail(const tr_plan *plan, long depth, const tr_entry *entry)
{
    const char *component = plan->trail;
    size_t length;
    if (!*component)
        return 0;
    while (--depth && *component) {
        component += strcspn(component, "/");
        component += *component == '/';
    }
    length = strcspn(component, "/");
    return length && (length != entry->length || memcmp(component, entry->name, length));
}

static int tr_entry_wanted(const tr_plan *plan, const tr_entry *entry, int kind)
{
    const char *ending = plan->endings, *last = ending + plan->endings_length;
    if (!(plan->kinds & (unsigned)kind))
        return 0;
    for (; ending < last; ending++) {
        size_t length = strlen(ending);
        /* Most names differ in the last character already, an empty ending has none. */
        if (entry->length >= length && (!length || entry->name[entry->length - 1] == ending[length - 1])
            && !memcmp(entry->name + entry->length - length, ending, length))
            return 1;
        ending += length;
    }
    return !plan->endings_length;
}

static int tr_step_child(tr_step *step, const tr_pending *parent, const tr_entry *entry, int linked)
{
    tr_pending *child = tr_pending_new(parent->path, parent->length, entry->name, entry->length);
    if (!child)
        return -1;
    child->depth = parent->depth + 1;
    child->scope = parent->scope;
    child->lineage = tr_lineage_share(parent->lineage);
    child->linked = linked;
    child->next = step->children;
    if (!step->children)
        step->last_child = child;
    step->children = child;
    step->child_count++;
    return 0;
}

/* Write the entry's path behind what the batch uses. Its length, or 0 without memory. */
static size_t tr_entry_path(const tr_plan *plan, const tr_pending *pending, const tr_entry *entry, tr_batch *batch)
{
    size_t directory = plan->prefix_length + pending->length, slash = pending->length ? 1 : 0;
    size_t length = directory + slash + entry->length;
    char *path;
    if (tr_batch_reserve(batch, length + 1) < 0)
        return 0;
    path = batch->bytes + batch->used;
    memcpy(path, plan->prefix, plan->prefix_length);
    memcpy(path + plan->prefix_length, pending->path, pending->length);
    path[directory] = '/';
    memcpy(path + directory + slash, entry->name, entry->length + 1);
    return length;
}

/* The kind and status of what the link at *path*, relative to the root, leads to; TR_KIND_SYMLINK and no status
 * where that is not below the root. */
static int tr_link_kind(const tr_plan *plan, const char *path, tr_status *status)
{
#if defined(O_PATH)
    int flags = O_PATH;
#else
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
#endif
    struct stat info;
    int kind = TR_KIND_SYMLINK, fd = tr_open_beneath(plan->root, path, flags, 0, TR_JAIL_FOLLOW);
    if (fd < 0)
        return kind;
    if (fstat(fd, &info) == 0) {
        kind = tr_kind_of_mode(info.st_mode);
        *status = tr_status_from(&info);
    }
    close(fd);
    return kind;
}

/* Look at the entry where its status is wanted and not known yet. 0: it is gone since it was listed. */
static int tr_entry_there(
    const tr_plan *plan, const tr_pending *pending, const tr_entry *entry, int kind, tr_status *status)
{
    if (!plan->look || kind != entry->kind)
        return 1;
    return tr_status_of(pending->dir.fd, entry->name, AT_SYMLINK_NOFOLLOW, status) == 0 || errno != ENOENT;
}

/* Deal with one entry; 0, or -1 when memory ran out. */
static int tr_step_entry(
    const tr_plan *plan, tr_pending *pending, const tr_entry *entry, tr_step *step, tr_batch *batch)
{
    size_t length, lead = plan->prefix_length;
    int kind = entry->kind, hidden;
    tr_status status = {-1, -1};
    const char *path;

    if (tr_entry_hidden(plan, entry) || tr_off_trail(plan, pending->depth, entry))
        return 0;
    if (kind != TR_KIND_DIRECTORY && (kind != TR_KIND_SYMLINK || !plan->follow) && !tr_entry_wanted(plan, entry, kind))
        return 0; /* before anything that costs */
    length = tr_entry_path(plan, pending, entry, batch);
    if (!length)
        return -1;
    path = batch->bytes + batch->used;
    if (kind == TR_KIND_SYMLINK && plan->follow)
        kind = tr_link_kind(plan, path + lead, &status);
    if (plan->rules) {
        hidden = tr_ignore_hides(pending->scope, path + lead, length - lead, length - lead - entry->length,
                                 entry->kind == TR_KIND_DIRECTORY);
        step->hidden += hidden > 0;
        if (hidden)
            return hidden < 0 ? -1 : 0;
    }
    if (tr_entry_wanted(plan, entry, kind) && tr_entry_there(plan, pending, entry, kind, &status))
        tr_batch_keep(batch, length, kind, &status);
    if (kind == TR_KIND_DIRECTORY && (plan->max_depth < 0 || pending->depth < plan->max_depth))
        return tr_step_child(step, pending, entry, kind != entry->kind);
    return 0;
}

/* Have the subdirectories that were found opened from the directory, by its own descriptor if it is *done* with it. */
static void tr_step_anchor(tr_plan *plan, tr_pending *pending, tr_step *step, int done)
{
    tr_anchor *anchor = NULL;
    size_t owners = 0;
    int fd;
    for (tr_pending *child = step->children; child; child = child->next)
        owners += !child->linked;
    if (!owners)
        return;
    fd = done ? pending->dir.fd : fcntl(pending->dir.fd, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        anchor = tr_anchor_new(fd, owners, &plan->anchors, TR_ANCHORS_MOST);
    if (!anchor) {
        if (!done && fd >= 0)
            close(fd);
        return;
    }
    pending->detached = done;
    for (tr_pending *child = step->children; child; child = child->next)
        if (!child->linked)
            child->anchor = anchor;
}

/* Read *pending* until it ends (1), or the batch is full or the step long enough (0); step->error tells what went
 * wrong. *stop* is looked at between entries. */
static int tr_step_directory(
    tr_plan *plan, tr_pending *pending, tr_step *step, tr_batch *batch, char **spare, const int *stop)
{
    tr_entry entry;
    int more = 1, seen = 0, barred;

    if (!pending->opened && (barred = tr_pending_open(plan, pending, spare))) {
        step->error = barred < 0 ? errno : 0;
        return 1;
    }
    while (!tr_batch_full(batch) && seen++ < TR_STEP_ENTRIES && step->child_count < TR_STEP_CHILDREN
           && !__atomic_load_n(stop, __ATOMIC_RELAXED)) {
        more = tr_dir_next(&pending->dir, &entry);
        if (more > 0 && tr_step_entry(plan, pending, &entry, step, batch) < 0) {
            step->error = ENOMEM;
            more = 0;
        } else if (more < 0) {
            step->error = errno;
        }
        if (more <= 0)
            break;
    }
    tr_step_anchor(plan, pending, step, more <= 0);
    return more <= 0;
}

#endif
