/* One file of ignore rules (gitignore(5)): parsed once, then asked about every entry below it.
 *
 * The last matching rule decides. Most rules need no pattern matching: literal names sit in a hash table,
 * "*.o" in a list by last byte, "build*" in a list by first byte. All lists run from the last rule to the
 * first, so a list is left as soon as it falls behind the best match so far. */
#ifndef TR_IGNOREFILE_H
#define TR_IGNOREFILE_H

#include "readfile.h"
#include "wildmatch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TR_RULES_LIMIT = 16 << 20 }; /* larger files are not rules that somebody wrote */

typedef struct {
    const char *text; /* in tr_rules.bytes, without "!", anchor, trailing slash, "*" of an affix */
    uint32_t length;
    uint32_t literal; /* leading bytes without wildcards; a path's rest is a pattern of its own, as in git */
    int32_t next;     /* next earlier rule of the same list, -1: none */
    uint8_t negated, dir_only;
} tr_rule;

typedef struct {
    int32_t *heads;
    uint32_t mask; /* heads - 1; heads NULL: empty */
} tr_rule_table;

typedef struct {
    char *bytes;
    tr_rule *rules;
    size_t count;
    tr_rule_table names, suffixes, prefixes; /* matched against an entry's name */
    tr_rule_table paths;                     /* literal paths, by last component */
    int32_t name_patterns, path_patterns;
    int has_paths, fold;
} tr_rules;

/* An entry's name, hashed once for all files of rules. */
typedef struct {
    const char *text;
    size_t length;
    uint32_t hash;
    int is_dir;
} tr_name;

/* Case is left out of the hash, so that one serves both comparisons. Names that share both ends and their
 * length collide, which costs a comparison each. */
static inline uint32_t tr_name_hash(const char *name, size_t length)
{
    uint64_t first = 0, last = 0, mixed;
    size_t i;

    if (length >= 8) {
        memcpy(&first, name, 8);
        memcpy(&last, name + length - 8, 8);
    } else {
        for (i = 0; i < length; i++)
            first = first << 8 | (unsigned char)name[i];
    }
    first &= UINT64_C(0xDFDFDFDFDFDFDFDF); /* clears the bit by which ASCII letters differ in case */
    last &= UINT64_C(0xDFDFDFDFDFDFDFDF);
    mixed = (first ^ length) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ mixed >> 32 ^ last) * UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(mixed >> 32);
}

static int tr_same(const char *a, const char *b, size_t length, int fold)
{
    size_t i;

    if (!fold)
        return memcmp(a, b, length) == 0;
    for (i = 0; i < length && tr_fold((unsigned char)a[i]) == tr_fold((unsigned char)b[i]); i++)
        ;
    return i == length;
}

static void tr_rules_free(tr_rules *rules)
{
    if (!rules)
        return;
    free(rules->names.heads);
    free(rules->suffixes.heads);
    free(rules->prefixes.heads);
    free(rules->paths.heads);
    free(rules->rules);
    free(rules->bytes);
    free(rules);
}

/* Where the unescaped spaces at the end of a line begin. */
static char *tr_rule_trim(char *line, char *end)
{
    char *spaces = NULL;

    for (; line < end; line++) {
        if (*line == ' ') {
            spaces = spaces ? spaces : line;
            continue;
        }
        if (*line == '\\' && ++line == end)
            return end;
        spaces = NULL;
    }
    return spaces ? spaces : end;
}

/* Call with each line that holds a rule. NULL: no more. *end is the line's end, NUL and spaces cut off. */
static char *tr_rule_line(char **at, char *end, char **line_end)
{
    while (*at < end) {
        char *line = *at, *newline = memchr(line, '\n', (size_t)(end - line)), *nul;

        *line_end = newline ? newline : end;
        *at = newline ? newline + 1 : end;
        if (*line_end > line && (*line_end)[-1] == '\r')
            --*line_end;
        if (line == *line_end || *line == '#')
            continue;
        if ((nul = memchr(line, 0, (size_t)(*line_end - line))))
            *line_end = nul;
        *line_end = tr_rule_trim(line, *line_end);
        return line;
    }
    return NULL;
}

