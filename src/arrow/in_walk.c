/* Walking the arrays of a column: slots in, levels and values out; see in.h.
 *
 * Functions that call each other go one step of the path deeper, so the depth of the schema bounds them. Counts and
 * offsets are checked against the lengths of the arrays; how long a buffer is, the interface does not say.
 * Source: Arrow Columnar Format "Physical Memory Layout"; C data interface; "Dremel: Interactive Analysis of
 * Web-Scale Datasets", section 4. */
#include "arrow/in.h"
#include "base/bytes.h"
#include "encoding/encoding.h"

#if INLAY_WRITE

enum { ARROW_IN_PIECE = 16384, ARROW_IN_PIECE_BYTES = 1 << 20 };

/* ---- checking ---- */

static inlay_status arrow_in_fault(struct arrow_in *in, const char *what)
{
    return err_set(in->env, INLAY_ARG, what);
}

/* Buffers that must be there when there are slots: how many, and which is the first that may not be NULL. */
static bool arrow_in_buffers(const struct ArrowArray *array, int64_t n_buffers, bool more)
{
    if (array->n_buffers < n_buffers || (!more && array->n_buffers != n_buffers))
        return false;
    if (n_buffers == 0)
        return true;
    if (!array->buffers)
        return false;
    return n_buffers == 1 || array->length == 0 || array->buffers[1];
}

/* An array of values, not a dictionary's indices. */
static bool arrow_in_buffers_of_value(const struct arrow_in_node *node, const struct ArrowArray *array)
{
    switch (node->form) {
    case ARROW_IN_NOTHING:
        return true;
    case ARROW_IN_OFFSETS:
        return arrow_in_buffers(array, 3, false);
    case ARROW_IN_VIEWS:
        return arrow_in_buffers(array, 3, true);
    default:
        return arrow_in_buffers(array, 2, false);
    }
}

static bool arrow_in_buffers_fit(const struct arrow_in_node *node, const struct ArrowArray *array)
{
    switch (node->step) {
    case ARROW_IN_STRUCT:
    case ARROW_IN_FIXED_LIST:
        return arrow_in_buffers(array, 1, false);
    case ARROW_IN_LIST:
    case ARROW_IN_CODES:
        return arrow_in_buffers(array, 2, false);
    case ARROW_IN_LIST_VIEW:
        return arrow_in_buffers(array, 3, false) && (array->length == 0 || array->buffers[2]);
    case ARROW_IN_RUNS:
        return true;
    default:
        return node->coded ? arrow_in_buffers(array, 2, false) : arrow_in_buffers_of_value(node, array);
    }
}

/* Counts that any array must have. */
static bool arrow_in_counts(const struct ArrowArray *array)
{
    const int64_t most = (int64_t)(SIZE_MAX / 64); /* positions in bytes do not overflow */
    return array && array->release && array->length >= 0 && array->offset >= 0 && array->offset <= most &&
           array->length <= most - array->offset;
}

static bool arrow_in_runs_fit(const struct ArrowArray *array)
{
    const struct ArrowArray *ends = array->children[0];
    return arrow_in_counts(ends) && arrow_in_buffers(ends, 2, false) && array->children[1] &&
           ends->length <= array->children[1]->length;
}

static inlay_status arrow_in_check_array(struct arrow_in *in, const struct arrow_in_node *node,
                                         const struct ArrowArray *array)
{
    if (!arrow_in_counts(array))
        return arrow_in_fault(in, ERR("an Arrow array with impossible counts, or a released one"));
    if (!arrow_in_buffers_fit(node, array))
        return arrow_in_fault(in, ERR("an Arrow array has not the buffers of its type"));
    if (node->step != ARROW_IN_CODES && array->n_children != (node->step == ARROW_IN_VALUE ? 0 : node->n_children))
        return arrow_in_fault(in, ERR("an Arrow array has not the children of its type"));
    if (array->n_children && !array->children)
        return arrow_in_fault(in, ERR("an Arrow array has not the children of its type"));
    if ((node->step == ARROW_IN_CODES || node->coded) && !array->dictionary)
        return arrow_in_fault(in, ERR("an Arrow array without its dictionary"));
    if (node->step == ARROW_IN_RUNS && !arrow_in_runs_fit(array))
        return arrow_in_fault(in, ERR("an Arrow array with impossible run ends"));
    if (node->coded && (!arrow_in_counts(array->dictionary) || !arrow_in_buffers_of_value(node, array->dictionary)))
        return arrow_in_fault(in, ERR("an Arrow dictionary has not the buffers of its type"));
    return INLAY_OK;
}

