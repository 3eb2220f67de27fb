/* Facts about writing and reading whole files. */
#include "format/file.h"

#include "base/hash.h"

#define FILE_NAME(text) {(const uint8_t *)(text), sizeof(text) - 1}

inlay_schema *file_schema(inlay_env *env)
{
    inlay_schema *s = NULL;
    uint32_t list = 0;
    inlay_node nodes[] = {
        {.name = FILE_NAME("id"), .type = INLAY_INT64},
        {.name = FILE_NAME("text"), .type = INLAY_BYTE_ARRAY, .repetition = INLAY_OPTIONAL,
         .logical = {.kind = INLAY_STRING}},
        {.name = FILE_NAME("x"), .type = INLAY_DOUBLE, .repetition = INLAY_OPTIONAL},
        {.name = FILE_NAME("tags"), .type = INLAY_GROUP, .repetition = INLAY_OPTIONAL,
         .logical = {.kind = INLAY_LIST}},
        {.name = FILE_NAME("list"), .type = INLAY_GROUP, .repetition = INLAY_REPEATED},
        {.name = FILE_NAME("element"), .type = INLAY_INT32, .repetition = INLAY_OPTIONAL}};
    if (inlay_schema_new(env, &s) != INLAY_OK)
        return NULL;
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        if (inlay_schema_add(s, i < 4 ? 0 : list, &nodes[i], &list) != INLAY_OK) {
            inlay_schema_close(s);
            return NULL;
        }
    return s;
}

/* One row's levels and values, appended to the arrays of a batch. */
struct file_batch {
    inlay_batch b;
    uint8_t def[4096], rep[4096];
    int64_t ids[4096];
    double xs[4096];
    int32_t tags[4096];
    inlay_bytes texts[4096];
    char bytes[4096][24];
};

static size_t file_text(char *dst, uint64_t r, uint64_t distinct)
{
    return (size_t)snprintf(dst, 24, "text%llu", (unsigned long long)(r % distinct));
}

static void file_level(struct file_batch *f, uint8_t rep, uint8_t def)
{
    f->rep[f->b.n_levels] = rep;
    f->def[f->b.n_levels++] = def;
}

static void file_tags(struct file_batch *f, uint64_t r)
{
    unsigned kind = r % 4;
    file_level(f, 0, kind == 0 ? 0 : kind == 1 ? 1 : 3);
    if (kind < 2)
        return;
    f->tags[f->b.n_values++] = (int32_t)r;
    if (kind == 3) {
        file_level(f, 1, 2);
        file_level(f, 1, 3);
        f->tags[f->b.n_values++] = (int32_t)r + 1;
    }
}

static void file_row(struct file_batch *f, uint32_t leaf, uint64_t r, uint64_t distinct)
{
    switch (leaf) {
    case FILE_ID:
        f->ids[f->b.n_levels++] = (int64_t)(3 * r);
        f->b.n_values++;
        return;
    case FILE_TEXT:
        file_level(f, 0, r % 5 != 0);
        if (r % 5) {
            size_t k = f->b.n_values++;
            f->texts[k] = (inlay_bytes){(uint8_t *)f->bytes[k], file_text(f->bytes[k], r, distinct)};
        }
        return;
    case FILE_X:
        file_level(f, 0, r % 3 != 0);
        if (r % 3)
            f->xs[f->b.n_values++] = (double)r / 4;
        return;
    default:
        file_tags(f, r);
    }
}

inlay_status file_rows(inlay_writer *writer, uint32_t leaf, uint64_t from, uint64_t to, size_t step,
                       uint64_t distinct)
{
    static struct file_batch f;
    const void *values[] = {f.ids, f.texts, f.xs, f.tags};
    while (from < to) {
        f.b = (inlay_batch){0};
        for (size_t i = 0; i < step && from < to; i++)
            file_row(&f, leaf, from++, distinct);
        f.b.values = values[leaf];
        f.b.def = leaf == FILE_ID ? NULL : f.def;
        f.b.rep = leaf == FILE_TAGS ? f.rep : NULL;
        inlay_status status = inlay_writer_write(writer, leaf, &f.b);
        if (status != INLAY_OK)
            return status;
    }
    return INLAY_OK;
}

