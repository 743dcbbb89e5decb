/* A small pool of threads that run plain C jobs and never touch Python objects.
 *
 * The pool starts its threads on the first job, so a process that stays on one thread pays nothing.
 * A job that was submitted but not yet started can be withdrawn: who waits for its jobs withdraws the
 * queued ones and then waits for the running ones only, whatever else the pool is busy with.
 * The queue is an intrusive list: submitting allocates nothing and cannot fail for want of memory. */
#ifndef TR_POOL_H
#define TR_POOL_H

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "job.h"

enum { TR_POOL_MOST = 8 };

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    tr_job *head, *tail;
    int wanted;  /* threads to run at most */
    int started; /* threads running */
    int idle;    /* threads waiting for a job */
} tr_pool;

static tr_pool tr_the_pool = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER, .wanted = 1};

static void *tr_pool_thread(void *unused)
{
    tr_pool *pool = &tr_the_pool;
    (void)unused;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        tr_job *job = pool->head;
        if (!job) {
            pool->idle++;
            pthread_cond_wait(&pool->filled, &pool->lock);
            pool->idle--;
            continue;
        }
        pool->head = job->next;
        if (!pool->head)
            pool->tail = NULL;
        pthread_mutex_unlock(&pool->lock);
        job->run(job->argument); /* the job's memory may be gone after this */
        pthread_mutex_lock(&pool->lock);
    }
    return NULL;
}

/* Start one more thread with every signal blocked: signals belong to the host's own threads. */
static int tr_pool_grow(tr_pool *pool)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int failed;

    if (pthread_attr_init(&attributes) != 0)
        return -1;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&thread, &attributes, tr_pool_thread, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failed)
        return -1;
    pool->started++;
    return 0;
}

/* Queue *job*. Returns 0, or -1 when no thread can be had: the caller then does the work itself. */
static int tr_pool_submit(tr_job *job)
{
    tr_pool *pool = &tr_the_pool;
    int refused = 0;

    pthread_mutex_lock(&pool->lock);
    if (!pool->idle && pool->started < pool->wanted)
        (void)tr_pool_grow(pool);
    if (!pool->started) {
        refused = -1;
    } else {
        job->next = NULL;
        if (pool->tail)
            pool->tail->next = job;
        else
            pool->head = job;
        pool->tail = job;
        pthread_cond_signal(&pool->filled);
    }
    pthread_mutex_unlock(&pool->lock);
    return refused;
}

/* Take *job* out of the queue. Returns 1 if it was still waiting, 0 if it runs or has run. */
static int tr_pool_withdraw(tr_job *job)
{
    tr_pool *pool = &tr_the_pool;
    tr_job *before = NULL, *at;

    pthread_mutex_lock(&pool->lock);
    for (at = pool->head; at && at != job; at = at->next)
        before = at;
    if (at) {
        if (before)
            before->next = at->next;
        else
            pool->head = at->next;
        if (pool->tail == at)
            pool->tail = before;
    }
    pthread_mutex_unlock(&pool->lock);
    return at != NULL;
}

static void tr_pool_resize(int threads)
{
    pthread_mutex_lock(&tr_the_pool.lock);
    tr_the_pool.wanted = threads < 0 ? 0 : threads > TR_POOL_MOST ? TR_POOL_MOST : threads;
    pthread_mutex_unlock(&tr_the_pool.lock);
}

/* In the child of a fork no pool thread exists any more, and the lock may have been held by one. */
static void tr_pool_after_fork(void)
{
    pthread_mutex_init(&tr_the_pool.lock, NULL);
    pthread_cond_init(&tr_the_pool.filled, NULL);
    tr_the_pool.head = tr_the_pool.tail = NULL;
    tr_the_pool.started = tr_the_pool.idle = 0;
}

#endif
