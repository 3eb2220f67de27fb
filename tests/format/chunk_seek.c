/* Facts about seeking past damage: the rows behind a page that cannot be read are found again. */
#include "format/file.h"

#include <stdlib.h>

enum { SEEK_PAGE = 100, SEEK_ROWS = 1000, SEEK_DISTINCT = 50 };

struct seek_file {
    inlay_memory_sink memory;
    inlay_source source;
    inlay_reader *reader;
};

/* A file of pages of 100 rows; in the one of `leaf` that holds row 250 a byte is changed. */
static void seek_file_open(struct seek_file *f, const inlay_write_options *options, uint32_t leaf)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    int left = 3; /* data pages up to the one to damage */
    *f = (struct seek_file){0};
    inlay_sink sink = inlay_sink_memory(&f->memory, test_env());
    CHECK_INT(file_write(test_env(), &sink, options, SEEK_ROWS, SEEK_ROWS, SEEK_PAGE, SEEK_DISTINCT),
              INLAY_OK);
    f->source = inlay_source_memory(f->memory.data, f->memory.bytes);
    CHECK_INT(inlay_reader_open(test_env(), &f->source, NULL, &f->reader), INLAY_OK);
    CHECK_INT(inlay_pages_open(f->reader, 0, leaf, &pages), INLAY_OK);
    while (left > 0) {
        CHECK_INT(inlay_pages_next(pages, &page), INLAY_OK);
        left -= page.type == 0 || page.type == 3;
    }
    f->memory.data[(size_t)page.at + page.header_bytes + (size_t)page.packed_bytes / 2] ^= 0x41;
    inlay_pages_close(pages);
}

static void seek_file_close(struct seek_file *f)
{
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->memory);
}

/* Read from row 0: the failure comes at row 200, and from row 300 on all is as it was. */
static void seek_reads_on(const inlay_write_options *options, uint32_t leaf)
{
    struct seek_file f;
    inlay_column *column = NULL;
    inlay_batch batch;
    inlay_status status;
    size_t rows = 0;
    seek_file_open(&f, options, leaf);
    CHECK_INT(inlay_column_open(f.reader, leaf, 0, &column), INLAY_OK);
    while ((status = inlay_column_read(column, 0, &batch)) == INLAY_OK)
        rows += batch.n_rows;
    CHECK_INT(status, INLAY_CORRUPT);
    CHECK_INT(test_env()->error.page, 2);
    CHECK_INT(rows, 200);
    CHECK_INT(inlay_column_read(column, 0, &batch), INLAY_ARG);
    CHECK_INT(inlay_column_seek(column, 300), INLAY_OK);
    CHECK_INT(file_check(column, leaf, 300, SEEK_DISTINCT, 0), 700);
    CHECK_INT(inlay_column_seek(column, 100), INLAY_OK);
    CHECK_INT(inlay_column_read(column, 0, &batch), INLAY_OK); /* before the damage, too */
    CHECK_INT(inlay_column_seek(column, 300), INLAY_OK);       /* and past it from there */
    CHECK_INT(file_check(column, leaf, 300, SEEK_DISTINCT, 0), 700);
    inlay_column_close(column);
    seek_file_close(&f);
}

static void flat_column_goes_on_behind_a_damaged_page(void)
{
    seek_reads_on(&(inlay_write_options){.page_rows = SEEK_PAGE, .codec = "none"}, FILE_ID);
    seek_reads_on(&(inlay_write_options){.page_rows = SEEK_PAGE, .codec = "snappy"}, FILE_TEXT);
    seek_reads_on(&(inlay_write_options){.page_rows = SEEK_PAGE, .flags = INLAY_WRITE_NO_PAGE_INDEX},
                  FILE_X);
}

static void v2_list_goes_on_by_page_headers(void)
{
    seek_reads_on(&(inlay_write_options){.page_rows = SEEK_PAGE, .page_version = 2,
                                         .flags = INLAY_WRITE_NO_PAGE_INDEX},
                  FILE_TAGS);
}

static void v1_list_goes_on_by_the_offset_index(void)
{
    seek_reads_on(&(inlay_write_options){.page_rows = SEEK_PAGE}, FILE_TAGS);
    seek_reads_on(&(inlay_write_options){.page_rows = SEEK_PAGE, .encoding = "plain"}, FILE_TAGS);
}

static void v1_list_without_index_cannot_be_found_again(void)
{
    struct seek_file f;
    inlay_column *column = NULL;
    seek_file_open(&f, &(inlay_write_options){.page_rows = SEEK_PAGE, .flags = INLAY_WRITE_NO_PAGE_INDEX},
                   FILE_TAGS);
    CHECK_INT(inlay_column_open(f.reader, FILE_TAGS, 0, &column), INLAY_OK);
    CHECK_INT(inlay_column_seek(column, 300), INLAY_CORRUPT);
    CHECK_INT(inlay_column_seek(column, 100), INLAY_OK);
    inlay_column_close(column);
    seek_file_close(&f);
}

TEST_SUITE(format_chunk_seek) = {
    {"seek: a flat column goes on behind a damaged page", flat_column_goes_on_behind_a_damaged_page},
    {"seek: a list of v2 pages goes on by page headers", v2_list_goes_on_by_page_headers},
    {"seek: a list of v1 pages goes on by the offset index", v1_list_goes_on_by_the_offset_index},
    {"seek: a list of v1 pages without index cannot", v1_list_without_index_cannot_be_found_again},
    {0}};
