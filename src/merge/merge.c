/* Merge sorted files into one: the steps.
 *
 *   footers   which sort key, and do the inputs agree            keyvalue, sortkey
 *   schema    union of all columns                               union
 *   resort    if asked for: unsorted inputs become sorted runs   resort, permute
 *   plan      order of rows from the key columns alone, as       keyrows, plan, slice
 *             stretches of one input, and the row-group layout   layout
 *   outline   or, for a dry run, what would be done              outline
 *   body      every column follows the plan                      feed, stage, body
 */
#include "inlay/merge.h"

#include "base/bytes.h"
#include "merge/body.h"
#include "merge/crew.h"
#include "merge/keyvalue.h"
#include "merge/layout.h"
#include "merge/outkeys.h"
#include "merge/outline.h"
#include "merge/resort.h"

#if INLAY_WRITE && INLAY_MERGE

enum {
    MERGE_ROW_GROUP_ROWS = 131072,
    MERGE_MEMORY_BYTES = 256 * 1024 * 1024,
    MERGE_DICTIONARY_BYTES = 1024 * 1024 /* as the writer's own default */
};

struct merge {
    inlay_env *env;
    inlay_reader *const *inputs;
    uint32_t n_inputs;
    inlay_merge_options options; /* defaults filled in */
    bool own_sort;               /* the caller's, not the files' */
    struct sortkey_schema sort, other;
    struct keyvalue_set footer; /* the first input's, then the output's */
    bool same_window;
    struct union_schema schema;
    struct keyrows_key keys[2 * SORTKEY_MOST_COLUMNS + 1]; /* sorted_series, timestamps, columns that cut */
    const inlay_node *key_leaf[2 * SORTKEY_MOST_COLUMNS + 1]; /* of the output */
    struct keyrows_keys key_set;
    struct rank *ranks;  /* [n_keys] */
    int64_t *key_leaves; /* [n_keys][n_inputs] */
    size_t n_key_leaves;
    uint8_t *reduced;    /* [n_leaves] the reducer makes the column; NULL = there is no reducer */
    struct resort resort;
    struct slice slice;
    struct plan plan;
    struct body body;
    struct outkeys outkeys; /* env NULL: not begun */
    inlay_writer *writer;
    inlay_sorting sorting[SORTKEY_MOST_COLUMNS]; /* of the output */
    size_t n_sorting;
    const inlay_sink *sink; /* of the only output; NULL = the caller opens them */
    uint8_t *how;           /* [n_leaves] see body.h */
    uint32_t output;        /* the open one */
    uint64_t written;       /* bytes of those before it */
    uint32_t groups;        /* row groups of those before it */
};

static inlay_status merge_failed(struct merge *m, uint32_t input, inlay_status status,
                                 const char *what)
{
    err_set(m->env, status, what);
    m->env->error.input = (int32_t)input;
    return status;
}

/* ---- footers ---- */

/* The files' own sort key: all must have it, and the same one. */
static inlay_status merge_files_sort(struct merge *m, uint32_t input,
                                     const struct keyvalue_set *footer)
{
    if (!footer->has_sort)
        return merge_failed(m, input, INLAY_ARG, ERR("input is missing qh.sort_fields metadata"));
    const char *bad = sortkey_parse(footer->sort, input ? &m->other : &m->sort);
    if (bad)
        return merge_failed(m, input, INLAY_CORRUPT, bad);
    if (input && !sortkey_equivalent(&m->sort, &m->other))
        return merge_failed(m, input, INLAY_CORRUPT, ERR("sort schema mismatch"));
    return INLAY_OK;
}

static inlay_status merge_footers(struct merge *m)
{
    m->same_window = true;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        struct keyvalue_set footer;
        inlay_status status = keyvalue_read(&footer, m->env, m->inputs[i]);
        if (status != INLAY_OK) {
            m->env->error.input = (int32_t)i;
            return status;
        }
        if (!m->own_sort)
            TRY(merge_files_sort(m, i, &footer));
        if (i == 0) {
            m->footer = footer;
            continue;
        }
        const char *bad = keyvalue_mismatch(&m->footer, &footer);
        if (bad && !m->own_sort)
            return merge_failed(m, i, INLAY_CORRUPT, bad);
        m->same_window = m->same_window && !bad;
        m->footer.has_sort = m->footer.has_sort || footer.has_sort;
        if (footer.merge_ops > m->footer.merge_ops)
            m->footer.merge_ops = footer.merge_ops;
    }
    return INLAY_OK;
}

