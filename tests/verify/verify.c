/* Facts about verifying: sound files have no findings, and what is wrong is named by its rule.
 * (Faults seeded into files of other writers: tests/interop/test_verify.py.) */
#include "../format/file.h"

struct verify_seen {
    int n;
    char rules[1024];
};

static int verify_note(void *ctx, const inlay_finding *f)
{
    struct verify_seen *seen = ctx;
    size_t used = strlen(seen->rules);
    seen->n++;
    if (!strstr(seen->rules, f->rule) && used + strlen(f->rule) + 2 < sizeof seen->rules)
        snprintf(seen->rules + used, sizeof seen->rules - used, "%s ", f->rule);
    return 0;
}

static struct verify_seen verify_bytes(inlay_env *env, const inlay_memory_sink *memory, bool deep)
{
    struct verify_seen seen = {0};
    inlay_source source = inlay_source_memory(memory->data, memory->bytes);
    inlay_read_options read = {.no_crc = deep};
    inlay_verify_options options = {.deep = deep, .finding = verify_note, .ctx = &seen};
    inlay_verify_counts counts;
    inlay_reader *reader = NULL;
    CHECK_INT(inlay_reader_open(env, &source, &read, &reader), INLAY_OK);
    CHECK_INT(inlay_verify(env, reader, &options, &counts), INLAY_OK);
    CHECK_INT(counts.findings, seen.n);
    inlay_reader_close(reader);
    return seen;
}

static void verify_sound(void)
{
    inlay_env *env = test_env();
    static const char *const encodings[] = {"dictionary", "plain"};
    static const char *const codecs[] = {"none", "snappy"};
    for (uint32_t version = 1; version <= 2; version++)
        for (int e = 0; e < 2; e++) {
            inlay_memory_sink memory;
            inlay_sink sink = inlay_sink_memory(&memory, env);
            inlay_write_options o = {.page_rows = 300, .page_version = version,
                                     .encoding = encodings[e], .codec = codecs[e]};
            CHECK_INT(file_write(env, &sink, &o, 5000, 2000, 100, 700), INLAY_OK);
            struct verify_seen seen = verify_bytes(env, &memory, true);
            CHECK_TEXT(seen.rules, "");
            CHECK_INT(verify_bytes(env, &memory, false).n, 0);
            inlay_sink_memory_free(&memory);
        }
}

/* Flip every byte of the bodies of one column's pages in turn. */
static size_t verify_flip_bodies(inlay_env *env, inlay_memory_sink *memory, inlay_reader *reader,
                                 uint32_t leaf)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    size_t n = 0;
    CHECK_INT(inlay_pages_open(reader, 0, leaf, &pages), INLAY_OK);
    while (inlay_pages_next(pages, &page) == INLAY_OK) {
        uint8_t *body = memory->data + page.at + page.header_bytes;
        for (int64_t i = 0; i < page.packed_bytes; i++, n++) {
            body[i] ^= 0x10;
            struct verify_seen seen = verify_bytes(env, memory, true);
            CHECK(strstr(seen.rules, "page.crc") != NULL);
            body[i] ^= 0x10;
        }
    }
    inlay_pages_close(pages);
    return n;
}

static void verify_flips(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_write_options o = {.page_rows = 50, .codec = "none"};
    inlay_reader *reader = NULL;
    size_t n = 0;
    CHECK_INT(file_write(env, &sink, &o, 100, 100, 100, 7), INLAY_OK);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
    for (uint32_t leaf = 0; leaf < FILE_LEAVES; leaf++)
        n += verify_flip_bodies(env, &memory, reader, leaf);
    CHECK(n > 1000);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
}

static void verify_false_sorting(void)
{
    inlay_env *env = test_env();
    for (int leaf = 0; leaf < FILE_LEAVES; leaf++) {
        inlay_memory_sink memory;
        inlay_sink sink = inlay_sink_memory(&memory, env);
        inlay_schema *schema = file_schema(env);
        inlay_sorting claim = {.leaf = (uint32_t)leaf};
        inlay_writer *w = NULL;
        inlay_write_options o = {.flags = INLAY_WRITE_TRUSTED_ORDER};
        CHECK_INT(inlay_writer_open(env, &sink, schema, &o, &w), INLAY_OK);
        CHECK_INT(inlay_writer_sorting(w, &claim, 1), INLAY_OK);
        for (uint32_t i = 0; i < FILE_LEAVES; i++)
            CHECK_INT(file_rows(w, i, 0, 100, 100, 7), INLAY_OK);
        CHECK_INT(inlay_writer_finish(w), INLAY_OK);
        inlay_writer_close(w);
        inlay_schema_close(schema);
        struct verify_seen seen = verify_bytes(env, &memory, true);
        CHECK_TEXT(seen.rules, leaf == FILE_ID     ? ""
                               : leaf == FILE_TAGS ? "sorting.form "
                                                   : "sorting.order ");
        inlay_sink_memory_free(&memory);
    }
}

static int verify_stop(void *ctx, const inlay_finding *f)
{
    (void)f;
    return ++*(int *)ctx == 2;
}

static void verify_stops(void)
{
    inlay_env *env = test_env();
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    inlay_write_options o = {.page_rows = 10};
    int n = 0;
    inlay_verify_options options = {.deep = true, .finding = verify_stop, .ctx = &n};
    inlay_verify_counts counts;
    inlay_reader *reader = NULL;
    CHECK_INT(file_write(env, &sink, &o, 1000, 1000, 100, 7), INLAY_OK);
    memset(memory.data + 4, 0, 5000);
    inlay_source source = inlay_source_memory(memory.data, memory.bytes);
    inlay_read_options read = {.no_crc = true};
    CHECK_INT(inlay_reader_open(env, &source, &read, &reader), INLAY_OK);
    CHECK_INT(inlay_verify(env, reader, &options, &counts), INLAY_END);
    CHECK_INT(n, 2);
    inlay_reader_close(reader);
    inlay_sink_memory_free(&memory);
}

TEST_SUITE(verify_verify) = {
    {"verify: files of ours, both page versions, dictionary and plain, have no findings", verify_sound},
    {"verify: a flipped bit in any byte of any page body is found", verify_flips},
    {"verify: false sorting claims are found, true ones are not", verify_false_sorting},
    {"verify: a callback that says stop ends it", verify_stops},
    {0}};
