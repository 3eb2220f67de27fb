/* Facts about merges of many inputs: what they read, and what they hold. */
#include "merge/table.h"

enum { MANY_INPUTS = 60, MANY_ROWS = 1500, MANY_GROUP_ROWS = 1500 };

static struct table many_in[MANY_INPUTS];
static uint64_t many_read, many_bytes; /* asked of the sources; of all files */

static int many_read_at(void *ctx, uint64_t at, void *dst, size_t bytes)
{
    const inlay_source *source = ctx;
    many_read += bytes;
    return source->read_at(source->ctx, at, dst, bytes);
}

/* Row by row from changing inputs, some rows of one input in a row; every column has a dictionary or is plain or null
 * in a part of the inputs. */
static void many_make(void)
{
    static char text[MANY_ROWS * 100];
    many_bytes = 0;
    for (int i = 0; i < MANY_INPUTS; i++) {
        struct table_options o = {.group_rows = i % 4 ? 0 : 1100, .write = {.page_rows = 500, .page_version = 1 + (uint32_t)i % 2}};
        char *at = text;
        for (int row = 0; row < MANY_ROWS; row++) {
            at += sprintf(at, "%d name-%d", row * 7 + (i % 5 ? 0 : row / 40 % 3), row % (i % 3 ? 300 : 2999));
            at += row % 11 == i % 11 ? sprintf(at, " -") : sprintf(at, " %d", row * i);
            at += sprintf(at, " %d.5 [%d,%d]\n", (row * 31 + i) % 1000, row, i);
        }
        table_make(&many_in[i], "k:I s:s n:i d:D l:l", text, &o);
        many_bytes += many_in[i].memory.bytes;
        inlay_reader_close(many_in[i].reader);
        inlay_source counted = {&many_in[i].source, many_in[i].source.size_bytes, many_read_at, NULL};
        table_ok(inlay_reader_open(test_env(), &counted, NULL, &many_in[i].reader), "open");
    }
}

static void many_close(void)
{
    for (int i = 0; i < MANY_INPUTS; i++)
        table_close(&many_in[i]);
}

static void many_merge(uint64_t memory_bytes, uint32_t threads, inlay_memory_sink *out)
{
    inlay_reader *readers[MANY_INPUTS];
    inlay_merge_options o = {.sort = "k", .layout = INLAY_MERGE_NONE, .row_group_rows = MANY_GROUP_ROWS, .threads = threads,
                             .memory_bytes = memory_bytes};
    inlay_merge_report report;
    inlay_sink sink = inlay_sink_memory(out, test_env());
    for (int i = 0; i < MANY_INPUTS; i++)
        readers[i] = many_in[i].reader;
    table_ok(inlay_merge(test_env(), readers, MANY_INPUTS, &sink, &o, &report), "merge");
    CHECK_INT(report.n_rows, MANY_INPUTS * MANY_ROWS);
}

static void many_same_bytes_for_any_memory(void)
{
    static const uint64_t memory[] = {1, 1 << 20, 4 << 20, 6 << 20, 8 << 20, 16 << 20, 200 << 20};
    inlay_memory_sink all = {0};
    many_make();
    many_merge(0, 1, &all);
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) {
        inlay_memory_sink out = {0};
        many_merge(memory[i], i == 6 ? 3 : 1, &out);
        CHECK_BYTES(out.data, out.bytes, all.data, all.bytes);
        inlay_sink_memory_free(&out);
    }
    inlay_sink_memory_free(&all);
    many_close();
}

/* Sixty row groups take 25 rows each of every input. Keys are read for the plan and once more; a page that ends in the
 * middle of what was read ahead may be read again in part. */
static void many_pages_are_read_once(void)
{
    inlay_memory_sink out = {0};
    many_make();
    many_read = 0;
    many_merge(64 << 20, 1, &out);
    CHECK(many_read >= many_bytes / 2 && many_read < 2 * many_bytes);
    inlay_sink_memory_free(&out);
    many_close();
}

/* Above what readers, plan and row groups take in any case. */
static void many_memory_is_kept(void)
{
    static const uint64_t memory[] = {7 << 20, 9 << 20, 12 << 20};
    many_make();
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) {
        inlay_memory_sink out = {0};
        uint64_t before = test_env()->used_bytes;
        test_env()->peak_bytes = before;
        many_merge(memory[i], 1, &out);
        CHECK(test_env()->peak_bytes - before - out.bytes <= memory[i]);
        inlay_sink_memory_free(&out);
    }
    many_close();
}

TEST_SUITE(merge_many) = {
    {"merge: many inputs give the same bytes for any memory", many_same_bytes_for_any_memory},
    {"merge: many inputs are read once where their pages fit", many_pages_are_read_once},
    {"merge: many inputs stay within the memory", many_memory_is_kept},
    {0}};
