/* An entry put to ignore rules, and the verdict of one file of them. */
#ifndef TR_IGNOREQUERY_H
#define TR_IGNOREQUERY_H

#include "gitrepo.h"

/* An entry in question: its path is *lead*, then *rel*. The whole is put together only where something asks
 * for it. */
typedef struct {
    tr_name name;
    const char *lead, *rel;
    size_t lead_length, rel_length;
    char *full;         /* lead, rel and one slash */
    size_t full_length; /* without the slash */
    char room[512];
} tr_query;

/* The entry *rel*, whose last component starts at *name_at*, below *lead* ("" or ending in a slash). */
static void tr_query_init(tr_query *query, const char *lead, size_t lead_length, const char *rel,
                          size_t rel_length, size_t name_at, int is_dir)
{
    query->lead = lead;
    query->lead_length = lead_length;
    query->rel = rel;
    query->rel_length = rel_length;
    query->full = NULL;
    query->name.text = rel + name_at;
    query->name.length = rel_length - name_at;
    query->name.is_dir = is_dir != 0;
    query->name.hash = tr_name_hash(query->name.text, query->name.length);
}

/* The same for an entry of a repository; *rel* is its path from the walk's root. */
static void tr_query_in(tr_query *query, const tr_repo *repo, const char *rel, size_t rel_length,
                        size_t name_at, int is_dir)
{
    size_t skip = repo->skip;

    tr_query_init(query, repo->lead, repo->lead_length, rel + skip, rel_length - skip, name_at - skip, is_dir);
}

static void tr_query_clear(tr_query *query)
{
    if (query->full != query->room)
        free(query->full);
}

/* Put query->full together. -1: out of memory. */
static int tr_query_join(tr_query *query)
{
    size_t length = query->lead_length + query->rel_length;

    if (query->full)
        return 0;
    query->full = length < sizeof query->room ? query->room : malloc(length + 1);
    if (!query->full)
        return -1;
    memcpy(query->full, query->lead, query->lead_length);
    memcpy(query->full + query->lead_length, query->rel, query->rel_length);
    query->full[length] = '/';
    query->full_length = length;
    return 0;
}

/* The verdict of one file of rules, whose directory is the first *base* bytes of the path: 1 ignored, -1 taken
 * back by "!", 0 none, -2 out of memory. */
static int tr_rules_verdict(const tr_rules *rules, tr_query *query, size_t base)
{
    int32_t id = tr_rules_by_name(rules, &query->name);

    if (rules->has_paths) {
        if (base >= query->lead_length) {
            size_t cut = base - query->lead_length;
            id = tr_rules_by_path(rules, id, &query->name, query->rel + cut, query->rel_length - cut);
        } else {
            if (tr_query_join(query) != 0)
                return -2;
            id = tr_rules_by_path(rules, id, &query->name, query->full + base, query->full_length - base);
        }
    }
    return id < 0 ? 0 : rules->rules[id].negated ? -1 : 1;
}

#endif
