/* One byte of options, four with the length of the index, the index, its shared base. */
#include "gitindex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *bytes;
    size_t length;
} base;

static int fetch(void *context, const unsigned char *name, size_t hash_length, unsigned char **bytes,
                 size_t *length)
{
    const base *shared = context;

    (void)name;
    (void)hash_length;
    *bytes = malloc(shared->length + 1);
    if (!*bytes)
        return TR_INDEX_NO_MEMORY;
    memcpy(*bytes, shared->bytes, shared->length);
    *length = shared->length;
    return 0;
}

static void ask(const tr_index *index)
{
    for (size_t i = 0; i < index->count && i < 1000; i++) {
        const tr_index_entry *entry = &index->entries[i];
        if (!tr_index_has(index, entry->name, entry->length, NULL))
            abort();
        (void)tr_index_below(index, entry->name, entry->length / 2);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tr_index index;
    unsigned char *bytes;
    size_t length;

    if (size < 5)
        return 0;
    length = tr_be32(data + 1) % (size - 4);
    base shared = {data + 5 + length, size - 5 - length};
    bytes = malloc(length ? length : 1); /* of exactly its size: reading one byte too far is seen */
    if (!bytes)
        return 0;
    memcpy(bytes, data + 5, length);
    if (tr_index_load(&index, bytes, length, data[0] & 1 ? 32 : 20, data[0] & 2 ? 1 : 0, fetch, &shared) == 0)
        ask(&index);
    tr_index_clear(&index);
    return 0;
}
