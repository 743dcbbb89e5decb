/* Reading many small files on several threads, each into a block of its own.
 *
 * Whoever has time claims the next file, reads it whole and marks it. What takes longer or goes wrong is
 * marked as left over, and the caller sees to it alone: a file that is large, grows, is not regular or cannot
 * be opened. So no thread is busy for long, and one place words the errors.
 * The caller reads too, and collects from time to time what is read. Helpers are recruited from the pool when
 * there is enough to share; they leave when nothing is left, or when too much waits to be collected. */
#ifndef TR_READMANY_H
#define TR_READMANY_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jail.h"
#include "job.h"
#include "waiting.h"

enum { TR_MANY_WAITING, TR_MANY_READ, TR_MANY_LEFT };
enum {
    TR_MANY_HELPERS_MOST = 7,
    TR_MANY_ALONE = 12,          /* files the caller reads before it calls for help */
    TR_MANY_SHARE = 8,           /* files that make it worth while to call one helper more */
    TR_MANY_SMALL = 1 << 18,     /* bytes of a file that is read here */
    TR_MANY_COLLECT = 1 << 18,   /* bytes after which the caller collects: helpers read on meanwhile */
    TR_MANY_HELD_MOST = 1 << 24, /* bytes that may wait to be collected */
    TR_MANY_SLICE = 50 * TR_MILLISECOND /* the caller returns at least this often */
};

typedef struct {
    char *bytes; /* malloc'ed; NULL unless the file was read */
    size_t length;
    int state;   /* written last, and read first */
} tr_many_file;

struct tr_many;

typedef struct {
    tr_job job;
    struct tr_many *many;
    int busy;
} tr_many_helper;

typedef struct tr_many {
    int directory;  /* -1: paths are taken as they are */
    size_t most;    /* bytes of each file */
    const char *const *paths;
    tr_many_file *files;
    size_t count;
    size_t next;    /* the first file nobody has claimed */
    size_t held;    /* bytes read and not collected */
    tr_crew crew;
    int helpers_most;
    tr_many_helper help[TR_MANY_HELPERS_MOST];

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    int helpers; /* queued or running */
    int stop;
} tr_many;

/* ---- one file ---- */