/* Does the child reach as far as its parent's slots? */
static bool arrow_in_reaches(const struct arrow_in_node *node, const struct ArrowArray *array,
                             const struct ArrowArray *child)
{
    int64_t slots = array->offset + array->length;
    if (node && node->step == ARROW_IN_FIXED_LIST)
        return node->size == 0 || array->length == 0 || child->length / node->size >= slots;
    if (node && node->step != ARROW_IN_STRUCT)
        return true;
    return child->length >= slots;
}

inlay_status arrow_in_check(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *batch)
{
    const struct arrow_in_column *column = &in->columns[leaf];
    const struct ArrowArray *above = batch;
    const struct arrow_in_node *up = NULL;
    for (uint32_t k = 0; k < column->n_steps; k++) {
        const struct arrow_in_node *node = &in->plan.nodes[column->path[k]];
        const struct ArrowArray *array =
            node->child == ARROW_IN_DICTIONARY ? above->dictionary : above->children[node->child];
        TRY(arrow_in_check_array(in, node, array));
        if (!arrow_in_reaches(up, above, array))
            return arrow_in_fault(in, ERR("an Arrow array shorter than its parent"));
        in->arrays[k] = above = array;
        up = node;
    }
    return INLAY_OK;
}

/* ---- pieces ---- */

static inlay_status arrow_in_flush(struct arrow_in *in, uint32_t leaf)
{
    struct arrow_in_column *column = &in->columns[leaf];
    const inlay_node *node = inlay_schema_leaf(in->plan.schema, leaf);
    inlay_batch batch = {.n_levels = in->n_levels, .n_values = in->n_values};
    if (in->n_levels == 0)
        return INLAY_OK;
    if (in->n_values < in->n_levels)
        batch.def = in->def.data;
    if (node->max_rep)
        batch.rep = in->rep.data;
    if (column->coding)
        batch.codes = (const void *)in->codes.data;
    else
        batch.values = in->values.data;
    column->any = true;
    in->n_levels = in->n_values = 0;
    return inlay_writer_write(in->writer, leaf, &batch);
}

/* Room for at least one more level; *n is cut to what fits. */
static inlay_status arrow_in_room(struct arrow_in *in, uint32_t leaf, int64_t *n)
{
    if (in->n_levels == in->most)
        TRY(arrow_in_flush(in, leaf));
    if ((uint64_t)*n > in->most - in->n_levels)
        *n = (int64_t)(in->most - in->n_levels);
    return INLAY_OK;
}

/* n levels without values. The first has repetition level `rep`, the others `rest`. */
static inlay_status arrow_in_put(struct arrow_in *in, uint32_t leaf, int64_t n, uint8_t def, uint8_t rep, uint8_t rest)
{
    while (n > 0) {
        int64_t take = n;
        TRY(arrow_in_room(in, leaf, &take));
        memset(in->def.data + in->n_levels, def, (size_t)take);
        memset(in->rep.data + in->n_levels, rest, (size_t)take);
        in->rep.data[in->n_levels] = rep;
        in->n_levels += (size_t)take;
        rep = rest;
        n -= take;
    }
    return INLAY_OK;
}

/* ---- values ---- */

static const char *arrow_in_null_text(void)
{
    return ERR("a null in an Arrow field that is not nullable");
}

/* Codes whose dictionary entries are null go, and their levels fall. Returns how many stay. */
static size_t arrow_in_null_entries(const struct ArrowArray *dictionary, uint8_t *def, uint8_t full, size_t n,
                                    uint32_t *codes)
{
    const uint8_t *bitmap = arrow_in_validity(dictionary);
    size_t k = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (def[i] != full)
            continue;
        uint32_t code = codes[k++];
        if (arrow_in_bit(bitmap, (uint64_t)dictionary->offset + code))
            codes[kept++] = code;
        else
            def[i]--;
    }
    return kept;
}

