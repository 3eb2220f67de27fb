/* Writes files by description, for test_property.py: cases one after another on standard input, one line of answer
 * each on standard output: "ok" and TYPE/CODEC/ENCODINGS of every column chunk as the footer has them, row group by row
 * group and as numbers of parquet.thrift, ENCODINGS as bits; or what failed. Each file is read back, and its levels and values are compared with
 * the ones that were written, byte for byte.
 *
 * A case is u32 bytes, then as laid out below. Numbers are little-endian; text is u32 length and bytes.
 *   text path · text profile, codec, encoding ("" = not given) · u32 page_bytes, page_rows, dictionary_bytes,
 *   page_version, flags, rows a read
 *   u32 n, nodes:   u32 parent, text name, u8 type, repetition, u32 length, u8 has id, u32 id, u8 kind, unit, utc, bits,
 *                   is signed, u32 precision, scale, version, edges, text crs
 *   u32 n, columns: u32 leaf, text codec, encoding, u32 bloom filter in millionths, bytes
 *   u32 n, sorting: u32 leaf, u8 descending, nulls first
 *   u32 n, key-values: text key, u8 has value, text value
 *   u32 n, steps:   u8 what: 'w' batch, 'd' dictionary, 'r' repeat, 'c' end of column, 'g' end of row group
 *       'w' u32 leaf, n_levels, n_values, u8 has def, has rep, codes; def, rep; u32 codes or values
 *       'd' u32 leaf, n_values; values       'r' u32 leaf, n_rows, u8 has value; value      'c' u32 leaf
 *   values as in memory, BYTE_ARRAY as text */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inlay/inlay.h"

struct bytes {
    uint8_t *data;
    size_t used, capacity;
};

struct kept { /* memory that ends with the case */
    struct kept *next;
    void *data;
};

struct in {
    const uint8_t *at, *end;
    struct kept *kept;
};

struct program {
    inlay_env env;
    struct in in;
    FILE *file;
    inlay_writer *writer;
    const inlay_schema *schema;
    struct bytes *wanted; /* a leaf: levels and values as one run of bytes */
    struct {
        void *values; /* of the leaf's dictionary */
        size_t n;
    } *dictionaries;
};

static void die(const char *why)
{
    fprintf(stderr, "write_case: %s\n", why);
    exit(2);
}

static void *grab(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);
    if (!p)
        die("no memory");
    return p;
}

static void append(struct bytes *b, const void *data, size_t n)
{
    if (n > b->capacity - b->used) {
        b->capacity = (b->used + n) * 2;
        b->data = realloc(b->data, b->capacity);
        if (!b->data)
            die("no memory");
    }
    if (n)
        memcpy(b->data + b->used, data, n);
    b->used += n;
}

/* ---- reading the description ---- */

static const uint8_t *take(struct in *in, size_t n)
{
    if (n > (size_t)(in->end - in->at))
        die("a case is cut short");
    in->at += n;
    return in->at - n;
}

static uint8_t take8(struct in *in)
{
    return *take(in, 1);
}

