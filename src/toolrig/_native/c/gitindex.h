/* The paths in git's index (gitformat-index(5)): versions 2 to 4, SHA-1 and SHA-256, split, sparse.
 *
 * Bytes of an index are data from the repository and trusted in nothing: every length is checked, and what a
 * version 4 index unfolds to is bounded by a multiple of its size. Checksums are not verified (git's own
 * readers skip them as well), object names and times are not read. */
#ifndef TR_GITINDEX_H
#define TR_GITINDEX_H

#include "wildmatch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    TR_INDEX_OK = 0,
    TR_INDEX_NO_MEMORY = -1,
    TR_INDEX_CORRUPT = -2,
    TR_INDEX_UNKNOWN = -3, /* a version, or a mandatory extension, that nobody taught us */
};

enum {
    TR_INDEX_MODE_LINK = 0xE000,   /* a submodule's commit */
    TR_INDEX_MODE_SPARSE = 0x4000, /* a directory outside the sparse checkout */
    TR_INDEX_UNFOLD = 16,          /* longest total of names, as a multiple of the file's size */
};

typedef struct {
    const char *name;
    uint32_t length;
    uint16_t mode; /* type bits of the mode: 0x8000 file, 0xA000 symlink, 0xE000 submodule, 0x4000 sparse */
    uint8_t dropped;
    uint8_t skipped; /* outside of the sparse checkout: the file need not exist */
} tr_index_entry;

typedef struct {
    tr_index_entry *entries; /* sorted by name, bytewise or folded */
    size_t count;
    int folded;
    char *names;                         /* owned: names of a version 4 index */
    unsigned char *bytes, *shared_bytes; /* owned: the files the names point into */
    char *shared_names;
} tr_index;

/* One file while it is being read. */
typedef struct {
    const unsigned char *at, *end; /* end: where the checksum starts */
    size_t hash_length, count;
    unsigned version;
    tr_index_entry *entries;
    char *names;
    const unsigned char *link; /* payload of a split index's extension */
    size_t link_length;
} tr_index_file;

static inline uint32_t tr_be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t tr_be64(const unsigned char *p)
{
    return (uint64_t)tr_be32(p) << 32 | tr_be32(p + 4);
}

static void tr_index_clear(tr_index *index)
{
    free(index->entries);
    free(index->names);
    free(index->bytes);
    free(index->shared_bytes);
    free(index->shared_names);
    memset(index, 0, sizeof *index);
}

/* git's offset encoding: 7 bits a byte, big end first, one added at each continuation. */
static int tr_index_offset(const unsigned char **at, const unsigned char *end, size_t *value)
{
    size_t v = 0;
    unsigned char c;

    do {
        if (*at == end || v >= SIZE_MAX >> 8)
            return TR_INDEX_CORRUPT;
        c = *(*at)++;
        v = (v << 7) | (c & 0x7f);
        if (c & 0x80)
            v++;
    } while (c & 0x80);
    *value = v;
    return TR_INDEX_OK;
}

/* Read the fixed part of an entry: its mode, its name's length as far as the flags hold it, its own size. */
static int tr_index_fixed(tr_index_file *file, tr_index_entry *entry, size_t *flag_length, size_t *size)
{
    size_t fixed = 40 + file->hash_length + 2;
    unsigned flags;

    if ((size_t)(file->end - file->at) < fixed + 2)
        return TR_INDEX_CORRUPT;
    entry->mode = (uint16_t)(tr_be32(file->at + 24) & 0xF000);
    entry->dropped = entry->skipped = 0;
    flags = (unsigned)file->at[fixed - 2] << 8 | file->at[fixed - 1];
    if (flags & 0x4000) {
        if (file->version < 3)
            return TR_INDEX_CORRUPT;
        entry->skipped = (file->at[fixed] & 0x40) != 0;
        fixed += 2;
    }
    *flag_length = flags & 0xFFF;
    *size = fixed;
    return TR_INDEX_OK;
}

