/* Row keys; see rowkeys.h. */
#include "merge/rowkeys.h"

#include <string.h>

#include "base/bytes.h"
#include "base/json_write.h"
#include "base/shortest.h"

#if INLAY_WRITE && INLAY_MERGE

/* Tags: field number << 3 | wire type, 0 = varint, 1 = 64 bits, 2 = length and bytes. */
enum {
    ROWKEYS_TAG_BYTES = 1 << 3 | 2,
    ROWKEYS_TAG_INT = 2 << 3 | 0,
    ROWKEYS_TAG_DOUBLE = 3 << 3 | 1,
    ROWKEYS_TAG_COLUMN = 1 << 3 | 2,
    ROWKEYS_TAG_EXPIRED = 4 << 3 | 0
};

static uint8_t rowkeys_list_tag(int list)
{
    return (uint8_t)((list + 1) << 3 | 2);
}

/* ---- protobuf, out ---- */

static size_t rowkeys_varint_bytes(uint64_t v)
{
    uint8_t scratch[10];
    return put_varint(scratch, v);
}

static size_t rowkeys_cell_bytes(const struct cell *c)
{
    switch (c->kind) {
    case CELL_BYTES: return 1 + rowkeys_varint_bytes(c->bytes.len) + c->bytes.len;
    case CELL_INT: return 1 + rowkeys_varint_bytes((uint64_t)c->integer);
    case CELL_DOUBLE: return 1 + 8;
    default: return 0;
    }
}

static void rowkeys_put_cell(const struct cell *c, struct buf *proto)
{
    buf_u8(proto, ROWKEYS_TAG_COLUMN);
    buf_varint(proto, rowkeys_cell_bytes(c));
    if (c->kind == CELL_BYTES) {
        buf_u8(proto, ROWKEYS_TAG_BYTES);
        buf_varint(proto, c->bytes.len);
        buf_append(proto, c->bytes.data, c->bytes.len);
    } else if (c->kind == CELL_INT) {
        buf_u8(proto, ROWKEYS_TAG_INT);
        buf_varint(proto, (uint64_t)c->integer);
    } else if (c->kind == CELL_DOUBLE) {
        uint8_t bytes[8];
        uint64_t bits;
        memcpy(&bits, &c->real, sizeof bits);
        store_le64(bytes, bits);
        buf_u8(proto, ROWKEYS_TAG_DOUBLE);
        buf_append(proto, bytes, sizeof bytes);
    }
}

void rowkeys_write(const struct cell *first, const struct cell *last, uint32_t n, struct buf *proto)
{
    for (int list = 0; list < ROWKEYS_LISTS; list++) {
        const struct cell *cells = list == ROWKEYS_MIN ? first : last;
        size_t bytes = 0;
        for (uint32_t i = 0; i < n; i++) {
            size_t cell = rowkeys_cell_bytes(&cells[i]);
            bytes += 1 + rowkeys_varint_bytes(cell) + cell;
        }
        buf_u8(proto, rowkeys_list_tag(list));
        buf_varint(proto, bytes);
        for (uint32_t i = 0; i < n; i++)
            rowkeys_put_cell(&cells[i], proto);
    }
}

/* ---- JSON, out: what serde makes of the message ---- */

static void rowkeys_text(struct buf *json, const char *text)
{
    buf_append(json, text, strlen(text));
}

static void rowkeys_json_cell(const struct cell *c, struct buf *json)
{
    char real[SHORTEST_BYTES];
    rowkeys_text(json, "{\"value\":");
    if (c->kind == CELL_BYTES) {
        rowkeys_text(json, "{\"TypeString\":[");
        for (size_t i = 0; i < c->bytes.len; i++) {
            rowkeys_text(json, i ? "," : "");
            json_write_uint(json, c->bytes.data[i]);
        }
        rowkeys_text(json, "]}");
    } else if (c->kind == CELL_INT) {
        rowkeys_text(json, c->integer < 0 ? "{\"TypeInt\":-" : "{\"TypeInt\":");
        json_write_uint(json, c->integer < 0 ? 0 - (uint64_t)c->integer : (uint64_t)c->integer);
        rowkeys_text(json, "}");
    } else if (c->kind == CELL_DOUBLE) {
        size_t bytes = shortest_double(c->real, real);
        rowkeys_text(json, "{\"TypeFloat\":");
        buf_append(json, bytes ? real : "null", bytes ? bytes : 4);
        rowkeys_text(json, "}");
    } else {
        rowkeys_text(json, "null");
    }
    rowkeys_text(json, "}");
}

