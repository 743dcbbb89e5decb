/* What git reads from objects because a sparse checkout leaves it out of the work tree: rule files, and the names
 * in directories that a sparse index folds into one entry. Somebody else reads the objects and supplies them. */
#ifndef TR_GITABSENT_H
#define TR_GITABSENT_H

#include "gitindex.h"
#include "ignorefile.h"

/* A .gitignore that exists in the index alone. */
typedef struct tr_absent {
    struct tr_absent *next;
    char *bytes;
    size_t length, path_length;
    char path[]; /* of its directory, "" or ending in a slash */
} tr_absent;

static void tr_absent_free(tr_absent *absent)
{
    while (absent) {
        tr_absent *next = absent->next;
        free(absent->bytes);
        free(absent);
        absent = next;
    }
}

/* Put a copy in front of *list*. -1: out of memory. */
static int tr_absent_add(tr_absent **list, const char *path, size_t path_length, const char *bytes, size_t length)
{
    tr_absent *absent = calloc(1, sizeof *absent + path_length + 1);
    char *copy = malloc(length + 1);

    if (!absent || !copy) {
        free(absent);
        free(copy);
        return -1;
    }
    memcpy(absent->path, path, path_length);
    memcpy(copy, bytes, length);
    copy[length] = 0;
    absent->path_length = path_length;
    absent->bytes = copy;
    absent->length = length;
    absent->next = *list;
    *list = absent;
    return 0;
}

/* The rules supplied for the directory *lead*, then *rel*, then a slash where there is a *rel*. *rules NULL: none.
 * Returns 0 or ENOMEM. */
static int tr_absent_rules(const tr_absent *absent, const char *lead, size_t lead_length, const char *rel,
                           size_t rel_length, int fold, tr_rules **rules)
{
    size_t length = lead_length + rel_length + (rel_length != 0);
    char *copy;

    *rules = NULL;
    while (absent && !(absent->path_length == length && !memcmp(absent->path, lead, lead_length) &&
                       !memcmp(absent->path + lead_length, rel, rel_length)))
        absent = absent->next;
    if (!absent)
        return 0;
    copy = malloc(absent->length + 1);
    if (!copy)
        return ENOMEM;
    memcpy(copy, absent->bytes, absent->length + 1);
    *rules = tr_rules_parse(copy, absent->length, fold);
    return *rules ? 0 : ENOMEM;
}

/* Is an entry of the index a rule file that need not exist? *directory: bytes of its path before its name. */
static int tr_absent_may_be(const tr_index_entry *entry, size_t *directory)
{
    static const char name[] = ".gitignore";
    size_t length = sizeof name - 1;

    if (!entry->skipped || entry->length < length)
        return 0;
    *directory = entry->length - length;
    return memcmp(entry->name + *directory, name, length) == 0 &&
           (!*directory || entry->name[*directory - 1] == '/');
}

#endif
