/* The process groups of the commands that run now, so that all of them can be ended at once.
 *
 * A group is listed from the moment its leader runs until just before the leader is reaped: a listed
 * number therefore cannot have been given to a stranger. The lock is never held across a spawn; a command
 * that is being spawned while all are ended finds the closing flag when it enters, and is waited for: who
 * ends everything usually ends itself right after, and with it the thread that would have looked. */
#ifndef TR_GROUPS_H
#define TR_GROUPS_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

enum { TR_STRAYS_MOST = 64, TR_SPAWNING_SECONDS = 1 };

typedef struct tr_group {
    pid_t id;
    unsigned era;  /* how many forks ago the table was empty */
    int ended;     /* ended by tr_groups_end_all */
    struct tr_group *next, **link;
} tr_group;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t settled; /* nothing is being spawned any more */
    int spawning;
    tr_group *first;
    unsigned era;
    int closing;
    pid_t strays[TR_STRAYS_MOST]; /* leaders that could not be killed, still to be reaped */
    int stray_count;
} tr_groups = {.lock = PTHREAD_MUTEX_INITIALIZER, .settled = PTHREAD_COND_INITIALIZER};

static void tr_groups_reap_strays(void)
{
    int kept = 0;

    for (int i = 0; i < tr_groups.stray_count; i++)
        if (waitpid(tr_groups.strays[i], NULL, WNOHANG) == 0)
            tr_groups.strays[kept++] = tr_groups.strays[i];
    tr_groups.stray_count = kept;
}

/* Signal a listed group: does nothing in the child of a fork, whose parent the group belongs to. */
static void tr_group_signal(const tr_group *group, int number)
{
    if (group->era == tr_groups.era)
        (void)kill(-group->id, number);
}

/* Announce a spawn. Returns 0, and tr_groups_enter or tr_groups_fail must follow, or -1 with errno set to
 * ECANCELED where everything was ended. */
static int tr_groups_announce(void)
{
    int refused;

    pthread_mutex_lock(&tr_groups.lock);
    tr_groups_reap_strays();
    refused = tr_groups.closing;
    if (!refused)
        tr_groups.spawning++;
    pthread_mutex_unlock(&tr_groups.lock);
    errno = ECANCELED;
    return refused ? -1 : 0;
}

static void tr_groups_settle_locked(void)
{
    if (--tr_groups.spawning == 0 && tr_groups.closing)
        pthread_cond_broadcast(&tr_groups.settled);
}

static void tr_groups_fail(void)
{
    pthread_mutex_lock(&tr_groups.lock);
    tr_groups_settle_locked();
    pthread_mutex_unlock(&tr_groups.lock);
}

/* List the group of *leader*; where everything is being ended, end it. */
static void tr_groups_enter(tr_group *group, pid_t leader)
{
    pthread_mutex_lock(&tr_groups.lock);
    group->id = leader;
    group->era = tr_groups.era;
    group->ended = tr_groups.closing;
    group->next = tr_groups.first;
    group->link = &tr_groups.first;
    if (group->next)
        group->next->link = &group->next;
    tr_groups.first = group;
    if (group->ended)
        tr_group_signal(group, SIGKILL);
    tr_groups_settle_locked();
    pthread_mutex_unlock(&tr_groups.lock);
}

/* Unlist the group, if it is listed; its leader may be reaped after this. */
static void tr_groups_leave(tr_group *group)
{
    pthread_mutex_lock(&tr_groups.lock);
    if (group->link && group->era == tr_groups.era) {
        *group->link = group->next;
        if (group->next)
            group->next->link = group->link;
    }
    group->link = NULL;
    pthread_mutex_unlock(&tr_groups.lock);
}

/* Remember a leader that did not die of SIGKILL (another user's, or stuck in the kernel), to reap it later. */
static void tr_groups_add_stray(pid_t leader)
{
    pthread_mutex_lock(&tr_groups.lock);
    if (tr_groups.stray_count < TR_STRAYS_MOST)
        tr_groups.strays[tr_groups.stray_count++] = leader;
    pthread_mutex_unlock(&tr_groups.lock);
}

/* Kill every listed group, and from now on each that enters. */
static void tr_groups_end_all(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TR_SPAWNING_SECONDS;
    pthread_mutex_lock(&tr_groups.lock);
    tr_groups.closing = 1;
    for (tr_group *group = tr_groups.first; group; group = group->next) {
        group->ended = 1;
        tr_group_signal(group, SIGKILL);
    }
    while (tr_groups.spawning && pthread_cond_timedwait(&tr_groups.settled, &tr_groups.lock, &until) == 0)
        ;
    pthread_mutex_unlock(&tr_groups.lock);
}

/* In the child of a fork the table's commands are the parent's, and the lock may have been held. */
static void tr_groups_after_fork(void)
{
    pthread_mutex_init(&tr_groups.lock, NULL);
    pthread_cond_init(&tr_groups.settled, NULL);
    tr_groups.spawning = 0;
    tr_groups.first = NULL;
    tr_groups.era++;
    tr_groups.closing = 0;
    tr_groups.stray_count = 0;
}

#endif
