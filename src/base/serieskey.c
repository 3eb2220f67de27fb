/* Series of metrics; see serieskey.h. */
#include "base/serieskey.h"

#include <string.h>

/* ---- timeseries_id ---- */

static bool serieskey_outside(inlay_bytes key)
{
    static const char *const outside[] = {"start_timestamp_secs", "sum", "timestamp",
                                          "timestamp_secs", "value"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
        if (key.len == strlen(outside[i]) && memcmp(key.data, outside[i], key.len) == 0)
            return true;
    return false;
}

static void serieskey_hash_text(struct hash_sip *hash, inlay_bytes text)
{
    static const uint8_t end = 0xFF;
    if (text.len)
        hash_sip_add(hash, text.data, text.len);
    hash_sip_add(hash, &end, 1);
}

void serieskey_id_begin(struct serieskey_id *id, inlay_bytes name, uint8_t metric_type)
{
    hash_sip_init(&id->hash);
    serieskey_hash_text(&id->hash, name);
    hash_sip_add(&id->hash, &metric_type, 1);
}

void serieskey_id_label(struct serieskey_id *id, inlay_bytes key, inlay_bytes value)
{
    if (serieskey_outside(key))
        return;
    serieskey_hash_text(&id->hash, key);
    serieskey_hash_text(&id->hash, value);
}

int64_t serieskey_id_end(struct serieskey_id *id)
{
    return (int64_t)hash_sip_end(&id->hash);
}

/* ---- sorted_series ---- */

void serieskey_text(struct buf *key, uint8_t ordinal, inlay_bytes value, bool descending)
{
    uint8_t invert = descending ? 0xFF : 0;
    buf_u8(key, ordinal);
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] <= 1)
            buf_u8(key, 1 ^ invert);
        buf_u8(key, value.data[i] ^ invert);
    }
    buf_u8(key, invert);
}

void serieskey_end(struct buf *key, uint8_t ordinal, int64_t timeseries_id)
{
    uint64_t id = (uint64_t)timeseries_id ^ (uint64_t)1 << 63;
    buf_u8(key, ordinal);
    for (unsigned shift = 64; shift; shift -= 8)
        buf_u8(key, (uint8_t)(id >> (shift - 8)));
}
