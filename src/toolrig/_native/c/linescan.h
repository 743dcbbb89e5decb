/* The lines of a text that an automaton accepts, found by a deterministic automaton made while it is needed.
 *
 * A state is the set of positions that the bytes of the line up to here may have led to; the first state is the
 * empty set, and a newline leads to it. A row of transitions has an entry for each class of bytes. States are
 * kept until there is no room; then all are dropped. An automaton that needs new ones all the time would be
 * slower than what it spares, so that it is given up: from then on every line is accepted. */
#ifndef TR_LINESCAN_H
#define TR_LINESCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "automaton.h"

/* How much it takes: of less a fuzzer sees the end sooner. */
#ifndef TR_STATES_MOST
#  define TR_STATES_MOST 1024
#  define TR_STREAMS_LEAST 2048     /* bytes of a text that is cut into streams */
#  define TR_SEEN_LEAST (1 << 16)   /* bytes after which the use of the run is judged, */
#  define TR_SEEN_MOST (1 << 20)    /* by so many at most */
#endif

enum {
    TR_STATE_SLOTS = 2 * TR_STATES_MOST, /* of the table that finds a state by its set */
    TR_STATE_BLOCK = 16,    /* bytes between two looks at the state */
    TR_STREAMS = 4,         /* parts of a text that are scanned side by side */
    TR_TRIED_SHARE = 6,     /* a run that leaves more than this part of the text is of no use */
    TR_LEARNED_FREE = 1 << 14, /* transitions that may be learned at once, */
    TR_LEARNED_EACH = 64    /* and beyond them, the bytes that each should last for */
};

/* The first rows: an entry that leads to one of the first two stays there. */
enum { TR_STATE_UNKNOWN, TR_STATE_ACCEPTED, TR_STATE_START, TR_STATE_FIRST };

/* What one thread knows about the states; zeros to begin with. *memory* holds the rows, the sets and the slots. */
typedef struct {
    const tr_automaton *automaton;
    unsigned shift;    /* a row has 1 << shift entries, each the index of another row's first */
    uint32_t count;    /* states */
    uint32_t *rows;
    uint64_t *sets;
    uint16_t *slots;   /* states, 0 for none */
    uint64_t scanned;  /* bytes */
    uint64_t seen;     /* bytes in which the run was looked for */
    uint64_t tried;    /* bytes of the lines that have it */
    uint64_t rested;   /* bytes in which it was not looked for */
    uint64_t learned;  /* transitions */
    uint64_t dropped;  /* how often all states were */
    int tired;
    uint64_t memory[];
} tr_states;

static unsigned tr_states_shift(const tr_automaton *automaton)
{
    unsigned shift = 0;
    while ((size_t)1 << shift < automaton->classes)
        shift++;
    return shift;
}

/* Bytes of the memory that each thread needs. */
static size_t tr_states_size(const tr_automaton *automaton)
{
    size_t row = sizeof(uint32_t) << tr_states_shift(automaton), set = automaton->words * sizeof(uint64_t);
    return sizeof(tr_states) + TR_STATES_MOST * (row + set) + TR_STATE_SLOTS * sizeof(uint16_t);
}

static uint32_t *tr_states_row(const tr_states *states, size_t state) { return states->rows + (state << states->shift); }

/* The slot that has the state of *set*, or where it belongs. */
static uint16_t *tr_states_slot(const tr_states *states, const uint64_t *set)
{
    size_t words = states->automaton->words;
    uint64_t hash = 0;

    for (size_t i = 0; i < words; i++)
        hash = (hash ^ set[i]) * UINT64_C(0x9e3779b97f4a7c15), hash ^= hash >> 32;
    for (size_t at = (size_t)hash % TR_STATE_SLOTS;; at = (at + 1) % TR_STATE_SLOTS) {
        uint16_t *slot = &states->slots[at];
        if (!*slot || !memcmp(states->sets + *slot * words, set, words * sizeof *set))
            return slot;
    }
}

/* Forget all states but the first ones. */
static void tr_states_drop(tr_states *states)
{
    size_t words = states->automaton->words, width = (size_t)1 << states->shift;
    uint64_t *empty = states->sets + TR_STATE_START * words;

    memset(states->rows, 0, (states->count << states->shift) * sizeof *states->rows);
    memset(states->slots, 0, TR_STATE_SLOTS * sizeof *states->slots);
    memset(empty, 0, words * sizeof *empty);
    for (size_t i = 0; i < width; i++)
        tr_states_row(states, TR_STATE_ACCEPTED)[i] = (uint32_t)(TR_STATE_ACCEPTED << states->shift);
    *tr_states_slot(states, empty) = TR_STATE_START;
    states->count = TR_STATE_FIRST;
}

