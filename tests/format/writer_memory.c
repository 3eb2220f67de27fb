/* Facts about the memory that a writer says it takes, and then takes. */
#include "file.h"

#include <stdlib.h>

enum { MEMORY_LEAVES = 6, MEMORY_LEVELS = 2048, MEMORY_WIDE = 48, MEMORY_POOL = 1 << 16, MEMORY_ARENA = 2 << 20 };

enum memory_values { MEMORY_CONSTANT, MEMORY_FEW, MEMORY_DISTINCT, MEMORY_TURNING, MEMORY_KINDS };

/* A file to be written, drawn from random numbers or made by hand. */
struct memory_case {
    inlay_schema *schema;
    uint32_t n_leaves, n_dictionary;
    inlay_write_options o;
    inlay_writer_load load;
    uint64_t group_rows; /* rows between calls of end_row_group */
    size_t batch_rows;
    bool rows_at_once;   /* write_rows */
    bool full_values;    /* strings all of the largest length, lists of the largest number of levels */
    uint8_t kinds[MEMORY_LEAVES], nulls[MEMORY_LEAVES];
    inlay_column_options columns[MEMORY_LEAVES];
    inlay_key_value column_key;
};

struct memory_column {
    inlay_batch b;
    uint8_t def[MEMORY_LEVELS], rep[MEMORY_LEVELS];
    _Alignas(16) uint8_t values[MEMORY_LEVELS * MEMORY_WIDE];
    uint32_t codes[MEMORY_LEVELS];
};
static struct memory_column memory_columns[MEMORY_LEAVES];
static uint8_t memory_pool[MEMORY_POOL * 2];

static int memory_append(void *ctx, const void *data, size_t bytes)
{
    (void)data;
    *(uint64_t *)ctx += bytes;
    return 0;
}

/* ---- values ---- */

static uint64_t memory_draw(enum memory_values kind, uint64_t row)
{
    uint64_t few = 40;
    if (kind == MEMORY_TURNING && row > 500)
        kind = MEMORY_DISTINCT;
    return kind == MEMORY_CONSTANT ? 7 : kind == MEMORY_DISTINCT ? test_random() : test_random_below(few);
}

static void memory_value(const struct memory_case *m, const inlay_node *node, uint32_t leaf, uint64_t row,
                         uint8_t *to)
{
    uint64_t v = leaf == 0 ? row : memory_draw(m->kinds[leaf], row);
    if (node->type == INLAY_BYTE_ARRAY) {
        size_t most = m->load.value_bytes, len = m->full_values ? most : (size_t)(v % (most + 1));
        inlay_bytes b = {memory_pool + v * 2654435761u % MEMORY_POOL, len};
        memcpy(to, &b, sizeof b);
    } else if (node->type == INLAY_BOOLEAN) {
        *to = v & 1;
    } else {
        for (size_t i = 0; i < inlay_node_width(node); i += 8)
            memcpy(to + i, &v, inlay_node_width(node) - i < 8 ? inlay_node_width(node) - i : 8);
    }
}

/* n more rows of a leaf, as many as there is room for. */
static size_t memory_rows(const struct memory_case *m, uint32_t leaf, uint64_t row, size_t n)
{
    const inlay_node *node = inlay_schema_leaf(m->schema, leaf);
    struct memory_column *c = &memory_columns[leaf];
    size_t width = inlay_node_width(node), rows = 0, levels = 0, values = 0;
    for (; rows < n && levels + m->load.row_levels <= MEMORY_LEVELS; rows++) {
        size_t k = node->max_rep ? m->load.row_levels : 1;
        k = m->full_values ? k : 1 + (size_t)test_random_below(k);
        for (size_t i = 0; i < k; i++, levels++) {
            bool null = node->max_def && test_random_below(100) < m->nulls[leaf];
            c->rep[levels] = i ? (uint8_t)(1 + test_random_below(node->max_rep)) : 0;
            c->def[levels] = null ? (uint8_t)test_random_below(node->max_def) : node->max_def;
            if (!null)
                memory_value(m, node, leaf, row + rows, c->values + values++ * width);
        }
    }
    for (size_t i = 0; i < values && m->n_dictionary; i++)
        c->codes[i] = (uint32_t)test_random_below(m->n_dictionary);
    c->b = (inlay_batch){.n_levels = levels, .n_values = values, .values = c->values,
                         .def = node->max_def ? c->def : NULL, .rep = node->max_rep ? c->rep : NULL};
    return rows;
}