/* Values of n slots behind codes. *present falls by the entries that are null. */
static inlay_status arrow_in_coded(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *array, uint64_t at,
                                   size_t n, uint8_t *def, size_t *present)
{
    struct arrow_in_column *column = &in->columns[leaf];
    const struct arrow_in_node *node = &in->plan.nodes[in->plan.leaves[leaf]];
    uint32_t *codes = (uint32_t *)(void *)in->codes.data + in->n_values;
    TRY(arrow_in_take_codes(in->env, node, array, at, n, def, node->def, *present, column->n_dictionary, &in->scratch,
                            codes));
    if (arrow_in_validity(array->dictionary))
        *present = arrow_in_null_entries(array->dictionary, def, node->def, n, codes);
    if (column->coding) {
        const uint32_t *remap = (const void *)column->remap.data;
        for (size_t i = 0; i < *present; i++)
            codes[i] = remap[codes[i]];
        return INLAY_OK;
    }
    (void)dict_gather(column->values.data, column->n_dictionary, node->out_bytes, codes, *present,
                      in->values.data + in->n_values * node->out_bytes); /* the codes were checked */
    return INLAY_OK;
}

/* Values as they stand go to the writer without a copy. */
static bool arrow_in_direct(const struct arrow_in *in, const struct arrow_in_node *node, const void *values)
{
    bool aligned = (uintptr_t)values % 8 == 0 || (node->raw_bytes == 4 && (uintptr_t)values % 4 == 0);
    return in->n_levels == 0 && node->rep == 0 && !node->coded && node->form == ARROW_IN_FIXED && !node->convert &&
           aligned;
}

static inlay_status arrow_in_leaf(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *array, int64_t slot,
                                  int64_t n, uint8_t base, uint8_t rep)
{
    const struct arrow_in_node *node = &in->plan.nodes[in->plan.leaves[leaf]];
    const uint8_t *bitmap = arrow_in_validity(array);
    uint64_t at = (uint64_t)(array->offset + slot);
    if (node->form == ARROW_IN_NOTHING)
        return arrow_in_put(in, leaf, n, base, rep, node->rep);
    if (!bitmap && !node->coded && n) {
        const uint8_t *values = (const uint8_t *)array->buffers[1] + at * node->raw_bytes;
        inlay_batch batch = {.n_levels = (size_t)n, .n_values = (size_t)n, .values = values};
        if (arrow_in_direct(in, node, values))
            return inlay_writer_write(in->writer, leaf, &batch);
    }
    while (n > 0) {
        int64_t some = n;
        TRY(arrow_in_room(in, leaf, &some));
        size_t take = (size_t)some, present = take;
        uint8_t *def = in->def.data + in->n_levels;
        if (bitmap)
            present = arrow_in_bits(bitmap, at, take, (uint8_t)(node->def - 1), def);
        else
            memset(def, node->def, take);
        if (node->coded)
            TRY(arrow_in_coded(in, leaf, array, at, take, def, &present));
        else
            TRY(arrow_in_take(node, array, at, take, def, node->def, present, &in->scratch,
                              in->values.data + in->n_values * node->out_bytes));
        if (!node->optional && present < take)
            return arrow_in_fault(in, arrow_in_null_text());
        memset(in->rep.data + in->n_levels, node->rep, take);
        in->rep.data[in->n_levels] = rep;
        in->n_levels += take;
        in->n_values += present;
        rep = node->rep;
        at += take;
        n -= some;
    }
    return INLAY_OK;
}

/* ---- the path ---- */

struct arrow_in_slots {
    uint32_t step;    /* of the path */
    int64_t at, n;    /* slots, counted without the array's offset */
    uint8_t base, rep; /* of all; of the first */
};

static inlay_status arrow_in_visit(struct arrow_in *in, uint32_t leaf, struct arrow_in_slots slots);

/* Slots from `at` on that are all null or all not null, at most n. */
static int64_t arrow_in_run(const uint8_t *bitmap, uint64_t at, int64_t n, bool *valid)
{
    int64_t i = 1;
    *valid = arrow_in_bit(bitmap, at);
    if (!bitmap)
        return n;
    while (i < n && arrow_in_bit(bitmap, at + (uint64_t)i) == *valid)
        i++;
    return i;
}

