/* What git's index holds below a directory. */
#ifndef TR_GITTRACKED_H
#define TR_GITTRACKED_H

#include "gitfind.h"

enum {
    TR_TRACKED_NOWHERE = -16, /* the directory lies in no work tree */
    TR_TRACKED_SPARSE = -17,  /* directories of a sparse index below it: their files are in objects alone */
};

typedef struct {
    tr_index index;
    const tr_index_entry *first; /* in the order of the index */
    size_t count, lead;          /* names are relative to the directory from byte *lead on */
} tr_tracked;

static void tr_tracked_close(tr_tracked *tracked)
{
    tr_index_clear(&tracked->index);
}

static int tr_tracked_select(tr_tracked *tracked, const char *lead)
{
    const tr_index *index = &tracked->index;
    size_t first = tr_index_bound(index, lead, strlen(lead)), end;

    tracked->lead = strlen(lead);
    for (end = first; end < index->count; end++) {
        const tr_index_entry *entry = &index->entries[end];
        /* "a/" itself is the sparse directory the root lies in */
        if (entry->length < tracked->lead || memcmp(entry->name, lead, tracked->lead) != 0)
            break;
        if (entry->mode == TR_INDEX_MODE_SPARSE)
            return TR_TRACKED_SPARSE;
    }
    tracked->first = index->entries + first;
    tracked->count = end - first;
    /* a root further inside a sparse directory: no entry is below it, the directory stands just before */
    if (first && index->entries[first - 1].mode == TR_INDEX_MODE_SPARSE &&
        index->entries[first - 1].length <= tracked->lead &&
        memcmp(index->entries[first - 1].name, lead, index->entries[first - 1].length) == 0)
        return TR_TRACKED_SPARSE;
    return 0;
}

/* Load the index that *top* tells of. Returns as tr_index_open. */
static int tr_tracked_load(tr_tracked *tracked, tr_top *top, const tr_surroundings *within)
{
    if (!top->lead)
        return ENOMEM;
    if (top->state == TR_TOP_FOUND)
        return tr_index_open(&tracked->index, &top->git.git, tr_repo_hash_length(&top->git), 0);
    return tr_index_around(&tracked->index, within, 0);
}

/* Read the index of the repository around *fd*; *path* and *within* as for tr_find_top. Returns 0, one of the above,
 * an error number or one of TR_INDEX_*; call tr_tracked_close in every case. */
static int tr_tracked_open(tr_tracked *tracked, int fd, const char *path, const tr_surroundings *within)
{
    tr_surroundings settled;
    tr_top top;
    int failed;

    memset(tracked, 0, sizeof *tracked);
    if (within) {
        settled = tr_surroundings_of(within, fd, &path);
        within = &settled;
    }
    tr_find_top(&top, fd, path, within, 0);
    if (top.state == TR_TOP_NONE || top.state == TR_TOP_OUTSIDE)
        failed = TR_TRACKED_NOWHERE;
    else
        failed = tr_tracked_load(tracked, &top, within);
    if (!failed)
        failed = tr_tracked_select(tracked, top.lead);
    tr_top_close(&top);
    return failed;
}

#endif
