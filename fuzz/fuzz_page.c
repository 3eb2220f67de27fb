/* The pages of one column chunk behind a footer that says what the last bytes say. Reading in large and in small
 * batches, from a view and from read_at, as values and as codes gives the same; so does seeking.
 *
 *   input = pages | u16 LE rows | u16 LE levels | u16 LE row to seek | u8 batch rows
 *         | u8 writer (from 128 on checksums are verified) | u8 codec | u8 length of FIXED_LEN_BYTE_ARRAY
 *         | u8 max definition level + 16 x max repetition level | u8 type
 */
#include "format/meta.h"
#include "inlay/inlay.h"
#include "input.h"

enum { FUZZ_STREAM = 1 << 22, FUZZ_ROWS = 1 << 16 };

struct fuzz_chunk {
    uint8_t type, max_def, max_rep;
    int32_t type_length, codec;
    uint8_t writer;
    size_t step;
    int64_t seek, levels, rows;
};

/* Everything that a column gave: rep, def, value of each level; and where rows begin. */
struct fuzz_stream {
    uint8_t data[FUZZ_STREAM];
    uint32_t rows[FUZZ_ROWS];
    size_t bytes, n_rows;
    inlay_status status;
    bool cut; /* larger than we keep */
};
static struct fuzz_stream fuzz_all, fuzz_other;

static void fuzz_put(struct fuzz_stream *s, const void *data, size_t n)
{
    s->cut = s->cut || n > FUZZ_STREAM - s->bytes;
    if (!s->cut && n) {
        memcpy(s->data + s->bytes, data, n);
        s->bytes += n;
    }
}

static void fuzz_batch(struct fuzz_stream *s, const inlay_node *node, const inlay_batch *b,
                       const inlay_dictionary *dictionary)
{
    size_t width = inlay_node_width(node), value = 0;
    for (size_t i = 0; i < b->n_levels && !s->cut; i++) {
        uint8_t level[2] = {b->rep ? b->rep[i] : 0, b->def ? b->def[i] : node->max_def};
        if (level[0] == 0 && s->n_rows < FUZZ_ROWS)
            s->rows[s->n_rows++] = (uint32_t)s->bytes;
        fuzz_put(s, level, 2);
        if (level[1] != node->max_def)
            continue;
        FUZZ_FACT(value < b->n_values);
        size_t at = b->codes ? b->codes[value] : value;
        FUZZ_FACT(!b->codes || at < dictionary->n_values);
        const uint8_t *p = (const uint8_t *)(b->codes ? dictionary->values : b->values) + at * width;
        inlay_bytes text = {p, width};
        if (node->type == INLAY_BYTE_ARRAY)
            memcpy(&text, p, sizeof text);
        fuzz_put(s, &text.len, sizeof text.len);
        fuzz_put(s, text.data, text.len);
        value++;
    }
    FUZZ_FACT(s->cut || value == b->n_values);
}

static void fuzz_read(struct fuzz_stream *s, inlay_reader *reader, uint32_t flags, size_t step, int64_t seek)
{
    const inlay_node *node = inlay_schema_leaf(inlay_reader_schema(reader), 0);
    inlay_column *column = NULL;
    inlay_batch batch;
    s->bytes = s->n_rows = 0;
    s->cut = false;
    s->status = inlay_column_open(reader, 0, flags, &column);
    if (s->status == INLAY_OK && seek >= 0)
        s->status = inlay_column_seek(column, seek);
    for (size_t n = 0; s->status == INLAY_OK && !s->cut; n++) {
        s->status = inlay_column_read(column, step, &batch);
        if (s->status != INLAY_OK)
            break;
        inlay_dictionary dictionary = inlay_column_dictionary(column);
        fuzz_batch(s, node, &batch, &dictionary);
        if (n == 3 && seek >= 0)
            inlay_column_park(column);
    }
    inlay_column_close(column);
}

static bool fuzz_limited(const struct fuzz_stream *s)
{
    return s->cut || s->status == INLAY_NOMEM || s->status == INLAY_LIMIT;
}

/* Both ended, or both failed and the shorter one is the beginning of the longer one. */
static void fuzz_same(const struct fuzz_stream *a, const struct fuzz_stream *b)
{
    if (fuzz_limited(a) || fuzz_limited(b))
        return;
    size_t n = a->bytes < b->bytes ? a->bytes : b->bytes;
    FUZZ_FACT((a->status == INLAY_END) == (b->status == INLAY_END));
    FUZZ_FACT(memcmp(a->data, b->data, n) == 0);
    FUZZ_FACT(a->status != INLAY_END || a->bytes == b->bytes);
}