static inlay_status merge_own_sort(struct merge *m)
{
    const char *text = m->options.sort;
    m->own_sort = text != NULL;
    if (!text)
        return INLAY_OK;
    const char *bad =
        sortkey_parse_any((inlay_bytes){(const uint8_t *)text, strlen(text)}, &m->sort);
    return bad ? err_set(m->env, INLAY_ARG, bad) : INLAY_OK;
}

/* ---- keys ---- */

static inlay_status merge_bad_key(struct merge *m, inlay_status status, const char *what,
                                  inlay_bytes name)
{
    err_set(m->env, status, what);
    return keyrows_error_column(m->env, name);
}

/* The one leaf of a top-level column; NULL where it is a group or a list. */
static const inlay_node *merge_flat_leaf(const struct merge *m, int64_t field)
{
    const struct union_field *f = &m->schema.fields[field];
    if (f->n_leaves != 1)
        return NULL;
    const inlay_node *leaf = inlay_schema_leaf(m->schema.schema, f->first_leaf);
    return leaf->parent == 0 && leaf->max_rep == 0 ? leaf : NULL;
}

static inlay_status merge_add_key(struct merge *m, int64_t field, bool descending, bool no_nulls)
{
    const inlay_node *leaf = merge_flat_leaf(m, field);
    const struct sortkey_order *order = leaf ? sortkey_order_of(leaf) : NULL;
    if (!order)
        return merge_bad_key(m, INLAY_ARG, ERR("sort column is nested"),
                             m->schema.fields[field].name);
    int64_t *of_input = m->key_leaves + (size_t)m->key_set.n_keys * m->n_inputs;
    for (uint32_t i = 0; i < m->n_inputs; i++)
        of_input[i] = union_leaf_of(&m->schema, i, m->schema.fields[field].first_leaf).leaf;
    m->key_leaf[m->key_set.n_keys] = leaf;
    m->keys[m->key_set.n_keys++] = (struct keyrows_key){.order = order,
                                                        .name = leaf->name,
                                                        .width = inlay_node_width(leaf),
                                                        .type = leaf->type,
                                                        .descending = descending,
                                                        .no_nulls = no_nulls,
                                                        .as = leaf,
                                                        .leaf = of_input};
    return INLAY_OK;
}

/* sorted_series, where every input that has rows has it. */
static int64_t merge_series(const struct merge *m)
{
    static const uint8_t name[] = "sorted_series";
    int64_t field =
        m->own_sort ? UNION_NONE : union_find(&m->schema, (inlay_bytes){name, sizeof name - 1});
    for (uint32_t i = 0; field != UNION_NONE && i < m->n_inputs; i++)
        if (inlay_reader_rows(m->inputs[i]) &&
            union_leaf_of(&m->schema, i, m->schema.fields[field].first_leaf).leaf == UNION_NONE)
            return UNION_NONE;
    return field;
}

/* What begins where a key changes: only what is asked for is marked. */
static uint8_t merge_marks(const struct merge *m, bool cut, bool series)
{
    bool outputs = m->options.outputs > 1 || m->options.output_bytes;
    return (uint8_t)((cut && m->options.layout != INLAY_MERGE_NONE ? SLICE_CUT : 0) |
                     (series && outputs ? SLICE_SERIES : 0));
}

/* Behind sorted_series and timestamp: the columns that cut row groups. */
static inlay_status merge_cut_keys(struct merge *m, int64_t series)
{
    uint32_t n = m->options.layout == INLAY_MERGE_PER_VALUE ? m->options.layout_columns : m->sort.n_columns;
    for (uint32_t i = 0; i < n && m->options.layout != INLAY_MERGE_NONE; i++) {
        int64_t field = union_find_sort(&m->schema, &m->sort, i);
        bool pack = m->options.layout == INLAY_MERGE_PACK; /* by the first one that can be */
        if (field == UNION_NONE || (pack && !merge_flat_leaf(m, field)))
            continue;
        if (field == series)
            m->keys[0].marks |= merge_marks(m, true, false);
        else {
            TRY(merge_add_key(m, field, m->sort.columns[i].descending, false));
            m->keys[m->key_set.n_keys - 1].marks = merge_marks(m, true, false);
        }
        if (pack)
            break;
    }
    return INLAY_OK;
}

