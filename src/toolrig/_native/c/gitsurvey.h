/* What git reads outside of a root, read once: see tr_surroundings. */
#ifndef TR_GITSURVEY_H
#define TR_GITSURVEY_H

#include "gitfind.h"

enum {
    TR_SURVEY_FILES = 4 * TR_CONFIG_FILES, /* read at most, and kept */
    TR_SURVEY_BYTES = 32 << 20,            /* kept of all files together: larger ones count as not there */
};

/* A file that was read, bytes NULL where it was not there. Everything is owned. */
typedef struct {
    char *path, *base;
    tr_file file;
} tr_found;

typedef struct {
    tr_found *found;
    size_t count;
} tr_finds;

typedef struct {
    tr_surroundings asked; /* the root, its paths, the user's homes */
    tr_finds files;        /* configuration, and the rules that it names */
    tr_finds rules;        /* .gitignore files above the root, by their directories */
    int git_fd, common_fd; /* of the repository around the root where its directory lies outside; -1 */
    char *lead;
    tr_file exclude, global;
    int fold, sha256;
    size_t bytes; /* kept */
    int configs;
    int failed; /* an error number */
} tr_survey;

static void tr_finds_clear(tr_finds *finds)
{
    while (finds->count) {
        tr_found *found = &finds->found[--finds->count];
        free(found->path);
        free(found->base);
        free(found->file.bytes);
    }
    free(finds->found);
    finds->found = NULL;
}

static void tr_survey_close(tr_survey *survey)
{
    tr_finds_clear(&survey->files);
    tr_finds_clear(&survey->rules);
    if (survey->git_fd >= 0)
        close(survey->git_fd);
    if (survey->common_fd >= 0)
        close(survey->common_fd);
    survey->git_fd = survey->common_fd = -1;
    free(survey->lead);
    free(survey->exclude.bytes);
    free(survey->global.bytes);
}

static const tr_found *tr_finds_have(const tr_finds *finds, const char *path)
{
    for (size_t i = 0; i < finds->count; i++)
        if (strcmp(finds->found[i].path, path) == 0)
            return &finds->found[i];
    return NULL;
}

/* Add *file*, which is taken over in every case, with *base*, malloc'ed. -1: out of memory. */
static int tr_finds_add(tr_finds *finds, const char *path, char *base, tr_file *file)
{
    tr_found *grown = realloc(finds->found, (finds->count + 1) * sizeof *grown);
    tr_found found = {.path = strdup(path), .base = base, .file = *file};

    if (grown)
        finds->found = grown;
    if (!grown || !found.path || !base) {
        free(found.path);
        free(base);
        free(file->bytes);
        return -1;
    }
    finds->found[finds->count++] = found;
    return 0;
}

/* Keep the file *path* if it is one that is not opened beneath the root later. Returns what was found. */
static const tr_found *tr_survey_keep(tr_survey *survey, const char *path, size_t limit)
{
    const tr_place anywhere = {AT_FDCWD, NULL, NULL};
    const tr_found *known = tr_finds_have(&survey->files, path);
    tr_file file;
    int failed;

    if (known || path[0] != '/' || survey->files.count >= TR_SURVEY_FILES || tr_below_top(&survey->asked, path))
        return known;
    if (limit > TR_SURVEY_BYTES - survey->bytes)
        limit = TR_SURVEY_BYTES - survey->bytes;
    failed = tr_place_read(&anywhere, path, 0, limit, &file);
    survey->bytes += file.length;
    if (failed == ENOMEM ||
        tr_finds_add(&survey->files, path, failed ? strdup("") : tr_include_base(&anywhere, path), &file) != 0) {
        survey->failed = ENOMEM;
        return NULL;
    }
    return &survey->files.found[survey->files.count - 1];
}

static void tr_survey_config(tr_survey *survey, const tr_place *place, const char *path, int depth);

/* Keep what a line of configuration names. Conditions do not count: they may hold for a repository met later. */
static void tr_survey_line(tr_survey *survey, const tr_config_line *line, const tr_place *place, const char *from,
                           int depth)
{
    const char *home = survey->asked.home;
    int include = !strcmp(line->section, line->subsection ? "includeif" : "include") && !strcmp(line->key, "path");
    int rules = !line->subsection && !strcmp(line->section, "core") && !strcmp(line->key, "excludesfile");
    char *path;

    if (!line->value || !(include || rules))
        return;
    path = include ? tr_config_beside(home, from, line->value) : tr_path_expand(home, line->value);
    if (!path)
        survey->failed = ENOMEM;
    else if (include)
        tr_survey_config(survey, place, path, depth + 1);
    else
        (void)tr_survey_keep(survey, path, TR_RULES_LIMIT);
    free(path);
}

/* Read the configuration file *path* of *place*, keeping it. Returns 0, or 1 where there is none to go through. */
static int tr_survey_read(tr_survey *survey, const tr_place *place, const char *path, tr_file *file)
{
    size_t before = survey->files.count;
    const tr_found *found = path[0] == '/' ? tr_survey_keep(survey, path, TR_CONFIG_LIMIT) : NULL;

    if (!found)
        return tr_place_read(place, path, 0, TR_CONFIG_LIMIT, file) != 0;
    if (survey->files.count == before || !found->file.bytes)
        return 1; /* seen already: includes may be a circle */
    file->length = found->file.length;
    file->bytes = malloc(file->length + 1);
    if (!file->bytes) {
        survey->failed = ENOMEM;
        return 1;
    }
    memcpy(file->bytes, found->file.bytes, file->length + 1);
    return 0;
}

