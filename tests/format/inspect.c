/* Facts about pages, page index, bloom filters and trust in statistics. */
#include "format/file.h"

#include "format/trust.h"

struct inspect_file {
    inlay_env *env;
    inlay_memory_sink memory;
    inlay_file *file;
    inlay_reader *reader;
};

static void inspect_made(struct inspect_file *f, const inlay_write_options *options, uint64_t rows,
                         uint64_t group)
{
    *f = (struct inspect_file){.env = test_env()};
    inlay_sink sink = inlay_sink_memory(&f->memory, f->env);
    CHECK_INT(file_write(f->env, &sink, options, rows, group, 100, 7), INLAY_OK);
    inlay_source source = inlay_source_memory(f->memory.data, f->memory.bytes);
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
}

static void inspect_corpus(struct inspect_file *f, const char *path)
{
    inlay_source source;
    *f = (struct inspect_file){.env = test_env()};
    CHECK_INT(inlay_file_open(f->env, test_corpus(path), false, &f->file, &source), INLAY_OK);
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
}

static void inspect_close(struct inspect_file *f)
{
    inlay_reader_close(f->reader);
    inlay_file_close(f->file);
    inlay_sink_memory_free(&f->memory);
}

/* ---- pages ---- */

static void inspect_walk(void)
{
    struct inspect_file f;
    inlay_write_options o = {.page_rows = 300};
    inlay_pages *pages = NULL;
    inlay_page p;
    inlay_bytes body;
    inspect_made(&f, &o, 1000, 1000);
    CHECK_INT(inlay_pages_open(f.reader, 0, FILE_TEXT, &pages), INLAY_OK);
    CHECK_INT(inlay_pages_next(pages, &p), INLAY_OK);
    CHECK_INT(p.type, 2); /* the dictionary: seven texts */
    CHECK_INT(p.n_levels, 7);
    CHECK_INT(p.encoding, 0);
    int64_t next = p.at + p.header_bytes + p.packed_bytes, levels = 0;
    int n = 0;
    while (inlay_pages_next(pages, &p) == INLAY_OK) {
        CHECK_INT(p.type, 0);
        CHECK_INT(p.at, next);
        CHECK_INT(p.encoding, 8);
        CHECK_INT(p.n_levels, n < 3 ? 300 : 100);
        CHECK_INT(inlay_pages_body(pages, &body), INLAY_OK);
        CHECK_INT(body.len, p.packed_bytes);
        CHECK(p.has_crc && inlay_crc32(0, body.data, body.len) == p.crc);
        next = p.at + p.header_bytes + p.packed_bytes;
        levels += p.n_levels;
        n++;
    }
    CHECK_INT(n, 4);
    CHECK_INT(levels, 1000);
    CHECK_INT(inlay_pages_next(pages, &p), INLAY_END);
    inlay_pages_close(pages);
    inspect_close(&f);
}

static void inspect_walk_v2(void)
{
    struct inspect_file f;
    inlay_write_options o = {.page_rows = 500, .page_version = 2, .encoding = "plain"};
    inlay_pages *pages = NULL;
    inlay_page p;
    inspect_made(&f, &o, 1000, 1000);
    CHECK_INT(inlay_pages_open(f.reader, 0, FILE_TAGS, &pages), INLAY_OK);
    CHECK_INT(inlay_pages_next(pages, &p), INLAY_OK);
    CHECK_INT(p.type, 3);
    CHECK_INT(p.n_rows, 500);
    CHECK_INT(p.n_levels, 125 * (1 + 1 + 1 + 3));
    CHECK_INT(p.n_nulls, 125 * 3); /* null, empty list, null element */
    inlay_pages_close(pages);
    inspect_close(&f);
}

static void inspect_no_rows(void)
{
    struct inspect_file f;
    inlay_pages *pages = NULL;
    inlay_page p;
    inspect_corpus(&f, "corpus/parquet-testing/data/alltypes_plain.parquet");
    CHECK_INT(inlay_pages_open(f.reader, 1, 0, &pages), INLAY_ARG);
    CHECK_INT(inlay_pages_open(f.reader, 0, 99, &pages), INLAY_ARG);
    CHECK_INT(inlay_pages_open(f.reader, 0, 0, &pages), INLAY_OK);
    while (inlay_pages_next(pages, &p) == INLAY_OK)
        CHECK(p.type == 0 || p.type == 2);
    inlay_pages_close(pages);
    inspect_close(&f);
}

/* ---- page index ---- */