/* (sorted_series, timestamp). */
static inlay_status merge_series_keys(struct merge *m, int64_t series)
{
    TRY(merge_add_key(m, series, false, true));
    m->keys[0].marks = merge_marks(m, false, true);
    for (uint32_t i = 0; i < m->sort.n_columns; i++) {
        int64_t field = union_find_sort(&m->schema, &m->sort, i);
        if (!sortkey_is_timestamp(m->sort.columns[i].name))
            continue;
        if (field == UNION_NONE)
            return merge_bad_key(m, INLAY_CORRUPT, ERR("no input contains a timestamp column"),
                                 m->sort.columns[i].name);
        TRY(merge_add_key(m, field, m->sort.columns[i].descending, false));
    }
    m->key_set.n_compared = m->key_set.n_keys;
    if (m->key_set.n_compared == 1)
        return merge_bad_key(m, INLAY_CORRUPT, ERR("the sort schema has no timestamp column"),
                             m->keys[0].name);
    return merge_cut_keys(m, series);
}

/* Sort columns whose values make a series where there is no sorted_series. */
static uint32_t merge_series_columns(const struct merge *m)
{
    uint32_t n = 0;
    while (n < m->sort.n_columns && !sortkey_is_timestamp(m->sort.columns[n].name))
        n++;
    if (n == m->sort.n_columns)
        n--;
    return n ? n : 1;
}

/* The listed columns one by one. A column that no input has is all null, which orders nothing;
 * named by the caller it is a mistake. */
static inlay_status merge_listed_keys(struct merge *m)
{
    uint32_t n_series = merge_series_columns(m);
    for (uint32_t i = 0; i < m->sort.n_columns; i++) {
        inlay_bytes name = m->sort.columns[i].name;
        int64_t field = union_find_sort(&m->schema, &m->sort, i);
        bool cut = m->options.layout == INLAY_MERGE_PER_VALUE ? i < m->options.layout_columns : m->key_set.n_keys == 0;
        if (field != UNION_NONE) {
            TRY(merge_add_key(m, field, m->sort.columns[i].descending, false));
            m->keys[m->key_set.n_keys - 1].marks = merge_marks(m, cut, i < n_series);
        } else if (m->own_sort)
            return merge_bad_key(m, INLAY_ARG, ERR("no input has the sort column"), name);
        else if (sortkey_is_timestamp(name))
            return merge_bad_key(m, INLAY_CORRUPT, ERR("no input contains a timestamp column"),
                                 name);
    }
    m->key_set.n_compared = m->key_set.n_keys;
    if (m->key_set.n_keys == 0)
        return err_set(m->env, INLAY_CORRUPT, ERR("no input has a sort column"));
    return INLAY_OK;
}

static inlay_status merge_keys(struct merge *m)
{
    void *block;
    if (m->options.layout == INLAY_MERGE_PER_VALUE && m->options.layout_columns > m->sort.n_columns)
        return err_set(m->env, INLAY_ARG, ERR("the layout names more columns than the sort key has"));
    m->n_key_leaves = (2 * (size_t)m->sort.n_columns + 1) * m->n_inputs;
    TRY(mem_new(m->env, m->n_key_leaves * sizeof *m->key_leaves, &block));
    m->key_leaves = block;
    m->key_set.keys = m->keys;
    int64_t series = merge_series(m);
    return series == UNION_NONE ? merge_listed_keys(m) : merge_series_keys(m, series);
}

/* ---- the output's footer ---- */

static inlay_status merge_sorting(struct merge *m)
{
    m->n_sorting = 0;
    for (uint32_t i = 0; i < m->sort.n_columns; i++) {
        int64_t field = union_find_sort(&m->schema, &m->sort, i);
        if (field != UNION_NONE && merge_flat_leaf(m, field))
            m->sorting[m->n_sorting++] = (inlay_sorting){m->schema.fields[field].first_leaf,
                                                         m->sort.columns[i].descending, false};
    }
    return inlay_writer_sorting(m->writer, m->sorting, m->n_sorting);
}

