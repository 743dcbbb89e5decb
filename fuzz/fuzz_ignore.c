/* One byte of options, a path up to NUL, then a file of rules or of configuration, or the path of a root. */
#include "gitconfig.h"
#include "ignorefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match(tr_rules *rules, const char *path, size_t length)
{
    size_t name_at = length;

    while (name_at && path[name_at - 1] != '/')
        name_at--;
    for (int is_dir = 0; is_dir < 2 && name_at < length; is_dir++) {
        tr_name name = {path + name_at, length - name_at, tr_name_hash(path + name_at, length - name_at),
                        is_dir};
        int32_t id = tr_rules_by_path(rules, tr_rules_by_name(rules, &name), &name, path, length);
        if (id < -1 || (id >= 0 && (size_t)id >= rules->count))
            abort();
    }
}

static void configure(char *bytes, size_t length)
{
    tr_config_line line;

    memset(&line, 0, sizeof line);
    line.at = bytes;
    line.end = bytes + length;
    while (tr_config_next(&line))
        if (line.value && strlen(line.value) > length)
            abort();
}

/* What is named within a root is relative to it, and the end of what was written. */
static void name_within(const char *root, const char *path)
{
    char here[] = "a/b/";
    const tr_surroundings within = {.root_fd = -1, .tops = {root, NULL}, .git_fd = -1};
    const tr_place place = {-1, &within, here};
    char *name = tr_place_name(&place, path);

    if (name && (name[0] == '/' || !name[0] || strlen(name) > strlen(path) + sizeof here))
        abort();
    if (!name && path[0] != '/')
        abort();
    free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size > 1 ? memchr(data + 1, 0, size - 1) : NULL;
    size_t rest;
    char *path, *bytes;
    tr_rules *rules;

    if (!nul)
        return 0;
    rest = (size_t)(data + size - nul - 1);
    path = malloc((size_t)(nul - data));
    bytes = malloc(rest + 1);
    if (!path || !bytes)
        abort();
    memcpy(path, data + 1, (size_t)(nul - data));
    memcpy(bytes, nul + 1, rest);
    bytes[rest] = 0;
    if (data[0] & 4) {
        name_within(bytes, path);
        free(bytes);
    } else if (data[0] & 2) {
        configure(bytes, rest);
        free(bytes);
    } else if ((rules = tr_rules_parse(bytes, rest, data[0] & 1))) {
        match(rules, path, (size_t)(nul - data - 1));
        tr_rules_free(rules);
    }
    free(path);
    return 0;
}
