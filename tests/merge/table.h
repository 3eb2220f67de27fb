/* Small Parquet files from text, and back, for the tests of the merge.
 *
 * Columns: "name:type ..." with the types below, upper case = REQUIRED. Rows: one a line, cells
 * between blanks, "-" = null. A list is "[1,2,3]", "[]" or "-"; its elements may be null too.
 *
 *   s STRING · y BYTE_ARRAY · i INT64 · u UINT64 · w INT32 · d DOUBLE · b BOOLEAN · l list of INT64
 *   n list of STRING
 */
#ifndef INLAY_TESTS_MERGE_TABLE_H
#define INLAY_TESTS_MERGE_TABLE_H

#include <stdlib.h>

#include "test.h"

#define TABLE_FN static inline

enum { TABLE_ROWS = 4096, TABLE_LEVELS = 8 * TABLE_ROWS, TABLE_COLUMNS = 64 };

struct table_column {
    char name[48];
    char type; /* lower case */
    bool required;
};

struct table {
    struct table_column columns[TABLE_COLUMNS];
    uint32_t n_columns;
    inlay_memory_sink memory;
    inlay_source source;
    inlay_reader *reader;
};

struct table_options {
    size_t group_rows;       /* rows a row group; 0 = all in one */
    const char *sort_fields; /* qh.sort_fields; NULL = none */
    const char *keys;        /* "key=value key=value" */
    inlay_write_options write;
};

/* One column chunk being written. */
struct table_cells {
    uint8_t def[TABLE_LEVELS], rep[TABLE_LEVELS];
    int64_t ints[TABLE_LEVELS];
    int32_t words[TABLE_LEVELS];
    double doubles[TABLE_LEVELS];
    uint8_t bools[TABLE_LEVELS];
    inlay_bytes bytes[TABLE_LEVELS];
    size_t n_levels, n_values;
};

TABLE_FN void table_ok(inlay_status status, const char *what)
{
    if (status != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s: %s column \"%s\"", what, inlay_status_name(status),
                  test_env()->error.what, test_env()->error.column);
}

TABLE_FN const char *table_token(const char *at, char *token, size_t capacity)
{
    size_t n = 0;
    while (*at == ' ')
        at++;
    while (*at && *at != ' ' && *at != '\n') {
        if (n + 1 < capacity)
            token[n++] = *at;
        at++;
    }
    token[n] = 0;
    return at;
}

TABLE_FN void table_parse_columns(struct table *t, const char *text)
{
    char token[64];
    t->n_columns = 0;
    for (text = table_token(text, token, sizeof token); token[0];
         text = table_token(text, token, sizeof token)) {
        struct table_column *c = &t->columns[t->n_columns++];
        char *colon = strchr(token, ':');
        CHECK(colon != NULL);
        snprintf(c->name, sizeof c->name, "%.*s", (int)(colon - token), token);
        c->required = colon[1] < 'a';
        c->type = (char)(c->required ? colon[1] + 32 : colon[1]);
    }
}

TABLE_FN inlay_bytes table_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

TABLE_FN inlay_node table_leaf(const char *name, char type, uint8_t repetition)
{
    inlay_node node = {.name = table_bytes(name), .leaf = -1, .repetition = repetition};
    switch (type) {
    case 's':
    case 'n':
        node.type = INLAY_BYTE_ARRAY;
        node.logical.kind = INLAY_STRING;
        break;
    case 'y':
        node.type = INLAY_BYTE_ARRAY;
        break;
    case 'u':
        node.type = INLAY_INT64;
        node.logical = (inlay_logical){.kind = INLAY_INTEGER, .bits = 64};
        break;
    case 'w':
        node.type = INLAY_INT32;
        break;
    case 'd':
        node.type = INLAY_DOUBLE;
        break;
    case 'b':
        node.type = INLAY_BOOLEAN;
        break;
    default:
        node.type = INLAY_INT64;
        break;
    }
    return node;
}

TABLE_FN bool table_is_list(const struct table_column *c)
{
    return c->type == 'l' || c->type == 'n';
}

