/* ARROW:schema: names, types and metadata of a file's top-level fields.
 *
 *   base64( FF FF FF FF | u32 LE length | FlatBuffer )      since Arrow 0.15
 *   base64( u32 LE length | FlatBuffer )                    before
 *
 * The FlatBuffer is Message{header: Schema{fields: [Field]}}. Only the top-level fields are looked
 * at, so nothing recurses. Every place a field or a key-value lies in is checked once while
 * parsing, and only positions are kept; the accessors follow them again.
 * Source: Arrow Columnar Format "Encapsulated message format"; Message.fbs, Schema.fbs; FlatBuffers
 * "FlatBuffer Internals" (tables, vtables, vectors, strings).
 */
#include "inlay/arrow.h"

#include "base/bytes.h"
#include "base/mem.h"

/* Slots of the vtables, in the order of the .fbs files. A union takes two slots: type, value. */
enum {
    ARROW_MESSAGE_HEADER_TYPE = 1,
    ARROW_MESSAGE_HEADER = 2,
    ARROW_SCHEMA_FIELDS = 1,
    ARROW_FIELD_NAME = 0,
    ARROW_FIELD_NULLABLE = 1,
    ARROW_FIELD_TYPE = 2,
    ARROW_FIELD_METADATA = 6,
    ARROW_PAIR_KEY = 0,
    ARROW_PAIR_VALUE = 1,
    ARROW_HEADER_IS_SCHEMA = 1, /* union MessageHeader */
    ARROW_MOST_FIELDS = 1000000 /* where limits.schema_nodes is 0, as its default */
};

struct arrow_entry {
    inlay_bytes name;
    uint32_t metadata_at; /* position of the vector of KeyValue; 0 = none */
    uint32_t n_metadata;
    uint8_t type;
    bool nullable;
};

struct inlay_arrow_schema {
    inlay_env *env;
    uint8_t *block; /* the decoded value */
    size_t block_bytes;
    const uint8_t *data; /* the FlatBuffer inside it */
    uint32_t bytes;
    struct arrow_entry *entries;
    uint32_t n_entries;
    size_t capacity;    /* of entries */
    const char *failed; /* constant text of the first failure; NULL = none */
};

/* ---- base64 (RFC 4648 section 4); padding may be missing ---- */

