/* The time, and waiting for a condition for a while, both on the clock that nobody sets. */
#ifndef TR_WAITING_H
#define TR_WAITING_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* macOS has no condition variables on that clock: there a wait may be longer or shorter than asked. */
#if defined(__APPLE__)
#  define TR_WAITING_CLOCK CLOCK_REALTIME
#else
#  define TR_WAITING_CLOCK CLOCK_MONOTONIC
#endif

enum { TR_MILLISECOND = 1000000 }; /* in ns */

/* Nanoseconds since some moment in the past. */
static int64_t tr_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Tell the processor that this thread only looks whether another one has got somewhere. */
static inline void tr_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

/* Make a lock, and a condition to wait for with tr_wait. 0, or -1 with neither made. */
static int tr_waiting_init(pthread_mutex_t *lock, pthread_cond_t *changed)
{
    pthread_condattr_t attributes;
    if (pthread_mutex_init(lock, NULL) != 0)
        return -1;
    if (pthread_condattr_init(&attributes) != 0) {
        pthread_mutex_destroy(lock);
        return -1;
    }
#if !defined(__APPLE__)
    pthread_condattr_setclock(&attributes, TR_WAITING_CLOCK);
#endif
    pthread_cond_init(changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return 0;
}

/* Wait until *changed* is signalled, or for *nanoseconds*; with the lock held. */
static void tr_wait(pthread_cond_t *changed, pthread_mutex_t *lock, int64_t nanoseconds)
{
    struct timespec until;
    clock_gettime(TR_WAITING_CLOCK, &until);
    nanoseconds += until.tv_nsec;
    until.tv_sec += (time_t)(nanoseconds / 1000000000);
    until.tv_nsec = (long)(nanoseconds % 1000000000);
    pthread_cond_timedwait(changed, lock, &until);
}

#endif
