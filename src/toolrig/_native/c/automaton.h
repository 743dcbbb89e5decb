/* A regular expression as an automaton over the bytes of a line: it tells the lines that may match.
 *
 * The program it is loaded from is made by `search/_automaton.py`, where its layout is written down. */
#ifndef TR_AUTOMATON_H
#define TR_AUTOMATON_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "byterun.h"

enum {
    TR_AUTOMATON_HEADER = 8, /* bytes: four counts */
    TR_POSITIONS_MOST = 512,
    TR_POSITION_WORDS = TR_POSITIONS_MOST / 64
};

typedef struct {
    size_t positions, classes;
    size_t words;      /* of a set of positions */
    uint8_t class_of[256];
    tr_byterun run;    /* what every match contains */
    const uint64_t *consumers; /* for each class, the positions that consume it */
    const uint64_t *follow;    /* for each position, those that may come next */
    const uint64_t *first, *last;
    uint64_t memory[]; /* the sets */
} tr_automaton;

static size_t tr_automaton_count(const uint8_t *program, size_t which)
{
    return program[2 * which] | (size_t)program[2 * which + 1] << 8;
}

/* Whether the sets name positions that there are, the class of each byte exists, and a newline is in none. */
static int tr_automaton_sound(const tr_automaton *it)
{
    size_t sets = it->classes + it->positions + 2;
    uint64_t beyond = it->positions % 64 ? ~UINT64_C(0) << it->positions % 64 : 0;

    for (size_t i = 0; i < sets; i++)
        if (it->memory[i * it->words + it->words - 1] & beyond)
            return 0;
    for (size_t byte = 0; byte < 256; byte++)
        if (it->class_of[byte] >= it->classes)
            return 0;
    for (size_t i = 0; i < it->words; i++)
        if (it->consumers[it->class_of['\n'] * it->words + i])
            return 0;
    return 1;
}

/* Load *program*. NULL with errno: EINVAL for what is none, ENOMEM. It is freed with free. */
static tr_automaton *tr_automaton_load(const char *program, size_t length, const char *isa)
{
    const uint8_t *bytes = (const uint8_t *)program;
    size_t positions, classes, run, sets, words, start;
    tr_automaton *it;

    errno = EINVAL;
    if (length < TR_AUTOMATON_HEADER + 256)
        return NULL;
    positions = tr_automaton_count(bytes, 0);
    classes = tr_automaton_count(bytes, 1);
    run = tr_automaton_count(bytes, 2);
    words = (positions + 63) / 64;
    sets = classes + positions + 2;
    start = TR_AUTOMATON_HEADER + 256 + run * TR_SET_BYTES;
    if (!positions || positions > TR_POSITIONS_MOST || !classes || classes > 256 || !run || run > TR_RUN_MOST
        || length != start + sets * words * 8)
        return NULL;
    it = calloc(1, sizeof *it + sets * words * 8);
    if (!it)
        return NULL;
    it->positions = positions;
    it->classes = classes;
    it->words = words;
    memcpy(it->class_of, bytes + TR_AUTOMATON_HEADER, 256);
    it->run = tr_byterun_of(bytes + TR_AUTOMATON_HEADER + 256, run, isa);
    for (size_t i = 0; i < sets * words; i++)
        for (size_t j = 0; j < 8; j++)
            it->memory[i] |= (uint64_t)bytes[start + 8 * i + j] << 8 * j;
    it->consumers = it->memory;
    it->follow = it->consumers + classes * words;
    it->first = it->follow + positions * words;
    it->last = it->first + words;
    if (!tr_automaton_sound(it)) {
        free(it);
        errno = EINVAL;
        return NULL;
    }
    return it;
}

/* Set *to* to the positions that a byte of *class* leads to from *from*. 1 if a match may end with it. */
static int tr_automaton_step(const tr_automaton *it, const uint64_t *from, size_t class_, uint64_t *to)
{
    const uint64_t *consumers = it->consumers + class_ * it->words;
    uint64_t ends = 0;

    memcpy(to, it->first, it->words * sizeof *to);
    for (size_t i = 0; i < it->words; i++) {
        const uint64_t *next = it->follow + 64 * i * it->words;
        for (uint64_t left = from[i]; left; left >>= 1, next += it->words)
            for (size_t j = 0; left & 1 && j < it->words; j++)
                to[j] |= next[j];
    }
    for (size_t i = 0; i < it->words; i++) {
        to[i] &= consumers[i];
        ends |= to[i] & it->last[i];
    }
    return ends != 0;
}

#endif
