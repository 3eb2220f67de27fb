/* meta --json: the footer field by field, as it stands, named as in parquet.thrift.
 *
 *   string         a JSON string; {"base64":..} where it is not UTF-8
 *   binary         {"base64":..}; bounds of statistics also as {"value":..}, the column's text
 *   enum           its label; a number that has none stays a number
 *   unknown field  "15":{"type":"list","value":..}: number, type on the wire, value
 */
#include <string.h>

#include "cli/meta.h"

enum { META_DEPTH = 160 /* open brackets: two a level of limits.thrift_depth, and more */ };

struct meta_footer {
    struct json *j;
    const inlay_schema *schema;
    char open[META_DEPTH];
    unsigned depth;
    uint32_t next_leaf, leaf; /* leaf: of the column chunk that we are in, or UINT32_MAX */
};

static void meta_footer_push(struct meta_footer *f, const char *key, char bracket)
{
    json_open(f->j, key, bracket);
    f->open[f->depth++] = bracket == '{' ? '}' : ']';
}

static void meta_footer_pop(struct meta_footer *f)
{
    json_close(f->j, f->open[--f->depth]);
}

/* The key under which the value is printed; an unknown field opens an object around it. */
static const char *meta_footer_key(struct meta_footer *f, const inlay_visited *field)
{
    char number[8] = "";
    if (field->id < 0 || field->name)
        return field->name;
    for (int32_t id = field->id, i = 5; i >= 0; i--, id /= 10)
        number[i] = (char)('0' + id % 10);
    meta_footer_push(f, number + strspn(number, "0"), '{');
    json_text(f->j, "type", inlay_wire_name((int)field->wire));
    return "value";
}

static bool meta_footer_done(struct meta_footer *f, const inlay_visited *field)
{
    if (field->id >= 0 && !field->name)
        meta_footer_pop(f);
    return !out_failed(f->j->out);
}

static bool meta_footer_begin(void *ctx, const inlay_visited *field, uint32_t n)
{
    struct meta_footer *f = ctx;
    (void)n;
    if (f->depth + 2 > META_DEPTH)
        return false;
    if (strcmp(field->type, "RowGroup") == 0)
        f->next_leaf = 0;
    if (strcmp(field->type, "ColumnChunk") == 0)
        f->leaf = f->next_leaf++;
    const char *key = meta_footer_key(f, field);
    meta_footer_push(f, key, field->wire == INLAY_WIRE_STRUCT ? '{' : '[');
    return !out_failed(f->j->out);
}

static bool meta_footer_end(void *ctx, const inlay_visited *field)
{
    struct meta_footer *f = ctx;
    if (strcmp(field->type, "ColumnChunk") == 0)
        f->leaf = UINT32_MAX;
    meta_footer_pop(f);
    return meta_footer_done(f, field);
}

static bool meta_footer_boolean(void *ctx, const inlay_visited *field, bool value)
{
    struct meta_footer *f = ctx;
    json_bool(f->j, meta_footer_key(f, field), value);
    return meta_footer_done(f, field);
}

static bool meta_footer_integer(void *ctx, const inlay_visited *field, int64_t value,
                                const char *label)
{
    struct meta_footer *f = ctx;
    const char *key = meta_footer_key(f, field);
    if (label)
        json_text(f->j, key, label);
    else
        json_int(f->j, key, value);
    return meta_footer_done(f, field);
}

static bool meta_footer_real(void *ctx, const inlay_visited *field, double value)
{
    struct meta_footer *f = ctx;
    json_real(f->j, meta_footer_key(f, field), value);
    return meta_footer_done(f, field);
}

static bool meta_footer_is_bound(const inlay_visited *field)
{
    static const char *const names[] = {"max", "min", "max_value", "min_value"};
    for (size_t i = 0; field->name && i < sizeof names / sizeof *names; i++)
        if (strcmp(field->name, names[i]) == 0)
            return true;
    return false;
}

static bool meta_footer_binary(void *ctx, const inlay_visited *field, inlay_bytes value)
{
    struct meta_footer *f = ctx;
    struct json *j = f->j;
    const char *key = meta_footer_key(f, field);
    if (field->text && print_is_utf8(value)) {
        json_bytes(j, key, value);
        return meta_footer_done(f, field);
    }
    json_open(j, key, '{');
    json_next(j, "base64");
    out_char(j->out, '"');
    print_base64(j->out, value);
    out_char(j->out, '"');
    const inlay_node *node = inlay_schema_leaf(f->schema, f->leaf);
    if (node && meta_footer_is_bound(field)) {
        json_next(j, "value");
        if (!print_bound(j->out, node, value, PRINT_JSON))
            out_text(j->out, "null");
    }
    json_close(j, '}');
    return meta_footer_done(f, field);
}

void meta_footer_json(struct meta_job *job)
{
    struct meta_footer f = {.j = &job->json, .schema = job->schema, .leaf = UINT32_MAX};
    const inlay_visitor visitor = {&f,
                                   meta_footer_begin,
                                   meta_footer_end,
                                   meta_footer_boolean,
                                   meta_footer_integer,
                                   meta_footer_real,
                                   meta_footer_binary};
    inlay_bytes footer = inlay_reader_footer(job->in->reader);
    size_t used = 0;
    meta_footer_push(&f, "footer", '{');
    inlay_status status =
        inlay_metadata_visit(job->in->env, INLAY_RECORD_FOOTER, footer, &visitor, &used);
    while (f.depth > 0) /* what a failure left open */
        meta_footer_pop(&f);
    if (status != INLAY_OK && status != INLAY_END) {
        json_error(&job->json, "footer_error", &job->in->env->error);
        meta_failed(job);
    } else if (status == INLAY_OK && used < footer.len) { /* a signature, in encrypted files */
        json_uint(&job->json, "footer_rest_bytes", footer.len - used);
    }
}
