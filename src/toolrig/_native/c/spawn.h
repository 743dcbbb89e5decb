/* Start a program: the parent's half, and the child's half between clone and exec.
 *
 * The child shares the parent's memory and the parent's thread sleeps until it has called exec (as after
 * vfork), so the cost does not grow with the parent's memory, and the child reports the stage and errno of
 * a failure by writing them down. The C library's clone() does the architecture's part of the work. In the
 * child only async-signal-safe calls are made, with every signal blocked until its handlers are gone. */
#ifndef TR_SPAWN_H
#define TR_SPAWN_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define TR_CLOSE_RANGE_CLOEXEC 4u

/* The child's frames lie on memory the parent's thread goes on to use: no shadow may be left behind. */
#define TR_CHILD_SIDE __attribute__((no_sanitize_address))

enum { TR_CHILD_STACK = 32768 };

typedef enum {
    TR_STAGE_NONE,
    TR_STAGE_PIPE,
    TR_STAGE_CLONE,
    TR_STAGE_SETSID,
    TR_STAGE_CWD,
    TR_STAGE_STDIN,
    TR_STAGE_DUP,
    TR_STAGE_CLOSE,
    TR_STAGE_EXEC,
} tr_stage;

static const char *tr_stage_name(tr_stage stage)
{
    static const char *const names[] = {"", "pipe", "clone", "setsid", "cwd", "stdin", "dup", "close", "exec"};
    return names[stage];
}

typedef struct {
    char *const *programs; /* paths to try in this order, as execvpe(3) does; NULL ends each of the three */
    char *const *argv;
    char *const *envp;
    int cwd;      /* descriptor of the working directory, -1 to inherit */
    int stdio[3]; /* the child's 0, 1 and 2; stdio[0] is -1 for /dev/null */
} tr_launch;

typedef struct {
    const tr_launch *launch;
    sigset_t mask; /* the caller's, for the program */
    volatile tr_stage stage;
    volatile int error;
} tr_birth;

/* Signals the host handles go back to default, so that none of its code can run here; what it ignores
 * stays ignored, but for the two that Python ignores in every process. */
TR_CHILD_SIDE static void tr_child_reset_signals(void)
{
    struct sigaction now, standard;

    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < _NSIG; number++) {
        if (sigaction(number, NULL, &now) < 0 || now.sa_handler == SIG_DFL)
            continue;
        if (now.sa_handler != SIG_IGN || number == SIGPIPE || number == SIGXFSZ)
            (void)sigaction(number, &standard, NULL);
    }
}

