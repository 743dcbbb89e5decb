/* Searching one file line by line, in steps, with a bounded window of it in memory, in UTF-8.
 *
 * The window always begins at the start of a line. Only whole lines are searched; the part of a line at
 * its end is carried over to the next read, together with the lines of context that may be asked for.
 * A line (with its context) longer than *line_most* is an error rather than a wrong answer.
 *
 * What is found is collected in a piece: a blob of whole lines and, for each hit, a range in it. Without
 * a finder every line is wanted, and one range stands for as many lines as a piece holds. */
#ifndef TR_FILESCAN_H
#define TR_FILESCAN_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytescan.h"
#include "finder.h"
#include "jail.h"
#include "utf16.h"
#include "waiting.h"

enum { TR_SCAN_FILES, TR_SCAN_COUNT, TR_SCAN_LINES };           /* what is asked for */
enum { TR_STEP_MORE, TR_STEP_DONE, TR_STEP_BINARY, TR_STEP_FAILED }; /* how a step ended */
enum { TR_STEP_READS = 8, TR_STEP_TIME = 10 * TR_MILLISECOND }; /* after which a step ends */
enum { TR_MARK = 3 };                                           /* bytes of a byte order mark in UTF-8 */
enum { TR_CHUNK_LEAST = 2 * TR_UTF8_MOST };                     /* so that half of it takes a character */

typedef struct {
    const tr_bytescan *isa;
    const tr_finder *finder; /* NULL: every line is wanted, and *mode* is TR_SCAN_LINES */
    int mode;
    size_t before, after; /* lines of context */
    size_t chunk;      /* bytes of the window to begin with, at least TR_CHUNK_LEAST */
    size_t probe;      /* a NUL among so many first bytes makes a file binary */
    size_t line_most;  /* bytes of the window at most, at least *chunk* and *probe* */
    size_t piece_most; /* bytes of a piece that is complete */
    int follow;        /* TR_JAIL_FOLLOW, or 0: no symbolic link is followed */
} tr_scan_plan;

/* Lines of a blob: [start, end) are the candidates, [begin, start) and [end, stop) their context. */
typedef struct {
    uint64_t line; /* number of the line at *start*, from 1 */
    size_t begin, start, end, stop;
    size_t at;     /* of what the finder found, behind *start* */
} tr_range;

typedef struct tr_piece {
    struct tr_piece *next;
    size_t file;
    int error;
    uint64_t count; /* candidates, counted without being collected */
    char *blob;
    size_t used, capacity;
    tr_range *ranges;
    size_t range_count, range_capacity;
} tr_piece;

/* A file being searched. The window and what the finder keeps are there for the next file too. */
typedef struct {
    int fd; /* -1: none */
    int ended;
    char *bytes;
    size_t capacity, filled;
    size_t at;       /* the first line not searched yet */
    size_t whole;    /* end of the last whole line */
    size_t numbered; /* a line start whose number is *line* */
    uint64_t line;
    uint64_t count;
    size_t copied;   /* the blob of the piece ends with the window's bytes up to here */
    int joined;      /* whether *copied* holds */
    uint64_t read_bytes, size;
    int order;       /* of the file's bytes, where it is UTF-16 and the window what they are in UTF-8 */
    char *raw;       /* bytes of it not decoded yet */
    size_t raw_capacity, raw_filled;
    int raw_ended;
    void *scratch;   /* the finder's */
} tr_text;

/* ---- pieces ---- */

static void tr_piece_free(tr_piece *piece)
{
    if (piece) {
        free(piece->blob);
        free(piece->ranges);
        free(piece);
    }
}

static size_t tr_piece_weight(const tr_piece *piece)
{
    return piece->used + piece->range_count * sizeof *piece->ranges;
}

