/* Opening a file and looking at its metadata. */
#include "format/reader.h"

#include <string.h>

#include "format/trust.h"
#include "format/writer_id.h"

/* ---- open and close ---- */

static inlay_status reader_index(inlay_reader *r)
{
    const struct meta_file *m = &r->footer.meta;
    void *block = NULL;
    if (m->key_values.n) {
        TRY(mem_new(r->env, m->key_values.n * sizeof *r->key_values, &block));
        r->key_values = block;
        const struct meta_key_value *kv = m->key_values.items;
        for (uint32_t i = 0; i < m->key_values.n; i++)
            r->key_values[i] =
                (inlay_key_value){kv[i].key, kv[i].value, META_HAS(&kv[i], META_KV_VALUE)};
    }
    TRY(mem_new(r->env, ((size_t)m->row_groups.n + 1) * sizeof *r->first_rows, &block));
    r->first_rows = block;
    TRY(mem_new(r->env, (size_t)m->row_groups.n * sizeof *r->groups, &block));
    r->groups = block;
    struct writer_id writer = writer_id_parse(m->created_by);
    /* PARQUET-816: the dictionary page's header is not in total_compressed_size */
    r->page_quirk = writer_id_before(&writer, "parquet-mr", 1, 2, 9);
    /* ARROW-10353: under the name parquet-cpp, is_compressed was false over compressed bytes */
    r->v2_quirk = writer_id_before(&writer, "parquet-cpp", 2, 0, 0);
    /* PARQUET-246: a page's first DELTA_BYTE_ARRAY prefix counts from the last value of the page before */
    r->delta_quirk = writer_id_before(&writer, "parquet-mr", 1, 8, 0);
    r->binary_bounds_quirk = trust_binary_quirk(&writer);
    r->null_pages_quirk = writer_id_is(&writer, "parquet-rs");
    return INLAY_OK;
}

inlay_status inlay_reader_open(inlay_env *env, const inlay_source *source,
                               const inlay_read_options *options, inlay_reader **reader)
{
    void *block = NULL;
    *reader = NULL;
    TRY(mem_new(env, sizeof **reader, &block));
    inlay_reader *r = block;
    r->env = env;
    r->source = *source;
    r->no_crc = options && options->no_crc;
    mem_pool_init(&r->group_pool, env);
    mem_pool_init(&r->scratch, env);
    inlay_status status = mem_new(env, sizeof *r->own, &block);
    if (status == INLAY_OK) {
        r->codecs = r->own = block;
        r->own->n_readers = 1;
        status = footer_open(&r->footer, env, source);
    }
    if (status == INLAY_OK)
        status = schema_from_meta(env, &r->footer.meta.schema, &r->schema);
    if (status == INLAY_OK)
        status = reader_index(r);
    if (status != INLAY_OK) {
        inlay_error error = env->error;
        if (error.at < 0)
            error.at = r->footer.at ? (int64_t)r->footer.at : -1;
        inlay_reader_close(r);
        env->error = error;
        return status;
    }
    *reader = r;
    return INLAY_OK;
}

static void reader_leave(inlay_env *env, struct reader_codecs *codecs)
{
    if (!codecs || --codecs->n_readers > 0)
        return;
    for (size_t i = 0; i < sizeof codecs->by_id / sizeof codecs->by_id[0]; i++)
        codec_close(&codecs->by_id[i]);
    mem_free(env, codecs, sizeof *codecs);
}

void inlay_reader_share(inlay_reader *reader, inlay_reader *with)
{
    if (reader->env != with->env || reader->codecs != reader->own || reader->codecs == with->codecs)
        return;
    reader->codecs = with->codecs;
    reader->codecs->n_readers++;
}

void inlay_reader_close(inlay_reader *reader)
{
    if (!reader)
        return;
    inlay_reader *r = reader;
    const struct meta_file *m = &r->footer.meta;
    if (r->key_values)
        mem_free(r->env, r->key_values, m->key_values.n * sizeof *r->key_values);
    if (r->first_rows)
        mem_free(r->env, r->first_rows, ((size_t)m->row_groups.n + 1) * sizeof *r->first_rows);
    mem_free(r->env, r->groups, (size_t)m->row_groups.n * sizeof *r->groups);
    if (r->codecs != r->own)
        reader_leave(r->env, r->codecs);
    reader_leave(r->env, r->own);
    inlay_schema_close(r->schema);
    footer_free(&r->footer);
    mem_pool_free(&r->group_pool);
    mem_pool_free(&r->scratch);
    mem_free(r->env, r, sizeof *r);
}

/* ---- the file ---- */

