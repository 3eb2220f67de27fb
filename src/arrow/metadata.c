/* Metadata of Arrow fields and of the schema.
 *
 *   i32 pairs | per pair: i32 length, key, i32 length, value      in the machine's byte order
 *
 * Source: Arrow "C data interface", ArrowSchema.metadata.
 */
#include "arrow/plan.h"
#include "base/bytes.h"

static void arrow_pair_number(struct buf *b, size_t n)
{
    int32_t v = (int32_t)n;
    buf_append(b, &v, sizeof v);
}

static void arrow_pair(struct buf *b, uint32_t *n, inlay_bytes key, inlay_bytes value)
{
    if (key.len > INT32_MAX || value.len > INT32_MAX)
        return;
    arrow_pair_number(b, key.len);
    buf_append(b, key.data, key.len);
    arrow_pair_number(b, value.len);
    buf_append(b, value.data, value.len);
    ++*n;
}

static int32_t arrow_pair_int(const char *at)
{
    int32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

uint32_t arrow_pairs_count(const char *metadata)
{
    int32_t n = metadata ? arrow_pair_int(metadata) : 0;
    return n > 0 ? (uint32_t)n : 0;
}

/* One text, and the position behind it. */
static inlay_bytes arrow_pair_take(const char **at)
{
    int32_t n = arrow_pair_int(*at);
    inlay_bytes text = {(const uint8_t *)*at + 4, n > 0 ? (size_t)n : 0};
    *at += 4 + text.len;
    return text;
}

inlay_key_value arrow_pairs_get(const char *metadata, uint32_t i)
{
    inlay_key_value pair = {.has_value = true};
    const char *at = metadata + 4;
    do {
        pair.key = arrow_pair_take(&at);
        pair.value = arrow_pair_take(&at);
    } while (i--);
    return pair;
}

static inlay_bytes arrow_pair_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

static bool arrow_pair_key(inlay_bytes key, const char *text)
{
    size_t n = strlen(text);
    return key.len == n && memcmp(key.data, text, n) == 0;
}

/* The pairs of `b`, written behind room for their number, into the pool. */
static inlay_status arrow_pairs_keep(struct mem_pool *pool, struct buf *b, uint32_t n,
                                     struct arrow_node *node)
{
    void *block = NULL;
    int32_t count = (int32_t)n;
    if (n == 0 || b->status != INLAY_OK)
        return b->status;
    TRY(mem_pool_take(pool, b->bytes, &block));
    memcpy(b->data, &count, sizeof count);
    memcpy(block, b->data, b->bytes);
    node->metadata = block;
    node->metadata_bytes = b->bytes;
    return INLAY_OK;
}

static const char arrow_key_id[] = "PARQUET:field_id", arrow_key_name[] = "ARROW:extension:name",
                  arrow_key_extension[] = "ARROW:extension:metadata";

static void arrow_pair_id(struct buf *b, uint32_t *n, int32_t id)
{
    uint8_t digits[12];
    size_t at = sizeof digits;
    uint32_t u = id < 0 ? 0 - (uint32_t)id : (uint32_t)id;
    do
        digits[--at] = (uint8_t)('0' + u % 10);
    while (u /= 10);
    if (id < 0)
        digits[--at] = '-';
    arrow_pair(b, n, arrow_pair_text(arrow_key_id), (inlay_bytes){digits + at, sizeof digits - at});
}

/* Pairs that ARROW:schema has, without our own id and extensions that do not hold. True: one of them names
 * an extension. */
static bool arrow_pairs_of(struct buf *b, uint32_t *n, const inlay_arrow_schema *schema,
                           const struct arrow_entry *entry, bool own_id, bool same)
{
    bool extension = false;
    for (uint32_t i = 0; i < entry->n_metadata; i++) {
        inlay_key_value pair = arrow_entry_metadata(schema, entry, i);
        bool is_name = arrow_pair_key(pair.key, arrow_key_name);
        if ((own_id && arrow_pair_key(pair.key, arrow_key_id)) ||
            (!same && (is_name || arrow_pair_key(pair.key, arrow_key_extension))))
            continue;
        extension = extension || is_name;
        arrow_pair(b, n, pair.key, pair.value);
    }
    return extension;
}

inlay_status arrow_metadata_field(struct mem_pool *pool, const inlay_node *parquet,
                                  const inlay_arrow_schema *schema, const struct arrow_entry *entry,
                                  bool same, struct arrow_node *node)
{
    struct buf b;
    uint32_t n = 0;
    bool extension = false;
    uint8_t logical = parquet->logical.kind;
    buf_init(&b, pool->env);
    arrow_pair_number(&b, 0);
    if (parquet->has_field_id)
        arrow_pair_id(&b, &n, parquet->field_id);
    if (entry)
        extension = arrow_pairs_of(&b, &n, schema, entry, parquet->has_field_id, same);
    if (!extension && !node->dictionary && (logical == INLAY_UUID || logical == INLAY_JSON)) {
        arrow_pair(&b, &n, arrow_pair_text(arrow_key_name),
                   arrow_pair_text(logical == INLAY_UUID ? "arrow.uuid" : "arrow.json"));
        arrow_pair(&b, &n, arrow_pair_text(arrow_key_extension), arrow_pair_text(""));
    }
    inlay_status status = arrow_pairs_keep(pool, &b, n, node);
    buf_free(&b);
    return status;
}

inlay_status arrow_metadata_file(struct mem_pool *pool, const inlay_reader *reader,
                                 struct arrow_node *root)
{
    struct buf b;
    uint32_t n = 0;
    buf_init(&b, pool->env);
    arrow_pair_number(&b, 0);
    for (uint32_t i = 0; i < inlay_reader_key_values(reader); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(reader, i);
        if (!arrow_pair_key(kv->key, "ARROW:schema"))
            arrow_pair(&b, &n, kv->key, kv->value);
    }
    inlay_status status = arrow_pairs_keep(pool, &b, n, root);
    buf_free(&b);
    return status;
}
