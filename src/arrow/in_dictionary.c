/* Dictionaries of imported columns.
 *
 * A batch's dictionary is turned into Parquet values once. Its codes go to the writer as codes where the row group
 * has no other dictionary: the first batch of a row group gives its own (distinct entries, no nulls), a later
 * batch's codes are mapped to it where it has all entries. Otherwise values are written, and the writer finds
 * their codes. */
#include "arrow/in.h"
#include "encoding/encoding.h"

#if INLAY_WRITE

/* Slots from `at` on that are all null or all not null. */
static size_t arrow_in_entries(const struct ArrowArray *dictionary, size_t at, bool *valid)
{
    const uint8_t *bitmap = arrow_in_validity(dictionary);
    size_t n = (size_t)dictionary->length, i = at;
    uint64_t first = (uint64_t)dictionary->offset;
    *valid = arrow_in_bit(bitmap, first + at);
    if (!bitmap)
        return n - at;
    while (i < n && arrow_in_bit(bitmap, first + i) == *valid)
        i++;
    return i - at;
}

static inlay_status arrow_in_dictionary_values(struct arrow_in *in, struct arrow_in_column *column,
                                               const struct arrow_in_node *node, const struct ArrowArray *dictionary)
{
    size_t n = (size_t)dictionary->length, width = node->out_bytes;
    if (dictionary->length > INT32_MAX || n > SIZE_MAX / 2 / width)
        return err_set(in->env, INLAY_ARG, ERR("an Arrow dictionary of more than 2^31 entries"));
    buf_clear(&column->values);
    uint8_t *out = buf_reserve(&column->values, (n + 1) * width);
    if (!out)
        return column->values.status;
    for (size_t at = 0, run; at < n; at += run) {
        bool valid;
        run = arrow_in_entries(dictionary, at, &valid);
        if (!valid)
            memset(out + at * width, 0, run * width);
        else
            TRY(arrow_in_take(node, dictionary, (uint64_t)dictionary->offset + at, run, NULL, 0, run, &in->scratch,
                              out + at * width));
    }
    column->n_dictionary = n;
    column->batch = in->batch;
    return INLAY_OK;
}

/* Codes of the column's own dictionary for all entries, new ones added; *all: there was room for them. */
static inlay_status arrow_in_remap(struct arrow_in *in, struct arrow_in_column *column,
                                   const struct arrow_in_node *node, const struct ArrowArray *dictionary,
                                   size_t max_bytes, bool *all)
{
    buf_clear(&column->remap);
    uint32_t *remap = (uint32_t *)(void *)buf_reserve(&column->remap, (column->n_dictionary + 1) * sizeof *remap);
    if (!remap)
        return column->remap.status;
    if (!column->builder) {
        const inlay_node *leaf = inlay_schema_node(in->plan.schema, node->parquet);
        TRY(dict_builder_new(in->env, leaf->type, node->out_bytes, &column->builder));
    }
    *all = true;
    for (size_t at = 0, run; at < column->n_dictionary && *all; at += run) {
        bool valid;
        size_t done = 0;
        run = arrow_in_entries(dictionary, at, &valid);
        memset(remap + at, 0, run * sizeof *remap);
        if (!valid)
            continue;
        TRY(dict_builder_add(column->builder, column->values.data + at * node->out_bytes, run, max_bytes, remap + at,
                             &done));
        *all = done == run;
    }
    return INLAY_OK;
}

/* The row group's first dictionary. */
static inlay_status arrow_in_give(struct arrow_in *in, uint32_t leaf, struct arrow_in_column *column,
                                  const struct arrow_in_node *node, const struct ArrowArray *dictionary)
{
    bool all;
    TRY(arrow_in_remap(in, column, node, dictionary, in->dictionary_bytes, &all));
    column->n_given = dict_builder_count(column->builder);
    if (!all || column->n_given == 0) {
        dict_builder_clear(column->builder);
        return INLAY_OK;
    }
    column->given = column->coding = true;
    return inlay_writer_dictionary(in->writer, leaf, dict_builder_values(column->builder), column->n_given);
}

static inlay_status arrow_in_later(struct arrow_in *in, struct arrow_in_column *column,
                                   const struct arrow_in_node *node, const struct ArrowArray *dictionary)
{
    const uint32_t *remap;
    bool all;
    TRY(arrow_in_remap(in, column, node, dictionary, SIZE_MAX, &all));
    remap = (const void *)column->remap.data;
    for (size_t i = 0; i < column->n_dictionary && all; i++)
        all = remap[i] < column->n_given;
    column->coding = all;
    return INLAY_OK;
}

inlay_status arrow_in_dictionary(struct arrow_in *in, uint32_t leaf, const struct ArrowArray *array,
                                 int64_t rows_left)
{
    struct arrow_in_column *column = &in->columns[leaf];
    const struct arrow_in_node *node = &in->plan.nodes[in->plan.leaves[leaf]];
    const struct ArrowArray *dictionary = array->dictionary;
    if (column->batch != in->batch)
        TRY(arrow_in_dictionary_values(in, column, node, dictionary));
    if (column->judged_group != in->group) {
        column->given = column->any = false;
        if (column->builder)
            dict_builder_clear(column->builder);
    } else if (column->judged_batch == in->batch) {
        return INLAY_OK;
    }
    column->judged_group = in->group;
    column->judged_batch = in->batch;
    column->coding = false;
    if (!column->may_code || column->n_dictionary == 0)
        return INLAY_OK;
    if (column->given)
        return arrow_in_later(in, column, node, dictionary);
    /* more entries than rows: most of them would be written for nothing */
    if (column->any || (uint64_t)column->n_dictionary > (uint64_t)rows_left)
        return INLAY_OK;
    return arrow_in_give(in, leaf, column, node, dictionary);
}

#endif
