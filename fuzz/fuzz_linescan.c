/* The deterministic automaton must accept the lines that the program it is made from accepts, and no others.
 *
 * Input: how often the text is repeated; the counts of positions, classes and sets in the run; eight bytes from
 * which the sets grow; the text. With an odd first byte the program is damaged, and need not be loaded. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TR_STATES_MOST 16
#define TR_STREAMS_LEAST 64
#define TR_SEEN_LEAST 64
#define TR_SEEN_MOST 256
#include "linescan.h"

enum { PROGRAM_MOST = 1 << 16 };

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void check(int holds)
{
    if (!holds)
        abort();
}

/* A set of *words* words in which every *density*th of *count* bits is 1, on average. */
static uint8_t *put_set(uint8_t *at, size_t words, size_t count, unsigned density)
{
    memset(at, 0, words * 8);
    for (size_t i = 0; i < count; i++)
        if (next_random() % density == 0)
            at[i / 8] |= (uint8_t)(1u << i % 8);
    return at + words * 8;
}

static size_t make_program(uint8_t *program, size_t positions, size_t classes, size_t run)
{
    size_t words = (positions + 63) / 64;
    uint8_t *at = program + TR_AUTOMATON_HEADER;
    const size_t counts[] = {positions, classes, run, 0};

    for (size_t i = 0; i < 4; i++) {
        program[2 * i] = (uint8_t)counts[i];
        program[2 * i + 1] = (uint8_t)(counts[i] >> 8);
    }
    for (size_t byte = 0; byte < 256; byte++)
        *at++ = (uint8_t)(byte == '\n' ? classes - 1 : byte % classes);
    for (size_t i = 0; i < run; i++) {
        at = put_set(at, TR_SET_BYTES / 8, 256, 1 + next_random() % 2);
        at[-TR_SET_BYTES + 1] &= (uint8_t)~4u; /* no newline */
    }
    for (size_t i = 0; i + 1 < classes; i++)
        at = put_set(at, words, positions, 2);
    at = put_set(at, words, 0, 1); /* the class of the newline */
    for (size_t i = 0; i < positions; i++)
        at = put_set(at, words, positions, 1 + (unsigned)(positions / 2));
    at = put_set(at, words, positions, 4);
    at = put_set(at, words, positions, (unsigned)(positions + 1));
    return (size_t)(at - program);
}

static int plainly_has_run(const tr_automaton *automaton, const char *line, const char *end)
{
    for (; (size_t)(end - line) >= automaton->run.length; line++)
        if (tr_run_at(&automaton->run, line))
            return 1;
    return 0;
}

static int plainly_accepted(const tr_automaton *automaton, const char *line, const char *end)
{
    uint64_t from[TR_POSITION_WORDS] = {0}, to[TR_POSITION_WORDS];

    for (; line < end; line++) {
        if (tr_automaton_step(automaton, from, automaton->class_of[(unsigned char)*line], to))
            return 1;
        memcpy(from, to, sizeof from);
    }
    return 0;
}

/* Every line that is to be found must be, one after the other; the run may be left out of account. */
static void check_text(const tr_automaton *automaton, const tr_bytescan *isa, const char *text, size_t length)
{
    tr_states *states = calloc(1, tr_states_size(automaton));
    const char *end = text + length, *line = text, *found = text, *stop;

    check(states != NULL);
    for (; line < end && !states->tired; line = stop) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        int wanted = plainly_accepted(automaton, line, newline ? newline : end);
        stop = newline ? newline + 1 : end;
        if (found && found <= line)
            found = tr_lines_find(automaton, states, isa, line, (size_t)(end - line));
        if (states->tired)
            break;
        if (found && found < stop)
            check(wanted);
        else
            check(!wanted || !plainly_has_run(automaton, line, newline ? newline : end));
        if (found && found < stop)
            found = stop;
    }
    free(states);
}

/* Lines one by one: the run does not matter. */
static void check_lines(const tr_automaton *automaton, const char *text, size_t length)
{
    tr_states *states = calloc(1, tr_states_size(automaton));
    const char *end = text + length, *line = text, *stop;

    check(states != NULL);
    for (; line < end; line = stop) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *found;
        stop = newline ? newline + 1 : end;
        found = tr_line_find(automaton, states, line, (size_t)(stop - line));
        if (states->tired)
            break;
        check(!found == !plainly_accepted(automaton, line, newline ? newline : end));
    }
    free(states);
}

static void damage(uint8_t *program, size_t length)
{
    for (uint64_t left = 1 + next_random() % 4; left; left--)
        program[next_random() % length] ^= (uint8_t)(1u << next_random() % 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"avx2", "sse2", "neon", "scalar"};
    static uint8_t program[PROGRAM_MOST];
    size_t length, times;
    char *text;

    if (size < 12)
        return 0;
    memcpy(&random_state, data + 4, 8);
    random_state |= 1;
    length = make_program(program, 1 + data[1] % 100, 2 + data[2] % 8, 1 + data[3] % 8);
    if (data[0] & 1)
        damage(program, length);
    times = 1 + (data[0] >> 1) % 16;
    text = malloc((size - 12) * times + 1);
    check(text != NULL);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * (size - 12), data + 12, size - 12);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const tr_bytescan *isa = tr_bytescan_for(names[i]);
        tr_automaton *automaton = isa ? tr_automaton_load((const char *)program, length, names[i]) : NULL;
        check(!isa || automaton || data[0] & 1);
        if (automaton)
            check_text(automaton, isa, text, (size - 12) * times);
        if (automaton)
            check_lines(automaton, text, (size - 12) * times);
        free(automaton);
    }
    free(text);
    return 0;
}