static void tr_states_begin(tr_states *states, const tr_automaton *automaton)
{
    states->automaton = automaton;
    states->shift = tr_states_shift(automaton);
    states->sets = states->memory;
    states->rows = (uint32_t *)(void *)(states->sets + TR_STATES_MOST * automaton->words);
    states->slots = (uint16_t *)(void *)(states->rows + ((size_t)TR_STATES_MOST << states->shift));
    tr_states_drop(states);
}

/* The state of *set*, a new one if need be; none of the states there were may be left after that. */
static uint32_t tr_states_of(tr_states *states, const uint64_t *set)
{
    size_t words = states->automaton->words;
    uint16_t *slot = tr_states_slot(states, set);

    if (*slot)
        return *slot;
    if (states->count == TR_STATES_MOST) {
        states->dropped++;
        tr_states_drop(states);
        slot = tr_states_slot(states, set);
    }
    memcpy(states->sets + states->count * words, set, words * sizeof *set);
    return *slot = (uint16_t)states->count++;
}

/* Find out where *byte* leads from the row at *from*, which does not know it yet. */
static uint32_t tr_states_learn(tr_states *states, uint32_t from, unsigned char byte)
{
    const tr_automaton *automaton = states->automaton;
    size_t class_ = automaton->class_of[byte];
    uint64_t dropped = states->dropped, set[TR_POSITION_WORDS];
    uint32_t to = TR_STATE_ACCEPTED;

    states->learned++;
    if (!tr_automaton_step(automaton, states->sets + (from >> states->shift) * automaton->words, class_, set))
        to = tr_states_of(states, set);
    to <<= states->shift;
    if (states->dropped == dropped)
        states->rows[from + class_] = to;
    return to;
}

/* Whether learning costs more than it spares. */
static int tr_states_tired(const tr_states *states)
{
    return states->learned > TR_LEARNED_FREE
        && (states->learned - TR_LEARNED_FREE) * TR_LEARNED_EACH > states->scanned;
}

/* ---- one stream: lines one after the other ---- */

typedef struct {
    const uint8_t *begin, *at, *end; /* begins with a line */
    uint32_t state;
} tr_stream;

static void tr_stream_restart(const tr_states *states, tr_stream *stream)
{
    stream->at = stream->begin;
    stream->state = TR_STATE_START << states->shift;
}

/* Go on for a block, or to the end, learning what is not known. Where a match ends, or NULL. */
static const char *tr_stream_learn(tr_states *states, tr_stream *stream)
{
    const uint32_t accepted = (uint32_t)TR_STATE_ACCEPTED << states->shift;
    const uint8_t *stop = stream->end - stream->at < TR_STATE_BLOCK ? stream->end : stream->at + TR_STATE_BLOCK;

    for (; stream->at < stop; stream->at++) {
        uint32_t next = states->rows[stream->state + states->automaton->class_of[*stream->at]];
        if (next < accepted)
            next = tr_states_learn(states, stream->state, *stream->at);
        if (next == accepted)
            return (const char *)stream->at;
        stream->state = next;
    }
    states->tired = tr_states_tired(states);
    return NULL;
}

/* Go on to the end. Where a match ends, or NULL, also for an automaton that is given up. */
static const char *tr_stream_run(tr_states *states, tr_stream *stream)
{
    const uint8_t *class_of = states->automaton->class_of;
    const uint32_t *rows = states->rows;
    const uint32_t accepted = (uint32_t)TR_STATE_ACCEPTED << states->shift;
    const char *found = NULL;

    while (stream->at < stream->end && !states->tired && !found) {
        const uint8_t *at = stream->at;
        uint32_t state = stream->state, next = state;

        for (; stream->end - at >= TR_STATE_BLOCK; at += TR_STATE_BLOCK, state = next) {
            for (size_t i = 0; i < TR_STATE_BLOCK; i++)
                next = (rows + class_of[at[i]])[next]; /* only the load waits for the byte before */
            if (next <= accepted)
                break;
        }
        states->scanned += (size_t)(at - stream->at) + TR_STATE_BLOCK;
        stream->at = at;
        stream->state = state;
        found = tr_stream_learn(states, stream);
    }
    return found;
}

/* ---- several streams side by side: while one waits for its load, the others go on ---- */

static size_t tr_streams_blocks(const tr_stream *streams)
{
    size_t blocks = SIZE_MAX;
    for (size_t k = 0; k < TR_STREAMS; k++) {
        size_t own = (size_t)(streams[k].end - streams[k].at) / TR_STATE_BLOCK;
        blocks = own < blocks ? own : blocks;
    }
    return blocks;
}

