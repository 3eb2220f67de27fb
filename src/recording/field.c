/* The fields of a recording; see field.h. */
#include "recording/field.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

/* ---- texts ---- */

bool field_is(inlay_bytes text, const char *word)
{
    return text.data && text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

bool field_same(inlay_bytes a, inlay_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

inlay_bytes field_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

inlay_bytes field_bare(inlay_bytes name)
{
    for (size_t i = 0; i + 1 < name.len; i++)
        if (name.data[i] == ':' && name.data[i + 1] == ':')
            return (inlay_bytes){name.data + i + 2, name.len - i - 2};
    return name;
}

inlay_status field_copy(struct mem_pool *pool, inlay_bytes text, inlay_bytes *copy)
{
    void *block = NULL;
    TRY(mem_pool_take(pool, text.len + 1, &block));
    if (text.len)
        memcpy(block, text.data, text.len);
    *copy = (inlay_bytes){block, text.len};
    return INLAY_OK;
}

inlay_status field_memory(inlay_env *env, inlay_status status)
{
    return status == INLAY_IO ? err_set(env, INLAY_NOMEM, ERR("out of memory")) : status;
}

inlay_bytes field_key(const inlay_reader *reader, const char *key)
{
    const inlay_key_value *kv = inlay_reader_find_key(reader, key);
    return kv && kv->has_value ? kv->value : (inlay_bytes){NULL, 0};
}

/* ---- fields ---- */

/* ARROW:schema counts only where it has the names of the columns, one by one. */
static bool field_fits(const inlay_arrow_schema *arrow, const inlay_schema *schema)
{
    uint32_t n = inlay_schema_node(schema, 0)->n_children, node = 1;
    if (inlay_arrow_schema_fields(arrow) != n)
        return false;
    for (uint32_t i = 0; i < n; i++, node = inlay_schema_node(schema, node)->end)
        if (!field_same(inlay_arrow_schema_field(arrow, i).name, inlay_schema_node(schema, node)->name))
            return false;
    return true;
}

/* Fields as reading as Arrow would give them. */
static inlay_status field_make(struct field_set *set, inlay_env *env, inlay_reader *reader)
{
    struct ArrowArrayStream stream;
    const inlay_arrow_options options = {.dictionary = INLAY_ARROW_DICTIONARY_NONE, .ignore_schema = true};
    TRY(inlay_read_arrow(env, reader, &options, &stream));
    int failed = stream.get_schema(&stream, &set->made);
    inlay_status status = failed ? env->error.status : INLAY_OK;
    if (!failed)
        status = inlay_arrow_schema_import(env, &set->made, &set->arrow);
    stream.release(&stream);
    return status;
}

inlay_status field_open(struct field_set *set, inlay_env *env, inlay_reader *reader)
{
    *set = (struct field_set){0};
    inlay_status status = inlay_arrow_schema_open(env, reader, &set->arrow);
    if (status == INLAY_NOMEM || status == INLAY_LIMIT)
        return status;
    set->stored = status == INLAY_OK && field_fits(set->arrow, inlay_reader_schema(reader));
    if (set->stored)
        return INLAY_OK;
    inlay_arrow_schema_close(set->arrow);
    set->arrow = NULL;
    TRY(field_make(set, env, reader));
    return field_fits(set->arrow, inlay_reader_schema(reader))
               ? INLAY_OK
               : err_set(env, INLAY_UNSUPPORTED, ERR("columns that Arrow has no fields for"));
}

void field_close(struct field_set *set)
{
    inlay_arrow_schema_close(set->arrow);
    if (set->made.release)
        set->made.release(&set->made);
    *set = (struct field_set){0};
}

inlay_bytes field_get(const struct field_set *set, uint32_t field, const char *key)
{
    uint32_t n = inlay_arrow_schema_field(set->arrow, field).n_metadata;
    for (uint32_t i = 0; i < n; i++) {
        inlay_key_value kv = inlay_arrow_schema_metadata(set->arrow, field, i);
        if (kv.has_value && field_is(kv.key, key))
            return kv.value;
    }
    return (inlay_bytes){NULL, 0};
}

#endif
