/* Entries of a whole walk in columns: paths one behind the other, their ends, kinds, sizes and times. */
#ifndef TR_COLUMNS_H
#define TR_COLUMNS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"

enum { TR_ORDER_PATH, TR_ORDER_MTIME, TR_ORDER_SIZE };

typedef struct {
    char *bytes;
    size_t used, bytes_capacity;
    size_t *ends;
    unsigned char *kinds;
    int64_t *sizes, *mtimes; /* empty where entries have no status */
    size_t count, capacity;
    int with_statuses;
} tr_columns;

static void tr_columns_clear(tr_columns *columns)
{
    free(columns->bytes);
    free(columns->ends);
    free(columns->kinds);
    free(columns->sizes);
    free(columns->mtimes);
    *columns = (tr_columns){.with_statuses = columns->with_statuses};
}

/* Make *array* hold *count* items of *size* bytes. 0, or -1 without memory. */
static int tr_columns_grow(void **array, size_t count, size_t size)
{
    void *grown = count > SIZE_MAX / 2 / size ? NULL : realloc(*array, count * size);
    if (!grown)
        return -1;
    *array = grown;
    return 0;
}

static int tr_columns_reserve(tr_columns *columns, size_t rows, size_t bytes)
{
    if (rows > SIZE_MAX / 4 - columns->count || bytes > SIZE_MAX / 4 - columns->used)
        return -1;
    if (columns->bytes_capacity - columns->used < bytes || !columns->bytes) {
        size_t capacity = columns->used + columns->used / 2 + bytes + 1;
        if (tr_columns_grow((void **)&columns->bytes, capacity, 1) < 0)
            return -1;
        columns->bytes_capacity = capacity;
    }
    if (columns->capacity - columns->count < rows || !columns->ends) {
        size_t capacity = columns->count + columns->count / 2 + rows + 1;
        if (tr_columns_grow((void **)&columns->ends, capacity, sizeof *columns->ends) < 0
            || tr_columns_grow((void **)&columns->kinds, capacity, 1) < 0
            || (columns->with_statuses
                && (tr_columns_grow((void **)&columns->sizes, capacity, sizeof *columns->sizes) < 0
                    || tr_columns_grow((void **)&columns->mtimes, capacity, sizeof *columns->mtimes) < 0)))
            return -1;
        columns->capacity = capacity;
    }
    return 0;
}

/* Add the entries of *batch*. 0, or -1 without memory. */
static int tr_columns_add(tr_columns *columns, const tr_batch *batch)
{
    size_t at = columns->count;
    if (tr_columns_reserve(columns, batch->count, batch->used) < 0)
        return -1;
    if (!batch->count)
        return 0;
    memcpy(columns->bytes + columns->used, batch->bytes, batch->used);
    memcpy(columns->kinds + at, batch->kinds, batch->count);
    for (size_t i = 0; i < batch->count; i++)
        columns->ends[at + i] = columns->used + batch->ends[i];
    for (size_t i = 0; columns->with_statuses && i < batch->count; i++) {
        columns->sizes[at + i] = batch->statuses[i].size;
        columns->mtimes[at + i] = batch->statuses[i].mtime_ns;
    }
    columns->used += batch->used;
    columns->count += batch->count;
    return 0;
}

static const char *tr_columns_path(const tr_columns *columns, size_t row, size_t *length)
{
    size_t start = row ? columns->ends[row - 1] : 0;
    *length = columns->ends[row] - start;
    return columns->bytes + start;
}

/* Keep the rows that *rows* names, in its order; no row twice. 0, or -1 without memory and nothing changed. */
static int tr_columns_select(tr_columns *columns, const size_t *rows, size_t count)
{
    tr_columns kept = {.with_statuses = columns->with_statuses};
    if (tr_columns_reserve(&kept, count, columns->used) < 0) {
        tr_columns_clear(&kept);
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *path = tr_columns_path(columns, rows[i], &length);
        memcpy(kept.bytes + kept.used, path, length);
        kept.used += length;
        kept.ends[i] = kept.used;
        kept.kinds[i] = columns->kinds[rows[i]];
        if (kept.with_statuses) {
            kept.sizes[i] = columns->sizes[rows[i]];
            kept.mtimes[i] = columns->mtimes[rows[i]];
        }
    }
    kept.count = count;
    tr_columns_clear(columns);
    *columns = kept;
    return 0;
}

