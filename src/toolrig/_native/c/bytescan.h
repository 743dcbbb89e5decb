/* Scanning memory: a literal, the newlines, the last newline.
 *
 * A literal is found by its two rarest bytes (rare in source code and prose, by the table below): 32 or 16
 * places at once are asked for both, and only where both fit is the whole compared. Each instruction set
 * has its own functions; the best the processor has is chosen once. Nothing outside the given bytes is read.
 *
 * A literal without regard to case is folded: bits that do not matter are set in it, and in the text before
 * the two are compared. */
#ifndef TR_BYTESCAN_H
#define TR_BYTESCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) || defined(_M_X64)
#  define TR_X86 1
#  include <immintrin.h>
#  if defined(_MSC_VER) && !defined(__clang__)
#    include <intrin.h>
#  endif
#elif defined(__aarch64__) || defined(_M_ARM64)
#  define TR_NEON 1
#  include <arm_neon.h>
#endif
#if defined(__GNUC__) || defined(__clang__)
#  define TR_TARGET(isa) __attribute__((target(isa)))
#  define TR_INLINE static inline __attribute__((always_inline))
#else
#  define TR_TARGET(isa)
#  define TR_INLINE static __forceinline
#endif

/* A literal to look for; the bytes stay the caller's. first < second, and equal only in one byte alone. */
typedef struct {
    const char *bytes;
    const char *fold;     /* for each byte the bits that do not matter, set in it; NULL: all do */
    size_t length;
    size_t first, second; /* where its two rarest bytes lie */
    size_t rarest;        /* one of the two */
} tr_needle;

/* How common each byte is: 14 times the binary logarithm of its count, from 313 MB of text and sources. */
static const uint8_t tr_byte_rank[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 203, 255, 0, 9, 116, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    255, 140, 189, 176, 147, 134, 148, 175, 200, 200, 189, 146, 204, 187, 199, 198,
    205, 192, 187, 180, 179, 177, 178, 169, 175, 176, 186, 173, 174, 187, 178, 109,
    133, 193, 174, 191, 181, 198, 177, 171, 163, 192, 131, 157, 189, 179, 189, 190,
    186, 137, 191, 200, 195, 171, 168, 152, 168, 155, 130, 162, 161, 162, 101, 215,
    146, 221, 192, 213, 211, 234, 207, 196, 202, 222, 151, 186, 214, 201, 223, 220,
    206, 152, 221, 223, 228, 205, 185, 179, 195, 191, 152, 171, 142, 171, 98, 0,
    87, 73, 76, 69, 63, 67, 64, 66, 72, 64, 63, 59, 63, 58, 59, 68,
    62, 63, 60, 62, 80, 67, 71, 63, 67, 73, 60, 59, 68, 66, 60, 80,
    118, 63, 59, 61, 68, 64, 62, 63, 62, 72, 59, 62, 61, 61, 59, 57,
    60, 64, 63, 62, 61, 60, 63, 98, 78, 72, 64, 63, 68, 67, 64, 64,
    0, 0, 124, 79, 38, 42, 0, 15, 0, 21, 19, 11, 34, 17, 73, 49,
    82, 61, 0, 0, 0, 16, 38, 55, 59, 61, 4, 3, 0, 0, 0, 0,
    72, 55, 99, 67, 55, 87, 88, 85, 84, 79, 35, 49, 52, 37, 0, 53,
    78, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* How common the byte at *at* is, or the more common of its two cases. */
static unsigned tr_rank(const tr_needle *needle, size_t at)
{
    unsigned char byte = (unsigned char)needle->bytes[at];
    unsigned rank = tr_byte_rank[byte];
    unsigned other = needle->fold ? tr_byte_rank[byte & ~(unsigned char)needle->fold[at]] : rank;
    return other > rank ? other : rank;
}

/* Prepare to look for the *length* (at least 1) bytes at *bytes*; *fold* is NULL or as many bytes. */
static tr_needle tr_needle_of(const char *bytes, const char *fold, size_t length)
{
    tr_needle needle = {.bytes = bytes, .fold = fold, .length = length};
    size_t rarest = 0, next;

    for (size_t i = 1; i < length; i++)
        if (tr_rank(&needle, i) < tr_rank(&needle, rarest))
            rarest = i;
    next = length > 1 && rarest == 0;
    for (size_t i = 0; i < length; i++)
        if (i != rarest && tr_rank(&needle, i) < tr_rank(&needle, next))
            next = i;
    needle.first = rarest < next ? rarest : next;
    needle.second = rarest < next ? next : rarest;
    needle.rarest = rarest;
    return needle;
}

/* Whether the needle lies at *place*, where as many bytes are. */
static int tr_needle_at(const tr_needle *needle, const char *place)
{
    if (!needle->fold)
        return memcmp(place, needle->bytes, needle->length) == 0;
    for (size_t i = 0; i < needle->length; i++)
        if ((char)(place[i] | needle->fold[i]) != needle->bytes[i])
            return 0;
    return 1;
}

/* ---- scalar: every machine, and the ends too short for a vector ---- */

static const char *tr_find_folded_scalar(const tr_needle *needle, const char *text, size_t length)
{
    size_t places = length < needle->length ? 0 : length - needle->length + 1, at = needle->rarest;
    char byte = needle->bytes[at], fold = needle->fold[at];

    for (size_t i = 0; i < places; i++)
        if ((char)(text[i + at] | fold) == byte && tr_needle_at(needle, text + i))
            return text + i;
    return NULL;
}

static const char *tr_find_scalar(const tr_needle *needle, const char *text, size_t length)
{
    const char *probe, *end;
    if (length < needle->length)
        return NULL;
    probe = text + needle->rarest;
    end = probe + (length - needle->length) + 1;
    while ((probe = memchr(probe, needle->bytes[needle->rarest], (size_t)(end - probe)))) {
        if (tr_needle_at(needle, probe - needle->rarest))
            return probe - needle->rarest;
        if (++probe == end)
            break;
    }
    return NULL;
}

static size_t tr_count_scalar(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

static const char *tr_last_scalar(const char *text, size_t length)
{
    while (length)
        if (text[--length] == '\n')
            return text + length;
    return NULL;
}

/* ---- the parts of a vector search that do not depend on the instruction set ---- */

#if defined(TR_X86) || defined(TR_NEON)
#  if defined(_MSC_VER) && !defined(__clang__)
static unsigned tr_low_bit(uint64_t bits)
{
    unsigned long at;
    _BitScanForward64(&at, bits);
    return (unsigned)at;
}
static unsigned tr_high_bit(uint64_t bits)
{
    unsigned long at;
    _BitScanReverse64(&at, bits);
    return (unsigned)at;
}
#  else
static unsigned tr_low_bit(uint64_t bits) { return (unsigned)__builtin_ctzll(bits); }
static unsigned tr_high_bit(uint64_t bits) { return 63u - (unsigned)__builtin_clzll(bits); }
#  endif

/* The first place of *bits*, of which *step* stand for one byte, where the whole needle lies. */
static const char *tr_verify(const tr_needle *needle, const char *text, uint64_t bits, unsigned step)
{
    while (bits) {
        const char *place = text + tr_low_bit(bits) / step;
        if (tr_needle_at(needle, place))
            return place;
        bits &= bits - 1;
    }
    return NULL;
}
#endif

#if defined(TR_X86)
/* ---- SSE2: every x86-64 ---- */

/* Where of 16 places the byte *at* bytes behind may be the needle's. */
TR_INLINE __m128i tr_one_sse2(const tr_needle *needle, size_t at, int folded, const char *text)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
    if (folded)
        bytes = _mm_or_si128(bytes, _mm_set1_epi8(needle->fold[at]));
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(needle->bytes[at]));
}