TABLE_FN inlay_schema *table_schema(const struct table *t)
{
    inlay_schema *schema;
    uint32_t node;
    table_ok(inlay_schema_new(test_env(), &schema), "schema");
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const struct table_column *c = &t->columns[i];
        uint8_t repetition = c->required ? INLAY_REQUIRED : INLAY_OPTIONAL;
        inlay_node spec = table_leaf(c->name, c->type, repetition);
        if (!table_is_list(c)) {
            table_ok(inlay_schema_add(schema, 0, &spec, &node), "schema");
            continue;
        }
        inlay_node list = {.name = spec.name, .type = INLAY_GROUP, .repetition = repetition};
        list.logical.kind = INLAY_LIST;
        inlay_node inner = {.name = table_bytes("list"), .type = INLAY_GROUP};
        inner.repetition = INLAY_REPEATED;
        table_ok(inlay_schema_add(schema, 0, &list, &node), "schema");
        table_ok(inlay_schema_add(schema, node, &inner, &node), "schema");
        spec = table_leaf("element", c->type, INLAY_OPTIONAL);
        table_ok(inlay_schema_add(schema, node, &spec, &node), "schema");
    }
    return schema;
}

/* ---- writing ---- */

TABLE_FN void table_put_value(struct table_cells *cells, char type, char *token)
{
    size_t n = cells->n_values++;
    if (type == 's' || type == 'y' || type == 'n') {
        char *copy = malloc(strlen(token) + 1);
        CHECK(copy != NULL);
        cells->bytes[n] = table_bytes(strcpy(copy, token));
    } else if (type == 'd') {
        cells->doubles[n] = strtod(token, NULL);
    } else if (type == 'b') {
        cells->bools[n] = token[0] == '1';
    } else if (type == 'w') {
        cells->words[n] = (int32_t)strtol(token, NULL, 10);
    } else if (type == 'u') {
        cells->ints[n] = (int64_t)strtoull(token, NULL, 10);
    } else {
        cells->ints[n] = strtoll(token, NULL, 10);
    }
}

TABLE_FN void table_put_level(struct table_cells *cells, int def, int rep)
{
    CHECK(cells->n_levels < TABLE_LEVELS);
    cells->def[cells->n_levels] = (uint8_t)def;
    cells->rep[cells->n_levels++] = (uint8_t)rep;
}

/* "[1,-,3]": definition levels are counted without the column's own one, `base`. */
TABLE_FN void table_put_list(struct table_cells *cells, char type, char *token, int base)
{
    int rep = 0;
    char *at = token + 1;
    if (token[0] == '-') {
        table_put_level(cells, 0, 0);
        return;
    }
    CHECK(token[0] == '[');
    if (*at == ']')
        table_put_level(cells, base, 0);
    while (*at && *at != ']') {
        char *end = at + strcspn(at, ",]");
        char stop = *end;
        *end = 0;
        bool null = strcmp(at, "-") == 0;
        table_put_level(cells, null ? base + 1 : base + 2, rep);
        if (!null)
            table_put_value(cells, type, at);
        rep = 1;
        at = stop == ',' ? end + 1 : end;
        if (stop == ']')
            break;
    }
}

TABLE_FN void table_put_cell(struct table_cells *cells, const struct table_column *c, char *token)
{
    bool null = strcmp(token, "-") == 0;
    if (table_is_list(c)) {
        table_put_list(cells, c->type, token, c->required ? 0 : 1);
        return;
    }
    CHECK(!(null && c->required));
    table_put_level(cells, c->required || !null ? !c->required : 0, 0);
    if (!null)
        table_put_value(cells, c->type, token);
}

TABLE_FN void table_write_cells(inlay_writer *writer, uint32_t leaf, const struct table_column *c,
                                const struct table_cells *cells)
{
    inlay_batch batch = {.n_levels = cells->n_levels, .n_values = cells->n_values};
    if (!c->required || table_is_list(c))
        batch.def = cells->def;
    if (table_is_list(c))
        batch.rep = cells->rep;
    switch (c->type) {
    case 's':
    case 'y':
    case 'n':
        batch.values = cells->bytes;
        break;
    case 'd':
        batch.values = cells->doubles;
        break;
    case 'b':
        batch.values = cells->bools;
        break;
    case 'w':
        batch.values = cells->words;
        break;
    default:
        batch.values = cells->ints;
        break;
    }
    table_ok(inlay_writer_write(writer, leaf, &batch), "write");
    if (c->type == 's' || c->type == 'y' || c->type == 'n')
        for (size_t i = 0; i < cells->n_values; i++)
            free((void *)(uintptr_t)cells->bytes[i].data);
}

