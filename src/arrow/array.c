/* Buffers, and arrays that own them; see array.h. */
#include "arrow/array.h"

#include "base/bytes.h"

/* ---- depot ---- */

static void arrow_buffer_free(inlay_env *env, struct arrow_buffer *buffer)
{
    mem_free(env, buffer->data, buffer->capacity);
    *buffer = (struct arrow_buffer){NULL, 0, 0};
}

inlay_status arrow_depot_new(inlay_env *env, uint32_t n_nodes, struct arrow_depot **depot)
{
    void *block = NULL;
    *depot = NULL;
    TRY(mem_new(env, sizeof **depot, &block));
    struct arrow_depot *d = block;
    *d = (struct arrow_depot){.env = env, .refs = 1, .open = true, .n_nodes = n_nodes};
    inlay_status status =
        mem_new(env, (size_t)n_nodes * ARROW_N_BUFFERS * sizeof *d->spares, &block);
    if (status != INLAY_OK) {
        mem_free(env, d, sizeof *d);
        return status;
    }
    d->spares = block;
    *depot = d;
    return INLAY_OK;
}

static void arrow_depot_unref(struct arrow_depot *d)
{
    if (--d->refs)
        return;
    inlay_env *env = d->env;
    mem_free(env, d->spares, (size_t)d->n_nodes * ARROW_N_BUFFERS * sizeof *d->spares);
    mem_free(env, d, sizeof *d);
}

void arrow_depot_close(struct arrow_depot *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < (size_t)d->n_nodes * ARROW_N_BUFFERS; i++)
        arrow_buffer_free(d->env, &d->spares[i]);
    d->open = false;
    arrow_depot_unref(d);
}

/* A buffer comes back: the larger of two is kept. */
static void arrow_depot_give(struct arrow_depot *d, uint32_t node, unsigned which,
                             struct arrow_buffer *buffer)
{
    struct arrow_buffer *spare = &d->spares[(size_t)node * ARROW_N_BUFFERS + which];
    if (d->open && buffer->capacity > spare->capacity) {
        struct arrow_buffer smaller = *spare;
        *spare = *buffer;
        *buffer = smaller;
    }
    arrow_buffer_free(d->env, buffer);
}

/* ---- building ---- */

uint8_t *arrow_reserve(struct arrow_build *b, unsigned which, size_t n)
{
    struct arrow_buffer *buffer = &b->buffers[which];
    if (!buffer->data) {
        struct arrow_buffer *spare = &b->depot->spares[(size_t)b->node * ARROW_N_BUFFERS + which];
        *buffer = *spare;
        buffer->bytes = 0;
        *spare = (struct arrow_buffer){NULL, 0, 0};
    }
    if (n > buffer->capacity - buffer->bytes || !buffer->data) {
        void *block = buffer->data;
        if (n > SIZE_MAX - 64 - buffer->bytes) {
            err_set(b->depot->env, INLAY_NOMEM, ERR("out of memory"));
            return NULL;
        }
        if (mem_grow(b->depot->env, &block, &buffer->capacity, buffer->bytes + n + 1, 1) != INLAY_OK)
            return NULL;
        buffer->data = block;
    }
    return buffer->data + buffer->bytes;
}

void arrow_build_drop(struct arrow_build *b)
{
    for (unsigned which = 0; which < ARROW_N_BUFFERS; which++)
        arrow_depot_give(b->depot, b->node, which, &b->buffers[which]);
    *b = (struct arrow_build){.depot = b->depot, .node = b->node};
}

/* ---- arrays ---- */

/* What an ArrowArray owns. Behind it, in one block: the pointers to the children, the children, the
 * dictionary. Children that were moved away have no release left here. */
struct arrow_holder {
    struct arrow_depot *depot;
    size_t block_bytes;
    uint32_t node;
    uint8_t which[3]; /* of the node's buffers each of these is */
    struct arrow_buffer buffers[3];
    const void *pointers[3];
};

static void arrow_array_release(struct ArrowArray *array)
{
    struct arrow_holder *h = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    for (unsigned i = 0; i < 3; i++)
        arrow_depot_give(h->depot, h->node, h->which[i], &h->buffers[i]);
    struct arrow_depot *depot = h->depot;
    mem_free(depot->env, h, h->block_bytes);
    arrow_depot_unref(depot);
    array->release = NULL;
}

