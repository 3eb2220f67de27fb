/* Schemas as a C struct a row: see schema_text.h.
 *
 *   int64_t id;              required
 *   int64_t *id;             optional: NULL = null
 *   struct { size_t n; T *items; } list;
 *
 * Comments say which leaf a member is, its type in the file and its levels.
 */
#include <errno.h>
#include <string.h>

#include "cli/schema_text.h"
#include "cli/types.h"
#include "cli/unique.h"

struct schema_c {
    struct out *o;
    const inlay_schema *schema;
    struct out scratch;
};

/* What a member is called, and how many pointers lead to it. */
struct schema_c_name {
    const char *text;
    size_t len;
    unsigned stars;
};

static bool schema_c_has_leaf(const inlay_schema *schema, uint32_t node)
{
    uint32_t end = inlay_schema_node(schema, node)->end;
    for (; node < end; node++)
        if (inlay_schema_node(schema, node)->leaf >= 0)
            return true;
    return false;
}

/* ---- names ---- */

/* Words of the language, and what its headers make macros or types of. */
static bool schema_c_is_taken(const char *name, size_t len)
{
    static const char words[] =
        " auto break case char const continue default do double else enum extern float for goto if "
        "inline int long register restrict return short signed sizeof static struct switch typedef "
        "union unsigned void volatile while asm typeof alignas alignof bool constexpr false nullptr "
        "static_assert thread_local true typeof_unqual class delete new operator private protected "
        "public template this throw try catch namespace using virtual friend mutable explicit export "
        "NULL offsetof linux unix i386 size_t ptrdiff_t wchar_t int8_t int16_t int32_t int64_t "
        "uint8_t uint16_t uint32_t uint64_t ";
    static const char *const tails[] = {"_MAX", "_MIN", "_WIDTH", "_C"};
    for (const char *at = words; (at = strchr(at, ' ')) && at[1]; at++)
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == ' ')
            return true;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        size_t n = strlen(tails[i]);
        if (len > n && memcmp(name + len - n, tails[i], n) == 0)
            return true;
    }
    return false;
}

/* Any bytes as an identifier: what does not fit becomes '_', one for a run of it. */
static void schema_c_identifier(struct out *o, const char *name, size_t len)
{
    size_t from = o->used;
    bool gap = false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit) {
            gap = true;
            continue;
        }
        if (gap && o->used > from)
            out_char(o, '_');
        if (o->used == from && (digit || c == '_'))
            out_char(o, 'x'); /* names that begin with '_' belong to the compiler */
        gap = false;
        out_char(o, c);
    }
    if (o->used == from)
        out_char(o, 'x');
    if (schema_c_is_taken(o->data + from, o->used - from))
        out_char(o, '_');
}

/* Text inside a comment must neither end it nor begin another. */
static void schema_c_comment(struct out *o, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (text[i] == '/' || text[i] == '*') && (text[i - 1] == '/' || text[i - 1] == '*'))
            out_char(o, ' ');
        out_char(o, text[i] == '?' ? '.' : text[i]); /* no trigraphs */
    }
}

/* ---- members ---- */

static void schema_c_indent(struct schema_c *c, unsigned depth)
{
    out_repeat(c->o, ' ', 4 * (size_t)depth);
}

/* "/" "* leaf 3: int64 (TIMESTAMP(MICROS,true)) "name", max_def 1, max_rep 0 *" "/" */
static void schema_c_about(struct schema_c *c, uint32_t node, const struct schema_c_name *name)
{
    const inlay_node *n = inlay_schema_node(c->schema, node);
    struct out *s = &c->scratch;
    s->used = 0;
    if (n->leaf >= 0) {
        out_format(s, "leaf %ld: ", (long)n->leaf);
        types_physical(s, n);
        if (n->logical.kind != INLAY_LOGICAL_NONE)
            out_char(s, ' ');
        types_logical(s, &n->logical);
    } else {
        out_text(s, "group");
        if (n->logical.kind != INLAY_LOGICAL_NONE)
            out_char(s, ' ');
        types_logical(s, &n->logical);
    }
    if (n->name.len != name->len || memcmp(n->name.data, name->text, name->len) != 0) {
        out_text(s, " \"");
        print_safe(s, n->name);
        out_char(s, '"');
    }
    out_format(s, ", max_def %u, max_rep %u", (unsigned)n->max_def, (unsigned)n->max_rep);
    out_text(c->o, " /* ");
    schema_c_comment(c->o, s->data, s->used);
    out_text(c->o, " */\n");
}

static void schema_c_declarator(struct schema_c *c, const struct schema_c_name *name)
{
    out_repeat(c->o, '*', name->stars);
    out_bytes(c->o, name->text, name->len);
}

static const char *schema_c_type(const inlay_node *n)
{
    static const char *const types[] = {[INLAY_BOOLEAN] = "bool",  [INLAY_INT32] = "int32_t",
                                        [INLAY_INT64] = "int64_t", [INLAY_FLOAT] = "float",
                                        [INLAY_DOUBLE] = "double", [INLAY_BYTE_ARRAY] = "struct bytes"};
    if (n->logical.kind == INLAY_INTEGER && !n->logical.is_signed)
        return n->type == INLAY_INT64 ? "uint64_t" : "uint32_t";
    return types[n->type];
}

