/* Small recordings in memory, with field metadata, for the tests of combine and filter. */
#ifndef INLAY_TESTS_RECORDING_RECORDED_H
#define INLAY_TESTS_RECORDING_RECORDED_H

#include "inlay/arrow.h"

#include "table.h"

#define RECORDED_S(seconds) ((int64_t)(seconds) * 1000000000)

struct recorded_column {
    const char *name;
    const char *metadata; /* "metric=cpu,unit=ns" */
    const char *def;      /* "101": 0 = null; NULL = REQUIRED */
    int64_t values[8];    /* those that are there */
    bool gauge;           /* INT64 instead of UINT_64 */
    bool list;            /* of UINT_64; def is then 0 to 3 */
    const char *rep;      /* its repetition levels */
};

struct recording {
    size_t n_rows, n_columns, group_rows; /* rows of a row group; 0 = all in one */
    const struct recorded_column *columns;
    const char *const *keys; /* key, value, ..., NULL */
    bool bare;               /* without ARROW:schema */
};

/* "a=b,c=d" as the metadata of an ArrowSchema, in the machine's byte order. */
static inline void recorded_pairs(const char *text, char *out)
{
    int32_t n = 0;
    char *at = out + 4;
    for (const char *c = text; c && *c; n++) {
        int32_t key = (int32_t)strcspn(c, "="), value = (int32_t)strcspn(c + key + 1, ",");
        memcpy(at, &key, 4);
        memcpy(at + 4, c, (size_t)key);
        at += 4 + key;
        memcpy(at, &value, 4);
        memcpy(at + 4, c + key + 1, (size_t)value);
        at += 4 + value;
        c += key + 1 + value;
        c += *c == ',';
    }
    memcpy(out, &n, 4);
}

static inline void recorded_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static inline void recorded_arrow(const struct recording *r, inlay_writer *writer)
{
    enum { RECORDED_MOST = 16 };
    static struct ArrowSchema all[RECORDED_MOST], items[RECORDED_MOST];
    static struct ArrowSchema *children[RECORDED_MOST], *item[RECORDED_MOST];
    static char pairs[RECORDED_MOST][512];
    struct ArrowSchema top = {.format = "+s", .n_children = (int64_t)r->n_columns, .children = children,
                              .release = recorded_release};
    inlay_arrow_schema *schema;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, test_env());
    for (size_t i = 0; i < r->n_columns; i++) {
        const struct recorded_column *c = &r->columns[i];
        recorded_pairs(c->metadata, pairs[i]);
        items[i] = (struct ArrowSchema){.format = "L", .name = "item", .flags = ARROW_FLAG_NULLABLE,
                                        .release = recorded_release};
        item[i] = &items[i];
        all[i] = (struct ArrowSchema){.format = c->list ? "+l" : c->gauge ? "l" : "L",
                                      .name = c->name,
                                      .metadata = c->metadata ? pairs[i] : NULL,
                                      .flags = c->def ? ARROW_FLAG_NULLABLE : 0,
                                      .n_children = c->list,
                                      .children = &item[i],
                                      .release = recorded_release};
        children[i] = &all[i];
    }
    CHECK_INT(inlay_arrow_schema_import(test_env(), &top, &schema), INLAY_OK);
    CHECK_INT(inlay_arrow_schema_encode(schema, 0, &sink), INLAY_OK);
    inlay_bytes value = {memory.data, memory.bytes};
    CHECK_INT(inlay_writer_key_value(writer, table_text("ARROW:schema"), &value), INLAY_OK);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static inline void recorded_node(inlay_schema *schema, const struct recorded_column *c)
{
    const inlay_logical uint64 = {.kind = INLAY_INTEGER, .bits = 64};
    uint32_t node = 0;
    inlay_node leaf = {.name = table_text(c->name),
                       .type = INLAY_INT64,
                       .repetition = c->def ? INLAY_OPTIONAL : INLAY_REQUIRED,
                       .logical = c->gauge ? (inlay_logical){0} : uint64};
    if (c->list) {
        inlay_node list = {.name = leaf.name, .type = INLAY_GROUP, .repetition = INLAY_OPTIONAL,
                           .logical = {.kind = INLAY_LIST}};
        CHECK_INT(inlay_schema_add(schema, 0, &list, &node), INLAY_OK);
        list = (inlay_node){.name = table_text("list"), .type = INLAY_GROUP, .repetition = INLAY_REPEATED};
        CHECK_INT(inlay_schema_add(schema, node, &list, &node), INLAY_OK);
        leaf.name = table_text("item");
    }
    CHECK_INT(inlay_schema_add(schema, node, &leaf, NULL), INLAY_OK);
}

