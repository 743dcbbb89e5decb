/* One command with captured output: start it, feed and drain its pipes, end it in time, reap it.
 *
 * tr_command_step does the work in slices, so that the caller can look after its own signals in between.
 * A command goes through the phases below; `act_at` is the moment at which the clock moves it on. */
#ifndef TR_COMMAND_H
#define TR_COMMAND_H

#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <sys/resource.h>

#include "capture.h"
#include "groups.h"
#include "spawn.h"
#include "waiting.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#define TR_PIDFD_SIGNAL_PROCESS_GROUP 4u

#define TR_NEVER INT64_MAX
#define TR_DRAIN (50 * TR_MILLISECOND)     /* how long a pipe may stay open after the command's exit */
#define TR_GIVE_UP (1000 * TR_MILLISECOND) /* how long a killed command may take to die */
enum { TR_SCRATCH = 65536, TR_LAST_READS = 16 };

typedef enum {
    TR_RUNNING,  /* until its deadline */
    TR_ENDING,   /* SIGTERM was sent; SIGKILL follows after the grace */
    TR_KILLED,   /* SIGKILL was sent */
    TR_DRAINING, /* exited and reaped; its pipes are still open */
    TR_DONE,
} tr_phase;

typedef enum { TR_EXITED, TR_TIMED_OUT, TR_CANCELLED } tr_ending;

enum { TR_IN, TR_OUT, TR_ERR, TR_EXIT, TR_CANCEL, TR_WATCHED };

typedef struct {
    tr_group group;
    tr_phase phase;
    tr_ending ending;
    struct pollfd watched[TR_WATCHED]; /* descriptors, -1 once closed; TR_CANCEL is not ours to close */
    const unsigned char *input;
    size_t input_left;
    tr_capture captured[2]; /* stdout, stderr */
    unsigned char *scratch;
    int64_t act_at, grace, started, exited, pause;
    int lost;   /* somebody else reaped the command: status and usage are unknown */
    int status; /* as from wait(2) */
    struct rusage usage;
} tr_command;

/* After this tr_command_free is safe. Returns 0, or -1 when memory is out. */
static int tr_command_init(tr_command *command, size_t max_output)
{
    memset(command, 0, sizeof *command);
    command->phase = TR_DONE;
    command->pause = TR_MILLISECOND;
    for (int i = 0; i < TR_WATCHED; i++) {
        command->watched[i].fd = -1;
        command->watched[i].events = i == TR_IN ? POLLOUT : POLLIN;
    }
    tr_capture_init(&command->captured[0], max_output);
    tr_capture_init(&command->captured[1], max_output);
    command->scratch = malloc(TR_SCRATCH);
    return command->scratch ? 0 : -1;
}

/* Make one pipe between us and a standard stream of the child; our end does not block. */
static int tr_command_pipe(tr_command *command, int which, int *theirs)
{
    int ends[2], ours = which == TR_IN;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    command->watched[which].fd = ends[ours];
    *theirs = ends[!ours];
    return fcntl(ends[ours], F_SETFL, O_NONBLOCK);
}

/* Spawn it and list its group, so that it cannot slip through where everything is being ended. */
static pid_t tr_command_spawn(tr_command *command, const tr_launch *launch, tr_stage *stage)
{
    pid_t pid;
    int error;

    if (tr_groups_announce() < 0)
        return -1;
    pid = tr_spawn(launch, &command->watched[TR_EXIT].fd, stage);
    error = errno;
    if (pid < 0)
        tr_groups_fail();
    else
        tr_groups_enter(&command->group, pid);
    errno = error;
    return pid;
}

/* Start it; *launch* need not have its stdio set. *timeout* and *grace* count in ns, TR_NEVER for no timeout;
 * the input and the cancel descriptor stay the caller's. Returns 0, or -1 with *stage* and errno set. */
static int tr_command_start(tr_command *command, tr_launch launch, int64_t timeout, int64_t grace, int cancel,
                            tr_stage *stage)
{
    int *theirs = launch.stdio, failed, error;
    pid_t pid = -1;

    theirs[0] = theirs[1] = theirs[2] = -1;
    command->started = tr_now();
    command->grace = grace;
    command->act_at = timeout == TR_NEVER ? TR_NEVER : command->started + timeout;
    *stage = TR_STAGE_PIPE;
    failed = (command->input_left && tr_command_pipe(command, TR_IN, &theirs[TR_IN]) < 0) ||
             tr_command_pipe(command, TR_OUT, &theirs[TR_OUT]) < 0 ||
             tr_command_pipe(command, TR_ERR, &theirs[TR_ERR]) < 0;
    if (!failed)
        pid = tr_command_spawn(command, &launch, stage);
    error = errno;
    for (int i = 0; i < 3; i++)
        tr_close(&theirs[i]);
    if (pid < 0) {
        for (int i = TR_IN; i <= TR_ERR; i++)
            tr_close(&command->watched[i].fd);
        errno = error;
        return -1;
    }
    command->watched[TR_CANCEL].fd = cancel;
    command->phase = TR_RUNNING;
    return 0;
}

