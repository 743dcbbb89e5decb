/* Rows of a kind, a length, a name, a size and a time, in batches; ordered and cut, against a sort by insertion. */
#include "columns.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BATCH = 7, ROWS_MOST = 200 };

static void add(tr_columns *columns, tr_batch **batch)
{
    if (*batch && tr_columns_add(columns, *batch) < 0)
        abort();
    tr_batch_free(*batch);
    *batch = tr_batch_new(BATCH, columns->with_statuses);
    if (!*batch)
        abort();
}

/* One row from the front of the data; how much of it that took. */
static size_t row(tr_batch *batch, const uint8_t *data, size_t size)
{
    size_t length = data[0] % 6;
    tr_status status = {data[1] % 4, data[2] % 4};
    if (length > size - 3)
        length = size - 3;
    if (tr_batch_reserve(batch, length + 1) < 0)
        abort();
    memcpy(batch->bytes + batch->used, data + 3, length);
    tr_batch_keep(batch, length, data[0] & 15, &status);
    return 3 + length;
}

static void fill(tr_columns *columns, const uint8_t *data, size_t size)
{
    tr_batch *batch = NULL;
    add(columns, &batch);
    while (size > 3 && columns->count + batch->count < ROWS_MOST) {
        size_t taken = row(batch, data, size);
        data += taken;
        size -= taken;
        if (tr_batch_full(batch))
            add(columns, &batch);
    }
    add(columns, &batch);
    tr_batch_free(batch);
}

/* Equal rows may stand in any order, so rows are compared by what they hold. */
static int same(const tr_columns *one, size_t at, const tr_columns *other, size_t there)
{
    size_t length, other_length;
    const char *path = tr_columns_path(one, at, &length), *other_path = tr_columns_path(other, there, &other_length);
    if (length != other_length || memcmp(path, other_path, length))
        return 0;
    return !one->with_statuses
        || (one->sizes[at] == other->sizes[there] && one->mtimes[at] == other->mtimes[there]);
}

/* Order the whole by insertion, and see that *ordered* is the start of it. */
static void check(const tr_columns *whole, const tr_columns *ordered, int order, size_t limit)
{
    size_t rows[ROWS_MOST + BATCH], count = whole->count;
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at && tr_columns_before(whole, order, i, rows[at - 1]); at--)
            rows[at] = rows[at - 1];
        rows[at] = i;
    }
    if (ordered->count != (limit < count ? limit : count))
        abort();
    for (size_t i = 0; i < ordered->count; i++) {
        int figures = order == TR_ORDER_PATH
            || (order == TR_ORDER_MTIME ? whole->mtimes[rows[i]] == ordered->mtimes[i]
                                        : whole->sizes[rows[i]] == ordered->sizes[i]);
        size_t length, other_length;
        const char *path = tr_columns_path(whole, rows[i], &length);
        const char *other = tr_columns_path(ordered, i, &other_length);
        if (!figures || length != other_length || memcmp(path, other, length))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tr_columns whole = {0}, ordered = {0};
    size_t limit;
    int order;
    if (size < 2)
        return 0;
    order = data[0] % 3;
    limit = data[1];
    whole.with_statuses = ordered.with_statuses = order != TR_ORDER_PATH || data[0] & 8;
    fill(&whole, data + 2, size - 2);
    fill(&ordered, data + 2, size - 2);
    for (size_t i = 0; i < whole.count; i++)
        if (!same(&whole, i, &ordered, i))
            abort();
    if (tr_columns_order(&ordered, order, limit) < 0)
        abort();
    check(&whole, &ordered, order, limit);
    tr_columns_clear(&whole);
    tr_columns_clear(&ordered);
    return 0;
}