/* A batch in two pieces, cut anywhere, in the middle of a row too. */
static inlay_status memory_write(inlay_writer *w, uint32_t leaf, const inlay_node *node, bool codes)
{
    struct memory_column *c = &memory_columns[leaf];
    inlay_batch a = c->b, b = c->b;
    size_t cut = (size_t)test_random_below(c->b.n_levels + 1), values = cut;
    if (c->b.def)
        for (size_t i = values = 0; i < cut; i++)
            values += c->def[i] == node->max_def;
    a.n_levels = cut;
    a.n_values = values;
    b.n_levels -= cut;
    b.n_values -= values;
    b.def = b.def ? b.def + cut : NULL;
    b.rep = b.rep ? b.rep + cut : NULL;
    b.values = c->values + values * inlay_node_width(node);
    if (codes) {
        a.values = b.values = NULL;
        a.codes = c->codes;
        b.codes = c->codes + values;
    }
    inlay_status status = inlay_writer_write(w, leaf, &a);
    return status == INLAY_OK ? inlay_writer_write(w, leaf, &b) : status;
}

/* ---- a file ---- */

static inlay_status memory_dictionary(const struct memory_case *m, inlay_writer *w, uint32_t leaf)
{
    static uint8_t values[MEMORY_LEVELS * MEMORY_WIDE];
    const inlay_node *node = inlay_schema_leaf(m->schema, leaf);
    for (uint32_t i = 0; i < m->n_dictionary; i++) {
        inlay_bytes b = {memory_pool + i * 4, m->load.value_bytes};
        memset(values + i * inlay_node_width(node), 0, inlay_node_width(node));
        memcpy(values + i * inlay_node_width(node), node->type == INLAY_BYTE_ARRAY ? (const void *)&b : &i,
               node->type == INLAY_BYTE_ARRAY ? sizeof b : sizeof i);
    }
    return inlay_writer_dictionary(w, leaf, values, m->n_dictionary);
}

static inlay_status memory_leaf(const struct memory_case *m, inlay_writer *w, uint32_t leaf, uint64_t row, uint64_t n)
{
    const inlay_node *node = inlay_schema_leaf(m->schema, leaf);
    inlay_status status = INLAY_OK;
    while (n && status == INLAY_OK) {
        size_t take = memory_rows(m, leaf, row, n < m->batch_rows ? (size_t)n : m->batch_rows);
        if (leaf && node->max_rep == 0 && !m->n_dictionary && !m->full_values && test_random_below(8) == 0) {
            const inlay_batch *b = &memory_columns[leaf].b;
            status = inlay_writer_repeat(w, leaf, take, b->n_values ? b->values : node->max_def ? NULL : b->values);
        } else {
            status = memory_write(w, leaf, node, m->n_dictionary && leaf);
        }
        row += take;
        n -= take;
    }
    return status;
}