static inlay_status file_groups(inlay_writer *w, uint64_t rows, uint64_t group, size_t step, uint64_t distinct)
{
    for (uint64_t at = 0; at < rows; at += group) {
        uint64_t to = at + group < rows ? at + group : rows;
        for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
            inlay_status status = file_rows(w, leaf, at, to, step, distinct);
            if (status == INLAY_OK)
                status = inlay_writer_end_column(w, leaf);
            if (status != INLAY_OK)
                return status;
        }
        inlay_status status = inlay_writer_end_row_group(w);
        if (status != INLAY_OK)
            return status;
    }
    return inlay_writer_finish(w);
}

inlay_status file_write(inlay_env *env, const inlay_sink *sink, const inlay_write_options *options,
                        uint64_t rows, uint64_t group, size_t step, uint64_t distinct)
{
    inlay_writer *w = NULL;
    inlay_schema *s = file_schema(env);
    if (!s)
        return env->error.status;
    inlay_status status = inlay_writer_open(env, sink, s, options, &w);
    if (status == INLAY_OK)
        status = file_groups(w, rows, group, step, distinct);
    inlay_writer_close(w);
    inlay_schema_close(s);
    return status;
}

/* The levels and values of a batch against those that the table would have written. */
static size_t file_check_batch(const inlay_batch *b, struct file_batch *want, size_t at, size_t value,
                               uint32_t leaf, uint8_t max_def)
{
    for (size_t i = 0; i < b->n_levels; i++) {
        uint8_t def = b->def ? b->def[i] : max_def, rep = b->rep ? b->rep[i] : 0;
        CHECK_INT(def, leaf == FILE_ID ? 0 : want->def[at + i]);
        CHECK_INT(rep, leaf == FILE_TAGS ? want->rep[at + i] : 0);
    }
    for (size_t i = 0; i < b->n_values; i++, value++) {
        if (leaf == FILE_ID)
            CHECK_INT(((const int64_t *)b->values)[i], want->ids[value]);
        else if (leaf == FILE_X)
            CHECK(memcmp((const double *)b->values + i, &want->xs[value], 8) == 0);
        else if (leaf == FILE_TAGS)
            CHECK_INT(((const int32_t *)b->values)[i], want->tags[value]);
        else {
            inlay_bytes got = ((const inlay_bytes *)b->values)[i];
            CHECK_BYTES(got.data, got.len, want->texts[value].data, want->texts[value].len);
        }
    }
    return value;
}

uint64_t file_check(inlay_column *column, uint32_t leaf, uint64_t row, uint64_t distinct, size_t max_rows)
{
    static struct file_batch want;
    static const uint8_t max_def[] = {0, 1, 1, 3};
    inlay_batch b;
    inlay_status status;
    size_t at = 0, value = 0;
    uint64_t rows = 0;
    want.b = (inlay_batch){0};
    while ((status = inlay_column_read(column, max_rows, &b)) == INLAY_OK) {
        rows += b.n_rows;
        while (want.b.n_levels < at + b.n_levels) {
            if (at > 2000) { /* forget what was compared */
                memmove(want.def, want.def + at, want.b.n_levels - at);
                memmove(want.rep, want.rep + at, want.b.n_levels - at);
                memmove(want.ids, want.ids + value, (want.b.n_values - value) * sizeof want.ids[0]);
                memmove(want.xs, want.xs + value, (want.b.n_values - value) * sizeof want.xs[0]);
                memmove(want.tags, want.tags + value, (want.b.n_values - value) * sizeof want.tags[0]);
                CHECK(leaf != FILE_TEXT || want.b.n_values == value);
                want.b.n_levels -= at;
                want.b.n_values -= value;
                at = value = 0;
            }
            file_row(&want, leaf, row++, distinct);
        }
        value = file_check_batch(&b, &want, at, value, leaf, max_def[leaf]);
        at += b.n_levels;
        if (leaf == FILE_TEXT && at == want.b.n_levels) { /* its bytes do not move */
            want.b = (inlay_batch){0};
            at = value = 0;
        }
    }
    CHECK_INT(status, INLAY_END);
    return rows;
}

/* ---- facts ---- */

static inlay_reader *writer_open_back(const inlay_memory_sink *file)
{
    inlay_source source = inlay_source_memory(file->data, file->bytes);
    inlay_reader *reader = NULL;
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    return reader;
}