TR_INLINE uint64_t tr_both_sse2(const tr_needle *needle, int folded, const char *text)
{
    __m128i first = tr_one_sse2(needle, needle->first, folded, text);
    __m128i second = tr_one_sse2(needle, needle->second, folded, text);
    return (unsigned)_mm_movemask_epi8(_mm_and_si128(first, second));
}

/* Find the needle among at least 16 places. */
TR_INLINE const char *tr_among_sse2(const tr_needle *needle, int folded, const char *text, size_t places)
{
    const char *found;
    size_t i = 0;

    for (; i + 16 <= places; i += 16)
        if ((found = tr_verify(needle, text + i, tr_both_sse2(needle, folded, text + i), 1)))
            return found;
    i = places - 16; /* the rest, together with places already seen */
    return tr_verify(needle, text + i, tr_both_sse2(needle, folded, text + i), 1);
}

static const char *tr_find_sse2(const tr_needle *needle, const char *text, size_t length)
{
    if (length < needle->length || length - needle->length < 15)
        return tr_find_scalar(needle, text, length);
    return tr_among_sse2(needle, 0, text, length - needle->length + 1);
}

static const char *tr_find_folded_sse2(const tr_needle *needle, const char *text, size_t length)
{
    if (length < needle->length || length - needle->length < 15)
        return tr_find_folded_scalar(needle, text, length);
    return tr_among_sse2(needle, 1, text, length - needle->length + 1);
}