static inlay_status memory_group(const struct memory_case *m, inlay_writer *w, uint64_t row, uint64_t n)
{
    inlay_status status = INLAY_OK;
    bool in_order = m->o.flags & INLAY_WRITE_IN_ORDER;
    for (uint32_t leaf = 1; leaf < m->n_leaves && m->n_dictionary && !in_order && status == INLAY_OK; leaf++)
        status = memory_dictionary(m, w, leaf);
    for (uint64_t done = 0; done < n && status == INLAY_OK;) {
        uint64_t take = in_order ? n : n - done < m->batch_rows ? n - done : m->batch_rows;
        for (uint32_t leaf = 0; leaf < m->n_leaves && status == INLAY_OK; leaf++) {
            if (in_order && m->n_dictionary && leaf)
                status = memory_dictionary(m, w, leaf);
            if (status == INLAY_OK)
                status = memory_leaf(m, w, leaf, row + done, take);
            if (status == INLAY_OK && in_order)
                status = inlay_writer_end_column(w, leaf);
        }
        done += take;
    }
    return status == INLAY_OK ? inlay_writer_end_row_group(w) : status;
}

static inlay_status memory_all_rows(const struct memory_case *m, inlay_writer *w)
{
    inlay_status status = INLAY_OK;
    for (uint64_t row = 0; row < m->load.rows && status == INLAY_OK;) {
        inlay_batch batches[MEMORY_LEAVES];
        uint64_t left = m->load.rows - row;
        size_t most = MEMORY_LEVELS / m->load.row_levels, take = m->batch_rows < most ? m->batch_rows : most;
        take = left < take ? (size_t)left : take;
        for (uint32_t leaf = 0; leaf < m->n_leaves; leaf++) {
            CHECK_INT(memory_rows(m, leaf, row, take), take);
            batches[leaf] = memory_columns[leaf].b;
        }
        status = inlay_writer_write_rows(w, batches);
        row += take;
    }
    return status;
}

static inlay_status memory_file(const struct memory_case *m, inlay_env *env, uint64_t *written)
{
    inlay_sink sink = {written, memory_append};
    inlay_writer *w = NULL;
    inlay_status status = inlay_writer_open(env, &sink, m->schema, &m->o, &w);
    inlay_sorting claims[2] = {{0, false, false}, {m->n_leaves - 1, true, false}};
    if (status == INLAY_OK && m->load.n_sorting)
        status = inlay_writer_sorting(w, claims, m->load.n_sorting);
    size_t key_bytes = m->load.n_key_values ? m->load.key_value_bytes / m->load.n_key_values : 0;
    for (size_t i = 0; i < m->load.n_key_values && status == INLAY_OK; i++) {
        inlay_bytes value = {memory_pool, key_bytes - key_bytes / 2};
        status = inlay_writer_key_value(w, (inlay_bytes){memory_pool, key_bytes / 2}, &value);
    }
    if (status == INLAY_OK && m->rows_at_once)
        status = memory_all_rows(m, w);
    for (uint64_t row = 0; row < m->load.rows && status == INLAY_OK && !m->rows_at_once; row += m->group_rows) {
        uint64_t left = m->load.rows - row;
        status = memory_group(m, w, row, left < m->group_rows ? left : m->group_rows);
    }
    if (status == INLAY_OK)
        status = inlay_writer_finish(w);
    inlay_writer_close(w);
    return status;
}

/* ---- random files ---- */

