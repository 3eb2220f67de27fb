/* Walking raw metadata, every field named; see include/inlay/visit.h. */
#include "inlay/visit.h"

#include "format/meta.h"
#include "format/names.h"
#include "thrift/compact.h"

struct visit {
    struct compact c;
    const inlay_visitor *v;
    bool ended; /* the visitor wants no more */
};

/* What is known of a value: its row, or nothing. Elements share the row of their list. */
static void visit_value(struct visit *w, uint8_t type, bool in_list, const struct names_field *row,
                        inlay_visited *field);

static bool visit_goes_on(const struct visit *w)
{
    return !w->c.in->failed && !w->ended;
}

static void visit_told(struct visit *w, bool go_on)
{
    if (!go_on)
        w->ended = true;
}

/* ---- values ---- */

/* Integers are shown as they stand, however wide: the declared width is a reader's concern. */
static void visit_integer(struct visit *w, uint8_t type, const struct names_field *row,
                          const inlay_visited *field)
{
    int64_t v = type == COMPACT_I8 ? (int8_t)cursor_u8(w->c.in) : compact_int(&w->c, 64);
    const char *label = NULL;
    if (row && row->label && v >= 0 && v < 256) {
        label = row->label((int)v);
        if (label[0] == '?')
            label = NULL;
    }
    if (visit_goes_on(w) && w->v->integer)
        visit_told(w, w->v->integer(w->v->ctx, field, v, label));
}

static void visit_boolean(struct visit *w, uint8_t type, bool in_list, const inlay_visited *field)
{
    bool v = in_list ? cursor_u8(w->c.in) == COMPACT_TRUE : type == COMPACT_TRUE;
    if (visit_goes_on(w) && w->v->boolean)
        visit_told(w, w->v->boolean(w->v->ctx, field, v));
}

static void visit_real(struct visit *w, const inlay_visited *field)
{
    uint64_t bits = cursor_le64(w->c.in);
    double v;
    memcpy(&v, &bits, sizeof v);
    if (visit_goes_on(w) && w->v->real)
        visit_told(w, w->v->real(w->v->ctx, field, v));
}

static void visit_binary(struct visit *w, uint8_t type, const inlay_visited *field)
{
    inlay_bytes v = {NULL, 16};
    if (type == COMPACT_UUID)
        v.data = cursor_take(w->c.in, v.len);
    else
        v = compact_binary(&w->c);
    if (visit_goes_on(w) && w->v->binary)
        visit_told(w, w->v->binary(w->v->ctx, field, v));
}

/* ---- containers ---- */

static bool visit_begin(struct visit *w, const inlay_visited *field, uint32_t n)
{
    if (!compact_enter(&w->c))
        return false;
    if (w->v->begin)
        visit_told(w, w->v->begin(w->v->ctx, field, n));
    return visit_goes_on(w);
}

static void visit_end(struct visit *w, const inlay_visited *field)
{
    compact_leave(&w->c);
    if (visit_goes_on(w) && w->v->end)
        visit_told(w, w->v->end(w->v->ctx, field));
}

static void visit_element(struct visit *w, uint8_t type, const struct names_field *row)
{
    bool is_struct = type == COMPACT_STRUCT && row && row->type;
    inlay_visited element = {
        .id = -1,
        .wire = type == COMPACT_FALSE ? INLAY_WIRE_BOOL : (inlay_wire)type,
        .type = is_struct ? row->type->name : "",
        .text = row && row->text,
        .at = (size_t)(w->c.in->at - w->c.in->start),
    };
    visit_value(w, type, true, row, &element);
}

/* A list of another element type than its field's is shown without names. */
static void visit_list(struct visit *w, const struct names_field *row, const inlay_visited *field)
{
    uint8_t type = 0;
    uint32_t n = compact_list(&w->c, &type);
    uint8_t wire = type == COMPACT_FALSE ? COMPACT_TRUE : type;
    if (!visit_goes_on(w) || !visit_begin(w, field, n))
        return;
    if (row && row->element != wire)
        row = NULL;
    for (; n && visit_goes_on(w); n--)
        visit_element(w, type, row);
    visit_end(w, field);
}