static void inspect_index(void)
{
    struct inspect_file f;
    inlay_write_options o = {.page_rows = 300};
    inlay_page_index *x = NULL;
    inlay_value room;
    inspect_made(&f, &o, 1000, 1000);
    CHECK_INT(inlay_reader_page_index(f.reader, 0, FILE_ID, &x), INLAY_OK);
    CHECK_INT(x->n_pages, 4);
    CHECK(x->usable && x->why[0] == 0);
    CHECK_INT(x->boundary_order, 1);
    for (uint32_t i = 0; i < 4; i++) { /* id = 3 r */
        const void *min = inlay_bound_value(inlay_schema_leaf(inlay_reader_schema(f.reader), FILE_ID),
                                            x->bounds[i].min, &room);
        CHECK(min && room.i64 == 900 * (int64_t)i);
        CHECK_INT(x->locations[i].first_row, 300 * (int64_t)i);
        CHECK_INT(x->locations[i].unencoded_bytes, -1);
        CHECK_INT(x->bounds[i].null_count, 0);
    }
    inlay_page_index_close(f.env, x);
    CHECK_INT(inlay_reader_page_index(f.reader, 0, FILE_TAGS, &x), INLAY_OK);
    CHECK(x->bounds[0].rep && x->bounds[0].def);
    CHECK_INT(x->bounds[0].rep[0], 300);     /* rows of the first page */
    CHECK_INT(x->bounds[0].rep[1], 2 * 75);  /* two more elements in every fourth row */
    CHECK_INT(x->bounds[0].def[0], 75);      /* null lists */
    CHECK_INT(x->bounds[0].def[1], 75);      /* empty lists */
    CHECK_INT(x->bounds[0].def[2], 75);      /* null elements */
    CHECK_INT(x->bounds[0].def[3], 3 * 75);
    inlay_page_index_close(f.env, x);
    inspect_close(&f);
}

static void inspect_index_absent(void)
{
    struct inspect_file f;
    inlay_write_options o = {.flags = INLAY_WRITE_NO_PAGE_INDEX};
    inlay_page_index *x = NULL;
    inspect_made(&f, &o, 100, 100);
    CHECK_INT(inlay_reader_page_index(f.reader, 0, FILE_ID, &x), INLAY_END);
    CHECK(x == NULL);
    inspect_close(&f);
}

/* Every byte of the index turned over: a clean answer and no wrong page. */
static void inspect_index_hostile(void)
{
    struct inspect_file f;
    inlay_write_options o = {.page_rows = 300};
    inlay_chunk chunk;
    inspect_made(&f, &o, 1000, 1000);
    CHECK_INT(inlay_reader_chunk(f.reader, 0, FILE_TAGS, &chunk), INLAY_OK);
    int64_t places[] = {chunk.column_index_at, chunk.offset_index_at};
    int32_t lengths[] = {chunk.column_index_bytes, chunk.offset_index_bytes};
    for (int half = 0; half < 2; half++)
        for (int32_t i = 0; i < lengths[half]; i++)
            for (int bit = 0; bit < 8; bit++) {
                inlay_page_index *x = NULL;
                f.memory.data[places[half] + i] ^= (uint8_t)(1 << bit);
                inlay_status status = inlay_reader_page_index(f.reader, 0, FILE_TAGS, &x);
                CHECK(status == INLAY_OK || status == INLAY_CORRUPT || status == INLAY_LIMIT);
                if (status == INLAY_OK && x->locations)
                    for (uint32_t p = 0; p < x->n_pages; p++)
                        CHECK(x->locations[p].at >= chunk.start_at &&
                              x->locations[p].at + x->locations[p].bytes <=
                                  chunk.start_at + chunk.compressed_bytes);
                inlay_page_index_close(f.env, x);
                f.memory.data[places[half] + i] ^= (uint8_t)(1 << bit);
            }
    inspect_close(&f);
}

/* ---- bloom filters ---- */

static void inspect_bloom(void)
{
    static const char *const there[] = {"Hello", "This is", "a", "test", "How", "are you", "doing ", "today"};
    static const char *const absent[] = {"hello", "This", "b", "tests", "", "doing", "tomorrow"};
    struct inspect_file f;
    inlay_bloom *bloom = NULL;
    inspect_corpus(&f, "corpus/parquet-testing/data/data_index_bloom_encoding_with_length.parquet");
    const inlay_node *leaf = inlay_schema_leaf(inlay_reader_schema(f.reader), 0);
    CHECK_INT(inlay_bloom_open(f.reader, 0, 0, &bloom), INLAY_OK);
    CHECK_INT(inlay_bloom_bytes(bloom), 2048);
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        inlay_bytes v = {(const uint8_t *)there[i], strlen(there[i])};
        CHECK(inlay_bloom_may_hold(bloom, leaf, &v));
    }
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
        inlay_bytes v = {(const uint8_t *)absent[i], strlen(absent[i])};
        CHECK(!inlay_bloom_may_hold(bloom, leaf, &v));
    }
    inlay_bloom_close(f.env, bloom);
    inspect_close(&f);
}

/* ---- trust ---- */

