/* Walking a directory tree on several threads, handing out batches of entries while it goes.
 *
 * The consumer walks too: a small tree never leaves its thread, and a walk makes progress even when the
 * pool is busy elsewhere. Each thread has a stack of directories of its own, so that it seldom needs the
 * lock; a thread that has none left is hungry, and the others then give it the older half of theirs, which
 * is the larger part of the tree. Helpers are recruited from the pool when there is work to share and leave
 * when there is none or when the consumer has fallen behind, so nobody blocks the pool. While the consumer
 * is away with a batch, what it had pending is everybody's.
 * A directory too large for one batch goes back on the stack with its descriptor open and is continued
 * later; memory is bounded by what is pending, not by what is in the tree. */
#ifndef TR_WALK_H
#define TR_WALK_H

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "job.h"
#include "waiting.h"
#include "walkstep.h"

enum { TR_WALK_END, TR_WALK_BATCH, TR_WALK_BUSY, TR_WALK_FAILED };
enum {
    TR_BATCH_FIRST = 64,       /* entries in the first batch: the first answer is early */
    TR_BATCH_MOST = 1024,      /* entries in a later batch */
    TR_READY_MOST = 16,        /* finished batches kept for a slow consumer */
    TR_ALONE = 4,              /* directories walked before help is called */
    TR_ERRORS_MOST = 1000,     /* errors kept with their paths */
    TR_WALK_SLICE = 50 * TR_MILLISECOND, /* the consumer returns at least this often */
    TR_SPINS = 2000,           /* looks for work before a thread goes to sleep: some 20 microseconds */
    TR_HELPERS_MOST = 7
};

typedef struct {
    int error;
    char *path;
} tr_walk_error;

/* Directories to be read, newest first. */
typedef struct {
    tr_pending *newest, *oldest;
    size_t count;
} tr_stack;

/* One thread's part in a walk. */
typedef struct {
    tr_stack own;
    tr_batch *batch;
    char *spare; /* a buffer for entries, between two directories */
    int busy;    /* counted among those that may find more */
} tr_worker;

struct tr_walk;

typedef struct {
    tr_job job;
    struct tr_walk *walk;
    int engaged;
} tr_helper;

typedef struct tr_walk {
    tr_plan plan;
    tr_crew crew;
    int helpers_most;
    tr_worker consumer;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    tr_stack shared; /* directories of nobody's */
    tr_batch *ready, *ready_last;
    size_t batch_size;
    int busy;    /* threads that may find more */
    int helpers; /* helpers queued or running */
    tr_helper help[TR_HELPERS_MOST];
    tr_walk_error *errors;
    size_t error_count;

    /* Looked at without the lock. */
    int hungry, ready_count, stop, failed;
    unsigned news; /* counts what a resting thread may have waited for */
    size_t directories, hidden_by_rules;
} tr_walk;

#define TR_PEEK(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define TR_ADD(field, amount) ((void)__atomic_add_fetch(&(field), (amount), __ATOMIC_RELAXED))

/* ---- stacks ---- */

static void tr_stack_push(tr_stack *stack, tr_pending *newest, tr_pending *oldest, size_t count)
{
    if (!newest)
        return;
    oldest->next = stack->newest;
    if (!stack->newest)
        stack->oldest = oldest;
    stack->newest = newest;
    stack->count += count;
}

static tr_pending *tr_stack_pop(tr_stack *stack)
{
    tr_pending *pending = stack->newest;
    if (pending) {
        stack->newest = pending->next;
        stack->count--;
        if (!stack->newest)
            stack->oldest = NULL;
    }
    return pending;
}

/* Put the older half of *from*, rounded down, on *to*. */
static void tr_stack_share(tr_stack *from, tr_stack *to)
{
    size_t kept = from->count - from->count / 2;
    tr_pending *last = from->newest, *first, *oldest = from->oldest;
    if (from->count < 2)
        return;
    for (size_t i = 1; i < kept; i++)
        last = last->next;
    first = last->next;
    last->next = NULL;
    from->oldest = last;
    tr_stack_push(to, first, oldest, from->count - kept);
    from->count = kept;
}

static void tr_stack_move(tr_stack *from, tr_stack *to)
{
    tr_stack_push(to, from->newest, from->oldest, from->count);
    *from = (tr_stack){0};
}

static void tr_stack_clear(tr_stack *stack)
{
    tr_pending *pending;
    char *spare = NULL;
    while ((pending = tr_stack_pop(stack)))
        tr_pending_free(pending, &spare);
    free(spare);
}