/* Versions 2 and 3: the name in full, padded with NUL to a multiple of eight, at least one. */
static int tr_index_plain(tr_index_file *file, tr_index_entry *entry)
{
    size_t flagged, fixed, left, length, padded;
    const unsigned char *name, *nul;

    if (tr_index_fixed(file, entry, &flagged, &fixed) != TR_INDEX_OK)
        return TR_INDEX_CORRUPT;
    name = file->at + fixed;
    left = (size_t)(file->end - name);
    nul = flagged < 0xFFF ? (flagged < left ? name + flagged : NULL) : memchr(name, 0, left);
    if (!nul || *nul || (size_t)(nul - name) > UINT32_MAX)
        return TR_INDEX_CORRUPT;
    length = (size_t)(nul - name);
    padded = (fixed + length + 8) & ~(size_t)7;
    if (padded > (size_t)(file->end - file->at))
        return TR_INDEX_CORRUPT;
    entry->name = (const char *)name;
    entry->length = (uint32_t)length;
    file->at += padded;
    return TR_INDEX_OK;
}

/* Version 4: drop some bytes of the previous name, append the rest up to NUL. Without *out* only measure. */
static int tr_index_packed(tr_index_file *file, tr_index_entry *entry, const tr_index_entry *previous,
                           char *out)
{
    size_t flagged, fixed, strip, kept, added;
    const unsigned char *at, *nul;

    if (tr_index_fixed(file, entry, &flagged, &fixed) != TR_INDEX_OK)
        return TR_INDEX_CORRUPT;
    at = file->at + fixed;
    if (tr_index_offset(&at, file->end, &strip) != TR_INDEX_OK || strip > previous->length)
        return TR_INDEX_CORRUPT;
    nul = memchr(at, 0, (size_t)(file->end - at));
    if (!nul)
        return TR_INDEX_CORRUPT;
    kept = previous->length - strip;
    added = (size_t)(nul - at);
    if (added > UINT32_MAX - kept)
        return TR_INDEX_CORRUPT;
    entry->length = (uint32_t)(kept + added);
    if (out) {
        memcpy(out, previous->name, kept);
        memcpy(out + kept, at, added);
        entry->name = out;
    }
    file->at = nul + 1;
    return TR_INDEX_OK;
}

static int tr_index_packed_all(tr_index_file *file, size_t file_length)
{
    const unsigned char *first = file->at;
    tr_index_entry previous = {"", 0, 0, 0, 0};
    size_t total = 0, i;

    for (i = 0; i < file->count; i++) {
        tr_index_entry *entry = &file->entries[i];
        int failed = tr_index_packed(file, entry, &previous, NULL);
        if (failed)
            return failed;
        previous.length = entry->length;
        total += entry->length;
        if (total / TR_INDEX_UNFOLD > file_length)
            return TR_INDEX_CORRUPT;
    }
    file->names = malloc(total + 1);
    if (!file->names)
        return TR_INDEX_NO_MEMORY;
    file->at = first;
    previous = (tr_index_entry){"", 0, 0, 0, 0};
    for (total = 0, i = 0; i < file->count; total += file->entries[i++].length) {
        int failed = tr_index_packed(file, &file->entries[i], &previous, file->names + total);
        if (failed)
            return failed;
        previous = file->entries[i];
    }
    return TR_INDEX_OK;
}

/* Capitals mark extensions a reader may skip; of the others only the split and the sparse index are known. */
static int tr_index_extensions(tr_index_file *file)
{
    while (file->end - file->at >= 8) {
        const unsigned char *tag = file->at;
        size_t length = tr_be32(tag + 4);

        file->at += 8;
        if (length > (size_t)(file->end - file->at))
            return TR_INDEX_CORRUPT;
        if (memcmp(tag, "link", 4) == 0) {
            file->link = file->at;
            file->link_length = length;
        } else if ((tag[0] < 'A' || tag[0] > 'Z') && memcmp(tag, "sdir", 4) != 0) {
            return TR_INDEX_UNKNOWN;
        }
        file->at += length;
    }
    return TR_INDEX_OK;
}