static size_t tr_count_sse2(const char *text, size_t length)
{
    const __m128i newline = _mm_set1_epi8('\n'), zero = _mm_setzero_si128();
    size_t count = 0, i = 0;

    while (i + 16 <= length) {
        __m128i sums = zero, total;
        for (int turn = 0; turn < 255 && i + 16 <= length; turn++, i += 16) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
            sums = _mm_sub_epi8(sums, _mm_cmpeq_epi8(bytes, newline));
        }
        total = _mm_sad_epu8(sums, zero);
        count += (size_t)_mm_cvtsi128_si64(total) + (size_t)_mm_cvtsi128_si64(_mm_srli_si128(total, 8));
    }
    return count + tr_count_scalar(text + i, length - i);
}

static const char *tr_last_sse2(const char *text, size_t length)
{
    const __m128i newline = _mm_set1_epi8('\n');

    for (; length >= 16; length -= 16) {
        const char *block = text + length - 16;
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)block);
        unsigned bits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline));
        if (bits)
            return block + tr_high_bit(bits);
    }
    return tr_last_scalar(text, length);
}

/* ---- AVX2 ---- */

TR_TARGET("avx2")
TR_INLINE __m256i tr_one_avx2(const tr_needle *needle, size_t at, int folded, const char *text)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + at));
    if (folded)
        bytes = _mm256_or_si256(bytes, _mm256_set1_epi8(needle->fold[at]));
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(needle->bytes[at]));
}

TR_TARGET("avx2") TR_INLINE __m256i tr_both_avx2(const tr_needle *needle, int folded, const char *text)
{
    return _mm256_and_si256(
        tr_one_avx2(needle, needle->first, folded, text), tr_one_avx2(needle, needle->second, folded, text));
}

/* Find the needle among at least 32 places. */
TR_TARGET("avx2")
TR_INLINE const char *tr_among_avx2(const tr_needle *needle, int folded, const char *text, size_t places)
{
    const tr_needle own = *needle; /* so that what the loop needs of it stays in registers */
    const char *found;
    size_t i = 0;

    for (; i + 64 <= places; i += 64) {
        __m256i low = tr_both_avx2(&own, folded, text + i);
        __m256i high = tr_both_avx2(&own, folded, text + i + 32);
        __m256i any = _mm256_or_si256(low, high);
        if (!_mm256_testz_si256(any, any)) {
            uint64_t bits = (uint32_t)_mm256_movemask_epi8(low);
            bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
            if ((found = tr_verify(needle, text + i, bits, 1)))
                return found;
        }
    }
    for (; i < places; i += 32) {
        size_t from = i + 32 <= places ? i : places - 32; /* the last block overlaps places already seen */
        __m256i both = tr_both_avx2(&own, folded, text + from);
        if ((found = tr_verify(needle, text + from, (uint32_t)_mm256_movemask_epi8(both), 1)))
            return found;
    }
    return NULL;
}

TR_TARGET("avx2") static const char *tr_find_avx2(const tr_needle *needle, const char *text, size_t length)
{
    if (length < needle->length || length - needle->length < 31)
        return tr_find_sse2(needle, text, length);
    return tr_among_avx2(needle, 0, text, length - needle->length + 1);
}

TR_TARGET("avx2")
static const char *tr_find_folded_avx2(const tr_needle *needle, const char *text, size_t length)
{
    if (length < needle->length || length - needle->length < 31)
        return tr_find_folded_sse2(needle, text, length);
    return tr_among_avx2(needle, 1, text, length - needle->length + 1);
}

TR_TARGET("avx2") static size_t tr_count_avx2(const char *text, size_t length)
{
    const __m256i newline = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256();
    __m256i total = zero;
    uint64_t lanes[4];
    size_t i = 0;

    while (i + 32 <= length) {
        __m256i sums = zero;
        for (int turn = 0; turn < 255 && i + 32 <= length; turn++, i += 32) {
            __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
            sums = _mm256_sub_epi8(sums, _mm256_cmpeq_epi8(bytes, newline));
        }
        total = _mm256_add_epi64(total, _mm256_sad_epu8(sums, zero));
    }
    _mm256_storeu_si256((__m256i *)(void *)lanes, total);
    return (size_t)(lanes[0] + lanes[1] + lanes[2] + lanes[3]) + tr_count_scalar(text + i, length - i);
}

static int tr_has_avx2(void)
{
#  if defined(_MSC_VER) && !defined(__clang__)
    int leaf[4];
    __cpuid(leaf, 1);
    if (!(leaf[2] & (1 << 27)) || (_xgetbv(0) & 6) != 6) /* the system saves the wide registers */
        return 0;
    __cpuidex(leaf, 7, 0);
    return (leaf[1] & (1 << 5)) != 0;
#  else
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") != 0;
#  endif
}

static int tr_has_ssse3(void)
{
#  if defined(_MSC_VER) && !defined(__clang__)
    int leaf[4];
    __cpuid(leaf, 1);
    return (leaf[2] & (1 << 9)) != 0;
#  else
    __builtin_cpu_init();
    return __builtin_cpu_supports("ssse3") != 0;
#  endif
}
#endif

