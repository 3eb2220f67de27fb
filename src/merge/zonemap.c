/* The tree of a zonemap: values in, branches cut; see zonemap.h. */
#include "merge/zonemap.h"

#include "base/text.h"
#include "merge/zonemap_tree.h"

#if INLAY_WRITE && INLAY_MERGE

enum { ZONEMAP_PRUNE_EVERY = 1000 };

struct zonemap_limits zonemap_limits_of(uint32_t transitions)
{
    return (struct zonemap_limits){transitions, 2 * transitions, ZONEMAP_PRUNE_EVERY, 4 * transitions};
}

void zonemap_init(struct zonemap *z, inlay_env *env, struct zonemap_limits limits)
{
    *z = (struct zonemap){.env = env, .limits = limits, .exact = true};
}

void zonemap_free(struct zonemap *z)
{
    if (z->env)
        mem_free(z->env, z->nodes, z->capacity * sizeof *z->nodes);
    z->nodes = NULL;
    z->n = z->capacity = 0;
}

void zonemap_reset(struct zonemap *z)
{
    z->n = 0;
    z->free = 0;
    z->count = 0;
    z->exact = true;
}

/* ---- nodes ---- */

static inlay_status zonemap_take(struct zonemap *z, uint32_t code, uint32_t *node)
{
    if (z->free) {
        *node = z->free;
        z->free = z->nodes[*node].next;
    } else {
        void *block = z->nodes;
        if (z->n >= UINT32_MAX)
            return err_set(z->env, INLAY_LIMIT, ERR("a zonemap has too many characters"));
        TRY(mem_grow(z->env, &block, &z->capacity, z->n + 1, sizeof *z->nodes));
        z->nodes = block;
        *node = (uint32_t)z->n++;
    }
    z->nodes[*node] = (struct zonemap_node){.code = code & 0xFFFFFF};
    return INLAY_OK;
}

/* Give back the children of a node and all below them. A node's own children are put in front of what is left,
 * so that no stack is needed. */
static void zonemap_cut(struct zonemap *z, uint32_t node)
{
    uint32_t left = z->nodes[node].children;
    z->nodes[node].children = 0;
    z->nodes[node].degree = 0;
    z->nodes[node].flags |= ZONEMAP_CUT;
    z->exact = false;
    while (left) {
        uint32_t gone = left, last = z->nodes[gone].children;
        left = z->nodes[gone].next;
        if (last) {
            while (z->nodes[last].next)
                last = z->nodes[last].next;
            z->nodes[last].next = left;
            left = z->nodes[gone].children;
        }
        z->nodes[gone].next = z->free;
        z->free = gone;
    }
}

/* The child that `code` leads to; it is made where there is none. */
static inlay_status zonemap_step(struct zonemap *z, uint32_t *node, uint32_t code, uint32_t depth)
{
    uint32_t before = 0, at = z->nodes[*node].children, made;
    while (at && z->nodes[at].code < code) {
        before = at;
        at = z->nodes[at].next;
    }
    if (at && z->nodes[at].code == code) {
        *node = at;
        return INLAY_OK;
    }
    TRY(zonemap_take(z, code, &made));
    z->nodes[made].next = at;
    *(before ? &z->nodes[before].next : &z->nodes[*node].children) = made;
    z->nodes[*node].degree++;
    *node = made;
    if (z->limits.depth && depth >= z->limits.depth)
        zonemap_cut(z, made);
    return INLAY_OK;
}

/* ---- values ---- */

