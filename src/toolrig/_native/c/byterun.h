/* Scanning memory for a run of bytes, each of which is one of a given set.
 *
 * Two tables with an entry for each half of a byte tell, in one bit for each place of the run, which sets a byte
 * may belong to; a vector unit looks up 16 or 32 bytes at once. Where all places fit, one after the other, each
 * byte is looked up exactly. Nothing outside the given bytes is read. */
#ifndef TR_BYTERUN_H
#define TR_BYTERUN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bytescan.h"

enum { TR_RUN_MOST = 8, TR_SET_BYTES = 32 };

/* Place *i* of the run is the bit 8 - *length* + *i*; the bits below are set for every byte. */
typedef struct tr_byterun {
    size_t length;
    uint8_t low[16], high[16];
    uint8_t sets[256];
    /* Where the run first lies in the text, or NULL. */
    const char *(*find)(const struct tr_byterun *run, const char *text, size_t length);
} tr_byterun;

static uint8_t tr_run_padding(const tr_byterun *run) { return (uint8_t)((1u << (TR_RUN_MOST - run->length)) - 1); }

/* Whether the run lies at *place*, where as many bytes are. */
static int tr_run_at(const tr_byterun *run, const char *place)
{
    unsigned bit = 1u << (TR_RUN_MOST - run->length);

    for (size_t i = 0; i < run->length; i++, bit <<= 1)
        if (!(run->sets[(unsigned char)place[i]] & bit))
            return 0;
    return 1;
}

static const char *tr_run_find_scalar(const tr_byterun *run, const char *text, size_t length)
{
    unsigned fits = tr_run_padding(run); /* bit i: the text ends with the run's first bytes, up to this one */

    for (size_t i = 0; i < length; i++) {
        fits = ((fits << 1) | 1u) & run->sets[(unsigned char)text[i]];
        if (fits & 0x80)
            return text + i + 1 - run->length;
    }
    return NULL;
}

#if defined(TR_X86) || defined(TR_NEON)
/* The first of the places at or behind *text* at which *bits*, *step* for each, say that a run ends. */
static const char *tr_run_verify(const tr_byterun *run, const char *text, uint64_t bits, unsigned step)
{
    while (bits) {
        const char *place = text + tr_low_bit(bits) / step + 1 - run->length;
        if (tr_run_at(run, place))
            return place;
        bits &= bits - 1;
    }
    return NULL;
}

/* The rest of the text behind *at*, with as much in front of it as a run may have there. */
static const char *tr_run_rest(const tr_byterun *run, const char *text, size_t at, size_t length)
{
    size_t from = at < run->length - 1 ? 0 : at - (run->length - 1);
    return tr_run_find_scalar(run, text + from, length - from);
}
#endif

/* In the vectors, bit *i* of a byte says at first that the byte fits the place *i*; together with the byte
 * before it, that both fit; then with the two before those, and with the four before: bit 7 is a whole run. */

#if defined(TR_X86)
typedef struct {
    __m128i one, two, four; /* the bits of the block before: for one byte, two bytes, four bytes */
} tr_run_ssse3;

TR_TARGET("ssse3") static unsigned tr_run_ends_ssse3(const tr_byterun *run, const char *text, tr_run_ssse3 *past)
{
    const __m128i half = _mm_set1_epi8(15);
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)run->low);
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)run->high);
    __m128i one = _mm_and_si128(
        _mm_shuffle_epi8(low, _mm_and_si128(bytes, half)),
        _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(bytes, 4), half)));
    __m128i two = _mm_and_si128(one, _mm_slli_epi16(_mm_alignr_epi8(one, past->one, 15), 1));
    __m128i four = _mm_and_si128(two, _mm_slli_epi16(_mm_alignr_epi8(two, past->two, 14), 2));
    __m128i all = _mm_and_si128(four, _mm_slli_epi16(_mm_alignr_epi8(four, past->four, 12), 4));

    past->one = one;
    past->two = two;
    past->four = four;
    return (unsigned)_mm_movemask_epi8(all);
}

TR_TARGET("ssse3")
static const char *tr_run_find_ssse3(const tr_byterun *run, const char *text, size_t length)
{
    const __m128i padding = _mm_set1_epi8((char)tr_run_padding(run));
    tr_run_ssse3 past = {padding, padding, padding};
    const char *found;
    size_t i = 0;

    for (; i + 16 <= length; i += 16)
        if ((found = tr_run_verify(run, text + i, tr_run_ends_ssse3(run, text + i, &past), 1)))
            return found;
    return tr_run_rest(run, text, i, length);
}

