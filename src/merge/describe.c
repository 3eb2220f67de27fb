/* Row keys and zonemaps of an output file; see describe.h. */
#include "merge/describe.h"

#include <string.h>

#include "base/base64.h"
#include "base/json_write.h"
#include "base/text.h"
#include "merge/rowkeys.h"

#if INLAY_WRITE && INLAY_MERGE

inlay_status describe_init(struct describe *d, inlay_env *env, const struct sortkey_schema *sort,
                           const inlay_node *const *leaves)
{
    void *block;
    *d = (struct describe){.env = env, .sort = sort};
    TRY(mem_new(env, sort->n_columns * sizeof *d->columns, &block));
    d->columns = block;
    d->n = sort->n_columns;
    for (uint32_t i = 0; i < d->n; i++) {
        struct describe_column *c = &d->columns[i];
        c->leaf = leaves[i];
        buf_init(&c->first_text, env);
        buf_init(&c->last_text, env);
        zonemap_init(&c->zone, env, zonemap_limits_of(ZONEMAP_TRANSITIONS));
    }
    return INLAY_OK;
}

void describe_free(struct describe *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        zonemap_free(&d->columns[i].zone);
        buf_free(&d->columns[i].last_text);
        buf_free(&d->columns[i].first_text);
    }
    if (d->env)
        mem_free(d->env, d->columns, d->n * sizeof *d->columns);
    *d = (struct describe){0};
}

void describe_reset(struct describe *d)
{
    d->has_rows = false;
    for (uint32_t i = 0; i < d->n; i++) {
        d->columns[i].first.kind = d->columns[i].last.kind = CELL_NULL;
        zonemap_reset(&d->columns[i].zone);
    }
}

bool describe_wants_values(const struct describe *d, uint32_t column)
{
    const inlay_node *leaf = d->columns[column].leaf;
    return leaf && cell_is_text(leaf) && (d->sort->cutoff == 0 || column < d->sort->cutoff);
}

inlay_status describe_value(struct describe *d, uint32_t column, inlay_bytes value, uint64_t times)
{
    return describe_wants_values(d, column) ? zonemap_add(&d->columns[column].zone, value, times)
                                            : INLAY_OK;
}

static inlay_status describe_copy(struct cell *to, struct buf *text, struct cell from)
{
    *to = from;
    if (from.kind != CELL_BYTES)
        return INLAY_OK;
    buf_clear(text);
    buf_append(text, from.bytes.data, from.bytes.len);
    to->bytes.data = text->data;
    return text->status;
}

inlay_status describe_first(struct describe *d, uint32_t column, struct cell cell)
{
    struct describe_column *c = &d->columns[column];
    d->has_rows = true;
    return describe_copy(&c->first, &c->first_text, cell);
}

inlay_status describe_last(struct describe *d, uint32_t column, struct cell cell)
{
    struct describe_column *c = &d->columns[column];
    return describe_copy(&c->last, &c->last_text, cell);
}

/* ---- zonemaps ---- */

/* Of the names behind `after` (NULL: of all) the first, bytewise; n where there is none. JSON has no way to
 * say a name that is not UTF-8: such columns are left out, and a planner then keeps the file. */
static uint32_t describe_next(const struct describe *d, const inlay_bytes *after)
{
    uint32_t best = d->n;
    for (uint32_t i = 0; i < d->n; i++) {
        inlay_bytes name = d->sort->columns[i].name;
        if (!describe_wants_values(d, i) || !text_is_utf8(name.data, name.len))
            continue;
        if (after && sortkey_bytes_compare(name, *after) <= 0)
            continue;
        if (best == d->n || sortkey_bytes_compare(name, d->sort->columns[best].name) < 0)
            best = i;
    }
    return best;
}

static inlay_status describe_zonemaps_into(struct describe *d, struct buf *regex, struct buf *json)
{
    const inlay_bytes *after = NULL;
    buf_u8(json, '{');
    for (uint32_t i; (i = describe_next(d, after)) < d->n; after = &d->sort->columns[i].name) {
        buf_clear(regex);
        TRY(zonemap_build(&d->columns[i].zone, regex));
        if (after)
            buf_u8(json, ',');
        json_write_text(json, d->sort->columns[i].name);
        buf_u8(json, ':');
        json_write_text(json, (inlay_bytes){regex->data, regex->bytes});
    }
    buf_u8(json, '}');
    return json->status;
}

inlay_status describe_zonemaps(struct describe *d, struct buf *json)
{
    struct buf regex;
    buf_init(&regex, d->env);
    inlay_status status = describe_zonemaps_into(d, &regex, json);
    buf_free(&regex);
    return status;
}

/* ---- the footer ---- */

static inlay_status describe_put(inlay_writer *writer, const char *key, const struct buf *value)
{
    TRY(value->status);
    inlay_bytes name = {(const uint8_t *)key, strlen(key)}, text = {value->data, value->bytes};
    return inlay_writer_key_value(writer, name, &text);
}

static inlay_status describe_write_keys(struct describe *d, struct buf *proto, struct buf *text,
                                        inlay_writer *writer)
{
    struct cell first[SORTKEY_MOST_COLUMNS], last[SORTKEY_MOST_COLUMNS];
    for (uint32_t i = 0; i < d->n; i++) {
        first[i] = d->columns[i].first;
        last[i] = d->columns[i].last;
    }
    rowkeys_write(first, last, d->n, proto);
    TRY(proto->status);
    base64_encode(text, (inlay_bytes){proto->data, proto->bytes});
    TRY(describe_put(writer, "qh.row_keys", text));
    buf_clear(text);
    rowkeys_write_json(first, last, d->n, text);
    TRY(describe_put(writer, "qh.row_keys_json", text));
    buf_clear(text);
    TRY(describe_zonemaps(d, text));
    return text->bytes > 2 ? describe_put(writer, "qh.zonemap_regexes", text) : INLAY_OK;
}

inlay_status describe_write(struct describe *d, inlay_writer *writer)
{
    struct buf proto, text;
    if (!d->has_rows)
        return INLAY_OK;
    buf_init(&proto, d->env);
    buf_init(&text, d->env);
    inlay_status status = describe_write_keys(d, &proto, &text, writer);
    buf_free(&text);
    buf_free(&proto);
    return status;
}

#endif
