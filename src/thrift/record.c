/* Structs described by tables, read and written; see record.h. */
#include "thrift/record.h"

#include "thrift/compact.h"

/* One row a kind: its wire type and its size in memory. */
static const struct record_kind {
    uint8_t wire, bytes;
} record_kinds[] = {
    [THRIFT_BOOL] = {COMPACT_TRUE, sizeof(bool)},
    [THRIFT_I8] = {COMPACT_I8, sizeof(int8_t)},
    [THRIFT_I16] = {COMPACT_I16, sizeof(int16_t)},
    [THRIFT_I32] = {COMPACT_I32, sizeof(int32_t)},
    [THRIFT_I64] = {COMPACT_I64, sizeof(int64_t)},
    [THRIFT_DOUBLE] = {COMPACT_DOUBLE, sizeof(double)},
    [THRIFT_BINARY] = {COMPACT_BINARY, sizeof(inlay_bytes)},
    [THRIFT_STRUCT] = {COMPACT_STRUCT, 0},
    [THRIFT_EMPTY] = {COMPACT_STRUCT, 0},
    [THRIFT_LIST] = {COMPACT_LIST, 0},
    [THRIFT_SPANS] = {COMPACT_LIST, 0},
};

struct record_in {
    struct compact c;
    struct mem_pool *pool;
    bool no_memory;
    struct thrift_marks *marks; /* of the outermost struct; NULL = not asked for */
};

static void record_struct(struct record_in *r, const struct thrift_table *table, void *record);

/* ---- reading ---- */

static void *record_take(struct record_in *r, size_t bytes)
{
    void *block = NULL;
    if (mem_pool_take(r->pool, bytes ? bytes : 1, &block) != INLAY_OK) {
        r->no_memory = true;
        cursor_fail(r->c.in, "");
    }
    return block;
}

static void record_scalar(struct record_in *r, uint8_t kind, void *dst)
{
    switch (kind) {
    case THRIFT_BOOL: /* in lists: 1 is true; 2, and 0 of some writers, is false */
        *(bool *)dst = cursor_u8(r->c.in) == 1;
        return;
    case THRIFT_I8:
        *(int8_t *)dst = (int8_t)cursor_u8(r->c.in);
        return;
    case THRIFT_I16:
        *(int16_t *)dst = (int16_t)compact_int(&r->c, 16);
        return;
    case THRIFT_I32:
        *(int32_t *)dst = (int32_t)compact_int(&r->c, 32);
        return;
    case THRIFT_I64:
        *(int64_t *)dst = compact_int(&r->c, 64);
        return;
    case THRIFT_DOUBLE: {
        uint64_t bits = cursor_le64(r->c.in);
        memcpy(dst, &bits, sizeof bits);
        return;
    }
    default:
        *(inlay_bytes *)dst = compact_binary(&r->c);
    }
}

static inlay_bytes record_span(struct record_in *r)
{
    const uint8_t *start = r->c.in->at;
    compact_skip_fields(&r->c);
    return (inlay_bytes){start, r->c.in->failed ? 0 : (size_t)(r->c.in->at - start)};
}

static uint8_t record_element(const struct thrift_field *f)
{
    return f->kind == THRIFT_SPANS ? THRIFT_SPANS : f->element;
}

static size_t record_element_bytes(const struct thrift_field *f)
{
    return f->kind == THRIFT_SPANS        ? sizeof(inlay_bytes)
           : f->element == THRIFT_STRUCT ? f->table->bytes
                                          : record_kinds[f->element].bytes;
}

/* Structs in a list: a byte each may stand for 200 in memory. Where that could be more than the input's own bytes, they
 * are counted by passing over them first, so that memory is taken only for structs that are there. */
static bool record_list_is_there(struct record_in *r, uint32_t n)
{
    struct cursor start = *r->c.in;
    for (uint32_t i = 0; i < n && !r->c.in->failed; i++)
        compact_skip_fields(&r->c);
    if (r->c.in->failed)
        return false;
    *r->c.in = start;
    return true;
}