static int tr_piece_append(tr_piece *piece, const char *bytes, size_t length)
{
    if (length > piece->capacity - piece->used) {
        size_t capacity = piece->capacity ? piece->capacity : 256;
        char *grown;
        if (length > SIZE_MAX / 4 - piece->used)
            return -1;
        while (capacity - piece->used < length)
            capacity *= 2;
        grown = realloc(piece->blob, capacity);
        if (!grown)
            return -1;
        piece->blob = grown;
        piece->capacity = capacity;
    }
    memcpy(piece->blob + piece->used, bytes, length);
    piece->used += length;
    return 0;
}

static int tr_piece_range(tr_piece *piece, tr_range range)
{
    if (piece->range_count == piece->range_capacity) {
        size_t capacity = piece->range_capacity ? piece->range_capacity * 2 : 4;
        tr_range *grown;
        if (capacity > SIZE_MAX / 2 / sizeof *grown)
            return -1;
        grown = realloc(piece->ranges, capacity * sizeof *grown);
        if (!grown)
            return -1;
        piece->ranges = grown;
        piece->range_capacity = capacity;
    }
    piece->ranges[piece->range_count++] = range;
    return 0;
}

/* ---- the window ---- */

static void tr_text_close(tr_text *text, const tr_scan_plan *plan)
{
    if (text->fd >= 0)
        close(text->fd);
    text->fd = -1;
    if (text->capacity > plan->chunk && text->capacity > plan->probe) { /* one long line was enough */
        free(text->bytes);
        text->bytes = NULL;
        text->capacity = 0;
    }
}

/* Lend the finder its memory, once. -1 with errno. */
static int tr_text_lend(tr_text *text, const tr_scan_plan *plan)
{
    if (!plan->finder || !plan->finder->scratch || text->scratch)
        return 0;
    text->scratch = calloc(1, plan->finder->scratch);
    if (!text->scratch)
        errno = ENOMEM;
    return text->scratch ? 0 : -1;
}

/* Open *path* beneath *directory*. -1 with errno; what is not a regular file is not read. */
static int tr_text_open(tr_text *text, const tr_scan_plan *plan, int directory, const char *path)
{
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (plan->follow ? 0 : O_NOFOLLOW);
    tr_text fresh = {
        .fd = -1, .line = 1, .bytes = text->bytes, .capacity = text->capacity, .raw = text->raw,
        .raw_capacity = text->raw_capacity, .scratch = text->scratch};
    struct stat info;

    *text = fresh;
    if (tr_text_lend(text, plan) < 0)
        return -1;
    text->fd = tr_open_beneath(directory, path, flags, 0, plan->follow);
    if (text->fd < 0 || fstat(text->fd, &info) < 0)
        return -1;
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    text->size = info.st_size > 0 ? (uint64_t)info.st_size : 0;
    return 0;
}

/* The start of the line *lines* lines before the line start *at*, or the start of the window. */
static size_t tr_text_back(const tr_text *text, const tr_scan_plan *plan, size_t at, size_t lines)
{
    while (lines-- && at) {
        const char *newline = plan->isa->last_newline(text->bytes, at - 1);
        at = newline ? (size_t)(newline - text->bytes) + 1 : 0;
    }
    return at;
}

/* Set *stop to the end of the line *lines* lines behind the line end *at*; 0 if it is not in the window yet. */
static int tr_text_forward(const tr_text *text, size_t at, size_t lines, size_t *stop)
{
    for (; lines && at < text->filled; lines--) {
        const char *newline = memchr(text->bytes + at, '\n', text->filled - at);
        if (!newline && !text->ended)
            return 0;
        at = newline ? (size_t)(newline - text->bytes) + 1 : text->filled;
    }
    *stop = at;
    return !lines || text->ended;
}

/* Leave out the byte order mark that the file begins with: it is no part of the first line. */
static void tr_text_unmark(tr_text *text)
{
    if (text->filled < TR_MARK || memcmp(text->bytes, "\xef\xbb\xbf", TR_MARK) != 0)
        return;
    text->filled -= TR_MARK;
    text->whole -= text->whole < TR_MARK ? text->whole : TR_MARK;
    memmove(text->bytes, text->bytes + TR_MARK, text->filled);
}

