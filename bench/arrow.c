/* Reads a whole file as Arrow arrays and prints the seconds that took.
 *
 *   arrow FILE [keep]     keep: hold all batches until the end, as a reader of whole tables does;
 *                         otherwise each batch is released before the next
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inlay/inlay.h"

enum { MOST_BATCHES = 100000 };

static double seconds(void)
{
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int drain(inlay_env *env, const char *path, int keep, long *batches)
{
    static struct ArrowArray arrays[MOST_BATCHES];
    inlay_file *file = NULL;
    inlay_source source;
    inlay_reader *reader = NULL;
    struct ArrowArrayStream stream = {0};
    int failed = inlay_file_open(env, path, true, &file, &source) != INLAY_OK ||
                 inlay_reader_open(env, &source, NULL, &reader) != INLAY_OK ||
                 inlay_read_arrow(env, reader, NULL, &stream) != INLAY_OK;
    if (failed)
        fprintf(stderr, "%s: %s\n", path, env->error.what);
    while (!failed && *batches < MOST_BATCHES) {
        struct ArrowArray *array = &arrays[*batches];
        failed = stream.get_next(&stream, array) != 0;
        if (failed)
            fprintf(stderr, "%s: %s\n", path, stream.get_last_error(&stream));
        if (failed || !array->release)
            break;
        ++*batches;
        if (!keep)
            array->release(array);
    }
    for (long i = 0; keep && i < *batches; i++)
        arrays[i].release(&arrays[i]);
    if (stream.release)
        stream.release(&stream);
    inlay_reader_close(reader);
    inlay_file_close(file);
    return failed;
}

int main(int argc, char **argv)
{
    inlay_env env = {0};
    long batches = 0;
    double start = seconds();
    if (argc < 2 || drain(&env, argv[1], argc > 2 && strcmp(argv[2], "keep") == 0, &batches))
        return 1;
    printf("%.6f seconds, %ld batches, peak %.1f MB\n", seconds() - start, batches,
           (double)env.peak_bytes / 1e6);
    return 0;
}
