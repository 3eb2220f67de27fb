/* The writer: columns in, row groups out. See writer.h; the footer is in writer_footer.c. */
#include "format/writer.h"

#if INLAY_WRITE

#include <string.h>

enum {
    WRITER_PAGE_BYTES = 1024 * 1024,
    WRITER_PAGE_ROWS = 20000,
    WRITER_DICTIONARY_BYTES = 2 * 1024 * 1024,
    WRITER_BLOOM_BYTES = 1024 * 1024
};

/* ---- options ---- */

static bool writer_name_is(const char *text, const char *name)
{
    while (*text && *text == *name) {
        text++;
        name++;
    }
    return *text == *name;
}

static inlay_status writer_encoding(inlay_env *env, const char *text, const inlay_node *leaf,
                                    struct chunk_options *o)
{
    bool boolean = leaf->type == INLAY_BOOLEAN;
    o->encoding = encoding_by_id(ENCODING_PLAIN);
    o->dictionary = false;
    if (!text || writer_name_is(text, "dictionary")) {
        o->dictionary = !boolean;
        return INLAY_OK;
    }
    const struct encoding *e = encoding_by_name(text);
    if (!e || !e->write)
        return err_set(env, INLAY_ARG, ERR("unknown encoding"));
    if (!(e->types >> leaf->type & 1))
        return err_set(env, INLAY_ARG, ERR("the encoding does not suit the column's type"));
    o->encoding = e;
    return INLAY_OK;
}

/* The shared compressor for a codec and level. */
static inlay_status writer_codec(inlay_writer *w, const struct codec *codec, int level,
                                 struct codec_context **out)
{
    for (size_t i = 0; i < w->n_codecs; i++)
        if (w->codecs[i]->codec == codec && w->codecs[i]->level == level) {
            *out = w->codecs[i];
            return INLAY_OK;
        }
    void *block = w->codecs;
    TRY(mem_grow(w->env, &block, &w->codecs_capacity, w->n_codecs + 1, sizeof *w->codecs));
    w->codecs = block;
    TRY(mem_new(w->env, sizeof **w->codecs, &block));
    w->codecs[w->n_codecs++] = *out = block;
    return codec_open_compress(*out, w->env, codec, level);
}

static inlay_status writer_column_options(inlay_writer *w, const inlay_write_options *options,
                                          uint32_t leaf, struct chunk_options *o)
{
    const char *codec = options->codec ? options->codec : w->profile->codec, *encoding = options->encoding;
    const char *what = NULL;
    size_t bloom_bytes = WRITER_BLOOM_BYTES;
    double bloom_fpp = 0;
    bool own = false;
    for (size_t i = 0; i < options->n_columns; i++) {
        const inlay_column_options *c = &options->columns[i];
        if (c->leaf != leaf)
            continue;
        codec = c->codec ? c->codec : codec;
        own = own || c->encoding;
        encoding = c->encoding ? c->encoding : encoding;
        bloom_fpp = c->bloom_fpp;
        bloom_bytes = c->bloom_bytes ? c->bloom_bytes : bloom_bytes;
    }
    const inlay_node *node = inlay_schema_leaf(w->schema, leaf);
    if (node->type == INLAY_INT96 && !(w->flags & INLAY_WRITE_INT96))
        return err_set(w->env, INLAY_ARG, ERR("INT96 is deprecated and written on request only"));
    if (bloom_fpp < 0 || bloom_fpp >= 1 || bloom_fpp != bloom_fpp ||
        (bloom_fpp > 0 && node->type == INLAY_BOOLEAN))
        return err_set(w->env, INLAY_ARG, ERR("a bloom filter wants a share between 0 and 1, and is not for BOOLEAN"));
    *o = (struct chunk_options){
        .choices = encoding ? 0 : w->profile->encodings,
        .page_bytes = options->page_bytes ? options->page_bytes : (size_t)WRITER_PAGE_BYTES,
        .page_rows = options->page_rows ? options->page_rows : (size_t)WRITER_PAGE_ROWS,
        .stretch = !options->page_rows,
        .dictionary_bytes =
            options->dictionary_bytes ? options->dictionary_bytes : (size_t)WRITER_DICTIONARY_BYTES,
        .bloom_fpp = bloom_fpp,
        .bloom_bytes = bloom_bytes,
        .version = w->version,
        .flags = w->flags,
        .new_orders = w->profile->new_orders,
    };
    const struct codec *parsed = NULL;
    int level = 0;
    inlay_status status = codec_parse(codec, &parsed, &level, &what);
    if (status != INLAY_OK)
        return err_set(w->env, status, what);
    TRY(writer_codec(w, parsed, level, &o->codec));
    status = writer_encoding(w->env, encoding, node, o);
    /* one encoding for all columns is meant for those that can take it */
    if (status == INLAY_ARG && !own && encoding_by_name(encoding))
        status = writer_encoding(w->env, NULL, node, o);
    return status;
}