static void memory_add(struct memory_case *m, uint32_t i)
{
    static const uint8_t types[] = {INLAY_BOOLEAN,    INLAY_INT32,      INLAY_INT64,
                                    INLAY_FLOAT,      INLAY_DOUBLE,     INLAY_BYTE_ARRAY,
                                    INLAY_BYTE_ARRAY, INLAY_BYTE_ARRAY, INLAY_FIXED_LEN_BYTE_ARRAY,
                                    INLAY_INT96};
    char name[] = "c0";
    uint32_t parent = 0, depth = i ? (uint32_t)test_random_below(4) : 0;
    name[1] = (char)('0' + i);
    inlay_node group = {.name = {(const uint8_t *)name, 2}, .type = INLAY_GROUP};
    inlay_node leaf = {.name = {(const uint8_t *)name, 2},
                       .type = i ? types[test_random_below(sizeof types)] : INLAY_INT64,
                       .repetition = i ? (uint8_t)test_random_below(3) : INLAY_REQUIRED};
    for (; depth; depth--) {
        group.repetition = (uint8_t)test_random_below(3);
        CHECK_INT(inlay_schema_add(m->schema, parent, &group, &parent), INLAY_OK);
    }
    if (leaf.type == INLAY_FIXED_LEN_BYTE_ARRAY)
        leaf.type_length = (int32_t)(1 + test_random_below(40));
    if (leaf.type == INLAY_BYTE_ARRAY && test_random_below(3) == 0)
        leaf.logical.kind = INLAY_STRING;
    else if (leaf.type == INLAY_BYTE_ARRAY && test_random_below(4) == 0)
        leaf.logical = (inlay_logical){.kind = INLAY_DECIMAL, .precision = 9, .scale = 2};
    CHECK_INT(inlay_schema_add(m->schema, parent, &leaf, NULL), INLAY_OK);
    m->kinds[i] = (uint8_t)test_random_below(MEMORY_KINDS);
    m->nulls[i] = (uint8_t)(test_random_below(3) * 45);
    m->columns[i].leaf = i;
    if (leaf.type != INLAY_BOOLEAN && test_random_below(5) == 0) {
        m->columns[i].bloom_fpp = 0.01;
        m->columns[i].bloom_bytes = 32u << test_random_below(8);
    }
    if (test_random_below(5) == 0) {
        m->columns[i].key_values = &m->column_key;
        m->columns[i].n_key_values = 1;
    }
}

static void memory_options(struct memory_case *m)
{
    static const char *const codecs[] = {"none", "snappy", "gzip:1", "lz4_raw", "zstd:1", NULL};
    static const char *const profiles[] = {"compat", "balanced", "smallest", "newest"};
    static const char *const encodings[] = {NULL, NULL, "plain", "delta_binary_packed", "delta_byte_array",
                                            "byte_stream_split", "delta_length_byte_array", "alp", "rle"};
    static const uint32_t orders[] = {0, INLAY_WRITE_IN_ORDER, INLAY_WRITE_IN_ORDER | INLAY_WRITE_HOLD_COLUMN};
    m->o = (inlay_write_options){.codec = codecs[test_random_below(6)], .profile = profiles[test_random_below(4)],
                                 .encoding = encodings[test_random_below(9)],
                                 .page_bytes = (size_t)1 << test_random_below(17),
                                 .page_rows = 1u << test_random_below(13),
                                 .dictionary_bytes = (size_t)32 << test_random_below(13),
                                 .page_version = (uint32_t)test_random_below(3), .columns = m->columns,
                                 .n_columns = m->n_leaves,
                                 .flags = orders[test_random_below(3)] | INLAY_WRITE_INT96 | INLAY_WRITE_AS_IS};
    m->o.codec = m->o.codec ? m->o.codec : "zstd:3";
    if (test_random_below(4) == 0)
        m->o.flags |= INLAY_WRITE_NO_PAGE_INDEX;
    if (test_random_below(4) == 0)
        m->o.flags |= INLAY_WRITE_NO_STATISTICS;
    if (test_random_below(4) == 0)
        m->o.flags |= INLAY_WRITE_TRUSTED_ORDER;
    m->group_rows = 1 + test_random_below(4000);
    m->batch_rows = 1 + (size_t)test_random_below(2000);
    m->full_values = test_random_below(3) == 0;
    m->load = (inlay_writer_load){.rows = 1 + test_random_below(5000), .row_group_rows = m->group_rows,
                                  .value_bytes = (size_t)1 << test_random_below(12),
                                  .n_sorting = test_random_below(4) == 0,
                                  .row_levels = 1 + (size_t)test_random_below(1u << test_random_below(9)),
                                  .n_key_values = (size_t)test_random_below(3)};
    if (m->group_rows < 200)
        m->load.rows %= 1000;
    m->load.key_value_bytes = m->load.n_key_values * 100;
    if (!(m->o.flags & INLAY_WRITE_IN_ORDER) && test_random_below(2)) {
        m->rows_at_once = true;
        m->load.row_group_rows = 0;
        m->o.row_group_rows = m->group_rows;
        m->o.row_group_bytes = (uint64_t)1000 << test_random_below(12);
    }
    if (!m->rows_at_once && test_random_below(4) == 0)
        m->n_dictionary = 1 + (uint32_t)test_random_below(200);
}

