/* Which entries of a repository's index git needs objects for: what a sparse checkout leaves out of directories that
 * exist all the same. */
#ifndef TR_GITLACKS_H
#define TR_GITLACKS_H

#include "gitrepo.h"

/* Where entries of the index are looked up. */
typedef struct {
    const tr_place *top; /* of the work tree, or the root where the top is above it */
    const char *lead;    /* from the top of the work tree down; its first *above* bytes lead to the root */
    size_t above;
} tr_checkout;

/* Is there an entry *path*, be it a link that leads nowhere? */
static int tr_place_has(const tr_place *place, const char *path)
{
    int fd;

    if (!place->within)
        return tr_entry_exists(place->fd, path);
    fd = tr_place_open(place, path, TR_OPEN_NOTHING | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || errno == ELOOP;
}

/* Was there a .gitignore in the directory *path*, "" or "a/", which is above the root? */
static int tr_kept_rules_exist(const tr_surroundings *within, const char *path, size_t length)
{
    for (size_t i = 0; i < within->rule_count; i++)
        if (strlen(within->rules[i].path) == length && !memcmp(within->rules[i].path, path, length))
            return within->rules[i].bytes != NULL;
    return 0;
}

/* The same for an entry of a directory above the root: what else lies there is nobody's concern. */
static int tr_lacks_above(const tr_checkout *checkout, const tr_index_entry *entry, size_t directory)
{
    if (directory > checkout->above || memcmp(entry->name, checkout->lead, directory) != 0)
        return 0;
    return entry->mode == TR_INDEX_MODE_SPARSE ||
           !tr_kept_rules_exist(checkout->top->within, entry->name, directory);
}

/* Does git need an object for this entry: a directory of a sparse index that exists, or a .gitignore that does not
 * although its directory does? */
static int tr_lacks(const tr_checkout *checkout, const tr_index_entry *entry)
{
    size_t directory = entry->length, above = checkout->above;
    int sparse = entry->mode == TR_INDEX_MODE_SPARSE, exists, lacks;
    char *path;

    if (!sparse && !tr_absent_may_be(entry, &directory))
        return 0;
    if (directory < above || memcmp(entry->name, checkout->lead, above) != 0)
        return tr_lacks_above(checkout, entry, directory);
    path = strndup(entry->name + above, entry->length - above);
    if (!path)
        return 0;
    lacks = sparse || !tr_place_has(checkout->top, path);
    path[directory - above] = 0;
    exists = tr_place_has(checkout->top, path[0] ? path : ".");
    free(path);
    return lacks && exists;
}

#endif