/* Number the line that starts at *at*, at or behind the last one numbered. */
static void tr_text_number(tr_text *text, const tr_scan_plan *plan, size_t at)
{
    text->line += plan->isa->count_newlines(text->bytes + text->numbered, at - text->numbered);
    text->numbered = at;
}

/* Drop what is not needed any more from the front of the window. */
static void tr_text_drop(tr_text *text, const tr_scan_plan *plan)
{
    size_t gone = tr_text_back(text, plan, text->at, plan->before);

    if (!gone)
        return;
    if (plan->mode == TR_SCAN_LINES && text->numbered < gone)
        tr_text_number(text, plan, gone);
    text->joined = text->joined && text->copied >= gone;
    text->copied -= text->joined ? gone : 0;
    text->numbered -= plan->mode == TR_SCAN_LINES ? gone : 0;
    text->at -= gone;
    text->whole -= gone;
    text->filled -= gone;
    memmove(text->bytes, text->bytes + gone, text->filled);
}

/* Make room behind what the window holds. -1 with errno, EFBIG when that would be too much. */
static int tr_text_room(tr_text *text, const tr_scan_plan *plan)
{
    size_t least = plan->chunk > plan->probe ? plan->chunk : plan->probe;
    size_t capacity = text->capacity;
    char *grown;

    if (text->filled <= capacity / 2 && capacity >= least)
        return 0;
    capacity = capacity < least ? least : capacity > plan->line_most / 2 ? plan->line_most : capacity * 2;
    if (capacity <= text->capacity) { /* at the limit: use it up */
        errno = EFBIG;
        return text->filled < text->capacity ? 0 : -1;
    }
    grown = realloc(text->bytes, capacity);
    if (!grown) {
        errno = ENOMEM;
        return -1;
    }
    text->bytes = grown;
    text->capacity = capacity;
    return 0;
}

/* Read some bytes of the file to *to*, and set *ended at its end. How many, or -1 with errno. */
static ssize_t tr_text_read(tr_text *text, char *to, size_t room, int *ended)
{
    size_t wanted = room < ((size_t)1 << 30) ? room : (size_t)1 << 30;
    ssize_t got;

    do
        got = read(text->fd, to, wanted);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;
    text->read_bytes += (uint64_t)got;
    /* A short read at the size that fstat told is the end; files of unknown size are read until 0. */
    *ended = got == 0 || ((size_t)got < wanted && text->size && text->read_bytes >= text->size);
    return got;
}

/* Decode what the window has room for. -1 with errno, EFBIG when it has none. */
static int tr_text_decode(tr_text *text)
{
    size_t room = text->capacity - text->filled, used;

    if (room < TR_UTF8_MOST) {
        errno = EFBIG;
        return -1;
    }
    text->filled += tr_utf16_decode(
        text->raw, text->raw_filled, text->order, text->raw_ended, text->bytes + text->filled, room, &used);
    text->raw_filled -= used;
    memmove(text->raw, text->raw + used, text->raw_filled);
    text->ended = text->raw_ended && !text->raw_filled;
    return 0;
}

/* Read on behind what the window holds. -1 with errno. */
static int tr_text_read_once(tr_text *text)
{
    ssize_t got = 0;

    if (!text->order) {
        got = tr_text_read(text, text->bytes + text->filled, text->capacity - text->filled, &text->ended);
        text->filled += got < 0 ? 0 : (size_t)got;
        return got < 0 ? -1 : 0;
    }
    if (!text->raw_ended && text->raw_filled < text->raw_capacity)
        got = tr_text_read(
            text, text->raw + text->raw_filled, text->raw_capacity - text->raw_filled, &text->raw_ended);
    if (got < 0)
        return -1;
    text->raw_filled += (size_t)got;
    return tr_text_decode(text);
}