static void writer_check_all(const inlay_memory_sink *file, uint64_t rows, uint64_t distinct)
{
    inlay_reader *reader = writer_open_back(file);
    CHECK_INT(inlay_reader_rows(reader), rows);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        inlay_column *column = NULL;
        CHECK_INT(inlay_column_open(reader, leaf, 0, &column), INLAY_OK);
        CHECK_INT(file_check(column, leaf, 0, distinct, 200), rows);
        inlay_column_close(column);
    }
    inlay_reader_close(reader);
}

/* The table in all shapes of file, read back equal. */
static void every_shape_of_file_reads_back(void)
{
    static const char *const codecs[] = {"none", "snappy", "zstd:1"};
    static const char *const encodings[] = {NULL, "plain", "delta_binary_packed", "delta_byte_array",
                                            "delta_length_byte_array", "byte_stream_split"};
    for (unsigned i = 0; i < 72; i++) {
        inlay_memory_sink file;
        inlay_sink sink = inlay_sink_memory(&file, test_env());
        uint64_t distinct = i % 2 ? 7 : 100000;
        inlay_write_options o = {.codec = codecs[i % 3],
                                 .encoding = encodings[i % 6],
                                 .page_version = 1 + i / 6 % 2,
                                 .page_rows = i / 12 % 3 ? 100 : 0,
                                 .dictionary_bytes = i % 5 ? 0 : 600,
                                 .flags = i / 36 ? INLAY_WRITE_IN_ORDER : 0};
        inlay_status status = file_write(test_env(), &sink, &o, 1500, 700, 1 + test_random_below(300), distinct);
        if (status == INLAY_UNSUPPORTED) { /* a build without this codec */
            inlay_sink_memory_free(&file);
            continue;
        }
        CHECK_INT(status, INLAY_OK);
        writer_check_all(&file, 1500, distinct);
        inlay_sink_memory_free(&file);
    }
}

static void batches_of_any_size_give_the_same_bytes(void)
{
    inlay_memory_sink one, other;
    inlay_write_options o = {.page_rows = 256};
    inlay_sink sink = inlay_sink_memory(&one, test_env());
    CHECK_INT(file_write(test_env(), &sink, &o, 1000, 1000, 1000, 50), INLAY_OK);
    for (size_t step = 1; step < 300; step = step * 2 + 1) {
        sink = inlay_sink_memory(&other, test_env());
        CHECK_INT(file_write(test_env(), &sink, &o, 1000, 1000, step, 50), INLAY_OK);
        CHECK_BYTES(other.data, other.bytes, one.data, one.bytes);
        inlay_sink_memory_free(&other);
    }
    inlay_sink_memory_free(&one);
}

static void seeking_to_any_row_reads_from_there(void)
{
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_write_options o = {.page_rows = 64};
    CHECK_INT(file_write(test_env(), &sink, &o, 900, 400, 77, 13), INLAY_OK);
    inlay_reader *reader = writer_open_back(&file);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        inlay_column *column = NULL;
        CHECK_INT(inlay_column_open(reader, leaf, 0, &column), INLAY_OK);
        for (int round = 0; round < 60; round++) {
            int64_t row = (int64_t)test_random_below(901);
            CHECK_INT(inlay_column_seek(column, row), INLAY_OK);
            if (round % 3 == 0)
                inlay_column_park(column);
            CHECK_INT(file_check(column, leaf, (uint64_t)row, 13, 1 + test_random_below(90)), 900 - row);
        }
        CHECK_INT(inlay_column_seek(column, 901), INLAY_ARG);
        inlay_column_close(column);
    }
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

static void far_rows_are_found_by_the_offset_index(void)
{
    enum { ROWS = 200000 };
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_write_options o = {.page_rows = 20000};
    CHECK_INT(file_write(test_env(), &sink, &o, ROWS, ROWS, 1000, 13), INLAY_OK);
    inlay_reader *reader = writer_open_back(&file);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        inlay_column *column = NULL;
        CHECK_INT(inlay_column_open(reader, leaf, 0, &column), INLAY_OK);
        CHECK_INT(inlay_column_seek(column, ROWS - 500), INLAY_OK);
        CHECK_INT(file_check(column, leaf, ROWS - 500, 13, 0), 500);
        CHECK_INT(inlay_column_page(column), ROWS / 20000 - 1);
        inlay_column_close(column);
    }
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

