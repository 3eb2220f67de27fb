/* The expression of a zonemap's tree.
 *
 *   node cut        [\s\S]+   or, where a value ends there, [\s\S]*
 *   leaf            nothing
 *   else            its children's characters, each with the child's expression, as alternatives; children with
 *                   equal expressions share a class; the empty alternative first where a value ends there
 *
 * Source: quickwit-parquet-engine/src/zonemap/automaton.rs.
 */
#include <string.h>

#include "merge/zonemap_tree.h"

#if INLAY_WRITE && INLAY_MERGE

#define ZONEMAP_ANY "[\\s\\S]"

/* ---- characters ---- */

static void zonemap_put_utf8(struct buf *text, uint32_t code)
{
    uint8_t bytes[4];
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; code >>= 6)
        bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
    bytes[0] = (uint8_t)(n == 1 ? code : (0xF00u >> n & 0xFF) | code);
    buf_append(text, bytes, n);
}

static void zonemap_put_escaped(struct buf *text, uint32_t code, const char *special)
{
    if (code && code < 0x80 && strchr(special, (int)code))
        buf_u8(text, '\\');
    zonemap_put_utf8(text, code);
}

void zonemap_put_code(struct buf *text, uint32_t code)
{
    zonemap_put_escaped(text, code, "\\.+*?()|[]{}^$");
}

static void zonemap_put_in_class(struct buf *text, uint32_t code)
{
    zonemap_put_escaped(text, code, "\\[]^-");
}

void zonemap_put_class(struct buf *text, const uint32_t *codes, size_t n)
{
    if (n == 1) {
        zonemap_put_code(text, codes[0]);
        return;
    }
    buf_u8(text, '[');
    for (size_t i = 0; i < n; i++) {
        size_t end = i; /* of a run of neighbours; from four on it is a range */
        zonemap_put_in_class(text, codes[i]);
        while (end + 1 < n && codes[end + 1] == codes[end] + 1)
            end++;
        if (end < i + 3)
            continue;
        buf_u8(text, '-');
        zonemap_put_in_class(text, codes[end]);
        i = end;
    }
    buf_u8(text, ']');
}

/* ---- alternatives ---- */

static bool zonemap_ends_with(const uint8_t *all, struct zonemap_clause clause, const char *suffix,
                              size_t bytes)
{
    return clause.bytes >= bytes &&
           (bytes == 0 || memcmp(all + clause.at + clause.bytes - bytes, suffix, bytes) == 0);
}

/* Those that end with the suffix, without it (with = true), or the others; in brackets where they are several. */
static void zonemap_put_some(struct buf *text, const uint8_t *all,
                             const struct zonemap_clause *clauses, size_t n, const char *suffix,
                             size_t suffix_bytes, bool with, size_t n_some)
{
    size_t done = 0;
    if (n_some > 1)
        buf_u8(text, '(');
    for (size_t i = 0; i < n; i++) {
        if (zonemap_ends_with(all, clauses[i], suffix, suffix_bytes) != with)
            continue;
        if (done++)
            buf_u8(text, '|');
        buf_append(text, all + clauses[i].at, clauses[i].bytes - (with ? suffix_bytes : 0));
    }
    if (n_some > 1)
        buf_u8(text, ')');
}

void zonemap_put_clauses(struct buf *text, const uint8_t *all, const struct zonemap_clause *clauses,
                         size_t n, const char *suffix)
{
    size_t bytes = strlen(suffix), n_with = 0;
    for (size_t i = 0; i < n; i++)
        n_with += zonemap_ends_with(all, clauses[i], suffix, bytes);
    if (n_with <= 1) {
        zonemap_put_some(text, all, clauses, n, "", 0, true, n);
        return;
    }
    if (n_with < n)
        buf_u8(text, '(');
    zonemap_put_some(text, all, clauses, n, suffix, bytes, true, n_with);
    buf_append(text, suffix, bytes);
    if (n_with == n)
        return;
    buf_u8(text, '|');
    zonemap_put_some(text, all, clauses, n, suffix, bytes, false, n - n_with);
    buf_u8(text, ')');
}

/* ---- nodes: children before parents, each one's text kept until its parent's is made ---- */

struct zonemap_part {
    uint32_t node;
    uint32_t children;          /* part of the first child; the others follow */
    struct zonemap_clause text; /* in zonemap_printer.texts */
};

struct zonemap_printer {
    const struct zonemap *z;
    struct zonemap_part *parts;     /* nodes that can be reached, level by level */
    struct zonemap_clause *clauses; /* of one node, in `scratch` */
    uint32_t *codes;                /* of one class */
    size_t n_parts, parts_capacity, clauses_capacity, codes_capacity;
    struct buf texts, scratch;
};

