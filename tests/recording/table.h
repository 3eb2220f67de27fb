/* Reading tables back in the tests of this folder: whole columns as text, one line a value. */
#ifndef INLAY_TESTS_RECORDING_TABLE_H
#define INLAY_TESTS_RECORDING_TABLE_H

#include <stdlib.h>

#include "inlay/recording.h"

#include "test.h"

struct table {
    inlay_memory_sink memory;
    inlay_sink sink;
    inlay_reader *reader;
};

static inline inlay_bytes table_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

static inline void table_open(struct table *t)
{
    inlay_source source = inlay_source_memory(t->memory.data, t->memory.bytes);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &t->reader), INLAY_OK);
}

static inline void table_close(struct table *t)
{
    inlay_reader_close(t->reader);
    inlay_sink_memory_free(&t->memory);
}

/* One value as text; all of the long layout's types. */
static inline size_t table_print(char *text, const inlay_node *node, const inlay_batch *batch,
                                 size_t i)
{
    if (node->type == INLAY_DOUBLE)
        return (size_t)sprintf(text, "%g", ((const double *)batch->values)[i]);
    if (node->type == INLAY_INT32)
        return (size_t)sprintf(text, "%d", (int)((const int32_t *)batch->values)[i]);
    if (node->type == INLAY_INT64)
        return (size_t)sprintf(text, "%lld", (long long)((const int64_t *)batch->values)[i]);
    inlay_bytes bytes = ((const inlay_bytes *)batch->values)[i];
    if (node->logical.kind == INLAY_STRING)
        return (size_t)sprintf(text, "%.*s", (int)bytes.len, (const char *)bytes.data);
    for (size_t k = 0; k < bytes.len; k++)
        sprintf(text + 2 * k, "%02x", bytes.data[k]);
    return 2 * bytes.len;
}

/* The column as "a b - c " with "-" for null; malloc. */
static inline char *table_column(const struct table *t, const char *name)
{
    const inlay_schema *schema = inlay_reader_schema(t->reader);
    uint32_t number = inlay_schema_find(schema, name, 0);
    if (!number)
        test_fail(__FILE__, __LINE__, "no column %s", name);
    const inlay_node *node = inlay_schema_node(schema, number);
    size_t rows = (size_t)inlay_reader_rows(t->reader), n = 0, at = 0;
    char *text = calloc(rows + 1, 256);
    inlay_column *column;
    CHECK_INT(inlay_column_open(t->reader, (uint32_t)node->leaf, 0, &column), INLAY_OK);
    inlay_batch batch;
    inlay_status status;
    while ((status = inlay_column_read(column, 0, &batch)) == INLAY_OK) {
        size_t next = 0;
        for (size_t i = 0; i < batch.n_levels; i++, n++) {
            if (batch.def && batch.def[i] < node->max_def)
                text[at++] = '-';
            else
                at += table_print(text + at, node, &batch, next++);
            text[at++] = ' ';
        }
    }
    CHECK_INT(status, INLAY_END);
    CHECK_INT(n, rows);
    inlay_column_close(column);
    return text;
}

static inline void table_check(const struct table *t, const char *name, const char *want)
{
    char *got = table_column(t, name);
    if (strcmp(got, want) != 0)
        test_fail(__FILE__, __LINE__, "%s is \"%s\", want \"%s\"", name, got, want);
    free(got);
}

/* Names of the columns: "a b c ". */
static inline void table_check_names(const struct table *t, const char *want)
{
    char got[1024] = "";
    const inlay_schema *schema = inlay_reader_schema(t->reader);
    for (uint32_t i = 0; i < inlay_schema_leaves(schema); i++) {
        inlay_bytes name = inlay_schema_leaf(schema, i)->name;
        sprintf(got + strlen(got), "%.*s ", (int)name.len, (const char *)name.data);
    }
    CHECK_TEXT(got, want);
}

static inline void table_check_key(const struct table *t, const char *key, const char *want)
{
    const inlay_key_value *kv = inlay_reader_find_key(t->reader, key);
    CHECK(kv != NULL && kv->has_value);
    CHECK_BYTES(kv->value.data, kv->value.len, want, strlen(want));
}

#endif