typedef struct {
    __m256i one, two, four;
} tr_run_avx2;

/* *block* moved on by 16 - *left* bytes, which come from the end of *past*. */
#  define TR_RUN_BEFORE(block, past, left) \
      _mm256_alignr_epi8(block, _mm256_permute2x128_si256(past, block, 0x21), left)

TR_TARGET("avx2") static __m256i tr_run_ends_avx2(__m256i low, __m256i high, const char *text, tr_run_avx2 *past)
{
    const __m256i half = _mm256_set1_epi8(15);
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i one = _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
    __m256i two = _mm256_and_si256(one, _mm256_slli_epi16(TR_RUN_BEFORE(one, past->one, 15), 1));
    __m256i four = _mm256_and_si256(two, _mm256_slli_epi16(TR_RUN_BEFORE(two, past->two, 14), 2));
    __m256i all = _mm256_and_si256(four, _mm256_slli_epi16(TR_RUN_BEFORE(four, past->four, 12), 4));

    past->one = one;
    past->two = two;
    past->four = four;
    return all;
}

TR_TARGET("avx2") static const char *tr_run_find_avx2(const tr_byterun *run, const char *text, size_t length)
{
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)run->low));
    const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)run->high));
    const __m256i padding = _mm256_set1_epi8((char)tr_run_padding(run));
    tr_run_avx2 past = {padding, padding, padding};
    const char *found;
    size_t i = 0;

    for (; i + 32 <= length; i += 32) {
        unsigned ends = (unsigned)_mm256_movemask_epi8(tr_run_ends_avx2(low, high, text + i, &past));
        if (ends && (found = tr_run_verify(run, text + i, ends, 1)))
            return found;
    }
    return tr_run_rest(run, text, i, length);
}
#endif

#if defined(TR_NEON)
static const char *tr_run_find_neon(const tr_byterun *run, const char *text, size_t length)
{
    const uint8x16_t low = vld1q_u8(run->low), high = vld1q_u8(run->high);
    uint8x16_t past_one = vdupq_n_u8(tr_run_padding(run)), past_two = past_one, past_four = past_one;
    const char *found;
    size_t i = 0;

    for (; i + 16 <= length; i += 16) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)text + i);
        uint8x16_t one = vandq_u8(
            vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(15))), vqtbl1q_u8(high, vshrq_n_u8(bytes, 4)));
        uint8x16_t two = vandq_u8(one, vshlq_n_u8(vextq_u8(past_one, one, 15), 1));
        uint8x16_t four = vandq_u8(two, vshlq_n_u8(vextq_u8(past_two, two, 14), 2));
        uint8x16_t all = vandq_u8(four, vshlq_n_u8(vextq_u8(past_four, four, 12), 4));
        uint64_t ends = tr_nibbles_neon(vtstq_u8(all, vdupq_n_u8(0x80))) & UINT64_C(0x1111111111111111);

        if ((found = tr_run_verify(run, text + i, ends, 4)))
            return found;
        past_one = one;
        past_two = two;
        past_four = four;
    }
    return tr_run_rest(run, text, i, length);
}
#endif

/* Choose how to scan: as the instruction set called *name* can, or as well as this machine can for NULL. */
static void tr_run_choose(tr_byterun *run, const char *name)
{
    run->find = tr_run_find_scalar;
#if defined(TR_X86)
    if ((!name || !strcmp(name, "avx2")) && tr_has_avx2())
        run->find = tr_run_find_avx2;
    else if ((!name || strcmp(name, "scalar") != 0) && tr_has_ssse3())
        run->find = tr_run_find_ssse3;
#elif defined(TR_NEON)
    if (!name || !strcmp(name, "neon"))
        run->find = tr_run_find_neon;
#endif
}

/* Look for bytes of *length* (1 to TR_RUN_MOST) sets, each given as TR_SET_BYTES bytes with a bit for each byte. */
static tr_byterun tr_byterun_of(const uint8_t *sets, size_t length, const char *isa)
{
    tr_byterun run = {.length = length};

    for (unsigned byte = 0; byte < 256; byte++) {
        run.sets[byte] = tr_run_padding(&run);
        for (size_t i = 0; i < length; i++)
            if (sets[i * TR_SET_BYTES + byte / 8] >> byte % 8 & 1)
                run.sets[byte] |= (uint8_t)(1u << (TR_RUN_MOST - length + i));
        run.low[byte & 15] |= run.sets[byte];
        run.high[byte >> 4] |= run.sets[byte];
    }
    tr_run_choose(&run, isa);
    return run;
}

#endif