/* The key that row groups are cut at first; NULL = they are not. */
static const struct keyrows_key *merge_cut_key(const struct merge *m)
{
    for (uint32_t i = 0; i < m->key_set.n_keys; i++)
        if (m->keys[i].marks & SLICE_CUT)
            return &m->keys[i];
    return NULL;
}

/* The n for which every row group holds one combination of values of the first n sort columns, and no two of an output
 * the same: the strong form of qh.rg_partition_prefix_len, known from the plan, which compared whole values. Quickwit
 * knows no such claim over FLOAT, DOUBLE and INT96. 0 = there is none. */
static uint32_t merge_partitioned(const struct merge *m)
{
    uint32_t n = m->options.layout == INLAY_MERGE_PER_VALUE ? m->options.layout_columns : 1;
    int64_t first = union_find_sort(&m->schema, &m->sort, 0);
    const struct keyrows_key *cut = merge_cut_key(m);
    if (!cut || first == UNION_NONE || !m->slice.one_run_each || !m->plan.cut_in_order ||
        !sortkey_bytes_equal(m->schema.fields[first].name, cut->name))
        return 0;
    for (uint32_t i = 0; i < m->key_set.n_keys; i++)
        if ((m->keys[i].marks & SLICE_CUT) && (m->keys[i].type == INLAY_FLOAT || m->keys[i].type == INLAY_DOUBLE ||
                                               m->keys[i].type == INLAY_INT96))
            return 0;
    return n;
}

static inlay_status merge_key_values(struct merge *m)
{
    static const uint8_t series[] = "sorted_series";
    struct keyvalue_set out = m->footer;
    bool metrics = out.has_sort;
    out.merge_ops += metrics && out.merge_ops < UINT32_MAX;
    bool claimed = m->options.layout == INLAY_MERGE_PER_VALUE || (out.prefix_len == 1 && !m->own_sort);
    out.prefix_len = claimed ? merge_partitioned(m) : 0;
    if (m->own_sort) {
        out.has_window = out.has_window && m->same_window;
        out.window_secs = m->same_window ? out.window_secs : 0;
        out.has_sort =
            m->sort.version != 0 &&
            union_find(&m->schema, (inlay_bytes){series, sizeof series - 1}) == UNION_NONE;
        out.sort = (inlay_bytes){(const uint8_t *)m->options.sort, strlen(m->options.sort)};
        out.prefix_len = out.has_sort ? out.prefix_len : 0;
    }
    return keyvalue_write(&out, m->writer);
}

/* ---- all of it ---- */

static void merge_defaults(struct merge *m, const inlay_merge_options *options)
{
    if (options)
        m->options = *options;
    inlay_merge_options *o = &m->options;
    if (!o->row_group_rows && !o->row_group_bytes && (o->layout == INLAY_MERGE_PACK || o->split_oversize))
        o->row_group_rows = MERGE_ROW_GROUP_ROWS;
    if (!o->layout_columns)
        o->layout_columns = 1;
    if (!m->options.memory_bytes)
        m->options.memory_bytes = MERGE_MEMORY_BYTES;
}

/* How every column is to be written. */
static inlay_status merge_configure(struct merge *m)
{
    inlay_write_options *w = &m->options.write;
    void *block;
    if (m->options.configure && m->options.configure(m->options.configure_ctx, m->schema.schema, w) != 0)
        return err_set(m->env, INLAY_ARG, ERR("stopped by the caller"));
    w->flags |= INLAY_WRITE_IN_ORDER | INLAY_WRITE_TRUSTED_ORDER | INLAY_WRITE_AS_IS | INLAY_WRITE_INT96;
    TRY(mem_new(m->env, m->schema.n_leaves + 1u, &block));
    m->how = block;
    uint8_t plain = w->encoding && strcmp(w->encoding, "dictionary") != 0 ? BODY_NO_CODES : 0;
    for (uint32_t i = 0; i < m->schema.n_leaves; i++)
        m->how[i] = plain;
    for (size_t i = 0; i < w->n_columns; i++) {
        const inlay_column_options *c = &w->columns[i];
        if (c->leaf >= m->schema.n_leaves)
            return err_set(m->env, INLAY_ARG, ERR("no such column"));
        uint8_t *how = &m->how[c->leaf];
        if (c->encoding)
            *how = BODY_NO_MOVE | (strcmp(c->encoding, "dictionary") != 0 ? BODY_NO_CODES : 0);
        *how |= (uint8_t)((c->bloom_fpp > 0 ? BODY_BLOOM : 0) | (c->n_key_values ? BODY_NO_CHUNK : 0));
    }
    return INLAY_OK;
}