/* ---- open and close ---- */

static inlay_status writer_copy(inlay_writer *w, inlay_bytes *bytes)
{
    void *block = NULL;
    TRY(mem_pool_take(&w->pool, bytes->len + 1, &block));
    if (bytes->len)
        memcpy(block, bytes->data, bytes->len);
    bytes->data = block;
    return INLAY_OK;
}

/* Options for all columns are wrong by themselves, not because of a column. */
static inlay_status writer_check_options(inlay_writer *w, const inlay_write_options *options)
{
    const struct codec *codec = NULL;
    const char *what = NULL;
    int level = 0;
    if (options->page_version > 2)
        return err_set(w->env, INLAY_ARG, ERR("page versions are 1 and 2"));
    if (options->encoding && !writer_name_is(options->encoding, "dictionary") &&
        !encoding_by_name(options->encoding))
        return err_set(w->env, INLAY_ARG, ERR("unknown encoding"));
    inlay_status status = options->codec ? codec_parse(options->codec, &codec, &level, &what) : INLAY_OK;
    return status == INLAY_OK ? status : err_set(w->env, status, what);
}

/* Key-values of one column's options, copied for the chunks to come. */
static inlay_status writer_column_keys(inlay_writer *w, const inlay_column_options *c)
{
    void *block = NULL;
    if (c->n_key_values == 0 || c->leaf >= w->n_leaves)
        return INLAY_OK;
    if (c->n_key_values > UINT32_MAX)
        return err_set(w->env, INLAY_ARG, ERR("too many key-values"));
    TRY(mem_pool_take(&w->pool, c->n_key_values * sizeof(struct meta_key_value), &block));
    struct meta_key_value *kv = block;
    for (size_t i = 0; i < c->n_key_values; i++) {
        const inlay_key_value *from = &c->key_values[i];
        kv[i] = (struct meta_key_value){.has = 1u << META_KV_KEY, .key = from->key, .value = from->value};
        TRY(writer_copy(w, &kv[i].key));
        if (!from->has_value)
            continue;
        META_SET(&kv[i], META_KV_VALUE);
        TRY(writer_copy(w, &kv[i].value));
    }
    w->column_keys[c->leaf] = (struct thrift_list){block, (uint32_t)c->n_key_values};
    return INLAY_OK;
}

static inlay_status writer_start(inlay_writer *w, const inlay_schema *schema,
                                 const inlay_write_options *options)
{
    void *block = NULL;
    const char *by = options->created_by ? options->created_by
                                         : "inlay version " INLAY_VERSION " (build c11)";
    w->created_by = (inlay_bytes){(const uint8_t *)by, strlen(by)};
    w->profile = choose_profile(options->profile ? options->profile : "compat");
    if (!w->profile)
        return err_set(w->env, INLAY_ARG, ERR("unknown profile: compat, balanced, smallest and newest are known"));
    TRY(writer_check_options(w, options));
    w->version = options->page_version ? options->page_version : w->profile->page_version;
    w->flags = options->flags;
    w->row_group_rows = options->row_group_rows;
    w->row_group_bytes = options->row_group_bytes;
    TRY(writer_copy(w, &w->created_by));
    TRY(schema_clone(w->env, schema, &w->schema));
    w->n_leaves = inlay_schema_leaves(w->schema);
    TRY(mem_new(w->env, w->n_leaves * sizeof *w->columns, &block));
    w->columns = block;
    TRY(mem_pool_take(&w->pool, w->n_leaves * sizeof *w->column_keys + 1, &block));
    w->column_keys = block;
    for (size_t i = 0; i < options->n_columns; i++)
        TRY(writer_column_keys(w, &options->columns[i]));
    for (uint32_t i = 0; i < w->n_leaves; i++) {
        struct chunk_options o;
        inlay_status status = writer_column_options(w, options, i, &o);
        if (status == INLAY_OK)
            status = chunk_writer_init(&w->columns[i], w->env, inlay_schema_leaf(w->schema, i), &o,
                                       &w->scratch, &w->sink, &w->written);
        if (status != INLAY_OK) {
            schema_error_column(w->env, w->schema, i);
            return status;
        }
    }
    return io_append(w->env, &w->sink, "PAR1", 4);
}

