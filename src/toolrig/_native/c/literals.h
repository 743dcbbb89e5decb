/* A set of literals, of which any will do, with or without regard to the case of ASCII letters. */
#ifndef TR_LITERALS_H
#define TR_LITERALS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytescan.h"

enum { TR_LITERALS_MOST = 64 }; /* as many as a word has bits */

typedef struct {
    size_t count;
    tr_needle each[TR_LITERALS_MOST];
    uint64_t begins[256]; /* for each byte, the literals that begin with it */
    char memory[];
} tr_literals;

/* The bit that tells the cases of a letter apart, 0 for what is no letter. */
static char tr_case_bit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ? 0x20 : 0;
}

/* Copy a literal into *memory*, and what of it does not matter behind it. */
static tr_needle tr_needle_folded(char *memory, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        memory[length + i] = tr_case_bit(bytes[i]);
        memory[i] = (char)(bytes[i] | memory[length + i]);
    }
    return tr_needle_of(memory, memory + length, length);
}

/* Make a set of 1 to TR_LITERALS_MOST literals of at least one byte each; to be freed. NULL without memory. */
static tr_literals *tr_literals_of(
    const char *const *bytes, const size_t *lengths, size_t count, int caseless)
{
    tr_literals *set;
    size_t total = 0;
    char *memory;

    for (size_t i = 0; i < count; i++) {
        if (lengths[i] > SIZE_MAX / 4 - total)
            return NULL;
        total += lengths[i];
    }
    set = calloc(1, sizeof *set + 2 * total);
    if (!set)
        return NULL;
    set->count = count;
    memory = set->memory;
    for (size_t i = 0; i < count; i++, memory += 2 * lengths[i - 1]) {
        char bit = caseless ? tr_case_bit(bytes[i][0]) : 0;
        set->begins[(unsigned char)(bytes[i][0] | bit)] |= UINT64_C(1) << i;
        set->begins[(unsigned char)(bytes[i][0] & ~bit)] |= UINT64_C(1) << i;
        if (caseless)
            set->each[i] = tr_needle_folded(memory, bytes[i], lengths[i]);
        else
            set->each[i] = tr_needle_of(memcpy(memory, bytes[i], lengths[i]), NULL, lengths[i]);
    }
    return set;
}

/* Whether a literal of the set begins at *place*, in front of *end*. */
static int tr_literals_at(const tr_literals *set, const char *place, const char *end)
{
    uint64_t begin = set->begins[(unsigned char)*place];

    for (size_t i = 0; begin; i++, begin >>= 1)
        if (begin & 1 && set->each[i].length <= (size_t)(end - place) && tr_needle_at(&set->each[i], place))
            return 1;
    return 0;
}

/* Where the first literal of the text begins, or NULL. */
static const char *tr_literals_find(const tr_literals *set, const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text++)
        if (tr_literals_at(set, text, end))
            return text;
    return NULL;
}

#endif
