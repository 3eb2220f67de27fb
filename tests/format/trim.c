/* Facts about columns that give back memory between batches, and readers that share their codecs. */
#include "format/file.h"

enum { TRIM_ROWS = 1500 };

/* Written with every codec, encoding and page version, and read without a view, so that pages without a codec lie in the
 * column's own window. UNSUPPORTED: not in this build. */
static inlay_status trim_file(unsigned shape, inlay_memory_sink *file, inlay_source *source)
{
    static const char *const codecs[] = {"none", "snappy", "zstd:1"};
    static const char *const encodings[] = {NULL,     "plain", "delta_binary_packed", "delta_byte_array", "delta_length_byte_array",
                                            "byte_stream_split"};
    inlay_sink sink = inlay_sink_memory(file, test_env());
    inlay_write_options o = {.codec = codecs[shape % 3],
                             .encoding = encodings[shape % 6],
                             .page_version = 1 + shape / 6 % 2,
                             .page_rows = 400,
                             .dictionary_bytes = shape / 12 % 2 ? 600 : 0};
    inlay_status status = file_write(test_env(), &sink, &o, TRIM_ROWS, 700, 100, shape % 2 ? 7 : 100000);
    *source = inlay_source_memory(file->data, file->bytes);
    source->view = NULL;
    return status;
}

static void trim_same(const inlay_batch *a, const inlay_batch *b, uint32_t leaf, const inlay_dictionary *of_a,
                      const inlay_dictionary *of_b)
{
    static const size_t widths[] = {8, sizeof(inlay_bytes), 8, 4};
    size_t w = widths[leaf];
    CHECK_INT(a->n_rows, b->n_rows);
    CHECK_INT(a->n_levels, b->n_levels);
    CHECK_INT(a->n_values, b->n_values);
    CHECK(!a->codes == !b->codes && !a->def == !b->def && !a->rep == !b->rep);
    if (a->def)
        CHECK_BYTES(a->def, a->n_levels, b->def, b->n_levels);
    if (a->rep)
        CHECK_BYTES(a->rep, a->n_levels, b->rep, b->n_levels);
    for (size_t i = 0; i < a->n_values; i++) {
        const uint8_t *x = a->codes ? (const uint8_t *)of_a->values + a->codes[i] * w : (const uint8_t *)a->values + i * w;
        const uint8_t *y = b->codes ? (const uint8_t *)of_b->values + b->codes[i] * w : (const uint8_t *)b->values + i * w;
        if (leaf == FILE_TEXT) {
            inlay_bytes s = *(const inlay_bytes *)(const void *)x, t = *(const inlay_bytes *)(const void *)y;
            CHECK_BYTES(s.data, s.len, t.data, t.len);
        } else {
            CHECK_BYTES(x, w, y, w);
        }
    }
}

static void trim_leaf(inlay_reader *reader, uint32_t leaf, uint32_t flags)
{
    inlay_column *kept = NULL, *trimmed = NULL;
    inlay_batch a, b;
    inlay_status status;
    CHECK_INT(inlay_column_open(reader, leaf, flags, &kept), INLAY_OK);
    CHECK_INT(inlay_column_open(reader, leaf, flags, &trimmed), INLAY_OK);
    do {
        size_t most = 1 + test_random_below(test_random_below(2) ? 9 : 300);
        status = inlay_column_read(kept, most, &a);
        CHECK_INT(inlay_column_read(trimmed, most, &b), status);
        inlay_dictionary of_a = inlay_column_dictionary(kept), of_b = inlay_column_dictionary(trimmed);
        trim_same(&a, &b, leaf, &of_a, &of_b);
        inlay_column_trim(trimmed);
        CHECK_INT(inlay_column_dictionary(trimmed).serial, of_b.serial);
    } while (status == INLAY_OK);
    CHECK_INT(status, INLAY_END);
    inlay_column_close(kept);
    inlay_column_close(trimmed);
}

static void trimming_between_batches_changes_nothing(void)
{
    for (unsigned shape = 0; shape < 24; shape++) {
        inlay_memory_sink file;
        inlay_source source;
        inlay_reader *reader = NULL;
        if (trim_file(shape, &file, &source) == INLAY_OK) {
            CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
            for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++)
                for (uint32_t flags = 0; flags <= INLAY_COLUMN_CODES; flags += INLAY_COLUMN_CODES)
                    trim_leaf(reader, leaf, flags);
            inlay_reader_close(reader);
        }
        inlay_sink_memory_free(&file);
    }
}

/* 12 bits a code of 20,000 in the page, 8 bytes a value of 4,096 in the dictionary; the batch and the packed bytes of its
 * page are given back. */
