/* Whichever files are asked for, in whatever order and by however many threads, each must be read to the byte,
 * or be left over where it is no small regular file.
 *
 * Input: one byte for the threads, one for the most bytes of a file; then one byte for each path. */
#include <stdio.h>
#include <stdlib.h>

#include "pool.h"
#include "readmany.h"

enum { FILES = 12, NAMES = 16, MOST_PATHS = 400 };

static const size_t sizes[FILES] = {0, 1, 2, 100, 4095, 4096, 4097, 9000, 0, 3, TR_MANY_SMALL, TR_MANY_SMALL + 1};
static const char *const names[NAMES] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11",
                                         "missing", "directory", "fifo", "../f1"};
static int tree = -1;

static void check(int holds)
{
    if (!holds)
        abort();
}

static char content(size_t index, size_t at) { return (char)(index * 31 + at * 7); }

static void plant(void)
{
    char top[] = "/tmp/fuzz-readmany-XXXXXX";
    char *bytes = malloc(TR_MANY_SMALL + 1);

    check(bytes && mkdtemp(top) && (tree = open(top, O_RDONLY | O_DIRECTORY)) >= 0);
    check(mkdirat(tree, "directory", 0700) == 0 && mkfifoat(tree, "fifo", 0600) == 0);
    for (size_t i = 0; i < FILES; i++) {
        int fd = openat(tree, names[i], O_CREAT | O_WRONLY, 0600);
        for (size_t at = 0; at < sizes[i]; at++)
            bytes[at] = content(i, at);
        check(write(fd, bytes, sizes[i]) == (ssize_t)sizes[i] && close(fd) == 0);
    }
    free(bytes);
    tr_pool_resize(4);
}

static void check_file(const tr_many_file *file, size_t name, size_t most)
{
    size_t length = name < FILES && sizes[name] < most ? sizes[name] : most;

    if (name >= FILES || (most > TR_MANY_SMALL && sizes[name] > TR_MANY_SMALL)) {
        check(!file->bytes);
        return;
    }
    check(file->bytes && file->length == length);
    for (size_t at = 0; at < length; at++)
        check(file->bytes[at] == content(name, at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t mosts[] = {SIZE_MAX, 0, 1, 100, 4096, TR_MANY_SMALL};
    const char *paths[MOST_PATHS];
    tr_crew crew = {tr_pool_submit, tr_pool_withdraw};
    tr_many many;
    size_t most, done = 0, count = size > 2 ? size - 2 : 0;

    if (size < 2)
        return 0;
    if (tree < 0)
        plant();
    count = count > MOST_PATHS ? MOST_PATHS : count;
    most = mosts[data[1] % 6];
    for (size_t i = 0; i < count; i++)
        paths[i] = names[data[i + 2] % NAMES];
    check(tr_many_init(&many, tree, paths, count, most, crew, 1 + data[0] % 5) == 0);
    while (done < count && !(data[0] & 128 && done > count / 2)) { /* or give up half way */
        tr_many_step(&many);
        for (; done < count && tr_many_state(&many, done) != TR_MANY_WAITING; done++) {
            check_file(&many.files[done], data[done + 2] % NAMES, most);
            tr_many_drop(&many, done);
        }
    }
    check(done < count || many.held == 0);
    tr_many_free(&many);
    return 0;
}
