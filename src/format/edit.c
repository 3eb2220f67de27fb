/* Key-values of a footer, edited in the footer's bytes; see inlay/edit.h.
 *
 * The fields of FileMetaData are walked, not decoded: what stands before key_value_metadata and what stands behind it
 * is copied, and of the list itself every key-value that stays. Only the header of the field behind the list is written
 * anew where the list comes or goes, since a header counts from the field before it.
 */
#include "inlay/edit.h"

#if INLAY_WRITE

#include <string.h>

#include "base/io.h"
#include "format/reader.h"
#include "thrift/compact.h"

enum { EDIT_LIST_ID = 5, EDIT_SIGNED_ID = 8 };

struct edit_item {
    inlay_bytes span; /* as it stands in the footer; empty = made of `key_value` */
    inlay_key_value key_value;
    bool gone;
};

struct edit {
    inlay_env *env;
    inlay_bytes footer;
    size_t list_at, list_end;   /* the field with its header; both where it would be, if there is none */
    int32_t before, behind;     /* ids of the fields around it; behind 0 = the struct ends there */
    uint8_t behind_type;
    size_t behind_value_at;     /* behind that field's header */
    bool has_list;
    struct buf items;           /* struct edit_item */
    struct buf out;
    bool changed;
};

/* ---- where things are ---- */

static inlay_status edit_find_list(struct edit *e)
{
    struct cursor in = cursor_over(e->footer.data, e->footer.len);
    struct thrift_limits limits = meta_limits(e->env);
    struct compact c = {.in = &in, .limits = &limits};
    int32_t id = 0, last = 0;
    uint8_t type = 0;
    bool found = false;
    for (;;) {
        size_t at = (size_t)(in.at - e->footer.data);
        last = id;
        if (!compact_field(&c, &id, &type))
            break;
        if (id >= EDIT_SIGNED_ID && id <= EDIT_SIGNED_ID + 1)
            return err_set(e->env, INLAY_UNSUPPORTED, ERR("a signed or encrypted footer cannot be edited"));
        bool is_list = id == EDIT_LIST_ID && type == COMPACT_LIST && !e->has_list;
        if (is_list || (!found && id > EDIT_LIST_ID)) {
            e->list_at = at;
            e->before = last;
            found = true;
        }
        if (found && !is_list && !e->behind) {
            e->behind = id;
            e->behind_type = type;
            e->behind_value_at = (size_t)(in.at - e->footer.data);
        }
        compact_skip(&c, type, false);
        if (is_list) {
            e->has_list = true;
            e->list_end = (size_t)(in.at - e->footer.data);
        }
    }
    if (in.failed)
        return err_set(e->env, c.limit ? INLAY_LIMIT : INLAY_CORRUPT, ERR("the footer cannot be walked"));
    if (!found) { /* before the stop byte */
        e->list_at = (size_t)(in.at - e->footer.data) - 1;
        e->before = last;
    }
    if (!e->has_list)
        e->list_end = e->list_at;
    return INLAY_OK;
}

static inlay_status edit_items(struct edit *e, const inlay_reader *reader)
{
    struct cursor in = cursor_over(e->footer.data + e->list_at, e->list_end - e->list_at);
    struct thrift_limits limits = meta_limits(e->env);
    struct compact c = {.in = &in, .limits = &limits};
    int32_t id = e->before;
    uint8_t type = 0, element = 0;
    if (!e->has_list)
        return INLAY_OK;
    (void)compact_field(&c, &id, &type);
    uint32_t n = compact_list(&c, &element);
    if (n != inlay_reader_key_values(reader) || (n && element != COMPACT_STRUCT))
        return err_set(e->env, INLAY_CORRUPT, ERR("key-values that are no list of structs"));
    for (uint32_t i = 0; i < n && !in.failed; i++) {
        const uint8_t *at = in.at;
        compact_skip(&c, COMPACT_STRUCT, true);
        struct edit_item item = {.span = {at, (size_t)(in.at - at)}, .key_value = *inlay_reader_key_value(reader, i)};
        buf_append(&e->items, &item, sizeof item);
    }
    if (in.failed)
        return err_set(e->env, c.limit ? INLAY_LIMIT : INLAY_CORRUPT, ERR("the footer cannot be walked"));
    return e->items.status;
}

