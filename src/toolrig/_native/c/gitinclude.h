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
    char *expanded = tr_path_expand(home, condition);
    char *pattern = NULL;

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

/* The directory of the configuration file *from* of *place*, malloc'ed, "" where the platform does not tell. */
static char *tr_include_base(const tr_place *place, const char *from)
{
    const tr_kept *kept = tr_place_kept(place, from);
    const char *slash = strrchr(from, '/');
    char *directory, *path = NULL;
    tr_place beside = {.fd = -1};

    if (kept)
        return strdup(kept->base);
    directory = slash ? strndup(from, (size_t)(slash - from) + 1) : strdup(".");
    if (directory && tr_place_enter(place, directory, &beside) == 0)
        path = tr_fd_path(beside.fd);
    tr_place_close(&beside);
    free(directory);
    return path ? path : strdup("");
}

/* The user's home without symbolic links, malloc'ed. */
static char *tr_include_home(const tr_place *place, const char *home)
{
    char *resolved = NULL;

    if (place->within)
        resolved = place->within->real_home ? strdup(place->within->real_home) : NULL;
    else if (home)
        resolved = realpath(home, NULL);
    return resolved || !home ? resolved : strdup(home);
}

static int tr_include_by_gitdir(const tr_gitdir *git, const char *home, const char *condition,
                                const tr_place *place, const char *from, int fold)
{
    char *base = tr_include_base(place, from), *text = tr_fd_path(git->git.fd);
    char *real_home = tr_include_home(place, home);
    size_t literal = 0;
    char *pattern = base && text ? tr_include_pattern(real_home, condition, base, &literal) : NULL;
    int holds = 0;

    if (pattern && strlen(text) >= literal &&
        (fold ? strncasecmp(pattern, text, literal) : strncmp(pattern, text, literal)) == 0)
        holds = tr_wildmatch(pattern + literal, strlen(pattern + literal), text + literal,
                             strlen(text + literal), fold);
    free(real_home);
    free(base);
    free(text);
    free(pattern);
    return holds;
}

static int tr_include_by_branch(const tr_gitdir *git, const char *condition)
{
    size_t length = strlen(condition);
    char *branch = tr_gitdir_branch(&git->git);
    char *pattern = tr_join(condition, length, "", length && condition[length - 1] == '/' ? "**" : "");
    int holds = branch && pattern && tr_wildmatch(pattern, strlen(pattern), branch, strlen(branch), 0);

    free(branch);
    free(pattern);
    return holds;
}

/* Does *condition*, in the configuration file *from* of *place*, hold for *git*, which may be NULL? */
static int tr_include_holds(const tr_gitdir *git, const char *home, const char *condition, const tr_place *place,
                            const char *from)
{
    if (!git)
        return 0;
    if (!strncmp(condition, "gitdir:", 7))
        return tr_include_by_gitdir(git, home, condition + 7, place, from, 0);
    if (!strncmp(condition, "gitdir/i:", 9))
        return tr_include_by_gitdir(git, home, condition + 9, place, from, 1);
    return !strncmp(condition, "onbranch:", 9) && tr_include_by_branch(git, condition + 9);
}

#endif
