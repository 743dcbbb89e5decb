/* The component walk must give the kernel's answer for every path: same file or same refusal. */
#include <stdio.h>
#include <stdlib.h>

#include "jail.h"

static int tree = -1;

static void plant(void)
{
    char top[] = "/tmp/fuzz-jail-XXXXXX";
    int outer;
    if (!mkdtemp(top) || (outer = open(top, O_RDONLY | O_DIRECTORY)) < 0)
        abort();
    mkdirat(outer, "t", 0700);
    tree = openat(outer, "t", O_RDONLY | O_DIRECTORY);
    mkdirat(tree, "a", 0700);
    mkdirat(tree, "a/b", 0700);
    close(openat(tree, "f", O_CREAT | O_WRONLY, 0600));
    close(openat(tree, "a/b/f", O_CREAT | O_WRONLY, 0600));
    if (symlinkat("a/b", tree, "l") || symlinkat("..", tree, "a/u") || symlinkat("../..", tree, "o")
        || symlinkat("f/", tree, "s") || symlinkat("/", tree, "r") || symlinkat("q", tree, "q")
        || symlinkat("l/../u/f", tree, "c"))
        abort();
}

/* The file behind *fd*, or the errno negated; what it refers to must agree, not the number. */
static long long identity(int fd)
{
    struct stat info;
    if (fd < 0)
        return -(long long)errno;
    if (fstat(fd, &info) < 0)
        abort();
    close(fd);
    return (long long)info.st_ino;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Few letters, so that most inputs name something. */
    static const char letters[] = "abfluosrqc./";
    static const int flags[] = {O_RDONLY, O_PATH, O_RDONLY | O_DIRECTORY, O_PATH | O_NOFOLLOW, O_RDONLY | O_NOFOLLOW};
    char path[256];
    size_t length = size ? size - 1 : 0;
    int flag, how;

    if (tree < 0)
        plant();
    if (!size || length >= sizeof path || !tr_jail_has_openat2())
        return 0;
    flag = flags[data[0] % 5] | O_NONBLOCK * !(flags[data[0] % 5] & O_PATH);
    how = data[0] & 128 ? TR_JAIL_FOLLOW : 0;
    for (size_t i = 0; i < length; i++)
        path[i] = letters[data[i + 1] % (sizeof letters - 1)];
    path[length] = 0;
    if (identity(tr_jail_openat2(tree, path, flag, 0, how)) != identity(tr_jail_walk_path(tree, path, flag, 0, how))) {
        fprintf(stderr, "the answers differ: %s, flags %x, how %d\n", path, (unsigned)flag, how);
        abort();
    }
    return 0;
}