/* ---- without the lock: a thread on its own directories ---- */

static void tr_walk_note(tr_walk *walk, const tr_pending *pending, int error)
{
    tr_walk_error *grown = NULL;
    char *path = malloc(pending->length + 1);
    pthread_mutex_lock(&walk->lock);
    if (path && walk->error_count < TR_ERRORS_MOST)
        grown = realloc(walk->errors, (walk->error_count + 1) * sizeof *grown);
    if (grown) {
        memcpy(path, pending->path, pending->length + 1);
        walk->errors = grown;
        walk->errors[walk->error_count++] = (tr_walk_error){error, path};
        path = NULL;
    }
    pthread_mutex_unlock(&walk->lock);
    free(path);
}

static void tr_worker_directory(tr_walk *walk, tr_worker *worker)
{
    tr_pending *pending = tr_stack_pop(&worker->own);
    tr_step step = {0};
    int done = tr_step_directory(&walk->plan, pending, &step, worker->batch, &worker->spare, &walk->stop);

    if (step.hidden)
        TR_ADD(walk->hidden_by_rules, step.hidden);
    if (step.error == ENOMEM)
        __atomic_store_n(&walk->failed, 1, __ATOMIC_RELAXED);
    else if (step.error)
        tr_walk_note(walk, pending, step.error);
    if (done) {
        TR_ADD(walk->directories, 1);
        tr_pending_free(pending, &worker->spare);
    } else {
        tr_stack_push(&worker->own, pending, pending, 1);
    }
    /* On top of a directory put aside: its children are finished before it is continued. */
    tr_stack_push(&worker->own, step.children, step.last_child, step.child_count);
}

static int tr_walk_over(const tr_walk *walk)
{
    return TR_PEEK(walk->stop) || TR_PEEK(walk->failed);
}

/* Read directories until there is none left, the batch is full, or somebody else is waiting for something. */
static void tr_worker_run(tr_walk *walk, tr_worker *worker)
{
    while (worker->own.newest && !tr_batch_full(worker->batch) && !tr_walk_over(walk)) {
        tr_worker_directory(walk, worker);
        if (worker->own.count > 1 && TR_PEEK(walk->hungry))
            break;
    }
}

static int tr_walk_wants_help(const tr_walk *walk)
{
    return TR_PEEK(walk->helpers) < walk->helpers_most && TR_PEEK(walk->directories) >= TR_ALONE
        && TR_PEEK(walk->ready_count) <= TR_READY_MOST / 2;
}

/* The same for the consumer, which also calls for help and looks at the time. */
static void tr_consumer_run(tr_walk *walk, tr_worker *worker, int64_t until)
{
    while (worker->own.newest && !tr_batch_full(worker->batch) && !tr_walk_over(walk)) {
        tr_worker_directory(walk, worker);
        if (worker->own.count > 1 && (TR_PEEK(walk->hungry) || tr_walk_wants_help(walk)))
            break;
        if (TR_PEEK(walk->ready_count) || tr_now() >= until)
            break;
    }
}

/* ---- every function below is called with the lock held ---- */

static void tr_walk_tell(tr_walk *walk)
{
    TR_ADD(walk->news, 1);
    pthread_cond_broadcast(&walk->changed);
}

static int tr_worker_has_batch(tr_walk *walk, tr_worker *worker)
{
    if (!worker->batch) {
        worker->batch = tr_batch_new(walk->batch_size, walk->plan.look);
        if (walk->batch_size < TR_BATCH_MOST)
            walk->batch_size *= 2;
        if (!worker->batch)
            __atomic_store_n(&walk->failed, 1, __ATOMIC_RELAXED);
    }
    return worker->batch != NULL;
}

static void tr_worker_busy(tr_walk *walk, tr_worker *worker, int busy)
{
    walk->busy += busy - worker->busy;
    worker->busy = busy;
    if (!walk->busy)
        tr_walk_tell(walk);
}

/* Take from what is nobody's: all of it for the only thread there is, else the older half. */
static void tr_worker_take(tr_walk *walk, tr_worker *worker)
{
    if (worker->own.newest || !walk->shared.newest)
        return;
    if (walk->hungry && walk->shared.count > 1)
        tr_stack_share(&walk->shared, &worker->own);
    else
        tr_stack_move(&walk->shared, &worker->own);
    tr_worker_busy(walk, worker, 1);
}

