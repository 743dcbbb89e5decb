/* A directory that stays open until its subdirectories have been opened from it.
 *
 * One component is looked up faster than a path from the root, and a path of any length will do. */
#ifndef TR_ANCHOR_H
#define TR_ANCHOR_H

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    int fd;
    size_t owners;
    int *open; /* how many anchors the walk has */
} tr_anchor;

/* Anchor *fd* for *owners* subdirectories. NULL where there are *most* already, or no memory: *fd* stays the caller's. */
static tr_anchor *tr_anchor_new(int fd, size_t owners, int *open, int most)
{
    tr_anchor *anchor = __atomic_load_n(open, __ATOMIC_RELAXED) < most ? malloc(sizeof *anchor) : NULL;
    if (anchor) {
        *anchor = (tr_anchor){fd, owners, open};
        __atomic_add_fetch(open, 1, __ATOMIC_RELAXED);
    }
    return anchor;
}

static void tr_anchor_drop(tr_anchor *anchor)
{
    if (anchor && __atomic_sub_fetch(&anchor->owners, 1, __ATOMIC_ACQ_REL) == 0) {
        __atomic_sub_fetch(anchor->open, 1, __ATOMIC_RELAXED);
        close(anchor->fd);
        free(anchor);
    }
}

#endif