/* Ask it to end, with its whole group. */
static void tr_command_end(tr_command *command, tr_ending why)
{
    if (command->phase != TR_RUNNING)
        return;
    command->ending = why;
    command->phase = TR_ENDING;
    command->act_at = tr_now() + command->grace;
    tr_group_signal(&command->group, SIGTERM);
}

static void tr_command_kill(tr_command *command)
{
    command->phase = TR_KILLED;
    command->act_at = tr_now() + TR_GIVE_UP;
    tr_group_signal(&command->group, SIGKILL);
}

/* No more to be had from the process itself, only from its pipes. */
static void tr_command_leave(tr_command *command, int64_t drain)
{
    command->exited = tr_now();
    command->phase = TR_DRAINING;
    command->act_at = command->exited + drain;
    if (command->group.ended)
        command->ending = TR_CANCELLED;
    tr_close(&command->watched[TR_IN].fd);
    tr_close(&command->watched[TR_EXIT].fd);
    command->watched[TR_CANCEL].fd = -1;
}

/* The leader is dead. End what it left in its group while its own number still holds the group's, reap it. */
static void tr_command_bury(tr_command *command)
{
    pid_t pid = command->group.id;

    tr_groups_leave(&command->group);
    /* Where the host ignores SIGCHLD the leader is reaped already; its pidfd still means this very group. */
    if (!command->lost || syscall(SYS_pidfd_send_signal, command->watched[TR_EXIT].fd, SIGKILL, NULL,
                                  TR_PIDFD_SIGNAL_PROCESS_GROUP) < 0)
        tr_group_signal(&command->group, SIGKILL);
    while (!command->lost && wait4(pid, &command->status, 0, &command->usage) < 0)
        if (errno != EINTR)
            command->lost = 1;
    tr_command_leave(command, TR_DRAIN);
}