/* Rows [from, to) of a column. */
static inline void recorded_write(inlay_writer *writer, uint32_t leaf, const struct recorded_column *c, size_t from,
                                  size_t to)
{
    uint8_t def[32], rep[32];
    size_t row = 0, value = 0, n = 0, n_values = 0, first = 0;
    char most = c->list ? '3' : '1';
    for (size_t i = 0; c->def ? c->def[i] != 0 : i < to; i++) {
        bool begins = !c->rep || c->rep[i] == '0';
        bool present = !c->def || c->def[i] == most;
        size_t here = begins ? row++ : row - 1;
        if (here >= from && here < to) {
            if (n == 0)
                first = value;
            def[n] = c->def ? (uint8_t)(c->def[i] - '0') : 0;
            rep[n++] = c->rep ? (uint8_t)(c->rep[i] - '0') : 0;
            n_values += present;
        }
        value += present;
    }
    inlay_batch batch = {.n_levels = n,
                         .n_values = n_values,
                         .def = c->def ? def : NULL,
                         .rep = c->rep ? rep : NULL,
                         .values = c->values + first};
    CHECK_INT(inlay_writer_write(writer, leaf, &batch), INLAY_OK);
}

static inline void recorded(struct table *t, const struct recording *r)
{
    inlay_schema *schema;
    inlay_writer *writer;
    size_t step = r->group_rows ? r->group_rows : r->n_rows;
    *t = (struct table){.reader = NULL};
    t->sink = inlay_sink_memory(&t->memory, test_env());
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    for (size_t i = 0; i < r->n_columns; i++)
        recorded_node(schema, &r->columns[i]);
    CHECK_INT(inlay_writer_open(test_env(), &t->sink, schema, NULL, &writer), INLAY_OK);
    for (const char *const *key = r->keys; key && *key; key += 2) {
        inlay_bytes value = table_text(key[1]);
        CHECK_INT(inlay_writer_key_value(writer, table_text(key[0]), &value), INLAY_OK);
    }
    if (!r->bare)
        recorded_arrow(r, writer);
    for (size_t from = 0; from < r->n_rows; from += step) {
        size_t to = r->n_rows - from < step ? r->n_rows : from + step;
        for (uint32_t i = 0; i < r->n_columns; i++)
            recorded_write(writer, i, &r->columns[i], from, to);
        CHECK_INT(inlay_writer_end_row_group(writer), INLAY_OK);
    }
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(t);
}

/* A list column, a row each: "[1 2][]-". */
static inline void recorded_check_list(const struct table *t, uint32_t leaf, const char *want)
{
    char got[1024] = "";
    inlay_column *column;
    inlay_batch batch;
    CHECK_INT(inlay_column_open(t->reader, leaf, 0, &column), INLAY_OK);
    while (inlay_column_read(column, 0, &batch) == INLAY_OK) {
        size_t value = 0;
        for (size_t i = 0; i < batch.n_levels; i++) {
            uint8_t def = batch.def ? batch.def[i] : 3;
            bool first = !batch.rep || batch.rep[i] == 0;
            char *at = got + strlen(got);
            if (!first)
                at[-1] = ' ';
            else if (def > 0)
                *at++ = '[';
            if (def == 3)
                at += sprintf(at, "%lld", (long long)((const int64_t *)batch.values)[value++]);
            strcpy(at, def == 0 ? "-" : def == 2 ? "null]" : "]");
        }
    }
    inlay_column_close(column);
    CHECK_TEXT(got, want);
}

/* Metadata of a top-level column: "a=b,c=d", in the file's order. */
static inline void recorded_check_field(const struct table *t, uint32_t field, const char *name, const char *want)
{
    char got[1024] = "";
    inlay_arrow_schema *schema;
    CHECK_INT(inlay_arrow_schema_open(test_env(), t->reader, &schema), INLAY_OK);
    inlay_arrow_field f = inlay_arrow_schema_field(schema, field);
    CHECK_BYTES(f.name.data, f.name.len, name, strlen(name));
    for (uint32_t i = 0; i < f.n_metadata; i++) {
        inlay_key_value kv = inlay_arrow_schema_metadata(schema, field, i);
        sprintf(got + strlen(got), "%s%.*s=%.*s", i ? "," : "", (int)kv.key.len, (const char *)kv.key.data,
                (int)kv.value.len, (const char *)kv.value.data);
    }
    inlay_arrow_schema_close(schema);
    CHECK_TEXT(got, want);
}

#endif