static inlay_status arrow_in_visit_struct(struct arrow_in *in, uint32_t leaf, const struct arrow_in_node *node,
                                          const struct ArrowArray *array, struct arrow_in_slots slots)
{
    const uint8_t *bitmap = arrow_in_validity(array);
    struct arrow_in_slots below = {.step = slots.step + 1, .base = node->def, .rep = slots.rep};
    for (int64_t i = 0; i < slots.n; i += below.n) {
        bool valid;
        below.at = array->offset + slots.at + i;
        below.n = arrow_in_run(bitmap, (uint64_t)below.at, slots.n - i, &valid);
        if (!valid && !node->optional)
            return arrow_in_fault(in, arrow_in_null_text());
        TRY(valid ? arrow_in_visit(in, leaf, below)
                  : arrow_in_put(in, leaf, below.n, slots.base, below.rep, node->rep));
        below.rep = node->rep;
    }
    return INLAY_OK;
}

static int64_t arrow_in_list_number(const struct arrow_in_node *node, const void *buffer, uint64_t at)
{
    return arrow_in_index(buffer, at, node->large ? 8 : 4, true);
}

/* Where the elements of a list stand. False: not inside the child. */
static bool arrow_in_elements(const struct arrow_in_node *node, const struct ArrowArray *array, uint64_t at,
                              struct arrow_in_slots *below)
{
    const struct ArrowArray *child = array->children[0];
    if (node->step == ARROW_IN_FIXED_LIST) {
        below->at = (int64_t)at * node->size; /* its child reaches as far */
        below->n = node->size;
        return true;
    }
    below->at = arrow_in_list_number(node, array->buffers[1], at);
    if (node->step == ARROW_IN_LIST) {
        int64_t to = arrow_in_list_number(node, array->buffers[1], at + 1);
        below->n = to >= below->at ? to - below->at : -1;
    } else {
        below->n = arrow_in_list_number(node, array->buffers[2], at);
    }
    return below->n == 0 || (below->at >= 0 && below->n > 0 && below->at <= child->length &&
                             below->n <= child->length - below->at);
}

static inlay_status arrow_in_visit_list(struct arrow_in *in, uint32_t leaf, const struct arrow_in_node *node,
                                        const struct ArrowArray *array, struct arrow_in_slots slots)
{
    const uint8_t *bitmap = arrow_in_validity(array);
    struct arrow_in_slots below = {.step = slots.step + 1, .base = (uint8_t)(node->def + 1), .rep = slots.rep};
    for (int64_t i = 0; i < slots.n; i++, below.rep = node->rep) {
        uint64_t at = (uint64_t)(array->offset + slots.at + i);
        if (!arrow_in_bit(bitmap, at)) {
            if (!node->optional)
                return arrow_in_fault(in, arrow_in_null_text());
            TRY(arrow_in_put(in, leaf, 1, slots.base, below.rep, 0));
            continue;
        }
        if (!arrow_in_elements(node, array, at, &below))
            return arrow_in_fault(in, ERR("offsets of an Arrow list that decrease or leave its child"));
        TRY(below.n ? arrow_in_visit(in, leaf, below) : arrow_in_put(in, leaf, 1, node->def, below.rep, 0));
    }
    return INLAY_OK;
}

/* A dictionary of nested values, booleans or nulls: slot by slot. */
static inlay_status arrow_in_visit_codes(struct arrow_in *in, uint32_t leaf, const struct arrow_in_node *node,
                                         const struct ArrowArray *array, struct arrow_in_slots slots)
{
    const uint8_t *bitmap = arrow_in_validity(array);
    struct arrow_in_slots below = {.step = slots.step + 1, .n = 1, .base = slots.base, .rep = slots.rep};
    for (int64_t i = 0; i < slots.n; i++, below.rep = node->rep) {
        uint64_t at = (uint64_t)(array->offset + slots.at + i);
        if (!arrow_in_bit(bitmap, at)) {
            if (!node->optional)
                return arrow_in_fault(in, arrow_in_null_text());
            TRY(arrow_in_put(in, leaf, 1, slots.base, below.rep, 0));
            continue;
        }
        below.at = arrow_in_index(array->buffers[1], at, node->index_bytes, node->index_signed);
        if (below.at < 0 || below.at >= array->dictionary->length)
            return arrow_in_fault(in, ERR("an index beyond its Arrow dictionary"));
        TRY(arrow_in_visit(in, leaf, below));
    }
    return INLAY_OK;
}

