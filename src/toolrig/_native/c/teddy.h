/* Several literals at once: the algorithm called Teddy, of Hyperscan.
 *
 * Each literal has a window of up to three of its bytes, chosen to be rare, and a bucket, shared with others
 * where there are more literals than buckets. A table of 16 entries tells for each low half of a byte, and
 * another for each high half, the buckets with a window that has it; a vector instruction looks up 16 or 32
 * bytes in such a table at once. What all tables say of the bytes of a window is combined, and in the few
 * places where a bucket remains its literals are compared in full. */
#ifndef TR_TEDDY_H
#define TR_TEDDY_H

#include "literals.h"

enum {
    TR_TEDDY_WINDOW = 3,  /* bytes at most */
    TR_TEDDY_FRONT = 64,  /* bytes of a literal among which its window is, so that its beginning is near */
    TR_TEDDY_BUCKETS = 8, /* in a bank: bits of a byte */
    TR_TEDDY_BANKS = 2
};

typedef struct {
    uint8_t low[TR_TEDDY_WINDOW][16], high[TR_TEDDY_WINDOW][16];
} tr_teddy_bank;

typedef struct {
    const tr_literals *set;
    size_t window, banks; /* used: 1 to 3 bytes of one bank, or 3 of two banks */
    tr_teddy_bank bank[TR_TEDDY_BANKS];
    uint64_t bucket[TR_TEDDY_BANKS * TR_TEDDY_BUCKETS]; /* the literals in each */
    size_t offset[TR_LITERALS_MOST];                    /* where in its literal each window begins */
    size_t back;                                        /* the largest of them */
} tr_teddy;

/* ---- preparation ---- */

static size_t tr_window_length(const tr_needle *needle)
{
    return needle->length < TR_TEDDY_WINDOW ? needle->length : TR_TEDDY_WINDOW;
}

/* Where the rarest window of the literal begins. */
static size_t tr_window_offset(const tr_needle *needle)
{
    size_t front = needle->length < TR_TEDDY_FRONT ? needle->length : TR_TEDDY_FRONT;
    size_t length = tr_window_length(needle), best = 0;
    unsigned least = UINT32_MAX;

    for (size_t at = 0; at + length <= front; at++) {
        unsigned rank = 0;
        for (size_t i = 0; i < length; i++)
            rank += tr_rank(needle, at + i);
        if (rank < least) {
            least = rank;
            best = at;
        }
    }
    return best;
}

/* A number that is close for windows that share a bucket at little cost: the low halves of their bytes first. */
static uint32_t tr_window_key(const tr_needle *needle, size_t offset)
{
    uint32_t low = 0, high = 0;

    for (size_t i = 0; i < TR_TEDDY_WINDOW; i++) {
        unsigned char byte = i < tr_window_length(needle) ? (unsigned char)needle->bytes[offset + i] : 0;
        low = low << 4 | (byte & 15);
        high = high << 4 | byte >> 4;
    }
    return low << 12 | high;
}

/* Let *bucket* of the bank pass *byte* as number *at* of a window. */
static void tr_bank_byte(tr_teddy_bank *bank, unsigned bucket, size_t at, unsigned char byte)
{
    bank->low[at][byte & 15] |= (uint8_t)(1u << bucket);
    bank->high[at][byte >> 4] |= (uint8_t)(1u << bucket);
}

static void tr_teddy_add(tr_teddy *teddy, size_t literal, unsigned bucket)
{
    const tr_needle *needle = &teddy->set->each[literal];
    tr_teddy_bank *bank = &teddy->bank[bucket / TR_TEDDY_BUCKETS];
    size_t offset = teddy->offset[literal], length = tr_window_length(needle);

    teddy->bucket[bucket] |= UINT64_C(1) << literal;
    bucket %= TR_TEDDY_BUCKETS;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)needle->bytes[offset + i];
        tr_bank_byte(bank, bucket, i, byte);
        if (needle->fold)
            tr_bank_byte(bank, bucket, i, byte & (unsigned char)~needle->fold[offset + i]);
    }
    for (size_t i = length; i < TR_TEDDY_WINDOW; i++) /* a short literal says nothing of what is behind it */
        for (size_t half = 0; half < 16; half++) {
            bank->low[i][half] |= (uint8_t)(1u << bucket);
            bank->high[i][half] |= (uint8_t)(1u << bucket);
        }
}