static inlay_status zonemap_add_part(struct zonemap_printer *p, uint32_t node)
{
    void *block = p->parts;
    TRY(mem_grow(p->z->env, &block, &p->parts_capacity, p->n_parts + 1, sizeof *p->parts));
    p->parts = block;
    p->parts[p->n_parts++] = (struct zonemap_part){.node = node};
    return INLAY_OK;
}

static inlay_status zonemap_add_parts(struct zonemap_printer *p)
{
    const struct zonemap_node *nodes = p->z->nodes;
    TRY(zonemap_add_part(p, 0));
    for (size_t i = 0; i < p->n_parts; i++) {
        p->parts[i].children = (uint32_t)p->n_parts; /* no more than nodes */
        for (uint32_t c = nodes[p->parts[i].node].children; c; c = nodes[c].next)
            TRY(zonemap_add_part(p, c));
    }
    return INLAY_OK;
}

static bool zonemap_same_text(const struct zonemap_printer *p, size_t a, size_t b)
{
    struct zonemap_clause x = p->parts[a].text, y = p->parts[b].text;
    return x.bytes == y.bytes &&
           (x.bytes == 0 || memcmp(p->texts.data + x.at, p->texts.data + y.at, x.bytes) == 0);
}

/* The clause of child i of those from..end, with all later ones of the same text; none where an earlier one has
 * that text. */
static void zonemap_add_clause(struct zonemap_printer *p, size_t from, size_t i, size_t end,
                               size_t *n_clauses)
{
    struct zonemap_clause text = p->parts[i].text;
    size_t n = 0, at = p->scratch.bytes;
    for (size_t k = from; k < end; k++) {
        if (!zonemap_same_text(p, k, i))
            continue;
        if (k < i)
            return;
        p->codes[n++] = p->z->nodes[p->parts[k].node].code;
    }
    zonemap_put_class(&p->scratch, p->codes, n);
    if (text.bytes)
        buf_append(&p->scratch, p->texts.data + text.at, text.bytes);
    p->clauses[(*n_clauses)++] = (struct zonemap_clause){at, p->scratch.bytes - at};
}

static inlay_status zonemap_print_node(struct zonemap_printer *p, const struct zonemap_part *part)
{
    const struct zonemap_node *n = &p->z->nodes[part->node];
    void *clauses = p->clauses, *codes = p->codes;
    size_t n_clauses = 0, from = part->children, end = from + n->degree;
    if (n->flags & ZONEMAP_CUT) {
        const char *text = n->flags & ZONEMAP_TERMINAL ? ZONEMAP_ANY "*" : ZONEMAP_ANY "+";
        buf_append(&p->texts, text, strlen(text));
        return p->texts.status;
    }
    TRY(mem_grow(p->z->env, &clauses, &p->clauses_capacity, (size_t)n->degree + 1,
                 sizeof *p->clauses));
    p->clauses = clauses;
    TRY(mem_grow(p->z->env, &codes, &p->codes_capacity, (size_t)n->degree + 1, sizeof *p->codes));
    p->codes = codes;
    buf_clear(&p->scratch);
    if (n->degree && n->flags & ZONEMAP_TERMINAL)
        p->clauses[n_clauses++] = (struct zonemap_clause){0, 0};
    for (size_t i = from; i < end; i++)
        zonemap_add_clause(p, from, i, end, &n_clauses);
    TRY(p->scratch.status);
    zonemap_put_clauses(&p->texts, p->scratch.data, p->clauses, n_clauses, ZONEMAP_ANY "+");
    return p->texts.status;
}

static inlay_status zonemap_print_all(struct zonemap_printer *p, struct buf *regex)
{
    TRY(zonemap_add_parts(p));
    for (size_t i = p->n_parts; i-- > 0;) {
        struct zonemap_part *part = &p->parts[i];
        part->text.at = p->texts.bytes;
        TRY(zonemap_print_node(p, part));
        part->text.bytes = p->texts.bytes - part->text.at;
    }
    buf_u8(regex, '^');
    if (p->parts[0].text.bytes)
        buf_append(regex, p->texts.data + p->parts[0].text.at, p->parts[0].text.bytes);
    buf_u8(regex, '$');
    return regex->status;
}

inlay_status zonemap_print(const struct zonemap *z, struct buf *regex)
{
    struct zonemap_printer p = {.z = z};
    buf_init(&p.texts, z->env);
    buf_init(&p.scratch, z->env);
    inlay_status status = zonemap_print_all(&p, regex);
    buf_free(&p.scratch);
    buf_free(&p.texts);
    mem_free(z->env, p.codes, p.codes_capacity * sizeof *p.codes);
    mem_free(z->env, p.clauses, p.clauses_capacity * sizeof *p.clauses);
    mem_free(z->env, p.parts, p.parts_capacity * sizeof *p.parts);
    return status;
}

#endif
