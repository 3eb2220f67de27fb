/* Makes seeds for the fuzz targets: seeds OUT [FILE OR FOLDER]...
 *
 * Writes files of its own in every encoding and codec, and cuts them and the given ones into Thrift structs,
 * footers, pages, value sections and packed bodies, each with the last bytes that its target looks for. A seed is
 * named by its hash, so equal ones are kept once; what is larger than SEEDS_MOST is left out.
 */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "format/page.h"
#include "format/reader.h"
#include "inlay/inlay.h"

enum {
    SEEDS_MOST = 4000,      /* bytes of one */
    SEEDS_FILE = 1 << 20,   /* larger files are not cut */
    SEEDS_LEAVES = 24,      /* columns, row groups and pages of a file that are cut */
    SEEDS_GROUPS = 1,
    SEEDS_PAGES = 2
};
static const char *seeds_out;
static unsigned seeds_made;

/* One seed: `n` bytes, then the tail. */
static void seeds_put(const char *target, const void *data, size_t n, const uint8_t *tail, size_t n_tail)
{
    char path[4096];
    if (n > SEEDS_MOST)
        return;
    uint64_t hash = hash_xxh64(tail, n_tail, hash_xxh64(data, n, 0));
    snprintf(path, sizeof path, "%s/%s", seeds_out, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%016llx", seeds_out, target, (unsigned long long)hash);
    FILE *f = fopen(path, "wb");
    if (!f)
        return;
    if (n)
        fwrite(data, 1, n, f);
    if (n_tail)
        fwrite(tail, 1, n_tail, f);
    fclose(f);
    seeds_made++;
}

/* `table` as fuzz_thrift counts them; fuzz_visit has the number of the record in front. */
static void seeds_thrift(inlay_bytes span, uint8_t table)
{
    static const int8_t records[] = {INLAY_RECORD_FOOTER,       -1, -1, INLAY_RECORD_PAGE_HEADER,
                                     INLAY_RECORD_OFFSET_INDEX, INLAY_RECORD_COLUMN_INDEX,
                                     INLAY_RECORD_BLOOM_HEADER};
    uint8_t copy[SEEDS_MOST];
    seeds_put("fuzz_thrift", span.data, span.len, &table, 1);
    if (records[table] >= 0 && span.len < sizeof copy) {
        copy[0] = (uint8_t)records[table];
        memcpy(copy + 1, span.data, span.len);
        seeds_put("fuzz_visit", copy, span.len + 1, NULL, 0);
    }
}

/* ---- pages ---- */

struct seeds_chunk {
    inlay_reader *reader;
    const inlay_node *node;
    struct meta_chunk meta;
    struct buf pages; /* what fuzz_page gets */
    int64_t levels;
};

static void seeds_section(const struct seeds_chunk *c, const struct page_body *body)
{
    uint8_t width = c->node->type == INLAY_FIXED_LEN_BYTE_ARRAY ? (uint8_t)(c->node->type_length - 1) : 0;
    uint8_t tail[] = {15, width, (uint8_t)body->n_values, (uint8_t)(body->n_values >> 8 & 15),
                      (uint8_t)c->node->type, (uint8_t)body->encoding};
    if (body->encoding == ENCODING_RLE_DICTIONARY || body->encoding == ENCODING_PLAIN_DICTIONARY) {
        if (body->values_bytes) {
            tail[1] = body->values[0];
            seeds_put("fuzz_encoding", body->values + 1, body->values_bytes - 1, tail, sizeof tail);
        }
    } else {
        seeds_put("fuzz_encoding", body->values, body->values_bytes, tail, sizeof tail);
    }
}

static void seeds_body(const struct seeds_chunk *c, const struct page_header *h, const uint8_t *data)
{
    struct codec_context *codec = NULL;
    struct page_body body;
    struct buf raw;
    const char *what = NULL;
    uint8_t tail[] = {(uint8_t)h->uncompressed_bytes, (uint8_t)(h->uncompressed_bytes >> 8),
                      (uint8_t)c->meta.meta->codec};
    bool is_data = h->meta.type == META_PAGE_DATA || h->meta.type == META_PAGE_DATA_V2;
    if (h->uncompressed_bytes > 1 << 16)
        return;
    if (h->meta.type != META_PAGE_DATA_V2)
        seeds_put("fuzz_codec", data, h->compressed_bytes, tail, sizeof tail);
    buf_init(&raw, c->reader->env);
    if (is_data && reader_codec(c->reader, c->meta.meta->codec, &codec) == INLAY_OK &&
        page_body_open(h, data, codec, c->node, &raw, &body, &what) == INLAY_OK)
        seeds_section(c, &body);
    buf_free(&raw);
}

static void seeds_pages(struct seeds_chunk *c, uint32_t group, uint32_t leaf)
{
    inlay_pages *pages = NULL;
    inlay_page page;
    inlay_bytes head, body;
    struct mem_pool pool;
    if (inlay_pages_open(c->reader, group, leaf, &pages) != INLAY_OK)
        return;
    mem_pool_init(&pool, c->reader->env);
    for (int n = 0; n < SEEDS_PAGES && inlay_pages_next(pages, &page) == INLAY_OK;) {
        struct page_header h;
        if (inlay_pages_header(pages, &head) != INLAY_OK)
            break;
        seeds_thrift(head, 3);
        buf_append(&c->pages, head.data, head.len);
        if (inlay_pages_body(pages, &body) != INLAY_OK ||
            page_header_read(c->reader->env, &pool, c->pages.data + c->pages.bytes - head.len, head.len, true, 0,
                             &h) != INLAY_OK)
            break;
        seeds_body(c, &h, body.data);
        buf_append(&c->pages, body.data, body.len);
        if (page.type == META_PAGE_DATA || page.type == META_PAGE_DATA_V2) {
            c->levels += page.n_levels;
            n++;
        }
    }
    mem_pool_free(&pool);
    inlay_pages_close(pages);
}

static void seeds_leaf(inlay_reader *reader, uint32_t group, uint32_t leaf)
{
    struct seeds_chunk c = {.reader = reader, .node = inlay_schema_leaf(inlay_reader_schema(reader), leaf)};
    struct mem_pool pool;
    uint64_t start = 0, end = 0;
    mem_pool_init(&pool, reader->env);
    buf_init(&c.pages, reader->env);
    if (reader_chunk(reader, group, leaf, &pool, &c.meta, &start, &end) == INLAY_OK) {
        seeds_pages(&c, group, leaf);
        uint32_t length = c.node->type_length > 0 ? (uint32_t)c.node->type_length - 1 : 0;
        uint8_t rows[2] = {(uint8_t)c.levels, (uint8_t)(c.levels >> 8)};
        if (c.node->max_rep) { /* the whole chunk, or rows do not add up */
            const struct meta_row_group *g = NULL;
            if (reader_touch(reader, group, &g) == INLAY_OK) {
                rows[0] = (uint8_t)g->num_rows;
                rows[1] = (uint8_t)(g->num_rows >> 8);
            }
        }
        uint8_t tail[] = {rows[0], rows[1], (uint8_t)c.levels, (uint8_t)(c.levels >> 8), 5, 0, 7,
                          reader->delta_quirk, (uint8_t)c.meta.meta->codec, (uint8_t)length,
                          (uint8_t)(c.node->max_def | c.node->max_rep << 4), (uint8_t)c.node->type};
        if (c.node->max_def < 16)
            seeds_put("fuzz_page", c.pages.data, c.pages.bytes, tail, sizeof tail);
    }
    buf_free(&c.pages);
    mem_pool_free(&pool);
}

/* ---- files ---- */

static void seeds_footer(inlay_reader *reader, const uint8_t *data, size_t size)
{
    const struct footer *f = &reader->footer;
    const struct thrift_list *groups = &f->meta.row_groups;
    const struct meta_row_group *group = NULL;
    uint8_t tail[2] = {0, 0}, whole[2] = {(uint8_t)(f->at - 4), (uint8_t)((f->at - 4) >> 8)};
    inlay_bytes span = {f->data, f->bytes};
    seeds_thrift(span, 0);
    seeds_put("fuzz_footer", span.data, span.len, tail, sizeof tail);
    if (f->at - 4 <= UINT16_MAX)
        seeds_put("fuzz_footer", data + 4, (size_t)f->at - 4 + f->bytes, whole, sizeof whole);
    seeds_put("fuzz_file", data, size, tail, 0);
    if (groups->n && reader_touch(reader, 0, &group) == INLAY_OK) {
        seeds_thrift(((const inlay_bytes *)groups->items)[0], 1);
        if (group->columns.n)
            seeds_thrift(((const inlay_bytes *)group->columns.items)[0], 2);
    }
}

static void seeds_index(inlay_reader *reader, const uint8_t *data, uint64_t size, uint32_t leaf)
{
    inlay_chunk c;
    if (inlay_reader_chunk(reader, 0, leaf, &c) != INLAY_OK)
        return;
    struct {
        int64_t at, bytes;
        uint8_t table;
    } parts[] = {{c.offset_index_at, c.offset_index_bytes, 4},
                 {c.column_index_at, c.column_index_bytes, 5},
                 {c.bloom_at, 64, 6}};
    for (size_t i = 0; i < 3; i++)
        if (parts[i].at >= 4 && parts[i].bytes > 0 && (uint64_t)parts[i].at <= size &&
            (uint64_t)parts[i].bytes <= size - (uint64_t)parts[i].at)
            seeds_thrift((inlay_bytes){data + parts[i].at, (size_t)parts[i].bytes}, parts[i].table);
}

static void seeds_cut(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20}};
    inlay_source source = inlay_source_memory(data, size);
    inlay_reader *reader = NULL;
    if (inlay_reader_open(&env, &source, NULL, &reader) == INLAY_OK) {
        uint32_t leaves = inlay_schema_leaves(inlay_reader_schema(reader));
        seeds_footer(reader, data, size);
        for (uint32_t leaf = 0; leaf < leaves && leaf < SEEDS_LEAVES; leaf++) {
            if (leaf < 4)
                seeds_index(reader, data, size, leaf);
            for (uint32_t g = 0; g < inlay_reader_row_groups(reader) && g < SEEDS_GROUPS; g++)
                seeds_leaf(reader, g, leaf);
        }
    } else {
        seeds_put("fuzz_file", data, size, NULL, 0);
    }
    inlay_reader_close(reader);
}