inlay_source inlay_reader_source(const inlay_reader *reader)
{
    return reader->source;
}
inlay_read_options inlay_reader_options(const inlay_reader *reader)
{
    return (inlay_read_options){.no_crc = reader->no_crc};
}
const inlay_schema *inlay_reader_schema(const inlay_reader *reader)
{
    return reader->schema;
}
int64_t inlay_reader_rows(inlay_reader *reader)
{
    int64_t rows = 0;
    inlay_error error = reader->env->error;
    if (reader_first_row(reader, reader->footer.meta.row_groups.n, &rows) == INLAY_OK)
        return rows;
    reader->env->error = error; /* the damaged row group speaks for itself when it is touched */
    return reader->footer.meta.num_rows;
}
int64_t inlay_reader_footer_rows(const inlay_reader *reader)
{
    return reader->footer.meta.num_rows;
}
uint32_t inlay_reader_row_groups(const inlay_reader *reader)
{
    return reader->footer.meta.row_groups.n;
}
int32_t inlay_reader_version(const inlay_reader *reader)
{
    return reader->footer.meta.version;
}
inlay_bytes inlay_reader_created_by(const inlay_reader *reader)
{
    return reader->footer.meta.created_by;
}
uint64_t inlay_reader_footer_bytes(const inlay_reader *reader)
{
    return reader->footer.bytes;
}
inlay_bytes inlay_reader_footer(const inlay_reader *reader)
{
    return (inlay_bytes){reader->footer.data, reader->footer.bytes};
}
uint32_t inlay_reader_key_values(const inlay_reader *reader)
{
    return reader->footer.meta.key_values.n;
}
const inlay_key_value *inlay_reader_key_value(const inlay_reader *reader, uint32_t i)
{
    return i < reader->footer.meta.key_values.n ? &reader->key_values[i] : NULL;
}

const inlay_key_value *inlay_reader_find_key(const inlay_reader *reader, const char *key)
{
    size_t n = strlen(key);
    for (uint32_t i = 0; i < reader->footer.meta.key_values.n; i++) {
        const inlay_key_value *kv = &reader->key_values[i];
        if (kv->key.len == n && (n == 0 || memcmp(kv->key.data, key, n) == 0))
            return kv;
    }
    return NULL;
}

inlay_status reader_codec(inlay_reader *r, int32_t id, struct codec_context **codec)
{
    const int32_t n = sizeof r->codecs->by_id / sizeof r->codecs->by_id[0];
    *codec = NULL;
    if (id < 0 || id >= n)
        return err_set(r->env, INLAY_UNSUPPORTED, ERR("the column's codec is unknown"));
    struct codec_context *c = &r->codecs->by_id[id];
    if (!c->codec) {
        inlay_status status = codec_open_decompress(c, r->env, id);
        if (status == INLAY_UNSUPPORTED)
            return err_set(r->env, status, id == CODEC_LZO
                                               ? ERR("LZO is not supported")
                                               : ERR("the column's codec is not in this build"));
        TRY(status);
    }
    c->what = NULL;
    *codec = c;
    return INLAY_OK;
}

/* ---- row groups ---- */

static inlay_status reader_group_fault(inlay_reader *r, uint32_t row_group, const char *what)
{
    err_set_at(r->env, INLAY_CORRUPT, what, r->footer.at);
    r->env->error.row_group = (int32_t)row_group;
    return INLAY_CORRUPT;
}

static inlay_status reader_group_read(inlay_reader *r, uint32_t row_group, struct meta_row_group **group)
{
    const inlay_bytes *spans = r->footer.meta.row_groups.items;
    inlay_bytes span = spans[row_group];
    void *block = NULL;
    TRY(mem_pool_take(&r->group_pool, sizeof **group, &block));
    *group = block;
    inlay_status status = meta_read(r->env, &r->group_pool, &meta_row_group_table, span.data, span.len,
                                    r->footer.at + (uint64_t)(span.data - r->footer.data), *group, NULL);
    if (status != INLAY_OK) {
        r->env->error.row_group = (int32_t)row_group;
        return status;
    }
    if ((*group)->num_rows < 0)
        return reader_group_fault(r, row_group, ERR("row group has less than zero rows"));
    if ((*group)->columns.n != inlay_schema_leaves(r->schema))
        return reader_group_fault(r, row_group, ERR("row group and schema differ in number of columns"));
    return INLAY_OK;
}

static void reader_forget_groups(inlay_reader *r)
{
    mem_pool_reset(&r->group_pool);
    memset(r->groups, 0, r->footer.meta.row_groups.n * sizeof *r->groups);
    r->group_bytes = 0;
}