static int tr_many_open(const tr_many *many, const char *path)
{
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd;

    if (many->directory >= 0)
        return tr_open_beneath(many->directory, path, flags, 0, TR_JAIL_FOLLOW);
    do
        fd = open(path, flags);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* Fill the block with at most *room* bytes of *fd*, a file of *size* bytes. -1 if it cannot be read. */
static int tr_many_fill(int fd, tr_many_file *file, size_t room, size_t size)
{
    while (file->length < room) {
        ssize_t got = read(fd, file->bytes + file->length, room - file->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        file->length += (size_t)got;
        /* A short read at the size that fstat told is the end; files of unknown size are read until 0. */
        if (!got || (size && file->length >= size && file->length < room))
            return 0;
    }
    return 0;
}

/* Read the open file. -1 if it is to be left over. */
static int tr_many_take(const tr_many *many, int fd, tr_many_file *file)
{
    struct stat info;
    size_t size, room;

    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size < 0)
        return -1;
    if ((uintmax_t)info.st_size > TR_MANY_SMALL && many->most > TR_MANY_SMALL)
        return -1;
    size = (uintmax_t)info.st_size > many->most ? many->most : (size_t)info.st_size;
    room = size ? size + 1 : 4096; /* one more, to see whether it has grown */
    if (room > many->most)
        room = many->most;
    file->bytes = malloc(room ? room : 1);
    if (!file->bytes || tr_many_fill(fd, file, room, size) < 0)
        return -1;
    return file->length == room && room < many->most ? -1 : 0;
}

static void tr_many_read(tr_many *many, size_t index)
{
    tr_many_file *file = &many->files[index];
    int fd = tr_many_open(many, many->paths[index]), state = TR_MANY_LEFT;

    if (fd >= 0) {
        if (tr_many_take(many, fd, file) == 0)
            state = TR_MANY_READ;
        close(fd);
    }
    if (state == TR_MANY_READ) {
        __atomic_fetch_add(&many->held, file->length, __ATOMIC_RELAXED);
    } else {
        free(file->bytes);
        file->bytes = NULL;
    }
    __atomic_store_n(&file->state, state, __ATOMIC_RELEASE);
}

/* Read the next file that nobody has claimed; 0 if there is none. */
static int tr_many_read_next(tr_many *many)
{
    size_t index;

    if (__atomic_load_n(&many->next, __ATOMIC_RELAXED) >= many->count)
        return 0;
    index = __atomic_fetch_add(&many->next, 1, __ATOMIC_RELAXED);
    if (index >= many->count)
        return 0;
    tr_many_read(many, index);
    return 1;
}

/* ---- helpers ---- */

static void tr_many_help(void *argument)
{
    tr_many_helper *helper = argument;
    tr_many *many = helper->many;

    while (!__atomic_load_n(&many->stop, __ATOMIC_RELAXED)
           && __atomic_load_n(&many->held, __ATOMIC_RELAXED) < TR_MANY_HELD_MOST && tr_many_read_next(many))
        ;
    pthread_mutex_lock(&many->lock);
    helper->busy = 0;
    many->helpers--;
    pthread_cond_broadcast(&many->changed);
    pthread_mutex_unlock(&many->lock);
}

static void tr_many_recruit(tr_many *many)
{
    size_t next = __atomic_load_n(&many->next, __ATOMIC_RELAXED);
    size_t wanted = next < many->count ? (many->count - next) / TR_MANY_SHARE : 0;

    pthread_mutex_lock(&many->lock);
    for (int i = 0; i < many->helpers_most && (size_t)many->helpers < wanted; i++) {
        tr_many_helper *helper = &many->help[i];
        if (helper->busy)
            continue;
        helper->job.run = tr_many_help;
        helper->job.argument = helper;
        helper->many = many;
        if (many->crew.submit(&helper->job) < 0)
            break;
        helper->busy = 1;
        many->helpers++;
    }
    pthread_mutex_unlock(&many->lock);
}

/* ---- the caller ---- */

/* Prepare to read *count* files beneath *directory*, all the caller's. -1 without memory, with nothing to free. */
static int tr_many_init(
    tr_many *many, int directory, const char *const *paths, size_t count, size_t most, tr_crew crew, int threads)
{
    memset(many, 0, sizeof *many);
    many->directory = directory;
    many->most = most;
    many->paths = paths;
    many->count = count;
    many->crew = crew;
    many->helpers_most = threads < 1 ? 0 : threads > TR_MANY_HELPERS_MOST ? TR_MANY_HELPERS_MOST : threads - 1;
    many->files = calloc(count ? count : 1, sizeof *many->files);
    if (!many->files)
        return -1;
    if (tr_waiting_init(&many->lock, &many->changed) < 0) {
        free(many->files);
        return -1;
    }
    return 0;
}

/* Wait for the helpers until there is none, or for a slice; those that never started are let go. */
static void tr_many_settle(tr_many *many)
{
    pthread_mutex_lock(&many->lock);
    for (int i = 0; i < many->helpers_most; i++)
        if (many->help[i].busy && many->crew.withdraw(&many->help[i].job)) {
            many->help[i].busy = 0;
            many->helpers--;
        }
    if (many->helpers)
        tr_wait(&many->changed, &many->lock, TR_MANY_SLICE);
    pthread_mutex_unlock(&many->lock);
}

/* Read until there is something to collect, or for a slice. */
static void tr_many_step(tr_many *many)
{
    int64_t until = tr_now() + TR_MANY_SLICE;
    int asked = 0;

    do {
        if (!tr_many_read_next(many)) {
            tr_many_settle(many);
            return;
        }
        if (!asked && __atomic_load_n(&many->next, __ATOMIC_RELAXED) >= TR_MANY_ALONE) {
            tr_many_recruit(many);
            asked = 1;
        }
    } while (__atomic_load_n(&many->held, __ATOMIC_RELAXED) < TR_MANY_COLLECT && tr_now() < until);
}

/* How far file *index* is; once it is not TR_MANY_WAITING, its block belongs to the caller. */
static int tr_many_state(const tr_many *many, size_t index)
{
    return __atomic_load_n(&many->files[index].state, __ATOMIC_ACQUIRE);
}

/* Free the block of file *index*, which is collected. */
static void tr_many_drop(tr_many *many, size_t index)
{
    tr_many_file *file = &many->files[index];
    if (file->bytes)
        __atomic_fetch_sub(&many->held, file->length, __ATOMIC_RELAXED);
    free(file->bytes);
    file->bytes = NULL;
}

/* Stop, wait until no helper is inside, and free everything. */
static void tr_many_free(tr_many *many)
{
    int inside = 1;
    __atomic_store_n(&many->stop, 1, __ATOMIC_RELAXED);
    while (inside) {
        tr_many_settle(many);
        pthread_mutex_lock(&many->lock);
        inside = many->helpers;
        pthread_mutex_unlock(&many->lock);
    }
    for (size_t i = 0; i < many->count; i++)
        free(many->files[i].bytes);
    free(many->files);
    pthread_cond_destroy(&many->changed);
    pthread_mutex_destroy(&many->lock);
}

#endif