static void record_list(struct record_in *r, const struct thrift_field *f, struct thrift_list *list)
{
    uint8_t type = 0, kind = record_element(f);
    uint32_t n = compact_list(&r->c, &type);
    size_t width = record_element_bytes(f);
    uint8_t want = kind == THRIFT_SPANS ? COMPACT_STRUCT : record_kinds[kind].wire;
    bool fits = type == want || (kind == THRIFT_BOOL && type == COMPACT_FALSE);
    *list = (struct thrift_list){0};
    if (r->c.in->failed || n == 0 || !compact_enter(&r->c))
        return;
    if (!fits) {
        cursor_fail(r->c.in, ERR("list of another type than its field's"));
    } else if (width <= 64 || n <= cursor_left(r->c.in) / width || record_list_is_there(r, n)) {
        uint8_t *item = list->items = record_take(r, n * width);
        list->n = n;
        for (uint32_t i = 0; item && i < n && !r->c.in->failed; i++, item += width) {
            if (kind == THRIFT_SPANS)
                *(inlay_bytes *)(void *)item = record_span(r);
            else if (kind == THRIFT_STRUCT)
                record_struct(r, f->table, item);
            else
                record_scalar(r, kind, item);
        }
    }
    compact_leave(&r->c);
}

static void record_field(struct record_in *r, const struct thrift_field *f, uint8_t type, void *dst)
{
    switch (f->kind) {
    case THRIFT_BOOL:
        *(bool *)dst = type == COMPACT_TRUE;
        return;
    case THRIFT_STRUCT: {
        void *record = record_take(r, f->table->bytes);
        if (record) {
            *(void **)dst = record;
            record_struct(r, f->table, record);
        }
        return;
    }
    case THRIFT_EMPTY:
        compact_skip_fields(&r->c);
        return;
    case THRIFT_LIST:
    case THRIFT_SPANS:
        record_list(r, f, dst);
        return;
    default:
        record_scalar(r, f->kind, dst);
    }
}

static bool record_type_fits(const struct thrift_field *f, uint8_t type)
{
    return record_kinds[f->kind].wire == type || (f->kind == THRIFT_BOOL && type == COMPACT_FALSE) ||
           (record_kinds[f->kind].wire == COMPACT_LIST && type == COMPACT_SET);
}

static void record_mark(struct thrift_marks *marks, const struct cursor *in, const uint8_t *at, int32_t id,
                        uint8_t type)
{
    if (marks->n < THRIFT_MARKS)
        marks->marks[marks->n] = (struct thrift_mark){(size_t)(at - in->start), (size_t)(in->at - in->start), id, type};
    marks->n += marks->n <= THRIFT_MARKS;
}

static void record_struct(struct record_in *r, const struct thrift_table *table, void *record)
{
    uint64_t has = 0;
    int32_t id = 0;
    uint8_t type = 0;
    uint32_t next = 0; /* fields usually come in order */
    struct thrift_marks *marks = r->marks;
    const uint8_t *at = r->c.in->at;
    r->marks = NULL;
    memset(record, 0, table->bytes);
    if (!compact_enter(&r->c))
        return;
    for (; compact_field(&r->c, &id, &type); at = r->c.in->at) {
        if (marks)
            record_mark(marks, r->c.in, at, id, type);
        if (next >= table->n_fields || table->fields[next].id > id)
            next = 0;
        while (next < table->n_fields && table->fields[next].id < id)
            next++;
        const struct thrift_field *f = &table->fields[next];
        if (next == table->n_fields || f->id != id || !record_type_fits(f, type)) {
            compact_skip(&r->c, type, false);
            continue;
        }
        has |= (uint64_t)1 << next;
        record_field(r, f, type, (uint8_t *)record + f->offset);
    }
    if (marks)
        record_mark(marks, r->c.in, at, 0, COMPACT_STOP);
    for (uint32_t i = 0; i < table->n_fields && !r->c.in->failed; i++)
        if (table->fields[i].required && !(has >> i & 1))
            cursor_fail(r->c.in, ERR("a required field is missing"));
    memcpy(record, &has, sizeof has);
    compact_leave(&r->c);
}

static inlay_status record_status(const struct compact *c)
{
    return !c->in->failed ? INLAY_OK : c->limit ? INLAY_LIMIT : INLAY_CORRUPT;
}

