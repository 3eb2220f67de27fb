/* Key-values of a footer, edited in the footer's bytes; see inlay/edit.h.
 *
 * Where the fields of FileMetaData stand was noted when the footer was read (thrift_marks): what stands before
 * key_value_metadata and what stands behind it is copied, and of the list itself every key-value that stays. Only the
 * header of the field behind the list is written anew where the list comes or goes, since a header counts from the
 * field before it.
 */
#include "format/edit.h"

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
    struct buf pieces;          /* inlay_bytes; data NULL: the next bytes of `out` */
    struct buf out;             /* what is not a piece of the old footer */
    uint64_t bytes;             /* of all pieces */
    bool changed;
    bool strip;                 /* write the header of the field behind anew in any case, so that what is left is the
                                   same whether there was a list or not */
};

/* ---- where things are ---- */

static inlay_status edit_find_list(struct edit *e, const struct thrift_marks *marks)
{
    int32_t last = 0;
    bool found = false;
    if (marks->n == 0 || marks->n > THRIFT_MARKS)
        return err_set(e->env, INLAY_UNSUPPORTED, ERR("a footer with so many fields cannot be edited"));
    for (uint32_t i = 0; i < marks->n; i++) {
        const struct thrift_mark *m = &marks->marks[i];
        bool stop = i + 1 == marks->n;
        bool is_list = m->id == EDIT_LIST_ID && m->type == COMPACT_LIST && !e->has_list;
        if (m->id >= EDIT_SIGNED_ID && m->id <= EDIT_SIGNED_ID + 1)
            return err_set(e->env, INLAY_UNSUPPORTED, ERR("a signed or encrypted footer cannot be edited"));
        if (is_list || (!found && (stop || m->id > EDIT_LIST_ID))) {
            e->list_at = e->list_end = m->at;
            e->before = last;
            found = true;
        }
        if (is_list) {
            e->has_list = true;
            e->list_end = marks->marks[i + 1].at;
        } else if (found && !stop && !e->behind) {
            e->behind = m->id;
            e->behind_type = m->type;
            e->behind_value_at = m->value_at;
        }
        last = m->id;
    }
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

/* ---- the new footer: pieces of the old one and of `out`, so that a large footer is copied once, by the sink ---- */

static void edit_piece(struct edit *e, const void *data, size_t n)
{
    inlay_bytes piece = {data, n};
    buf_append(&e->pieces, &piece, sizeof piece);
    e->bytes += n;
}

/* What was appended to `out` since `from`; its place in memory is known only when it grows no more. */
static void edit_piece_of_out(struct edit *e, size_t from)
{
    edit_piece(e, NULL, e->out.bytes - from);
}

static void edit_put_item(struct edit *e, const struct edit_item *item)
{
    struct meta_key_value kv = {.has = 1u << META_KV_KEY, .key = item->key_value.key, .value = item->key_value.value};
    size_t from = e->out.bytes;
    if (item->span.len) {
        edit_piece(e, item->span.data, item->span.len);
        return;
    }
    if (item->key_value.has_value)
        META_SET(&kv, META_KV_VALUE);
    thrift_write(&e->out, &meta_key_value_table, &kv);
    edit_piece_of_out(e, from);
}

static void edit_put_list(struct edit *e, uint32_t n)
{
    const struct edit_item *items = (const void *)e->items.data;
    size_t all = e->items.bytes / sizeof *items, from = e->out.bytes;
    thrift_write_list_head(&e->out, e->before, EDIT_LIST_ID, n);
    edit_piece_of_out(e, from);
    for (size_t i = 0; i < all; i++)
        if (!items[i].gone)
            edit_put_item(e, &items[i]);
}

static inlay_status edit_put(struct edit *e)
{
    const struct edit_item *items = (const void *)e->items.data;
    uint32_t left = 0;
    for (size_t i = 0; i < e->items.bytes / sizeof *items; i++)
        left += !items[i].gone;
    size_t rest = e->list_end, from;
    edit_piece(e, e->footer.data, e->list_at);
    if (left)
        edit_put_list(e, left);
    from = e->out.bytes;
    if (e->behind && (e->strip || (left > 0) != e->has_list)) {
        compact_put_field(&e->out, left ? EDIT_LIST_ID : e->before, e->behind, e->behind_type);
        rest = e->behind_value_at;
    }
    edit_piece_of_out(e, from);
    edit_piece(e, e->footer.data + rest, e->footer.len - rest);
    if (e->bytes > INT32_MAX)
        return err_set(e->env, INLAY_ARG, ERR("a footer larger than 2 GiB"));
    from = e->out.bytes;
    buf_le32(&e->out, (uint32_t)e->bytes);
    buf_append(&e->out, "PAR1", 4);
    edit_piece_of_out(e, from);
    TRY(e->pieces.status);
    return e->out.status;
}

static inlay_status edit_send(const struct edit *e, const inlay_sink *sink)
{
    const inlay_bytes *pieces = (const void *)e->pieces.data;
    size_t at = 0; /* in `out` */
    for (size_t i = 0; i < e->pieces.bytes / sizeof *pieces; i++) {
        const uint8_t *data = pieces[i].data ? pieces[i].data : e->out.data + at;
        at += pieces[i].data ? 0 : pieces[i].len;
        if (pieces[i].len)
            TRY(io_append(e->env, sink, data, pieces[i].len));
    }
    return INLAY_OK;
}

static inlay_status edit_run(struct edit *e, const inlay_reader *reader, const inlay_edit *edits, size_t n,
                             const inlay_sink *sink)
{
    TRY(edit_find_list(e, &reader->footer.marks));
    TRY(edit_items(e, reader));
    for (size_t i = 0; i < n; i++) {
        edit_one(e, &edits[i]);
        TRY(e->items.status);
    }
    if (!e->changed)
        return INLAY_OK;
    TRY(edit_put(e));
    return edit_send(e, sink);
}

static void edit_init(struct edit *e, inlay_env *env, inlay_bytes footer)
{
    *e = (struct edit){.env = env, .footer = footer};
    buf_init(&e->items, env);
    buf_init(&e->pieces, env);
    buf_init(&e->out, env);
}

static void edit_free(struct edit *e)
{
    buf_free(&e->items);
    buf_free(&e->pieces);
    buf_free(&e->out);
}

inlay_status inlay_footer_edit(inlay_env *env, const inlay_reader *reader, const inlay_edit *edits, size_t n,
                               const inlay_sink *sink, bool *changed)
{
    struct edit e;
    edit_init(&e, env, inlay_reader_footer(reader));
    inlay_status status = edit_run(&e, reader, edits, n, sink);
    edit_free(&e);
    if (changed)
        *changed = e.changed;
    return status;
}

inlay_status edit_strip(inlay_env *env, const struct footer *footer, inlay_memory_sink *out, size_t *list_at)
{
    struct edit e;
    inlay_sink sink = inlay_sink_memory(out, env);
    edit_init(&e, env, (inlay_bytes){footer->data, footer->bytes});
    e.strip = true;
    inlay_status status = edit_find_list(&e, &footer->marks);
    if (status == INLAY_OK)
        status = edit_put(&e);
    if (status == INLAY_OK)
        status = edit_send(&e, &sink);
    *list_at = e.list_at;
    edit_free(&e);
    return status;
}

uint64_t inlay_reader_data_bytes(const inlay_reader *reader)
{
    return reader->footer.at;
}

#endif
