/* Rule files that are not git's, such as .ignore: their verdict comes before git's, whatever is tracked.
 *
 * They hold for all below their directory, repositories within included. All files of one name, from the
 * entry's directory upwards, are asked before those of the next name. */
#ifndef TR_EXTRARULES_H
#define TR_EXTRARULES_H

#include "ignorequery.h"

/* The rule files of one directory. */
typedef struct tr_extra {
    const struct tr_extra *parent; /* of the nearest directory above that has any */
    struct tr_extra *next;
    size_t base; /* bytes of a path above this directory, counted from the topmost one that is looked into */
    size_t count;
    tr_rules *rules[]; /* one a name, NULL where there is no such file */
} tr_extra;

static void tr_extra_free(tr_extra *extra)
{
    size_t i;

    for (i = 0; extra && i < extra->count; i++)
        tr_rules_free(extra->rules[i]);
    free(extra);
}

/* Read the files that *names* (each ends with NUL, an empty one ends the list) says are in *dir_fd*; *extra NULL
 * where there is none. Returns 0 or ENOMEM. */
static int tr_extra_read(tr_extra **extra, const char *names, int dir_fd)
{
    const char *name;
    size_t count = 0, found = 0;

    for (name = names; *name; name += strlen(name) + 1)
        count++;
    *extra = calloc(1, sizeof **extra + count * sizeof(tr_rules *));
    if (!*extra)
        return ENOMEM;
    for (name = names; *name; name += strlen(name) + 1) {
        tr_rules **rules = &(*extra)->rules[(*extra)->count++];
        if (tr_rules_read(rules, dir_fd, name, O_NOFOLLOW, 0) != 0) {
            tr_extra_free(*extra);
            return ENOMEM;
        }
        found += *rules != NULL;
    }
    if (!found) {
        tr_extra_free(*extra);
        *extra = NULL;
    }
    return 0;
}

/* As tr_rules_verdict, of *extra* and all above it. */
static int tr_extra_verdict(const tr_extra *extra, tr_query *query)
{
    size_t i;
    int verdict = 0;

    for (i = 0; extra && i < extra->count; i++) {
        const tr_extra *at;
        for (at = extra; at; at = at->parent)
            if (at->rules[i] && (verdict = tr_rules_verdict(at->rules[i], query, at->base)))
                return verdict;
    }
    return 0;
}

#endif
