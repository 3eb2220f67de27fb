/* Aggregates files with a merge and a reducer, for test_merge_equal.py: merge_reduce OUT SORT CAP MEMORY IN...
 *
 * What becomes of a column is said by its name: sum_* DOUBLE, the sum; max_* INT64, the greatest; count_* INT64, how many
 * rows; last_* BYTE_ARRAY, the greatest; others are left to the merge. Nulls do not count, but in count_*. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inlay/inlay.h"

enum { MOST_INPUTS = 64, MOST_GROUPS = 4097 };

struct program {
    int64_t ints[MOST_GROUPS];
    double doubles[MOST_GROUPS];
    inlay_bytes texts[MOST_GROUPS];
    uint8_t def[MOST_GROUPS];
    char *kept[MOST_GROUPS]; /* bytes of the texts */
    /* the open group */
    int64_t max, rows;
    double sum;
    char *text;
    size_t text_bytes;
    bool any;
};

static bool starts(inlay_bytes name, const char *with)
{
    return name.len >= strlen(with) && memcmp(name.data, with, strlen(with)) == 0;
}

static char kind_of(const inlay_schema *schema, uint32_t leaf)
{
    inlay_bytes name = inlay_schema_leaf(schema, leaf)->name;
    return starts(name, "sum_") ? 's' : starts(name, "max_") ? 'm' : starts(name, "count_") ? 'c'
         : starts(name, "last_") ? 'l' : 0;
}

static bool wants(void *ctx, const inlay_schema *schema, uint32_t leaf)
{
    (void)ctx;
    return kind_of(schema, leaf) != 0;
}

static void add(struct program *p, char kind, const void *values, size_t i)
{
    if (kind == 's') {
        double v = ((const double *)values)[i];
        p->sum = p->any ? p->sum + v : v;
    } else if (kind == 'm') {
        int64_t v = ((const int64_t *)values)[i];
        p->max = p->any && p->max > v ? p->max : v;
    } else if (kind == 'l') {
        inlay_bytes v = ((const inlay_bytes *)values)[i];
        size_t n = v.len < p->text_bytes ? v.len : p->text_bytes;
        int c = p->any && n ? memcmp(v.data, p->text, n) : 0;
        if (!p->any || c > 0 || (c == 0 && v.len > p->text_bytes)) {
            p->text = realloc(p->text, v.len + 1);
            if (!p->text)
                abort();
            if (v.len)
                memcpy(p->text, v.data, v.len);
            p->text_bytes = v.len;
        }
    }
    p->any = true;
}

static void end_group(struct program *p, char kind, inlay_batch *out)
{
    bool present = p->any || kind == 'c';
    p->def[out->n_levels++] = present;
    if (present && kind == 's')
        p->doubles[out->n_values] = p->sum;
    else if (present && kind == 'l') {
        free(p->kept[out->n_values]);
        p->kept[out->n_values] = p->text;
        p->texts[out->n_values] = (inlay_bytes){(const uint8_t *)p->text, p->text_bytes};
        p->text = NULL;
        p->text_bytes = 0;
    } else if (present)
        p->ints[out->n_values] = kind == 'c' ? p->rows : p->max;
    out->n_values += present;
    p->any = false;
    p->rows = 0;
}

static inlay_status reduce(void *ctx, const inlay_reduce_batch *groups, inlay_batch *out)
{
    struct program *p = ctx;
    const inlay_batch *in = &groups->in;
    const inlay_node *leaf = inlay_schema_leaf(groups->schema, groups->leaf);
    char kind = kind_of(groups->schema, groups->leaf);
    size_t level = 0, value = 0;
    *out = (inlay_batch){0};
    for (size_t g = 0; g < groups->n_groups; g++) {
        p->rows += groups->group_rows[g];
        for (uint32_t i = 0; i < groups->group_rows[g]; i++, level++)
            if (!in->def || in->def[level] == leaf->max_def)
                add(p, kind, in->values, value++);
        if (g + 1 < groups->n_groups || !groups->goes_on)
            end_group(p, kind, out);
    }
    if (level != in->n_levels || value != in->n_values)
        return INLAY_CORRUPT;
    out->values = kind == 's' ? (const void *)p->doubles : kind == 'l' ? (const void *)p->texts : (const void *)p->ints;
    out->def = leaf->max_def ? p->def : NULL;
    return INLAY_OK;
}

static int failed(const inlay_env *env, const char *doing)
{
    fprintf(stderr, "merge_reduce: %s: %s (input %d, column %s)\n", doing, env->error.what, (int)env->error.input,
            env->error.column);
    return 1;
}

int main(int argc, char **argv)
{
    inlay_env env = {0};
    inlay_file *files[MOST_INPUTS];
    inlay_source sources[MOST_INPUTS];
    inlay_reader *readers[MOST_INPUTS];
    inlay_memory_sink memory;
    inlay_merge_report report;
    int n = argc - 5;
    struct program *p = calloc(1, sizeof *p);
    if (n < 1 || n > MOST_INPUTS || !p)
        return 2;
    inlay_merge_options options = {.sort = argv[2],
                                   .row_group_rows = strtoull(argv[3], NULL, 10),
                                   .memory_bytes = strtoull(argv[4], NULL, 10),
                                   .reducer = {wants, reduce, p}};
    for (int i = 0; i < n; i++)
        if (inlay_file_open(&env, argv[i + 5], false, &files[i], &sources[i]) != INLAY_OK ||
            inlay_reader_open(&env, &sources[i], NULL, &readers[i]) != INLAY_OK)
            return failed(&env, argv[i + 5]);
    inlay_sink sink = inlay_sink_memory(&memory, &env);
    if (inlay_merge(&env, readers, (size_t)n, &sink, &options, &report) != INLAY_OK)
        return failed(&env, "merge");
    FILE *file = fopen(argv[1], "wb");
    if (!file || fwrite(memory.data, 1, memory.bytes, file) != memory.bytes || fclose(file) != 0)
        return 1;
    printf("%llu rows, %llu dropped\n", (unsigned long long)report.n_rows, (unsigned long long)report.n_dropped);
    inlay_sink_memory_free(&memory);
    for (int i = 0; i < n; i++) {
        inlay_reader_close(readers[i]);
        inlay_file_close(files[i]);
    }
    for (size_t i = 0; i < MOST_GROUPS; i++)
        free(p->kept[i]);
    free(p->text);
    free(p);
    return env.used_bytes != 0;
}