/* An array without contents; children and dictionary are zero, as if released. */
static inlay_status arrow_array_new(struct arrow_depot *depot, uint32_t node, uint32_t n_children,
                                    bool dictionary, struct ArrowArray *out)
{
    void *block = NULL;
    size_t n_arrays = (size_t)n_children + (dictionary ? 1 : 0);
    size_t bytes = sizeof(struct arrow_holder) + n_arrays * sizeof(struct ArrowArray) +
                   n_children * sizeof(struct ArrowArray *);
    memset(out, 0, sizeof *out);
    TRY(mem_new(depot->env, bytes, &block));
    struct arrow_holder *h = block;
    struct ArrowArray *arrays = (struct ArrowArray *)(void *)(h + 1);
    h->depot = depot;
    h->block_bytes = bytes;
    h->node = node;
    depot->refs++;
    out->n_children = n_children;
    out->children = n_children ? (struct ArrowArray **)(void *)(arrays + n_arrays) : NULL;
    for (uint32_t i = 0; i < n_children; i++)
        out->children[i] = arrays + i;
    out->dictionary = dictionary ? arrays + n_children : NULL;
    out->buffers = h->pointers;
    out->private_data = h;
    out->release = arrow_array_release;
    return INLAY_OK;
}

/* The next buffer of the array is the build's `which`. */
static void arrow_array_take(struct ArrowArray *out, struct arrow_build *b, uint8_t which)
{
    struct arrow_holder *h = out->private_data;
    h->buffers[out->n_buffers] = b->buffers[which];
    h->which[out->n_buffers] = which;
    h->pointers[out->n_buffers++] = b->buffers[which].data;
    b->buffers[which] = (struct arrow_buffer){NULL, 0, 0};
}

/* End the offsets of a build with `last`. */
static inlay_status arrow_end_offsets(struct arrow_build *b, unsigned which, size_t n, uint64_t last,
                                      bool large)
{
    size_t width = large ? 8 : 4;
    uint8_t *at = arrow_reserve(b, which, width);
    int32_t narrow = (int32_t)last;
    int64_t wide = (int64_t)last;
    if (!at)
        return INLAY_NOMEM;
    memcpy(b->buffers[which].data + n * width, large ? (void *)&wide : (void *)&narrow, width);
    b->buffers[which].bytes = (n + 1) * width;
    return INLAY_OK;
}

static inlay_status arrow_array_dictionary(const struct arrow_node *node, struct arrow_build *b,
                                           struct ArrowArray *out)
{
    TRY(arrow_end_offsets(b, ARROW_DICTIONARY_OFFSETS, b->n_dictionary, b->dictionary_bytes,
                          node->large));
    TRY(arrow_array_new(b->depot, b->node, 0, false, out));
    out->length = (int64_t)b->n_dictionary;
    out->n_buffers = 1; /* no bitmap */
    arrow_array_take(out, b, ARROW_DICTIONARY_OFFSETS);
    arrow_array_take(out, b, ARROW_DICTIONARY_DATA);
    return INLAY_OK;
}

/* The node's own array, without its children's contents. */
static inlay_status arrow_array_own(const struct arrow_node *node, struct arrow_build *b,
                                    struct ArrowArray *out)
{
    bool list = node->kind == ARROW_KIND_LIST;
    bool bytes = node->kind == ARROW_KIND_BYTES && !node->dictionary;
    if (list || bytes)
        TRY(arrow_end_offsets(b, ARROW_OFFSETS, b->n, b->elements, node->large));
    TRY(arrow_array_new(b->depot, b->node, node->n_children, node->dictionary, out));
    out->length = (int64_t)b->n;
    out->null_count = (int64_t)b->n_null;
    if (node->kind == ARROW_KIND_NULL) {
        out->null_count = (int64_t)b->n;
        return INLAY_OK;
    }
    arrow_array_take(out, b, ARROW_VALIDITY);
    if (list || bytes)
        arrow_array_take(out, b, ARROW_OFFSETS);
    if (!list && node->kind != ARROW_KIND_STRUCT)
        arrow_array_take(out, b, ARROW_DATA);
    return node->dictionary ? arrow_array_dictionary(node, b, out->dictionary) : INLAY_OK;
}