static int arrow_base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* dst has room for 3 bytes per 4 characters, rounded up. False: not base64. */
static bool arrow_base64_decode(inlay_bytes text, uint8_t *dst, size_t *bytes)
{
    size_t len = text.len, n = 0;
    for (int pad = 0; pad < 2 && text.len % 4 == 0 && len && text.data[len - 1] == '='; pad++)
        len--;
    if (len % 4 == 1)
        return false;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = arrow_base64_digit(text.data[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 == 0)
            continue;
        /* after 2, 3, 4 digits 4, 2, 0 bits remain */
        dst[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *bytes = n;
    return true;
}

/* ---- FlatBuffer, all positions relative to data; 0 stands for "absent" and for "failed" ---- */

static uint32_t arrow_fail(inlay_arrow_schema *s, const char *what)
{
    if (!s->failed)
        s->failed = what;
    return 0;
}

/* Follow the unsigned offset at `at`, which is inside; the target has room for 4 bytes. */
static uint32_t arrow_follow(inlay_arrow_schema *s, uint32_t at)
{
    uint32_t offset = load_le32(s->data + at);
    if (offset == 0 || offset > s->bytes - at || s->bytes - at - offset < 4)
        return arrow_fail(s, ERR("ARROW:schema: an offset points outside"));
    return at + offset;
}

/* Position of the value in `slot` of a table, with room for `width` bytes; 0 = absent. */
static uint32_t arrow_slot(inlay_arrow_schema *s, uint32_t table, uint32_t slot, uint32_t width)
{
    /* vtable: u16 own bytes, u16 table bytes, then a u16 offset per slot */
    int64_t vtable_at = (int64_t)table - (int32_t)load_le32(s->data + table);
    if (vtable_at < 0 || vtable_at > (int64_t)s->bytes - 4)
        return arrow_fail(s, ERR("ARROW:schema: a table lacks its vtable"));
    uint32_t vtable = (uint32_t)vtable_at;
    uint32_t vtable_bytes = load_le16(s->data + vtable);
    uint32_t table_bytes = load_le16(s->data + vtable + 2);
    if (vtable_bytes < 4 || vtable_bytes > s->bytes - vtable || table_bytes > s->bytes - table)
        return arrow_fail(s, ERR("ARROW:schema: a vtable runs over the end"));
    if (vtable_bytes < 6 + 2 * slot)
        return 0;
    uint32_t offset = load_le16(s->data + vtable + 4 + 2 * slot);
    if (offset == 0)
        return 0;
    if (offset < 4 || offset > table_bytes || table_bytes - offset < width)
        return arrow_fail(s, ERR("ARROW:schema: a field lies outside its table"));
    return table + offset;
}

/* What the offset in `slot` points to (table, vector or string); 0 = absent. */
static uint32_t arrow_target(inlay_arrow_schema *s, uint32_t table, uint32_t slot)
{
    uint32_t at = arrow_slot(s, table, slot, 4);
    return at ? arrow_follow(s, at) : 0;
}

static uint8_t arrow_byte(inlay_arrow_schema *s, uint32_t table, uint32_t slot)
{
    uint32_t at = arrow_slot(s, table, slot, 1);
    return at ? s->data[at] : 0;
}

/* A string; absent is empty with data NULL. */
static inlay_bytes arrow_string(inlay_arrow_schema *s, uint32_t table, uint32_t slot)
{
    uint32_t at = arrow_target(s, table, slot);
    if (!at)
        return (inlay_bytes){NULL, 0};
    uint32_t len = load_le32(s->data + at);
    if (len > s->bytes - at - 4) {
        arrow_fail(s, ERR("ARROW:schema: a string runs over the end"));
        return (inlay_bytes){NULL, 0};
    }
    return (inlay_bytes){s->data + at + 4, len};
}

/* Number of offsets in the vector at `vector`; 0 for none. */
static uint32_t arrow_count(inlay_arrow_schema *s, uint32_t vector)
{
    if (!vector)
        return 0;
    uint32_t n = load_le32(s->data + vector);
    if (n > (s->bytes - vector - 4) / 4)
        return arrow_fail(s, ERR("ARROW:schema: a vector runs over the end"));
    return n;
}

static uint32_t arrow_element(inlay_arrow_schema *s, uint32_t vector, uint32_t i)
{
    return arrow_follow(s, vector + 4 + 4 * i);
}

/* ---- message, schema, fields ---- */

/* Find the FlatBuffer behind its frame. */
static void arrow_unframe(inlay_arrow_schema *s, size_t bytes)
{
    struct cursor in = cursor_over(s->block, bytes);
    uint32_t length = cursor_le32(&in);
    if (length == UINT32_MAX) /* the continuation marker */
        length = cursor_le32(&in);
    s->data = in.at;
    s->bytes = length;
    if (in.failed || length > cursor_left(&in) || length > INT32_MAX || length < 8)
        arrow_fail(s, ERR("ARROW:schema: no whole message"));
}

/* Vectors of a true message lie apart from each other, so all pairs together take at least 4 bytes
 * each. `left` enforces that: a few bytes must not stand for billions of pairs. */
static void arrow_check_metadata(inlay_arrow_schema *s, struct arrow_entry *entry, uint32_t *left)
{
    uint32_t n = arrow_count(s, entry->metadata_at);
    if (n > *left) {
        arrow_fail(s, ERR("ARROW:schema: metadata vectors overlap"));
        return;
    }
    *left -= n;
    entry->n_metadata = n;
    for (uint32_t i = 0; i < n && !s->failed; i++) {
        uint32_t pair = arrow_element(s, entry->metadata_at, i);
        if (s->failed)
            return;
        arrow_string(s, pair, ARROW_PAIR_KEY);
        arrow_string(s, pair, ARROW_PAIR_VALUE);
    }
}

static void arrow_read_fields(inlay_arrow_schema *s, uint32_t fields)
{
    uint32_t left = s->bytes / 4;
    for (uint32_t i = 0; i < s->n_entries && !s->failed; i++) {
        struct arrow_entry *entry = &s->entries[i];
        uint32_t field = arrow_element(s, fields, i);
        if (s->failed)
            return;
        entry->name = arrow_string(s, field, ARROW_FIELD_NAME);
        entry->nullable = arrow_byte(s, field, ARROW_FIELD_NULLABLE) != 0;
        entry->type = arrow_byte(s, field, ARROW_FIELD_TYPE);
        entry->metadata_at = arrow_target(s, field, ARROW_FIELD_METADATA);
        arrow_check_metadata(s, entry, &left);
    }
}

/* Position of the vector of fields; 0 = there are none. */
static uint32_t arrow_find_fields(inlay_arrow_schema *s)
{
    if (s->failed)
        return 0;
    uint32_t message = arrow_follow(s, 0);
    if (s->failed)
        return 0;
    uint8_t header_type = arrow_byte(s, message, ARROW_MESSAGE_HEADER_TYPE);
    uint32_t schema = arrow_target(s, message, ARROW_MESSAGE_HEADER);
    if (!s->failed && (header_type != ARROW_HEADER_IS_SCHEMA || !schema))
        arrow_fail(s, ERR("ARROW:schema: the message is not a schema"));
    return s->failed ? 0 : arrow_target(s, schema, ARROW_SCHEMA_FIELDS);
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
    if (!arrow_base64_decode(base64, s->block, &bytes))
        return err_set(s->env, INLAY_CORRUPT, ERR("ARROW:schema: not base64"));
    arrow_unframe(s, bytes);
    uint32_t fields = arrow_find_fields(s);
    uint32_t n = arrow_count(s, fields);
    uint32_t most = s->env->limits.schema_nodes ? s->env->limits.schema_nodes : ARROW_MOST_FIELDS;
    if (n > most)
        return err_set(s->env, INLAY_LIMIT, ERR("ARROW:schema: too many fields"));
    if (!s->failed && n) {
        block = NULL;
        TRY(mem_grow(s->env, &block, &s->capacity, n, sizeof *s->entries));
        s->entries = block;
        s->n_entries = n;
        arrow_read_fields(s, fields);
    }
    return s->failed ? err_set(s->env, INLAY_CORRUPT, s->failed) : INLAY_OK;
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
    return schema->n_entries;
}

inlay_arrow_field inlay_arrow_schema_field(const inlay_arrow_schema *schema, uint32_t field)
{
    if (field >= schema->n_entries)
        return (inlay_arrow_field){.name = {NULL, 0}};
    const struct arrow_entry *entry = &schema->entries[field];
    return (inlay_arrow_field){entry->name, entry->nullable, entry->type, entry->n_metadata};
}

inlay_key_value inlay_arrow_schema_metadata(const inlay_arrow_schema *schema, uint32_t field,
                                            uint32_t i)
{
    inlay_key_value pair = {.has_value = false};
    if (field >= schema->n_entries || i >= schema->entries[field].n_metadata)
        return pair;
    inlay_arrow_schema view = *schema; /* the walk can fail, but did not when it was parsed */
    uint32_t at = arrow_element(&view, schema->entries[field].metadata_at, i);
    pair.key = arrow_string(&view, at, ARROW_PAIR_KEY);
    pair.value = arrow_string(&view, at, ARROW_PAIR_VALUE);
    pair.has_value = pair.value.data != NULL;
    return pair;
}
