/* Facts about pages and dictionaries that move. All pages have 300 rows; row groups are cut at 600 unless said. */
#include "merge/table.h"

#include "inlay/inspect.h"
#include "inlay/merge.h"

enum { MOVE_INPUTS = 2, MOVE_PAGE = 300 };

static struct table move_in[MOVE_INPUTS], move_out;
static inlay_merge_report move_report;
static char move_text[1 << 20];

/* 900 rows: keys from `first` on, and v = row % 7 + plus, which has a dictionary. */
static void move_make(uint32_t input, int first, int plus, unsigned flags, const char *codec)
{
    struct table_options o = {.write = {.page_rows = MOVE_PAGE, .codec = codec, .flags = flags}};
    char *at = move_text;
    for (int i = 0; i < 3 * MOVE_PAGE; i++)
        at += sprintf(at, "%d %d\n", first + i, i % 7 + plus);
    table_make(&move_in[input], "k:i v:i", move_text, &o);
}

static inlay_status move_merge_at(uint32_t n, uint64_t cap, const char *codec)
{
    inlay_reader *readers[MOVE_INPUTS];
    inlay_merge_options o = {.sort = "k", .row_group_rows = cap, .layout = INLAY_MERGE_NONE,
                             .write = {.codec = codec}};
    inlay_sink sink = inlay_sink_memory(&move_out.memory, test_env());
    for (uint32_t i = 0; i < n; i++)
        readers[i] = move_in[i].reader;
    return inlay_merge(test_env(), readers, n, &sink, &o, &move_report);
}

static inlay_status move_merge(uint32_t n, const char *codec)
{
    return move_merge_at(n, 2 * MOVE_PAGE, codec);
}

/* Bodies of all pages of the output's column, of one row group; *entries gets those of the dictionary. */
static uint64_t move_pages_bytes(uint32_t row_group, uint32_t leaf, int64_t *entries)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    uint64_t bytes = 0;
    *entries = 0;
    CHECK_INT(inlay_pages_open(move_out.reader, row_group, leaf, &pages), INLAY_OK);
    while (inlay_pages_next(pages, &page) == INLAY_OK) {
        bytes += (uint64_t)page.packed_bytes;
        *entries += page.type == 2 ? page.n_levels : 0; /* DICTIONARY_PAGE */
    }
    inlay_pages_close(pages);
    return bytes;
}

static uint64_t move_all_bytes(void)
{
    uint64_t bytes = 0;
    int64_t entries;
    for (uint32_t g = 0; g < inlay_reader_row_groups(move_out.reader); g++)
        bytes += move_pages_bytes(g, 0, &entries) + move_pages_bytes(g, 1, &entries);
    return bytes;
}

static void move_close(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        table_close(&move_in[i]);
    table_close(&move_out);
}

static void move_check_rows(int plus)
{
    char *got = table_rows(move_out.reader), *at = move_text;
    for (int i = 0; i < 6 * MOVE_PAGE; i++)
        at += sprintf(at, "%d %d\n", i, i < 3 * MOVE_PAGE ? i % 7 : (i - 3 * MOVE_PAGE) % 7 + plus);
    CHECK_TEXT(got, move_text);
    free(got);
}

static void move_the_dictionary_with_all_rows(void)
{
    int64_t entries;
    move_make(0, 0, 0, 0, "none");
    table_ok(move_merge(1, "none"), "merge");
    table_open(&move_out);
    CHECK_INT(inlay_reader_row_groups(move_out.reader), 2);
    for (uint32_t g = 0; g < 2; g++) {
        CHECK(move_pages_bytes(g, 1, &entries) > 0);
        CHECK_INT(entries, 7);
    }
    CHECK_INT(move_report.moved_bytes, move_all_bytes());
    move_close(1);
}

static void move_pages_of_the_same_dictionary(void)
{
    int64_t entries;
    move_make(0, 0, 0, 0, "none");
    move_make(1, 3 * MOVE_PAGE, 0, 0, "none");
    table_ok(move_merge(2, "none"), "merge");
    table_open(&move_out);
    CHECK_INT(inlay_reader_row_groups(move_out.reader), 3); /* the second one is of both inputs */
    CHECK(move_pages_bytes(1, 1, &entries) > 0);
    CHECK_INT(entries, 7);
    CHECK_INT(move_report.moved_bytes, move_all_bytes());
    move_check_rows(0);
    move_close(2);
}

/* Row groups of 500 rows: each has one page of 300 as it was, and 200 rows of pages that are cut. */
static void move_the_dictionary_past_cut_pages(void)
{
    int64_t entries;
    move_make(0, 0, 0, 0, "none");
    move_make(1, 3 * MOVE_PAGE, 0, 0, "none");
    table_ok(move_merge_at(2, 500, "none"), "merge");
    table_open(&move_out);
    CHECK_INT(inlay_reader_row_groups(move_out.reader), 4);
    for (uint32_t g = 0; g < 4; g++) {
        CHECK(move_pages_bytes(g, 1, &entries) > 0);
        CHECK_INT(entries, 7);
    }
    CHECK(move_report.moved_bytes > 4 * 7 * 8); /* the dictionaries among them */
    CHECK(move_report.moved_bytes < move_all_bytes());
    move_check_rows(0);
    move_close(2);
}

static void move_not_pages_of_another_dictionary(void)
{
    int64_t entries;
    move_make(0, 0, 0, 0, "none");
    move_make(1, 3 * MOVE_PAGE, 1, 0, "none"); /* 1 to 7: as many bytes */
    table_ok(move_merge(2, "none"), "merge");
    table_open(&move_out);
    uint64_t second = move_pages_bytes(1, 1, &entries);
    CHECK_INT(entries, 8); /* 0 to 6, and 7 behind them */
    CHECK(move_report.moved_bytes < move_all_bytes());
    CHECK(move_report.moved_bytes > move_all_bytes() - second);
    move_check_rows(1);
    move_close(2);
}

/* One byte of the dictionary page of v changed. */
static void move_damage(struct table *t)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    CHECK_INT(inlay_pages_open(t->reader, 0, 1, &pages), INLAY_OK);
    CHECK_INT(inlay_pages_next(pages, &page), INLAY_OK);
    CHECK_INT(page.type, 2);
    t->memory.data[(size_t)page.at + page.header_bytes] ^= 0x7F;
    inlay_pages_close(pages);
}

static void move_no_damaged_dictionary(void)
{
    for (int crc = 0; crc < 2; crc++) { /* without one, snappy's first byte, the size, is wrong */
        move_make(0, 0, 0, crc ? 0 : INLAY_WRITE_NO_CRC, crc ? "none" : "snappy");
        move_damage(&move_in[0]);
        CHECK_INT(move_merge(1, crc ? "none" : "snappy"), INLAY_CORRUPT);
        CHECK_INT(test_env()->error.input, 0);
        inlay_sink_memory_free(&move_out.memory);
        table_close(&move_in[0]);
    }
}

TEST_SUITE(merge_move) = {
    {"move: a dictionary moves where all rows with its codes do", move_the_dictionary_with_all_rows},
    {"move: pages of codes move from every input that has the same dictionary", move_pages_of_the_same_dictionary},
    {"move: rows of pages that are cut keep their codes", move_the_dictionary_past_cut_pages},
    {"move: a dictionary of the same size is another one", move_not_pages_of_another_dictionary},
    {"move: a damaged dictionary is an error, and goes nowhere", move_no_damaged_dictionary},
    {0},
};
