/* ARROW:schema written: entries to a FlatBuffer in its frame, in base64; see schema.c for the layout.
 *
 * Message{V5, Schema{fields, custom_metadata}}. Dictionaries are numbered anew, as fields of several schemas may
 * meet. Recursion is bounded by the depth of the entries, which is limited where they are made.
 * Source: Arrow Columnar Format "Encapsulated message format"; Message.fbs, Schema.fbs.
 */
#include "arrow/flat_build.h"
#include "arrow/schema.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/io.h"

#if INLAY_WRITE

enum {
    ARROW_FRAME_BYTES = 8,
    ARROW_METADATA_V5 = 4,
    ARROW_MOST_BYTES = 256 << 20 /* where limits.footer_bytes is 0, as its default */
};

struct arrow_encoder {
    inlay_env *env;
    struct buf b; /* the frame, then the FlatBuffer */
    struct flat_build f;
    size_t text_bytes; /* of all texts, each as often as it is said */
    int64_t next_dictionary;
    uint32_t flags;
    size_t most_bytes;
};

/* Texts of a message may be one that is said a million times, so what is read from few bytes may be long: to compare,
 * if not to write. */
static bool arrow_encode_fits(struct arrow_encoder *e, size_t bytes)
{
    size_t most = e->most_bytes;
    if (e->b.status == INLAY_OK && (e->b.bytes > most || bytes > most || e->text_bytes > most - bytes))
        e->b.status = err_set(e->env, INLAY_LIMIT, ERR("ARROW:schema larger than limits.footer_bytes"));
    e->text_bytes += e->b.status == INLAY_OK ? bytes : 0;
    return e->b.status == INLAY_OK;
}

static void arrow_encode_text(struct arrow_encoder *e, inlay_bytes text, size_t link)
{
    if (arrow_encode_fits(e, text.len))
        flat_link_text(&e->f, link, text);
}

/* One field to be written: an entry, perhaps under another name and with other metadata. */
struct arrow_source {
    const inlay_arrow_schema *schema;
    const struct arrow_entry *entry;
    const inlay_arrow_pick *pick; /* NULL: as it stands */
};

static inlay_status arrow_encode_field(struct arrow_encoder *e, const struct arrow_source *source, size_t link);

/* ---- metadata ---- */

static inlay_key_value arrow_source_pair(const struct arrow_source *source, uint32_t i)
{
    if (source->pick && source->pick->metadata)
        return source->pick->metadata[i];
    return arrow_entry_metadata(source->schema, source->entry, i);
}

static void arrow_encode_pair(struct arrow_encoder *e, inlay_key_value pair, size_t link)
{
    struct flat_table table;
    struct flat_field slots[ARROW_PAIR_SLOTS] = {
        [ARROW_PAIR_KEY] = {4, 0}, [ARROW_PAIR_VALUE] = {pair.has_value ? 4 : 0, 0}};
    flat_link(&e->f, link, flat_put_table(&e->f, slots, ARROW_PAIR_SLOTS, &table));
    arrow_encode_text(e, pair.key, table.at[ARROW_PAIR_KEY]);
    if (pair.has_value)
        arrow_encode_text(e, pair.value, table.at[ARROW_PAIR_VALUE]);
}

/* ---- types ---- */

/* The type's own table; the widths of its slots, which are a, b, c of the entry. */
static void arrow_encode_type(struct arrow_encoder *e, const struct arrow_entry *entry, size_t link)
{
    static const uint8_t widths[ARROW_N_TYPES][3] = {
        [ARROW_TYPE_INT] = {4, 1},          [ARROW_TYPE_FLOAT] = {2},      [ARROW_TYPE_DECIMAL] = {4, 4, 4},
        [ARROW_TYPE_DATE] = {2},            [ARROW_TYPE_TIME] = {2, 4},    [ARROW_TYPE_TIMESTAMP] = {2},
        [ARROW_TYPE_INTERVAL] = {2},        [ARROW_TYPE_FIXED_LIST] = {4}, [ARROW_TYPE_MAP] = {1},
        [ARROW_TYPE_FIXED_BINARY] = {4},    [ARROW_TYPE_DURATION] = {2}};
    const uint8_t *width = widths[entry->type];
    bool zone = entry->type == ARROW_TYPE_TIMESTAMP && entry->timezone.len;
    struct flat_table table;
    struct flat_field slots[] = {{width[0], entry->a}, {width[1], entry->b}, {width[2], entry->c}};
    if (zone)
        slots[1].width = 4;
    flat_link(&e->f, link, flat_put_table(&e->f, slots, 3, &table));
    if (zone)
        arrow_encode_text(e, entry->timezone, table.at[1]);
}

