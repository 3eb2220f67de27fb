/* Series keys of rows; see seriesrow.h. */
#include "merge/seriesrow.h"

#include "base/serieskey.h"

#if INLAY_WRITE && INLAY_MERGE

/* Place of timeseries_id, up to which columns enter the key; n_columns = it has none. */
static uint32_t seriesrow_id(const struct sortkey_schema *schema)
{
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        if (sortkey_bytes_are(schema->columns[i].name, "timeseries_id"))
            return i;
        if (sortkey_is_timestamp(schema->columns[i].name))
            break;
    }
    return schema->n_columns;
}

const char *seriesrow_key(const struct sortkey_schema *schema, const struct cell *cells,
                          struct buf *key)
{
    uint32_t id = seriesrow_id(schema);
    if (id == schema->n_columns)
        return ERR("sort schema does not contain timeseries_id");
    for (uint32_t i = 0; i < id; i++) {
        if (cells[i].kind == CELL_NULL)
            continue;
        if (cells[i].kind != CELL_BYTES)
            return ERR("a sort column before timeseries_id is not text");
        serieskey_text(key, (uint8_t)i, cells[i].bytes, schema->columns[i].descending);
    }
    if (cells[id].kind != CELL_INT)
        return ERR("timeseries_id is null or not an int64");
    serieskey_end(key, (uint8_t)id, cells[id].integer);
    return NULL;
}

/* Pass over one escaped text and its terminator, from *at. False: it does not end, or has a lonely 01. */
static bool seriesrow_text(inlay_bytes key, size_t *at, bool descending)
{
    uint8_t invert = descending ? 0xFF : 0;
    while (*at < key.len) {
        uint8_t c = key.data[(*at)++] ^ invert;
        if (c == 0)
            return true;
        if (c == 1 && (*at == key.len || (key.data[(*at)++] ^ invert) > 1))
            return false;
    }
    return false;
}

const char *seriesrow_bad(const struct sortkey_schema *schema, inlay_bytes key)
{
    uint32_t id = seriesrow_id(schema), next = 0;
    size_t at = 0;
    if (id == schema->n_columns)
        return ERR("sort schema does not contain timeseries_id");
    while (at < key.len) {
        uint8_t ordinal = key.data[at++];
        if (ordinal < next || ordinal > id)
            return ERR("sorted_series has a column out of order");
        if (ordinal == id)
            return key.len - at == 8 ? NULL : ERR("sorted_series does not end with timeseries_id");
        if (!seriesrow_text(key, &at, schema->columns[ordinal].descending))
            return ERR("sorted_series has a text without an end");
        next = (uint32_t)ordinal + 1;
    }
    return ERR("sorted_series does not end with timeseries_id");
}

#endif