void rowkeys_write_json(const struct cell *first, const struct cell *last, uint32_t n,
                        struct buf *json)
{
    static const char *const names[] = {"min_row_values", "max_row_values",
                                        "all_inclusive_max_row_values"};
    rowkeys_text(json, "{");
    for (int list = 0; list < ROWKEYS_LISTS; list++) {
        const struct cell *cells = list == ROWKEYS_MIN ? first : last;
        rowkeys_text(json, "\"");
        rowkeys_text(json, names[list]);
        rowkeys_text(json, "\":{\"column\":[");
        for (uint32_t i = 0; i < n; i++) {
            rowkeys_text(json, i ? "," : "");
            rowkeys_json_cell(&cells[i], json);
        }
        rowkeys_text(json, "]},");
    }
    rowkeys_text(json, "\"expired\":false}");
}

/* ---- protobuf, in ---- */

static inlay_bytes rowkeys_take(struct cursor *in)
{
    uint64_t len = cursor_varint(in);
    if (len > cursor_left(in)) {
        cursor_fail(in, ERR("row keys are cut short"));
        return (inlay_bytes){NULL, 0};
    }
    return (inlay_bytes){cursor_take(in, (size_t)len), (size_t)len};
}

/* One ColumnValue: nothing, or exactly one of the three. */
static const char *rowkeys_read_cell(inlay_bytes text, struct cell *cell)
{
    struct cursor in = cursor_over(text.data, text.len);
    cell->kind = CELL_NULL;
    if (text.len == 0)
        return NULL;
    uint8_t tag = cursor_u8(&in);
    if (tag == ROWKEYS_TAG_BYTES) {
        cell->kind = CELL_BYTES;
        cell->bytes = rowkeys_take(&in);
    } else if (tag == ROWKEYS_TAG_INT) {
        cell->kind = CELL_INT;
        cell->integer = (int64_t)cursor_varint(&in);
    } else if (tag == ROWKEYS_TAG_DOUBLE) {
        uint64_t bits = cursor_le64(&in);
        cell->kind = CELL_DOUBLE;
        memcpy(&cell->real, &bits, sizeof bits);
    } else {
        return ERR("row keys have an unknown field");
    }
    if (!in.failed && cursor_left(&in))
        return ERR("a value of the row keys is more than one value");
    return in.failed;
}

static const char *rowkeys_read_list(inlay_bytes text, struct cell *cells, uint32_t *n)
{
    struct cursor in = cursor_over(text.data, text.len);
    for (*n = 0; cursor_left(&in);) {
        if (cursor_u8(&in) != ROWKEYS_TAG_COLUMN)
            return ERR("row keys have an unknown field");
        if (*n == ROWKEYS_MOST_COLUMNS)
            return ERR("row keys have more columns than a sort schema");
        inlay_bytes cell = rowkeys_take(&in);
        const char *bad = in.failed ? in.failed : rowkeys_read_cell(cell, &cells[*n]);
        if (bad)
            return bad;
        ++*n;
    }
    return NULL;
}

const char *rowkeys_read(struct rowkeys *keys, inlay_bytes proto)
{
    struct cursor in = cursor_over(proto.data, proto.len);
    bool has_expired = false;
    for (int list = 0; list < ROWKEYS_LISTS; list++) {
        keys->has[list] = false;
        keys->n[list] = 0;
    }
    keys->expired = false;
    while (cursor_left(&in)) {
        uint8_t tag = cursor_u8(&in);
        int list = (tag >> 3) - 1;
        if (tag == ROWKEYS_TAG_EXPIRED && !has_expired) {
            uint64_t expired = cursor_varint(&in);
            has_expired = true;
            keys->expired = expired == 1;
            if (expired > 1)
                return ERR("row keys: expired is neither true nor false");
            continue;
        }
        if (list < 0 || list >= ROWKEYS_LISTS || tag != rowkeys_list_tag(list) || keys->has[list])
            return ERR("row keys have an unknown field");
        inlay_bytes text = rowkeys_take(&in);
        const char *bad =
            in.failed ? in.failed : rowkeys_read_list(text, keys->cells[list], &keys->n[list]);
        if (bad)
            return bad;
        keys->has[list] = true;
    }
    return in.failed;
}

#endif