static void arrow_encode_dictionary(struct arrow_encoder *e, const struct arrow_entry *entry, size_t link)
{
    struct flat_table table;
    bool index = entry->index_bits != 0; /* absent means int32 */
    struct flat_field slots[] = {[ARROW_DICTIONARY_ID] = {8, e->next_dictionary++},
                                 [ARROW_DICTIONARY_INDEX] = {4, 0},
                                 [ARROW_DICTIONARY_ORDERED] = {1, entry->ordered}};
    struct arrow_entry type = {
        .type = ARROW_TYPE_INT, .a = index ? entry->index_bits : 32, .b = index ? entry->index_signed : 1};
    flat_link(&e->f, link, flat_put_table(&e->f, slots, 3, &table));
    arrow_encode_type(e, &type, table.at[ARROW_DICTIONARY_INDEX]);
}

/* ---- fields ---- */

static inlay_status arrow_encode_children(struct arrow_encoder *e, const struct arrow_source *source, size_t link)
{
    const struct arrow_entry *entry = source->entry;
    size_t vector = flat_put_vector(&e->f, entry->n_children);
    flat_link(&e->f, link, vector);
    for (uint32_t i = 0; i < entry->n_children; i++) {
        struct arrow_source child = {source->schema, source->schema->entries + entry->first_child + i, NULL};
        TRY(arrow_encode_field(e, &child, vector + 4 + 4 * (size_t)i));
    }
    return INLAY_OK;
}

/* What cannot be said again is refused, not left out without a word. */
static inlay_status arrow_encode_check(struct arrow_encoder *e, const struct arrow_entry *entry)
{
    const char *what = NULL;
    if (entry->type == 0 || entry->type >= ARROW_N_TYPES || entry->type == ARROW_TYPE_UNION)
        what = entry->type == ARROW_TYPE_UNION ? ERR("Arrow unions") : ERR("an Arrow type that is not known");
    else if (entry->unknown && !(e->flags & INLAY_ARROW_DROP_UNKNOWN))
        what = ERR("ARROW:schema has parts that are not known");
    if (!what)
        return INLAY_OK;
    err_set(e->env, INLAY_UNSUPPORTED, what);
    size_t n = entry->name.len < sizeof e->env->error.column ? entry->name.len : sizeof e->env->error.column - 1;
    if (n)
        memcpy(e->env->error.column, entry->name.data, n);
    e->env->error.column[n] = 0;
    return INLAY_UNSUPPORTED;
}

/* One field and all below it; the offset at `link` will point to it. */
static inlay_status arrow_encode_field(struct arrow_encoder *e, const struct arrow_source *source, size_t link)
{
    const struct arrow_entry *entry = source->entry;
    const inlay_arrow_pick *pick = source->pick;
    struct flat_table table;
    TRY(arrow_encode_check(e, entry));
    TRY(e->b.status);
    size_t n_pairs = pick && pick->metadata ? pick->n_metadata : entry->n_metadata;
    struct flat_field slots[ARROW_FIELD_SLOTS] = {[ARROW_FIELD_NAME] = {4, 0},
                                                  [ARROW_FIELD_NULLABLE] = {1, entry->nullable || (pick && pick->nullable)},
                                                  [ARROW_FIELD_TYPE] = {1, entry->type},
                                                  [ARROW_FIELD_PARAMETERS] = {4, 0},
                                                  [ARROW_FIELD_DICTIONARY] = {entry->dictionary ? 4 : 0, 0},
                                                  [ARROW_FIELD_CHILDREN] = {4, 0},
                                                  [ARROW_FIELD_METADATA] = {n_pairs ? 4 : 0, 0}};
    flat_link(&e->f, link, flat_put_table(&e->f, slots, ARROW_FIELD_SLOTS, &table));
    arrow_encode_text(e, pick && pick->name.data ? pick->name : entry->name, table.at[ARROW_FIELD_NAME]);
    arrow_encode_type(e, entry, table.at[ARROW_FIELD_PARAMETERS]);
    if (entry->dictionary)
        arrow_encode_dictionary(e, entry, table.at[ARROW_FIELD_DICTIONARY]);
    TRY(arrow_encode_children(e, source, table.at[ARROW_FIELD_CHILDREN]));
    if (n_pairs) {
        size_t vector = flat_put_vector(&e->f, n_pairs);
        flat_link(&e->f, table.at[ARROW_FIELD_METADATA], vector);
        for (size_t i = 0; i < n_pairs && e->b.status == INLAY_OK; i++)
            arrow_encode_pair(e, arrow_source_pair(source, (uint32_t)i), vector + 4 + 4 * i);
    }
    return e->b.status;
}

/* ---- the message ---- */