/* Read one index file. On failure the caller still frees file->entries and file->names. */
static int tr_index_read(tr_index_file *file, const unsigned char *bytes, size_t length, size_t hash_length)
{
    int failed = TR_INDEX_OK;
    size_t i;

    memset(file, 0, sizeof *file);
    if (length < 12 + hash_length || memcmp(bytes, "DIRC", 4) != 0)
        return TR_INDEX_CORRUPT;
    file->hash_length = hash_length;
    file->version = tr_be32(bytes + 4);
    file->count = tr_be32(bytes + 8);
    file->at = bytes + 12;
    file->end = bytes + length - hash_length;
    if (file->version < 2 || file->version > 4)
        return TR_INDEX_UNKNOWN;
    if (file->count > (size_t)(file->end - file->at) / (40 + hash_length + 4))
        return TR_INDEX_CORRUPT; /* more entries than bytes to hold them: nothing is allocated for those */
    file->entries = malloc((file->count + 1) * sizeof *file->entries);
    if (!file->entries)
        return TR_INDEX_NO_MEMORY;
    if (file->version == 4)
        failed = tr_index_packed_all(file, length);
    for (i = 0; file->version < 4 && i < file->count && !failed; i++)
        failed = tr_index_plain(file, &file->entries[i]);
    return failed ? failed : tr_index_extensions(file);
}

/* Order of two names: bytewise (memcmp, the shorter first), or the same over ASCII lower case. */
static int tr_name_order(const char *a, size_t a_length, const char *b, size_t b_length, int fold)
{
    size_t shared = a_length < b_length ? a_length : b_length, i;

    if (fold) {
        for (i = 0; i < shared; i++) {
            int difference = tr_fold((unsigned char)a[i]) - tr_fold((unsigned char)b[i]);
            if (difference)
                return difference;
        }
    } else {
        int difference = memcmp(a, b, shared);
        if (difference)
            return difference;
    }
    return a_length < b_length ? -1 : a_length > b_length;
}

static int tr_entry_order(const tr_index_entry *a, const tr_index_entry *b, int fold)
{
    return tr_name_order(a->name, a->length, b->name, b->length, fold);
}

/* Merge two sorted neighbours in *entries* through *spare*; free of charge where they are in order. */
static void tr_index_merge(tr_index_entry *entries, tr_index_entry *spare, size_t left, size_t total,
                           int fold)
{
    size_t i = 0, j = left, k = 0;

    if (tr_entry_order(&entries[left - 1], &entries[left], fold) <= 0)
        return;
    while (i < left && j < total)
        spare[k++] = tr_entry_order(&entries[j], &entries[i], fold) < 0 ? entries[j++] : entries[i++];
    while (i < left)
        spare[k++] = entries[i++];
    memcpy(entries, spare, k * sizeof *entries);
}

/* A stable merge sort, bottom up: an index is sorted or nearly so, which costs one comparison a pair. */
static int tr_index_sort(tr_index *index, int fold)
{
    size_t count = index->count, width, i;
    tr_index_entry *spare;

    index->folded = fold;
    for (i = 1; i < count && tr_entry_order(&index->entries[i - 1], &index->entries[i], fold) <= 0; i++)
        ;
    if (i >= count)
        return TR_INDEX_OK;
    spare = malloc(count * sizeof *spare);
    if (!spare)
        return TR_INDEX_NO_MEMORY;
    for (width = 1; width < count; width *= 2)
        for (i = 0; i + width < count; i += 2 * width) {
            size_t total = count - i < 2 * width ? count - i : 2 * width;
            tr_index_merge(index->entries + i, spare, width, total, fold);
        }
    free(spare);
    return TR_INDEX_OK;
}

