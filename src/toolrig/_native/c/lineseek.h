/* Finding lines in a file without keeping it: newlines are counted in a buffer that stays in the cache.
 *
 * A seek is made in slices, so that a caller who holds a lock elsewhere, or has signals to look after, comes
 * back in time. What is read is told by offsets alone: the position of the descriptor is neither used nor
 * moved. Where the file shrinks meanwhile, it ends earlier. */
#ifndef TR_LINESEEK_H
#define TR_LINESEEK_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytescan.h"
#include "waiting.h"

enum { TR_SEEK_BUFFER = 1 << 16, TR_SEEK_SLICE = 50 * TR_MILLISECOND };
enum { TR_SEEK_FAILED = -1, TR_SEEK_DONE, TR_SEEK_MORE };

typedef struct {
    const tr_bytescan *isa;
    int fd;
    off_t start, stop; /* what is left to be searched */
    uint64_t lines;    /* newlines wanted */
    uint64_t passed;   /* newlines met so far */
    off_t position;    /* the answer: just behind the last newline met, or where the search ended */
    size_t size;       /* of the buffer */
    char *buffer;
} tr_lineseek;

/* Prepare to search the bytes [start, stop) of *fd*. -1 without memory. */
static int tr_lineseek_init(tr_lineseek *seek, const tr_bytescan *isa, int fd, off_t start, off_t stop, uint64_t lines)
{
    tr_lineseek fresh = {.isa = isa, .fd = fd, .start = start, .stop = stop, .lines = lines, .position = start};

    *seek = fresh;
    seek->size = TR_SEEK_BUFFER;
    seek->buffer = malloc(seek->size);
    return seek->buffer ? 0 : -1;
}

static void tr_lineseek_free(tr_lineseek *seek)
{
    free(seek->buffer);
    seek->buffer = NULL;
}

/* The index just behind the *nth* newline (from 1) of the text, which has as many. */
static size_t tr_behind_newline(const tr_bytescan *isa, const char *text, size_t length, uint64_t nth)
{
    size_t at = 0;

    while (length - at > 512) { /* halve: counting is many times faster than stepping */
        size_t half = (length - at) / 2;
        uint64_t count = isa->count_newlines(text + at, half);
        if (count < nth) {
            nth -= count;
            at += half;
        } else {
            length = at + half;
        }
    }
    for (;; at++)
        if (text[at] == '\n' && !--nth)
            return at + 1;
}

/* Read up to the size of the buffer from *at* on, but nothing from *stop* on. */
static ssize_t tr_lineseek_read(const tr_lineseek *seek, off_t at, off_t stop)
{
    off_t room = stop - at;
    size_t wanted = room < (off_t)seek->size ? (size_t)room : seek->size;
    ssize_t got;

    do
        got = pread(seek->fd, seek->buffer, wanted, at);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Go on towards the end. TR_SEEK_DONE: *position* lies behind the last newline wanted, or at the end of the
 * bytes where there are not so many. TR_SEEK_MORE: call again. TR_SEEK_FAILED: errno tells why. */
static int tr_lineseek_forward(tr_lineseek *seek)
{
    int64_t until = tr_now() + TR_SEEK_SLICE;

    while (seek->passed < seek->lines && seek->start < seek->stop) {
        ssize_t got = tr_lineseek_read(seek, seek->start, seek->stop);
        uint64_t count, missing = seek->lines - seek->passed;
        if (got < 0)
            return TR_SEEK_FAILED;
        if (!got)
            break;
        count = seek->isa->count_newlines(seek->buffer, (size_t)got);
        if (count >= missing) {
            size_t behind = tr_behind_newline(seek->isa, seek->buffer, (size_t)got, missing);
            seek->passed = seek->lines;
            seek->position = seek->start + (off_t)behind;
            return TR_SEEK_DONE;
        }
        seek->passed += count;
        seek->start += got;
        seek->position = seek->start;
        if (tr_now() > until)
            return TR_SEEK_MORE;
    }
    return TR_SEEK_DONE;
}

/* Go on from the end towards the start. TR_SEEK_DONE: *position* lies behind the earliest newline met, or at
 * the start of the bytes where there is none. Else as above. */
static int tr_lineseek_back(tr_lineseek *seek)
{
    int64_t until = tr_now() + TR_SEEK_SLICE;

    while (seek->passed < seek->lines && seek->start < seek->stop) {
        off_t length = seek->stop - seek->start;
        off_t at = length > (off_t)seek->size ? seek->stop - (off_t)seek->size : seek->start;
        ssize_t got = tr_lineseek_read(seek, at, seek->stop);
        uint64_t count, missing = seek->lines - seek->passed;
        if (got < 0)
            return TR_SEEK_FAILED;
        count = seek->isa->count_newlines(seek->buffer, (size_t)got);
        if (count) {
            uint64_t nth = count > missing ? count - missing + 1 : 1;
            seek->position = at + (off_t)tr_behind_newline(seek->isa, seek->buffer, (size_t)got, nth);
            seek->passed += count - nth + 1;
        }
        seek->stop = at;
        if (tr_now() > until)
            return TR_SEEK_MORE;
    }
    return TR_SEEK_DONE;
}

#endif
