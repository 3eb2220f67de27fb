/* Arrow arrays of a whole file, or of columns whose ARROW:schema is the input.
 *
 *   input = "S" message    the FlatBuffer of ARROW:schema with its frame; it is given as base64
 *   input = file           its first four bytes are options, then taken for the magic number
 *
 * What a consumer relies on is checked: lengths, offsets, codes, counts of nulls.
 */
#include "inlay/inlay.h"
#include "input.h"

enum { FUZZ_ARROW_BATCHES = 200 };

/* ---- arrays ---- */

static int64_t fuzz_offset(const struct ArrowArray *a, bool large, int64_t i)
{
    return large ? ((const int64_t *)a->buffers[1])[i] : ((const int32_t *)a->buffers[1])[i];
}

static void fuzz_offsets(const struct ArrowArray *a, bool large, int64_t end)
{
    for (int64_t i = 0; i < a->length; i++)
        FUZZ_FACT(fuzz_offset(a, large, i) <= fuzz_offset(a, large, i + 1));
    FUZZ_FACT(fuzz_offset(a, large, 0) == 0);
    FUZZ_FACT(end < 0 || fuzz_offset(a, large, a->length) == end);
}

static void fuzz_validity(const struct ArrowArray *a)
{
    const uint8_t *bits = a->n_buffers ? a->buffers[0] : NULL;
    int64_t nulls = a->n_buffers ? 0 : a->length;
    for (int64_t i = 0; bits && i < a->length; i++)
        nulls += !(bits[i / 8] >> i % 8 & 1);
    FUZZ_FACT(nulls == a->null_count);
}

/* Bytes of a fixed-width type; 0 for the others. */
static size_t fuzz_width(const char *format)
{
    static const struct {
        const char *starts;
        size_t bytes;
    } widths[] = {{"c", 1},   {"C", 1},   {"s", 2},   {"S", 2},   {"e", 2}, {"i", 4},   {"I", 4},  {"f", 4},
                  {"ttm", 4}, {"tdD", 4}, {"l", 8},   {"L", 8},   {"g", 8}, {"ttu", 8}, {"ttn", 8}, {"ts", 8},
                  {"tD", 8}};
    if (format[0] == 'w')
        return (size_t)strtoul(format + 2, NULL, 10);
    if (format[0] == 'd')
        return strstr(format, ",256") ? 32 : 16;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        if (strncmp(format, widths[i].starts, strlen(widths[i].starts)) == 0)
            return widths[i].bytes;
    return 0;
}

static void fuzz_bytes(const void *data, size_t n)
{
    volatile uint8_t sink = 0;
    for (size_t i = 0; i < n; i++)
        sink = (uint8_t)(sink + ((const uint8_t *)data)[i]);
}

static void fuzz_array(const struct ArrowSchema *f, const struct ArrowArray *a)
{
    const char *format = f->format;
    bool large = format[0] == 'U' || format[0] == 'Z' || (format[0] == '+' && format[1] == 'L');
    FUZZ_FACT(a->n_children == f->n_children && a->length >= 0 && !a->dictionary == !f->dictionary);
    fuzz_validity(a);
    if (format[0] == '+' && format[1] == 's')
        for (int64_t i = 0; i < a->n_children; i++)
            FUZZ_FACT(a->children[i]->length == a->length);
    else if (format[0] == '+')
        fuzz_offsets(a, large, a->children[0]->length);
    else if (strchr("uUzZ", format[0])) {
        fuzz_offsets(a, large, -1);
        fuzz_bytes(a->buffers[2], (size_t)fuzz_offset(a, large, a->length));
    } else if (format[0] == 'b')
        fuzz_bytes(a->buffers[1], (size_t)(a->length + 7) / 8);
    else
        fuzz_bytes(a->n_buffers > 1 ? a->buffers[1] : NULL, (size_t)a->length * fuzz_width(format));
    for (int64_t i = 0; a->dictionary && i < a->length; i++) {
        int32_t code = ((const int32_t *)a->buffers[1])[i];
        bool null = a->buffers[0] && !(((const uint8_t *)a->buffers[0])[i / 8] >> i % 8 & 1);
        FUZZ_FACT(null || (code >= 0 && code < a->dictionary->length));
    }
    if (a->dictionary)
        fuzz_array(f->dictionary, a->dictionary);
    for (int64_t i = 0; i < a->n_children; i++)
        fuzz_array(f->children[i], a->children[i]);
}

/* ---- streams ---- */

