/* ARROW:schema: names, types and metadata of a file's fields.
 *
 *   base64( FF FF FF FF | u32 LE length | FlatBuffer )      since Arrow 0.15
 *   base64( u32 LE length | FlatBuffer )                    before
 *
 * The FlatBuffer is Message{header: Schema{fields: [Field]}}. Fields are read level by level, so that
 * nothing recurses. Every place a field or a key-value lies in is checked once while parsing, and
 * only positions are kept; the accessors follow them again.
 * Source: Arrow Columnar Format "Encapsulated message format"; Message.fbs, Schema.fbs.
 */
#include "arrow/schema.h"

#include "base/base64.h"
#include "base/bytes.h"
#include "base/mem.h"

enum {
    ARROW_MOST_FIELDS = 1000000, /* where limits.schema_nodes is 0, as its default */
    ARROW_MOST_DEPTH = 256       /* where limits.schema_depth is 0, as its default */
};

/* ---- message, schema, fields ---- */

/* Find the FlatBuffer behind its frame. */
static void arrow_unframe(inlay_arrow_schema *s, size_t bytes)
{
    struct cursor in = cursor_over(s->block, bytes);
    uint32_t length = cursor_le32(&in);
    if (length == UINT32_MAX) /* the continuation marker */
        length = cursor_le32(&in);
    s->flat = (struct flat){in.at, length, NULL};
    if (in.failed || length > cursor_left(&in) || length > INT32_MAX || length < 8)
        flat_fail(&s->flat, ERR("ARROW:schema: no whole message"));
}

/* Vectors of a true message lie apart from each other, so all pairs and children together take at least
 * 4 bytes each. `left` enforces that: a few bytes must not stand for billions of them. */
static bool arrow_apart(struct flat *f, uint32_t n, uint32_t *left)
{
    if (n > *left) {
        flat_fail(f, ERR("ARROW:schema: vectors overlap"));
        return false;
    }
    *left -= n;
    return !f->failed;
}

/* Are there slots that Schema.fbs does not have today? */
static bool arrow_unknown_slots(struct flat *f, uint32_t table, uint32_t known)
{
    return table && !f->failed && flat_slots(f, table) > known;
}

static void arrow_check_metadata(struct flat *f, struct arrow_entry *entry, uint32_t *left)
{
    uint32_t n = flat_count(f, entry->metadata_at);
    if (!arrow_apart(f, n, left))
        return;
    entry->n_metadata = n;
    for (uint32_t i = 0; i < n && !f->failed; i++) {
        uint32_t pair = flat_element(f, entry->metadata_at, i);
        if (f->failed)
            return;
        flat_string(f, pair, ARROW_PAIR_KEY);
        flat_string(f, pair, ARROW_PAIR_VALUE);
        entry->unknown = entry->unknown || arrow_unknown_slots(f, pair, ARROW_PAIR_SLOTS);
    }
}

uint32_t arrow_type_slots(uint8_t type)
{
    static const uint8_t slots[] = {[ARROW_TYPE_INT] = 2,       [ARROW_TYPE_FLOAT] = 1,      [ARROW_TYPE_DECIMAL] = 3,
                                    [ARROW_TYPE_DATE] = 1,      [ARROW_TYPE_TIME] = 2,       [ARROW_TYPE_TIMESTAMP] = 2,
                                    [ARROW_TYPE_INTERVAL] = 1,  [ARROW_TYPE_UNION] = 2,      [ARROW_TYPE_FIXED_BINARY] = 1,
                                    [ARROW_TYPE_FIXED_LIST] = 1, [ARROW_TYPE_MAP] = 1,       [ARROW_TYPE_DURATION] = 1};
    return type < sizeof slots ? slots[type] : 0;
}

/* The type's own table; absent ones have the defaults of Schema.fbs. */
static void arrow_read_parameters(struct flat *f, uint32_t field, struct arrow_entry *entry)
{
    uint32_t table = flat_target(f, field, ARROW_FIELD_PARAMETERS);
    if (!table || f->failed)
        return;
    switch (entry->type) {
    case ARROW_TYPE_INT:
        entry->a = flat_i32(f, table, 0, 0);
        entry->b = flat_u8(f, table, 1) != 0;
        break;
    case ARROW_TYPE_DECIMAL:
        entry->a = flat_i32(f, table, 0, 0);
        entry->b = flat_i32(f, table, 1, 0);
        entry->c = flat_i32(f, table, 2, 128);
        break;
    case ARROW_TYPE_FLOAT:
        entry->a = flat_i16(f, table, 0, 0);
        break;
    case ARROW_TYPE_TIME:
        entry->b = flat_i32(f, table, 1, 32);
        entry->a = flat_i16(f, table, 0, 1);
        break;
    case ARROW_TYPE_INTERVAL:
        entry->a = flat_i16(f, table, 0, 0);
        break;
    case ARROW_TYPE_DATE:
    case ARROW_TYPE_DURATION:
        entry->a = flat_i16(f, table, 0, 1);
        break;
    case ARROW_TYPE_TIMESTAMP:
        entry->a = flat_i16(f, table, 0, 0);
        entry->timezone = flat_string(f, table, 1);
        break;
    case ARROW_TYPE_FIXED_BINARY:
    case ARROW_TYPE_FIXED_LIST:
        entry->a = flat_i32(f, table, 0, 0);
        break;
    case ARROW_TYPE_MAP:
        entry->a = flat_u8(f, table, 0) != 0;
        break;
    default:
        break;
    }
    entry->unknown = entry->unknown || arrow_unknown_slots(f, table, arrow_type_slots(entry->type));
}