inlay_status reader_touch(inlay_reader *r, uint32_t row_group, const struct meta_row_group **group)
{
    if (row_group >= r->footer.meta.row_groups.n)
        return err_set(r->env, INLAY_ARG, ERR("no such row group"));
    if (!r->groups[row_group]) {
        struct meta_row_group *fresh = NULL;
        if (r->group_bytes > r->footer.bytes)
            reader_forget_groups(r);
        inlay_status status = reader_group_read(r, row_group, &fresh);
        if (status != INLAY_OK) {
            reader_forget_groups(r); /* what it took is not counted */
            return status;
        }
        r->groups[row_group] = fresh;
        r->group_bytes += sizeof *fresh + fresh->columns.n * sizeof(inlay_bytes) +
                          fresh->sorting.n * sizeof(struct meta_sorting_column);
    }
    *group = r->groups[row_group];
    return INLAY_OK;
}

inlay_status reader_first_row(inlay_reader *r, uint32_t row_group, int64_t *row)
{
    while (r->known < row_group) {
        const struct meta_row_group *group = NULL;
        TRY(reader_touch(r, r->known, &group));
        if (group->num_rows > INT64_MAX - r->first_rows[r->known])
            return reader_group_fault(r, r->known, ERR("row counts overflow"));
        uint64_t most = r->env->limits.rows ? r->env->limits.rows : (uint64_t)1 << 40;
        if ((uint64_t)(r->first_rows[r->known] + group->num_rows) > most)
            return err_set_at(r->env, INLAY_LIMIT, ERR("the file has more rows than limits allow"),
                              r->footer.at);
        r->first_rows[r->known + 1] = r->first_rows[r->known] + group->num_rows;
        r->known++;
    }
    *row = r->first_rows[row_group];
    return INLAY_OK;
}

inlay_status inlay_reader_row_group(inlay_reader *reader, uint32_t row_group, inlay_row_group *out)
{
    const struct meta_row_group *group = NULL;
    *out = (inlay_row_group){0};
    if (row_group >= reader->footer.meta.row_groups.n)
        return err_set(reader->env, INLAY_ARG, ERR("no such row group"));
    TRY(reader_first_row(reader, row_group, &out->first_row));
    TRY(reader_touch(reader, row_group, &group));
    out->n_rows = group->num_rows;
    out->total_bytes = group->total_bytes;
    out->n_sorting = group->sorting.n;
    return INLAY_OK;
}

inlay_status inlay_reader_sorting(inlay_reader *reader, uint32_t row_group, uint32_t i,
                                  inlay_sorting *out)
{
    const struct meta_row_group *group = NULL;
    TRY(reader_touch(reader, row_group, &group));
    if (i >= group->sorting.n)
        return err_set(reader->env, INLAY_ARG, ERR("no such sorting column"));
    const struct meta_sorting_column *s = group->sorting.items;
    if (s[i].column < 0 || (uint32_t)s[i].column >= inlay_schema_leaves(reader->schema))
        return reader_group_fault(reader, row_group, ERR("sorting column is not in the schema"));
    *out = (inlay_sorting){(uint32_t)s[i].column, s[i].descending, s[i].nulls_first};
    return INLAY_OK;
}

/* ---- column chunks ---- */

static inlay_status reader_chunk_range(const inlay_reader *r, const struct meta_column *m,
                                       uint64_t *start, uint64_t *end, const char **what)
{
    enum { READER_QUIRK_BYTES = 100 };
    uint64_t limit = r->footer.at;
    if (m->num_values < 0 || m->compressed_bytes < 0 || m->uncompressed_bytes < 0) {
        *what = ERR("column chunk has a negative size");
        return INLAY_CORRUPT;
    }
    int64_t first = m->data_page_at;
    if (META_HAS(m, META_CM_DICTIONARY_PAGE) && m->dictionary_page_at > 0 &&
        m->dictionary_page_at < first)
        first = m->dictionary_page_at;
    *start = *end = 0;
    if (m->num_values == 0)
        return INLAY_OK; /* no pages that matter: offsets mean nothing */
    if (first < 4 || (uint64_t)first > limit ||
        (uint64_t)m->compressed_bytes > limit - (uint64_t)first) {
        *what = ERR("column chunk lies outside the file's data");
        return INLAY_CORRUPT;
    }
    *start = (uint64_t)first;
    *end = *start + (uint64_t)m->compressed_bytes;
    if (r->page_quirk)
        *end = limit - *end < READER_QUIRK_BYTES ? limit : *end + READER_QUIRK_BYTES;
    return INLAY_OK;
}

