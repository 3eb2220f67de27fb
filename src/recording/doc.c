/* A JSON object put together member by member; see doc.h. */
#include "recording/doc.h"

#include <string.h>

#include "base/bytes.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/sort.h"
#include "base/text.h"
#include "recording/series.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { DOC_PARENT = 4 };

inlay_status doc_open(struct doc *t, inlay_env *env)
{
    uint32_t root = 0;
    *t = (struct doc){.env = env};
    intern_init(&t->names, env);
    mem_pool_init(&t->pool, env);
    buf_init(&t->scratch, env);
    TRY(intern_text(&t->names, (inlay_bytes){NULL, 0}, &root)); /* shorter than any member's */
    void *block = NULL;
    TRY(mem_grow(env, &block, &t->capacity, 1, sizeof *t->nodes));
    t->nodes = block;
    t->nodes[0] = (struct doc_node){0};
    return INLAY_OK;
}

void doc_close(struct doc *t)
{
    if (!t->env)
        return;
    mem_free(t->env, t->nodes, t->capacity * sizeof *t->nodes);
    intern_free(&t->names);
    mem_pool_free(&t->pool);
    buf_free(&t->scratch);
    t->env = NULL;
}

inlay_bytes doc_name(const struct doc *t, uint32_t node)
{
    inlay_bytes text = t->names.texts[node];
    return (inlay_bytes){text.data + DOC_PARENT, text.len - DOC_PARENT};
}

static inlay_status doc_member(struct doc *t, uint32_t parent, inlay_bytes name, uint32_t *node, bool *made)
{
    uint32_t before = t->names.n;
    buf_clear(&t->scratch);
    buf_le32(&t->scratch, parent);
    buf_append(&t->scratch, name.data, name.len);
    TRY(t->scratch.status);
    TRY(intern_text(&t->names, (inlay_bytes){t->scratch.data, t->scratch.bytes}, node));
    *made = t->names.n != before;
    if (!*made)
        return INLAY_OK;
    void *block = t->nodes;
    TRY(mem_grow(t->env, &block, &t->capacity, (size_t)*node + 1, sizeof *t->nodes));
    t->nodes = block;
    t->nodes[*node] = (struct doc_node){0};
    struct doc_node *up = &t->nodes[parent];
    if (up->last)
        t->nodes[up->last].next = *node;
    else
        up->first = *node;
    up->last = *node;
    up->n_members++;
    return INLAY_OK;
}

inlay_status doc_object(struct doc *t, uint32_t parent, inlay_bytes name, uint32_t *node)
{
    bool made;
    TRY(doc_member(t, parent, name, node, &made));
    t->nodes[*node].value = (inlay_bytes){NULL, 0};
    return INLAY_OK;
}

inlay_status doc_value(struct doc *t, uint32_t parent, inlay_bytes name, inlay_bytes json)
{
    uint32_t node;
    bool made;
    TRY(doc_member(t, parent, name, &node, &made));
    if (made)
        t->nodes[node].value = json;
    return INLAY_OK;
}

inlay_status doc_text(struct doc *t, uint32_t parent, inlay_bytes name, inlay_bytes text)
{
    void *block = NULL;
    if (!text_is_utf8(text.data, text.len))
        return INLAY_OK;
    buf_clear(&t->scratch);
    json_write_text(&t->scratch, text);
    TRY(t->scratch.status);
    size_t bytes = t->scratch.bytes;
    TRY(mem_pool_take(&t->pool, bytes, &block));
    memcpy(block, t->scratch.data, bytes);
    return doc_value(t, parent, name, (inlay_bytes){block, bytes});
}

static bool doc_uint(inlay_bytes json, uint64_t *out)
{
    struct json_value v = {.kind = JSON_NUMBER, .whole = json.len > 0, .text = json};
    for (size_t i = 0; i < json.len; i++)
        v.whole = v.whole && json.data[i] >= '0' && json.data[i] <= '9';
    return v.whole && json_uint64(&v, out);
}

inlay_status doc_number(struct doc *t, uint32_t parent, inlay_bytes name, inlay_bytes json, bool larger)
{
    uint32_t node;
    bool made;
    uint64_t have = 0, new = 0;
    if (!doc_uint(json, &new))
        return INLAY_OK;
    TRY(doc_member(t, parent, name, &node, &made));
    bool known = !made && doc_uint(t->nodes[node].value, &have);
    if (made || (known && (larger ? new > have : new < have)))
        t->nodes[node].value = json;
    return INLAY_OK;
}

/* ---- writing ---- */

static int doc_compare(const void *ctx, uint32_t a, uint32_t b)
{
    return sortspec_compare(doc_name(ctx, a), doc_name(ctx, b));
}

static void doc_members(struct doc *t, uint32_t *numbers, uint32_t n, struct buf *out, inlay_status *status)
{
    sort_numbers(numbers, numbers + n, n, doc_compare, t);
    for (uint32_t i = 0; i < n && *status == INLAY_OK; i++) {
        if (i)
            buf_u8(out, ',');
        json_write_text(out, doc_name(t, numbers[i]));
        buf_u8(out, ':');
        *status = doc_write(t, numbers[i], out);
    }
}

inlay_status doc_write(struct doc *t, uint32_t node, struct buf *out)
{
    const struct doc_node *at = &t->nodes[node];
    inlay_status status = INLAY_OK;
    void *block = NULL;
    if (at->value.data) {
        buf_append(out, at->value.data, at->value.len);
        return out->status;
    }
    uint32_t n = 0;
    size_t bytes = 2 * (size_t)at->n_members * sizeof(uint32_t);
    TRY(mem_new(t->env, bytes + 1, &block));
    for (uint32_t i = at->first; i; i = t->nodes[i].next)
        ((uint32_t *)block)[n++] = i;
    buf_u8(out, '{');
    doc_members(t, block, n, out, &status);
    buf_u8(out, '}');
    mem_free(t->env, block, bytes + 1);
    return status == INLAY_OK ? out->status : status;
}

inlay_bytes doc_json(inlay_bytes text, bool object)
{
    struct json_reader r;
    json_start(&r, text.data, text.len);
    inlay_bytes value = json_span(&r);
    if (!text.data || !json_finish(&r) || (object && value.data[0] != '{'))
        return (inlay_bytes){NULL, 0};
    return value;
}

#endif