/* Find out which lines of the window are whole, of which nothing new is in front of *before*. */
static void tr_text_measure(tr_text *text, const tr_scan_plan *plan, size_t before)
{
    const char *newline = plan->isa->last_newline(text->bytes + before, text->filled - before);

    if (text->ended)
        text->whole = text->filled;
    else if (newline)
        text->whole = (size_t)(newline - text->bytes) + 1;
}

/* Read more behind what the window holds. -1 with errno. */
static int tr_text_fill(tr_text *text, const tr_scan_plan *plan)
{
    size_t before, least;

    tr_text_drop(text, plan);
    if (tr_text_room(text, plan) < 0)
        return -1;
    before = text->filled;
    least = text->read_bytes ? 0 : plan->probe < TR_MARK ? TR_MARK : plan->probe;
    do
        if (tr_text_read_once(text) < 0)
            return -1;
    while (!text->ended && text->filled < least);
    tr_text_measure(text, plan, before);
    return 0;
}

/* Take what the window holds for the beginning of a file in UTF-16, behind its mark. -1 with errno. */
static int tr_text_widen(tr_text *text, const tr_scan_plan *plan)
{
    if (text->raw_capacity < text->capacity) {
        char *grown = realloc(text->raw, text->capacity);
        if (!grown) {
            errno = ENOMEM;
            return -1;
        }
        text->raw = grown;
        text->raw_capacity = text->capacity;
    }
    text->raw_filled = text->filled - TR_UTF16_MARK;
    text->raw_ended = text->ended;
    memcpy(text->raw, text->bytes + TR_UTF16_MARK, text->raw_filled);
    text->filled = text->whole = 0;
    if (tr_text_decode(text) < 0)
        return -1;
    tr_text_measure(text, plan, 0);
    return 0;
}

/* Judge the file by its beginning, which was just read: whether it is text, and how it is encoded. */
static int tr_text_begin(tr_text *text, const tr_scan_plan *plan)
{
    size_t probe = text->filled < plan->probe ? text->filled : plan->probe;

    text->order = tr_utf16_order(text->bytes, text->filled);
    if (text->order) {
        size_t most = probe > TR_UTF16_MARK ? probe - TR_UTF16_MARK : 0;
        if (!tr_utf16_is_text(text->bytes + TR_UTF16_MARK, most, text->order))
            return TR_STEP_BINARY;
        return tr_text_widen(text, plan) < 0 ? TR_STEP_FAILED : TR_STEP_MORE;
    }
    if (memchr(text->bytes, 0, probe))
        return TR_STEP_BINARY;
    tr_text_unmark(text);
    return TR_STEP_MORE;
}

/* Give back what is kept from file to file. */
static void tr_text_free(tr_text *text)
{
    free(text->bytes);
    free(text->raw);
    free(text->scratch);
    text->bytes = text->raw = NULL;
    text->scratch = NULL;
}

/* ---- the search ---- */

/* Copy the lines [begin, stop) of the window into the piece, sharing what it ends with, and note the range. */
static int tr_text_collect(
    tr_text *text, const tr_scan_plan *plan, size_t start, size_t end, size_t stop, size_t at, tr_piece *piece)
{
    size_t begin = tr_text_back(text, plan, start, plan->before), from = begin, base;
    tr_range range;

    if (text->joined && begin <= text->copied) {
        base = piece->used - (text->copied - begin);
        from = text->copied;
    } else {
        base = piece->used;
    }
    if (stop > from && tr_piece_append(piece, text->bytes + from, stop - from) < 0)
        return -1;
    text->copied = stop > from ? stop : from;
    text->joined = 1;
    tr_text_number(text, plan, start);
    range.line = text->line;
    range.begin = base;
    range.start = base + (start - begin);
    range.end = base + (end - begin);
    range.stop = base + (stop - begin);
    range.at = at;
    return tr_piece_range(piece, range);
}