/* A bitmap of the split index (EWAH, 64-bit words): call *mark* for each set bit below *limit*. */
typedef void (*tr_bit_mark)(void *context, size_t bit);

static void tr_ewah_word(uint64_t word, size_t base, size_t limit, tr_bit_mark mark, void *context)
{
    for (; word; word &= word - 1) {
        size_t bit = base + (size_t)__builtin_ctzll(word);
        if (bit < limit)
            mark(context, bit);
    }
}

/* Returns the bytes the bitmap occupies, 0 if it is malformed. */
static size_t tr_ewah_each(const unsigned char *at, size_t length, size_t limit, tr_bit_mark mark,
                           void *context)
{
    size_t words, word, position = 0; /* position: in words of the bitmap */

    if (length < 12)
        return 0;
    words = tr_be32(at + 4);
    if (words > (length - 12) / 8)
        return 0;
    for (word = 0; word < words;) {
        uint64_t head = tr_be64(at + 8 + 8 * word++);
        uint64_t run = head >> 1 & 0xFFFFFFFF, literals = head >> 33;

        if (literals > words - word)
            return 0;
        for (; run && position < limit / 64 + 1; run--, position++)
            if (head & 1)
                tr_ewah_word(UINT64_MAX, position * 64, limit, mark, context);
        if (run) /* past the last entry already: nothing behind can matter */
            position = limit / 64 + 1;
        for (; literals; literals--, word++, position += position < limit / 64 + 1)
            if (position < limit / 64 + 1)
                tr_ewah_word(tr_be64(at + 8 + 8 * word), position * 64, limit, mark, context);
    }
    return 8 + 8 * words + 4;
}

/* How a split index changes its shared base. */
typedef struct {
    tr_index_entry *base;
    const tr_index_entry *own; /* the first of them, nameless, replace marked entries of the base in order */
    size_t own_count, replaced;
} tr_index_split;

static void tr_index_drop(void *context, size_t bit)
{
    ((tr_index_split *)context)->base[bit].dropped = 1;
}

static void tr_index_replace(void *context, size_t bit)
{
    tr_index_split *split = context;

    if (split->replaced < split->own_count) {
        split->base[bit].mode = split->own[split->replaced].mode;
        split->base[bit].skipped = split->own[split->replaced].skipped;
    }
    split->replaced++;
}

/* The shared file a split index stands on: its raw object name, or NULL when it stands alone. */
static const unsigned char *tr_index_base_name(const tr_index_file *file)
{
    size_t i;

    for (i = 0; file->link && file->link_length >= file->hash_length && i < file->hash_length; i++)
        if (file->link[i])
            return file->link;
    return NULL;
}

/* Put base and own entries of a split index together in *index* (unsorted). Takes nothing over but copies. */
static int tr_index_join(tr_index *index, tr_index_file *own, tr_index_file *base)
{
    tr_index_split split = {base->entries, own->entries, own->count, 0};
    const unsigned char *at = own->link + own->hash_length;
    size_t left = own->link_length - own->hash_length, used, i, count = 0;

    if (left) {
        used = tr_ewah_each(at, left, base->count, tr_index_drop, &split);
        if (!used || !tr_ewah_each(at + used, left - used, base->count, tr_index_replace, &split))
            return TR_INDEX_CORRUPT;
    }
    index->entries = malloc((own->count + base->count + 1) * sizeof *index->entries);
    if (!index->entries)
        return TR_INDEX_NO_MEMORY;
    for (i = 0; i < base->count; i++)
        if (!base->entries[i].dropped)
            index->entries[count++] = base->entries[i];
    for (i = 0; i < own->count; i++)
        if (own->entries[i].length)
            index->entries[count++] = own->entries[i];
    index->count = count;
    return TR_INDEX_OK;
}

