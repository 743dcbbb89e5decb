/* What tells the lines that may match: one literal or several, an automaton, or both.
 *
 * A finder answers with a place inside the first candidate line. It may take a line that does not match,
 * never pass over one that does. */
#ifndef TR_FINDER_H
#define TR_FINDER_H

#include "automaton.h"
#include "bytescan.h"
#include "linescan.h"
#include "literals.h"
#include "teddy.h"

typedef struct tr_finder {
    /* A place inside the first candidate line of the text, which begins with a line, or NULL. For literals
     * it is where the first of them begins. */
    const char *(*find)(const struct tr_finder *finder, void *scratch, const char *text, size_t length);
    /* The same for the literals alone, where the lines that have one are put to the automaton, too. */
    const char *(*sieve)(const struct tr_finder *finder, void *scratch, const char *text, size_t length);
    size_t scratch; /* bytes that each searching thread lends to find; zeros before the first time */
    const tr_bytescan *isa;
    tr_literals *literals; /* owned, as is what follows */
    tr_teddy *teddy;
    tr_teddy_find *find_any;
    tr_automaton *automaton;
} tr_finder;

static const char *tr_finder_find(const tr_finder *finder, void *scratch, const char *text, size_t length)
{
    return finder->find(finder, scratch, text, length);
}

static const char *tr_find_one(const tr_finder *finder, void *scratch, const char *text, size_t length)
{
    (void)scratch;
    return finder->isa->find(finder->literals->each, text, length);
}

static const char *tr_find_folded(const tr_finder *finder, void *scratch, const char *text, size_t length)
{
    (void)scratch;
    return finder->isa->find_folded(finder->literals->each, text, length);
}

static const char *tr_find_any(const tr_finder *finder, void *scratch, const char *text, size_t length)
{
    (void)scratch;
    return finder->find_any(finder->teddy, text, length);
}

static const char *tr_find_accepted(const tr_finder *finder, void *scratch, const char *text, size_t length)
{
    return tr_lines_find(finder->automaton, scratch, finder->isa, text, length);
}

static const char *tr_find_sieved(const tr_finder *finder, void *scratch, const char *text, size_t length)
{
    const char *end = text + length, *hit, *newline, *stop, *found;

    while ((hit = finder->sieve(finder, NULL, text, (size_t)(end - text)))) {
        newline = memchr(hit, '\n', (size_t)(end - hit));
        stop = newline ? newline + 1 : end;
        newline = finder->isa->last_newline(text, (size_t)(hit - text));
        text = newline ? newline + 1 : text;
        if ((found = tr_line_find(finder->automaton, scratch, text, (size_t)(stop - text))))
            return found;
        text = stop;
    }
    return NULL;
}

/* Free what the finder owns. */
static void tr_finder_clear(tr_finder *finder)
{
    free(finder->literals);
    free(finder->teddy);
    free(finder->automaton);
    memset(finder, 0, sizeof *finder);
}

/* Find any of 1 to TR_LITERALS_MOST literals of at least one byte each, none with a newline; *caseless* is
 * for ASCII letters. -1 without memory. */
static int tr_finder_of_literals(
    tr_finder *finder, const tr_bytescan *isa, const char *const *bytes, const size_t *lengths, size_t count,
    int caseless)
{
    memset(finder, 0, sizeof *finder);
    finder->isa = isa;
    finder->literals = tr_literals_of(bytes, lengths, count, caseless);
    if (!finder->literals)
        return -1;
    if (count == 1) {
        finder->find = caseless ? tr_find_folded : tr_find_one;
        return 0;
    }
    finder->teddy = tr_teddy_of(finder->literals);
    if (!finder->teddy) {
        tr_finder_clear(finder);
        return -1;
    }
    finder->find = tr_find_any;
    finder->find_any = tr_teddy_for(isa);
    return 0;
}

/* Find lines that the automaton *program* accepts. -1 with errno, EINVAL if it is no program. */
static int tr_finder_of_automaton(tr_finder *finder, const tr_bytescan *isa, const char *program, size_t length)
{
    memset(finder, 0, sizeof *finder);
    finder->isa = isa;
    finder->automaton = tr_automaton_load(program, length, isa->name);
    if (!finder->automaton)
        return -1;
    finder->scratch = tr_states_size(finder->automaton);
    finder->find = tr_find_accepted;
    return 0;
}

/* Of the lines that *finder*, made for literals, finds take only those that the automaton *program* accepts. -1
 * with errno as above; the finder is to be cleared in any case. */
static int tr_finder_add_automaton(tr_finder *finder, const char *program, size_t length)
{
    finder->automaton = tr_automaton_load(program, length, finder->isa->name);
    if (!finder->automaton)
        return -1;
    finder->scratch = tr_states_size(finder->automaton);
    finder->sieve = finder->find;
    finder->find = tr_find_sieved;
    return 0;
}

#endif