/* Look whether the leader has exited, without reaping it. */
static void tr_command_check_exit(tr_command *command)
{
    siginfo_t info;

    info.si_pid = 0;
    if (waitid(P_PID, (id_t)command->group.id, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
        if (errno != ECHILD)
            return;
        command->lost = 1;
    } else if (!info.si_pid) {
        if (command->watched[TR_EXIT].revents) /* a pidfd that cannot tell (Linux 5.2, a tracer): look instead */
            tr_close(&command->watched[TR_EXIT].fd);
        return;
    }
    tr_command_bury(command);
}

static int tr_command_read(tr_command *command, int which)
{
    int *fd = &command->watched[which].fd;
    ssize_t got = read(*fd, command->scratch, TR_SCRATCH);

    if (got > 0)
        return tr_capture_feed(&command->captured[which - TR_OUT], command->scratch, (size_t)got);
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        tr_close(fd);
    return 0;
}

/* Take what lies in the pipes, at most what a pipe can hold, and close them: somebody else has them open. */
static int tr_command_drain_last(tr_command *command)
{
    for (int which = TR_OUT; which <= TR_ERR; which++) {
        tr_capture *captured = &command->captured[which - TR_OUT];
        uint64_t before = captured->total - 1;
        for (int i = 0; i < TR_LAST_READS && command->watched[which].fd >= 0 && captured->total != before; i++) {
            before = captured->total;
            if (tr_command_read(command, which) < 0)
                return -1;
        }
        tr_close(&command->watched[which].fd);
    }
    return 0;
}

/* write(2) that answers EPIPE without a SIGPIPE reaching the host, whatever the host does with that signal. */
static ssize_t tr_write_quietly(int fd, const unsigned char *bytes, size_t count)
{
    static const struct timespec at_once = {0, 0};
    sigset_t pipe_only, before, pending;
    ssize_t written;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigemptyset(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    sigpending(&pending);
    written = write(fd, bytes, count);
    if (written < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE)) {
        while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR)
            ;
        errno = EPIPE;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return written;
}

static void tr_command_write(tr_command *command)
{
    size_t most = command->input_left < SSIZE_MAX ? command->input_left : SSIZE_MAX;
    ssize_t written = tr_write_quietly(command->watched[TR_IN].fd, command->input, most);

    if (written > 0) {
        command->input += written;
        command->input_left -= (size_t)written;
    } else if (written < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (written <= 0 || !command->input_left) /* all written, or the command does not want the rest */
        tr_close(&command->watched[TR_IN].fd);
}

/* Do what the clock demands. Returns 0, or -1 when memory is out. */
static int tr_command_act(tr_command *command)
{
    switch (command->phase) {
    case TR_RUNNING:
        tr_command_check_exit(command); /* it may have ended in time, and only we come late */
        tr_command_end(command, TR_TIMED_OUT);
        return 0;
    case TR_ENDING:
        tr_command_kill(command);
        return 0;
    case TR_KILLED: /* stuck in the kernel, or it changed its user: nobody waits for it any longer */
        tr_groups_leave(&command->group);
        tr_groups_add_stray(command->group.id);
        command->lost = 1;
        tr_command_leave(command, 0);
        return 0;
    case TR_DRAINING:
        return tr_command_drain_last(command);
    default:
        return 0;
    }
}

/* Wait for the next event until *until* at most and answer it. Returns 0, or -1 with errno set. */
static int tr_command_pass(tr_command *command, int64_t until)
{
    struct pollfd *watched = command->watched;
    int64_t wait = (command->act_at < until ? command->act_at : until) - tr_now();
    int blind = watched[TR_EXIT].fd < 0 && command->phase < TR_DRAINING, ready;
    struct timespec timeout;

    if (blind && wait > command->pause)
        wait = command->pause;
    if (wait < 0)
        wait = 0;
    timeout.tv_sec = wait / 1000000000;
    timeout.tv_nsec = wait % 1000000000;
    ready = ppoll(watched, TR_WATCHED, &timeout, NULL);
    if (ready < 0)
        return -1;
    if (blind)
        command->pause = ready ? TR_MILLISECOND : command->pause < TR_DRAIN ? command->pause * 2 : TR_DRAIN;
    for (int which = TR_OUT; which <= TR_ERR; which++)
        if (watched[which].fd >= 0 && watched[which].revents && tr_command_read(command, which) < 0)
            return -1;
    if (watched[TR_IN].fd >= 0 && watched[TR_IN].revents)
        tr_command_write(command);
    if (watched[TR_CANCEL].fd >= 0 && watched[TR_CANCEL].revents) {
        watched[TR_CANCEL].fd = -1;
        tr_command_end(command, TR_CANCELLED);
    }
    if (command->phase < TR_DRAINING && (blind || watched[TR_EXIT].revents))
        tr_command_check_exit(command);
    return 0;
}

/* Work on it for *slice* ns at most. Returns 1 when it is over, 0 when the slice is or a signal came, or -1
 * with errno set, after which only tr_command_abort makes sense. */
static int tr_command_step(tr_command *command, int64_t slice)
{
    int64_t until = tr_now() + slice;

    while (command->phase != TR_DONE) {
        int64_t now = tr_now();
        if (now >= command->act_at) {
            if (tr_command_act(command) < 0)
                return -1;
        } else if (now >= until) {
            return 0;
        } else if (tr_command_pass(command, until) < 0) {
            return errno == EINTR ? 0 : -1;
        }
        if (command->phase == TR_DRAINING && command->watched[TR_OUT].fd < 0 && command->watched[TR_ERR].fd < 0)
            command->phase = TR_DONE;
    }
    return 1;
}

/* Kill it at once with its whole group and reap it; what it printed is lost. */
static void tr_command_abort(tr_command *command)
{
    for (int i = TR_IN; i <= TR_ERR; i++)
        tr_close(&command->watched[i].fd);
    command->watched[TR_CANCEL].fd = -1;
    if (command->phase < TR_DRAINING)
        tr_command_kill(command);
    while (tr_command_step(command, TR_GIVE_UP) == 0)
        ;
    tr_groups_leave(&command->group); /* a step that failed may have left it listed */
}

static void tr_command_free(tr_command *command)
{
    tr_command_abort(command);
    for (int i = 0; i < 2; i++)
        tr_capture_free(&command->captured[i]);
    free(command->scratch);
    command->scratch = NULL;
}

/* Its exit code, or -N when signal N ended it. */
static int tr_command_returncode(const tr_command *command)
{
    return WIFSIGNALED(command->status) ? -WTERMSIG(command->status) : WEXITSTATUS(command->status);
}

/* The processor time it used, with the children it waited for. */
static double tr_command_cpu_ms(const tr_command *command)
{
    const struct timeval *user = &command->usage.ru_utime, *system = &command->usage.ru_stime;

    return (double)(user->tv_sec + system->tv_sec) * 1e3 + (double)(user->tv_usec + system->tv_usec) / 1e3;
}

#endif