inlay_status inlay_writer_open(inlay_env *env, const inlay_sink *sink, const inlay_schema *schema,
                               const inlay_write_options *options, inlay_writer **writer)
{
    static const inlay_write_options defaults = {0};
    void *block = NULL;
    *writer = NULL;
    TRY(mem_new(env, sizeof **writer, &block));
    inlay_writer *w = block;
    w->env = env;
    w->sink = *sink;
    w->written = 4;
    struct buf *bufs[] = {&w->chunks,         &w->groups,  &w->metas,     &w->column_indexes,
                          &w->offset_indexes, &w->sorting, &w->key_values, &w->blooms};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_init(bufs[i], env);
    mem_pool_init(&w->pool, env);
    chunk_scratch_init(&w->scratch, env);
    inlay_status status = writer_start(w, schema, options ? options : &defaults);
    if (status != INLAY_OK) {
        inlay_error error = env->error;
        inlay_writer_close(w);
        env->error = error;
        return status;
    }
    *writer = w;
    return INLAY_OK;
}

static void writer_free_orders(inlay_writer *w)
{
    for (uint32_t i = 0; w->columns && i < w->n_leaves; i++)
        w->columns[i].order = NULL;
    for (size_t i = 0; i < w->n_orders; i++)
        order_check_free(&w->orders[i]);
    mem_free(w->env, w->orders, w->n_orders * sizeof *w->orders);
    w->orders = NULL;
    w->n_orders = 0;
}

void inlay_writer_close(inlay_writer *writer)
{
    inlay_writer *w = writer;
    if (!w)
        return;
    struct buf *bufs[] = {&w->chunks,         &w->groups,  &w->metas,     &w->column_indexes,
                          &w->offset_indexes, &w->sorting, &w->key_values, &w->blooms};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        buf_free(bufs[i]);
    chunk_scratch_free(&w->scratch);
    writer_free_orders(w);
    for (uint32_t i = 0; w->columns && i < w->n_leaves; i++)
        chunk_writer_free(&w->columns[i]);
    mem_free(w->env, w->columns, w->n_leaves * sizeof *w->columns);
    for (size_t i = 0; i < w->n_codecs; i++) {
        codec_close(w->codecs[i]);
        mem_free(w->env, w->codecs[i], sizeof **w->codecs);
    }
    mem_free(w->env, w->codecs, w->codecs_capacity * sizeof *w->codecs);
    mem_pool_free(&w->pool);
    inlay_schema_close(w->schema);
    mem_free(w->env, w, sizeof *w);
}

/* ---- failures stay ---- */

inlay_status writer_done(inlay_writer *w, uint32_t leaf, inlay_status status)
{
    if (status == INLAY_OK)
        return status;
    if (leaf < w->n_leaves && w->env->error.column[0] == 0)
        schema_error_column(w->env, w->schema, leaf);
    w->failed = status;
    w->error = w->env->error;
    return status;
}

inlay_status writer_usable(inlay_writer *w)
{
    if (w->failed) {
        w->env->error = w->error;
        return w->failed;
    }
    return w->finished ? err_set(w->env, INLAY_ARG, ERR("the writer is finished")) : INLAY_OK;
}

