/* Facts about the writer's low doors: encoded pages, dictionary pages, single column chunks. */
#include "format/file.h"

struct raw_files {
    inlay_env *env;
    inlay_memory_sink from, to;
    inlay_reader *reader;
    inlay_writer *writer;
    inlay_sink sink;
};

static void raw_start(struct raw_files *f, const inlay_write_options *from, const inlay_write_options *to)
{
    *f = (struct raw_files){.env = test_env()};
    inlay_sink sink = inlay_sink_memory(&f->from, f->env);
    CHECK_INT(file_write(f->env, &sink, from, 1000, 1000, 100, 7), INLAY_OK);
    inlay_source source = inlay_source_memory(f->from.data, f->from.bytes);
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
    f->sink = inlay_sink_memory(&f->to, f->env);
    CHECK_INT(inlay_writer_open(f->env, &f->sink, inlay_reader_schema(f->reader), to, &f->writer), INLAY_OK);
}

static int raw_no_findings(void *ctx, const inlay_finding *finding)
{
    (void)ctx;
    test_fail(__FILE__, __LINE__, "%s: %s", finding->rule, finding->what);
    return 0;
}

/* The file written holds the table once, and every claim in it is true. */
static void raw_end(struct raw_files *f, bool bounds)
{
    CHECK_INT(inlay_writer_finish(f->writer), INLAY_OK);
    inlay_writer_close(f->writer);
    inlay_reader_close(f->reader);
    inlay_source source = inlay_source_memory(f->to.data, f->to.bytes);
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
    inlay_verify_options verify = {.deep = true, .finding = raw_no_findings};
    inlay_verify_counts counts;
    CHECK_INT(inlay_verify(f->env, f->reader, &verify, &counts), INLAY_OK);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        inlay_column *column = NULL;
        inlay_chunk chunk;
        CHECK_INT(inlay_column_open(f->reader, leaf, 0, &column), INLAY_OK);
        CHECK_INT(file_check(column, leaf, 0, 7, 0), 1000);
        inlay_column_close(column);
        CHECK_INT(inlay_reader_chunk(f->reader, 0, leaf, &chunk), INLAY_OK);
        CHECK_INT(chunk.statistics.has_min, bounds);
        CHECK_INT(chunk.column_index_at >= 0, bounds);
    }
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->from);
    inlay_sink_memory_free(&f->to);
}

/* A data page as another file has it, with its bounds from that file's page index. */
static inlay_raw_page raw_of(const inlay_page *p, inlay_bytes body, const inlay_page_index *index, uint32_t i,
                             uint32_t rows, bool bounds)
{
    const inlay_page_bounds *b = &index->bounds[i];
    bool v2 = p->type == 3;
    return (inlay_raw_page){.encoding = p->encoding,
                            .v2 = v2,
                            .is_compressed = v2 && p->is_compressed,
                            .def_bytes = v2 ? (uint32_t)p->def_bytes : 0,
                            .rep_bytes = v2 ? (uint32_t)p->rep_bytes : 0,
                            .body = body,
                            .raw_bytes = (size_t)p->raw_bytes,
                            .n_levels = (uint32_t)p->n_levels,
                            .n_nulls = (uint32_t)b->null_count,
                            .n_rows = rows,
                            .has_bounds = bounds && !b->null_page,
                            .min_exact = true,
                            .max_exact = true,
                            .min = b->min,
                            .max = b->max,
                            .nan_count = b->nan_count,
                            .unencoded_bytes = index->locations[i].unencoded_bytes,
                            .def = b->def,
                            .rep = b->rep};
}

static void raw_column(struct raw_files *f, uint32_t leaf, bool bounds)
{
    inlay_pages *pages = NULL;
    inlay_page_index *index = NULL;
    inlay_page page;
    inlay_bytes body;
    uint32_t i = 0;
    CHECK_INT(inlay_pages_open(f->reader, 0, leaf, &pages), INLAY_OK);
    CHECK_INT(inlay_reader_page_index(f->reader, 0, leaf, &index), INLAY_OK);
    while (inlay_pages_next(pages, &page) == INLAY_OK) {
        CHECK_INT(inlay_pages_body(pages, &body), INLAY_OK);
        if (page.type == 2) {
            CHECK_INT(inlay_writer_raw_dictionary(f->writer, leaf, body, (size_t)page.raw_bytes,
                                                  (uint32_t)page.n_levels), INLAY_OK);
            continue;
        }
        int64_t next = i + 1 < index->n_pages ? index->locations[i + 1].first_row : 1000;
        inlay_raw_page raw = raw_of(&page, body, index, i, (uint32_t)(next - index->locations[i].first_row), bounds);
        CHECK_INT(inlay_writer_raw_page(f->writer, leaf, &raw), INLAY_OK);
        i++;
    }
    CHECK_INT(i, index->n_pages);
    inlay_pages_close(pages);
    inlay_page_index_close(f->env, index);
}