static void memory_case_random(inlay_env *env, struct memory_case *m)
{
    *m = (struct memory_case){
        .column_key = {.key = {memory_pool, 30}, .value = {memory_pool, 50}, .has_value = true}};
    m->n_leaves = 1 + (uint32_t)test_random_below(MEMORY_LEAVES);
    CHECK_INT(inlay_schema_new(env, &m->schema), INLAY_OK);
    for (uint32_t i = 0; i < m->n_leaves; i++)
        memory_add(m, i);
    memory_options(m);
    for (uint32_t i = 1; i < m->n_leaves; i++) {
        const inlay_node *node = inlay_schema_leaf(m->schema, i);
        size_t width = node->type == INLAY_BYTE_ARRAY ? 4 + m->load.value_bytes : inlay_node_width(node);
        if (node->type == INLAY_BOOLEAN || (node->type == INLAY_BYTE_ARRAY && m->load.value_bytes < 8) || width < 4)
            m->n_dictionary = 0;
        if (m->load.dictionary_bytes < width * m->n_dictionary)
            m->load.dictionary_bytes = width * m->n_dictionary;
    }
    m->load.dictionary_bytes = m->n_dictionary ? m->load.dictionary_bytes : 0;
}

/* Ask, write within what was said, and compare; peak gets what was taken. */
static uint64_t memory_hold(struct memory_case *m, inlay_env *env, uint64_t *peak, uint64_t seed)
{
    uint64_t stated = 0, before = env->used_bytes, written = 0;
    CHECK_INT(inlay_writer_memory(env, m->schema, &m->o, &m->load, &stated), INLAY_OK);
    CHECK_INT(env->used_bytes, before);
    env->peak_bytes = before;
    env->limits.memory_bytes = before + stated;
    inlay_status status = memory_file(m, env, &written);
    *peak = env->peak_bytes - before;
    env->limits.memory_bytes = 0;
    if (status != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s, within %llu; seed %llu", inlay_status_name(status), env->error.what,
                  (unsigned long long)stated, (unsigned long long)seed);
    CHECK_INT(env->used_bytes, before);
    CHECK(*peak <= stated);
    return stated;
}

/* The same file over a buffer of so many bytes. */
static void memory_over_arena(const struct memory_case *m, size_t bytes, uint64_t seed)
{
    static uint8_t buffer[MEMORY_ARENA];
    inlay_arena arena;
    inlay_env env = {.allocator = inlay_arena_allocator(&arena, buffer, bytes)};
    uint64_t written = 0;
    inlay_status status = memory_file(m, &env, &written);
    if (status != INLAY_OK)
        test_fail(__FILE__, __LINE__, "%s: over an arena of %zu; seed %llu", inlay_status_name(status), bytes,
                  (unsigned long long)seed);
    CHECK_INT(env.used_bytes, 0);
}

static void memory_fill_pool(void)
{
    for (size_t i = 0; i < sizeof memory_pool; i += 8) {
        uint64_t v = test_random();
        memcpy(memory_pool + i, &v, 8);
    }
}

