/* Entries packed together, on their way from the walking threads to the consumer. */
#ifndef TR_BATCH_H
#define TR_BATCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What the file system says of an entry; -1 where it would not say. */
typedef struct {
    int64_t size, mtime_ns;
} tr_status;

/* Paths one behind the other, each ending at its own of *ends*. Room for *full_at* entries is there from the
 * start; bytes grow. */
typedef struct tr_batch {
    struct tr_batch *next;
    char *bytes;
    size_t used, capacity, count, full_at;
    size_t *ends;
    unsigned char *kinds;
    tr_status *statuses; /* NULL where nobody asks for them */
} tr_batch;

static void tr_batch_free(tr_batch *batch)
{
    if (batch) {
        free(batch->bytes);
        free(batch->ends);
        free(batch->kinds);
        free(batch->statuses);
        free(batch);
    }
}

/* A batch for *full_at* entries, far fewer than would overflow. NULL without memory. */
static tr_batch *tr_batch_new(size_t full_at, int with_statuses)
{
    tr_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return NULL;
    batch->full_at = full_at;
    batch->ends = malloc(full_at * sizeof *batch->ends);
    batch->kinds = malloc(full_at);
    batch->statuses = with_statuses ? malloc(full_at * sizeof *batch->statuses) : NULL;
    if (!batch->ends || !batch->kinds || (with_statuses && !batch->statuses)) {
        tr_batch_free(batch);
        return NULL;
    }
    return batch;
}

/* Room for *more* bytes behind what is used. 0, or -1 without memory. */
static int tr_batch_reserve(tr_batch *batch, size_t more)
{
    size_t capacity = batch->capacity ? batch->capacity : batch->full_at * 32;
    char *grown;
    if (more <= batch->capacity - batch->used)
        return 0;
    if (more > SIZE_MAX / 4 - batch->used)
        return -1;
    while (capacity - batch->used < more)
        capacity *= 2;
    grown = realloc(batch->bytes, capacity);
    if (!grown)
        return -1;
    batch->bytes = grown;
    batch->capacity = capacity;
    return 0;
}

static int tr_batch_full(const tr_batch *batch)
{
    return batch->count == batch->full_at;
}

/* Take in the path of *length* bytes that was written behind what is used, which tr_batch_reserve made room for. */
static void tr_batch_keep(tr_batch *batch, size_t length, int kind, const tr_status *status)
{
    batch->used += length;
    batch->ends[batch->count] = batch->used;
    batch->kinds[batch->count] = (unsigned char)kind;
    if (batch->statuses)
        batch->statuses[batch->count] = *status;
    batch->count++;
}

/* The path numbered *index*. */
static const char *tr_batch_path(const tr_batch *batch, size_t index, size_t *length)
{
    size_t start = index ? batch->ends[index - 1] : 0;
    *length = batch->ends[index] - start;
    return batch->bytes + start;
}

#endif