#if defined(TR_NEON)
/* ---- NEON: every arm64. A comparison becomes 64 bits, four for each byte. ---- */

static uint64_t tr_nibbles_neon(uint8x16_t equal)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(equal), 4)), 0);
}

TR_INLINE uint8x16_t tr_one_neon(const tr_needle *needle, size_t at, int folded, const char *text)
{
    uint8x16_t bytes = vld1q_u8((const uint8_t *)text + at);
    if (folded)
        bytes = vorrq_u8(bytes, vdupq_n_u8((uint8_t)needle->fold[at]));
    return vceqq_u8(bytes, vdupq_n_u8((uint8_t)needle->bytes[at]));
}

TR_INLINE uint64_t tr_both_neon(const tr_needle *needle, int folded, const char *text)
{
    uint8x16_t first = tr_one_neon(needle, needle->first, folded, text);
    uint8x16_t second = tr_one_neon(needle, needle->second, folded, text);
    /* one bit of the four is kept, so that each place is met once */
    return tr_nibbles_neon(vandq_u8(first, second)) & UINT64_C(0x1111111111111111);
}

/* Find the needle among at least 16 places. */
TR_INLINE const char *tr_among_neon(const tr_needle *needle, int folded, const char *text, size_t places)
{
    const char *found;
    size_t i = 0;

    for (; i + 16 <= places; i += 16)
        if ((found = tr_verify(needle, text + i, tr_both_neon(needle, folded, text + i), 4)))
            return found;
    i = places - 16;
    return tr_verify(needle, text + i, tr_both_neon(needle, folded, text + i), 4);
}

static const char *tr_find_neon(const tr_needle *needle, const char *text, size_t length)
{
    if (length < needle->length || length - needle->length < 15)
        return tr_find_scalar(needle, text, length);
    return tr_among_neon(needle, 0, text, length - needle->length + 1);
}

static const char *tr_find_folded_neon(const tr_needle *needle, const char *text, size_t length)
{
    if (length < needle->length || length - needle->length < 15)
        return tr_find_folded_scalar(needle, text, length);
    return tr_among_neon(needle, 1, text, length - needle->length + 1);
}

static size_t tr_count_neon(const char *text, size_t length)
{
    const uint8x16_t newline = vdupq_n_u8('\n');
    size_t count = 0, i = 0;

    while (i + 16 <= length) {
        uint8x16_t sums = vdupq_n_u8(0);
        for (int turn = 0; turn < 255 && i + 16 <= length; turn++, i += 16)
            sums = vsubq_u8(sums, vceqq_u8(vld1q_u8((const uint8_t *)text + i), newline));
        count += vaddlvq_u8(sums);
    }
    return count + tr_count_scalar(text + i, length - i);
}

static const char *tr_last_neon(const char *text, size_t length)
{
    const uint8x16_t newline = vdupq_n_u8('\n');

    for (; length >= 16; length -= 16) {
        const char *block = text + length - 16;
        uint64_t bits = tr_nibbles_neon(vceqq_u8(vld1q_u8((const uint8_t *)block), newline));
        if (bits)
            return block + tr_high_bit(bits) / 4;
    }
    return tr_last_scalar(text, length);
}
#endif

/* ---- the choice ---- */

typedef struct {
    const char *name;
    /* Where the needle first lies in the text, or NULL; each for needles of its own kind. */
    const char *(*find)(const tr_needle *needle, const char *text, size_t length);
    const char *(*find_folded)(const tr_needle *needle, const char *text, size_t length);
    /* How many newlines the text has. */
    size_t (*count_newlines)(const char *text, size_t length);
    /* The text's last newline, or NULL; the next one is memchr's business. */
    const char *(*last_newline)(const char *text, size_t length);
} tr_bytescan;

/* The instruction set called *name*, or the best for NULL; NULL if this machine does not have it. */
static const tr_bytescan *tr_bytescan_for(const char *name)
{
    static const tr_bytescan all[] = {
#if defined(TR_X86)
        {"avx2", tr_find_avx2, tr_find_folded_avx2, tr_count_avx2, tr_last_sse2},
        {"sse2", tr_find_sse2, tr_find_folded_sse2, tr_count_sse2, tr_last_sse2},
#elif defined(TR_NEON)
        {"neon", tr_find_neon, tr_find_folded_neon, tr_count_neon, tr_last_neon},
#endif
        {"scalar", tr_find_scalar, tr_find_folded_scalar, tr_count_scalar, tr_last_scalar},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
#if defined(TR_X86)
        if (all[i].find == tr_find_avx2 && !tr_has_avx2())
            continue;
#endif
        if (!name || !strcmp(name, all[i].name))
            return &all[i];
    }
    return NULL;
}

#endif
