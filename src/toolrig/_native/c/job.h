/* A unit of work for the pool, and the two calls by which a kernel reaches the pool of another module. */
#ifndef TR_JOB_H
#define TR_JOB_H

typedef struct tr_job {
    void (*run)(void *argument);
    void *argument;
    struct tr_job *next;
} tr_job;

typedef struct {
    int (*submit)(tr_job *job);   /* 0, or -1 when no thread can be had */
    int (*withdraw)(tr_job *job); /* 1 if the job was still waiting and now never runs */
} tr_crew;

#endif