/* Does every input have the key's values as the merge compares them? */
static bool merge_same_values(const struct merge *m, const struct keyrows_key *k)
{
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        struct widen w;
        if (k->leaf[i] == KEYROWS_NO_LEAF)
            continue;
        const inlay_node *leaf = inlay_schema_leaf(inlay_reader_schema(m->inputs[i]), (uint32_t)k->leaf[i]);
        if (!widen_find(leaf, k->as, &w) || w.convert)
            return false;
    }
    return true;
}

/* Keys that a prefix does not decide are compared by the ranks of their dictionary entries, where they have them. */
static inlay_status merge_ranks(struct merge *m)
{
    void *block;
    TRY(mem_new(m->env, m->key_set.n_keys * sizeof *m->ranks, &block));
    m->ranks = block;
    for (uint32_t i = 0; i < m->key_set.n_keys; i++) {
        struct keyrows_key *k = &m->keys[i];
        if (!k->order->compare || !merge_same_values(m, k))
            continue;
        TRY(rank_build(&m->ranks[i], m->env, m->inputs, m->n_inputs, k->leaf, k->order, k->width, k->type,
                       k->descending, m->options.memory_bytes / 4));
        k->rank = &m->ranks[i];
    }
    return INLAY_OK;
}

/* Which columns the reducer makes. */
static inlay_status merge_reduced(struct merge *m)
{
    const inlay_reducer *r = &m->options.reducer;
    void *block;
    if (!r->reduce)
        return INLAY_OK;
    TRY(mem_new(m->env, m->schema.n_leaves, &block));
    m->reduced = block;
    for (uint32_t i = 0; i < m->schema.n_leaves; i++)
        m->reduced[i] = inlay_schema_leaf(m->schema.schema, i)->max_rep == 0;
    for (uint32_t i = 0; i < m->key_set.n_keys; i++)
        m->reduced[m->key_leaf[i]->leaf] = 0;
    for (uint32_t i = 0; i < m->schema.n_leaves && r->wants; i++)
        m->reduced[i] = m->reduced[i] && r->wants(r->ctx, m->schema.schema, i);
    return INLAY_OK;
}

/* Sorted runs take the place of unsorted inputs; schema and keys are made anew for them. */
static inlay_status merge_resort(struct merge *m)
{
    const inlay_merge_options *o = &m->options;
    TRY(resort_inputs(&m->resort, m->env, m->inputs, m->n_inputs, &m->key_set, o->memory_bytes, o->scratch_folder));
    if (m->resort.n_resorted == 0)
        return INLAY_OK;
    union_free(&m->schema);
    mem_free(m->env, m->key_leaves, m->n_key_leaves * sizeof *m->key_leaves);
    m->key_leaves = NULL;
    m->key_set = (struct keyrows_keys){0};
    m->inputs = m->resort.readers;
    m->n_inputs = m->resort.n_inputs;
    TRY(union_init(&m->schema, m->env, m->inputs, m->n_inputs, m->own_sort ? NULL : &m->sort, m->options.widen));
    return merge_keys(m);
}

/* Errors name the caller's inputs, not the runs made of them, whose rows stand elsewhere. True = it is a run. */
static bool merge_origin(const struct merge *m, inlay_reader *const *inputs, int32_t *input)
{
    if (!m->resort.n_resorted || m->inputs != m->resort.readers || *input < 0 || (uint32_t)*input >= m->n_inputs)
        return false;
    inlay_reader *reader = m->inputs[*input];
    *input = (int32_t)m->resort.origins[*input];
    return reader != inputs[*input];
}