static inlay_status arrow_encode_schema(struct arrow_encoder *e, const inlay_arrow_pick *fields, size_t n_fields,
                                        const inlay_key_value *metadata, size_t n_metadata, size_t link)
{
    struct flat_table table;
    struct flat_field slots[] = {[ARROW_SCHEMA_ENDIANNESS] = {2, 0},
                                 [ARROW_SCHEMA_FIELDS] = {4, 0},
                                 [ARROW_SCHEMA_METADATA] = {n_metadata ? 4 : 0, 0}};
    flat_link(&e->f, link, flat_put_table(&e->f, slots, 3, &table));
    size_t vector = flat_put_vector(&e->f, n_fields);
    flat_link(&e->f, table.at[ARROW_SCHEMA_FIELDS], vector);
    for (size_t i = 0; i < n_fields; i++) {
        if (fields[i].field >= fields[i].from->n_top)
            return err_set(e->env, INLAY_ARG, ERR("no such field of ARROW:schema"));
        struct arrow_source source = {fields[i].from, fields[i].from->entries + fields[i].field, &fields[i]};
        TRY(arrow_encode_field(e, &source, vector + 4 + 4 * i));
    }
    if (n_metadata == 0)
        return e->b.status;
    vector = flat_put_vector(&e->f, n_metadata);
    flat_link(&e->f, table.at[ARROW_SCHEMA_METADATA], vector);
    for (size_t i = 0; i < n_metadata && e->b.status == INLAY_OK; i++)
        arrow_encode_pair(e, metadata[i], vector + 4 + 4 * i);
    return e->b.status;
}

static inlay_status arrow_encode(struct arrow_encoder *e, const inlay_arrow_pick *fields, size_t n_fields,
                                 const inlay_key_value *metadata, size_t n_metadata)
{
    struct flat_table table;
    struct flat_field slots[] = {[ARROW_MESSAGE_VERSION] = {2, ARROW_METADATA_V5},
                                 [ARROW_MESSAGE_HEADER_TYPE] = {1, ARROW_HEADER_IS_SCHEMA},
                                 [ARROW_MESSAGE_HEADER] = {4, 0},
                                 [ARROW_MESSAGE_BODY_LENGTH] = {8, 0}};
    buf_le32(&e->b, UINT32_MAX); /* the continuation marker, then the length, then the FlatBuffer */
    buf_le32(&e->b, 0);
    buf_le32(&e->b, 0);
    flat_link(&e->f, ARROW_FRAME_BYTES, flat_put_table(&e->f, slots, 4, &table));
    TRY(arrow_encode_schema(e, fields, n_fields, metadata, n_metadata, table.at[ARROW_MESSAGE_HEADER]));
    flat_put_texts(&e->f);
    flat_pad(&e->f, 8);
    (void)arrow_encode_fits(e, 0);
    TRY(flat_status(&e->f));
    store_le32(e->b.data + 4, (uint32_t)(e->b.bytes - ARROW_FRAME_BYTES));
    return INLAY_OK;
}

inlay_status inlay_arrow_schema_compose(inlay_env *env, const inlay_arrow_pick *fields, size_t n_fields,
                                        const inlay_key_value *metadata, size_t n_metadata, uint32_t flags,
                                        const inlay_sink *sink)
{
    struct arrow_encoder e = {.env = env, .flags = flags, .most_bytes = ARROW_MOST_BYTES};
    struct buf text;
    buf_init(&e.b, env);
    flat_open(&e.f, &e.b);
    buf_init(&text, env);
    if (env->limits.footer_bytes)
        e.most_bytes = env->limits.footer_bytes < INT32_MAX ? (size_t)env->limits.footer_bytes : INT32_MAX;
    inlay_status status = n_fields > e.most_bytes / 4 || n_metadata > e.most_bytes / 4
                              ? err_set(env, INLAY_LIMIT, ERR("ARROW:schema larger than limits.footer_bytes"))
                              : arrow_encode(&e, fields, n_fields, metadata, n_metadata);
    if (status == INLAY_OK) {
        base64_encode(&text, (inlay_bytes){e.b.data, e.b.bytes});
        status = text.status;
    }
    if (status == INLAY_OK)
        status = io_append(env, sink, text.data, text.bytes);
    flat_close(&e.f);
    buf_free(&e.b);
    buf_free(&text);
    return status;
}

inlay_status inlay_arrow_schema_encode(const inlay_arrow_schema *schema, uint32_t flags, const inlay_sink *sink)
{
    void *block = NULL, *more = NULL;
    inlay_env *env = schema->env;
    size_t n = schema->n_top, n_metadata = schema->itself.n_metadata;
    if (schema->itself.unknown && !(flags & INLAY_ARROW_DROP_UNKNOWN))
        return err_set(env, INLAY_UNSUPPORTED, ERR("ARROW:schema has parts that are not known"));
    TRY(mem_new(env, n * sizeof(inlay_arrow_pick), &block));
    inlay_arrow_pick *fields = block;
    inlay_status status = mem_new(env, n_metadata * sizeof(inlay_key_value), &more);
    inlay_key_value *metadata = more;
    for (uint32_t i = 0; i < n; i++)
        fields[i] = (inlay_arrow_pick){.from = schema, .field = i};
    for (uint32_t i = 0; i < n_metadata && status == INLAY_OK; i++)
        metadata[i] = inlay_arrow_schema_key_value(schema, i);
    if (status == INLAY_OK)
        status = inlay_arrow_schema_compose(env, fields, n, metadata, n_metadata, flags, sink);
    mem_free(env, metadata, n_metadata * sizeof *metadata);
    mem_free(env, fields, n * sizeof *fields);
    return status;
}

#endif