/* Rows of one row group, from `rows`; returns what follows them. */
TABLE_FN const char *table_write_group(struct table *t, inlay_writer *writer, const char *rows,
                                       size_t most)
{
    struct table_cells *cells = calloc(t->n_columns + 1, sizeof *cells);
    size_t n = 0;
    CHECK(cells != NULL);
    for (; *rows && n < most; n++) {
        for (uint32_t i = 0; i < t->n_columns; i++) {
            char token[256];
            rows = table_token(rows, token, sizeof token);
            CHECK(token[0] != 0);
            table_put_cell(&cells[i], &t->columns[i], token);
        }
        while (*rows == ' ')
            rows++;
        CHECK(*rows == '\n' || !*rows);
        rows += *rows == '\n';
    }
    for (uint32_t i = 0; n && i < t->n_columns; i++)
        table_write_cells(writer, i, &t->columns[i], &cells[i]);
    table_ok(inlay_writer_end_row_group(writer), "row group");
    free(cells);
    return rows;
}

TABLE_FN void table_write_keys(inlay_writer *writer, const struct table_options *o)
{
    char token[256];
    if (o->sort_fields) {
        inlay_bytes value = table_bytes(o->sort_fields);
        table_ok(inlay_writer_key_value(writer, table_bytes("qh.sort_fields"), &value), "key");
    }
    if (!o->keys)
        return;
    const char *at = table_token(o->keys, token, sizeof token);
    while (token[0]) {
        char *equals = strchr(token, '=');
        CHECK(equals != NULL);
        *equals = 0;
        inlay_bytes value = table_bytes(equals + 1);
        table_ok(inlay_writer_key_value(writer, table_bytes(token), &value), "key");
        at = table_token(at, token, sizeof token);
    }
}

TABLE_FN void table_open(struct table *t)
{
    t->source = inlay_source_memory(t->memory.data, t->memory.bytes);
    table_ok(inlay_reader_open(test_env(), &t->source, NULL, &t->reader), "open");
}

TABLE_FN void table_make(struct table *t, const char *columns, const char *rows,
                         const struct table_options *options)
{
    struct table_options o = options ? *options : (struct table_options){0};
    inlay_sink sink = inlay_sink_memory(&t->memory, test_env());
    inlay_writer *writer;
    table_parse_columns(t, columns);
    inlay_schema *schema = table_schema(t);
    table_ok(inlay_writer_open(test_env(), &sink, schema, &o.write, &writer), "writer");
    while (*rows)
        rows = table_write_group(t, writer, rows, o.group_rows ? o.group_rows : TABLE_ROWS);
    table_write_keys(writer, &o);
    table_ok(inlay_writer_finish(writer), "finish");
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    table_open(t);
}

TABLE_FN void table_close(struct table *t)
{
    inlay_reader_close(t->reader);
    inlay_sink_memory_free(&t->memory);
    t->reader = NULL;
}

/* ---- reading ---- */

struct table_text {
    char *data;
    size_t n, capacity;
};

TABLE_FN void table_print(struct table_text *to, const char *data, size_t n)
{
    if (to->n + n + 1 > to->capacity) {
        to->capacity = 2 * (to->n + n + 1);
        to->data = realloc(to->data, to->capacity);
        CHECK(to->data != NULL);
    }
    if (n)
        memcpy(to->data + to->n, data, n);
    to->n += n;
    to->data[to->n] = 0;
}

TABLE_FN void table_print_value(struct table_text *to, const inlay_node *node, const void *values,
                                size_t i)
{
    char number[40];
    switch (node->type) {
    case INLAY_BYTE_ARRAY: {
        inlay_bytes b = ((const inlay_bytes *)values)[i];
        table_print(to, (const char *)b.data, b.len);
        return;
    }
    case INLAY_DOUBLE:
        snprintf(number, sizeof number, "%g", ((const double *)values)[i]);
        break;
    case INLAY_BOOLEAN:
        snprintf(number, sizeof number, "%d", ((const uint8_t *)values)[i]);
        break;
    case INLAY_INT32:
        snprintf(number, sizeof number, "%d", (int)((const int32_t *)values)[i]);
        break;
    default:
        if (node->logical.kind == INLAY_INTEGER && !node->logical.is_signed)
            snprintf(number, sizeof number, "%llu",
                     (unsigned long long)((const int64_t *)values)[i]);
        else
            snprintf(number, sizeof number, "%lld", (long long)((const int64_t *)values)[i]);
    }
    table_print(to, number, strlen(number));
}