static inlay_status reader_chunk_check(inlay_reader *r, uint32_t leaf,
                                       const struct meta_row_group *group, struct meta_chunk *chunk,
                                       const char **what)
{
    const inlay_node *node = inlay_schema_leaf(r->schema, leaf);
    if (META_HAS(chunk, META_CC_CRYPTO)) {
        *what = ERR("the column is encrypted, and this build cannot decrypt");
        return INLAY_UNSUPPORTED;
    }
    if (!META_HAS(chunk, META_CC_META)) {
        *what = ERR("column chunk without metadata");
        return INLAY_CORRUPT;
    }
    if (chunk->file_path.len) {
        *what = ERR("the column's data lies in another file (a summary file such as _metadata)");
        return INLAY_UNSUPPORTED;
    }
    if (chunk->meta->type != node->type) {
        *what = ERR("column chunk and schema differ in type");
        return INLAY_CORRUPT;
    }
    if (node->max_rep == 0 ? chunk->meta->num_values != group->num_rows
                           : chunk->meta->num_values < group->num_rows) {
        *what = ERR("column chunk and row group differ in number of rows");
        return INLAY_CORRUPT;
    }
    return INLAY_OK;
}

inlay_status reader_chunk(inlay_reader *r, uint32_t row_group, uint32_t leaf, struct mem_pool *pool,
                          struct meta_chunk *chunk, uint64_t *start, uint64_t *end)
{
    const struct meta_row_group *group = NULL;
    const char *what = NULL;
    if (leaf >= inlay_schema_leaves(r->schema))
        return err_set(r->env, INLAY_ARG, ERR("no such column"));
    TRY(reader_touch(r, row_group, &group));
    const inlay_bytes *spans = group->columns.items;
    inlay_bytes span = spans[leaf];
    uint64_t at = r->footer.at + (uint64_t)(span.data - r->footer.data);
    inlay_status status =
        meta_read(r->env, pool, &meta_chunk_table, span.data, span.len, at, chunk, NULL);
    if (status == INLAY_OK) {
        status = reader_chunk_check(r, leaf, group, chunk, &what);
        if (status == INLAY_OK)
            status = reader_chunk_range(r, chunk->meta, start, end, &what);
        if (status != INLAY_OK)
            err_set_at(r->env, status, what, at);
    }
    if (status != INLAY_OK) {
        r->env->error.row_group = (int32_t)row_group;
        schema_error_column(r->env, r->schema, leaf);
    }
    return status;
}

/* ---- column chunks as the API shows them ---- */

inlay_status inlay_reader_chunk(inlay_reader *reader, uint32_t row_group, uint32_t leaf,
                                inlay_chunk *out)
{
    struct meta_chunk chunk;
    uint64_t start = 0, end = 0;
    mem_pool_reset(&reader->scratch);
    TRY(reader_chunk(reader, row_group, leaf, &reader->scratch, &chunk, &start, &end));
    const struct meta_column *m = chunk.meta;
    *out = (inlay_chunk){
        .codec = m->codec,
        .n_levels = m->num_values,
        .compressed_bytes = m->compressed_bytes,
        .uncompressed_bytes = m->uncompressed_bytes,
        .start_at = (int64_t)start,
        .data_page_at = m->data_page_at,
        .dictionary_page_at = META_HAS(m, META_CM_DICTIONARY_PAGE) ? m->dictionary_page_at : -1,
        .column_index_at = META_HAS(&chunk, META_CC_COLUMN_INDEX_AT) ? chunk.column_index_at : -1,
        .offset_index_at = META_HAS(&chunk, META_CC_OFFSET_INDEX_AT) ? chunk.offset_index_at : -1,
        .bloom_at = META_HAS(m, META_CM_BLOOM_AT) ? m->bloom_at : -1,
        .column_index_bytes = chunk.column_index_bytes,
        .offset_index_bytes = chunk.offset_index_bytes,
        .bloom_bytes = m->bloom_bytes,
        .n_key_values = m->key_values.n,
    };
    const int32_t *encodings = m->encodings.items;
    for (uint32_t i = 0; i < m->encodings.n; i++)
        if (encodings[i] >= 0 && encodings[i] < 32)
            out->encodings |= (uint32_t)1 << encodings[i];
    trust_statistics(reader, leaf, m->statistics, m->num_values, &out->statistics);
    return INLAY_OK;
}

inlay_status inlay_reader_chunk_key_value(inlay_reader *reader, uint32_t row_group, uint32_t leaf,
                                          uint32_t i, inlay_key_value *out)
{
    struct meta_chunk chunk;
    uint64_t start = 0, end = 0;
    mem_pool_reset(&reader->scratch);
    TRY(reader_chunk(reader, row_group, leaf, &reader->scratch, &chunk, &start, &end));
    if (i >= chunk.meta->key_values.n)
        return err_set(reader->env, INLAY_ARG, ERR("no such key-value"));
    const struct meta_key_value *kv = chunk.meta->key_values.items;
    *out = (inlay_key_value){kv[i].key, kv[i].value, META_HAS(&kv[i], META_KV_VALUE)};
    return INLAY_OK;
}