static uint32_t tr_literal_length(const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && !tr_is_glob_special((unsigned char)text[i]))
        i++;
    return (uint32_t)i;
}

static int tr_rule_table_reserve(tr_rule_table *table, size_t heads)
{
    size_t size = 8, i;

    if (table->heads)
        return 0;
    while (size < heads)
        size *= 2;
    table->heads = malloc(size * sizeof *table->heads);
    if (!table->heads)
        return -1;
    for (i = 0; i < size; i++)
        table->heads[i] = -1;
    table->mask = (uint32_t)(size - 1);
    return 0;
}

static void tr_rule_push(tr_rules *rules, int32_t *head, int32_t id)
{
    rules->rules[id].next = *head;
    *head = id;
}

static int tr_rule_push_into(tr_rules *rules, tr_rule_table *table, size_t heads, uint32_t key, int32_t id)
{
    if (tr_rule_table_reserve(table, heads) != 0)
        return -1;
    tr_rule_push(rules, &table->heads[key & table->mask], id);
    return 0;
}

/* Put a rule that holds a slash into its list. */
static int tr_rule_file_path(tr_rules *rules, tr_rule *rule, int32_t id)
{
    const char *name = rule->text + rule->length;

    rules->has_paths = 1;
    if (rule->literal < rule->length) {
        tr_rule_push(rules, &rules->path_patterns, id);
        return 0;
    }
    while (name > rule->text && name[-1] != '/')
        name--;
    return tr_rule_push_into(rules, &rules->paths, 0,
                             tr_name_hash(name, (size_t)(rule->text + rule->length - name)), id);
}

/* Put a rule without a slash into its list. */
static int tr_rule_file_name(tr_rules *rules, tr_rule *rule, int32_t id)
{
    uint32_t length = rule->length;

    if (rule->literal == length)
        return tr_rule_push_into(rules, &rules->names, 0, tr_name_hash(rule->text, length), id);
    if (length > 1 && rule->text[0] == '*' && tr_literal_length(rule->text + 1, length - 1) == length - 1) {
        rule->text++;
        rule->length--;
        return tr_rule_push_into(rules, &rules->suffixes, 256, tr_fold((unsigned char)rule->text[length - 2]),
                                 id);
    }
    if (rule->literal == length - 1 && rule->text[length - 1] == '*' && length > 1) {
        rule->length--;
        return tr_rule_push_into(rules, &rules->prefixes, 256, tr_fold((unsigned char)rule->text[0]), id);
    }
    tr_rule_push(rules, &rules->name_patterns, id);
    return 0;
}

static int tr_rule_add(tr_rules *rules, const char *text, const char *end)
{
    int32_t id = (int32_t)rules->count;
    tr_rule *rule = &rules->rules[rules->count];
    size_t length;
    int anchored;

    rule->negated = text < end && *text == '!';
    text += rule->negated;
    rule->dir_only = text < end && end[-1] == '/';
    end -= rule->dir_only;
    length = (size_t)(end - text);
    if (!length)
        return 0; /* matches nothing */
    anchored = memchr(text, '/', length) != NULL;
    if (*text == '/') {
        text++;
        length--;
    }
    rule->text = text;
    rule->length = (uint32_t)length;
    rule->literal = tr_literal_length(text, length);
    rules->count++;
    return anchored ? tr_rule_file_path(rules, rule, id) : tr_rule_file_name(rules, rule, id);
}

