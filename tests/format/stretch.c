/* Facts about where pages end when nobody says after how many rows. */
#include <stdio.h>
#include <stdlib.h>

#include "inlay/inspect.h"

#include "format/file.h"

enum { STRETCH_ROWS = 400000, STRETCH_PAGE = 20000, STRETCH_MOST = 8 * STRETCH_PAGE };

/* The column written: a number or a text for each row; a row of `null` has none. */
struct stretch_rows {
    int64_t (*value)(int64_t row);
    int64_t null_below; /* rows before it are null */
    bool text;
};

static inlay_schema *stretch_schema(const struct stretch_rows *r)
{
    inlay_schema *schema = NULL;
    inlay_node node = {.name = {(const uint8_t *)"v", 1}, .type = r->text ? INLAY_BYTE_ARRAY : INLAY_INT64,
                       .repetition = INLAY_OPTIONAL};
    CHECK_INT(inlay_schema_new(test_env(), &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    return schema;
}

/* Rows [from, to). */
static void stretch_some(inlay_writer *w, const struct stretch_rows *r, int64_t from, int64_t to)
{
    size_t n = (size_t)(to - from), n_values = 0;
    uint8_t *def = malloc(n);
    int64_t *numbers = malloc(n * sizeof *numbers);
    inlay_bytes *texts = malloc(n * sizeof *texts);
    char (*room)[16] = malloc(n * sizeof *room);
    for (int64_t row = from; row < to; row++) {
        def[row - from] = row >= r->null_below;
        if (row < r->null_below)
            continue;
        numbers[n_values] = r->value(row);
        int len = snprintf(room[n_values], sizeof room[0], "v%09lld", (long long)numbers[n_values]);
        texts[n_values] = (inlay_bytes){(const uint8_t *)room[n_values], (size_t)len};
        n_values++;
    }
    inlay_batch batch = {.n_levels = n, .n_values = n_values, .def = def, .values = r->text ? (void *)texts : (void *)numbers};
    CHECK_INT(inlay_writer_write(w, 0, &batch), INLAY_OK);
    free(room);
    free(texts);
    free(numbers);
    free(def);
}

static void stretch_write(inlay_memory_sink *memory, const struct stretch_rows *r, const inlay_write_options *o, size_t most)
{
    inlay_sink sink = inlay_sink_memory(memory, test_env());
    inlay_schema *schema = stretch_schema(r);
    inlay_writer *w = NULL;
    CHECK_INT(inlay_writer_open(test_env(), &sink, schema, o, &w), INLAY_OK);
    for (int64_t row = 0; row < STRETCH_ROWS;) {
        int64_t n = 1 + (int64_t)test_random_below(most);
        n = n < STRETCH_ROWS - row ? n : STRETCH_ROWS - row;
        stretch_some(w, r, row, row + n);
        row += n;
    }
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    inlay_schema_close(schema);
}

/* The pages of the column begin at these rows; ends with 0. */
static void stretch_pages_are(const struct stretch_rows *r, const inlay_write_options *o, const int64_t *firsts)
{
    inlay_memory_sink memory;
    inlay_reader *reader = NULL;
    inlay_page_index *index = NULL;
    stretch_write(&memory, r, o, 30000);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_reader_page_index(reader, 0, 0, &index), INLAY_OK);
    uint32_t n = 1;
    CHECK_INT(index->locations[0].first_row, 0);
    for (; firsts[n - 1] && n < index->n_pages; n++)
        CHECK_INT(index->locations[n].first_row, firsts[n - 1]);
    CHECK_INT(firsts[n - 1], 0);
    CHECK_INT(index->n_pages, n);
    inlay_page_index_close(test_env(), index);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
}

static int64_t stretch_again(int64_t row)
{
    return row % 1000;
}
static int64_t stretch_long_runs(int64_t row)
{
    return row / 90000;
}
static int64_t stretch_short_runs(int64_t row)
{
    return row / 100;
}

static void values_that_come_back(void)
{
    const int64_t firsts[] = {STRETCH_MOST, 2 * STRETCH_MOST, 0};
    stretch_pages_are(&(struct stretch_rows){stretch_again, 0, false}, NULL, firsts);
    stretch_pages_are(&(struct stretch_rows){stretch_again, 0, true}, NULL, firsts);
}

static void pages_end_where_a_long_run_ends(void)
{
    const int64_t firsts[] = {90000, 180000, 270000, 360000, 0};
    stretch_pages_are(&(struct stretch_rows){stretch_long_runs, 0, false}, NULL, firsts);
    stretch_pages_are(&(struct stretch_rows){stretch_long_runs, 0, true}, NULL, firsts);
}

static void new_values_end_a_page(void)
{
    int64_t firsts[STRETCH_ROWS / STRETCH_PAGE] = {0};
    for (int i = 1; i < STRETCH_ROWS / STRETCH_PAGE; i++)
        firsts[i - 1] = (int64_t)i * STRETCH_PAGE;
    stretch_pages_are(&(struct stretch_rows){stretch_short_runs, 0, false}, NULL, firsts);
    stretch_pages_are(&(struct stretch_rows){stretch_short_runs, 0, true}, NULL, firsts);
}

static void a_page_of_nulls_ends_at_the_first_value(void)
{
    const int64_t firsts[] = {50000, 50000 + STRETCH_MOST, 50000 + 2 * STRETCH_MOST, 0};
    stretch_pages_are(&(struct stretch_rows){stretch_again, 50000, false}, NULL, firsts);
    stretch_pages_are(&(struct stretch_rows){stretch_again, 50000, true}, NULL, firsts);
}

static void rows_that_are_asked_for_are_kept(void)
{
    const int64_t firsts[] = {150000, 300000, 0};
    stretch_pages_are(&(struct stretch_rows){stretch_again, 0, false}, &(inlay_write_options){.page_rows = 150000}, firsts);
    stretch_pages_are(&(struct stretch_rows){stretch_again, 0, true}, &(inlay_write_options){.page_rows = 150000}, firsts);
}

static void bytes_end_a_page_that_goes_on(void)
{
    enum { ROWS = 30000 };
    inlay_write_options o = {.page_bytes = 4 * ROWS}; /* four bytes a code, looked at every 1,024 levels */
    inlay_memory_sink memory;
    inlay_reader *reader = NULL;
    inlay_page_index *index = NULL;
    struct stretch_rows r = {stretch_again, 0, true};
    stretch_write(&memory, &r, &o, 30000);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_reader_page_index(reader, 0, 0, &index), INLAY_OK);
    CHECK(index->n_pages > 1);
    for (uint32_t i = 1; i < index->n_pages; i++) {
        int64_t rows = index->locations[i].first_row - index->locations[i - 1].first_row;
        CHECK(rows >= ROWS && rows < ROWS + 1024);
    }
    inlay_page_index_close(test_env(), index);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
}