/* The first run that ends behind `at`; the number of runs where none does. */
static int64_t arrow_in_find_run(const struct arrow_in_node *node, const struct ArrowArray *ends, int64_t at)
{
    int64_t low = 0, high = ends->length;
    while (low < high) {
        int64_t mid = low + (high - low) / 2;
        if (arrow_in_index(ends->buffers[1], (uint64_t)(ends->offset + mid), node->index_bytes, true) > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static inlay_status arrow_in_visit_runs(struct arrow_in *in, uint32_t leaf, const struct arrow_in_node *node,
                                        const struct ArrowArray *array, struct arrow_in_slots slots)
{
    const struct ArrowArray *ends = array->children[0];
    struct arrow_in_slots below = {.step = slots.step + 1, .n = 1, .base = slots.base, .rep = slots.rep};
    int64_t at = array->offset + slots.at, end = at + slots.n;
    for (below.at = arrow_in_find_run(node, ends, at); at < end; below.at++) {
        int64_t stop = below.at < ends->length ? arrow_in_index(ends->buffers[1], (uint64_t)(ends->offset + below.at),
                                                                node->index_bytes, true)
                                               : 0;
        if (stop <= at)
            return arrow_in_fault(in, ERR("an Arrow array with impossible run ends"));
        for (; at < end && at < stop; at++, below.rep = node->rep)
            TRY(arrow_in_visit(in, leaf, below));
    }
    return INLAY_OK;
}

static inlay_status arrow_in_visit(struct arrow_in *in, uint32_t leaf, struct arrow_in_slots slots)
{
    const struct arrow_in_node *node = &in->plan.nodes[in->columns[leaf].path[slots.step]];
    const struct ArrowArray *array = in->arrays[slots.step];
    switch (node->step) {
    case ARROW_IN_STRUCT:
        return arrow_in_visit_struct(in, leaf, node, array, slots);
    case ARROW_IN_LIST:
    case ARROW_IN_FIXED_LIST:
    case ARROW_IN_LIST_VIEW:
        return arrow_in_visit_list(in, leaf, node, array, slots);
    case ARROW_IN_CODES:
        return arrow_in_visit_codes(in, leaf, node, array, slots);
    case ARROW_IN_RUNS:
        return arrow_in_visit_runs(in, leaf, node, array, slots);
    default:
        return arrow_in_leaf(in, leaf, array, slots.at, slots.n, slots.base, slots.rep);
    }
}

/* ---- a column ---- */

/* Room for a piece of this column. */
static inlay_status arrow_in_begin(struct arrow_in *in, uint32_t leaf)
{
    size_t width = in->plan.nodes[in->plan.leaves[leaf]].out_bytes;
    struct buf *bufs[] = {&in->def, &in->rep, &in->codes, &in->values};
    in->n_levels = in->n_values = 0;
    in->most = ARROW_IN_PIECE;
    if (width > ARROW_IN_PIECE_BYTES / ARROW_IN_PIECE)
        in->most = width < ARROW_IN_PIECE_BYTES ? ARROW_IN_PIECE_BYTES / width : 1;
    size_t rooms[] = {in->most + 8, in->most + 8, (in->most + 1) * sizeof(uint32_t), (in->most + 1) * width};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        if (!buf_reserve(bufs[i], rooms[i]))
            return bufs[i]->status;
    return INLAY_OK;
}

inlay_status arrow_in_rows(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *batch, int64_t row, int64_t n,
                           int64_t rows_left)
{
    const struct arrow_in_column *column = &in->columns[leaf];
    TRY(arrow_in_check(in, leaf, batch)); /* which also finds the arrays */
    TRY(arrow_in_begin(in, leaf));
    if (in->plan.nodes[in->plan.leaves[leaf]].coded)
        TRY(arrow_in_dictionary(in, leaf, in->arrays[column->n_steps - 1], rows_left));
    struct arrow_in_slots slots = {.at = batch->offset + row, .n = n};
    TRY(arrow_in_visit(in, leaf, slots));
    return arrow_in_flush(in, leaf);
}

#endif