static void raw_pages(void)
{
    static const char *const codecs[] = {"none", "snappy"};
    for (unsigned round = 0; round < 16; round++) {
        struct raw_files f;
        inlay_write_options o = {.page_rows = 150, .codec = codecs[round & 1], .page_version = 1 + (round >> 1 & 1)};
        inlay_write_options to = {.codec = o.codec, .flags = round & 4 ? INLAY_WRITE_IN_ORDER : 0};
        raw_start(&f, &o, &to);
        for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
            raw_column(&f, leaf, round & 8);
            CHECK_INT(inlay_writer_end_column(f.writer, leaf), INLAY_OK);
        }
        raw_end(&f, round & 8);
    }
}

static void raw_between_batches(void)
{
    struct raw_files f;
    inlay_write_options o = {.page_rows = 250, .codec = "none", .encoding = "plain"};
    inlay_write_options to = {.codec = "none", .page_rows = 100};
    inlay_pages *pages = NULL;
    inlay_page_index *index = NULL;
    inlay_page page;
    inlay_bytes body;
    raw_start(&f, &o, &to);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        CHECK_INT(file_rows(f.writer, leaf, 0, 250, 70, 7), INLAY_OK);
        CHECK_INT(inlay_pages_open(f.reader, 0, leaf, &pages), INLAY_OK);
        CHECK_INT(inlay_reader_page_index(f.reader, 0, leaf, &index), INLAY_OK);
        for (uint32_t i = 0; i < 2; i++)
            CHECK_INT(inlay_pages_next(pages, &page), INLAY_OK);
        CHECK_INT(inlay_pages_body(pages, &body), INLAY_OK);
        inlay_raw_page raw = raw_of(&page, body, index, 1, 250, true);
        CHECK_INT(inlay_writer_raw_page(f.writer, leaf, &raw), INLAY_OK);
        CHECK_INT(file_rows(f.writer, leaf, 500, 1000, 70, 7), INLAY_OK);
        inlay_pages_close(pages);
        inlay_page_index_close(f.env, index);
    }
    raw_end(&f, true);
}

static void raw_refused(void)
{
    struct raw_files f;
    uint8_t eight[8] = {0};
    inlay_raw_page page = {.encoding = 8, .body = {eight, 8}, .raw_bytes = 8, .n_levels = 1, .n_rows = 1, .nan_count = -1};
    raw_start(&f, NULL, NULL);
    CHECK_INT(inlay_writer_raw_page(f.writer, FILE_ID, &page), INLAY_ARG);
    CHECK_TEXT(f.env->error.what, "codes need a dictionary given before");
    CHECK_TEXT(f.env->error.column, "id");
    inlay_writer_close(f.writer);
    CHECK_INT(inlay_writer_open(f.env, &f.sink, inlay_reader_schema(f.reader), NULL, &f.writer), INLAY_OK);
    page.encoding = 0;
    page.n_nulls = 1;
    CHECK_INT(inlay_writer_raw_page(f.writer, FILE_ID, &page), INLAY_ARG);
    inlay_writer_close(f.writer);
    inlay_reader_close(f.reader);
    inlay_sink_memory_free(&f.from);
    inlay_sink_memory_free(&f.to);
}