static inlay_status merge_plan(struct merge *m)
{
    TRY(merge_own_sort(m));
    TRY(merge_footers(m));
    TRY(union_init(&m->schema, m->env, m->inputs, m->n_inputs, m->own_sort ? NULL : &m->sort, m->options.widen));
    TRY(merge_configure(m));
    TRY(merge_keys(m));
    if (m->options.resort)
        TRY(merge_resort(m));
    TRY(merge_ranks(m));
    const inlay_merge_options *o = &m->options;
    TRY(plan_init(&m->plan, m->env, &m->key_set, m->n_inputs, o->scratch_folder));
    if (o->on_equal > INLAY_EQUAL_ERROR || (o->reducer.reduce && o->on_equal))
        return err_set(m->env, INLAY_ARG, ERR("no such way to treat equal keys"));
    TRY(merge_reduced(m));
    TRY(plan_on_equal(&m->plan, m->reduced ? EQUAL_REDUCE : (int)o->on_equal));
    TRY(plan_build(&m->plan, m->inputs, o->memory_bytes));
    struct slice_options slice = {.layout = o->layout == INLAY_MERGE_PACK        ? SLICE_PACK
                                            : o->layout == INLAY_MERGE_PER_VALUE ? SLICE_PER_VALUE
                                                                                 : SLICE_NONE,
                                  .cap_rows = o->row_group_rows,
                                  .cap_bytes = o->row_group_bytes,
                                  .split = o->split_oversize,
                                  .n_outputs = o->outputs,
                                  .output_bytes = o->output_bytes};
    return layout_build(&m->slice, &slice, &m->plan, m->inputs, o->dry_run);
}

/* May pages and column chunks move as they are? Not where the caller says how pages are to be. */
static bool merge_may_copy(const inlay_merge_options *o)
{
    const inlay_write_options *w = &o->write;
    return !o->no_copy && !w->encoding && !w->profile && !w->page_version && !w->page_bytes && !w->page_rows &&
           !w->dictionary_bytes && !(w->flags & (INLAY_WRITE_NO_CRC | INLAY_WRITE_NO_STATISTICS | INLAY_WRITE_NO_PAGE_INDEX));
}

/* ---- outputs ---- */

static inlay_status merge_open_output(struct merge *m, uint32_t number)
{
    inlay_sink own, *sink = NULL;
    if (!m->sink) {
        int error = m->options.next_output(m->options.output_ctx, number, &own);
        sink = &own;
        if (error) {
            err_set(m->env, INLAY_IO, ERR("an output cannot be made"));
            m->env->error.os_error = error;
            return INLAY_IO;
        }
    }
    m->output = number;
    TRY(inlay_writer_open(m->env, sink ? sink : m->sink, m->schema.schema, &m->options.write, &m->writer));
    return merge_sorting(m);
}

/* What the footer of a metrics file says of its own rows. */
static inlay_status merge_row_keys(struct merge *m)
{
    if (!m->footer.has_sort || m->own_sort)
        return INLAY_OK;
    if (!m->outkeys.env) {
        m->outkeys = (struct outkeys){.env = m->env, .inputs = m->inputs, .schema = &m->schema, .sort = &m->sort,
                                      .plan = &m->plan, .slice = &m->slice};
        TRY(outkeys_init(&m->outkeys));
    }
    return outkeys_write(&m->outkeys, m->writer);
}

static inlay_status merge_end_output(struct merge *m)
{
    TRY(merge_key_values(m));
    TRY(merge_row_keys(m));
    if (m->options.keep_key_values)
        TRY(keyvalue_keep(m->env, m->inputs, m->n_inputs, m->writer));
    TRY(inlay_writer_finish(m->writer));
    inlay_merge_output told = {.number = m->output,
                               .n_row_groups = inlay_writer_row_groups(m->writer),
                               .n_rows = (uint64_t)inlay_writer_rows(m->writer),
                               .bytes = inlay_writer_bytes(m->writer)};
    m->written += told.bytes;
    m->groups += told.n_row_groups;
    inlay_writer_close(m->writer);
    m->writer = NULL;
    int error = m->options.end_output ? m->options.end_output(m->options.output_ctx, &told) : 0;
    if (error) {
        err_set(m->env, INLAY_IO, ERR("an output cannot be finished"));
        m->env->error.os_error = error;
        return INLAY_IO;
    }
    return INLAY_OK;
}