/* Let others have of this thread's directories, where they wait for some or help is called. */
static void tr_worker_give(tr_walk *walk, tr_worker *worker)
{
    if (walk->hungry && worker->own.count > 1) {
        tr_stack_share(&worker->own, &walk->shared);
        tr_walk_tell(walk);
    }
    if (!worker->own.newest)
        tr_worker_busy(walk, worker, 0);
}

static void tr_walk_publish(tr_walk *walk, tr_batch *batch)
{
    batch->next = NULL;
    if (walk->ready_last)
        walk->ready_last->next = batch;
    else
        walk->ready = batch;
    walk->ready_last = batch;
    TR_ADD(walk->ready_count, 1);
    tr_walk_tell(walk);
}

/* Wait until something changes: for a moment awake, since to sleep and be woken costs more than a directory. */
static void tr_walk_rest(tr_walk *walk)
{
    unsigned news = TR_PEEK(walk->news);
    TR_ADD(walk->hungry, 1);
    pthread_mutex_unlock(&walk->lock);
    for (int i = 0; i < TR_SPINS && TR_PEEK(walk->news) == news; i++)
        tr_pause();
    pthread_mutex_lock(&walk->lock);
    if (TR_PEEK(walk->news) == news)
        tr_wait(&walk->changed, &walk->lock, TR_WALK_SLICE);
    TR_ADD(walk->hungry, -1);
}

/* Wait for directories to read: 1, or 0 when there is nothing to wait for. */
static int tr_helper_supplied(tr_walk *walk, tr_worker *worker)
{
    tr_worker_take(walk, worker);
    while (!worker->own.newest) {
        if (!walk->busy || tr_walk_over(walk))
            return 0;
        tr_walk_rest(walk);
        tr_worker_take(walk, worker);
    }
    return 1;
}

static void tr_walk_help(void *argument)
{
    tr_helper *helper = argument;
    tr_walk *walk = helper->walk;
    tr_worker worker = {0};

    pthread_mutex_lock(&walk->lock);
    while (!tr_walk_over(walk) && TR_PEEK(walk->ready_count) < TR_READY_MOST && tr_helper_supplied(walk, &worker)
           && tr_worker_has_batch(walk, &worker)) {
        pthread_mutex_unlock(&walk->lock);
        tr_worker_run(walk, &worker);
        pthread_mutex_lock(&walk->lock);
        if (tr_batch_full(worker.batch)) {
            tr_walk_publish(walk, worker.batch);
            worker.batch = NULL;
        }
        tr_worker_give(walk, &worker);
    }
    tr_stack_move(&worker.own, &walk->shared);
    tr_worker_busy(walk, &worker, 0);
    if (worker.batch && worker.batch->count)
        tr_walk_publish(walk, worker.batch);
    else
        tr_batch_free(worker.batch);
    helper->engaged = 0;
    TR_ADD(walk->helpers, -1);
    tr_walk_tell(walk);
    pthread_mutex_unlock(&walk->lock);
    free(worker.spare);
}

/* Call helpers as long as there are directories for them. */
static void tr_walk_recruit(tr_walk *walk)
{
    size_t called = 0;
    if (!tr_walk_wants_help(walk))
        return;
    if (walk->consumer.own.count > 1)
        tr_stack_share(&walk->consumer.own, &walk->shared);
    for (int i = 0; i < walk->helpers_most && called < walk->shared.count; i++) {
        tr_helper *helper = &walk->help[i];
        if (helper->engaged)
            continue;
        helper->job.run = tr_walk_help;
        helper->job.argument = helper;
        helper->walk = walk;
        if (walk->crew.submit(&helper->job) < 0) {
            walk->helpers_most = i; /* no thread is to be had */
            return;
        }
        helper->engaged = 1;
        TR_ADD(walk->helpers, 1);
        called++;
    }
}

static tr_batch *tr_walk_take(tr_walk *walk)
{
    tr_batch *batch = walk->ready;
    if (batch) {
        walk->ready = batch->next;
        if (!walk->ready)
            walk->ready_last = NULL;
        TR_ADD(walk->ready_count, -1);
    } else if (walk->consumer.batch && walk->consumer.batch->count) {
        batch = walk->consumer.batch;
        walk->consumer.batch = NULL;
    }
    return batch;
}

