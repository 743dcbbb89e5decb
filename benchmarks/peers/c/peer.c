/* The floor of a walk on one thread: what the kernel takes for opening, reading and closing each directory.
 *
 * Speaks the protocol of ../README.md. A directory is opened relative to the one above, which is the shortest
 * way there is. No list is made, unless the request asks for the answer. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

enum { BUFFER = 64 * 1024 };

struct raw_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t record;
    uint8_t type;
    char name[];
};

/* Paths, one after the other with their NUL. */
struct list {
    char *text;
    size_t used, room;
};

static void append(struct list *list, const char *prefix, const char *name)
{
    size_t need = strlen(prefix) + strlen(name) + 1;
    if (list->room - list->used < need) {
        list->room = (list->room + need) * 2;
        list->text = realloc(list->text, list->room);
        if (!list->text)
            abort();
    }
    list->used += (size_t)sprintf(list->text + list->used, "%s%s", prefix, name) + 1;
}

static int is_dots(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Take the directories of *buffer* into *below*, and the rest into *found* where a list is wanted. */
static void sort_out(
    const char *buffer, long filled, struct list *below, const char *prefix, struct list *found)
{
    for (long at = 0; at < filled;) {
        const struct raw_entry *entry = (const void *)(buffer + at);
        at += entry->record;
        if (entry->type != DT_DIR) {
            if (found)
                append(found, prefix, entry->name);
        } else if (!is_dots(entry->name))
            append(below, "", entry->name);
    }
}

static int descend(int parent, const char *name, const char *prefix, struct list *found);

static int descend_all(int fd, const struct list *below, const char *prefix, struct list *found)
{
    int status = 0;
    struct list path = {0};
    for (size_t at = 0; at < below->used && !status; at += strlen(below->text + at) + 1) {
        path.used = 0;
        if (found) {
            append(&path, prefix, below->text + at);
            path.used--;
            append(&path, "/", "");
        }
        status = descend(fd, below->text + at, found ? path.text : "", found);
    }
    free(path.text);
    return status;
}

/* -1 with errno on error. */
static int descend(int parent, const char *name, const char *prefix, struct list *found)
{
    static char buffer[BUFFER]; /* one for all: a directory is read to its end before the next is begun */
    struct list below = {0};
    int status = -1, fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    long filled;
    if (fd < 0)
        return -1;
    while ((filled = syscall(SYS_getdents64, fd, buffer, BUFFER)) > 0)
        sort_out(buffer, filled, &below, prefix, found);
    if (filled == 0)
        status = descend_all(fd, &below, prefix, found);
    close(fd);
    free(below.text);
    return status;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void print_list(const struct list *list)
{
    putchar('[');
    for (size_t at = 0; at < list->used; at += strlen(list->text + at) + 1) {
        if (at)
            putchar(',');
        json_print(list->text + at);
    }
    putchar(']');
}

static void reply(const char *line)
{
    char *work = json_string(json_value(line, "work"));
    char *way = json_string(json_value(line, "way"));
    char *root = json_string(json_value(line, "root"));
    const char *answer = json_value(line, "answer");
    struct list found = {0};
    int listed = answer && *answer == 't';
    if (!root || !work || !way || strcmp(work, "walk") || strcmp(way, "open, getdents64, close")) {
        printf("{\"error\": \"unknown work or way\"}\n");
    } else {
        long long started = now();
        int status = descend(AT_FDCWD, root, "", listed ? &found : NULL);
        long long elapsed = now() - started;
        if (status < 0) {
            printf("{\"error\": \"%s\"}\n", strerror(errno));
        } else {
            printf("{\"nanoseconds\": %lld, \"answer\": ", elapsed);
            if (listed)
                print_list(&found);
            printf(listed ? "}\n" : "null}\n");
        }
    }
    fflush(stdout);
    free(work);
    free(way);
    free(root);
    free(found.text);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0)
        reply(line);
    free(line);
    return 0;
}
