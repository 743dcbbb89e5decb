/* Seeking lines must give the places that plain loops over the bytes give, whatever the buffer's size.
 *
 * Input: bytes for the size of the buffer, the start, the stop and the number of lines; then the file. */
#include <stdio.h>
#include <stdlib.h>

#include "lineseek.h"

static int file = -1;

static void check(int holds)
{
    if (!holds)
        abort();
}

static void plant(const uint8_t *data, size_t size)
{
    if (file < 0) {
        FILE *scratch = tmpfile();
        check(scratch != NULL);
        file = fileno(scratch);
    }
    check(ftruncate(file, 0) == 0);
    check(pwrite(file, data, size, 0) == (ssize_t)size);
}

static void check_forward(tr_lineseek *seek, const uint8_t *data, off_t size, off_t stop)
{
    off_t at = seek->start, end = stop < size ? stop : size;
    uint64_t passed = 0;

    while (passed < seek->lines && at < end)
        passed += data[at++] == '\n';
    check(tr_lineseek_forward(seek) == TR_SEEK_DONE);
    check(seek->passed == passed);
    check(seek->position == at);
}

static void check_back(tr_lineseek *seek, const uint8_t *data, off_t size, off_t stop)
{
    off_t at = stop < size ? stop : size, position = seek->start;
    uint64_t passed = 0;

    while (passed < seek->lines && at > seek->start)
        if (data[--at] == '\n') {
            passed++;
            position = at + 1;
        }
    check(tr_lineseek_back(seek) == TR_SEEK_DONE);
    check(seek->passed == passed);
    check(seek->position == position);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tr_lineseek seek;
    off_t start, stop;
    uint64_t lines;

    if (size < 8)
        return 0;
    start = data[1] + (data[2] & 3) * 256;
    stop = data[3] + (data[4] & 15) * 256;
    lines = data[5] & 128 ? UINT64_MAX : data[5];
    plant(data + 8, size - 8);
    for (int back = 0; back < 2; back++) {
        check(tr_lineseek_init(&seek, tr_bytescan_for(NULL), file, start, stop, lines) == 0);
        seek.size = data[0] & 128 ? seek.size : 1 + (size_t)data[0];
        (back ? check_back : check_forward)(&seek, data + 8, (off_t)(size - 8), stop);
        tr_lineseek_free(&seek);
    }
    return 0;
}
