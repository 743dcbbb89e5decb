/* Stands in for libFuzzer where there is no clang: feeds a target random and mutated inputs.
 *
 *     fuzz_target SECONDS CRASH_FILE [SEED_FILE ...]
 *
 * There is no coverage feedback, so it finds the shallow bugs only. The input under test is written to
 * CRASH_FILE when the target dies; given as the only seed with SECONDS 0, it is replayed. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_BYTES = 4096, MOST_SEEDS = 1024, MOST_MUTATIONS = 8 };

typedef struct {
    uint8_t *bytes;
    size_t size;
} input;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void));

static const char *crash_file;
static uint8_t current[MOST_BYTES];
static size_t current_size;
static input seeds[MOST_SEEDS];
static size_t seed_count;
static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static size_t below(size_t bound)
{
    return bound ? (size_t)(next_random() % bound) : 0;
}

static void keep_crash(void)
{
    FILE *file = fopen(crash_file, "wb");
    if (file) {
        fwrite(current, 1, current_size, file);
        fclose(file);
        fprintf(stderr, "the input is in %s\n", crash_file);
    }
}

static void on_abort(int signal_number)
{
    keep_crash();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void load_seed(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || seed_count == MOST_SEEDS)
        return;
    input *seed = &seeds[seed_count];
    seed->bytes = malloc(MOST_BYTES);
    if (seed->bytes) {
        seed->size = fread(seed->bytes, 1, MOST_BYTES, file);
        seed_count++;
    }
    fclose(file);
}

/* Random bytes, half of the time from the few that carry meaning in patterns, paths and JSON. */
static uint8_t some_byte(void)
{
    static const char meaningful[] = "/*?[]!\\\n\r\t \"{}:,.-0123456789abtrue\xc3\xe2\xf0\xff";
    return next_random() & 1 ? (uint8_t)meaningful[below(sizeof meaningful)] : (uint8_t)next_random();
}

static void start_input(void)
{
    if (seed_count && below(4)) {
        const input *seed = &seeds[below(seed_count)];
        memcpy(current, seed->bytes, seed->size);
        current_size = seed->size;
        return;
    }
    current_size = below(below(8) ? 64 : MOST_BYTES);
    for (size_t i = 0; i < current_size; i++)
        current[i] = some_byte();
}

static void mutate(void)
{
    size_t at = below(current_size), span = 1 + below(16);
    switch (below(4)) {
    case 0: /* change a byte */
        if (current_size)
            current[at] = some_byte();
        break;
    case 1: /* cut */
        if (at + span <= current_size) {
            memmove(current + at, current + at + span, current_size - at - span);
            current_size -= span;
        }
        break;
    case 2: /* insert */
        if (current_size + span <= MOST_BYTES) {
            memmove(current + at + span, current + at, current_size - at);
            for (size_t i = 0; i < span; i++)
                current[at + i] = some_byte();
            current_size += span;
        }
        break;
    default: /* repeat what follows */
        if (at + 2 * span <= current_size)
            memcpy(current + at + span, current + at, span);
    }
}

/* The target gets a copy of exactly the right size, so that reading one byte too many is seen. */
static void run_once(void)
{
    uint8_t *copy = malloc(current_size ? current_size : 1);
    if (!copy)
        exit(2);
    memcpy(copy, current, current_size);
    LLVMFuzzerTestOneInput(copy, current_size);
    free(copy);
}

int main(int count, char **arguments)
{
    unsigned long runs = 0;
    if (count < 3)
        return 2;
    crash_file = arguments[2];
    for (int i = 3; i < count; i++)
        load_seed(arguments[i]);
    random_state = (uint64_t)time(NULL) * 2654435761u | 1;
    signal(SIGABRT, on_abort);
    __sanitizer_set_death_callback(keep_crash);
    for (size_t i = 0; i < seed_count; i++, runs++) {
        memcpy(current, seeds[i].bytes, seeds[i].size);
        current_size = seeds[i].size;
        run_once();
    }
    for (time_t end = time(NULL) + atoi(arguments[1]); time(NULL) < end; runs++) {
        start_input();
        for (size_t i = below(MOST_MUTATIONS); i; i--)
            mutate();
        run_once();
    }
    printf("%lu inputs\n", runs);
    return 0;
}