/* The dictionary 30, 10, 20, of which rows have 10, 20, 20, 10: its page as it stands, bounds from the values lent. */
static void raw_lent_dictionary(void)
{
    static const int64_t values[] = {30, 10, 20};
    static const uint8_t body[24] = {30, [8] = 10, [16] = 20};
    static const uint32_t codes[] = {1, 2, 2, 1}, beyond[] = {3};
    for (unsigned round = 0; round < 2; round++) {
        struct raw_files f = {.env = test_env()};
        inlay_write_options o = {.codec = "none", .flags = round ? INLAY_WRITE_IN_ORDER : 0};
        inlay_node leaf = {.name = {(const uint8_t *)"v", 1}, .type = INLAY_INT64, .leaf = -1};
        inlay_batch rows = {.codes = codes, .n_levels = 4, .n_values = 4}, bad = {.codes = beyond, .n_levels = 1, .n_values = 1};
        inlay_batch plain = {.values = values, .n_levels = 3, .n_values = 3}, got;
        inlay_schema *schema;
        inlay_column *column;
        inlay_chunk chunk;
        uint32_t node;
        CHECK_INT(inlay_schema_new(f.env, &schema), INLAY_OK);
        CHECK_INT(inlay_schema_add(schema, 0, &leaf, &node), INLAY_OK);
        for (unsigned fault = 0; fault < 3; fault++) {
            f.sink = inlay_sink_memory(&f.to, f.env);
            CHECK_INT(inlay_writer_open(f.env, &f.sink, schema, &o, &f.writer), INLAY_OK);
            CHECK_INT(inlay_writer_lend_dictionary(f.writer, 0, (inlay_bytes){body, 24}, 24, values, 3), INLAY_OK);
            CHECK_INT(inlay_writer_write(f.writer, 0, fault == 0 ? &plain : fault == 1 ? &bad : &rows),
                      fault < 2 ? INLAY_ARG : INLAY_OK);
            if (fault < 2) {
                inlay_writer_close(f.writer);
                inlay_sink_memory_free(&f.to);
            }
        }
        CHECK_INT(inlay_writer_end_column(f.writer, 0), INLAY_OK);
        CHECK_INT(inlay_writer_finish(f.writer), INLAY_OK);
        inlay_writer_close(f.writer);
        inlay_schema_close(schema);
        inlay_source source = inlay_source_memory(f.to.data, f.to.bytes);
        inlay_verify_options verify = {.deep = true, .finding = raw_no_findings};
        inlay_verify_counts counts;
        CHECK_INT(inlay_reader_open(f.env, &source, NULL, &f.reader), INLAY_OK);
        CHECK_INT(inlay_verify(f.env, f.reader, &verify, &counts), INLAY_OK);
        CHECK_INT(inlay_reader_chunk(f.reader, 0, 0, &chunk), INLAY_OK);
        CHECK_INT(chunk.statistics.min.data[0], 10);
        CHECK_INT(chunk.statistics.max.data[0], 20);
        CHECK_INT(inlay_column_open(f.reader, 0, 0, &column), INLAY_OK);
        CHECK_INT(inlay_column_read(column, 0, &got), INLAY_OK);
        CHECK_INT(inlay_column_dictionary(column).n_values, 3);
        CHECK_INT(got.n_values, 4);
        for (int i = 0; i < 4; i++)
            CHECK_INT(((const int64_t *)got.values)[i], values[codes[i]]);
        inlay_column_close(column);
        inlay_reader_close(f.reader);
        inlay_sink_memory_free(&f.to);
    }
}

static void raw_chunk_among_batches(void)
{
    struct raw_files f;
    inlay_write_options o = {.page_rows = 150};
    inlay_write_options to = {.flags = INLAY_WRITE_IN_ORDER};
    raw_start(&f, &o, &to);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++) {
        if (leaf % 2) {
            CHECK_INT(inlay_writer_copy_chunk(f.writer, leaf, f.reader, 0, leaf), INLAY_OK);
            continue;
        }
        CHECK_INT(file_rows(f.writer, leaf, 0, 1000, 70, 7), INLAY_OK);
        CHECK_INT(inlay_writer_end_column(f.writer, leaf), INLAY_OK);
    }
    CHECK_INT(inlay_writer_end_row_group(f.writer), INLAY_OK);
    raw_end(&f, true);
}

static void raw_chunk_of_another_type(void)
{
    struct raw_files f;
    inlay_write_options to = {.flags = INLAY_WRITE_IN_ORDER};
    raw_start(&f, NULL, &to);
    CHECK_INT(inlay_writer_copy_chunk(f.writer, FILE_ID, f.reader, 0, FILE_X), INLAY_ARG);
    CHECK_TEXT(f.env->error.what, "the types differ");
    inlay_writer_close(f.writer);
    inlay_reader_close(f.reader);
    inlay_sink_memory_free(&f.from);
    inlay_sink_memory_free(&f.to);
}

TEST_SUITE(format_raw) = {
    {"raw: pages and dictionaries move as they are, with or without bounds", raw_pages},
    {"raw: a page between batches", raw_between_batches},
    {"raw: codes without a dictionary, nulls in a required column", raw_refused},
    {"raw: a dictionary that is lent takes its codes, and nothing else", raw_lent_dictionary},
    {"raw: column chunks copied beside columns written", raw_chunk_among_batches},
    {"raw: a chunk of another type is refused", raw_chunk_of_another_type},
    {0}};