static void a_trimmed_column_has_its_page_and_dictionary(void)
{
    enum { ROWS = 80000, PAGE_ROWS = 20000, DISTINCT = 4096, LITTLE = 8192 };
    static int64_t values[ROWS];
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    inlay_reader *reader = NULL;
    inlay_column *column = NULL;
    inlay_batch b;
    uint32_t node;
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &(inlay_node){.name = {(const uint8_t *)"v", 1}, .type = INLAY_INT64}, &node), INLAY_OK);
    for (size_t i = 0; i < ROWS; i++)
        values[i] = (int64_t)(i * 7919 % DISTINCT);
    inlay_write_options o = {.codec = "snappy", .page_rows = PAGE_ROWS, .dictionary_bytes = DISTINCT * 8};
    inlay_status status = inlay_writer_open(test_env(), &sink, schema, &o, &writer);
    if (status == INLAY_UNSUPPORTED)
        test_skip("codec not in this build");
    CHECK_INT(inlay_writer_write(writer, 0, &(inlay_batch){.n_levels = ROWS, .n_values = ROWS, .values = values}), INLAY_OK);
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    inlay_source source = inlay_source_memory(file.data, file.bytes);
    source.view = NULL;
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    uint64_t before = test_env()->used_bytes;
    CHECK_INT(inlay_column_open(reader, 0, INLAY_COLUMN_CODES, &column), INLAY_OK);
    CHECK_INT(inlay_column_read(column, 1000, &b), INLAY_OK);
    CHECK(b.codes && inlay_column_dictionary(column).n_values == DISTINCT);
    inlay_column_trim(column);
    uint64_t holds = test_env()->used_bytes - before;
    CHECK(holds >= DISTINCT * 8 + PAGE_ROWS * 3 / 2 && holds <= DISTINCT * 8 + PAGE_ROWS * 3 / 2 + LITTLE);
    CHECK_INT(inlay_column_read(column, 1, &b), INLAY_OK);
    CHECK_INT(((const int64_t *)inlay_column_dictionary(column).values)[b.codes[0]], values[1000]);
    inlay_column_close(column);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

/* ---- readers that share ---- */

static void share_read(inlay_reader *reader)
{
    inlay_column *column = NULL;
    CHECK_INT(inlay_column_open(reader, FILE_ID, 0, &column), INLAY_OK);
    CHECK_INT(file_check(column, FILE_ID, 0, 100000, 200), TRIM_ROWS);
    inlay_column_close(column);
}

static void readers_that_share_open_a_codec_once(void)
{
    enum { READERS = 10, ZSTD = 2 };
    inlay_memory_sink file;
    inlay_source source;
    inlay_reader *readers[READERS];
    if (trim_file(ZSTD, &file, &source) != INLAY_OK)
        test_skip("codec not in this build");
    for (int i = 0; i < READERS; i++) {
        CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &readers[i]), INLAY_OK);
        inlay_reader_share(readers[i], readers[i ? i - 1 : 0]);
    }
    uint64_t before = test_env()->used_bytes;
    share_read(readers[5]);
    uint64_t once = test_env()->used_bytes - before;
    CHECK(once > 50000); /* what zstd asks for, and a row group's record */
    for (int i = 0; i < READERS; i++)
        share_read(readers[i]);
    CHECK(test_env()->used_bytes - before < 2 * once);
    for (int i = 0; i < READERS; i++) { /* the last one still has it */
        share_read(readers[READERS - 1]);
        inlay_reader_close(readers[i]);
    }
    inlay_sink_memory_free(&file);
}

static void a_reader_shares_while_its_columns_are_open(void)
{
    inlay_memory_sink file;
    inlay_source source;
    inlay_reader *readers[2];
    inlay_column *column = NULL;
    inlay_batch b;
    if (trim_file(2, &file, &source) != INLAY_OK)
        test_skip("codec not in this build");
    for (int i = 0; i < 2; i++)
        CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &readers[i]), INLAY_OK);
    CHECK_INT(inlay_column_open(readers[1], FILE_ID, 0, &column), INLAY_OK);
    CHECK_INT(inlay_column_read(column, 10, &b), INLAY_OK);
    inlay_reader_share(readers[1], readers[0]);
    inlay_reader_close(readers[0]);
    CHECK_INT(file_check(column, FILE_ID, 10, 100000, 200), TRIM_ROWS - 10);
    inlay_column_close(column);
    inlay_reader_close(readers[1]);
    inlay_sink_memory_free(&file);
}

TEST_SUITE(format_trim) = {
    {"reader: trimming between batches changes nothing", trimming_between_batches_changes_nothing},
    {"reader: a trimmed column has its page and its dictionary", a_trimmed_column_has_its_page_and_dictionary},
    {"reader: readers that share open a codec once", readers_that_share_open_a_codec_once},
    {"reader: a reader may share while its columns are open", a_reader_shares_while_its_columns_are_open},
    {0}};