/* ---- row groups ---- */

/* Checks for the sorting columns of the row groups that begin now. A column named twice decides nothing new. */
static inlay_status writer_orders(inlay_writer *w)
{
    void *block = NULL;
    for (size_t i = 0; i < w->n_orders; i++)
        order_check_clear(&w->orders[i]);
    if (w->flags & INLAY_WRITE_TRUSTED_ORDER || w->orders_at == w->current_sorting_at + w->n_current_sorting)
        return INLAY_OK;
    writer_free_orders(w);
    w->orders_at = w->current_sorting_at + w->n_current_sorting;
    if (w->n_current_sorting == 0)
        return INLAY_OK;
    TRY(mem_new(w->env, w->n_current_sorting * sizeof *w->orders, &block));
    w->orders = block;
    w->n_orders = w->n_current_sorting;
    const struct meta_sorting_column *s = (const void *)(w->sorting.data + w->current_sorting_at);
    for (size_t i = 0; i < w->n_orders; i++) {
        struct chunk_writer *c = &w->columns[s[i].column];
        inlay_sorting claim = {(uint32_t)s[i].column, s[i].descending, s[i].nulls_first};
        order_check_init(&w->orders[i], w->env, c->node, &claim);
        if (!c->order)
            c->order = &w->orders[i];
    }
    return INLAY_OK;
}

/* The rows of the row group against its claims. */
static inlay_status writer_check_order(inlay_writer *w, int64_t n_rows)
{
    int64_t row = order_check_end(w->orders, w->n_orders, n_rows);
    if (row < 0)
        return INLAY_OK;
    err_set(w->env, INLAY_ARG, ERR("rows are not in the order of the sorting columns"));
    w->env->error.row_group = (int32_t)(w->groups.bytes / sizeof(struct writer_group));
    w->env->error.row = row;
    return INLAY_ARG;
}

inlay_status writer_begin(inlay_writer *w)
{
    if (w->open)
        return INLAY_OK;
    TRY(writer_orders(w));
    w->open = true;
    w->next_leaf = 0;
    w->group = (struct writer_group){.at = (int64_t)w->written,
                                     .sorting_at = w->current_sorting_at,
                                     .n_sorting = w->n_current_sorting};
    for (uint32_t i = 0; i < w->n_leaves; i++)
        chunk_writer_reset(&w->columns[i]);
    return INLAY_OK;
}

/* Serialise an ended chunk: ColumnChunk without index offsets, and its page index. */
static inlay_status writer_keep_chunk(inlay_writer *w, uint32_t leaf, struct meta_column *meta,
                                      struct mem_pool *pool)
{
    struct chunk_writer *c = &w->columns[leaf];
    struct writer_chunk kept = {0};
    struct meta_chunk chunk = {.has = 1u << META_CC_FILE_OFFSET | 1u << META_CC_META, .meta = meta};
    TRY(schema_leaf_path(w->schema, leaf, pool, &meta->path));
    META_SET(meta, META_CM_PATH);
    meta->key_values = w->column_keys[leaf];
    if (meta->key_values.n)
        META_SET(meta, META_CM_KEY_VALUES);
    size_t before = w->metas.bytes;
    thrift_write(&w->metas, &meta_chunk_table, &chunk);
    TRY(w->metas.status);
    kept.meta_bytes = w->metas.bytes - before;
    if (!(w->flags & INLAY_WRITE_NO_PAGE_INDEX) && index_count(&c->index)) {
        if (!(w->flags & INLAY_WRITE_NO_STATISTICS))
            TRY(index_write_columns(&c->index, &w->column_indexes, &kept.column_index_bytes));
        TRY(index_write_offsets(&c->index, (uint64_t)meta->data_page_at, &w->offset_indexes,
                                &kept.offset_index_bytes));
    }
    if (c->bloom.any) {
        kept.bloom_at = w->blooms.bytes;
        TRY(bloom_builder_write(&c->bloom, &w->blooms));
        kept.bloom_bytes = w->blooms.bytes - (size_t)kept.bloom_at;
    }
    buf_append(&w->chunks, &kept, sizeof kept);
    w->group.raw_bytes += meta->uncompressed_bytes;
    w->group.packed_bytes += meta->compressed_bytes;
    return w->chunks.status;
}