static void arrow_read_dictionary(struct flat *f, uint32_t dictionary, struct arrow_entry *entry)
{
    entry->dictionary = true;
    entry->ordered = flat_u8(f, dictionary, ARROW_DICTIONARY_ORDERED) != 0;
    entry->unknown = entry->unknown || arrow_unknown_slots(f, dictionary, ARROW_DICTIONARY_SLOTS);
    uint32_t index = f->failed ? 0 : flat_target(f, dictionary, ARROW_DICTIONARY_INDEX);
    if (!index || f->failed)
        return;
    int32_t bits = flat_i32(f, index, 0, 0);
    entry->index_signed = flat_u8(f, index, 1) != 0;
    entry->index_bits = bits == 8 || bits == 16 || bits == 32 || bits == 64 ? (uint8_t)bits : 0;
}

static void arrow_read_field(struct flat *f, uint32_t field, struct arrow_entry *entry, uint32_t *left)
{
    entry->name = flat_string(f, field, ARROW_FIELD_NAME);
    entry->nullable = flat_u8(f, field, ARROW_FIELD_NULLABLE) != 0;
    entry->type = flat_u8(f, field, ARROW_FIELD_TYPE);
    arrow_read_parameters(f, field, entry);
    uint32_t dictionary = flat_target(f, field, ARROW_FIELD_DICTIONARY);
    if (dictionary && !f->failed)
        arrow_read_dictionary(f, dictionary, entry);
    entry->unknown = entry->unknown || arrow_unknown_slots(f, field, ARROW_FIELD_SLOTS);
    entry->metadata_at = flat_target(f, field, ARROW_FIELD_METADATA);
    arrow_check_metadata(f, entry, left);
    entry->children_at = flat_target(f, field, ARROW_FIELD_CHILDREN);
    uint32_t n = flat_count(f, entry->children_at);
    if (arrow_apart(f, n, left))
        entry->n_children = n;
}

uint32_t arrow_most_depth(const inlay_env *env)
{
    uint32_t most = env->limits.schema_depth ? env->limits.schema_depth : ARROW_MOST_DEPTH;
    return 2 * most; /* an Arrow map or list is two groups of Parquet, or one */
}

inlay_status arrow_more_entries(inlay_arrow_schema *s, uint32_t n)
{
    const inlay_limits *l = &s->env->limits;
    size_t most = l->schema_nodes ? l->schema_nodes : ARROW_MOST_FIELDS;
    void *block = s->entries;
    if (n > most || s->n_entries > most - n)
        return err_set(s->env, INLAY_LIMIT, ERR("ARROW:schema: too many fields"));
    TRY(mem_grow(s->env, &block, &s->capacity, s->n_entries + n, sizeof *s->entries));
    s->entries = block;
    if (n)
        memset(s->entries + s->n_entries, 0, n * sizeof *s->entries);
    s->n_entries += n;
    return INLAY_OK;
}

/* Read n fields of the vector at `vector` into new entries. */
static inlay_status arrow_read_fields(inlay_arrow_schema *s, uint32_t vector, uint32_t n,
                                      uint32_t depth, uint32_t *left)
{
    struct flat *f = &s->flat;
    size_t first = s->n_entries;
    if (depth > arrow_most_depth(s->env))
        return err_set(s->env, INLAY_LIMIT, ERR("ARROW:schema: deeper than limits.schema_depth"));
    TRY(arrow_more_entries(s, n));
    for (uint32_t i = 0; i < n && !f->failed; i++) {
        uint32_t field = flat_element(f, vector, i);
        if (!f->failed) {
            s->entries[first + i].depth = depth;
            arrow_read_field(f, field, &s->entries[first + i], left);
        }
    }
    return INLAY_OK;
}

/* Position of the schema; 0 = failed. */
static uint32_t arrow_find_schema(struct flat *f)
{
    if (f->failed)
        return 0;
    uint32_t message = flat_follow(f, 0);
    if (f->failed)
        return 0;
    uint8_t header_type = flat_u8(f, message, ARROW_MESSAGE_HEADER_TYPE);
    uint32_t schema = flat_target(f, message, ARROW_MESSAGE_HEADER);
    if (!f->failed && (header_type != ARROW_HEADER_IS_SCHEMA || !schema))
        flat_fail(f, ERR("ARROW:schema: the message is not a schema"));
    return f->failed ? 0 : schema;
}

