/* Conditions of includeIf in git's configuration (git-config(1), "Conditional includes"): gitdir, gitdir/i,
 * onbranch. hasconfig never holds here. */
#ifndef TR_GITINCLUDE_H
#define TR_GITINCLUDE_H

#include "gitdir.h"
#include "gitpath.h"
#include "wildmatch.h"

#include <strings.h>

/* The condition's pattern as git completes it, malloc'ed; its first *literal* bytes are no pattern. *base*: the
 * directory of the file that asks, "" where it is not known. NULL: it cannot hold. */
static char *tr_include_pattern(const char *home, const char *condition, const char *base, size_t *literal)
{
    size_t length = strlen(condition);
    const char *tail = !length || condition[length - 1] == '/' ? "**" : "";
    char *resolved = home ? realpath(home, NULL) : NULL;
    char *expanded = tr_path_expand(resolved ? resolved : home, condition);
    char *pattern = NULL;

    free(resolved);
    *literal = 0;
    if (expanded && !expanded[0]) { /* a user that does not exist */
        free(expanded);
        expanded = strdup(condition);
    }
    if (!expanded)
        return NULL;
    if (expanded[0] == '.' && expanded[1] == '/') {
        *literal = strlen(base) + 1;
        pattern = base[0] ? tr_join(base, strlen(base), expanded + 1, tail) : NULL;
    } else {
        const char *anywhere = expanded[0] == '/' ? "" : "**/";
        pattern = tr_join(anywhere, strlen(anywhere), expanded, tail);
    }
    free(expanded);
    return pattern;
}

/* The directory of the configuration file *from* in *dir_fd*, malloc'ed, "" where the platform does not tell. */
static char *tr_include_base(int dir_fd, const char *from)
{
    const char *slash = strrchr(from, '/');
    char *directory = slash ? strndup(from, (size_t)(slash - from) + 1) : strdup("."), *path = NULL;
    int fd = directory ? tr_open_dir(dir_fd, directory) : -1;

    if (fd >= 0) {
        path = tr_fd_path(fd);
        close(fd);
    }
    free(directory);
    return path ? path : strdup("");
}

static int tr_include_by_gitdir(const tr_gitdir *git, const char *home, const char *condition, int dir_fd,
                                const char *from, int fold)
{
    char *base = tr_include_base(dir_fd, from), *text = tr_fd_path(git->git_fd);
    size_t literal = 0;
    char *pattern = base && text ? tr_include_pattern(home, condition, base, &literal) : NULL;
    int holds = 0;

    if (pattern && strlen(text) >= literal &&
        (fold ? strncasecmp(pattern, text, literal) : strncmp(pattern, text, literal)) == 0)
        holds = tr_wildmatch(pattern + literal, strlen(pattern + literal), text + literal,
                             strlen(text + literal), fold);
    free(base);
    free(text);
    free(pattern);
    return holds;
}

static int tr_include_by_branch(const tr_gitdir *git, const char *condition)
{
    size_t length = strlen(condition);
    char *branch = tr_gitdir_branch(git->git_fd);
    char *pattern = tr_join(condition, length, "", length && condition[length - 1] == '/' ? "**" : "");
    int holds = branch && pattern && tr_wildmatch(pattern, strlen(pattern), branch, strlen(branch), 0);

    free(branch);
    free(pattern);
    return holds;
}

/* Does *condition*, in the configuration file *from* of *dir_fd*, hold for *git*? */
static int tr_include_holds(const tr_gitdir *git, const char *home, const char *condition, int dir_fd,
                            const char *from)
{
    if (!strncmp(condition, "gitdir:", 7))
        return tr_include_by_gitdir(git, home, condition + 7, dir_fd, from, 0);
    if (!strncmp(condition, "gitdir/i:", 9))
        return tr_include_by_gitdir(git, home, condition + 9, dir_fd, from, 1);
    return !strncmp(condition, "onbranch:", 9) && tr_include_by_branch(git, condition + 9);
}

#endif
