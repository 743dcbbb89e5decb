/* A file searched through a small window must give what the whole text gives, decoded where it is UTF-16.
 *
 * Input: chunk, before, after, length of the needle, mode and piece size, a byte each; the needle; the file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filescan.h"

static void check(int holds)
{
    if (!holds)
        abort();
}

static const char *plain_find(const char *text, const char *end, const char *needle, size_t length)
{
    for (; (size_t)(end - text) >= length; text++)
        if (!memcmp(text, needle, length))
            return text;
    return NULL;
}

/* The text that is to be searched, and the next of its lines that a range must name. */
typedef struct {
    const char *file;
    size_t size;
    const char *text, *end, *line;
    uint64_t number;
    const tr_scan_plan *plan;
    const char *needle;
    size_t length;
} oracle;

static const char *line_end(const oracle *all, const char *at)
{
    const char *newline = memchr(at, '\n', (size_t)(all->end - at));
    return newline ? newline + 1 : all->end;
}

static const char *lines_back(const oracle *all, const char *at, size_t lines)
{
    while (lines-- && at > all->text)
        for (at--; at > all->text && at[-1] != '\n';)
            at--;
    return at;
}

/* Move to the next line that holds the needle. */
static int next_hit(oracle *all)
{
    for (; all->line < all->end; all->line = line_end(all, all->line), all->number++)
        if (!all->length || plain_find(all->line, line_end(all, all->line), all->needle, all->length))
            return 1;
    return 0;
}

static void check_range(oracle *all, const tr_piece *piece, const tr_range *range)
{
    const char *begin, *end = all->line, *stop;
    const char *blob = piece->blob;

    check(next_hit(all) && range->line == all->number);
    begin = lines_back(all, all->line, all->plan->before);
    check(range->begin <= range->start && range->start < range->end);
    check(range->end <= range->stop && range->stop <= piece->used);
    check(range->start - range->begin == (size_t)(all->line - begin));
    check(!memcmp(blob + range->begin, begin, range->end - range->begin));
    if (all->length)
        check(plain_find(all->line, all->end, all->needle, all->length) == all->line + range->at);
    for (size_t left = range->end - range->start; left; all->number++) {
        end = line_end(all, all->line);
        check((size_t)(end - all->line) <= left);
        left -= (size_t)(end - all->line);
        all->line = end;
    }
    stop = end;
    for (size_t i = 0; i < all->plan->after && stop < all->end; i++)
        stop = line_end(all, stop);
    check(range->stop - range->end == (size_t)(stop - end));
    check(!memcmp(blob + range->end, end, range->stop - range->end));
}

static int is_binary(const char *bytes, size_t size)
{
    int order = tr_utf16_order(bytes, size);
    if (order)
        return !tr_utf16_is_text(bytes + TR_UTF16_MARK, size - TR_UTF16_MARK, order);
    return memchr(bytes, 0, size) != NULL;
}

/* Set what is to be searched: the file without its mark, decoded in *memory* if it is UTF-16. */
static void set_text(oracle *all, char *memory)
{
    int order = tr_utf16_order(all->file, all->size);
    size_t used;

    all->text = all->file;
    all->end = all->file + all->size;
    if (order) {
        all->text = memory;
        all->end = memory + tr_utf16_decode(
            all->file + TR_UTF16_MARK, all->size - TR_UTF16_MARK, order, 1, memory, 2 * all->size + 4, &used);
        check(used == all->size - TR_UTF16_MARK);
    } else if (all->size >= TR_MARK && !memcmp(all->file, "\xef\xbb\xbf", TR_MARK)) {
        all->text += TR_MARK;
    }
    all->line = all->text;
    all->number = 1;
}

static void run(const tr_scan_plan *plan, int directory, const char *name, oracle *all)
{
    tr_text text = {.fd = -1};
    uint64_t count = 0;
    int state;

    check(tr_text_open(&text, plan, directory, name) == 0);
    do {
        tr_piece *piece = calloc(1, sizeof *piece);
        check(piece != NULL);
        state = tr_text_step(&text, plan, piece);
        check(state != TR_STEP_FAILED);
        for (size_t i = 0; i < piece->range_count; i++)
            check_range(all, piece, &piece->ranges[i]);
        count += piece->count;
        tr_piece_free(piece);
    } while (state == TR_STEP_MORE);
    if (state == TR_STEP_BINARY) {
        check(is_binary(all->file, all->size < plan->probe ? all->size : plan->probe));
    } else if (plan->mode == TR_SCAN_LINES) {
        check(!next_hit(all));
    } else {
        for (; next_hit(all) && count; count--) {
            all->line = line_end(all, all->line);
            all->number++;
            if (plan->mode == TR_SCAN_FILES)
                all->line = all->end;
        }
        check(!count && !next_hit(all));
    }
    tr_text_close(&text, plan);
    tr_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char name[] = "/tmp/fuzz_filescan_XXXXXX";
    static int fd = -1, directory = -1;
    static const size_t pieces[] = {1, 50, 200, 1 << 18};
    char needle[16], *memory;
    const char *bytes = needle;
    size_t length;
    oracle all;
    tr_finder finder;
    tr_scan_plan plan;

    if (fd < 0) {
        fd = mkstemp(name);
        directory = open("/tmp", O_RDONLY | O_DIRECTORY);
        check(fd >= 0 && directory >= 0);
    }
    if (size < 6)
        return 0;
    length = data[3] % sizeof needle;
    if (length > size - 6)
        length = size - 6;
    memcpy(needle, data + 6, length);
    if (memchr(needle, '\n', length))
        return 0;
    memset(&plan, 0, sizeof plan);
    plan.isa = tr_bytescan_for(NULL);
    if (length) {
        check(tr_finder_of_literals(&finder, plan.isa, &bytes, &length, 1, 0) == 0);
        plan.finder = &finder;
    }
    plan.mode = length ? data[4] % 3 : TR_SCAN_LINES;
    plan.chunk = TR_CHUNK_LEAST + data[0];
    plan.before = plan.mode == TR_SCAN_LINES ? data[1] % 5 : 0;
    plan.after = data[2] % 5;
    plan.probe = data[4] & 64 ? 20 : 0;
    plan.line_most = 1 << 20;
    plan.piece_most = pieces[data[5] % 4];
    data += 6 + length;
    size -= 6 + length;
    check(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    memory = malloc(2 * size + 4);
    check(memory != NULL);
    all.file = (const char *)data;
    all.size = size;
    set_text(&all, memory);
    all.plan = &plan;
    all.needle = needle;
    all.length = length;
    run(&plan, directory, name + 5, &all);
    if (length)
        tr_finder_clear(&finder);
    free(memory);
    return 0;
}