static void visit_map(struct visit *w, const inlay_visited *field)
{
    uint64_t n = cursor_varint(w->c.in);
    uint8_t types = n ? cursor_u8(w->c.in) : 0;
    if (n > cursor_left(w->c.in) / 2) { /* a pair takes two bytes at least */
        cursor_fail(w->c.in, ERR("map longer than the bytes left"));
    } else if (n > w->c.limits->elements || n > UINT32_MAX) {
        w->c.limit = true;
        cursor_fail(w->c.in, ERR("map longer than limits.thrift_elements"));
    }
    if (!visit_goes_on(w) || !visit_begin(w, field, (uint32_t)n))
        return;
    for (; n && visit_goes_on(w); n--) {
        visit_element(w, types >> 4, NULL);
        if (visit_goes_on(w))
            visit_element(w, types & 15, NULL);
    }
    visit_end(w, field);
}

static bool visit_fits(const struct names_field *row, uint8_t type)
{
    return row->wire == type || (row->wire == INLAY_WIRE_BOOL && type == COMPACT_FALSE) ||
           (row->wire == INLAY_WIRE_LIST && type == COMPACT_SET);
}

static const struct names_field *visit_row(const struct names_struct *of, int32_t id, uint8_t type)
{
    for (uint32_t i = 0; of && i < of->n_fields; i++)
        if (of->fields[i].id == id)
            return visit_fits(&of->fields[i], type) ? &of->fields[i] : NULL;
    return NULL;
}

/* The fields of a struct up to and with its stop. */
static void visit_fields(struct visit *w, const struct names_struct *of)
{
    int32_t id = 0;
    uint8_t type = 0;
    while (visit_goes_on(w) && compact_field(&w->c, &id, &type)) {
        const struct names_field *row = visit_row(of, id, type);
        inlay_visited field = {
            .id = id,
            .wire = type == COMPACT_FALSE ? INLAY_WIRE_BOOL : (inlay_wire)type,
            .name = row ? row->name : NULL,
            .type = row && row->type && type == COMPACT_STRUCT ? row->type->name : "",
            .text = row && row->text && type == COMPACT_BINARY,
            .at = (size_t)(w->c.in->at - w->c.in->start),
        };
        visit_value(w, type, false, row, &field);
    }
}

/* Depth: compact_enter, limits.thrift_depth. */
static void visit_value(struct visit *w, uint8_t type, bool in_list, const struct names_field *row,
                        inlay_visited *field)
{
    switch (type) {
    case COMPACT_TRUE:
    case COMPACT_FALSE:
        visit_boolean(w, type, in_list, field);
        return;
    case COMPACT_I8:
    case COMPACT_I16:
    case COMPACT_I32:
    case COMPACT_I64:
        visit_integer(w, type, row, field);
        return;
    case COMPACT_DOUBLE:
        visit_real(w, field);
        return;
    case COMPACT_BINARY:
    case COMPACT_UUID:
        visit_binary(w, type, field);
        return;
    case COMPACT_LIST:
    case COMPACT_SET:
        visit_list(w, row, field);
        return;
    case COMPACT_MAP:
        visit_map(w, field);
        return;
    case COMPACT_STRUCT:
        if (!visit_begin(w, field, 0))
            return;
        visit_fields(w, row ? row->type : NULL);
        visit_end(w, field);
        return;
    default:
        cursor_fail(w->c.in, ERR("unknown wire type"));
    }
}

/* ---- the call ---- */

inlay_status inlay_metadata_visit(inlay_env *env, inlay_record record, inlay_bytes raw,
                                  const inlay_visitor *visitor, size_t *used)
{
    struct cursor in = cursor_over(raw.data, raw.len);
    struct thrift_limits limits = meta_limits(env);
    struct visit w = {.c = {.in = &in, .limits = &limits}, .v = visitor};
    if ((unsigned)record >= sizeof names_records / sizeof *names_records)
        return err_set(env, INLAY_ARG, ERR("no such record"));
    if (compact_enter(&w.c))
        visit_fields(&w, names_records[record]);
    if (used)
        *used = (size_t)(in.at - in.start);
    if (w.ended)
        return INLAY_END;
    if (in.failed)
        return err_set(env, w.c.limit ? INLAY_LIMIT : INLAY_CORRUPT, in.failed);
    return INLAY_OK;
}

const char *inlay_wire_name(int wire)
{
    static const char *const names[] = {
        "?",      "bool",   "?",    "i8",  "i16", "i32",    "i64",
        "double", "binary", "list", "set", "map", "struct", "uuid"};
    return wire > 0 && (size_t)wire < sizeof names / sizeof *names ? names[wire] : "?";
}