static inlay_chunk inspect_chunk(struct inspect_file *f, uint32_t row_group, uint32_t leaf)
{
    inlay_chunk chunk;
    CHECK_INT(inlay_reader_chunk(f->reader, row_group, leaf, &chunk), INLAY_OK);
    return chunk;
}

static void inspect_nan_bound(void)
{
    struct inspect_file f;
    inspect_corpus(&f, "corpus/parquet-testing/data/nan_in_stats.parquet");
    inlay_statistics s = inspect_chunk(&f, 0, 0).statistics;
    CHECK(s.has_min && s.has_max && !s.usable);
    CHECK_TEXT(s.why, "a bound is NaN");
    inspect_close(&f);
}

static void inspect_no_orders(void)
{
    struct inspect_file f;
    inspect_corpus(&f, "corpus/parquet-testing/data/data_index_bloom_encoding_with_length.parquet");
    inlay_statistics s = inspect_chunk(&f, 0, 0).statistics;
    CHECK(s.has_min && !s.usable && s.why[0] != 0);
    CHECK_INT(inlay_reader_order(f.reader, 0), INLAY_ORDER_NONE);
    inspect_close(&f);
}

static void inspect_float_orders(void)
{
    struct inspect_file f;
    inspect_corpus(&f, "corpus/parquet-testing/data/floating_orders_nan_count.parquet");
    for (uint32_t leaf = 0; leaf < 6; leaf++) {
        CHECK_INT(inlay_reader_order(f.reader, leaf),
                  leaf % 2 ? INLAY_ORDER_TYPE : INLAY_ORDER_IEEE_754);
        inlay_statistics s = inspect_chunk(&f, 0, leaf).statistics;
        CHECK(s.usable && s.has_nan_count && s.nan_count == 0);
    }
    inspect_close(&f);
}

static void inspect_orders_compare(void)
{
    inlay_node int96 = {.type = INLAY_INT96};
    inlay_node stamp = {.type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 12,
                        .logical = {.kind = INLAY_TIMESTAMP, .unit = INLAY_NANOS}};
    /* INT96: day 1 noon before day 2 midnight; FIXED(12): -1 before 1, 2^64 after both */
    uint8_t day1[12] = {1, 0, 0, 0, 0, 0, 0, 0, 1}, day2[12] = {0, 0, 0, 0, 0, 0, 0, 0, 2};
    uint8_t minus[12], one[12] = {1}, big[12] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
    memset(minus, 0xFF, sizeof minus);
    CHECK(inlay_value_compare(&int96, day1, day2) < 0);
    CHECK(inlay_value_compare(&stamp, minus, one) < 0);
    CHECK(inlay_value_compare(&stamp, big, one) > 0);
    CHECK(inlay_value_compare(&stamp, one, one) == 0);
}

static void inspect_binary_quirk(void)
{
    static const struct {
        const char *created_by;
        bool quirk;
    } rows[] = { /* parquet-java TestCorruptStatistics */
        {"parquet-mr version 1.6.0 (build abcd)", true},
        {"parquet-mr version 1.7.999 (build abcd)", true},
        {"parquet-mr version 1.8.0 (build abcd)", false},
        {"parquet-mr version 1.10.1", false},
        {"parquet-mr version 1.5.0-cdh5.4.999 (build abcd)", true},
        {"parquet-mr version 1.5.0-cdh5.5.0 (build abcd)", false},
        {"parquet-mr version 1.5.0-cdh5.11.1 (build abcd)", false},
        {"parquet-mr", true},
        {"parquet-mr version ", true},
        {"", true},
        {"impala version 1.6.0 (build abcd)", false},
        {"parquet-cpp-arrow version 14.0.0", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct writer_id id = writer_id_parse(
            (inlay_bytes){(const uint8_t *)rows[i].created_by, strlen(rows[i].created_by)});
        if (trust_binary_quirk(&id) != rows[i].quirk)
            test_fail(__FILE__, __LINE__, "%s", rows[i].created_by);
    }
}

TEST_SUITE(format_inspect) = {
    {"pages: a dictionary, then data pages without a gap", inspect_walk},
    {"pages: v2 headers give rows and nulls", inspect_walk_v2},
    {"pages: no such row group, no such column", inspect_no_rows},
    {"page index: bounds, rows and histograms of every page", inspect_index},
    {"page index: a chunk without one", inspect_index_absent},
    {"page index: any flipped bit gives a clean answer", inspect_index_hostile},
    {"bloom: holds what arrow-rs put in, and nothing else asked for", inspect_bloom},
    {"statistics: binary bounds by parquet-mr before 1.8.0 are not used", inspect_binary_quirk},
    {"statistics: a NaN bound is not used", inspect_nan_bound},
    {"statistics: bounds without column_orders are not used", inspect_no_orders},
    {"statistics: IEEE 754 and type order are told apart", inspect_float_orders},
    {"order: INT96 by day then time, FIXED(12) timestamps as signed numbers", inspect_orders_compare},
    {0}};
