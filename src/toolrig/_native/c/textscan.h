/* Searching many files on several threads, handing out what is found in the order of the files.
 *
 * A file being searched occupies a lane: a window and a place in the file. A lane belongs to no thread.
 * Who has time takes one, searches one step of its file and puts it back, so a file set aside is never
 * stuck behind a busy pool, and a huge file hands out its hits piece by piece. What is found and not yet
 * fetched is bounded: beyond it only the first unfinished file goes on, which is what the consumer waits for.
 * The consumer works too; helpers are recruited from the pool when there is work to share, and leave when
 * there is none. */
#ifndef TR_TEXTSCAN_H
#define TR_TEXTSCAN_H

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filescan.h"
#include "job.h"
#include "waiting.h"

enum { TR_SCAN_END, TR_SCAN_BATCH, TR_SCAN_FAILED };
enum {
    TR_SCAN_ALONE = 4,      /* steps taken before help is called */
    TR_SCAN_SLICE = 50 * TR_MILLISECOND, /* the consumer returns at least this often */
    TR_SCAN_HELPERS_MOST = 7,
    TR_SCAN_HELD_FACTOR = 16 /* pieces' worth of bytes that may wait to be fetched */
};

typedef struct {
    tr_text text;
    size_t file;
    int open; /* has a file */
    int busy; /* a thread is inside */
} tr_lane;

/* What is known about one file and not fetched yet. */
typedef struct {
    tr_piece *first, *last;
    int done;
} tr_slot;

struct tr_scan;

typedef struct {
    tr_job job;
    struct tr_scan *scan;
    int busy;
} tr_scan_helper;

typedef struct tr_scan {
    tr_scan_plan plan;
    int directory;
    tr_crew crew;
    int lane_count;
    tr_lane lanes[TR_SCAN_HELPERS_MOST + 1];
    tr_scan_helper help[TR_SCAN_HELPERS_MOST];

    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *const *paths; /* the caller's, until all are done */
    tr_slot *slots;
    size_t count, next, done; /* files: all, opened so far, searched to their end */
    size_t head;              /* the first file not fetched to its end */
    size_t held;              /* bytes found and not fetched */
    size_t steps;
    int helpers;              /* queued or running */
    int stop, failed;
    uint64_t searched, binary;
} tr_scan;

/* ---- the shared state; these are called with the lock held ---- */

static int tr_scan_full(const tr_scan *scan)
{
    return scan->held / TR_SCAN_HELD_FACTOR >= scan->plan.piece_most;
}

/* A lane to work on: the earliest file set aside, else a new one. NULL if nothing can be done now. */
static tr_lane *tr_scan_pick(tr_scan *scan)
{
    tr_lane *best = NULL, *empty = NULL;

    for (int i = 0; i < scan->lane_count; i++) {
        tr_lane *lane = &scan->lanes[i];
        if (lane->busy)
            continue;
        if (!lane->open)
            empty = lane;
        else if (!best || lane->file < best->file)
            best = lane;
    }
    if (best && (best->file == scan->head || !tr_scan_full(scan)))
        return best;
    if (!empty || scan->next == scan->count || tr_scan_full(scan))
        return NULL;
    empty->file = scan->next++;
    return empty;
}

static void tr_scan_add(tr_scan *scan, tr_piece *piece)
{
    tr_slot *slot = &scan->slots[piece->file];
    piece->next = NULL;
    if (slot->last)
        slot->last->next = piece;
    else
        slot->first = piece;
    slot->last = piece;
    scan->held += tr_piece_weight(piece);
}

static void tr_scan_help(void *argument);

