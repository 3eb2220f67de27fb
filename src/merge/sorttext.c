/* Sort schemas as text; see sorttext.h. */
#include "merge/sorttext.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE

static void sorttext_put(struct buf *text, const char *s)
{
    buf_append(text, s, strlen(s));
}

static void sorttext_bytes(struct buf *text, inlay_bytes b)
{
    buf_append(text, b.data, b.len);
}

static void sorttext_column(const struct sortkey_column *column, bool full, struct buf *text)
{
    sorttext_bytes(text, column->name);
    sorttext_put(text, sortkey_suffix(column));
    if (full) {
        sorttext_put(text, ":");
        sorttext_put(text, sortkey_type_name(column->type));
    }
    if (full || column->descending != sortkey_is_timestamp(column->name))
        sorttext_put(text, column->descending ? ":-" : ":+");
}

static void sorttext_listed(const struct sortkey_column *column, struct buf *text)
{
    if (column->descending != sortkey_is_timestamp(column->name))
        sorttext_put(text, column->descending ? "-" : "+");
    sorttext_bytes(text, column->name);
}

static void sorttext_version(uint32_t version, struct buf *text)
{
    char digits[10];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + version % 10);
        version /= 10;
    } while (version);
    sorttext_put(text, "/V");
    buf_append(text, digits + at, sizeof digits - at);
}

static void sorttext_schema(const struct sortkey_schema *schema, bool full, struct buf *text)
{
    if (schema->name.len) {
        sorttext_bytes(text, schema->name);
        sorttext_put(text, "=");
    }
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        if (i)
            sorttext_put(text, "|");
        if (schema->cutoff && i == schema->cutoff)
            sorttext_put(text, "&");
        if (schema->version)
            sorttext_column(&schema->columns[i], full, text);
        else
            sorttext_listed(&schema->columns[i], text);
    }
    if (schema->version)
        sorttext_version(schema->version, text);
}

void sorttext_short(const struct sortkey_schema *schema, struct buf *text)
{
    sorttext_schema(schema, false, text);
}

void sorttext_full(const struct sortkey_schema *schema, struct buf *text)
{
    sorttext_schema(schema, true, text);
}

#endif