static void seeds_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return;
    if (S_ISDIR(st.st_mode)) {
        DIR *d = opendir(path);
        for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
            char inner[4096];
            snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
            if (stat(inner, &st) == 0 && S_ISREG(st.st_mode))
                seeds_path(inner);
        }
        if (d)
            closedir(d);
        return;
    }
    FILE *f = fopen(path, "rb");
    uint8_t *data = st.st_size <= SEEDS_FILE ? malloc((size_t)st.st_size + 1) : NULL;
    if (f && data)
        seeds_cut(data, fread(data, 1, (size_t)st.st_size, f));
    free(data);
    if (f)
        fclose(f);
}

/* ---- files of our own ---- */

#if INLAY_WRITE
#define SEEDS_NAME(text) {(const uint8_t *)(text), sizeof(text) - 1}
enum { SEEDS_COLUMNS = 9, SEEDS_ROWS = 60 };

static inlay_status seeds_schema(inlay_env *env, inlay_schema **schema)
{
    uint32_t id = 0;
    const inlay_node nodes[] = {
        {.name = SEEDS_NAME("bool"), .type = INLAY_BOOLEAN, .repetition = INLAY_OPTIONAL},
        {.name = SEEDS_NAME("i32"), .type = INLAY_INT32},
        {.name = SEEDS_NAME("i64"), .type = INLAY_INT64, .repetition = INLAY_OPTIONAL},
        {.name = SEEDS_NAME("i96"), .type = INLAY_INT96},
        {.name = SEEDS_NAME("f32"), .type = INLAY_FLOAT},
        {.name = SEEDS_NAME("f64"), .type = INLAY_DOUBLE, .repetition = INLAY_OPTIONAL},
        {.name = SEEDS_NAME("text"), .type = INLAY_BYTE_ARRAY, .repetition = INLAY_OPTIONAL,
         .logical = {.kind = INLAY_STRING}},
        {.name = SEEDS_NAME("fixed"), .type = INLAY_FIXED_LEN_BYTE_ARRAY, .type_length = 5},
        {.name = SEEDS_NAME("many"), .type = INLAY_INT32, .repetition = INLAY_REPEATED}};
    inlay_status status = inlay_schema_new(env, schema);
    for (size_t i = 0; i < SEEDS_COLUMNS && status == INLAY_OK; i++)
        status = inlay_schema_add(*schema, 0, &nodes[i], &id);
    return status;
}