static void memory_of_random_files(void)
{
    const char *set = getenv("SEED"), *cases = getenv("CASES");
    uint64_t seed = set ? strtoull(set, NULL, 10) : 20240611, n = cases ? strtoull(cases, NULL, 10) : 300;
    for (uint64_t i = 0; i < n; i++, seed++) {
        inlay_env *env = test_env();
        struct memory_case m;
        uint64_t peak = 0;
        test_random_seed(seed);
        memory_fill_pool();
        memory_case_random(env, &m);
        uint64_t stated = memory_hold(&m, env, &peak, seed);
        if (stated < MEMORY_ARENA / 2)
            memory_over_arena(&m, (size_t)stated * 2, seed);
        if (cases)
            printf("  seed %llu: %llu of %llu\n", (unsigned long long)seed, (unsigned long long)peak,
                   (unsigned long long)stated);
        inlay_schema_close(m.schema);
    }
}

/* ---- ordinary files ---- */

/* Numbers, two of them optional; text of `value_bytes` beside a counter; lists of four numbers and of text. */
static void memory_shape(struct memory_case *m, int shape)
{
    static const uint8_t numbers[] = {INLAY_INT64, INLAY_DOUBLE, INLAY_INT32,
                                      INLAY_FLOAT, INLAY_INT64,  INLAY_BOOLEAN};
    static const uint8_t texts[] = {INLAY_INT64, INLAY_BYTE_ARRAY, INLAY_DOUBLE, INLAY_BYTE_ARRAY};
    static const uint8_t lists[] = {INLAY_INT64, INLAY_INT32, INLAY_BYTE_ARRAY};
    const uint8_t *types[] = {numbers, texts, lists};
    m->n_leaves = shape == 0 ? 6 : shape == 1 ? 4 : 3;
    char name[] = "c0";
    for (uint32_t i = 0; i < m->n_leaves; i++, name[1]++) {
        inlay_node node = {.name = {(const uint8_t *)name, 2}, .type = types[shape][i],
                           .repetition = i && shape == 2 ? INLAY_REPEATED : i % 2 ? INLAY_OPTIONAL : INLAY_REQUIRED};
        if (node.type == INLAY_BYTE_ARRAY)
            node.logical.kind = INLAY_STRING;
        CHECK_INT(inlay_schema_add(m->schema, 0, &node, NULL), INLAY_OK);
        m->kinds[i] = MEMORY_DISTINCT;
        m->nulls[i] = 5;
    }
}

static int memory_by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void memory_of_ordinary_files(void)
{
    static const char *const codecs[] = {"none", "snappy", "lz4_raw", "zstd:3"};
    static const uint32_t orders[] = {0, INLAY_WRITE_IN_ORDER, INLAY_WRITE_IN_ORDER | INLAY_WRITE_HOLD_COLUMN};
    static const uint64_t groups[] = {10000, 60000};
    double ratios[72];
    size_t n = 0;
    for (int i = 0; i < 72; i++) {
        inlay_env *env = test_env();
        struct memory_case m = {.group_rows = groups[i / 36], .batch_rows = 500, .full_values = true};
        uint64_t peak = 0;
        m.load = (inlay_writer_load){
            .rows = 60000, .row_group_rows = m.group_rows, .value_bytes = 24, .row_levels = 4};
        m.o = (inlay_write_options){.codec = codecs[i % 4], .flags = orders[i / 4 % 3]};
        CHECK_INT(inlay_schema_new(env, &m.schema), INLAY_OK);
        memory_shape(&m, i / 12 % 3);
        uint64_t stated = memory_hold(&m, env, &peak, 0);
        ratios[n++] = (double)stated / (double)peak;
        if (getenv("CASES"))
            printf("  %d: %.2f, %llu of %llu\n", i, ratios[n - 1], (unsigned long long)peak,
                   (unsigned long long)stated);
        if (stated > 4 * peak)
            test_fail(__FILE__, __LINE__, "file %d: %llu stated for %llu", i, (unsigned long long)stated,
                      (unsigned long long)peak);
        inlay_schema_close(m.schema);
    }
    qsort(ratios, n, sizeof ratios[0], memory_by_size);
    printf("  stated to taken: median %.2f, most %.2f of %d files\n", ratios[n / 2], ratios[n - 1], (int)n);
}