/* Forget nameless entries and all but the first stage of a conflict. */
static void tr_index_unique(tr_index *index)
{
    size_t i, count = 0;

    for (i = 0; i < index->count; i++) {
        const tr_index_entry *entry = &index->entries[i], *last = &index->entries[count ? count - 1 : 0];
        if (!entry->length ||
            (count && tr_name_order(last->name, last->length, entry->name, entry->length, 0) == 0))
            continue;
        index->entries[count++] = *entry;
    }
    index->count = count;
}

/* Are the entries in order, each with a name of its own? git writes them so, but for conflicts. */
static int tr_index_ascends(const tr_index *index)
{
    for (size_t i = 0; i < index->count; i++)
        if (!index->entries[i].length
            || (i && tr_entry_order(&index->entries[i - 1], &index->entries[i], 0) >= 0))
            return 0;
    return 1;
}

/* Reads the shared base of a split index, named by the *hash_length* bytes at *name*, into a malloc'ed
 * buffer. Returns TR_INDEX_OK or what tr_index_load shall return. */
typedef int (*tr_index_fetch)(void *context, const unsigned char *name, size_t hash_length,
                              unsigned char **bytes, size_t *length);

static int tr_index_load_split(tr_index *index, tr_index_file *own, tr_index_fetch fetch, void *context)
{
    tr_index_file base;
    size_t length = 0;
    int failed = fetch(context, own->link, own->hash_length, &index->shared_bytes, &length);

    if (failed)
        return failed;
    failed = tr_index_read(&base, index->shared_bytes, length, own->hash_length);
    if (!failed)
        failed = tr_index_join(index, own, &base);
    index->shared_names = base.names;
    free(base.entries);
    return failed;
}

/* Fill *index* from the bytes of an index file, malloc'ed and taken over in every case. Returns TR_INDEX_OK,
 * what *fetch* returned, or another of TR_INDEX_*; *index* is then empty. */
static int tr_index_load(tr_index *index, unsigned char *bytes, size_t length, size_t hash_length, int fold,
                         tr_index_fetch fetch, void *context)
{
    tr_index_file own;
    int failed = tr_index_read(&own, bytes, length, hash_length);

    memset(index, 0, sizeof *index);
    index->bytes = bytes;
    index->names = own.names;
    if (!failed && tr_index_base_name(&own)) {
        failed = tr_index_load_split(index, &own, fetch, context);
        free(own.entries);
    } else {
        index->entries = own.entries;
        index->count = failed ? 0 : own.count;
    }
    if (!failed && !tr_index_ascends(index)) {
        failed = tr_index_sort(index, 0);
        if (!failed)
            tr_index_unique(index);
    }
    if (!failed && fold)
        failed = tr_index_sort(index, 1);
    if (failed)
        tr_index_clear(index);
    return failed;
}

/* First entry whose name is not below *name*. */
static size_t tr_index_bound(const tr_index *index, const char *name, size_t length)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const tr_index_entry *entry = &index->entries[middle];
        if (tr_name_order(entry->name, entry->length, name, length, index->folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Is there an entry of exactly this name? Then *mode (may be NULL) gets its type bits. */
static int tr_index_has(const tr_index *index, const char *name, size_t length, unsigned *mode)
{
    size_t at = index->count ? tr_index_bound(index, name, length) : 0;
    const tr_index_entry *entry;

    if (at >= index->count)
        return 0;
    entry = &index->entries[at];
    if (tr_name_order(entry->name, entry->length, name, length, index->folded) != 0)
        return 0;
    if (mode)
        *mode = entry->mode;
    return 1;
}

/* Is anything tracked below the directory *name*, which is given with a slash at its end? */
static int tr_index_below(const tr_index *index, const char *name, size_t length)
{
    size_t at = index->count ? tr_index_bound(index, name, length) : 0;
    const tr_index_entry *entry;

    if (at >= index->count)
        return 0;
    entry = &index->entries[at];
    return entry->length >= length && tr_name_order(entry->name, length, name, length, index->folded) == 0;
}

#endif