/* ---- order ---- */

/* Paths by their bytes, which is the order of code points where they are UTF-8. */
static int tr_columns_compare_paths(const tr_columns *columns, size_t one, size_t other)
{
    size_t one_length, other_length;
    const char *one_path = tr_columns_path(columns, one, &one_length);
    const char *other_path = tr_columns_path(columns, other, &other_length);
    size_t common = one_length < other_length ? one_length : other_length;
    int order = memcmp(one_path, other_path, common);
    return order ? order : (one_length > other_length) - (one_length < other_length);
}

/* Does row *one* come before *other*? The newest or largest come first, equals by path. */
static int tr_columns_before(const tr_columns *columns, int order, size_t one, size_t other)
{
    const int64_t *figures = order == TR_ORDER_MTIME ? columns->mtimes : columns->sizes;
    if (order != TR_ORDER_PATH && figures[one] != figures[other])
        return figures[one] > figures[other];
    return tr_columns_compare_paths(columns, one, other) < 0;
}

/* Let the row at *at* sink in the heap of *count* rows whose top is the last in order. */
static void tr_columns_sink(const tr_columns *columns, int order, size_t *heap, size_t count, size_t at)
{
    size_t row = heap[at], child;
    while ((child = 2 * at + 1) < count) {
        if (child + 1 < count && tr_columns_before(columns, order, heap[child], heap[child + 1]))
            child++;
        if (!tr_columns_before(columns, order, row, heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = row;
}

/* Bring the first rows of all into *heap*, which holds *count* of them: a heap meets all the others, which costs
 * little more than looking at each where few are wanted. */
static void tr_columns_first(const tr_columns *columns, int order, size_t *heap, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        tr_columns_sink(columns, order, heap, count, i);
    for (size_t row = count; row < columns->count; row++)
        if (tr_columns_before(columns, order, row, heap[0])) {
            heap[0] = row;
            tr_columns_sink(columns, order, heap, count, 0);
        }
}

/* Merge the runs of *width* rows of *from* by twos into *to*. */
static void tr_columns_merge(
    const tr_columns *columns, int order, const size_t *from, size_t *to, size_t count, size_t width)
{
    for (size_t start = 0; start < count; start += 2 * width) {
        size_t middle = start + width < count ? start + width : count;
        size_t end = middle + width < count ? middle + width : count, one = start, other = middle;
        for (size_t at = start; at < end; at++)
            to[at] = other == end || (one < middle && !tr_columns_before(columns, order, from[other], from[one]))
                ? from[one++]
                : from[other++];
    }
}

/* Sort *rows*, with as much room behind them; where they end up. */
static size_t *tr_columns_sort(const tr_columns *columns, int order, size_t *rows, size_t count)
{
    size_t *from = rows, *to = rows + count;
    for (size_t width = 1; width < count; width *= 2) {
        size_t *merged = to;
        tr_columns_merge(columns, order, from, to, count, width);
        to = from;
        from = merged;
    }
    return from;
}

/* Keep the first *limit* rows in the given order, and put them into it. 0, or -1 without memory. */
static int tr_columns_order(tr_columns *columns, int order, size_t limit)
{
    size_t count = limit < columns->count ? limit : columns->count, *rows;
    int failed;
    if (!count) {
        columns->count = columns->used = 0;
        return 0;
    }
    rows = count > SIZE_MAX / 4 / sizeof *rows ? NULL : malloc(2 * count * sizeof *rows);
    if (!rows)
        return -1;
    for (size_t i = 0; i < count; i++)
        rows[i] = i;
    if (count < columns->count)
        tr_columns_first(columns, order, rows, count);
    failed = tr_columns_select(columns, tr_columns_sort(columns, order, rows, count), count);
    free(rows);
    return failed;
}

#endif