/* Put the literals into buckets, similar ones into the same. */
static void tr_teddy_fill(tr_teddy *teddy)
{
    size_t count = teddy->set->count, buckets = teddy->banks * TR_TEDDY_BUCKETS;
    size_t order[TR_LITERALS_MOST];
    uint32_t keys[TR_LITERALS_MOST];

    for (size_t i = 0, at; i < count; i++) {
        keys[i] = tr_window_key(&teddy->set->each[i], teddy->offset[i]);
        for (at = i; at && keys[order[at - 1]] > keys[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    if (buckets > count)
        buckets = count;
    for (size_t i = 0; i < count; i++)
        tr_teddy_add(teddy, order[i], (unsigned)(i * buckets / count));
}

/* Prepare to look for the literals of *set*, which stays the caller's. NULL without memory; to be freed. */
static tr_teddy *tr_teddy_of(const tr_literals *set)
{
    tr_teddy *teddy = calloc(1, sizeof *teddy);

    if (!teddy)
        return NULL;
    teddy->set = set;
    for (size_t i = 0; i < set->count; i++) {
        size_t length = tr_window_length(&set->each[i]);
        teddy->offset[i] = tr_window_offset(&set->each[i]);
        teddy->back = teddy->offset[i] > teddy->back ? teddy->offset[i] : teddy->back;
        teddy->window = length > teddy->window ? length : teddy->window;
    }
    teddy->banks = set->count > TR_TEDDY_BUCKETS ? 2 : 1;
    if (teddy->banks > 1)
        teddy->window = TR_TEDDY_WINDOW;
    tr_teddy_fill(teddy);
    return teddy;
}

#if defined(TR_X86) || defined(TR_NEON)
/* ---- comparing in full ---- */

/* Where the first literal of *buckets* (a bit each) begins whose window lies at *place*, or NULL. */
static const char *tr_teddy_compare(
    const tr_teddy *teddy, unsigned buckets, const char *text, const char *place, const char *end)
{
    const char *first = NULL;
    uint64_t literals = 0;

    for (; buckets; buckets &= buckets - 1)
        literals |= teddy->bucket[tr_low_bit(buckets)];
    for (; literals; literals &= literals - 1) {
        size_t i = tr_low_bit(literals), offset = teddy->offset[i];
        const tr_needle *needle = &teddy->set->each[i];
        if (offset > (size_t)(place - text) || needle->length - offset > (size_t)(end - place))
            continue;
        if ((!first || place - offset < first) && tr_needle_at(needle, place - offset))
            first = place - offset;
    }
    return first;
}

/* Where the first literal begins, given that the first window that counts lies at *place* and its literal
 * begins at *start*: one whose window comes later may begin earlier. */
static const char *tr_teddy_first(
    const tr_teddy *teddy, const char *text, const char *start, const char *place, const char *end)
{
    const char *early = (size_t)(place - text) > teddy->back ? place - teddy->back : text;

    for (; early < start; early++)
        if (tr_literals_at(teddy->set, early, end))
            return early;
    return start;
}

/* Where the first literal begins whose window is at a place of *bits*, of which *step* stand for one place.
 * *buckets* are those of each place, of one bank after the other, *width* bytes each. */
static const char *tr_teddy_verify(
    const tr_teddy *teddy, const char *text, const char *block, const char *end, uint64_t bits, unsigned step,
    const uint8_t *buckets, size_t width)
{
    while (bits) {
        size_t at = tr_low_bit(bits) / step;
        unsigned all = buckets[at] | (teddy->banks > 1 ? (unsigned)buckets[width + at] << 8 : 0);
        const char *start = tr_teddy_compare(teddy, all, text, block + at, end);
        if (start)
            return tr_teddy_first(teddy, text, start, block + at, end);
        bits &= bits - 1;
    }
    return NULL;
}

/* The places at the end too short for a whole window, where only literals shorter than that can be. */
static const char *tr_teddy_rest(const tr_teddy *teddy, const char *text, size_t length)
{
    return tr_literals_find(teddy->set, text + length - (teddy->window - 1), teddy->window - 1);
}
#endif

#if defined(TR_X86)
/* ---- SSSE3 ---- */

/* The buckets that remain for each of 16 places. */
TR_TARGET("ssse3")
TR_INLINE __m128i tr_buckets_ssse3(const tr_teddy_bank *bank, size_t window, const char *text)
{
    const __m128i half = _mm_set1_epi8(15);
    __m128i all = _mm_set1_epi8(-1);

    for (size_t i = 0; i < window; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)bank->low[i]);
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)bank->high[i]);
        low = _mm_shuffle_epi8(low, _mm_and_si128(bytes, half));
        high = _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(bytes, 4), half));
        all = _mm_and_si128(all, _mm_and_si128(low, high));
    }
    return all;
}

