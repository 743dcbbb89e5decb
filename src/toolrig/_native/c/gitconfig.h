/* The few values of git's configuration (git-config(1)) that decide what a listing shows.
 *
 * Read in git's order: system, $XDG_CONFIG_HOME/git/config, ~/.gitconfig, the repository, its worktree; the
 * last one wins. include.path and includeIf (but for hasconfig) are followed, environment variables are not. A
 * syntax error ends the file it is in, what stood before it counts. */
#ifndef TR_GITCONFIG_H
#define TR_GITCONFIG_H

#include "gitinclude.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    TR_CONFIG_LIMIT = 1 << 20, /* bytes of one file */
    TR_CONFIG_DEPTH = 10,      /* includes within includes, as in git */
    TR_CONFIG_FILES = 64,      /* files read for one repository: a cycle of includes must end */
};

typedef struct {
    const tr_gitdir *git;           /* whose configuration it is; NULL: of none in particular */
    const char *home, *config_home; /* $HOME and $XDG_CONFIG_HOME, NULL where unset */
    char *excludes_file;            /* core.excludesFile as written, NULL where unset */
    char *work_tree;                /* core.worktree as written, NULL where unset */
    int ignore_case;                /* core.ignoreCase */
    int sha256;                     /* extensions.objectFormat */
    int worktree_config;            /* extensions.worktreeConfig */
    int files, no_memory;
} tr_config;

static int tr_config_truth(const char *value)
{
    if (!value)
        return 1; /* a key without "=" */
    if (!strcasecmp(value, "true") || !strcasecmp(value, "yes") || !strcasecmp(value, "on"))
        return 1;
    return strtol(value, NULL, 0) != 0;
}

static void tr_config_file(tr_config *config, const tr_place *place, const char *path, int depth);

/* The file that *value*, an include of the file *from*, names; malloc'ed. */
static char *tr_config_beside(const char *home, const char *from, const char *value)
{
    const char *slash = strrchr(from, '/');

    if (value[0] == '/' || value[0] == '~' || !slash)
        return tr_path_expand(home, value);
    return tr_join(from, (size_t)(slash - from) + 1, "", value);
}

static void tr_config_include(tr_config *config, const tr_place *place, const char *from, const char *value,
                              int depth)
{
    char *path = tr_config_beside(config->home, from, value);

    if (path)
        tr_config_file(config, place, path, depth + 1);
    else
        config->no_memory = 1;
    free(path);
}

/* One parsed file: the key of the line at hand, lower-case, and the unquoted value in place. */
typedef struct {
    char *at, *end;
    char section[32], key[32]; /* longer ones are none of ours and are cut */
    char *subsection; /* NULL: none */
    char *value; /* NULL: no "=" */
} tr_config_line;

static void tr_config_set(tr_config *config, char **value, const char *text)
{
    free(*value);
    *value = text ? strdup(text) : NULL;
    config->no_memory |= text && !*value;
}

static void tr_config_apply(tr_config *config, const tr_config_line *line, const tr_place *place,
                            const char *path, int depth)
{
    const char *value = line->value;

    if (line->subsection && !strcmp(line->section, "includeif") && !strcmp(line->key, "path") && value &&
        tr_include_holds(config->git, config->home, line->subsection, place, path))
        tr_config_include(config, place, path, value, depth);
    if (line->subsection)
        return;
    if (!strcmp(line->section, "include") && !strcmp(line->key, "path") && value) {
        tr_config_include(config, place, path, value, depth);
    } else if (!strcmp(line->section, "core") && !strcmp(line->key, "ignorecase")) {
        config->ignore_case = tr_config_truth(value);
    } else if (!strcmp(line->section, "core") && !strcmp(line->key, "excludesfile") && value) {
        tr_config_set(config, &config->excludes_file, value);
    } else if (!strcmp(line->section, "core") && !strcmp(line->key, "worktree") && value) {
        tr_config_set(config, &config->work_tree, value);
    } else if (!strcmp(line->section, "extensions") && !strcmp(line->key, "objectformat") && value) {
        config->sha256 = !strcmp(value, "sha256");
    } else if (!strcmp(line->section, "extensions") && !strcmp(line->key, "worktreeconfig")) {
        config->worktree_config = tr_config_truth(value);
    }
}

/* Copy a name of letters, digits, '-' and '.' in lower case. */
static void tr_config_name(tr_config_line *line, char *out, size_t room)
{
    size_t length = 0;

    for (; line->at < line->end; line->at++) {
        char c = *line->at;
        if (c >= 'A' && c <= 'Z')
            c |= 0x20;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
            break;
        if (length + 1 < room)
            out[length++] = c;
    }
    out[length] = 0;
}

/* The rest of a [section "subsection"] header. 0: malformed. */
static int tr_config_header(tr_config_line *line)
{
    tr_config_name(line, line->section, sizeof line->section);
    line->subsection = strchr(line->section, '.');
    while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
        line->at++;
    if (line->at < line->end && *line->at == '"') {
        char *out = line->subsection = ++line->at;
        for (; line->at < line->end && *line->at != '"' && *line->at != '\n'; line->at++) {
            line->at += *line->at == '\\' && line->end - line->at > 1;
            *out++ = *line->at;
        }
        if (line->at == line->end || *line->at++ != '"')
            return 0;
        *out = 0;
    }
    return line->at < line->end && *line->at++ == ']';
}

static int tr_config_escape(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'b': return '\b';
    case '\\':
    case '"': return c;
    default: return -1;
    }
}

