/* The first and the last bytes of a stream, in memory that never grows past a limit.
 *
 * One allocation holds both: [0, head) keeps the beginning, [head, limit) is a ring that keeps the end.
 * Until *limit* bytes have come the memory is simply the stream so far, grown by doubling. */
#ifndef TR_CAPTURE_H
#define TR_CAPTURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TR_CAPTURE_FIRST = 4096 };

typedef struct {
    unsigned char *data;
    size_t size;    /* bytes allocated, at most limit */
    size_t kept;    /* bytes held, at most limit */
    size_t limit;   /* bytes to hold at most */
    size_t head;    /* of these, the ones that are never overwritten */
    size_t oldest;  /* where the ring begins, once it has wrapped; head before */
    uint64_t total; /* bytes fed */
} tr_capture;

/* Keep at most *limit* bytes: the first half (rounded up) and the last half. */
static void tr_capture_init(tr_capture *capture, size_t limit)
{
    memset(capture, 0, sizeof *capture);
    capture->limit = limit;
    capture->head = limit - limit / 2;
    capture->oldest = capture->head;
}

static void tr_capture_free(tr_capture *capture)
{
    free(capture->data);
    capture->data = NULL;
    capture->size = capture->kept = 0;
}

static int tr_capture_truncated(const tr_capture *capture)
{
    return capture->total > capture->kept;
}

/* Make room for *wanted* bytes in all (wanted <= limit). Returns 0, or -1 when memory is out. */
static int tr_capture_grow(tr_capture *capture, size_t wanted)
{
    size_t size = capture->size ? capture->size : TR_CAPTURE_FIRST;
    unsigned char *data;

    if (wanted <= capture->size)
        return 0;
    while (size < wanted)
        size = size > capture->limit / 2 ? capture->limit : size * 2;
    if (size > capture->limit)
        size = capture->limit;
    data = realloc(capture->data, size);
    if (!data)
        return -1;
    capture->data = data;
    capture->size = size;
    return 0;
}

/* Overwrite the oldest bytes of the full ring; of a long run only its end can stay. */
static void tr_capture_wrap(tr_capture *capture, const unsigned char *bytes, size_t count)
{
    size_t ring = capture->limit - capture->head, first;

    if (!ring)
        return;
    if (count > ring) {
        bytes += count - ring;
        count = ring;
    }
    first = capture->limit - capture->oldest;
    if (first > count)
        first = count;
    memcpy(capture->data + capture->oldest, bytes, first);
    memcpy(capture->data + capture->head, bytes + first, count - first);
    capture->oldest += count;
    if (capture->oldest >= capture->limit)
        capture->oldest -= ring;
}

/* Take the next *count* bytes of the stream. Returns 0, or -1 when memory is out. */
static int tr_capture_feed(tr_capture *capture, const unsigned char *bytes, size_t count)
{
    size_t linear = capture->limit - capture->kept;

    if (linear > count)
        linear = count;
    if (linear) {
        if (tr_capture_grow(capture, capture->kept + linear) < 0)
            return -1;
        memcpy(capture->data + capture->kept, bytes, linear);
        capture->kept += linear;
    }
    capture->total += count;
    if (count > linear)
        tr_capture_wrap(capture, bytes + linear, count - linear);
    return 0;
}

/* Write the last bytes, kept - head of them, to *out* in the order they came; only of a truncated stream. */
static void tr_capture_copy_tail(const tr_capture *capture, unsigned char *out)
{
    size_t first = capture->limit - capture->oldest;

    if (capture->head == capture->limit)
        return;
    memcpy(out, capture->data + capture->oldest, first);
    memcpy(out + first, capture->data + capture->head, capture->oldest - capture->head);
}

#endif