static uint32_t zonemap_decode(const uint8_t *p, size_t bytes)
{
    static const uint8_t first[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = p[0] & first[bytes];
    for (size_t i = 1; i < bytes; i++)
        code = code << 6 | (p[i] & 0x3F);
    return code;
}

/* Walk down the value, the weight of each node on the way rising by `times`. */
static inlay_status zonemap_walk(struct zonemap *z, inlay_bytes value, uint32_t times)
{
    uint32_t node = 0, depth = 0;
    for (size_t at = 0;;) {
        struct zonemap_node *n = &z->nodes[node];
        n->weight = n->weight > UINT32_MAX - times ? UINT32_MAX : n->weight + times;
        if (at == value.len) {
            n->flags |= ZONEMAP_TERMINAL;
            return INLAY_OK;
        }
        if (n->flags & ZONEMAP_CUT)
            return INLAY_OK;
        size_t bytes = text_utf8_step(value.data + at, value.len - at);
        if (bytes == 0) {
            zonemap_cut(z, node);
            return INLAY_OK;
        }
        TRY(zonemap_step(z, &node, zonemap_decode(value.data + at, bytes), ++depth));
        at += bytes;
    }
}

static inlay_status zonemap_root(struct zonemap *z)
{
    uint32_t root;
    return z->n ? INLAY_OK : zonemap_take(z, 0, &root);
}

inlay_status zonemap_add(struct zonemap *z, inlay_bytes value, uint64_t times)
{
    const uint32_t every = z->limits.prune_every;
    TRY(zonemap_root(z));
    while (times) {
        uint64_t n = every ? every - z->count % every : UINT32_MAX; /* to where the tree is cut back */
        n = times < n ? times : n;
        TRY(zonemap_walk(z, value, (uint32_t)n));
        times -= n;
        z->count += n;
        if (every && z->count % every == 0)
            TRY(zonemap_prune(z, z->limits.between));
    }
    return INLAY_OK;
}

inlay_status zonemap_build(struct zonemap *z, struct buf *regex)
{
    TRY(zonemap_root(z));
    if (z->limits.transitions != UINT32_MAX)
        TRY(zonemap_prune(z, z->limits.transitions));
    return zonemap_print(z, regex);
}

/* ---- cutting: the heaviest first, of equals the one that was met first ---- */

struct zonemap_entry {
    uint32_t weight, order, node;
};

struct zonemap_heap {
    struct zonemap_entry *entries;
    size_t n, capacity;
};

static bool zonemap_before(const struct zonemap_entry *a, const struct zonemap_entry *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->order < b->order;
}

static inlay_status zonemap_push(struct zonemap *z, struct zonemap_heap *heap,
                                 struct zonemap_entry entry)
{
    void *block = heap->entries;
    TRY(mem_grow(z->env, &block, &heap->capacity, heap->n + 1, sizeof *heap->entries));
    heap->entries = block;
    size_t at = heap->n++;
    for (; at && zonemap_before(&entry, &heap->entries[(at - 1) / 2]); at = (at - 1) / 2)
        heap->entries[at] = heap->entries[(at - 1) / 2];
    heap->entries[at] = entry;
    return INLAY_OK;
}

static struct zonemap_entry zonemap_pop(struct zonemap_heap *heap)
{
    struct zonemap_entry top = heap->entries[0], last = heap->entries[--heap->n];
    size_t at = 0;
    for (size_t child = 1; child < heap->n; child = 2 * at + 1) {
        if (child + 1 < heap->n && zonemap_before(&heap->entries[child + 1], &heap->entries[child]))
            child++;
        if (!zonemap_before(&heap->entries[child], &last))
            break;
        heap->entries[at] = heap->entries[child];
        at = child;
    }
    heap->entries[at] = last;
    return top;
}

static inlay_status zonemap_keep(struct zonemap *z, uint32_t limit, struct zonemap_heap *heap)
{
    uint32_t kept = 0, order = 0;
    TRY(zonemap_push(z, heap, (struct zonemap_entry){z->nodes[0].weight, order++, 0}));
    while (heap->n) {
        uint32_t node = zonemap_pop(heap).node;
        if (z->nodes[node].degree > limit - kept) {
            zonemap_cut(z, node);
            continue;
        }
        kept += z->nodes[node].degree;
        for (uint32_t c = z->nodes[node].children; c; c = z->nodes[c].next)
            TRY(zonemap_push(z, heap, (struct zonemap_entry){z->nodes[c].weight, order++, c}));
    }
    return INLAY_OK;
}

inlay_status zonemap_prune(struct zonemap *z, uint32_t limit)
{
    struct zonemap_heap heap = {0};
    inlay_status status = zonemap_keep(z, limit, &heap);
    mem_free(z->env, heap.entries, heap.capacity * sizeof *heap.entries);
    return status;
}

#endif