/* Parse *bytes*, which are taken over in every case. NULL: out of memory. */
static tr_rules *tr_rules_parse(char *bytes, size_t length, int fold)
{
    tr_rules *rules = calloc(1, sizeof *rules);
    char *at = bytes, *end = bytes + length, *line, *line_end;
    size_t lines = 0;

    if (!rules) {
        free(bytes);
        return NULL;
    }
    rules->bytes = bytes;
    rules->fold = fold;
    rules->name_patterns = rules->path_patterns = -1;
    if (length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (line = at; line < end && (line = memchr(line, '\n', (size_t)(end - line))); line++)
        lines++;
    rules->rules = malloc((lines + 1) * sizeof *rules->rules);
    if (!rules->rules)
        goto failed;
    if (tr_rule_table_reserve(&rules->names, lines + 1) != 0 ||
        tr_rule_table_reserve(&rules->paths, lines + 1) != 0)
        goto failed;
    while ((line = tr_rule_line(&at, end, &line_end)))
        if (tr_rule_add(rules, line, line_end) != 0)
            goto failed;
    return rules;
failed:
    tr_rules_free(rules);
    return NULL;
}

/* The last rule after *best* in a list of names that matches, else *best*. */
static int32_t tr_rules_literal(const tr_rules *r, int32_t best, const tr_name *name)
{
    int32_t id = r->names.heads[name->hash & r->names.mask];

    for (; id > best; id = r->rules[id].next) {
        const tr_rule *rule = &r->rules[id];
        if (rule->dir_only <= name->is_dir && rule->length == name->length &&
            tr_same(rule->text, name->text, name->length, r->fold))
            return id;
    }
    return best;
}

/* The same for "*suffix" (*at_end* 1) and "prefix*" (0). */
static int32_t tr_rules_affix(const tr_rules *r, const tr_rule_table *table, int at_end, int32_t best,
                              const tr_name *name)
{
    unsigned char key = tr_fold((unsigned char)name->text[at_end ? name->length - 1 : 0]);
    int32_t id = table->heads ? table->heads[key & table->mask] : -1;

    for (; id > best; id = r->rules[id].next) {
        const tr_rule *rule = &r->rules[id];
        if (rule->dir_only <= name->is_dir && rule->length <= name->length &&
            tr_same(rule->text, name->text + (at_end ? name->length - rule->length : 0), rule->length,
                    r->fold))
            return id;
    }
    return best;
}

static int32_t tr_rules_glob(const tr_rules *r, int32_t best, const tr_name *name)
{
    int32_t id = r->name_patterns;

    for (; id > best; id = r->rules[id].next) {
        const tr_rule *rule = &r->rules[id];
        if (rule->dir_only <= name->is_dir &&
            tr_wildmatch(rule->text, rule->length, name->text, name->length, r->fold))
            return id;
    }
    return best;
}

/* The last rule without a slash that matches the entry *name* (not empty), -1: none. */
static int32_t tr_rules_by_name(const tr_rules *r, const tr_name *name)
{
    int32_t best = tr_rules_literal(r, -1, name);

    best = tr_rules_affix(r, &r->suffixes, 1, best, name);
    best = tr_rules_affix(r, &r->prefixes, 0, best, name);
    return tr_rules_glob(r, best, name);
}

static int tr_rule_fits_path(const tr_rule *rule, const char *path, size_t length, int fold)
{
    if (rule->literal > length || !tr_same(rule->text, path, rule->literal, fold))
        return 0;
    if (rule->literal == rule->length)
        return length == rule->length;
    return tr_wildmatch(rule->text + rule->literal, rule->length - rule->literal, path + rule->literal,
                        length - rule->literal, fold);
}

/* The last rule after *best* that holds a slash and matches *path*, relative to the file's directory. */
static int32_t tr_rules_by_path(const tr_rules *r, int32_t best, const tr_name *name, const char *path,
                                size_t length)
{
    int32_t lists[2] = {r->paths.heads[name->hash & r->paths.mask], r->path_patterns};
    int i;

    for (i = 0; i < 2; i++) {
        int32_t id = lists[i];
        for (; id > best; id = r->rules[id].next) {
            const tr_rule *rule = &r->rules[id];
            if (rule->dir_only <= name->is_dir && tr_rule_fits_path(rule, path, length, r->fold)) {
                best = id;
                break;
            }
        }
    }
    return best;
}

#endif