static void codes_and_dictionary_are_handed_out(void)
{
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    CHECK_INT(file_write(test_env(), &sink, NULL, 1000, 1000, 100, 4), INLAY_OK);
    inlay_reader *reader = writer_open_back(&file);
    inlay_column *column = NULL;
    inlay_batch b;
    bool all = false;
    CHECK_INT(inlay_column_open(reader, FILE_TEXT, INLAY_COLUMN_CODES, &column), INLAY_OK);
    CHECK_INT(inlay_column_load_dictionary(column, &all), INLAY_OK);
    CHECK(all);
    CHECK_INT(inlay_column_dictionary(column).n_values, 4);
    CHECK_INT(inlay_column_read(column, 0, &b), INLAY_OK);
    CHECK(b.codes && !b.values);
    const inlay_bytes *values = inlay_column_dictionary(column).values;
    CHECK_BYTES(values[b.codes[0]].data, values[b.codes[0]].len, "text1", 5); /* row 0 is null */
    inlay_column_close(column);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

/* Chunk statistics of the table, worked out by hand: 100 rows, ids 0..297, x 1/4..98/4. */
static void statistics_are_exact(void)
{
    inlay_memory_sink file;
    inlay_chunk chunk;
    int64_t id = 0;
    double x = 0;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    CHECK_INT(file_write(test_env(), &sink, NULL, 100, 100, 100, 10), INLAY_OK);
    inlay_reader *reader = writer_open_back(&file);
    CHECK_INT(inlay_reader_chunk(reader, 0, FILE_ID, &chunk), INLAY_OK);
    CHECK(chunk.statistics.usable && chunk.statistics.max_exact == 1);
    memcpy(&id, chunk.statistics.max.data, 8);
    CHECK_INT(id, 297);
    CHECK_INT(chunk.statistics.null_count, 0);
    CHECK_INT(inlay_reader_chunk(reader, 0, FILE_X, &chunk), INLAY_OK);
    memcpy(&x, chunk.statistics.min.data, 8);
    CHECK(x > 0.2 && x < 0.3);
    CHECK_INT(chunk.statistics.null_count, 34);
    CHECK(chunk.statistics.has_nan_count && chunk.statistics.nan_count == 0);
    CHECK_INT(inlay_reader_chunk(reader, 0, FILE_TEXT, &chunk), INLAY_OK);
    CHECK_BYTES(chunk.statistics.min.data, chunk.statistics.min.len, "text1", 5);
    CHECK_BYTES(chunk.statistics.max.data, chunk.statistics.max.len, "text9", 5);
    CHECK_INT(inlay_reader_chunk(reader, 0, FILE_TAGS, &chunk), INLAY_OK);
    CHECK_INT(chunk.n_levels, 150);
    CHECK_INT(chunk.statistics.null_count, 75);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

static void a_changed_byte_in_a_page_is_found(void)
{
    inlay_memory_sink file;
    inlay_column *column = NULL;
    inlay_batch b;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_write_options o = {.codec = "none", .encoding = "plain"};
    CHECK_INT(file_write(test_env(), &sink, &o, 100, 100, 100, 10), INLAY_OK);
    file.data[200] ^= 1; /* in the values of `id` */
    inlay_reader *reader = writer_open_back(&file);
    CHECK_INT(inlay_column_open(reader, FILE_ID, 0, &column), INLAY_OK);
    CHECK_INT(inlay_column_read(column, 0, &b), INLAY_CORRUPT);
    CHECK(strstr(test_env()->error.what, "CRC") != NULL);
    CHECK_TEXT(test_env()->error.column, "id");
    CHECK_INT(test_env()->error.row_group, 0);
    CHECK_INT(test_env()->error.page, 0);
    CHECK_INT(test_env()->error.at, 4);
    CHECK_INT(inlay_column_read(column, 0, &b), INLAY_ARG); /* a fault is not read over */
    inlay_column_close(column);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

struct writer_sink_limit {
    uint64_t left;
};
static int writer_full_disk(void *ctx, const void *data, size_t bytes)
{
    struct writer_sink_limit *limit = ctx;
    (void)data;
    if (bytes > limit->left)
        return 28;
    limit->left -= bytes;
    return 0;
}

static void a_full_disk_anywhere_is_an_io_error(void)
{
    for (uint64_t room = 0; room < 4000; room += 37) {
        struct writer_sink_limit limit = {room};
        inlay_sink sink = {&limit, writer_full_disk};
        CHECK_INT(file_write(test_env(), &sink, NULL, 1000, 300, 100, 50), INLAY_IO);
        CHECK_INT(test_env()->error.os_error, 28);
        CHECK_INT(test_env()->used_bytes, 0);
    }
}

/* An allocator that fails at its n-th call. */
static void *writer_failing_resize(void *ctx, void *old, size_t old_bytes, size_t new_bytes)
{
    uint64_t *left = ctx;
    if (new_bytes > old_bytes && (*left)-- == 0) {
        *left = 0;
        return NULL;
    }
    static inlay_arena arena;
    static _Alignas(16) uint8_t space[8 << 20];
    static inlay_allocator below;
    if (!below.resize)
        below = inlay_arena_allocator(&arena, space, sizeof space);
    return below.resize(below.ctx, old, old_bytes, new_bytes);
}

static int writer_drop(void *ctx, const void *data, size_t bytes)
{
    (void)ctx;
    (void)data;
    (void)bytes;
    return 0;
}

static void a_failed_allocation_anywhere_leaks_nothing(void)
{
    inlay_sink sink = {NULL, writer_drop};
    inlay_write_options o = {.codec = "snappy"};
    inlay_status status = INLAY_NOMEM;
    unsigned n = 0;
    for (; status == INLAY_NOMEM && n < 5000; n++) {
        uint64_t left = n;
        inlay_env env = {.allocator = {writer_failing_resize, &left}};
        status = file_write(&env, &sink, &o, 300, 150, 50, 20);
        CHECK(status == INLAY_OK || status == INLAY_NOMEM);
        CHECK_INT(env.used_bytes, 0);
    }
    CHECK_INT(status, INLAY_OK);
    CHECK(n > 50);
}

static void a_writer_runs_over_a_fixed_arena(void)
{
    static uint8_t space[256 * 1024];
    inlay_arena arena;
    inlay_env env = {.allocator = inlay_arena_allocator(&arena, space, sizeof space)};
    inlay_sink sink = {NULL, writer_drop};
    inlay_write_options o = {.codec = "snappy", .page_bytes = 4096, .flags = INLAY_WRITE_IN_ORDER};
    CHECK_INT(file_write(&env, &sink, &o, 20000, 20000, 500, 50), INLAY_OK);
    CHECK_INT(env.used_bytes, 0);
}

static void misuse_is_an_argument_error(void)
{
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_writer *w = NULL;
    inlay_schema *s = file_schema(test_env());
    static const int64_t ids[2] = {1, 2};
    static const uint8_t high[2] = {1, 2};
    inlay_batch b = {.n_levels = 2, .n_values = 2, .values = ids};
    CHECK_INT(inlay_writer_open(test_env(), &sink, s, NULL, &w), INLAY_OK);
    CHECK_INT(inlay_writer_write(w, FILE_ID, &b), INLAY_OK);
    CHECK_INT(inlay_writer_end_row_group(w), INLAY_ARG); /* other columns have no rows */
    CHECK_TEXT(test_env()->error.column, "text");
    CHECK_INT(inlay_writer_finish(w), INLAY_ARG); /* failures stay */
    inlay_writer_close(w);
    CHECK_INT(inlay_writer_open(test_env(), &sink, s, NULL, &w), INLAY_OK);
    b = (inlay_batch){.n_levels = 2, .n_values = 1, .values = ids, .def = high};
    CHECK_INT(inlay_writer_write(w, FILE_X, &b), INLAY_ARG); /* level 2 of at most 1 */
    inlay_writer_close(w);
    inlay_write_options o = {.codec = "zip"};
    CHECK_INT(inlay_writer_open(test_env(), &sink, s, &o, &w), INLAY_ARG);
    o = (inlay_write_options){.encoding = "best"};
    CHECK_INT(inlay_writer_open(test_env(), &sink, s, &o, &w), INLAY_ARG);
    inlay_schema_close(s);
    inlay_sink_memory_free(&file);
}

static void files_without_rows_or_columns_are_files(void)
{
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    CHECK_INT(file_write(test_env(), &sink, NULL, 0, 1, 1, 1), INLAY_OK);
    writer_check_all(&file, 0, 1);
    inlay_sink_memory_free(&file);
    inlay_schema *s = NULL;
    inlay_writer *w = NULL;
    sink = inlay_sink_memory(&file, test_env());
    CHECK_INT(inlay_schema_new(test_env(), &s), INLAY_OK);
    CHECK_INT(inlay_writer_open(test_env(), &sink, s, NULL, &w), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(s);
    inlay_reader_close(writer_open_back(&file));
    inlay_sink_memory_free(&file);
}

static void key_values_keep_order_duplicates_and_absence(void)
{
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_schema *s = file_schema(test_env());
    inlay_writer *w = NULL;
    inlay_bytes k = FILE_NAME("k"), one = FILE_NAME("1"), two = FILE_NAME("2");
    CHECK_INT(inlay_writer_open(test_env(), &sink, s, NULL, &w), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(w, k, &two), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(w, k, &one), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(w, k, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(s);
    inlay_reader *reader = writer_open_back(&file);
    CHECK_INT(inlay_reader_key_values(reader), 3);
    CHECK_BYTES(inlay_reader_find_key(reader, "k")->value.data, 1, "2", 1);
    CHECK_BYTES(inlay_reader_key_value(reader, 1)->value.data, 1, "1", 1);
    CHECK(!inlay_reader_key_value(reader, 2)->has_value);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&file);
}

/* Files cut anywhere, or with a byte changed: refused or read, never more. Sanitizers watch. */
static void damaged_files_never_escape(void)
{
    inlay_memory_sink file;
    inlay_sink sink = inlay_sink_memory(&file, test_env());
    inlay_write_options o = {.page_rows = 40, .codec = "snappy"};
    CHECK_INT(file_write(test_env(), &sink, &o, 200, 90, 50, 9), INLAY_OK);
    for (int round = 0; round < 1500; round++) {
        size_t at = test_random_below(file.bytes), cut = round % 4 ? 0 : test_random_below(file.bytes);
        uint8_t kept = file.data[at];
        inlay_source source = inlay_source_memory(file.data + cut, file.bytes - cut);
        inlay_read_options no_crc = {.no_crc = true};
        inlay_reader *reader = NULL;
        file.data[at] = (uint8_t)test_random();
        test_env()->limits.memory_bytes = 64 << 20;
        if (inlay_reader_open(test_env(), &source, &no_crc, &reader) == INLAY_OK)
            for (uint32_t leaf = 0; leaf < inlay_schema_leaves(inlay_reader_schema(reader)); leaf++) {
                inlay_column *column = NULL;
                inlay_batch b;
                CHECK_INT(inlay_column_open(reader, leaf, 0, &column), INLAY_OK);
                for (int i = 0; i < 30 && inlay_column_read(column, 50, &b) == INLAY_OK; i++)
                    ;
                inlay_column_close(column);
            }
        inlay_reader_close(reader);
        file.data[at] = kept;
    }
    inlay_sink_memory_free(&file);
}

TEST_SUITE(format_writer) = {
    {"writer: every codec, encoding, page version and order reads back", every_shape_of_file_reads_back},
    {"writer: batches of any size give the same bytes", batches_of_any_size_give_the_same_bytes},
    {"reader: seeking to any row reads from there, parked or not", seeking_to_any_row_reads_from_there},
    {"reader: far rows are found by the offset index", far_rows_are_found_by_the_offset_index},
    {"reader: codes and their dictionary are handed out", codes_and_dictionary_are_handed_out},
    {"writer: chunk statistics are exact", statistics_are_exact},
    {"reader: a changed byte in a page is found, and where", a_changed_byte_in_a_page_is_found},
    {"writer: a full disk anywhere is an input/output error", a_full_disk_anywhere_is_an_io_error},
    {"writer: a failed allocation anywhere leaks nothing", a_failed_allocation_anywhere_leaks_nothing},
    {"writer: runs over a fixed arena, in order", a_writer_runs_over_a_fixed_arena},
    {"writer: misuse is an argument error, and stays", misuse_is_an_argument_error},
    {"writer: files without rows or columns are files", files_without_rows_or_columns_are_files},
    {"writer: key-values keep order, duplicates and absence", key_values_keep_order_duplicates_and_absence},
    {"reader: damaged files fail without harm", damaged_files_never_escape},
    {0}};