/* Keep the configuration file *path* of *place*, and what it names. */
static void tr_survey_config(tr_survey *survey, const tr_place *place, const char *path, int depth)
{
    tr_config_line line;
    tr_file file;

    if (depth > TR_CONFIG_DEPTH || !path[0] || survey->failed || survey->configs++ >= TR_SURVEY_FILES ||
        tr_survey_read(survey, place, path, &file) != 0)
        return;
    line = tr_config_lines(&file);
    while (tr_config_next(&line))
        tr_survey_line(survey, &line, place, path, depth);
    free(file.bytes);
}

/* Keep what holds for every repository. */
static void tr_survey_user(tr_survey *survey)
{
    const tr_place anywhere = {AT_FDCWD, NULL, NULL};
    const char *home = survey->asked.home, *config_home = survey->asked.config_home;
    char *path = tr_config_user_file(home, config_home, "ignore");

    if (path)
        (void)tr_survey_keep(survey, path, TR_RULES_LIMIT);
    free(path);
    for (int number = 0; number < 3; number++) {
        path = tr_config_user_path(home, config_home, number);
        if (path)
            tr_survey_config(survey, &anywhere, path, 0);
        free(path);
    }
}

/* Keep the .gitignore files of the directories above the root. */
static void tr_survey_rules(tr_survey *survey, const tr_place *top)
{
    size_t at = 0;

    while (survey->lead[at] && !survey->failed) {
        char *directory = strndup(survey->lead, at);
        tr_place place = {.fd = -1};
        tr_file file = {0};

        if (directory && tr_place_enter(top, at ? directory : ".", &place) == 0)
            (void)tr_place_read(&place, ".gitignore", O_NOFOLLOW, TR_RULES_LIMIT, &file);
        if (!directory || tr_finds_add(&survey->rules, directory, strdup(""), &file) != 0)
            survey->failed = ENOMEM;
        tr_place_close(&place);
        free(directory);
        at += strcspn(survey->lead + at, "/") + 1;
    }
}

/* Read all that holds for the repository around the root but for its index. */
static void tr_survey_repository(tr_survey *survey, const tr_top *top)
{
    tr_config config = {.home = survey->asked.home, .config_home = survey->asked.config_home};
    char *path = NULL;

    if (tr_config_read(&config, &top->git) != 0)
        survey->failed = ENOMEM;
    else
        path = tr_repo_global_path(&config);
    if (path && path[0])
        (void)tr_place_read(&top->place, path, 0, TR_RULES_LIMIT, &survey->global);
    (void)tr_place_read(&top->git.common, "info/exclude", 0, TR_RULES_LIMIT, &survey->exclude);
    free(path);
    survey->fold = config.ignore_case;
    survey->sha256 = config.sha256;
    tr_config_clear(&config);
    tr_survey_rules(survey, &top->place);
}

/* Does the repository of the root's own work tree lie beneath the root? Then each walk reads it anew. */
static int tr_survey_inside(const tr_survey *survey)
{
    char here[] = "";
    const tr_place root = {survey->asked.root_fd, &survey->asked, here};
    tr_gitdir git;

    if (tr_gitdir_open(&git, &root) != TR_GIT_FOUND)
        return 0;
    tr_gitdir_close(&git);
    return 1;
}

/* Take over *top*, which was found around the root. */
static void tr_survey_top(tr_survey *survey, tr_top *top)
{
    tr_survey_config(survey, &top->git.common, "config", 0);
    tr_survey_config(survey, &top->git.git, "config.worktree", 0);
    if (!top->lead[0] && tr_survey_inside(survey))
        return;
    survey->lead = strdup(top->lead);
    survey->git_fd = fcntl(top->git.git.fd, F_DUPFD_CLOEXEC, 0);
    survey->common_fd = fcntl(top->git.common.fd, F_DUPFD_CLOEXEC, 0);
    if (survey->git_fd < 0 || survey->common_fd < 0)
        survey->failed = errno;
    if (!survey->lead)
        survey->failed = ENOMEM;
    if (!survey->failed)
        tr_survey_repository(survey, top);
}

/* Look around the root asked.root_fd, whose path is *path*, absolute and without symbolic links. Returns 0 or an error
 * number; call tr_survey_close in every case. */
static int tr_survey_open(tr_survey *survey, const tr_surroundings *asked, const char *path)
{
    tr_top top;

    memset(survey, 0, sizeof *survey);
    survey->asked = *asked;
    survey->git_fd = survey->common_fd = -1;
    tr_survey_user(survey);
    tr_find_top(&top, asked->root_fd, path, NULL, 0);
    if (top.state == TR_TOP_FOUND && top.lead)
        tr_survey_top(survey, &top);
    else if (top.state == TR_TOP_FOUND)
        survey->failed = ENOMEM;
    tr_top_close(&top);
    return survey->failed;
}

#endif