/* Bring three descriptors to 0, 1 and 2, whatever numbers they have now. */
TR_CHILD_SIDE static int tr_child_place_stdio(const int stdio[3])
{
    int source[3];

    for (int i = 0; i < 3; i++) {
        source[i] = stdio[i];
        if (source[i] < 3 && source[i] != i) /* in the way of another one */
            source[i] = fcntl(source[i], F_DUPFD_CLOEXEC, 3);
        if (source[i] < 0)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        if (source[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(source[i], i) < 0)
            return -1;
    return 0;
}

struct tr_fd_entry { /* struct linux_dirent64 of getdents64(2) */
    unsigned long long inode;
    long long offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

/* Mark the descriptors listed in /proc/self/fd: for kernels without close_range. */
TR_CHILD_SIDE static int tr_child_mark_listed(void)
{
    _Alignas(struct tr_fd_entry) char entries[4096];
    int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long got;

    if (list < 0)
        return -1;
    while ((got = syscall(SYS_getdents64, list, entries, sizeof entries)) > 0) {
        for (long at = 0; at < got;) {
            const struct tr_fd_entry *entry = (const void *)(entries + at);
            int fd = 0;
            for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++)
                fd = fd * 10 + (*digit - '0');
            if (fd > 2)
                (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
            at += entry->length;
        }
    }
    return got < 0 ? -1 : 0;
}

/* Let exec close everything above 2, also what the host opened without O_CLOEXEC. */
TR_CHILD_SIDE static int tr_child_close_others(void)
{
    if (syscall(SYS_close_range, 3u, ~0u, TR_CLOSE_RANGE_CLOEXEC) == 0)
        return 0;
    if (errno == EINVAL && syscall(SYS_close_range, 3u, ~0u, 0u) == 0) /* Linux 5.9 and 5.10: no such flag */
        return 0;
    if (tr_child_mark_listed() == 0)
        return 0;
    for (long fd = 3, most = sysconf(_SC_OPEN_MAX); fd < most; fd++)
        (void)fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

/* Try each path; returns only when none could be executed, with the errno of execvpe(3). */
TR_CHILD_SIDE static void tr_child_exec(const tr_launch *launch)
{
    int denied = 0;

    errno = ENOENT;
    for (char *const *program = launch->programs; *program; program++) {
        execve(*program, launch->argv, launch->envp);
        if (errno == EACCES)
            denied = 1;
        else if (errno != ENOENT && errno != ENOTDIR)
            return;
    }
    if (denied)
        errno = EACCES;
}

TR_CHILD_SIDE static void tr_child_become(tr_birth *birth)
{
    const tr_launch *launch = birth->launch;
    int stdio[3] = {launch->stdio[0], launch->stdio[1], launch->stdio[2]};

    tr_child_reset_signals();
    birth->stage = TR_STAGE_SETSID;
    if (setsid() < 0)
        return;
    birth->stage = TR_STAGE_CWD;
    if (launch->cwd >= 0 && fchdir(launch->cwd) < 0)
        return;
    birth->stage = TR_STAGE_STDIN;
    if (stdio[0] < 0 && (stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
        return;
    birth->stage = TR_STAGE_DUP;
    if (tr_child_place_stdio(stdio) < 0)
        return;
    birth->stage = TR_STAGE_CLOSE;
    if (tr_child_close_others() < 0)
        return;
    birth->stage = TR_STAGE_EXEC;
    sigprocmask(SIG_SETMASK, &birth->mask, NULL);
    tr_child_exec(launch);
}

TR_CHILD_SIDE static int tr_child_main(void *argument)
{
    tr_birth *birth = argument;

    tr_child_become(birth);
    birth->error = errno;
    _exit(127);
}

/* clone() into tr_child_main, with a pidfd where the kernel and its filters grant one (else -1). */
static pid_t tr_clone_child(char *stack_top, tr_birth *birth, int *pidfd)
{
    static int refused; /* remembered, so that the refusal is paid for once */
    const int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
    pid_t pid;

    *pidfd = -1;
    if (!__atomic_load_n(&refused, __ATOMIC_RELAXED)) {
        pid = clone(tr_child_main, stack_top, flags | CLONE_PIDFD, birth, pidfd);
        if (pid >= 0 || (errno != EINVAL && errno != EPERM && errno != ENOSYS))
            return pid;
    }
    pid = clone(tr_child_main, stack_top, flags, birth);
    if (pid >= 0)
        __atomic_store_n(&refused, 1, __ATOMIC_RELAXED);
    return pid;
}

static void tr_close(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Start the program as leader of a new session. Returns its process id, or -1 with *stage* and errno set;
 * *pidfd* is -1 where the kernel has none. */
static pid_t tr_spawn(const tr_launch *launch, int *pidfd, tr_stage *stage)
{
    _Alignas(16) char stack[TR_CHILD_STACK]; /* ours to lend: this thread sleeps while the child uses it */
    tr_birth birth = {.launch = launch};
    sigset_t all;
    pid_t pid;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &birth.mask);
    pid = tr_clone_child(stack + sizeof stack, &birth, pidfd);
    error = pid < 0 ? errno : birth.error;
    pthread_sigmask(SIG_SETMASK, &birth.mask, NULL);
    if (!error)
        return pid;
    *stage = pid < 0 ? TR_STAGE_CLONE : birth.stage;
    tr_close(pidfd);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    errno = error;
    return -1;
}

#endif