/* The end of so many whole lines from *at* on as fill a piece. */
static size_t tr_text_share(const tr_text *text, const tr_scan_plan *plan)
{
    const char *here = text->bytes + text->at, *newline;
    size_t length = text->whole - text->at;

    if (length <= plan->piece_most)
        return text->whole;
    newline = plan->isa->last_newline(here, plan->piece_most);
    if (!newline)
        newline = memchr(here + plan->piece_most, '\n', length - plan->piece_most);
    return newline ? (size_t)(newline - text->bytes) + 1 : text->whole;
}

/* Set *start, *end to the next lines that are candidates and *at to what tells so in them; 0 if none are left. */
static int tr_text_candidate(tr_text *text, const tr_scan_plan *plan, size_t *start, size_t *end, size_t *at)
{
    const char *here, *newline, *hit;

    *start = text->at;
    *at = 0;
    if (text->at == text->whole)
        return 0;
    if (!plan->finder) {
        *end = tr_text_share(text, plan);
        return 1;
    }
    here = text->bytes + text->at;
    hit = tr_finder_find(plan->finder, text->scratch, here, text->whole - text->at);
    if (!hit) {
        text->at = text->whole;
        return 0;
    }
    newline = plan->isa->last_newline(here, (size_t)(hit - here));
    if (newline)
        *start = (size_t)(newline - text->bytes) + 1;
    *at = (size_t)(hit - text->bytes) - *start;
    newline = memchr(hit, '\n', text->whole - (size_t)(hit - text->bytes));
    *end = newline ? (size_t)(newline - text->bytes) + 1 : text->whole;
    return 1;
}

/* Search the whole lines of the window. TR_STEP_DONE: no need to go on. */
static int tr_text_search(tr_text *text, const tr_scan_plan *plan, tr_piece *piece)
{
    size_t start, end, stop, at;

    while (tr_piece_weight(piece) < plan->piece_most && tr_text_candidate(text, plan, &start, &end, &at)) {
        if (plan->mode != TR_SCAN_LINES) {
            text->count++;
            text->at = end;
            if (plan->mode == TR_SCAN_FILES)
                return TR_STEP_DONE;
            continue;
        }
        if (!tr_text_forward(text, end, plan->after, &stop)) {
            text->at = start;
            if (plan->finder)
                return TR_STEP_MORE;
            /* fewer lines, so that those behind them are their context */
            end = tr_text_back(text, plan, end, plan->after);
            if (end <= start || !tr_text_forward(text, end, plan->after, &stop))
                return TR_STEP_MORE;
        }
        if (tr_text_collect(text, plan, start, end, stop, at, piece) < 0) {
            errno = ENOMEM;
            return TR_STEP_FAILED;
        }
        text->at = end;
    }
    return TR_STEP_MORE;
}

/* Search further in the open file and add what is found to *piece*, which is empty.
 *
 * TR_STEP_MORE: call again. TR_STEP_DONE: the file is searched. TR_STEP_BINARY: it was not searched.
 * TR_STEP_FAILED: errno tells why; EFBIG is a line longer than the plan allows. */
static int tr_text_step(tr_text *text, const tr_scan_plan *plan, tr_piece *piece)
{
    int64_t until = tr_now() + TR_STEP_TIME;

    text->joined = 0;
    for (int reads = 0; !reads || (reads < TR_STEP_READS && tr_now() < until); reads++) {
        int first = !text->read_bytes, state = tr_text_search(text, plan, piece);
        if (state == TR_STEP_DONE || (text->ended && text->at == text->whole)) {
            piece->count = text->count;
            return TR_STEP_DONE;
        }
        if (state == TR_STEP_FAILED)
            return TR_STEP_FAILED;
        if (tr_piece_weight(piece) >= plan->piece_most)
            return TR_STEP_MORE;
        if (tr_text_fill(text, plan) < 0)
            return TR_STEP_FAILED;
        if (first && (state = tr_text_begin(text, plan)) != TR_STEP_MORE)
            return state;
    }
    return TR_STEP_MORE;
}

#endif