/* ---- asking ---- */

static void memory_asking(void)
{
    inlay_env *env = test_env();
    inlay_schema *schema = NULL;
    inlay_node node = {.name = {(const uint8_t *)"c", 1}, .type = INLAY_INT64};
    inlay_write_options o = {.codec = "zstd:77"};
    inlay_writer_load load = {.rows = 1000};
    uint64_t few = 0, many = 0, peak;
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &node, NULL), INLAY_OK);
    peak = env->peak_bytes;
    CHECK_INT(inlay_writer_memory(env, schema, &o, &load, &few), INLAY_ARG);
    CHECK_INT(inlay_writer_memory(env, schema, NULL, &load, &few), INLAY_OK);
    CHECK_INT(env->peak_bytes, peak);
    load.rows = load.row_group_rows = UINT64_MAX;
    CHECK_INT(inlay_writer_memory(env, schema, NULL, &load, &many), INLAY_OK);
    CHECK(few < 8u << 20 && many == UINT64_MAX);
    if (inlay_writer_memory(env, schema, &(inlay_write_options){.codec = "brotli"}, &load, &many) == INLAY_OK)
        test_fail(__FILE__, __LINE__, "a number for brotli");
    CHECK_INT(env->error.status, INLAY_UNSUPPORTED);
    inlay_schema_close(schema);
}

/* Batches that end in the middle of a row add rows to a full page only to end them: 4 bytes a value. */
static void memory_of_pieces_of_rows(void)
{
    inlay_env *env = test_env();
    struct memory_case m = {
        .o = {.codec = "none", .encoding = "plain", .page_bytes = 1024, .flags = INLAY_WRITE_IN_ORDER}};
    int32_t values[6] = {0};
    uint8_t def[6] = {1, 1, 1, 1, 1, 1}, rep[6] = {0, 1, 1, 0, 1, 1}, first[6] = {1, 1, 0, 1, 1, 0};
    inlay_node node = {.name = {(const uint8_t *)"c", 1}, .type = INLAY_INT32, .repetition = INLAY_REPEATED};
    inlay_batch batch = {.n_levels = 1, .n_values = 1, .values = values, .def = def, .rep = rep};
    uint64_t written = 0, before;
    inlay_sink sink = {&written, memory_append};
    inlay_writer *w = NULL;
    CHECK_INT(inlay_schema_new(env, &m.schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(m.schema, 0, &node, NULL), INLAY_OK);
    before = env->used_bytes;
    CHECK_INT(inlay_writer_open(env, &sink, m.schema, &m.o, &w), INLAY_OK);
    CHECK_INT(inlay_writer_write(w, 0, &batch), INLAY_OK);
    batch.n_levels = batch.n_values = 3;
    batch.rep = first; /* the end of a row and the beginning of the next */
    for (int i = 0; i < 20000; i++)
        CHECK_INT(inlay_writer_write(w, 0, &batch), INLAY_OK);
    CHECK(inlay_writer_pending_bytes(w) < 1024 + 2 * 3 * 4);
    CHECK_INT(inlay_writer_end_column(w, 0), INLAY_OK);
    CHECK_INT(inlay_writer_finish(w), INLAY_OK);
    inlay_writer_close(w);
    CHECK_INT(env->used_bytes, before);
    inlay_schema_close(m.schema);
}

TEST_SUITE(format_writer_memory) = {
    {"writer: random files stay within the memory that was stated", memory_of_random_files},
    {"writer: ordinary files take at least a quarter of what was stated", memory_of_ordinary_files},
    {"writer: asking for memory leaves none behind, and says no for brotli", memory_asking},
    {"writer: batches that end inside rows do not make pages grow", memory_of_pieces_of_rows},
    {0}};
