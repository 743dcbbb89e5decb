/* Every instruction set must answer as the plain loops do, and read nothing but the text.
 *
 * Input: one byte for the length of the needle, the needle, the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytescan.h"

static const char *plain_find(const char *needle, size_t length, const char *text, size_t size)
{
    for (size_t i = 0; i + length <= size; i++)
        if (!memcmp(text + i, needle, length))
            return text + i;
    return NULL;
}

static void check(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"avx2", "sse2", "neon", "scalar"};
    size_t length, count = 0;
    char *needle, *text; /* in blocks of their own, so that a byte too far is seen */
    const char *last = NULL;
    tr_needle wanted;

    if (size < 2)
        return 0;
    length = 1 + data[0] % (data[0] & 128 ? 70 : 4); /* mostly short */
    if (length > size - 1)
        length = size - 1;
    data += 1 + length;
    size -= 1 + length;
    needle = malloc(length);
    text = malloc(size ? size : 1);
    if (!needle || !text)
        abort();
    memcpy(needle, data - length, length);
    memcpy(text, data, size);
    wanted = tr_needle_of(needle, NULL, length);
    check(wanted.first < wanted.second || length == 1);
    check(wanted.second < length);
    for (size_t i = 0; i < size; i++)
        if (text[i] == '\n') {
            count++;
            last = text + i;
        }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const tr_bytescan *isa = tr_bytescan_for(names[i]);
        if (!isa)
            continue;
        check(isa->find(&wanted, text, size) == plain_find(needle, length, text, size));
        check(isa->count_newlines(text, size) == count);
        check(isa->last_newline(text, size) == last);
    }
    free(needle);
    free(text);
    return 0;
}
