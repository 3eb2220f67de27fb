/* Facts about footers behind footers. */
#include <stdlib.h>

#include "format/file.h"

#if INLAY_WRITE

struct chain_file {
    inlay_memory_sink memory;
    size_t ends[8]; /* the file after so many edits */
    unsigned n;
};

static inlay_source chain_source(const struct chain_file *f)
{
    return inlay_source_memory(f->memory.data, f->memory.bytes);
}

/* Append the footer with `key` set to `value` (NULL = removed). */
static void chain_edit(struct chain_file *f, const char *key, const char *value)
{
    inlay_env *env = test_env();
    inlay_source source = chain_source(f);
    inlay_reader *reader = NULL;
    inlay_memory_sink tail;
    inlay_sink sink = inlay_sink_memory(&tail, env);
    inlay_edit edit = {value ? INLAY_EDIT_SET : INLAY_EDIT_REMOVE, {{(const uint8_t *)key, strlen(key)}, {NULL, 0}, false}};
    if (value)
        edit.key_value = (inlay_key_value){edit.key_value.key, {(const uint8_t *)value, strlen(value)}, true};
    CHECK_INT(inlay_reader_open(env, &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_footer_edit(env, reader, &edit, 1, &sink, NULL), INLAY_OK);
    inlay_reader_close(reader);
    inlay_sink whole = {&f->memory, sink.append};
    CHECK_INT(whole.append(whole.ctx, tail.data, tail.bytes), 0);
    inlay_sink_memory_free(&tail);
    f->ends[++f->n] = f->memory.bytes;
}

static void chain_start(struct chain_file *f)
{
    *f = (struct chain_file){.n = 0};
    inlay_sink sink = inlay_sink_memory(&f->memory, test_env());
    CHECK_INT(file_write(test_env(), &sink, NULL, 50, 50, 50, 7), INLAY_OK);
    f->ends[0] = f->memory.bytes;
}

static void chain_end(struct chain_file *f)
{
    inlay_sink_memory_free(&f->memory);
}

static void chain_leads_back(void)
{
    struct chain_file f;
    chain_start(&f);
    chain_edit(&f, "events", "[]"); /* the list comes, grows, goes */
    chain_edit(&f, "node", "web01");
    chain_edit(&f, "events", NULL);
    chain_edit(&f, "node", NULL);
    inlay_source source = chain_source(&f);
    uint64_t at = f.memory.bytes;
    for (unsigned i = f.n; i > 0; i--) {
        CHECK_INT(inlay_footer_previous(test_env(), &source, at, &at), INLAY_OK);
        CHECK_INT(at, f.ends[i - 1]);
        inlay_source then = inlay_source_memory(f.memory.data, (size_t)at);
        inlay_reader *reader = NULL;
        CHECK_INT(inlay_reader_open(test_env(), &then, NULL, &reader), INLAY_OK);
        CHECK_INT(inlay_reader_rows(reader), 50);
        inlay_reader_close(reader);
    }
    CHECK_INT(inlay_footer_previous(test_env(), &source, at, &at), INLAY_END);
    chain_end(&f);
}

/* A footer in front of ours with one more row: some program's own way of appending, and no edit. */
static void chain_other_footer(void)
{
    struct chain_file f, g;
    uint64_t end = 0;
    chain_start(&f);
    inlay_sink sink = inlay_sink_memory(&g.memory, test_env());
    CHECK_INT(file_write(test_env(), &sink, NULL, 51, 51, 51, 7), INLAY_OK);
    inlay_source source = chain_source(&g);
    inlay_reader *reader = NULL;
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    size_t from = (size_t)inlay_reader_data_bytes(reader);
    inlay_reader_close(reader);
    inlay_sink whole = {&f.memory, sink.append};
    CHECK_INT(whole.append(whole.ctx, g.memory.data + from, g.memory.bytes - from), 0);
    source = chain_source(&f);
    CHECK_INT(inlay_footer_previous(test_env(), &source, f.memory.bytes, &end), INLAY_END);
    chain_end(&f);
    chain_end(&g);
}

static void chain_recovers_any_cut(void)
{
    struct chain_file f;
    chain_start(&f);
    chain_edit(&f, "events", "[1]");
    chain_edit(&f, "events", "[1,2]");
    for (size_t n = f.ends[0]; n <= f.ends[2]; n++) {
        inlay_source source = inlay_source_memory(f.memory.data, n);
        uint64_t end = 0;
        CHECK_INT(inlay_footer_recover(test_env(), &source, &end), INLAY_OK);
        CHECK_INT(end, n < f.ends[1] ? f.ends[0] : n < f.ends[2] ? f.ends[1] : f.ends[2]);
    }
    chain_end(&f);
}

/* After a power failure some of the end may be zeros, its own trailer too. */
static void chain_recovers_zeros(void)
{
    struct chain_file f;
    uint64_t end = 0;
    chain_start(&f);
    chain_edit(&f, "events", "[1]");
    memset(f.memory.data + f.ends[0], 0, f.ends[1] - f.ends[0]);
    inlay_source source = chain_source(&f);
    CHECK_INT(inlay_footer_recover(test_env(), &source, &end), INLAY_OK);
    CHECK_INT(end, f.ends[0]);
    chain_end(&f);
}

/* What follows the last whole footer is not the beginning of another one: whose it is nobody knows. */
static void chain_refuses_other_ends(void)
{
    struct chain_file f;
    uint64_t end = 0;
    chain_start(&f);
    inlay_sink whole = {&f.memory, inlay_sink_memory(&(inlay_memory_sink){0}, test_env()).append};
    CHECK_INT(whole.append(whole.ctx, "more data of a writer that goes on", 34), 0);
    inlay_source source = chain_source(&f);
    CHECK_INT(inlay_footer_recover(test_env(), &source, &end), INLAY_CORRUPT);
    for (size_t n = 0; n < f.ends[0]; n += 7) { /* and a file cut short has no footer at all */
        source = inlay_source_memory(f.memory.data, n);
        CHECK_INT(inlay_footer_recover(test_env(), &source, &end), INLAY_CORRUPT);
    }
    chain_end(&f);
}

TEST_SUITE(format_chain) = {
    {"chain: each footer leads to the one before it, and the first to none", chain_leads_back},
    {"chain: a footer that differs in more than key-values is no earlier edit", chain_other_footer},
    {"chain: cut anywhere, the last whole footer is found", chain_recovers_any_cut},
    {"chain: an end that never reached the disk is no end", chain_recovers_zeros},
    {"chain: other bytes behind a footer are not taken for an unfinished edit", chain_refuses_other_ends},
    {0}};

#else
TEST_SUITE(format_chain) = {{0}};
#endif