TR_TARGET("ssse3")
TR_INLINE const char *tr_block_ssse3(
    const tr_teddy *teddy, size_t window, size_t banks, const char *text, const char *block, const char *end)
{
    uint8_t buckets[TR_TEDDY_BANKS * 16];
    __m128i any = _mm_setzero_si128();
    unsigned none;

    for (size_t i = 0; i < banks; i++) {
        __m128i one = tr_buckets_ssse3(&teddy->bank[i], window, block);
        _mm_storeu_si128((__m128i *)(void *)(buckets + i * 16), one);
        any = _mm_or_si128(any, one);
    }
    none = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(any, _mm_setzero_si128()));
    return none == 0xffff ? NULL : tr_teddy_verify(teddy, text, block, end, none ^ 0xffff, 1, buckets, 16);
}

/* Find a literal in a text of at least 16 places for a window. */
TR_TARGET("ssse3")
TR_INLINE const char *tr_teddy_among_ssse3(
    const tr_teddy *teddy, size_t window, size_t banks, const char *text, size_t length)
{
    size_t places = length - window + 1, i = 0;
    const char *found;

    for (; i + 16 <= places; i += 16)
        if ((found = tr_block_ssse3(teddy, window, banks, text, text + i, text + length)))
            return found;
    if ((found = tr_block_ssse3(teddy, window, banks, text, text + places - 16, text + length)))
        return found;
    return tr_teddy_rest(teddy, text, length);
}

TR_TARGET("ssse3") static const char *tr_teddy_ssse3(const tr_teddy *teddy, const char *text, size_t length)
{
    if (length < 16 + TR_TEDDY_WINDOW - 1)
        return tr_literals_find(teddy->set, text, length);
    if (teddy->banks > 1)
        return tr_teddy_among_ssse3(teddy, 3, 2, text, length);
    if (teddy->window > 2)
        return tr_teddy_among_ssse3(teddy, 3, 1, text, length);
    if (teddy->window > 1)
        return tr_teddy_among_ssse3(teddy, 2, 1, text, length);
    return tr_teddy_among_ssse3(teddy, 1, 1, text, length);
}

/* ---- AVX2 ---- */

typedef struct {
    __m256i low[TR_TEDDY_WINDOW], high[TR_TEDDY_WINDOW];
} tr_bank_avx2;

TR_TARGET("avx2") TR_INLINE __m256i tr_twice_avx2(const uint8_t *table)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* The buckets that remain for each of 32 places. */
TR_TARGET("avx2") TR_INLINE __m256i tr_buckets_avx2(const tr_bank_avx2 *bank, size_t window, const char *text)
{
    const __m256i half = _mm256_set1_epi8(15);
    __m256i all = _mm256_set1_epi8(-1);

    for (size_t i = 0; i < window; i++) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        __m256i low = _mm256_shuffle_epi8(bank->low[i], _mm256_and_si256(bytes, half));
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
        all = _mm256_and_si256(all, _mm256_and_si256(low, _mm256_shuffle_epi8(bank->high[i], high)));
    }
    return all;
}

TR_TARGET("avx2")
TR_INLINE const char *tr_block_avx2(
    const tr_teddy *teddy, const tr_bank_avx2 *bank, size_t window, size_t banks, const char *text,
    const char *block, const char *end)
{
    __m256i one = tr_buckets_avx2(&bank[0], window, block);
    __m256i other = banks > 1 ? tr_buckets_avx2(&bank[1], window, block) : one;
    __m256i any = _mm256_or_si256(one, other);
    uint8_t buckets[TR_TEDDY_BANKS * 32];
    uint32_t none;

    if (_mm256_testz_si256(any, any))
        return NULL;
    _mm256_storeu_si256((__m256i *)(void *)buckets, one);
    _mm256_storeu_si256((__m256i *)(void *)(buckets + 32), other);
    none = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, _mm256_setzero_si256()));
    return tr_teddy_verify(teddy, text, block, end, ~none, 1, buckets, 32);
}

/* Find a literal in a text of at least 32 places for a window. */
TR_TARGET("avx2")
TR_INLINE const char *tr_teddy_among_avx2(
    const tr_teddy *teddy, size_t window, size_t banks, const char *text, size_t length)
{
    size_t places = length - window + 1, i = 0;
    tr_bank_avx2 bank[TR_TEDDY_BANKS];
    const char *found;

    for (size_t b = 0; b < banks; b++)
        for (size_t k = 0; k < window; k++) {
            bank[b].low[k] = tr_twice_avx2(teddy->bank[b].low[k]);
            bank[b].high[k] = tr_twice_avx2(teddy->bank[b].high[k]);
        }
    for (; i + 32 <= places; i += 32)
        if ((found = tr_block_avx2(teddy, bank, window, banks, text, text + i, text + length)))
            return found;
    if ((found = tr_block_avx2(teddy, bank, window, banks, text, text + places - 32, text + length)))
        return found;
    return tr_teddy_rest(teddy, text, length);
}