static inlay_status writer_end_chunk(inlay_writer *w, uint32_t leaf)
{
    struct mem_pool pool;
    struct meta_column *meta = NULL;
    mem_pool_init(&pool, w->env);
    inlay_status status = chunk_writer_end(&w->columns[leaf], &pool, &meta);
    if (status == INLAY_OK)
        status = writer_keep_chunk(w, leaf, meta, &pool);
    mem_pool_free(&pool);
    return status;
}

/* The column being written is complete, the next one takes its place. */
static inlay_status writer_next(inlay_writer *w)
{
    uint32_t leaf = w->next_leaf;
    TRY(writer_end_chunk(w, leaf));
    w->next_leaf++;
    chunk_writer_hand_over(&w->columns[leaf], &w->columns[w->next_leaf % w->n_leaves]);
    return INLAY_OK;
}

/* SOME_COLUMNS: those before `leaf` that nothing was written to are passed over. */
static inlay_status writer_pass(inlay_writer *w, uint32_t leaf)
{
    while (w->flags & INLAY_WRITE_SOME_COLUMNS && w->next_leaf < leaf && w->columns[w->next_leaf].n_rows == 0)
        TRY(writer_next(w));
    return INLAY_OK;
}

/* IN_ORDER: this leaf is the one being written. */
inlay_status writer_turn(inlay_writer *w, uint32_t leaf)
{
    if (leaf >= w->n_leaves)
        return err_set(w->env, INLAY_ARG, ERR("no such column"));
    TRY(writer_pass(w, leaf));
    if (w->flags & INLAY_WRITE_IN_ORDER && leaf != w->next_leaf)
        return err_set(w->env, INLAY_ARG, ERR("columns must come in order, each ended before the next"));
    return INLAY_OK;
}

inlay_status inlay_writer_write(inlay_writer *writer, uint32_t leaf, const inlay_batch *batch)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = chunk_writer_add(&w->columns[leaf], batch);
    return writer_done(w, leaf, status);
}

inlay_status inlay_writer_repeat(inlay_writer *writer, uint32_t leaf, size_t n_rows,
                                 const void *value)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = chunk_writer_repeat(&w->columns[leaf], n_rows, value);
    return writer_done(w, leaf, status);
}

inlay_status inlay_writer_dictionary(inlay_writer *writer, uint32_t leaf, const void *values,
                                     size_t n_values)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = inlay_schema_leaf(w->schema, leaf)->type == INLAY_BOOLEAN
                     ? err_set(w->env, INLAY_ARG, ERR("BOOLEAN has no dictionary"))
                     : chunk_writer_dictionary(&w->columns[leaf], values, n_values);
    return writer_done(w, leaf, status);
}

inlay_status inlay_writer_end_column(inlay_writer *writer, uint32_t leaf)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    if (!(w->flags & INLAY_WRITE_IN_ORDER))
        return INLAY_OK;
    TRY(writer_begin(w));
    inlay_status status = writer_turn(w, leaf);
    if (status == INLAY_OK)
        status = writer_next(w);
    return writer_done(w, leaf, status);
}

inlay_status writer_put(inlay_writer *w, const void *data, size_t bytes)
{
    TRY(io_append(w->env, &w->sink, data, bytes));
    w->written += bytes;
    return INLAY_OK;
}

inlay_status writer_put_blooms(inlay_writer *w)
{
    if (w->blooms.bytes == 0)
        return INLAY_OK;
    struct writer_chunk *chunks = (struct writer_chunk *)(void *)w->chunks.data;
    for (size_t n = w->chunks.bytes / sizeof *chunks, i = n - w->n_leaves; i < n; i++)
        chunks[i].bloom_at += w->written;
    TRY(writer_put(w, w->blooms.data, w->blooms.bytes));
    buf_clear(&w->blooms);
    return INLAY_OK;
}