/* Go on in all streams until one ends or needs a closer look: 1 for that. */
static int tr_streams_go(tr_states *states, tr_stream *streams)
{
    const uint8_t *class_of = states->automaton->class_of;
    const uint32_t *rows = states->rows;
    const uint32_t accepted = (uint32_t)TR_STATE_ACCEPTED << states->shift;
    uint32_t next[TR_STREAMS];

    for (size_t k = 0; k < TR_STREAMS; k++)
        next[k] = streams[k].state;
    for (size_t blocks = tr_streams_blocks(streams); blocks; blocks--) {
        for (size_t i = 0; i < TR_STATE_BLOCK; i++)
            for (size_t k = 0; k < TR_STREAMS; k++)
                next[k] = (rows + class_of[streams[k].at[i]])[next[k]];
        for (size_t k = 0; k < TR_STREAMS; k++)
            if (next[k] <= accepted)
                return 1;
        for (size_t k = 0; k < TR_STREAMS; k++) {
            streams[k].at += TR_STATE_BLOCK;
            streams[k].state = next[k];
        }
        states->scanned += TR_STREAMS * TR_STATE_BLOCK;
    }
    return 0;
}

/* Cut the text at ends of lines. */
static void tr_streams_cut(const tr_states *states, tr_stream *streams, const uint8_t *text, size_t length)
{
    const uint8_t *begin = text, *end = text + length;

    for (size_t k = 0; k < TR_STREAMS; k++) {
        const uint8_t *stop = text + length / TR_STREAMS * (k + 1), *newline = NULL;
        if (stop < begin)
            stop = begin;
        if (k + 1 < TR_STREAMS && stop < end)
            newline = memchr(stop, '\n', (size_t)(end - stop));
        streams[k].begin = begin;
        streams[k].end = begin = newline ? newline + 1 : end;
        tr_stream_restart(states, &streams[k]);
    }
}

/* Go on side by side as far as that goes. How many streams are to be finished: those behind a match are not. */
static size_t tr_streams_run(tr_states *states, tr_stream *streams)
{
    uint64_t dropped = states->dropped;

    while (tr_streams_go(states, streams))
        for (size_t k = 0; k < TR_STREAMS; k++) {
            if (tr_stream_learn(states, &streams[k]))
                return k + 1;
            if (states->dropped != dropped) /* and with them the states of the other streams */
                return TR_STREAMS;
        }
    return TR_STREAMS;
}

/* Where in the text, which begins with a line, the first match ends, or NULL. */
static const char *tr_states_run(tr_states *states, const char *text, size_t length)
{
    tr_stream streams[TR_STREAMS] = {{.begin = (const uint8_t *)text, .end = (const uint8_t *)text + length}};
    size_t count = 1;
    uint64_t dropped = states->dropped;
    const char *found = NULL;

    tr_stream_restart(states, &streams[0]);
    if (length >= TR_STREAMS_LEAST) {
        if (states->count > TR_STATES_MOST / 2)
            tr_states_drop(states); /* now, when no stream is in one */
        tr_streams_cut(states, streams, (const uint8_t *)text, length);
        count = tr_streams_run(states, streams);
    }
    for (size_t k = 0; k < count && !found; k++) {
        if (states->dropped != dropped)
            tr_stream_restart(states, &streams[k]);
        found = tr_stream_run(states, &streams[k]);
    }
    return states->tired ? text : found;
}

/* A place in the line if *automaton* accepts it, or NULL. */
static const char *tr_line_find(const tr_automaton *automaton, tr_states *states, const char *line, size_t length)
{
    if (!states->automaton)
        tr_states_begin(states, automaton);
    return tr_states_run(states, line, length);
}

/* ---- lines that have the run ---- */

/* Whether the run is in so many lines that looking for it is a detour; asked again once in a while. */
static int tr_run_is_idle(tr_states *states)
{
    if (states->seen >= TR_SEEN_MOST) {
        states->tried /= 2;
        states->seen /= 2;
    }
    return states->seen >= TR_SEEN_LEAST && states->tried > states->seen / TR_TRIED_SHARE;
}

/* A place in the first line of the text that *automaton* accepts, or NULL. The text begins with a line. */
static const char *tr_lines_find(
    const tr_automaton *automaton, tr_states *states, const tr_bytescan *isa, const char *text, size_t length)
{
    const char *end = text + length, *stop, *hit, *newline, *found;

    if (!states->automaton)
        tr_states_begin(states, automaton);
    while (!tr_run_is_idle(states)) {
        hit = automaton->run.find(&automaton->run, text, (size_t)(end - text));
        newline = hit ? memchr(hit, '\n', (size_t)(end - hit)) : NULL;
        stop = newline ? newline + 1 : end;
        states->seen += (size_t)(stop - text);
        if (!hit)
            return NULL;
        newline = isa->last_newline(text, (size_t)(hit - text));
        text = newline ? newline + 1 : text;
        states->tried += (size_t)(stop - text);
        if ((found = tr_states_run(states, text, (size_t)(stop - text))))
            return found;
        text = stop;
    }
    states->rested += (size_t)(end - text);
    if (states->rested >= TR_SEEN_MOST)
        states->seen = states->tried = states->rested = 0;
    return tr_states_run(states, text, (size_t)(end - text));
}

#endif
