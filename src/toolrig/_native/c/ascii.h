/* Whether a text is ASCII: such a text is a Python string as it stands. */
#ifndef TR_ASCII_H
#define TR_ASCII_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static int tr_is_ascii(const char *text, size_t length)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t i = 0;
    for (uint64_t word; i + 8 <= length; i += 8) {
        memcpy(&word, text + i, 8);
        if (word & high)
            return 0;
    }
    for (; i < length; i++)
        if (text[i] & 0x80)
            return 0;
    return 1;
}

#endif