/* One output is complete, the next begins; called by the body. */
static inlay_status merge_turn(void *ctx, uint32_t output, inlay_writer **writer)
{
    struct merge *m = ctx;
    TRY(merge_end_output(m));
    TRY(merge_open_output(m, output));
    *writer = m->writer;
    return INLAY_OK;
}

static size_t merge_dictionary_bytes(const struct merge *m)
{
    return m->options.write.dictionary_bytes ? m->options.write.dictionary_bytes : MERGE_DICTIONARY_BYTES;
}

static void merge_body_init(struct merge *m)
{
    const inlay_merge_options *o = &m->options;
    m->body = (struct body){.env = m->env,
                            .inputs = m->inputs,
                            .schema = &m->schema,
                            .plan = &m->plan,
                            .slice = &m->slice,
                            .writer = m->writer,
                            .memory_bytes = o->memory_bytes,
                            .no_copy = !merge_may_copy(o),
                            .how = m->how,
                            .turn = merge_turn,
                            .turn_ctx = m,
                            .reduced = m->reduced,
                            .reducer = &o->reducer,
                            .progress = o->progress,
                            .progress_ctx = o->progress_ctx};
}

#if INLAY_THREADS
/* By several threads, if there is enough for them; n gets how many. */
static inlay_status merge_crew(struct merge *m, uint32_t *n)
{
    const inlay_merge_options *o = &m->options;
    size_t bytes = ((size_t)m->schema.n_leaves + 1) * sizeof(uint32_t);
    void *owner;
    TRY(mem_new(m->env, bytes, &owner));
    inlay_status status = crew_size(&m->body, o->threads, owner, n);
    if (status == INLAY_OK && *n > 1)
        status = crew_write(&m->body, *n, owner, &o->write, m->sorting, m->n_sorting, o->scratch_folder,
                            merge_dictionary_bytes(m));
    mem_free(m->env, owner, bytes);
    return status;
}
#endif

static inlay_status merge_body(struct merge *m)
{
    TRY(merge_open_output(m, 0));
    merge_body_init(m);
    TRY(body_reckon(&m->body));
    const inlay_merge_options *o = &m->options;
    uint32_t crew = 0;
#if INLAY_THREADS
    if (o->threads > 1 && !m->reduced) /* a reducer is called by one thread */
        TRY(merge_crew(m, &crew));
#endif
    if (crew < 2)
        TRY(body_write(&m->body, o->scratch_folder, merge_dictionary_bytes(m)));
    return merge_end_output(m);
}

/* ---- a dry run ---- */

static int merge_no_bytes(void *ctx, const void *data, size_t bytes)
{
    (void)ctx, (void)data, (void)bytes;
    return 0;
}

static inlay_status merge_dry_run(struct merge *m)
{
    inlay_sink nowhere = {NULL, merge_no_bytes};
    struct outline_key *keys;
    void *block;
    TRY(inlay_writer_open(m->env, &nowhere, m->schema.schema, &m->options.write, &m->writer));
    merge_body_init(m);
    TRY(body_estimate(&m->body, m->options.scratch_folder, merge_dictionary_bytes(m)));
    if (!m->options.row_group)
        return INLAY_OK;
    TRY(mem_new(m->env, m->key_set.n_keys * sizeof *keys, &block));
    keys = block;
    for (uint32_t i = 0; i < m->key_set.n_keys; i++)
        keys[i] = (struct outline_key){m->key_leaf[i], &m->keys[i]};
    inlay_status status =
        outline_tell(m->env, &m->options, m->inputs, &m->plan, &m->slice, keys, m->key_set.n_keys);
    mem_free(m->env, keys, m->key_set.n_keys * sizeof *keys);
    return status;
}