inlay_status thrift_read_marked(struct cursor *in, const struct thrift_table *table, const struct thrift_limits *limits,
                                struct mem_pool *pool, void *record, struct thrift_marks *marks)
{
    struct record_in r = {.c = {.in = in, .limits = limits}, .pool = pool, .marks = marks};
    if (marks)
        marks->n = 0;
    record_struct(&r, table, record);
    return r.no_memory ? INLAY_NOMEM : record_status(&r.c);
}

inlay_status thrift_read(struct cursor *in, const struct thrift_table *table,
                         const struct thrift_limits *limits, struct mem_pool *pool, void *record)
{
    return thrift_read_marked(in, table, limits, pool, record, NULL);
}

inlay_status thrift_skip_struct(struct cursor *in, const struct thrift_limits *limits)
{
    struct compact c = {.in = in, .limits = limits};
    compact_skip_fields(&c);
    return record_status(&c);
}

/* ---- writing ---- */

static void record_put_scalar(struct buf *out, uint8_t kind, const void *src)
{
    switch (kind) {
    case THRIFT_BOOL:
        buf_u8(out, *(const bool *)src ? COMPACT_TRUE : COMPACT_FALSE);
        return;
    case THRIFT_I8:
        buf_u8(out, *(const uint8_t *)src);
        return;
    case THRIFT_I16:
        compact_put_int(out, *(const int16_t *)src);
        return;
    case THRIFT_I32:
        compact_put_int(out, *(const int32_t *)src);
        return;
    case THRIFT_I64:
        compact_put_int(out, *(const int64_t *)src);
        return;
    case THRIFT_DOUBLE:
        compact_put_double(out, *(const double *)src);
        return;
    default:
        compact_put_binary(out, *(const inlay_bytes *)src);
    }
}

static void record_put_list(struct buf *out, const struct thrift_field *f, const struct thrift_list *list)
{
    uint8_t kind = record_element(f);
    size_t width = record_element_bytes(f);
    const uint8_t *item = list->items;
    compact_put_list(out, list->n, kind == THRIFT_SPANS ? COMPACT_STRUCT : record_kinds[kind].wire);
    for (uint32_t i = 0; i < list->n; i++, item += width) {
        const inlay_bytes *span = (const void *)item;
        if (kind == THRIFT_SPANS)
            buf_append(out, span->data, span->len);
        else if (kind == THRIFT_STRUCT)
            thrift_write(out, f->table, item);
        else
            record_put_scalar(out, kind, item);
    }
}

void thrift_write(struct buf *out, const struct thrift_table *table, const void *record)
{
    thrift_write_fields(out, table, record, 0, INT16_MAX);
    buf_u8(out, COMPACT_STOP);
}

void thrift_write_list_head(struct buf *out, int32_t last, int32_t id, uint32_t n)
{
    compact_put_field(out, last, id, COMPACT_LIST);
    compact_put_list(out, n, COMPACT_STRUCT);
}

void thrift_write_fields(struct buf *out, const struct thrift_table *table, const void *record, int32_t last,
                         int32_t before)
{
    uint64_t has = 0;
    int32_t after = last;
    memcpy(&has, record, sizeof has);
    for (uint32_t i = 0; i < table->n_fields; i++) {
        const struct thrift_field *f = &table->fields[i];
        const void *src = (const uint8_t *)record + f->offset;
        if (!(has >> i & 1) || f->id <= after || f->id >= before)
            continue;
        uint8_t type = record_kinds[f->kind].wire;
        if (f->kind == THRIFT_BOOL && !*(const bool *)src)
            type = COMPACT_FALSE;
        compact_put_field(out, last, f->id, type);
        last = f->id;
        if (f->kind == THRIFT_STRUCT)
            thrift_write(out, f->table, *(void *const *)src);
        else if (f->kind == THRIFT_EMPTY)
            buf_u8(out, COMPACT_STOP);
        else if (f->kind == THRIFT_LIST || f->kind == THRIFT_SPANS)
            record_put_list(out, f, src);
        else if (f->kind != THRIFT_BOOL)
            record_put_scalar(out, f->kind, src);
    }
}