static void schema_c_value(struct schema_c *c, const inlay_node *n, const struct schema_c_name *name)
{
    long width = n->type == INLAY_INT96 ? 12 : (long)n->type_length;
    if (n->type != INLAY_INT96 && n->type != INLAY_FIXED_LEN_BYTE_ARRAY) {
        out_format(c->o, "%s ", schema_c_type(n));
        schema_c_declarator(c, name);
    } else {
        out_text(c->o, name->stars ? "uint8_t (" : "uint8_t ");
        schema_c_declarator(c, name);
        out_format(c->o, name->stars ? ")[%ld]" : "[%ld]", width);
    }
    out_char(c->o, ';');
}

static void schema_c_members(struct schema_c *c, uint32_t node, unsigned depth);
static void schema_c_member(struct schema_c *c, uint32_t node, bool element_of, unsigned depth,
                            struct schema_c_name name);

static struct schema_c_name schema_c_word(const char *word, unsigned stars)
{
    return (struct schema_c_name){word, strlen(word), stars};
}

/* The inside of "struct { size_t n; ... *items; }". */
static void schema_c_items(struct schema_c *c, const inlay_shape *shape, unsigned depth)
{
    schema_c_indent(c, depth);
    out_text(c->o, "size_t n;\n");
    if (shape->kind == INLAY_SHAPE_LIST) {
        schema_c_member(c, shape->element, shape->element == shape->repeated, depth,
                        schema_c_word("items", 1));
        return;
    }
    schema_c_indent(c, depth);
    out_text(c->o, "struct {\n");
    if (schema_c_has_leaf(c->schema, shape->key))
        schema_c_member(c, shape->key, false, depth + 1, schema_c_word("key", 0));
    if (shape->value && schema_c_has_leaf(c->schema, shape->value))
        schema_c_member(c, shape->value, false, depth + 1, schema_c_word("value", 0));
    schema_c_indent(c, depth);
    out_text(c->o, "} *items;\n");
}

static void schema_c_member(struct schema_c *c, uint32_t node, bool element_of, unsigned depth,
                            struct schema_c_name name)
{
    const inlay_node *n = inlay_schema_node(c->schema, node);
    inlay_shape shape = inlay_schema_shape(c->schema, node, element_of);
    if (n->repetition == INLAY_OPTIONAL)
        name.stars++;
    schema_c_indent(c, depth);
    if (shape.kind == INLAY_SHAPE_VALUE) {
        schema_c_value(c, n, &name);
    } else {
        out_text(c->o, "struct {\n");
        if (shape.kind == INLAY_SHAPE_STRUCT)
            schema_c_members(c, node, depth + 1);
        else
            schema_c_items(c, &shape, depth + 1);
        schema_c_indent(c, depth);
        out_text(c->o, "} ");
        schema_c_declarator(c, &name);
        out_char(c->o, ';');
    }
    schema_c_about(c, node, &name);
}

static void schema_c_members(struct schema_c *c, uint32_t node, unsigned depth)
{
    struct unique names;
    struct out name;
    const inlay_node *n = inlay_schema_node(c->schema, node);
    bool memory = unique_open(&names, false);
    if (!out_open(&name, -1) || !memory)
        c->o->os_error = ENOMEM;
    for (uint32_t i = 0; i < n->n_children && !out_failed(c->o); i++) {
        uint32_t child = inlay_schema_child(c->schema, node, i);
        inlay_bytes given = inlay_schema_node(c->schema, child)->name;
        if (!schema_c_has_leaf(c->schema, child))
            continue;
        name.used = 0;
        schema_c_identifier(&name, (const char *)given.data, given.len);
        if (!unique_name(&names, &name))
            c->o->os_error = ENOMEM;
        schema_c_member(c, child, false, depth, (struct schema_c_name){name.data, name.used, 0});
    }
    out_close(&name);
    unique_close(&names);
}

void schema_as_c(struct out *o, const inlay_schema *schema, const char *path)
{
    struct schema_c c = {.o = o, .schema = schema};
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t len = strlen(base);
    if (len > 8 && strcmp(base + len - 8, ".parquet") == 0)
        len -= 8;
    if (!out_open(&c.scratch, -1)) {
        o->os_error = ENOMEM;
        return;
    }
    print_safe_text(&c.scratch, base);
    out_text(o, "/* A row of ");
    schema_c_comment(o, c.scratch.data, c.scratch.used);
    out_text(o, ". Pointers to values: NULL = null. */\n#include <stdbool.h>\n#include <stddef.h>\n"
                "#include <stdint.h>\n\nstruct bytes {\n    const uint8_t *data;\n    size_t len;\n"
                "};\n\nstruct row_");
    schema_c_identifier(o, base, len);
    out_text(o, " {\n");
    if (schema_c_has_leaf(schema, 0))
        schema_c_members(&c, 0, 1);
    else
        out_text(o, "    char no_columns;\n");
    out_text(o, "};\n");
    out_close(&c.scratch);
}