static void fuzz_column(inlay_env *env, const inlay_source *source, const struct fuzz_chunk *p)
{
    inlay_source far = *source;
    inlay_reader *reader = NULL, *slow = NULL;
    const inlay_read_options options = {.no_crc = p->writer < 128}; /* few bodies survive with theirs */
    far.view = NULL;
    if (inlay_reader_open(env, source, &options, &reader) != INLAY_OK ||
        inlay_reader_open(env, &far, &options, &slow) != INLAY_OK)
        abort(); /* the footer is ours */
    struct fuzz_stream *all = &fuzz_all, *other = &fuzz_other;
    fuzz_read(all, reader, 0, 0, -1);
    fuzz_read(other, slow, 0, p->step, -1);
    fuzz_same(all, other);
    fuzz_read(other, slow, INLAY_COLUMN_CODES, 0, -1);
    fuzz_same(all, other);
    fuzz_read(other, slow, 0, p->step, p->seek);
    if (all->status == INLAY_END && !fuzz_limited(all) && p->max_rep == 0 && !fuzz_limited(other)) {
        size_t from = (size_t)p->seek < all->n_rows ? all->rows[p->seek] : all->bytes;
        FUZZ_FACT(other->status == ((size_t)p->seek <= all->n_rows ? INLAY_END : INLAY_ARG));
        FUZZ_FACT(other->bytes == all->bytes - from && memcmp(other->data, all->data + from, other->bytes) == 0);
    }
    inlay_reader_close(reader);
    inlay_reader_close(slow);
}

/* Root, as many groups as the levels ask for, and the leaf. */
static uint32_t fuzz_schema(struct meta_schema_element *schema, const struct fuzz_chunk *p)
{
    const inlay_bytes name = {(const uint8_t *)"x", 1};
    uint32_t n = 0;
    schema[n++] = (struct meta_schema_element){.has = 1u << META_SE_NAME | 1u << META_SE_CHILDREN, .name = name,
                                               .num_children = 1};
    for (int i = 0; i < p->max_def; i++)
        schema[n++] = (struct meta_schema_element){
            .has = 1u << META_SE_NAME | 1u << META_SE_CHILDREN | 1u << META_SE_REPETITION, .name = name,
            .num_children = 1, .repetition = i < p->max_rep ? INLAY_REPEATED : INLAY_OPTIONAL};
    schema[n++] = (struct meta_schema_element){
        .has = 1u << META_SE_NAME | 1u << META_SE_TYPE | 1u << META_SE_REPETITION | 1u << META_SE_TYPE_LENGTH,
        .name = name, .type = p->type, .type_length = p->type_length, .repetition = INLAY_REQUIRED};
    return n;
}

static void fuzz_footer(struct buf *file, const struct fuzz_chunk *p)
{
    static const char *const writers[] = {"", "parquet-mr version 1.7.0", "parquet-cpp version 1.5.1",
                                          "parquet-mr version 1.2.0"};
    const char *writer = writers[p->writer % 4];
    int64_t size = (int64_t)file->bytes - 4;
    struct meta_column m = {.has = 1u << META_CM_TYPE | 1u << META_CM_CODEC | 1u << META_CM_VALUES |
                                   1u << META_CM_UNCOMPRESSED | 1u << META_CM_COMPRESSED |
                                   1u << META_CM_DATA_PAGE,
                            .type = p->type, .codec = p->codec, .num_values = p->levels,
                            .uncompressed_bytes = size, .compressed_bytes = size, .data_page_at = 4};
    struct meta_chunk chunk = {.has = 1u << META_CC_FILE_OFFSET | 1u << META_CC_META, .meta = &m};
    struct meta_schema_element schema[17];
    struct buf part, group;
    buf_init(&part, file->env);
    buf_init(&group, file->env);
    thrift_write(&part, &meta_chunk_table, &chunk);
    inlay_bytes span = {part.data, part.bytes};
    struct meta_row_group rg = {.has = 7, .columns = {&span, 1}, .num_rows = p->rows};
    thrift_write(&group, &meta_row_group_table, &rg);
    inlay_bytes group_span = {group.data, group.bytes};
    struct meta_file meta = {.has = 15 | 1u << META_FM_CREATED_BY, .version = 1,
                             .schema = {schema, fuzz_schema(schema, p)}, .num_rows = p->rows,
                             .row_groups = {&group_span, 1},
                             .created_by = {(const uint8_t *)writer, strlen(writer)}};
    size_t at = file->bytes;
    thrift_write(file, &meta_file_table, &meta);
    buf_le32(file, (uint32_t)(file->bytes - at));
    buf_append(file, "PAR1", 4);
    buf_free(&part);
    buf_free(&group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct fuzz_chunk p = {.type = fuzz_u8(&input) & 7};
    uint8_t levels = fuzz_u8(&input);
    p.max_def = levels & 15;
    p.max_rep = levels >> 4 < p.max_def ? levels >> 4 : p.max_def;
    p.type_length = fuzz_u8(&input) + 1;
    p.codec = fuzz_u8(&input) & 7;
    p.writer = fuzz_u8(&input);
    p.step = (size_t)fuzz_u8(&input) + 1;
    p.seek = fuzz_u16(&input);
    p.levels = fuzz_u16(&input);
    p.rows = fuzz_u16(&input);
    if (p.max_rep == 0 || p.rows > p.levels)
        p.rows = p.levels;
    inlay_env env = {.limits = {.memory_bytes = 64u << 20, .page_bytes = 4u << 20, .dictionary_bytes = 4u << 20}};
    struct buf file;
    buf_init(&file, &env);
    buf_append(&file, "PAR1", 4);
    buf_append(&file, input.data, input.size);
    fuzz_footer(&file, &p);
    uint8_t *exact = fuzz_copy(file.data, file.bytes);
    if (exact && file.status == INLAY_OK) {
        inlay_source source = inlay_source_memory(exact, file.bytes);
        fuzz_column(&env, &source, &p);
    }
    free(exact);
    buf_free(&file);
    FUZZ_FACT(env.used_bytes == 0);
    return 0;
}
