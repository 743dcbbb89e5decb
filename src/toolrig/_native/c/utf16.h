/* UTF-16 behind its byte order mark, turned into UTF-8 piece by piece. */
#ifndef TR_UTF16_H
#define TR_UTF16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { TR_UTF16_NONE, TR_UTF16_LITTLE, TR_UTF16_BIG }; /* the order of a unit's two bytes */
enum { TR_UTF16_MARK = 2 };                            /* bytes of the mark */
enum { TR_UTF8_MOST = 4 };                             /* bytes of a character */

/* The order that the mark in front of a file tells, or TR_UTF16_NONE. */
static int tr_utf16_order(const char *bytes, size_t length)
{
    if (length < TR_UTF16_MARK)
        return TR_UTF16_NONE;
    if (!memcmp(bytes, "\xff\xfe", TR_UTF16_MARK))
        return TR_UTF16_LITTLE;
    return memcmp(bytes, "\xfe\xff", TR_UTF16_MARK) ? TR_UTF16_NONE : TR_UTF16_BIG;
}

static uint32_t tr_utf16_unit(const char *bytes, int order)
{
    uint32_t one = (unsigned char)bytes[0], other = (unsigned char)bytes[1];
    return order == TR_UTF16_BIG ? one << 8 | other : other << 8 | one;
}

static int tr_is_high(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
static int tr_is_low(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

/* Read a character: the number of its bytes, 0 if they are not all there. *character is a surrogate where one
 * stands alone. */
static size_t tr_utf16_character(const char *bytes, size_t length, int order, uint32_t *character)
{
    uint32_t low;

    if (length < 2)
        return 0;
    *character = tr_utf16_unit(bytes, order);
    if (!tr_is_high(*character))
        return 2;
    if (length < 4)
        return 0;
    low = tr_utf16_unit(bytes + 2, order);
    if (!tr_is_low(low))
        return 2;
    *character = 0x10000 + ((*character & 0x3ff) << 10) + (low & 0x3ff);
    return 4;
}

/* Whether the beginning of a text, without its mark, has neither a NUL nor a surrogate that stands alone. */
static int tr_utf16_is_text(const char *bytes, size_t length, int order)
{
    uint32_t character;

    for (size_t used; (used = tr_utf16_character(bytes, length, order, &character)); bytes += used, length -= used)
        if (!character || tr_is_high(character) || tr_is_low(character))
            return 0;
    return 1;
}

static size_t tr_utf8_put(char *out, uint32_t character)
{
    size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const uint32_t lead[] = {0, 0xc0, 0xe0, 0xf0};

    out[0] = (char)(lead[more] | character >> 6 * more);
    for (size_t i = 1; i <= more; i++)
        out[i] = (char)(0x80 | (character >> 6 * (more - i) & 0x3f));
    return more + 1;
}

/* Decode as much as is complete and as certainly fits into *room*; the bytes written, *used the bytes read.
 *
 * What is no character becomes U+FFFD, as do the bytes left over at the end, where *last* says that it is. */
static size_t tr_utf16_decode(
    const char *bytes, size_t length, int order, int last, char *out, size_t room, size_t *used)
{
    size_t at = 0, written = 0;

    while (at < length && room - written >= TR_UTF8_MOST) {
        uint32_t character = 0xfffd;
        size_t taken = tr_utf16_character(bytes + at, length - at, order, &character);
        if (!taken && !last)
            break;
        if (!taken || tr_is_high(character) || tr_is_low(character))
            character = 0xfffd;
        at += taken ? taken : length - at;
        written += tr_utf8_put(out + written, character);
    }
    *used = at;
    return written;
}

#endif