/* Helpers still queued would come too late: the pool may be busy elsewhere for long. */
static void tr_walk_withdraw(tr_walk *walk)
{
    for (int i = 0; i < walk->helpers_most; i++)
        if (walk->help[i].engaged && walk->crew.withdraw(&walk->help[i].job)) {
            walk->help[i].engaged = 0;
            TR_ADD(walk->helpers, -1);
        }
}

/* What is left to do for the consumer, when there is nothing to hand out: a TR_WALK_* to return, or -1 to go on. */
static int tr_walk_advance(tr_walk *walk, int64_t until)
{
    tr_worker *consumer = &walk->consumer;
    tr_worker_take(walk, consumer);
    if (consumer->own.newest) {
        if (!tr_worker_has_batch(walk, consumer))
            return TR_WALK_FAILED;
        pthread_mutex_unlock(&walk->lock);
        tr_consumer_run(walk, consumer, until);
        pthread_mutex_lock(&walk->lock);
        tr_walk_recruit(walk);
        tr_worker_give(walk, consumer);
        return -1;
    }
    if (!walk->busy)
        tr_walk_withdraw(walk);
    if (!walk->busy && !walk->helpers && !walk->shared.newest && !walk->ready)
        return TR_WALK_END;
    tr_walk_rest(walk);
    return -1;
}

/* Nobody waits for a consumer that is away: what it has not read yet is everybody's meanwhile. */
static void tr_consumer_leave(tr_walk *walk)
{
    tr_stack_move(&walk->consumer.own, &walk->shared);
    tr_worker_busy(walk, &walk->consumer, 0);
    if (walk->hungry && walk->shared.newest)
        tr_walk_tell(walk);
}

/* ---- the consumer, without the lock ---- */

/* Prepare a walk of the directory *root*, which stays the caller's; so does plan->rules, and the texts of *plan*
 * until it is freed. NULL without memory. */
static tr_walk *tr_walk_open(const tr_plan *plan, tr_crew crew, int threads)
{
    tr_walk *walk = calloc(1, sizeof *walk);
    tr_pending *root = tr_pending_new("", 0, "", 0);
    if (!walk || !root || tr_waiting_init(&walk->lock, &walk->changed) < 0) {
        free(walk);
        free(root);
        return NULL;
    }
    walk->plan = *plan;
    walk->plan.anchors = 0;
    walk->crew = crew;
    walk->helpers_most = threads - 1 < TR_HELPERS_MOST ? threads - 1 : TR_HELPERS_MOST;
    walk->batch_size = TR_BATCH_FIRST;
    root->depth = 1;
    tr_stack_push(&walk->shared, root, root, 1);
    return walk;
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
        int full = walk->consumer.batch && tr_batch_full(walk->consumer.batch);
        if (TR_PEEK(walk->failed)) {
            state = TR_WALK_FAILED;
        } else if (walk->ready || full) {
            *out = tr_walk_take(walk);
            state = TR_WALK_BATCH;
        } else if (tr_now() >= until) {
            *out = tr_walk_take(walk);
            state = *out ? TR_WALK_BATCH : TR_WALK_BUSY;
        } else {
            state = tr_walk_advance(walk, until);
        }
        if (state == TR_WALK_END && (*out = tr_walk_take(walk)))
            state = TR_WALK_BATCH;
    }
    tr_consumer_leave(walk);
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
    return TR_PEEK(walk->hidden_by_rules);
}

/* Stop, and return when no helper is inside any more. */
static void tr_walk_halt(tr_walk *walk)
{
    pthread_mutex_lock(&walk->lock);
    __atomic_store_n(&walk->stop, 1, __ATOMIC_RELAXED);
    tr_walk_tell(walk);
    tr_walk_withdraw(walk);
    while (walk->helpers)
        pthread_cond_wait(&walk->changed, &walk->lock);
    pthread_mutex_unlock(&walk->lock);
}

static void tr_walk_free(tr_walk *walk)
{
    tr_batch *batch;
    tr_stack_clear(&walk->shared);
    tr_stack_clear(&walk->consumer.own);
    while ((batch = tr_walk_take(walk)))
        tr_batch_free(batch);
    tr_batch_free(walk->consumer.batch);
    free(walk->consumer.spare);
    for (size_t i = 0; i < walk->error_count; i++)
        free(walk->errors[i].path);
    free(walk->errors);
    pthread_cond_destroy(&walk->changed);
    pthread_mutex_destroy(&walk->lock);
    free(walk);
}

#endif
