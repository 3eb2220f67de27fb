/* Sort schema and sorted_series key; see sortspec.h. */
#include "recording/sortspec.h"

#include <string.h>

#include "base/serieskey.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

bool sortspec_is(inlay_bytes a, const char *text)
{
    size_t n = strlen(text);
    return a.len == n && (n == 0 || memcmp(a.data, text, n) == 0);
}

int sortspec_compare(inlay_bytes a, inlay_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool sortspec_is_fixed(inlay_bytes name)
{
    static const char *const fixed[] = {"metric_name",    "metric_type", "timestamp",
                                        "timestamp_secs", "value",       "timeseries_id",
                                        "sorted_series"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (sortspec_is(name, fixed[i]))
            return true;
    return false;
}

/* The piece before the first c; `rest` goes on behind it, or is empty with data NULL. */
static inlay_bytes sortspec_cut(inlay_bytes *rest, char c)
{
    const uint8_t *at = rest->len ? memchr(rest->data, c, rest->len) : NULL;
    inlay_bytes piece = *rest;
    if (!at) {
        *rest = (inlay_bytes){NULL, 0};
        return piece;
    }
    piece.len = (size_t)(at - rest->data);
    *rest = (inlay_bytes){at + 1, rest->len - piece.len - 1};
    return piece;
}

static bool sortspec_sign(inlay_bytes text, size_t i)
{
    return text.len > i && (text.data[i] == '+' || text.data[i] == '-');
}

/* Name and direction of one column; `type` is the text between two colons, if any. */
static const char *sortspec_column_parse(inlay_bytes text, inlay_bytes *name, inlay_bytes *type,
                                         uint8_t *sign)
{
    if (text.len && text.data[0] == '&')
        text = (inlay_bytes){text.data + 1, text.len - 1};
    inlay_bytes rest = text;
    *name = sortspec_cut(&rest, ':');
    *type = (inlay_bytes){NULL, 0};
    *sign = 0;
    if (rest.data && memchr(rest.data, ':', rest.len))
        *type = sortspec_cut(&rest, ':');
    if (rest.data) {
        if (rest.len != 1 || !sortspec_sign(rest, 0))
            return ERR("bad sort direction");
        *sign = rest.data[0];
    }
    for (int back = 0; back < 2; back++) {
        if (!sortspec_sign(*name, back && name->len ? name->len - 1 : 0))
            continue;
        if (*sign)
            return ERR("sort direction specified multiple times");
        *sign = name->data[back ? name->len - 1 : 0];
        *name = (inlay_bytes){name->data + !back, name->len - 1};
    }
    return name->len ? NULL : ERR("empty sort column name");
}

/* "host__s" is host, as a string; other suffixes name types that a label cannot have. */
static const char *sortspec_string(inlay_bytes *name, inlay_bytes type)
{
    static const char *const others[] = {"__i", "__nf", "__sk", "__cpcsk", "__isk"};
    if (name->len > 3 && memcmp(name->data + name->len - 3, "__s", 3) == 0)
        name->len -= 3;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        size_t n = strlen(others[i]);
        if (name->len >= n && memcmp(name->data + name->len - n, others[i], n) == 0)
            return ERR("a long table sorts by strings before timeseries_id");
    }
    if (type.data && !sortspec_is(type, "dense-string"))
        return ERR("a long table sorts by strings before timeseries_id");
    if (sortspec_is_fixed(*name) && !sortspec_is(*name, "metric_name"))
        return ERR("only metric_name and labels may come before timeseries_id");
    return NULL;
}

static const char *sortspec_add(struct sortspec *spec, inlay_bytes name, bool descending)
{
    for (uint32_t i = 0; i < spec->n_columns; i++)
        if (sortspec_compare(spec->columns[i].name, name) == 0)
            return ERR("duplicate sort column");
    if (spec->n_columns == SORTSPEC_MOST_COLUMNS - 1) /* the last ordinal is timeseries_id's */
        return ERR("too many sort columns");
    spec->columns[spec->n_columns++] = (struct sortspec_column){name, descending};
    return NULL;
}

/* timestamp_secs, "/V2" and the end. */
static const char *sortspec_finish(inlay_bytes rest)
{
    inlay_bytes name, type;
    uint8_t sign;
    inlay_bytes column = sortspec_cut(&rest, '/');
    const char *bad = sortspec_column_parse(column, &name, &type, &sign);
    if (bad)
        return bad;
    if (!sortspec_is(name, "timestamp_secs") && !sortspec_is(name, "timestamp"))
        return ERR("timeseries_id is followed by timestamp_secs, and that by nothing");
    if (sign == '+')
        return ERR("the timestamp sort column must be descending");
    uint32_t version = 0;
    if (rest.len < 2 || rest.len > 8 || rest.data[0] != 'V')
        return ERR("the sort schema ends with /V2");
    for (size_t i = 1; i < rest.len; i++) {
        if (rest.data[i] < '0' || rest.data[i] > '9')
            return ERR("the sort schema ends with /V2");
        version = version * 10 + (uint32_t)(rest.data[i] - '0');
    }
    return version < 2 ? ERR("unsupported sort version, minimum is 2") : NULL;
}

const char *sortspec_parse(inlay_bytes text, struct sortspec *spec)
{
    inlay_bytes rest = text;
    spec->n_columns = 0;
    if (rest.len && memchr(rest.data, '=', rest.len))
        sortspec_cut(&rest, '=');
    while (rest.len) {
        inlay_bytes name, type, column = sortspec_cut(&rest, '|');
        uint8_t sign;
        const char *bad = sortspec_column_parse(column, &name, &type, &sign);
        if (!bad && sortspec_is(name, "timeseries_id"))
            return sign == '-' ? ERR("timeseries_id is always ascending") : sortspec_finish(rest);
        if (!bad)
            bad = sortspec_string(&name, type);
        if (!bad)
            bad = sortspec_add(spec, name, sign == '-');
        if (bad)
            return bad;
    }
    return ERR("the sort schema of a long table has timeseries_id");
}

/* ---- key ---- */

void sortspec_key(const struct sortspec *spec, const inlay_bytes *values, int64_t timeseries_id,
                  struct buf *key)
{
    for (uint32_t i = 0; i < spec->n_columns; i++)
        if (values[i].data)
            serieskey_text(key, (uint8_t)i, values[i], spec->columns[i].descending);
    serieskey_end(key, (uint8_t)spec->n_columns, timeseries_id);
}

#endif
