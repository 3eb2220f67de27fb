/* Facts about how much of a file is read. The file: INT64 values 0, 1, 2 ... in ten PLAIN pages of 100,000 bytes. */
#include "inlay/inspect.h"

#include "../test.h"
#include "inlay/writer.h"

enum { WINDOW_PAGES = 10, WINDOW_VALUES = 12500, WINDOW_PAGE_BYTES = 8 * WINDOW_VALUES, WINDOW_HEADERS = 10 * 1024 };

struct window_file {
    inlay_memory_sink memory;
    inlay_source inner, source;
    uint64_t read;
    inlay_reader *reader;
    inlay_column *column;
};

static int window_read_at(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    struct window_file *f = ctx;
    f->read += bytes;
    return f->inner.read_at(f->inner.ctx, at, dst, bytes);
}

/* Written, opened without views and without an offset index to jump by; what was read so far is not counted. */
static void window_open(struct window_file *f)
{
    static int64_t values[WINDOW_VALUES];
    inlay_write_options o = {.codec = "none", .encoding = "plain", .page_rows = WINDOW_VALUES, .flags = INLAY_WRITE_NO_PAGE_INDEX};
    inlay_sink sink = inlay_sink_memory(&f->memory, test_env());
    inlay_schema *schema;
    inlay_writer *writer;
    inlay_node leaf = {.name = {(const uint8_t *)"v", 1}, .type = INLAY_INT64, .leaf = -1, .repetition = INLAY_REQUIRED};
    uint32_t node;
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &leaf, &node), INLAY_OK);
    CHECK_INT(inlay_writer_open(test_env(), &sink, schema, &o, &writer), INLAY_OK);
    for (int page = 0; page < WINDOW_PAGES; page++) {
        for (int i = 0; i < WINDOW_VALUES; i++)
            values[i] = (int64_t)page * WINDOW_VALUES + i;
        inlay_batch batch = {.values = values, .n_levels = WINDOW_VALUES, .n_values = WINDOW_VALUES};
        CHECK_INT(inlay_writer_write(writer, 0, &batch), INLAY_OK);
    }
    CHECK_INT(inlay_writer_end_row_group(writer), INLAY_OK);
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    f->inner = inlay_source_memory(f->memory.data, f->memory.bytes);
    f->source = (inlay_source){f, f->inner.size_bytes, window_read_at, NULL};
    CHECK_INT(inlay_reader_open(test_env(), &f->source, NULL, &f->reader), INLAY_OK);
    CHECK_INT(inlay_column_open(f->reader, 0, 0, &f->column), INLAY_OK);
    f->read = 0;
}

static void window_close(struct window_file *f)
{
    inlay_column_close(f->column);
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->memory);
}

/* Values `from` up to the last one. */
static void window_read_from(struct window_file *f, int64_t from)
{
    inlay_batch b;
    inlay_status status;
    while ((status = inlay_column_read(f->column, 0, &b)) == INLAY_OK)
        for (size_t i = 0; i < b.n_values; i++)
            CHECK_INT(((const int64_t *)b.values)[i], from++);
    CHECK_INT(status, INLAY_END);
    CHECK_INT(from, WINDOW_PAGES * WINDOW_VALUES);
}

static void window_reads_large_pages_once(void)
{
    struct window_file f = {.read = 0};
    window_open(&f);
    window_read_from(&f, 0);
    CHECK(f.read >= WINDOW_PAGES * WINDOW_PAGE_BYTES);
    CHECK(f.read <= WINDOW_PAGES * WINDOW_PAGE_BYTES + WINDOW_HEADERS);
    window_close(&f);
}

/* The first page is met as one of any size, 64 KiB of it at once. */
static void window_passes_over_large_pages(void)
{
    struct window_file f = {.read = 0};
    window_open(&f);
    CHECK_INT(inlay_column_seek(f.column, 9 * WINDOW_VALUES + 5), INLAY_OK);
    window_read_from(&f, 9 * WINDOW_VALUES + 5);
    CHECK(f.read >= WINDOW_PAGE_BYTES);
    CHECK(f.read <= WINDOW_PAGE_BYTES + 65536 + WINDOW_HEADERS);
    window_close(&f);
}

static void window_walks_by_headers(void)
{
    struct window_file f = {.read = 0};
    inlay_pages *pages = NULL;
    inlay_page page, third = {0};
    inlay_bytes body;
    int n = 0;
    window_open(&f);
    CHECK_INT(inlay_pages_open(f.reader, 0, 0, &pages), INLAY_OK);
    while (inlay_pages_next(pages, &page) == INLAY_OK)
        third = n++ == 2 ? page : third;
    CHECK_INT(n, WINDOW_PAGES);
    CHECK(f.read <= 65536 + WINDOW_HEADERS);
    CHECK_INT(inlay_pages_body_of(pages, &third, &body), INLAY_OK);
    CHECK_INT(body.len, WINDOW_PAGE_BYTES);
    CHECK(memcmp(body.data, f.memory.data + third.at + third.header_bytes, body.len) == 0);
    inlay_pages_close(pages);
    window_close(&f);
}

TEST_SUITE(format_window) = {
    {"window: large pages are read once", window_reads_large_pages_once},
    {"window: of large pages that are passed over, headers are read", window_passes_over_large_pages},
    {"window: pages are listed by their headers, and one of them read", window_walks_by_headers},
    {0},
};
