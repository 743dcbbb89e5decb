/* Paths packed into one growing buffer, on their way from the walking threads to the consumer. */
#ifndef TR_BATCH_H
#define TR_BATCH_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Paths, each with its length in front. */
typedef struct tr_batch {
    struct tr_batch *next;
    char *bytes;
    size_t used, capacity, count, full_at;
} tr_batch;

static tr_batch *tr_batch_new(size_t full_at)
{
    tr_batch *batch = calloc(1, sizeof *batch);
    if (batch)
        batch->full_at = full_at;
    return batch;
}

static void tr_batch_free(tr_batch *batch)
{
    if (batch) {
        free(batch->bytes);
        free(batch);
    }
}

static int tr_batch_reserve(tr_batch *batch, size_t more)
{
    size_t capacity = batch->capacity ? batch->capacity : 4096;
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

static int tr_batch_add(tr_batch *batch, const char *path, size_t length)
{
    if (tr_batch_reserve(batch, sizeof length + length) < 0)
        return -1;
    memcpy(batch->bytes + batch->used, &length, sizeof length);
    memcpy(batch->bytes + batch->used + sizeof length, path, length);
    batch->used += sizeof length + length;
    batch->count++;
    return 0;
}

/* The path at *at; *at moves behind it. */
static const char *tr_batch_take(const tr_batch *batch, size_t *at, size_t *length)
{
    const char *path = batch->bytes + *at + sizeof *length;
    memcpy(length, batch->bytes + *at, sizeof *length);
    *at += sizeof *length + *length;
    return path;
}

#endif