static void fuzz_stream(inlay_env *env, inlay_reader *reader, const inlay_arrow_options *options)
{
    struct ArrowArrayStream stream;
    struct ArrowSchema fields = {0};
    struct ArrowArray batch = {0};
    if (inlay_read_arrow(env, reader, options, &stream) != INLAY_OK)
        return;
    int failed = stream.get_schema(&stream, &fields);
    for (int i = 0; !failed && i < FUZZ_ARROW_BATCHES; i++) {
        failed = stream.get_next(&stream, &batch);
        FUZZ_FACT(!failed == !stream.get_last_error(&stream));
        FUZZ_FACT(!failed || !batch.release);
        if (!batch.release)
            break;
        fuzz_array(&fields, &batch);
        if (i + 1 < FUZZ_ARROW_BATCHES)
            batch.release(&batch);
    }
    if (fields.release)
        fields.release(&fields);
    stream.release(&stream);
    if (batch.release)
        batch.release(&batch);
}

#if INLAY_WRITE

/* The stream as a file: what is written can be opened and has as many rows. */
static void fuzz_write(inlay_env *env, inlay_reader *reader, const inlay_arrow_options *options, uint8_t how)
{
    struct ArrowArrayStream stream;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_write_options write = {.codec = "none", .flags = how & 1 ? INLAY_WRITE_IN_ORDER : 0, .row_group_rows = how & 2 ? 100 : 0};
    inlay_arrow_write_options o = {.write = &write};
    if (inlay_read_arrow(env, reader, options, &stream) != INLAY_OK)
        return;
    inlay_status status = inlay_write_arrow(env, &stream, &sink, &o);
    stream.release(&stream);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    inlay_reader *again = NULL;
    if (status == INLAY_OK) {
        status = inlay_reader_open(env, &source, NULL, &again);
        FUZZ_FACT(status == INLAY_OK || status == INLAY_NOMEM);
        FUZZ_FACT(!again || inlay_reader_rows(again) == inlay_reader_rows(reader));
    }
    inlay_reader_close(again);
    inlay_sink_memory_free(&memory);
}

#endif

static void fuzz_arrow_file(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20, .decoded_bytes = 32u << 20}};
    inlay_reader *reader = NULL;
    uint8_t *file = fuzz_copy(data, size);
    if (!file || size < 12) {
        free(file);
        return;
    }
    uint32_t chosen = file[3];
    inlay_arrow_options options = {.nodes = file[0] & 1 ? &chosen : NULL,
                                   .n_nodes = 1,
                                   .batch_rows = file[1],
                                   .memory_bytes = file[0] & 2,
                                   .dictionary = file[2] % 3,
                                   .int96_unit = file[2] / 4 % 4,
                                   .large = file[0] & 4,
                                   .ignore_schema = file[0] & 8};
    memcpy(file, "PAR1", 4);
    inlay_source source = inlay_source_memory(file, size);
    if (size & 1)
        source.view = NULL;
    bool open = inlay_reader_open(&env, &source, NULL, &reader) == INLAY_OK;
#if INLAY_WRITE
    if (open && size % 4 == 3) {
        options.batch_rows = 0;
        fuzz_write(&env, reader, &options, size / 4 % 4);
        open = false;
    }
#endif
    if (open)
        fuzz_stream(&env, reader, &options);
    inlay_reader_close(reader);
    free(file);
    FUZZ_FACT(env.used_bytes == 0);
}

#if INLAY_WRITE

/* ---- ARROW:schema ---- */

/* Columns that most hints mean something for: t text, i INT64, z TIMESTAMP, n DECIMAL, l list of text,
 * s struct of INT64, m map of text to INT64, e FIXED(2). */