/* The schema's own metadata, and its vector of fields; 0 = there are none. */
static uint32_t arrow_read_schema(inlay_arrow_schema *s, uint32_t *left)
{
    struct flat *f = &s->flat;
    uint32_t schema = arrow_find_schema(f);
    if (!schema)
        return 0;
    s->itself.unknown = arrow_unknown_slots(f, schema, ARROW_SCHEMA_SLOTS);
    s->itself.metadata_at = f->failed ? 0 : flat_target(f, schema, ARROW_SCHEMA_METADATA);
    arrow_check_metadata(f, &s->itself, left);
    return f->failed ? 0 : flat_target(f, schema, ARROW_SCHEMA_FIELDS);
}

static inlay_status arrow_parse(inlay_arrow_schema *s, inlay_bytes base64)
{
    size_t bytes = 0;
    void *block = NULL;
    s->block_bytes = base64.len / 4 * 3 + 3;
    inlay_status status = mem_resize(s->env, &block, 0, s->block_bytes);
    if (status != INLAY_OK) {
        s->block_bytes = 0;
        return status;
    }
    s->block = block;
    if (!base64_decode(base64, s->block, &bytes))
        return err_set(s->env, INLAY_CORRUPT, ERR("ARROW:schema: not base64"));
    arrow_unframe(s, bytes);
    struct flat *f = &s->flat;
    uint32_t left = f->bytes / 4;
    uint32_t fields = arrow_read_schema(s, &left), n = flat_count(f, fields);
    if (!f->failed && arrow_apart(f, n, &left)) {
        s->n_top = n;
        TRY(arrow_read_fields(s, fields, n, 1, &left));
    }
    for (size_t i = 0; i < s->n_entries && !f->failed; i++) {
        struct arrow_entry *entry = &s->entries[i];
        uint32_t children_at = entry->children_at, depth = entry->depth + 1;
        entry->first_child = (uint32_t)s->n_entries;
        if (entry->n_children)
            TRY(arrow_read_fields(s, children_at, entry->n_children, depth, &left));
    }
    return f->failed ? err_set(s->env, INLAY_CORRUPT, f->failed) : INLAY_OK;
}

/* ---- public ---- */

inlay_status inlay_arrow_schema_parse(inlay_env *env, inlay_bytes base64,
                                      inlay_arrow_schema **schema)
{
    void *block;
    *schema = NULL;
    TRY(mem_new(env, sizeof **schema, &block));
    inlay_arrow_schema *s = block;
    s->env = env;
    inlay_status status = arrow_parse(s, base64);
    if (status != INLAY_OK) {
        inlay_arrow_schema_close(s);
        return status;
    }
    *schema = s;
    return INLAY_OK;
}

inlay_status inlay_arrow_schema_open(inlay_env *env, const inlay_reader *reader,
                                     inlay_arrow_schema **schema)
{
    *schema = NULL;
    const inlay_key_value *pair = inlay_reader_find_key(reader, "ARROW:schema");
    if (!pair || !pair->has_value)
        return INLAY_END;
    return inlay_arrow_schema_parse(env, pair->value, schema);
}

void inlay_arrow_schema_close(inlay_arrow_schema *schema)
{
    if (!schema)
        return;
    inlay_env *env = schema->env;
    mem_free(env, schema->entries, schema->capacity * sizeof *schema->entries);
    mem_free(env, schema->block, schema->block_bytes);
    mem_free(env, schema, sizeof *schema);
}

uint32_t inlay_arrow_schema_fields(const inlay_arrow_schema *schema)
{
    return schema->n_top;
}

inlay_arrow_field inlay_arrow_schema_field(const inlay_arrow_schema *schema, uint32_t field)
{
    if (field >= schema->n_top)
        return (inlay_arrow_field){.name = {NULL, 0}};
    const struct arrow_entry *entry = &schema->entries[field];
    return (inlay_arrow_field){entry->name, entry->nullable, entry->type, entry->n_metadata};
}

inlay_key_value arrow_entry_metadata(const inlay_arrow_schema *schema,
                                     const struct arrow_entry *entry, uint32_t i)
{
    inlay_key_value pair = {.has_value = false};
    if (entry->pairs)
        return arrow_pairs_get(entry->pairs, i);
    struct flat view = schema->flat; /* the walk can fail, but did not when it was parsed */
    uint32_t at = flat_element(&view, entry->metadata_at, i);
    pair.key = flat_string(&view, at, ARROW_PAIR_KEY);
    pair.value = flat_string(&view, at, ARROW_PAIR_VALUE);
    pair.has_value = pair.value.data != NULL;
    return pair;
}

inlay_key_value inlay_arrow_schema_metadata(const inlay_arrow_schema *schema, uint32_t field,
                                            uint32_t i)
{
    if (field >= schema->n_top || i >= schema->entries[field].n_metadata)
        return (inlay_key_value){.has_value = false};
    return arrow_entry_metadata(schema, &schema->entries[field], i);
}

uint32_t inlay_arrow_schema_key_values(const inlay_arrow_schema *schema)
{
    return schema->itself.n_metadata;
}

inlay_key_value inlay_arrow_schema_key_value(const inlay_arrow_schema *schema, uint32_t i)
{
    if (i >= schema->itself.n_metadata)
        return (inlay_key_value){.has_value = false};
    return arrow_entry_metadata(schema, &schema->itself, i);
}
