/* Feed a stream in arbitrary pieces and compare what is kept with the plain definition.
 *
 * clang -g -fsanitize=fuzzer,address,undefined -Isrc/toolrig/_native/c fuzz/fuzz_capture.c */
#include <stdio.h>

#include "capture.h"

static void check(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "violated: %s\n", what);
        abort();
    }
}

/* The first two bytes are the limit; each further piece is a length byte and that many bytes of the stream. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    unsigned char *stream, *tail;
    size_t length = 0, limit, ring;
    tr_capture capture;

    if (size < 2)
        return 0;
    limit = data[0] | (size_t)data[1] << 8;
    ring = limit / 2;
    stream = malloc(size);
    tail = malloc(limit + 1);
    check(stream && tail, "memory");
    tr_capture_init(&capture, limit);
    for (size_t at = 2; at < size;) {
        size_t count = data[at++];
        if (count > size - at)
            count = size - at;
        check(tr_capture_feed(&capture, data + at, count) == 0, "feeding works");
        memcpy(stream + length, data + at, count);
        length += count;
        at += count;
        check(capture.size <= limit, "memory is bounded");
    }
    check(capture.total == length, "every byte is counted");
    check(tr_capture_truncated(&capture) == (length > limit), "truncation is told");
    if (length <= limit) {
        check(capture.kept == length && (!length || !memcmp(capture.data, stream, length)), "all is kept");
    } else {
        check(capture.kept == limit && capture.head == limit - ring, "the limit is used");
        check(!capture.head || !memcmp(capture.data, stream, capture.head), "the beginning is kept");
        tr_capture_copy_tail(&capture, tail);
        check(!ring || !memcmp(tail, stream + length - ring, ring), "the end is kept");
    }
    tr_capture_free(&capture);
    free(stream);
    free(tail);
    return 0;
}
