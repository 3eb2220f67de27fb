/* Facts about footers: what is refused, and that real ones survive a round trip byte for byte. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "format/footer.h"

#include <dirent.h>
#include <stdlib.h>

#include "../test.h"
#include "base/io.h"

static inlay_status footer_of(const void *bytes, size_t n)
{
    struct footer f;
    inlay_source source = inlay_source_memory(bytes, n);
    inlay_status status = footer_open(&f, test_env(), &source);
    footer_free(&f);
    return status;
}

static void empty_file_is_said_to_be_unfinished(void)
{
    CHECK_INT(footer_of("", 0), INLAY_CORRUPT);
    CHECK(strstr(test_env()->error.what, "empty") != NULL);
}

static void other_files_are_refused(void)
{
    CHECK_INT(footer_of("hello, this is text", 19), INLAY_CORRUPT);
    CHECK_INT(footer_of("PAR1PAR1", 8), INLAY_CORRUPT);
    CHECK_INT(footer_of("PAR1\0\0\0\0PAR1", 12), INLAY_CORRUPT);
}

static void encrypted_footer_is_named(void)
{
    CHECK_INT(footer_of("PARE\1\0\0\0\0PARE", 13), INLAY_UNSUPPORTED);
    CHECK(strstr(test_env()->error.what, "encrypted") != NULL);
}

static void length_beyond_the_file_is_refused(void)
{
    CHECK_INT(footer_of("PAR1\xFF\xFF\xFF\xFFPAR1", 12), INLAY_CORRUPT);
    CHECK_INT(footer_of("PAR1\x01\0\0\0PAR1", 12), INLAY_CORRUPT);
    CHECK_INT(test_env()->error.at, 4);
}

/* version 1, schema [root "r" without children], 0 rows, no row groups; by hand */
static const uint8_t footer_least[] = {
    'P',  'A',  'R',  '1',
    0x15, 0x02,             /* 1: i32 1 */
    0x19, 0x1C,             /* 2: list of one struct */
    0x48, 0x01, 'r',        /*    4: name "r" */
    0x15, 0x00,             /*    5: num_children 0 */
    0x00,                   /*    stop */
    0x16, 0x00,             /* 3: i64 0 */
    0x19, 0x0C,             /* 4: empty list of structs */
    0x00,                   /* stop */
    15,   0,    0,    0,    'P', 'A', 'R', '1'};

static void least_footer_by_hand_opens(void)
{
    inlay_reader *reader = NULL;
    inlay_source source = inlay_source_memory(footer_least, sizeof footer_least);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_reader_rows(reader), 0);
    CHECK_INT(inlay_reader_row_groups(reader), 0);
    CHECK_INT(inlay_schema_leaves(inlay_reader_schema(reader)), 0);
    inlay_reader_close(reader);
}

static void every_truncation_of_a_footer_is_refused(void)
{
    uint8_t copy[sizeof footer_least];
    for (size_t cut = 1; cut <= 15; cut++) {
        size_t n = sizeof copy - cut;
        memcpy(copy, footer_least, n - 8);
        memcpy(copy + n - 8, "\0\0\0\0PAR1", 8);
        copy[n - 8] = (uint8_t)(15 - cut);
        CHECK_INT(footer_of(copy, n), INLAY_CORRUPT);
    }
}

/* ---- round trip: parse everything, write everything ---- */

static bool footer_same(struct buf *out, const uint8_t *want, size_t n)
{
    return out->status == INLAY_OK && out->bytes == n && memcmp(out->data, want, n) == 0;
}

static bool footer_chunks_survive(struct mem_pool *pool, const struct meta_row_group *group,
                                  struct buf *out)
{
    const inlay_bytes *spans = group->columns.items;
    for (uint32_t i = 0; i < group->columns.n; i++) {
        struct meta_chunk chunk;
        if (meta_read(test_env(), pool, &meta_chunk_table, spans[i].data, spans[i].len, 0, &chunk,
                      NULL) != INLAY_OK)
            return false;
        buf_clear(out);
        thrift_write(out, &meta_chunk_table, &chunk);
        if (!footer_same(out, spans[i].data, spans[i].len))
            return false;
    }
    return true;
}

static bool footer_groups_survive(struct mem_pool *pool, const struct meta_file *m, struct buf *out)
{
    const inlay_bytes *spans = m->row_groups.items;
    for (uint32_t i = 0; i < m->row_groups.n; i++) {
        struct meta_row_group group;
        if (meta_read(test_env(), pool, &meta_row_group_table, spans[i].data, spans[i].len, 0, &group,
                      NULL) != INLAY_OK)
            return false;
        buf_clear(out);
        thrift_write(out, &meta_row_group_table, &group);
        if (!footer_same(out, spans[i].data, spans[i].len) || !footer_chunks_survive(pool, &group, out))
            return false;
    }
    return true;
}

/* 1 = byte for byte the same, 0 = not, -1 = no plain footer. */
static int footer_survives(const char *path)
{
    inlay_env *env = test_env();
    inlay_file *file = NULL;
    inlay_source source;
    struct footer f;
    struct buf out;
    int result = -1;
    CHECK_INT(inlay_file_open(env, path, false, &file, &source), INLAY_OK);
    buf_init(&out, env);
    if (footer_open(&f, env, &source) == INLAY_OK) {
        thrift_write(&out, &meta_file_table, &f.meta);
        result = footer_same(&out, f.data, f.bytes) && footer_groups_survive(&f.pool, &f.meta, &out);
    }
    buf_free(&out);
    footer_free(&f);
    inlay_file_close(file);
    return result;
}

static void footer_walk(const char *folder, unsigned *same, unsigned *different)
{
    DIR *d = opendir(folder);
    CHECK(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[1400];
        size_t n = strlen(e->d_name);
        if (n < 8 || strcmp(e->d_name + n - 8, ".parquet") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        int how = footer_survives(path);
        *same += how == 1;
        *different += how == 0;
        if (how == 0 && getenv("VERBOSE"))
            printf("    %s differs\n", e->d_name);
    }
    closedir(d);
}

static void corpus_footers_survive_a_round_trip(void)
{
    unsigned same = 0, different = 0;
    footer_walk(test_corpus("corpus/parquet-testing/data"), &same, &different);
    footer_walk(test_corpus("corpus/parquet-testing/data/geospatial"), &same, &different);
    if (getenv("VERBOSE"))
        printf("    %u of %u footers are byte for byte the same\n", same, same + different);
    CHECK(same >= 69 && different <= 4); /* which and why: DESIGN.md, "Footers that differ" */
}

static void recording_footers_survive_a_round_trip(void)
{
    unsigned same = 0, different = 0;
    footer_walk(test_corpus("data/recordings"), &same, &different);
    CHECK_INT(different, 0);
    CHECK(same >= 6);
}

TEST_SUITE(format_footer) = {
    {"footer: an empty file is said to be unfinished", empty_file_is_said_to_be_unfinished},
    {"footer: files that are not Parquet are refused", other_files_are_refused},
    {"footer: an encrypted one is named as such", encrypted_footer_is_named},
    {"footer: a length beyond the file is refused", length_beyond_the_file_is_refused},
    {"footer: the least one, written by hand, opens", least_footer_by_hand_opens},
    {"footer: every truncation is refused", every_truncation_of_a_footer_is_refused},
    {"footer: the corpus survives a round trip byte for byte", corpus_footers_survive_a_round_trip},
    {"footer: the recordings survive a round trip byte for byte", recording_footers_survive_a_round_trip},
    {0}};