static uint32_t take32(struct in *in)
{
    const uint8_t *p = take(in, 4);
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inlay_bytes take_text(struct in *in)
{
    size_t n = take32(in);
    return (inlay_bytes){take(in, n), n};
}

static void *keep(struct in *in, size_t bytes)
{
    struct kept *k = grab(sizeof *k);
    *k = (struct kept){in->kept, grab(bytes)};
    in->kept = k;
    return k->data;
}

/* A copy with a zero behind it, or NULL for an empty one. */
static char *take_name(struct in *in)
{
    inlay_bytes t = take_text(in);
    char *name = keep(in, t.len + 1);
    memcpy(name, t.data, t.len);
    return t.len ? name : NULL;
}

static void *take_values(struct in *in, const inlay_node *leaf, size_t n)
{
    size_t width = inlay_node_width(leaf);
    uint8_t *values = grab(n * width);
    for (size_t i = 0; i < n; i++) {
        inlay_bytes text;
        if (leaf->type == INLAY_BYTE_ARRAY)
            text = take_text(in);
        memcpy(values + i * width, leaf->type == INLAY_BYTE_ARRAY ? (const void *)&text : take(in, width), width);
    }
    return values;
}

/* ---- what a column holds, as one run of bytes ---- */

static void note_value(struct bytes *b, const inlay_node *leaf, const uint8_t *value)
{
    size_t width = inlay_node_width(leaf);
    if (leaf->type != INLAY_BYTE_ARRAY) {
        append(b, value, width);
        return;
    }
    inlay_bytes text;
    memcpy(&text, value, sizeof text);
    append(b, &text.len, sizeof text.len);
    append(b, text.data, text.len);
}

static void note(struct bytes *b, const inlay_node *leaf, const inlay_batch *batch, const void *dictionary)
{
    size_t width = inlay_node_width(leaf), v = 0;
    for (size_t i = 0; i < batch->n_levels; i++) {
        uint8_t levels[2] = {batch->rep ? batch->rep[i] : 0, batch->def ? batch->def[i] : leaf->max_def};
        append(b, levels, 2);
        if (levels[1] != leaf->max_def)
            continue;
        note_value(b, leaf, batch->codes ? (const uint8_t *)dictionary + batch->codes[v] * width
                                         : (const uint8_t *)batch->values + v * width);
        v++;
    }
}

/* ---- writing ---- */

static int sink_append(void *ctx, const void *data, size_t bytes)
{
    return fwrite(data, 1, bytes, ctx) == bytes ? 0 : 5;
}

static inlay_status make_schema(struct program *p, inlay_schema **schema)
{
    struct in *in = &p->in;
    inlay_status status = inlay_schema_new(&p->env, schema);
    for (uint32_t n = take32(in), made; n && status == INLAY_OK; n--) {
        inlay_node node = {0};
        uint32_t parent = take32(in);
        node.name = take_text(in);
        node.type = take8(in);
        node.repetition = take8(in);
        node.type_length = (int32_t)take32(in);
        node.has_field_id = take8(in);
        node.field_id = (int32_t)take32(in);
        node.logical.kind = take8(in);
        node.logical.unit = take8(in);
        node.logical.utc = take8(in);
        node.logical.bits = take8(in);
        node.logical.is_signed = take8(in);
        node.logical.precision = (int32_t)take32(in);
        node.logical.scale = (int32_t)take32(in);
        node.logical.version = (int8_t)take32(in);
        node.logical.edges = (int8_t)take32(in);
        node.logical.crs = take_text(in);
        status = inlay_schema_add(*schema, parent, &node, &made);
    }
    return status;
}

static inlay_column_options *take_columns(struct in *in, size_t *n_columns)
{
    *n_columns = take32(in);
    inlay_column_options *columns = keep(in, *n_columns * sizeof *columns);
    for (size_t i = 0; i < *n_columns; i++) {
        columns[i].leaf = take32(in);
        columns[i].codec = take_name(in);
        columns[i].encoding = take_name(in);
        columns[i].bloom_fpp = take32(in) / 1e6;
        columns[i].bloom_bytes = take32(in);
    }
    return columns;
}

static inlay_status more_footer(struct program *p)
{
    struct in *in = &p->in;
    size_t n = take32(in);
    inlay_sorting *sorting = grab(n * sizeof *sorting);
    for (size_t i = 0; i < n; i++) {
        sorting[i].leaf = take32(in);
        sorting[i].descending = take8(in);
        sorting[i].nulls_first = take8(in);
    }
    inlay_status status = n ? inlay_writer_sorting(p->writer, sorting, n) : INLAY_OK;
    for (n = take32(in); n && status == INLAY_OK; n--) {
        inlay_bytes key = take_text(in);
        bool has = take8(in);
        inlay_bytes value = take_text(in);
        status = inlay_writer_key_value(p->writer, key, has ? &value : NULL);
    }
    free(sorting);
    return status;
}

static inlay_status step_batch(struct program *p)
{
    struct in *in = &p->in;
    uint32_t leaf = take32(in);
    const inlay_node *node = inlay_schema_leaf(p->schema, leaf);
    inlay_batch batch = {.n_levels = take32(in)};
    batch.n_values = take32(in);
    bool def = take8(in), rep = take8(in), coded = take8(in);
    batch.def = def ? take(in, batch.n_levels) : NULL;
    batch.rep = rep ? take(in, batch.n_levels) : NULL;
    uint32_t *codes = grab(batch.n_values * sizeof *codes);
    for (size_t i = 0; coded && i < batch.n_values; i++)
        codes[i] = take32(in);
    void *values = coded ? NULL : take_values(in, node, batch.n_values);
    batch.values = values;
    batch.codes = coded ? codes : NULL;
    note(&p->wanted[leaf], node, &batch, p->dictionaries[leaf].values);
    inlay_status status = inlay_writer_write(p->writer, leaf, &batch);
    free(codes);
    free(values);
    return status;
}

static inlay_status step_dictionary(struct program *p)
{
    uint32_t leaf = take32(&p->in);
    size_t n = take32(&p->in);
    void *values = take_values(&p->in, inlay_schema_leaf(p->schema, leaf), n);
    free(p->dictionaries[leaf].values);
    p->dictionaries[leaf].values = values;
    p->dictionaries[leaf].n = n;
    return inlay_writer_dictionary(p->writer, leaf, values, n);
}

static inlay_status step_repeat(struct program *p)
{
    uint32_t leaf = take32(&p->in);
    size_t n = take32(&p->in);
    bool has = take8(&p->in);
    const inlay_node *node = inlay_schema_leaf(p->schema, leaf);
    void *value = take_values(&p->in, node, has);
    uint8_t null = 0;
    inlay_batch batch = {.n_levels = 1, .n_values = has, .values = value, .def = has ? NULL : &null};
    for (size_t i = 0; i < n; i++)
        note(&p->wanted[leaf], node, &batch, NULL);
    inlay_status status = inlay_writer_repeat(p->writer, leaf, n, has ? value : NULL);
    free(value);
    return status;
}

static inlay_status steps(struct program *p)
{
    inlay_status status = INLAY_OK;
    for (uint32_t n = take32(&p->in); n && status == INLAY_OK; n--)
        switch (take8(&p->in)) {
        case 'w':
            status = step_batch(p);
            break;
        case 'd':
            status = step_dictionary(p);
            break;
        case 'r':
            status = step_repeat(p);
            break;
        case 'c':
            status = inlay_writer_end_column(p->writer, take32(&p->in));
            break;
        case 'g':
            status = inlay_writer_end_row_group(p->writer);
            break;
        default:
            die("a step of no known kind");
        }
    return status == INLAY_OK ? inlay_writer_finish(p->writer) : status;
}

/* ---- reading back ---- */

/* "" or what is wrong with a column. */
static const char *read_column(struct program *p, inlay_reader *reader, uint32_t leaf, size_t rows, uint32_t flags)
{
    inlay_column *column = NULL;
    inlay_batch batch;
    struct bytes got = {0};
    const struct bytes *want = &p->wanted[leaf];
    inlay_status status = inlay_column_open(reader, leaf, flags, &column);
    while (status == INLAY_OK && (status = inlay_column_read(column, rows, &batch)) == INLAY_OK)
        note(&got, inlay_schema_leaf(p->schema, leaf), &batch, inlay_column_dictionary(column).values);
    inlay_column_close(column);
    bool same = got.used == want->used && (got.used == 0 || memcmp(got.data, want->data, got.used) == 0);
    free(got.data);
    return status != INLAY_END ? "reading back fails" : same ? "" : "other levels or values are read back";
}

static const char *print_chunks(inlay_reader *reader, const inlay_schema *schema)
{
    inlay_chunk chunk;
    printf("ok");
    for (uint32_t g = 0; g < inlay_reader_row_groups(reader); g++)
        for (uint32_t leaf = 0; leaf < inlay_schema_leaves(schema); leaf++) {
            if (inlay_reader_chunk(reader, g, leaf, &chunk) != INLAY_OK)
                return "a column chunk's metadata cannot be read";
            printf(" %d/%d/%u", inlay_schema_leaf(schema, leaf)->type, (int)chunk.codec, (unsigned)chunk.encodings);
        }
    printf("\n");
    return "";
}

static const char *read_back(struct program *p, const char *path, size_t rows, uint32_t *leaf)
{
    inlay_file *file = NULL;
    inlay_source source;
    inlay_reader *reader = NULL;
    const char *why = "opening it again fails";
    if (inlay_file_open(&p->env, path, false, &file, &source) == INLAY_OK &&
        inlay_reader_open(&p->env, &source, NULL, &reader) == INLAY_OK) {
        why = "";
        for (*leaf = 0; !*why && *leaf < inlay_schema_leaves(p->schema); *leaf += !*why) {
            why = read_column(p, reader, *leaf, rows, 0);
            if (!*why)
                why = read_column(p, reader, *leaf, 0, INLAY_COLUMN_CODES);
        }
        if (!*why)
            why = print_chunks(reader, p->schema);
    }
    inlay_reader_close(reader);
    inlay_file_close(file);
    return why;
}

static void answer(const struct program *p, const char *why, uint32_t leaf)
{
    char path[200] = "";
    if (*why && p->schema && leaf < inlay_schema_leaves(p->schema))
        inlay_schema_path(p->schema, inlay_schema_leaf_node(p->schema, leaf), path, sizeof path);
    if (*why)
        printf("%s: %s %s %s%s\n", why, inlay_status_name(p->env.error.status),
               p->env.error.what ? p->env.error.what : "", p->env.error.column, path);
    fflush(stdout);
}

static const char *write_file(struct program *p, const inlay_write_options *options, const inlay_schema *schema)
{
    inlay_sink sink = {p->file, sink_append};
    if (inlay_writer_open(&p->env, &sink, schema, options, &p->writer) != INLAY_OK)
        return "the writer does not open";
    inlay_status status = more_footer(p);
    if (status == INLAY_OK)
        status = steps(p);
    inlay_writer_close(p->writer);
    return status == INLAY_OK ? "" : "writing fails";
}

static void run(struct program *p)
{
    struct in *in = &p->in;
    char *path = take_name(in), *profile = take_name(in), *codec = take_name(in), *encoding = take_name(in);
    inlay_write_options o = {.profile = profile, .codec = codec, .encoding = encoding};
    o.page_bytes = take32(in);
    o.page_rows = take32(in);
    o.dictionary_bytes = take32(in);
    o.page_version = take32(in);
    o.flags = take32(in);
    size_t rows = take32(in);
    uint32_t leaf = UINT32_MAX;
    inlay_schema *schema = NULL;
    const char *why = make_schema(p, &schema) == INLAY_OK ? "" : "the schema is refused";
    if (!*why) {
        uint32_t n = inlay_schema_leaves(schema);
        o.columns = take_columns(in, &o.n_columns);
        p->schema = schema;
        p->wanted = grab(n * sizeof *p->wanted);
        p->dictionaries = grab(n * sizeof *p->dictionaries);
        p->file = fopen(path, "wb");
        why = p->file ? write_file(p, &o, schema) : "the file does not open";
        if (p->file && fclose(p->file) && !*why)
            why = "the file does not close";
        if (!*why)
            why = read_back(p, path, rows, &leaf);
        for (uint32_t i = 0; i < n; i++) {
            free(p->wanted[i].data);
            free(p->dictionaries[i].values);
        }
        free(p->wanted);
        free(p->dictionaries);
    }
    answer(p, why, leaf);
    inlay_schema_close(schema);
    if (p->env.used_bytes)
        die("memory was not given back");
}

int main(void)
{
    uint8_t length[4];
    while (fread(length, 1, 4, stdin) == 4) {
        struct in head = {length, length + 4, NULL};
        size_t n = take32(&head);
        uint8_t *data = grab(n);
        if (fread(data, 1, n, stdin) != n)
            die("a case is cut short");
        struct program p = {.in = {data, data + n, NULL}};
        run(&p);
        for (struct kept *k; (k = p.in.kept) != NULL; free(k)) {
            p.in.kept = k->next;
            free(k->data);
        }
        free(data);
    }
    return 0;
}