inlay_status writer_end_group(inlay_writer *w)
{
    bool some = w->flags & INLAY_WRITE_SOME_COLUMNS;
    int64_t n_rows = w->n_leaves ? w->columns[0].n_rows : 0;
    for (uint32_t i = 1; some && n_rows == 0 && i < w->n_leaves; i++)
        n_rows = w->columns[i].n_rows;
    TRY(writer_pass(w, w->n_leaves));
    for (uint32_t i = 1; i < w->n_leaves; i++)
        if (w->columns[i].n_rows != n_rows && !(some && w->columns[i].n_rows == 0)) {
            err_set(w->env, INLAY_ARG, ERR("columns of one row group with different numbers of rows"));
            schema_error_column(w->env, w->schema, i);
            return INLAY_ARG;
        }
    TRY(writer_check_order(w, n_rows));
    if (w->flags & INLAY_WRITE_IN_ORDER) {
        if (w->next_leaf != w->n_leaves)
            return err_set(w->env, INLAY_ARG, ERR("a row group ends before its last column"));
    } else {
        for (uint32_t i = 0; i < w->n_leaves; i++) {
            inlay_status status = writer_end_chunk(w, i);
            if (status != INLAY_OK)
                return writer_done(w, i, status);
        }
    }
    TRY(writer_put_blooms(w));
    w->group.n_rows = n_rows;
    buf_append(&w->groups, &w->group, sizeof w->group);
    TRY(w->groups.status);
    w->n_rows += n_rows;
    w->open = false;
    return INLAY_OK;
}

inlay_status inlay_writer_end_row_group(inlay_writer *writer)
{
    TRY(writer_usable(writer));
    if (!writer->open)
        return INLAY_OK;
    return writer_done(writer, UINT32_MAX, writer_end_group(writer));
}

/* ---- footer contents ---- */

inlay_status inlay_writer_key_value(inlay_writer *writer, inlay_bytes key, const inlay_bytes *value)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    struct meta_key_value kv = {.has = 1u << META_KV_KEY, .key = key};
    TRY(writer_copy(w, &kv.key));
    if (value) {
        META_SET(&kv, META_KV_VALUE);
        kv.value = *value;
        TRY(writer_copy(w, &kv.value));
    }
    buf_append(&w->key_values, &kv, sizeof kv);
    return w->key_values.status;
}

inlay_status inlay_writer_sorting(inlay_writer *writer, const inlay_sorting *columns, size_t n)
{
    inlay_writer *w = writer;
    TRY(writer_usable(w));
    size_t at = w->sorting.bytes;
    for (size_t i = 0; i < n; i++) {
        if (columns[i].leaf >= w->n_leaves)
            return err_set(w->env, INLAY_ARG, ERR("no such sorting column"));
        if (inlay_schema_leaf(w->schema, columns[i].leaf)->max_rep > 0 &&
            !(w->flags & INLAY_WRITE_TRUSTED_ORDER))
            return err_set(w->env, INLAY_ARG, ERR("a sorting column inside a list"));
        struct meta_sorting_column s = {7, (int32_t)columns[i].leaf, columns[i].descending,
                                        columns[i].nulls_first};
        buf_append(&w->sorting, &s, sizeof s);
    }
    TRY(w->sorting.status);
    w->current_sorting_at = at;
    w->n_current_sorting = n;
    return INLAY_OK;
}

/* ---- counters ---- */

int32_t inlay_writer_codec(const inlay_writer *writer, uint32_t leaf)
{
    return leaf < writer->n_leaves ? (int32_t)writer->columns[leaf].codec->codec->id : -1;
}
int64_t inlay_writer_rows(const inlay_writer *writer)
{
    return writer->n_rows;
}
uint32_t inlay_writer_row_groups(const inlay_writer *writer)
{
    return (uint32_t)(writer->groups.bytes / sizeof(struct writer_group));
}
uint64_t inlay_writer_bytes(const inlay_writer *writer)
{
    return writer->written;
}
uint64_t inlay_writer_pending_bytes(const inlay_writer *writer)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < writer->n_leaves; i++)
        sum += chunk_writer_pending(&writer->columns[i]);
    return sum;
}

#endif