static bool fuzz_arrow_schema(inlay_schema *s)
{
    static const struct {
        uint32_t up; /* distance to the parent */
        const char *name;
        uint8_t type, repetition, kind;
        int32_t length;
    } nodes[] = {{1, "t", INLAY_BYTE_ARRAY, INLAY_OPTIONAL, INLAY_STRING, 0},
                 {2, "i", INLAY_INT64, INLAY_OPTIONAL, 0, 0},
                 {3, "z", INLAY_INT64, INLAY_OPTIONAL, INLAY_TIMESTAMP, 0},
                 {4, "n", INLAY_INT32, INLAY_OPTIONAL, INLAY_DECIMAL, 0},
                 {5, "l", INLAY_GROUP, INLAY_OPTIONAL, INLAY_LIST, 0},
                 {1, "list", INLAY_GROUP, INLAY_REPEATED, 0, 0},
                 {1, "element", INLAY_BYTE_ARRAY, INLAY_OPTIONAL, 0, 0},
                 {8, "s", INLAY_GROUP, INLAY_OPTIONAL, 0, 0},
                 {1, "a", INLAY_INT64, INLAY_OPTIONAL, 0, 0},
                 {10, "m", INLAY_GROUP, INLAY_OPTIONAL, INLAY_MAP, 0},
                 {1, "key_value", INLAY_GROUP, INLAY_REPEATED, 0, 0},
                 {1, "key", INLAY_BYTE_ARRAY, INLAY_REQUIRED, INLAY_STRING, 0},
                 {2, "value", INLAY_INT64, INLAY_OPTIONAL, 0, 0},
                 {14, "e", INLAY_FIXED_LEN_BYTE_ARRAY, INLAY_OPTIONAL, 0, 2}};
    for (uint32_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        inlay_node node = {.name = {(const uint8_t *)nodes[i].name, strlen(nodes[i].name)},
                           .type = nodes[i].type,
                           .repetition = nodes[i].repetition,
                           .type_length = nodes[i].length,
                           .logical = {.kind = nodes[i].kind}};
        node.logical.unit = nodes[i].kind == INLAY_TIMESTAMP ? INLAY_MICROS : 0;
        node.logical.utc = nodes[i].kind == INLAY_TIMESTAMP;
        node.logical.precision = nodes[i].kind == INLAY_DECIMAL ? 9 : 0;
        if (inlay_schema_add(s, i + 1 - nodes[i].up, &node, NULL) != INLAY_OK)
            return false;
    }
    return true;
}

static size_t fuzz_base64(const uint8_t *data, size_t size, uint8_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i + 3 <= size; i += 3) { /* the last bytes of others are not needed */
        uint32_t v = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            out[n++] = (uint8_t)digits[v >> shift & 63];
    }
    return n;
}

/* What we say of a schema that was read is read the same. */
static void fuzz_encode(inlay_env *env, inlay_bytes value)
{
    inlay_arrow_schema *schema, *again = NULL;
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    if (inlay_arrow_schema_parse(env, value, &schema) != INLAY_OK)
        return;
    if (inlay_arrow_schema_encode(schema, INLAY_ARROW_DROP_UNKNOWN, &sink) == INLAY_OK) {
        inlay_bytes text = {memory.data, memory.bytes};
        FUZZ_FACT(inlay_arrow_schema_parse(env, text, &again) == INLAY_OK);
        FUZZ_FACT(inlay_arrow_schema_fields(again) == inlay_arrow_schema_fields(schema));
        FUZZ_FACT(inlay_arrow_schema_key_values(again) == inlay_arrow_schema_key_values(schema));
        for (uint32_t i = 0; i < inlay_arrow_schema_fields(schema); i++) {
            inlay_arrow_field a = inlay_arrow_schema_field(schema, i), b = inlay_arrow_schema_field(again, i);
            FUZZ_FACT(a.type == b.type && a.nullable == b.nullable && a.n_metadata == b.n_metadata);
            FUZZ_FACT(a.name.len == b.name.len && (!a.name.len || !memcmp(a.name.data, b.name.data, a.name.len)));
        }
    }
    inlay_arrow_schema_close(again);
    inlay_arrow_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static void fuzz_arrow_message(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 64u << 20}};
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, &env);
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    inlay_reader *reader = NULL;
    inlay_arrow_options options = {0};
    uint8_t *text = malloc(size / 3 * 4 + 4);
    inlay_bytes value = {text, text ? fuzz_base64(data, size, text) : 0};
    inlay_bytes key = {(const uint8_t *)"ARROW:schema", 12};
    bool made = text && inlay_schema_new(&env, &schema) == INLAY_OK && fuzz_arrow_schema(schema) &&
                inlay_writer_open(&env, &sink, schema, NULL, &writer) == INLAY_OK &&
                inlay_writer_key_value(writer, key, &value) == INLAY_OK &&
                inlay_writer_finish(writer) == INLAY_OK;
    FUZZ_FACT(made || !text);
    fuzz_encode(&env, value);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    if (made && inlay_reader_open(&env, &source, NULL, &reader) == INLAY_OK)
        fuzz_stream(&env, reader, &options);
    inlay_reader_close(reader);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
    free(text);
    FUZZ_FACT(env.used_bytes == 0);
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
#if INLAY_WRITE
    if (size && data[0] == 'S') {
        fuzz_arrow_message(data + 1, size - 1);
        return 0;
    }
#endif
    fuzz_arrow_file(data, size);
    return 0;
}