/* Row i: null, or in the repeated column empty, where i % 4 == 0; two values of it where i % 3 == 1. */
static inlay_status seeds_column(inlay_writer *w, uint32_t leaf, const inlay_node *node)
{
    enum { MOST = 2 * SEEDS_ROWS };
    uint8_t def[MOST], rep[MOST], bytes[MOST * 16];
    char texts[MOST][8];
    inlay_bytes strings[MOST];
    inlay_batch b = {.values = node->type == INLAY_BYTE_ARRAY ? (const void *)strings : bytes};
    for (size_t i = 0; i < SEEDS_ROWS; i++) {
        uint8_t present = node->max_def == 0 || i % 4;
        for (size_t k = 0; k < (node->max_rep && i % 3 == 1 && present ? 2 : 1); k++) {
            rep[b.n_levels] = k > 0;
            def[b.n_levels++] = present && node->max_def;
            b.n_values += present;
        }
    }
    for (size_t i = 0; i < MOST; i++)
        strings[i] = (inlay_bytes){(const uint8_t *)texts[i],
                                   (size_t)snprintf(texts[i], 8, "pre%u", (unsigned)(i * i % 11))};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(node->type == INLAY_BOOLEAN ? i & 1 : i % 4 == 0 ? i / 8 : 0);
    b.def = node->max_def ? def : NULL;
    b.rep = node->max_rep ? rep : NULL;
    return inlay_writer_write(w, leaf, &b);
}

