/* Every instruction set must find literals where the plain loops do, and read nothing but the text.
 *
 * Input: a byte for their number; one whose bits tell whether case matters, and whether all that follows is
 * squeezed into few letters, so that literals are met often; for each literal a byte for its length, and its
 * bytes; the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "finder.h"

static void check(int holds)
{
    if (!holds)
        abort();
}

static char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte; }

static int plain_at(const char *place, const char *literal, size_t length, int caseless)
{
    for (size_t i = 0; i < length; i++)
        if (caseless ? lower(place[i]) != lower(literal[i]) : place[i] != literal[i])
            return 0;
    return 1;
}

static const char *plain_find(
    const char *const *literals, const size_t *lengths, size_t count, int caseless, const char *text, size_t size)
{
    for (size_t at = 0; at < size; at++)
        for (size_t i = 0; i < count; i++)
            if (lengths[i] <= size - at && plain_at(text + at, literals[i], lengths[i], caseless))
                return text + at;
    return NULL;
}

/* Hold every instruction set against the plain loops, from hit to hit. */
static void check_all(
    const char *const *literals, const size_t *lengths, size_t count, int caseless, const char *text, size_t size)
{
    static const char *const names[] = {"avx2", "sse2", "neon", "scalar"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const tr_bytescan *isa = tr_bytescan_for(names[i]);
        const char *from = text, *found;
        tr_finder finder;
        if (!isa)
            continue;
        check(tr_finder_of_literals(&finder, isa, literals, lengths, count, caseless) == 0);
        check(finder.scratch == 0);
        do {
            size_t left = size - (size_t)(from - text);
            found = tr_finder_find(&finder, NULL, from, left);
            check(found == plain_find(literals, lengths, count, caseless, from, left));
            from = found ? found + 1 : NULL;
        } while (from);
        tr_finder_clear(&finder);
    }
}

/* A copy of *size* bytes in a block of its own, so that a byte too far is seen. */
static char *copied(const uint8_t *data, size_t size, int squeezed)
{
    static const char few[] = {'a', 'b', 'A', 'B', 'a', 'b', 'c', '\xe1'};
    char *text = malloc(size ? size : 1);

    check(text != NULL);
    for (size_t i = 0; i < size; i++)
        text[i] = squeezed ? few[data[i] % sizeof few] : (char)data[i];
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = data + size;
    char *literals[TR_LITERALS_MOST];
    size_t lengths[TR_LITERALS_MOST], wanted, count = 0;
    int caseless, squeezed;
    char *text;

    if (size < 2)
        return 0;
    wanted = 1 + data[0] % (data[0] & 128 ? TR_LITERALS_MOST : 9);
    caseless = data[1] & 1;
    squeezed = data[1] & 2;
    for (data += 2; count < wanted && end - data >= 2; count++) {
        size_t length = 1 + data[0] % (data[0] & 128 ? 40 : 5);
        data++;
        if (length > (size_t)(end - data))
            length = (size_t)(end - data);
        literals[count] = copied(data, length, squeezed);
        lengths[count] = length;
        data += length;
    }
    if (!count)
        return 0;
    size = (size_t)(end - data);
    text = copied(data, size, squeezed);
    check_all((const char *const *)literals, lengths, count, caseless, text, size);
    free(text);
    while (count)
        free(literals[--count]);
    return 0;
}