static void batches_do_not_matter(void)
{
    int64_t (*const values[])(int64_t) = {stretch_again, stretch_long_runs, stretch_short_runs};
    for (int i = 0; i < 12; i++) {
        struct stretch_rows r = {values[i / 2 % 3], i >= 6 ? 50001 : 0, i & 1};
        inlay_memory_sink one, other;
        stretch_write(&one, &r, NULL, STRETCH_ROWS);
        stretch_write(&other, &r, NULL, i < 2 ? 50 : 3000);
        CHECK_BYTES(other.data, other.bytes, one.data, one.bytes);
        inlay_sink_memory_free(&one);
        inlay_sink_memory_free(&other);
    }
}

TEST_SUITE(format_stretch) = {
    {"pages: values that come back go on to eight times the rows", values_that_come_back},
    {"pages: long runs of a sorted column are pages of their own", pages_end_where_a_long_run_ends},
    {"pages: new values end a page that has its rows", new_values_end_a_page},
    {"pages: one of nulls goes on until the first value", a_page_of_nulls_ends_at_the_first_value},
    {"pages: rows that are asked for are kept", rows_that_are_asked_for_are_kept},
    {"pages: bytes end one that goes on", bytes_end_a_page_that_goes_on},
    {"pages: their ends do not depend on the batches", batches_do_not_matter},
    {0},
};