TR_TARGET("avx2") static const char *tr_teddy_avx2(const tr_teddy *teddy, const char *text, size_t length)
{
    if (length < 32 + TR_TEDDY_WINDOW - 1)
        return tr_teddy_ssse3(teddy, text, length);
    if (teddy->banks > 1)
        return tr_teddy_among_avx2(teddy, 3, 2, text, length);
    if (teddy->window > 2)
        return tr_teddy_among_avx2(teddy, 3, 1, text, length);
    if (teddy->window > 1)
        return tr_teddy_among_avx2(teddy, 2, 1, text, length);
    return tr_teddy_among_avx2(teddy, 1, 1, text, length);
}
#endif

#if defined(TR_NEON)
/* ---- NEON ---- */

TR_INLINE uint8x16_t tr_buckets_neon(const tr_teddy_bank *bank, size_t window, const char *text)
{
    uint8x16_t all = vdupq_n_u8(255);

    for (size_t i = 0; i < window; i++) {
        uint8x16_t bytes = vld1q_u8((const uint8_t *)text + i);
        uint8x16_t low = vqtbl1q_u8(vld1q_u8(bank->low[i]), vandq_u8(bytes, vdupq_n_u8(15)));
        uint8x16_t high = vqtbl1q_u8(vld1q_u8(bank->high[i]), vshrq_n_u8(bytes, 4));
        all = vandq_u8(all, vandq_u8(low, high));
    }
    return all;
}

TR_INLINE const char *tr_block_neon(
    const tr_teddy *teddy, size_t window, size_t banks, const char *text, const char *block, const char *end)
{
    uint8x16_t one = tr_buckets_neon(&teddy->bank[0], window, block);
    uint8x16_t other = banks > 1 ? tr_buckets_neon(&teddy->bank[1], window, block) : one;
    uint8x16_t any = vorrq_u8(one, other);
    uint64_t bits = tr_nibbles_neon(vtstq_u8(any, any)) & UINT64_C(0x1111111111111111);
    uint8_t buckets[TR_TEDDY_BANKS * 16];

    if (!bits)
        return NULL;
    vst1q_u8(buckets, one);
    vst1q_u8(buckets + 16, other);
    return tr_teddy_verify(teddy, text, block, end, bits, 4, buckets, 16);
}

/* Find a literal in a text of at least 16 places for a window. */
TR_INLINE const char *tr_teddy_among_neon(
    const tr_teddy *teddy, size_t window, size_t banks, const char *text, size_t length)
{
    size_t places = length - window + 1, i = 0;
    const char *found;

    for (; i + 16 <= places; i += 16)
        if ((found = tr_block_neon(teddy, window, banks, text, text + i, text + length)))
            return found;
    if ((found = tr_block_neon(teddy, window, banks, text, text + places - 16, text + length)))
        return found;
    return tr_teddy_rest(teddy, text, length);
}

static const char *tr_teddy_neon(const tr_teddy *teddy, const char *text, size_t length)
{
    if (length < 16 + TR_TEDDY_WINDOW - 1)
        return tr_literals_find(teddy->set, text, length);
    if (teddy->banks > 1)
        return tr_teddy_among_neon(teddy, 3, 2, text, length);
    if (teddy->window > 2)
        return tr_teddy_among_neon(teddy, 3, 1, text, length);
    if (teddy->window > 1)
        return tr_teddy_among_neon(teddy, 2, 1, text, length);
    return tr_teddy_among_neon(teddy, 1, 1, text, length);
}
#endif

/* ---- the choice ---- */

static const char *tr_teddy_scalar(const tr_teddy *teddy, const char *text, size_t length)
{
    return tr_literals_find(teddy->set, text, length);
}

/* Where the first literal of the text begins, or NULL. */
typedef const char *tr_teddy_find(const tr_teddy *teddy, const char *text, size_t length);

/* What finds several literals on the instruction set, or the nearest to it that has the look-up. */
static tr_teddy_find *tr_teddy_for(const tr_bytescan *isa)
{
#if defined(TR_X86)
    if (!strcmp(isa->name, "avx2"))
        return tr_teddy_avx2;
    if (!strcmp(isa->name, "sse2") && tr_has_ssse3())
        return tr_teddy_ssse3;
#elif defined(TR_NEON)
    if (!strcmp(isa->name, "neon"))
        return tr_teddy_neon;
#endif
    (void)isa;
    return tr_teddy_scalar;
}

#endif
