/* Scanning memory: a literal, the newlines, the last newline.
 *
 * A literal is found by its two rarest bytes (rare in source code and prose, by the table below): 32 or 16
 * places at once are asked for both, and only where both fit is the whole compared. Each instruction set
 * has its own functions; the best the processor has is chosen once. Nothing outside the given bytes is read. */
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
#else
#  define TR_TARGET(isa)
#endif

/* A literal to look for; *bytes* stays the caller's. first < second, and equal only in one byte alone. */
typedef struct {
    const char *bytes;
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

static unsigned tr_rank(char byte) { return tr_byte_rank[(unsigned char)byte]; }

/* Prepare to look for the *length* (at least 1) bytes at *bytes*. */
static tr_needle tr_needle_of(const char *bytes, size_t length)
{
    tr_needle needle = {.bytes = bytes, .length = length};
    size_t rarest = 0, next;

    for (size_t i = 1; i < length; i++)
        if (tr_rank(bytes[i]) < tr_rank(bytes[rarest]))
            rarest = i;
    next = length > 1 && rarest == 0;
    for (size_t i = 0; i < length; i++)
        if (i != rarest && tr_rank(bytes[i]) < tr_rank(bytes[next]))
            next = i;
    needle.first = rarest < next ? rarest : next;
    needle.second = rarest < next ? next : rarest;
    needle.rarest = rarest;
    return needle;
}

static int tr_needle_at(const tr_needle *needle, const char *place)
{
    return memcmp(place, needle->bytes, needle->length) == 0;
}

/* ---- scalar: every machine, and the ends too short for a vector ---- */

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

static uint64_t tr_both_sse2(const tr_needle *needle, const char *text)
{
    __m128i first = _mm_set1_epi8(needle->bytes[needle->first]);
    __m128i second = _mm_set1_epi8(needle->bytes[needle->second]);
    __m128i one = _mm_loadu_si128((const __m128i *)(const void *)(text + needle->first));
    __m128i other = _mm_loadu_si128((const __m128i *)(const void *)(text + needle->second));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(one, first), _mm_cmpeq_epi8(other, second)));
}

static const char *tr_find_sse2(const tr_needle *needle, const char *text, size_t length)
{
    size_t places = length < needle->length ? 0 : length - needle->length + 1, i = 0;
    const char *found;

    if (places < 16)
        return tr_find_scalar(needle, text, length);
    for (; i + 16 <= places; i += 16)
        if ((found = tr_verify(needle, text + i, tr_both_sse2(needle, text + i), 1)))
            return found;
    i = places - 16; /* the rest, together with places already seen */
    return tr_verify(needle, text + i, tr_both_sse2(needle, text + i), 1);
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
static __m256i tr_both_avx2(const tr_needle *needle, const char *text, __m256i first, __m256i second)
{
    __m256i one = _mm256_loadu_si256((const __m256i *)(const void *)(text + needle->first));
    __m256i other = _mm256_loadu_si256((const __m256i *)(const void *)(text + needle->second));
    return _mm256_and_si256(_mm256_cmpeq_epi8(one, first), _mm256_cmpeq_epi8(other, second));
}

TR_TARGET("avx2") static const char *tr_find_avx2(const tr_needle *needle, const char *text, size_t length)
{
    const __m256i first = _mm256_set1_epi8(needle->bytes[needle->first]);
    const __m256i second = _mm256_set1_epi8(needle->bytes[needle->second]);
    size_t places = length < needle->length ? 0 : length - needle->length + 1, i = 0;
    const char *found;

    if (places < 32)
        return tr_find_sse2(needle, text, length);
    for (; i + 64 <= places; i += 64) {
        __m256i low = tr_both_avx2(needle, text + i, first, second);
        __m256i high = tr_both_avx2(needle, text + i + 32, first, second);
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
        __m256i both = tr_both_avx2(needle, text + from, first, second);
        if ((found = tr_verify(needle, text + from, (uint32_t)_mm256_movemask_epi8(both), 1)))
            return found;
    }
    return NULL;
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
#endif

#if defined(TR_NEON)
/* ---- NEON: every arm64. A comparison becomes 64 bits, four for each byte. ---- */

static uint64_t tr_nibbles_neon(uint8x16_t equal)
{
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(equal), 4)), 0);
}

static uint64_t tr_both_neon(const tr_needle *needle, const char *text)
{
    uint8x16_t first = vdupq_n_u8((uint8_t)needle->bytes[needle->first]);
    uint8x16_t second = vdupq_n_u8((uint8_t)needle->bytes[needle->second]);
    uint8x16_t one = vld1q_u8((const uint8_t *)text + needle->first);
    uint8x16_t other = vld1q_u8((const uint8_t *)text + needle->second);
    /* one bit of the four is kept, so that each place is met once */
    return tr_nibbles_neon(vandq_u8(vceqq_u8(one, first), vceqq_u8(other, second)))
        & UINT64_C(0x1111111111111111);
}

static const char *tr_find_neon(const tr_needle *needle, const char *text, size_t length)
{
    size_t places = length < needle->length ? 0 : length - needle->length + 1, i = 0;
    const char *found;

    if (places < 16)
        return tr_find_scalar(needle, text, length);
    for (; i + 16 <= places; i += 16)
        if ((found = tr_verify(needle, text + i, tr_both_neon(needle, text + i), 4)))
            return found;
    i = places - 16;
    return tr_verify(needle, text + i, tr_both_neon(needle, text + i), 4);
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
    /* Where the needle first lies in the text, or NULL. */
    const char *(*find)(const tr_needle *needle, const char *text, size_t length);
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
        {"avx2", tr_find_avx2, tr_count_avx2, tr_last_sse2},
        {"sse2", tr_find_sse2, tr_count_sse2, tr_last_sse2},
#elif defined(TR_NEON)
        {"neon", tr_find_neon, tr_count_neon, tr_last_neon},
#endif
        {"scalar", tr_find_scalar, tr_count_scalar, tr_last_scalar},
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
