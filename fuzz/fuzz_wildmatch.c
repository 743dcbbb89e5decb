/* Pattern, NUL, text. */
#include "wildmatch.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly its size: reading one byte too far is then seen. */
static char *copy(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size ? size : 1);

    if (!bytes)
        abort();
    memcpy(bytes, data, size);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t length = nul ? (size_t)(nul - data) : size;
    size_t rest = nul ? size - length - 1 : 0;
    char *pattern = copy(data, length), *text = copy(nul ? nul + 1 : data, rest);

    for (int fold = 0; fold < 2; fold++)
        if (tr_wildmatch(pattern, length, text, rest, fold) && !fold && length && !memchr(text, '/', rest) &&
            !tr_wildmatch("*", 1, text, rest, 0))
            abort(); /* a star matches every name */
    free(pattern);
    free(text);
    return 0;
}