/* All rows of one leaf, each as its text. */
TABLE_FN void table_read_leaf(inlay_reader *reader, uint32_t leaf, struct table_text *rows)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), leaf);
    inlay_column *column;
    inlay_batch b;
    inlay_status status;
    int64_t row = -1;
    bool open = false;
    table_ok(inlay_column_open(reader, leaf, 0, &column), "column");
    while ((status = inlay_column_read(column, 0, &b)) == INLAY_OK) {
        size_t value = 0;
        for (size_t i = 0; i < b.n_levels; i++) {
            int def = b.def ? b.def[i] : node->max_def, rep = b.rep ? b.rep[i] : 0;
            if (rep == 0) {
                if (open)
                    table_print(&rows[row], "]", 1);
                row++;
                open = node->max_rep && def >= node->max_def - 2;
                if (open)
                    table_print(&rows[row], "[", 1);
            } else {
                table_print(&rows[row], ",", 1);
            }
            if (def == node->max_def)
                table_print_value(&rows[row], node, b.values, value++);
            else if (!node->max_rep || !open || def == node->max_def - 1)
                table_print(&rows[row], "-", 1);
        }
    }
    if (open)
        table_print(&rows[row], "]", 1);
    if (status != INLAY_END)
        table_ok(status, "read");
    CHECK_INT(row + 1, inlay_reader_rows(reader));
    inlay_column_close(column);
}

/* The rows as the text they would be made from; the caller frees it. */
TABLE_FN char *table_rows(inlay_reader *reader)
{
    uint32_t n_leaves = inlay_schema_leaves(inlay_reader_schema(reader));
    size_t n = (size_t)inlay_reader_rows(reader);
    struct table_text *cells = calloc(n * n_leaves + 1, sizeof *cells), all = {0};
    CHECK(cells != NULL);
    for (uint32_t i = 0; i < n_leaves; i++)
        table_read_leaf(reader, i, cells + i * n);
    table_print(&all, "", 0);
    for (size_t row = 0; row < n; row++)
        for (uint32_t i = 0; i < n_leaves; i++) {
            struct table_text *c = &cells[i * n + row];
            table_print(&all, c->data ? c->data : "", c->n);
            table_print(&all, i + 1 < n_leaves ? " " : "\n", 1);
            free(c->data);
        }
    free(cells);
    return all.data;
}

/* "name:type ..." of the leaves, upper case where required. */
TABLE_FN const char *table_columns(inlay_reader *reader)
{
    static char text[2048];
    const inlay_schema *schema = inlay_reader_schema(reader);
    size_t n = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < inlay_schema_leaves(schema); i++) {
        const inlay_node *leaf = inlay_schema_leaf(schema, i), *top = leaf;
        while (top->parent)
            top = inlay_schema_node(schema, top->parent);
        char type = leaf->type == INLAY_BYTE_ARRAY
                        ? (leaf->logical.kind == INLAY_STRING ? 's' : 'y')
                    : leaf->type == INLAY_DOUBLE                                      ? 'd'
                    : leaf->type == INLAY_BOOLEAN                                     ? 'b'
                    : leaf->type == INLAY_INT32                                       ? 'w'
                    : leaf->logical.kind == INLAY_INTEGER && !leaf->logical.is_signed ? 'u'
                                                                                      : 'i';
        if (leaf->max_rep)
            type = type == 's' ? 'n' : 'l';
        if (top->repetition == INLAY_REQUIRED)
            type = (char)(type - 32);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s:%c", i ? " " : "",
                              (int)top->name.len, (const char *)top->name.data, type);
    }
    return text;
}

/* Rows of the row groups: "3 2". */
TABLE_FN const char *table_groups(inlay_reader *reader)
{
    static char text[2048];
    size_t n = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < inlay_reader_row_groups(reader); i++) {
        inlay_row_group group;
        table_ok(inlay_reader_row_group(reader, i, &group), "row group");
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%lld", i ? " " : "",
                              (long long)group.n_rows);
    }
    return text;
}

/* The value of a footer key, "" if it is absent. */
TABLE_FN const char *table_key(inlay_reader *reader, const char *key)
{
    static char text[512];
    const inlay_key_value *kv = inlay_reader_find_key(reader, key);
    text[0] = 0;
    if (kv)
        snprintf(text, sizeof text, "%.*s", (int)kv->value.len, (const char *)kv->value.data);
    return text;
}

#endif
