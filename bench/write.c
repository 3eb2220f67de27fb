/* Holds a whole table in memory, as a program that records or converts has it, and times writing it.
 *
 *   write FILE     loads FILE: each column of a row group as one batch, values dense, strings as strings; then for
 *                  each line of input
 *                      CODEC PAGE_ROWS OUT     OUT "-": bytes are only counted
 *                  writes the table and answers "SECONDS BYTES PEAK": processor time, size, most bytes in use
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inlay/inlay.h"

/* One column of one row group. */
struct chunk {
    inlay_batch batch;
    uint8_t *def;
    uint8_t *values;
    size_t levels_capacity, values_capacity;
};
struct table {
    const inlay_schema *schema;
    uint32_t n_groups, n_leaves;
    struct chunk *chunks; /* [n_groups][n_leaves] */
};
struct counter {
    uint64_t bytes;
    FILE *file;
};

static int count(void *ctx, const void *data, size_t bytes)
{
    struct counter *c = ctx;
    c->bytes += bytes;
    return c->file && fwrite(data, 1, bytes, c->file) != bytes;
}

static void *grown(void *block, size_t *capacity, size_t need, size_t width)
{
    while (*capacity < need)
        *capacity = *capacity ? *capacity * 2 : 16384;
    block = realloc(block, *capacity * width);
    if (!block)
        exit(1);
    return block;
}

/* The strings' bytes, one after another; they stay until the program ends. */
static void keep_strings(inlay_bytes *views, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += views[i].len;
    uint8_t *at = malloc(bytes + 1);
    for (size_t i = 0; i < n && at; i++) {
        if (views[i].len)
            memcpy(at, views[i].data, views[i].len);
        views[i].data = at;
        at += views[i].len;
    }
}

static void append(struct chunk *c, const inlay_batch *b, const inlay_node *leaf)
{
    size_t width = inlay_node_width(leaf), levels = c->batch.n_levels + b->n_levels;
    size_t values = c->batch.n_values + b->n_values;
    if (b->def && !c->def) {
        c->def = grown(NULL, &c->levels_capacity, levels, 1);
        memset(c->def, leaf->max_def, c->batch.n_levels);
    }
    if (c->def) {
        c->def = grown(c->def, &c->levels_capacity, levels, 1);
        if (b->def)
            memcpy(c->def + c->batch.n_levels, b->def, b->n_levels);
        else
            memset(c->def + c->batch.n_levels, leaf->max_def, b->n_levels);
    }
    c->values = grown(c->values, &c->values_capacity, values, width);
    if (b->n_values)
        memcpy(c->values + c->batch.n_values * width, b->values, b->n_values * width);
    if (leaf->type == INLAY_BYTE_ARRAY)
        keep_strings((inlay_bytes *)(void *)c->values + c->batch.n_values, b->n_values);
    c->batch.n_levels = levels;
    c->batch.n_values = values;
}

static inlay_status load(inlay_env *env, inlay_reader *reader, struct table *t)
{
    t->schema = inlay_reader_schema(reader);
    t->n_groups = inlay_reader_row_groups(reader);
    t->n_leaves = inlay_schema_leaves(t->schema);
    t->chunks = calloc((size_t)t->n_groups * t->n_leaves, sizeof *t->chunks);
    inlay_status status = t->chunks ? INLAY_OK : INLAY_NOMEM;
    for (uint32_t leaf = 0; leaf < t->n_leaves && status == INLAY_OK; leaf++) {
        inlay_column *column = NULL;
        inlay_batch b;
        status = inlay_column_open(reader, leaf, 0, &column);
        while (status == INLAY_OK && (status = inlay_column_read(column, 0, &b)) == INLAY_OK)
            append(&t->chunks[inlay_column_row_group(column) * t->n_leaves + leaf], &b,
                   inlay_schema_leaf(t->schema, leaf));
        inlay_column_close(column);
        status = status == INLAY_END ? INLAY_OK : status;
    }
    for (size_t i = 0; i < (size_t)t->n_groups * t->n_leaves && status == INLAY_OK; i++) {
        t->chunks[i].batch.def = t->chunks[i].def;
        t->chunks[i].batch.values = t->chunks[i].values;
    }
    (void)env;
    return status;
}

static inlay_status store(inlay_env *env, const struct table *t, const inlay_write_options *options,
                          struct counter *counter)
{
    inlay_sink sink = {counter, count};
    inlay_writer *w = NULL;
    inlay_status status = inlay_writer_open(env, &sink, t->schema, options, &w);
    for (uint32_t g = 0; g < t->n_groups && status == INLAY_OK; g++) {
        for (uint32_t leaf = 0; leaf < t->n_leaves && status == INLAY_OK; leaf++)
            status = inlay_writer_write(w, leaf, &t->chunks[g * t->n_leaves + leaf].batch);
        if (status == INLAY_OK)
            status = inlay_writer_end_row_group(w);
    }
    if (status == INLAY_OK)
        status = inlay_writer_finish(w);
    inlay_writer_close(w);
    return status;
}

static int serve(const struct table *t)
{
    char codec[64], out[1024];
    size_t page_rows;
    while (scanf("%63s %zu %1023s", codec, &page_rows, out) == 3) {
        inlay_env env = {0};
        inlay_write_options options = {.codec = codec, .page_rows = page_rows};
        struct counter counter = {.file = strcmp(out, "-") == 0 ? NULL : fopen(out, "wb")};
        clock_t start = clock();
        if (store(&env, t, &options, &counter) != INLAY_OK) {
            fprintf(stderr, "%s: %s\n", codec, env.error.what);
            return 1;
        }
        printf("%.6f %llu %llu\n", (double)(clock() - start) / CLOCKS_PER_SEC, (unsigned long long)counter.bytes,
               (unsigned long long)env.peak_bytes);
        fflush(stdout);
        if (counter.file)
            fclose(counter.file);
    }
    return 0;
}

int main(int argc, char **argv)
{
    inlay_env env = {0};
    inlay_file *file = NULL;
    inlay_source source;
    inlay_reader *reader = NULL;
    struct table table = {0};
    if (argc < 2 || inlay_file_open(&env, argv[1], true, &file, &source) != INLAY_OK ||
        inlay_reader_open(&env, &source, NULL, &reader) != INLAY_OK || load(&env, reader, &table) != INLAY_OK) {
        fprintf(stderr, "write: %s\n", argc < 2 ? "no file" : env.error.what);
        return 1;
    }
    puts("loaded");
    fflush(stdout);
    return serve(&table);
}