/* ---- the edits ---- */

static bool edit_same(inlay_bytes a, inlay_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static void edit_one(struct edit *e, const inlay_edit *edit)
{
    struct edit_item *items = (struct edit_item *)(void *)e->items.data;
    size_t n = e->items.bytes / sizeof *items;
    const inlay_key_value *kv = &edit->key_value;
    bool placed = edit->kind == INLAY_EDIT_REMOVE;
    for (size_t i = 0; i < n && edit->kind != INLAY_EDIT_ADD; i++) {
        if (items[i].gone || !edit_same(items[i].key_value.key, kv->key))
            continue;
        bool same = items[i].key_value.has_value == kv->has_value &&
                    (!kv->has_value || edit_same(items[i].key_value.value, kv->value));
        if (!placed && !same)
            items[i] = (struct edit_item){.key_value = *kv};
        e->changed = e->changed || placed || !same;
        items[i].gone = placed;
        placed = true;
    }
    if (placed)
        return;
    struct edit_item last = {.key_value = *kv};
    buf_append(&e->items, &last, sizeof last);
    e->changed = true;
}

/* ---- the new footer ---- */

static void edit_put_item(struct buf *out, const struct edit_item *item)
{
    struct meta_key_value kv = {.has = 1u << META_KV_KEY, .key = item->key_value.key, .value = item->key_value.value};
    if (item->span.len) {
        buf_append(out, item->span.data, item->span.len);
        return;
    }
    if (item->key_value.has_value)
        META_SET(&kv, META_KV_VALUE);
    thrift_write(out, &meta_key_value_table, &kv);
}

static void edit_put_list(struct edit *e, uint32_t n)
{
    const struct edit_item *items = (const void *)e->items.data;
    size_t all = e->items.bytes / sizeof *items;
    thrift_write_list_head(&e->out, e->before, EDIT_LIST_ID, n);
    for (size_t i = 0; i < all; i++)
        if (!items[i].gone)
            edit_put_item(&e->out, &items[i]);
}

static inlay_status edit_put(struct edit *e)
{
    const struct edit_item *items = (const void *)e->items.data;
    uint32_t left = 0;
    for (size_t i = 0; i < e->items.bytes / sizeof *items; i++)
        left += !items[i].gone;
    size_t rest = e->list_end;
    buf_append(&e->out, e->footer.data, e->list_at);
    if (left)
        edit_put_list(e, left);
    if (e->behind && (left > 0) != e->has_list) {
        compact_put_field(&e->out, left ? EDIT_LIST_ID : e->before, e->behind, e->behind_type);
        rest = e->behind_value_at;
    }
    buf_append(&e->out, e->footer.data + rest, e->footer.len - rest);
    if (e->out.bytes > INT32_MAX)
        return err_set(e->env, INLAY_ARG, ERR("a footer larger than 2 GiB"));
    buf_le32(&e->out, (uint32_t)e->out.bytes);
    buf_append(&e->out, "PAR1", 4);
    return e->out.status;
}

static inlay_status edit_run(struct edit *e, const inlay_reader *reader, const inlay_edit *edits, size_t n,
                             const inlay_sink *sink)
{
    TRY(edit_find_list(e));
    TRY(edit_items(e, reader));
    for (size_t i = 0; i < n; i++) {
        edit_one(e, &edits[i]);
        TRY(e->items.status);
    }
    if (!e->changed)
        return INLAY_OK;
    TRY(edit_put(e));
    return io_append(e->env, sink, e->out.data, e->out.bytes);
}

inlay_status inlay_footer_edit(inlay_env *env, const inlay_reader *reader, const inlay_edit *edits, size_t n,
                               const inlay_sink *sink, bool *changed)
{
    struct edit e = {.env = env, .footer = inlay_reader_footer(reader)};
    buf_init(&e.items, env);
    buf_init(&e.out, env);
    inlay_status status = edit_run(&e, reader, edits, n, sink);
    buf_free(&e.items);
    buf_free(&e.out);
    if (changed)
        *changed = e.changed;
    return status;
}

uint64_t inlay_reader_data_bytes(const inlay_reader *reader)
{
    return reader->footer.at;
}

#endif