static void tr_scan_recruit(tr_scan *scan)
{
    size_t idle = scan->count - scan->next;

    if (scan->steps < TR_SCAN_ALONE || tr_scan_full(scan))
        return;
    for (int i = 0; i < scan->lane_count; i++)
        idle += !scan->lanes[i].busy && scan->lanes[i].open; /* in this order: a busy lane is its thread's */
    for (int i = 0; i < scan->lane_count - 1 && (size_t)scan->helpers < idle; i++) {
        tr_scan_helper *helper = &scan->help[i];
        if (helper->busy)
            continue;
        helper->job.run = tr_scan_help;
        helper->job.argument = helper;
        helper->scan = scan;
        if (scan->crew.submit(&helper->job) < 0)
            return;
        helper->busy = 1;
        scan->helpers++;
    }
}

/* ---- one step, without the lock ---- */

/* Search one step of the lane's file. How it ended; *piece holds what was found, and must be empty. */
static int tr_lane_step(const tr_scan *scan, tr_lane *lane, tr_piece *piece)
{
    int state = TR_STEP_FAILED;

    if (lane->open || tr_text_open(&lane->text, &scan->plan, scan->directory, scan->paths[lane->file]) == 0)
        state = tr_text_step(&lane->text, &scan->plan, piece);
    lane->open = state == TR_STEP_MORE;
    if (state == TR_STEP_FAILED) {
        piece->error = errno;
        piece->count = lane->text.count;
    }
    if (!lane->open)
        tr_text_close(&lane->text, &scan->plan);
    return state;
}

/* Work on *lane*, with the lock released meanwhile. *spare is a piece to be used, kept if nothing was found. */
static void tr_scan_work(tr_scan *scan, tr_lane *lane, tr_piece **spare)
{
    tr_piece *piece = *spare ? *spare : calloc(1, sizeof *piece);
    int state = TR_STEP_FAILED;

    *spare = piece;
    if (!piece) {
        scan->failed = 1;
        return;
    }
    lane->busy = 1;
    scan->steps++;
    tr_scan_recruit(scan);
    pthread_mutex_unlock(&scan->lock);
    piece->file = lane->file;
    state = tr_lane_step(scan, lane, piece);
    pthread_mutex_lock(&scan->lock);
    lane->busy = 0;
    scan->failed |= piece->error == ENOMEM;
    scan->searched += state == TR_STEP_DONE;
    scan->binary += state == TR_STEP_BINARY;
    if (piece->range_count || piece->count || piece->error) {
        tr_scan_add(scan, piece);
        *spare = NULL;
    }
    if (state != TR_STEP_MORE) {
        scan->slots[lane->file].done = 1;
        scan->done++;
    }
    if (scan->helpers)
        pthread_cond_broadcast(&scan->changed);
}

static void tr_scan_help(void *argument)
{
    tr_scan_helper *helper = argument;
    tr_scan *scan = helper->scan;
    tr_piece *spare = NULL;
    tr_lane *lane;

    pthread_mutex_lock(&scan->lock);
    while (!scan->stop && !scan->failed && (lane = tr_scan_pick(scan)))
        tr_scan_work(scan, lane, &spare);
    helper->busy = 0;
    scan->helpers--;
    pthread_cond_broadcast(&scan->changed);
    pthread_mutex_unlock(&scan->lock);
    tr_piece_free(spare); /* not the scan's: that may be gone by now */
}

/* ---- the consumer ---- */

/* Prepare to search files of *directory*, which stays the caller's. NULL without memory. */
static tr_scan *tr_scan_open(int directory, const tr_scan_plan *plan, tr_crew crew, int threads)
{
    tr_scan *scan = calloc(1, sizeof *scan);

    if (!scan)
        return NULL;
    scan->plan = *plan;
    scan->directory = directory;
    scan->crew = crew;
    scan->lane_count = threads < 1 ? 1 : threads > TR_SCAN_HELPERS_MOST ? TR_SCAN_HELPERS_MOST + 1 : threads;
    for (int i = 0; i < scan->lane_count; i++)
        scan->lanes[i].text.fd = -1;
    if (tr_waiting_init(&scan->lock, &scan->changed) < 0) {
        free(scan);
        return NULL;
    }
    return scan;
}