inlay_status arrow_array_make(const struct arrow_plan *plan, uint32_t index,
                              struct arrow_build *builds, struct ArrowArray *out)
{
    const struct arrow_node *node = &plan->nodes[index];
    memset(out, 0, sizeof *out);
    inlay_status status = arrow_array_own(node, &builds[index], out);
    uint32_t child = index + 1;
    for (uint32_t i = 0; status == INLAY_OK && i < node->n_children; i++) {
        status = arrow_array_make(plan, child, builds, out->children[i]);
        child = plan->nodes[child].end;
    }
    if (status != INLAY_OK && out->release)
        out->release(out);
    for (uint32_t i = index; i < node->end && status != INLAY_OK; i++)
        arrow_build_drop(&builds[i]);
    if (status == INLAY_OK)
        arrow_build_drop(&builds[index]);
    return status;
}

/* ---- ArrowSchema ---- */

struct arrow_field_holder {
    inlay_env *env;
    size_t block_bytes;
};

static void arrow_field_release(struct ArrowSchema *field)
{
    struct arrow_field_holder *h = field->private_data;
    for (int64_t i = 0; i < field->n_children; i++)
        if (field->children[i]->release)
            field->children[i]->release(field->children[i]);
    if (field->dictionary && field->dictionary->release)
        field->dictionary->release(field->dictionary);
    mem_free(h->env, h, h->block_bytes);
    field->release = NULL;
}

static char *arrow_field_text(char **at, const void *text, size_t n)
{
    char *copy = *at;
    memcpy(copy, text, n);
    *at += n;
    return copy;
}

/* One block: the holder, children and dictionary, pointers to children, texts. */
static inlay_status arrow_field_own(inlay_env *env, const char *format, const char *name,
                                    const uint8_t *metadata, size_t metadata_bytes,
                                    uint32_t n_children, bool dictionary, struct ArrowSchema *out)
{
    void *block = NULL;
    size_t n_fields = (size_t)n_children + (dictionary ? 1 : 0);
    size_t bytes = sizeof(struct arrow_field_holder) + n_fields * sizeof *out +
                   n_children * sizeof(struct ArrowSchema *) + strlen(format) + strlen(name) + 2 +
                   metadata_bytes;
    memset(out, 0, sizeof *out);
    TRY(mem_new(env, bytes, &block));
    struct arrow_field_holder *h = block;
    struct ArrowSchema *fields = (struct ArrowSchema *)(void *)(h + 1);
    *h = (struct arrow_field_holder){env, bytes};
    out->n_children = n_children;
    out->children = n_children ? (struct ArrowSchema **)(void *)(fields + n_fields) : NULL;
    for (uint32_t i = 0; i < n_children; i++)
        out->children[i] = fields + i;
    out->dictionary = dictionary ? fields + n_children : NULL;
    char *at = (char *)(fields + n_fields) + n_children * sizeof(struct ArrowSchema *);
    if (metadata) /* first, for its numbers */
        out->metadata = arrow_field_text(&at, metadata, metadata_bytes);
    out->format = arrow_field_text(&at, format, strlen(format) + 1);
    out->name = arrow_field_text(&at, name, strlen(name) + 1);
    out->private_data = h;
    out->release = arrow_field_release;
    return INLAY_OK;
}

inlay_status arrow_field_make(const struct arrow_plan *plan, uint32_t index, struct ArrowSchema *out)
{
    const struct arrow_node *node = &plan->nodes[index];
    inlay_status status = arrow_field_own(plan->env, node->dictionary ? "i" : node->format,
                                          node->name, node->metadata, node->metadata_bytes,
                                          node->n_children, node->dictionary, out);
    out->flags = (node->nullable ? ARROW_FLAG_NULLABLE : 0) |
                 (node->ordered ? ARROW_FLAG_DICTIONARY_ORDERED : 0) |
                 (node->sorted ? ARROW_FLAG_MAP_KEYS_SORTED : 0);
    if (status == INLAY_OK && node->dictionary) {
        status = arrow_field_own(plan->env, node->format, "", NULL, 0, 0, false, out->dictionary);
        out->dictionary->flags = ARROW_FLAG_NULLABLE;
    }
    uint32_t child = index + 1;
    for (uint32_t i = 0; status == INLAY_OK && i < node->n_children; i++) {
        status = arrow_field_make(plan, child, out->children[i]);
        child = plan->nodes[child].end;
    }
    if (status != INLAY_OK && out->release)
        out->release(out);
    return status;
}
