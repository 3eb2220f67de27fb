/* The outputs of a merge; see merge_files.h. */
#include "cli/merge_files.h"

#if INLAY_WRITE && INLAY_MERGE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/signals.h"

enum { MERGE_FILES_DIGITS = 4, MERGE_FILES_MOST_DIGITS = 9 };

/* The place of "%d" or "%0Nd" in a pattern, and its bytes; 0 = there is none. */
static size_t merge_files_place(const char *text, const char **place, int *digits)
{
    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%')) {
        bool wide = at[1] == '0' && at[2] >= '1' && at[2] <= '0' + MERGE_FILES_MOST_DIGITS;
        if (at[wide ? 3 : 1] != 'd')
            continue;
        *place = at;
        *digits = wide ? at[2] - '0' : 0;
        return wide ? 4 : 2;
    }
    return 0;
}

/* The path of one output, from malloc; NULL = no memory. */
static char *merge_files_path(const struct merge_files *files, uint32_t number)
{
    static const char ending[] = ".parquet";
    size_t n = strlen(files->name), room = n + 16, skip;
    const char *place = files->name + n, *dash = "";
    int digits = 0;
    char *path = malloc(room);
    if (!path || !files->several) {
        if (path)
            memcpy(path, files->name, n + 1);
        return path;
    }
    skip = merge_files_place(files->name, &place, &digits);
    if (!skip) {
        if (n > sizeof ending - 1 && strcmp(place - (sizeof ending - 1), ending) == 0)
            place -= sizeof ending - 1;
        dash = "-";
        digits = MERGE_FILES_DIGITS;
    }
    snprintf(path, room, "%.*s%s%0*u%s", (int)(place - files->name), files->name, dash, digits, (unsigned)number,
             place + skip);
    return path;
}

int merge_files_name(struct merge_files *files)
{
    const char *place = NULL, *again;
    int digits;
    if (!files->name || !*files->name)
        return report_usage("merge: no output named: give -o FILE");
    size_t skip = files->several ? merge_files_place(files->name, &place, &digits) : 0;
    if (skip && merge_files_place(place + skip, &again, &digits))
        return report_usage("merge: the number goes in one place of %s only", files->name);
    return REPORT_DONE;
}

int merge_files_first(struct merge_files *files)
{
    inlay_sink sink;
    if (merge_files_next(files, 0, &sink) == 0)
        return REPORT_DONE;
    return files->code != REPORT_DONE ? files->code : report_memory();
}

int merge_files_next(void *ctx, uint32_t number, inlay_sink *sink)
{
    struct merge_files *files = ctx;
    if (files->n > number) { /* made before the work began */
        *sink = files->list[number].file.sink;
        return 0;
    }
    if (files->n == files->capacity) {
        size_t capacity = 2 * files->capacity + 4;
        struct merge_file *list = realloc(files->list, capacity * sizeof *list);
        if (!list)
            return ENOMEM;
        files->list = list;
        files->capacity = capacity;
    }
    if (files->n)
        signals_guard_also(inlay_output_temporary(files->list[files->n - 1].file.output));
    struct merge_file *f = &files->list[files->n];
    *f = (struct merge_file){.path = merge_files_path(files, number)};
    if (!f->path)
        return ENOMEM;
    files->n++;
    files->code = files_create(&f->file, files->env, f->path, files->inputs, files->n_inputs);
    *sink = f->file.sink;
    return files->code == REPORT_DONE ? 0 : EIO;
}

int merge_files_end(void *ctx, const inlay_merge_output *output)
{
    struct merge_files *files = ctx;
    files->list[files->n - 1].told = *output;
    return 0;
}

/* Signals wait until all names are there. */
int merge_files_commit(struct merge_files *files)
{
    int code = REPORT_DONE;
    size_t done = 0;
    signals_hold();
    while (done < files->n && code == REPORT_DONE) {
        code = files_commit(&files->list[done].file);
        done += code == REPORT_DONE;
    }
    for (size_t i = 0; code != REPORT_DONE && files->several && i < done; i++)
        unlink(files->list[i].path);
    if (code != REPORT_DONE)
        for (size_t i = done; i < files->n; i++)
            files_abort(&files->list[i].file);
    signals_release();
    return code;
}

void merge_files_close(struct merge_files *files)
{
    signals_hold();
    for (size_t i = 0; i < files->n; i++) {
        files_abort(&files->list[i].file);
        free(files->list[i].path);
    }
    signals_release();
    free(files->list);
    files->list = NULL;
    files->n = 0;
}

#endif
