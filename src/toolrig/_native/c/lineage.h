/* Which directories a directory lies in, where links are followed: one that leads back into itself is a loop. */
#ifndef TR_LINEAGE_H
#define TR_LINEAGE_H

#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A directory and those above it. Shared by all that is pending below, on any thread. */
typedef struct tr_lineage {
    struct tr_lineage *above;
    dev_t device;
    ino_t inode;
    size_t owners;
} tr_lineage;

static tr_lineage *tr_lineage_share(tr_lineage *lineage)
{
    if (lineage)
        __atomic_add_fetch(&lineage->owners, 1, __ATOMIC_RELAXED);
    return lineage;
}

static void tr_lineage_drop(tr_lineage *lineage)
{
    while (lineage && __atomic_sub_fetch(&lineage->owners, 1, __ATOMIC_ACQ_REL) == 0) {
        tr_lineage *above = lineage->above;
        free(lineage);
        lineage = above;
    }
}

static int tr_lineage_contains(const tr_lineage *lineage, const struct stat *directory)
{
    for (; lineage; lineage = lineage->above)
        if (lineage->inode == directory->st_ino && lineage->device == directory->st_dev)
            return 1;
    return 0;
}

/* *directory* below *above*, whose owner the new one becomes also where there is no memory for it (NULL). */
static tr_lineage *tr_lineage_below(tr_lineage *above, const struct stat *directory)
{
    tr_lineage *lineage = malloc(sizeof *lineage);
    if (!lineage) {
        tr_lineage_drop(above);
        return NULL;
    }
    *lineage = (tr_lineage){above, directory->st_dev, directory->st_ino, 1};
    return lineage;
}

#endif