static void merge_report(const struct merge *m, inlay_merge_report *report)
{
    const struct keyrows_key *cut = m->slice.aligned ? merge_cut_key(m) : NULL;
    size_t most = sizeof report->row_group_column - 1, n = !cut ? 0 : cut->name.len < most ? cut->name.len : most;
    *report = (inlay_merge_report){.n_rows = m->plan.n_rows,
                                   .n_dropped = m->plan.n_dropped,
                                   .equal = {-1, -1, -1},
                                   .n_row_groups = m->options.dry_run ? (uint32_t)m->slice.n_groups : m->groups,
                                   .n_outputs = m->slice.n_outputs,
                                   .n_columns = m->schema.n_leaves,
                                   .n_runs = m->plan.n_stretches,
                                   .plan_bytes = io_scratch_bytes(&m->plan.stretches),
                                   .output_bytes = m->written,
                                   .moved_bytes = m->body.moved_bytes,
                                   .n_resorted = m->resort.n_resorted};
    for (size_t i = 0; m->options.dry_run && i < m->slice.n_groups; i++)
        report->input_bytes += m->slice.groups[i].bytes;
    if (n)
        memcpy(report->row_group_column, cut->name.data, n);
}

/* The first of two rows with equal keys, where they are an error. */
static inlay_merge_row merge_equal(const struct merge *m, inlay_reader *const *inputs)
{
    const struct equal *e = &m->plan.equal;
    if (!e->env || e->first_input < 0)
        return (inlay_merge_row){-1, -1, -1};
    inlay_merge_row row = {e->first_input, e->first_group, e->first_row};
    if (merge_origin(m, inputs, &row.input))
        row.row = row.row_group = -1;
    return row;
}

static void merge_error(const struct merge *m, inlay_reader *const *inputs, inlay_merge_report *report)
{
    inlay_error *e = &m->env->error;
    inlay_merge_row equal = merge_equal(m, inputs);
    if (merge_origin(m, inputs, &e->input) && equal.input >= 0)
        e->row = e->row_group = -1;
    if (report)
        *report = (inlay_merge_report){.equal = equal};
}

static void merge_free(struct merge *m)
{
    body_free(&m->body);
    outkeys_free(&m->outkeys);
    inlay_writer_close(m->writer);
    plan_free(&m->plan);
    if (m->slice.env)
        slice_free(&m->slice);
    for (uint32_t i = 0; m->ranks && i < m->key_set.n_keys; i++)
        rank_free(&m->ranks[i]);
    mem_free(m->env, m->ranks, m->key_set.n_keys * sizeof *m->ranks);
    if (m->reduced)
        mem_free(m->env, m->reduced, m->schema.n_leaves);
    mem_free(m->env, m->key_leaves, m->n_key_leaves * sizeof *m->key_leaves);
    if (m->how)
        mem_free(m->env, m->how, m->schema.n_leaves + 1u);
    union_free(&m->schema);
    resort_free(&m->resort);
    mem_free(m->env, m, sizeof *m);
}

inlay_status inlay_merge(inlay_env *env, inlay_reader *const *inputs, size_t n_inputs,
                         const inlay_sink *sink, const inlay_merge_options *options,
                         inlay_merge_report *report)
{
    void *block;
    if (n_inputs == 0)
        return err_set(env, INLAY_ARG, ERR("merge requires at least one input"));
    if (n_inputs > INT32_MAX)
        return err_set(env, INLAY_ARG, ERR("too many inputs"));
    if (options && (options->layout < INLAY_MERGE_PACK || options->layout > INLAY_MERGE_NONE ||
                    (options->outputs > 1 && options->output_bytes)))
        return err_set(env, INLAY_ARG, ERR("no such layout, or outputs by number and by size at once"));
    if (!sink && !(options && (options->next_output || options->dry_run)))
        return err_set(env, INLAY_ARG, ERR("no output named"));
    if (options && !options->next_output && (options->outputs > 1 || options->output_bytes) && !options->dry_run)
        return err_set(env, INLAY_ARG, ERR("several outputs want next_output"));
    TRY(mem_new(env, sizeof(struct merge), &block));
    struct merge *m = block;
    m->env = env;
    m->inputs = inputs;
    m->n_inputs = (uint32_t)n_inputs;
    m->sink = options && options->next_output ? NULL : sink;
    merge_defaults(m, options);
    for (size_t i = 1; i < n_inputs; i++)
        inlay_reader_share(inputs[i], inputs[0]);
    inlay_status status = merge_plan(m);
    if (status == INLAY_OK)
        status = m->options.dry_run ? merge_dry_run(m) : merge_body(m);
    if (status == INLAY_OK && report)
        merge_report(m, report);
    if (status != INLAY_OK)
        merge_error(m, inputs, report);
    merge_free(m);
    return status;
}

#endif