/* Unquote the value at line->at in place, up to the end of the line. 0: malformed. */
static int tr_config_value(tr_config_line *line)
{
    char *out = line->at, *kept = out; /* kept: behind the last character that is not trailing space */
    int quoted = 0, comment = 0;

    line->value = out;
    for (; line->at < line->end && *line->at != '\n'; line->at++) {
        char c = *line->at;
        if (comment || (c == '\r' && line->at + 1 < line->end && line->at[1] == '\n'))
            continue;
        if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
            if (out != line->value)
                *out++ = ' ';
            continue;
        }
        if (!quoted && (c == '#' || c == ';')) {
            comment = 1;
            continue;
        }
        if (c == '"') {
            quoted = !quoted;
            kept = out;
            continue;
        }
        if (c == '\\') {
            int escaped;
            line->at += line->end - line->at > 2 && line->at[1] == '\r' && line->at[2] == '\n';
            if (++line->at == line->end)
                break;
            if (*line->at == '\n')
                continue;
            if ((escaped = tr_config_escape(*line->at)) < 0)
                return 0;
            c = (char)escaped;
        }
        *out++ = c;
        kept = out;
    }
    if (quoted)
        return 0;
    if (line->at < line->end)
        line->at++; /* the newline, which *kept may overwrite */
    *kept = 0;
    return 1;
}

static void tr_config_skip(tr_config_line *line, const char *spaces)
{
    while (line->at < line->end && *line->at && strchr(spaces, *line->at))
        line->at++;
}

/* Move to the next key and its value. 0: the end, or a syntax error. */
static int tr_config_next(tr_config_line *line)
{
    for (;;) {
        tr_config_skip(line, " \t\r\n");
        if (line->at == line->end)
            return 0;
        if (*line->at == '#' || *line->at == ';') {
            while (line->at < line->end && *line->at != '\n')
                line->at++;
        } else if (*line->at == '[') {
            line->at++;
            if (!tr_config_header(line))
                return 0;
        } else {
            break;
        }
    }
    tr_config_name(line, line->key, sizeof line->key);
    tr_config_skip(line, " \t\r");
    line->value = NULL;
    if (!line->key[0])
        return 0;
    if (line->at == line->end || *line->at == '\n')
        return 1;
    if (*line->at != '=')
        return 0;
    line->at++;
    return tr_config_value(line);
}

/* Begin with the bytes of a file, which are changed while its lines are read. */
static tr_config_line tr_config_lines(tr_file *file)
{
    tr_config_line line;

    memset(&line, 0, sizeof line);
    line.at = file->bytes;
    line.end = file->bytes + file->length;
    if (file->length >= 3 && memcmp(file->bytes, "\xef\xbb\xbf", 3) == 0)
        line.at += 3;
    return line;
}

static void tr_config_file(tr_config *config, const tr_place *place, const char *path, int depth)
{
    tr_config_line line;
    tr_file file;

    if (depth > TR_CONFIG_DEPTH || config->files >= TR_CONFIG_FILES || !path[0])
        return;
    config->files++;
    if (tr_place_read(place, path, 0, TR_CONFIG_LIMIT, &file) != 0)
        return;
    line = tr_config_lines(&file);
    while (tr_config_next(&line))
        tr_config_apply(config, &line, place, path, depth);
    free(file.bytes);
}

/* A file below the user's configuration directory: $XDG_CONFIG_HOME/git/<name> or ~/.config/git/<name>. */
static char *tr_config_user_file(const char *home, const char *config_home, const char *name)
{
    if (config_home && config_home[0])
        return tr_join(config_home, strlen(config_home), "/git/", name);
    return home ? tr_join(home, strlen(home), "/.config/git/", name) : NULL;
}

/* The configuration file *number*, from 0 on, that holds for every repository; malloc'ed. NULL: there is none of
 * that number. */
static char *tr_config_user_path(const char *home, const char *config_home, int number)
{
    if (number == 0)
        return strdup("/etc/gitconfig");
    if (number == 1)
        return tr_config_user_file(home, config_home, "config");
    return number == 2 && home ? tr_join(home, strlen(home), "", "/.gitconfig") : NULL;
}

/* What holds for every repository. *within*: as in tr_place. */
static void tr_config_user(tr_config *config, const tr_surroundings *within)
{
    const tr_place anywhere = {AT_FDCWD, within, NULL};

    for (int number = 0; number < 3; number++) {
        char *path = tr_config_user_path(config->home, config->config_home, number);
        if (path)
            tr_config_file(config, &anywhere, path, 0);
        free(path);
    }
}

/* The repository's own files. What says where and how it lies is theirs alone; without extensions.worktreeConfig
 * the shared file says it for the main work tree only. */
static void tr_config_repository(tr_config *config, const tr_gitdir *git)
{
    config->git = git;
    config->sha256 = config->worktree_config = 0;
    tr_config_set(config, &config->work_tree, NULL);
    tr_config_file(config, &git->common, "config", 0);
    if (git->linked && !config->worktree_config)
        tr_config_set(config, &config->work_tree, NULL);
    if (config->worktree_config)
        tr_config_file(config, &git->git, "config.worktree", 0);
}

static void tr_config_clear(tr_config *config)
{
    free(config->excludes_file);
    free(config->work_tree);
    config->excludes_file = config->work_tree = NULL;
}

/* Fill *config*, whose home and config_home the caller has set, for a repository; tr_config_clear frees it.
 * Returns 0 or ENOMEM. */
static int tr_config_read(tr_config *config, const tr_gitdir *git)
{
    config->git = git;
    tr_config_user(config, git->git.within);
    tr_config_repository(config, git);
    return config->no_memory ? ENOMEM : 0;
}

#endif