/* Search *count* files from now on; the last ones must be done. -1 without memory. */
static int tr_scan_start(tr_scan *scan, const char *const *paths, size_t count)
{
    tr_slot *slots = calloc(count ? count : 1, sizeof *slots);

    if (!slots)
        return -1;
    pthread_mutex_lock(&scan->lock);
    free(scan->slots);
    scan->slots = slots;
    scan->paths = paths;
    scan->count = count;
    scan->next = scan->head = scan->done = 0;
    pthread_mutex_unlock(&scan->lock);
    return 0;
}

/* Detach what is known of the files from the first unfinished one on, in their order. */
static tr_piece *tr_scan_take(tr_scan *scan)
{
    tr_piece *all = NULL, **end = &all;

    for (; scan->head < scan->count; scan->head++) {
        tr_slot *slot = &scan->slots[scan->head];
        for (*end = slot->first; *end; end = &(*end)->next)
            scan->held -= tr_piece_weight(*end);
        slot->first = slot->last = NULL;
        if (!slot->done)
            break;
    }
    return all;
}

/* Whether enough has been found for the consumer to have it; moves on to the first file it waits for. */
static int tr_scan_ripe(tr_scan *scan)
{
    while (scan->head < scan->count && scan->slots[scan->head].done && !scan->slots[scan->head].first)
        scan->head++;
    return scan->done == scan->count
        || (scan->held >= scan->plan.piece_most && scan->slots[scan->head].first);
}

/* Search until there is a batch to hand out, or for 50 ms.
 *
 * TR_SCAN_BATCH: *out* is a list of pieces, possibly empty, the caller's. TR_SCAN_END: all files are done.
 * TR_SCAN_FAILED: memory ran out. */
static int tr_scan_next(tr_scan *scan, tr_piece **out)
{
    int64_t until = tr_now() + TR_SCAN_SLICE;
    tr_piece *spare = NULL;
    tr_lane *lane;
    int state = TR_SCAN_BATCH;

    *out = NULL;
    pthread_mutex_lock(&scan->lock);
    while (!scan->failed && !tr_scan_ripe(scan) && tr_now() < until) {
        if ((lane = tr_scan_pick(scan)))
            tr_scan_work(scan, lane, &spare);
        else
            tr_wait(&scan->changed, &scan->lock, TR_SCAN_SLICE);
    }
    if (scan->failed)
        state = TR_SCAN_FAILED;
    else if (scan->head == scan->count)
        state = TR_SCAN_END;
    else
        *out = tr_scan_take(scan);
    pthread_mutex_unlock(&scan->lock);
    tr_piece_free(spare);
    return state;
}

static void tr_scan_counts(tr_scan *scan, uint64_t *searched, uint64_t *binary)
{
    pthread_mutex_lock(&scan->lock);
    *searched = scan->searched;
    *binary = scan->binary;
    pthread_mutex_unlock(&scan->lock);
}

/* Stop, and return when no helper is inside any more. */
static void tr_scan_halt(tr_scan *scan)
{
    pthread_mutex_lock(&scan->lock);
    scan->stop = 1;
    for (int i = 0; i < scan->lane_count - 1; i++)
        if (scan->help[i].busy && scan->crew.withdraw(&scan->help[i].job)) {
            scan->help[i].busy = 0;
            scan->helpers--;
        }
    while (scan->helpers)
        pthread_cond_wait(&scan->changed, &scan->lock);
    pthread_mutex_unlock(&scan->lock);
}

static void tr_scan_free(tr_scan *scan)
{
    for (size_t i = scan->head; i < scan->count; i++)
        while (scan->slots[i].first) {
            tr_piece *piece = scan->slots[i].first;
            scan->slots[i].first = piece->next;
            tr_piece_free(piece);
        }
    for (int i = 0; i < scan->lane_count; i++) {
        tr_text_close(&scan->lanes[i].text, &scan->plan);
        tr_text_free(&scan->lanes[i].text);
    }
    free(scan->slots);
    pthread_cond_destroy(&scan->changed);
    pthread_mutex_destroy(&scan->lock);
    free(scan);
}

#endif