/* The file with predicates behind it, as fuzz_where takes them. */
static void seeds_where(const uint8_t *data, size_t size)
{
    static const char *const texts[] = {"i32 > 3", "text ^= 'pre' AND NOT i64 IS NULL", "f64 BETWEEN -1 AND 2.5 OR bool",
                                        "many IN (1, 2, 3)", "text LIKE 'pre1%' OR fixed = X'0000000000'"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t tail[128];
        size_t n = strlen(texts[i]);
        memcpy(tail, texts[i], n);
        tail[n] = (uint8_t)n;
        seeds_put("fuzz_where", data, size, tail, n + 1);
    }
}

static void seeds_write(const char *codec, const char *encoding, uint32_t version)
{
    inlay_env env = {0};
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, &env);
    inlay_schema *schema = NULL;
    inlay_writer *w = NULL;
    inlay_write_options options = {.codec = codec, .encoding = encoding, .page_version = version, .page_rows = 40,
                                   .flags = INLAY_WRITE_INT96};
    inlay_status status = seeds_schema(&env, &schema);
    if (status == INLAY_OK)
        status = inlay_writer_open(&env, &sink, schema, &options, &w);
    for (uint32_t leaf = 0; leaf < SEEDS_COLUMNS && status == INLAY_OK; leaf++)
        status = seeds_column(w, leaf, inlay_schema_leaf(schema, leaf));
    if (status == INLAY_OK)
        status = inlay_writer_finish(w);
    if (status == INLAY_OK) {
        seeds_cut(memory.data, memory.bytes);
        seeds_where(memory.data, memory.bytes);
    } else if (status != INLAY_UNSUPPORTED) {
        fprintf(stderr, "seeds: %s %s: %s\n", codec, encoding, env.error.what);
    }
    inlay_writer_close(w);
    inlay_schema_close(schema);
    inlay_sink_memory_free(&memory);
}

static void seeds_own(void)
{
    static const char *const encodings[] = {"dictionary", "plain", "rle", "delta_binary_packed",
                                            "delta_length_byte_array", "delta_byte_array", "byte_stream_split"};
    static const char *const codecs[] = {"none", "snappy", "gzip", "zstd", "brotli", "lz4_raw"};
    for (size_t e = 0; e < sizeof encodings / sizeof encodings[0]; e++)
        seeds_write("none", encodings[e], 1 + e % 2);
    for (size_t c = 0; c < sizeof codecs / sizeof codecs[0]; c++)
        seeds_write(codecs[c], "plain", 2 - c % 2);
}
#else
static void seeds_own(void)
{
}
#endif

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: seeds OUT [FILE OR FOLDER]...\n");
        return 2;
    }
    seeds_out = argv[1];
    mkdir(seeds_out, 0777);
    seeds_own();
    for (int i = 2; i < argc; i++)
        seeds_path(argv[i]);
    printf("seeds: %u made\n", seeds_made);
    return seeds_made ? 0 : 1;
}
