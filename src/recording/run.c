/* A sorted run of samples as a Parquet file; see run.h. */
#include "recording/run.h"

#include <string.h>

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { RUN_PIECE = 1024 }; /* samples gathered at a time */

struct run_stretch {
    uint32_t series;
    uint32_t first_row; /* the stretch ends where the next one begins */
};
struct run_label { /* a label of a stretch */
    uint32_t stretch;
    uint32_t value; /* text number */
};

struct run_column {
    inlay_bytes name;
    const struct run_kind *kind;
    uint32_t key;      /* labels: their key's number */
    bool sorted, descending; /* a column of the sort schema */
};

struct run {
    inlay_env *env;
    const struct series_table *series;
    const struct run_rows *rows;
    struct run_stretch *stretches; /* [n_stretches + 1]; the last one is the end */
    struct run_label *labels;      /* [n_labels], by key, then by stretch */
    uint32_t *first_label;         /* [n_keys + 2]; key k has first_label[k] to first_label[k + 1] */
    struct run_column *columns;
    uint32_t *place; /* [2 * n_columns] numbers to sort columns with */
    uint32_t n_stretches, n_keys, n_labels, n_columns;
    size_t stretches_capacity, columns_capacity;
    inlay_writer *writer;
};

union run_value {
    int32_t i32;
    int64_t i64;
    inlay_bytes bytes;
};

/* ---- columns: rows of the same value become one repeat ---- */

struct run_emit {
    inlay_writer *writer;
    uint32_t leaf;
    size_t width, rows; /* rows are not written yet */
    bool present;
    union run_value value;
};

static inlay_status run_flush(struct run_emit *e)
{
    size_t rows = e->rows;
    e->rows = 0;
    return rows ? inlay_writer_repeat(e->writer, e->leaf, rows, e->present ? &e->value : NULL)
                : INLAY_OK;
}

/* Texts are kept once each, so equal ones have equal addresses and the values compare as bytes. */
static inlay_status run_put(struct run_emit *e, size_t rows, const union run_value *value)
{
    bool same = e->present == (value != NULL) && (!value || memcmp(&e->value, value, e->width) == 0);
    if (!same)
        TRY(run_flush(e));
    e->present = value != NULL;
    if (value)
        e->value = *value;
    e->rows += rows;
    return INLAY_OK;
}

/* What a stretch's series gives to a column without nulls. */
typedef void run_constant(const struct run *run, const struct series_entry *e, union run_value *v);

static void run_name(const struct run *run, const struct series_entry *e, union run_value *v)
{
    v->bytes = run->series->texts.texts[e->name];
}
static void run_id(const struct run *run, const struct series_entry *e, union run_value *v)
{
    (void)run;
    v->i64 = e->timeseries_id;
}
static void run_key(const struct run *run, const struct series_entry *e, union run_value *v)
{
    (void)run;
    v->bytes = (inlay_bytes){e->key, e->key_bytes};
}
static void run_type(const struct run *run, const struct series_entry *e, union run_value *v)
{
    (void)run;
    v->i32 = e->metric_type;
}

struct run_kind {
    const char *name;
    uint8_t type, repetition;
    inlay_logical logical;
    size_t width; /* of the part of run_value that is used */
    run_constant *constant;
    inlay_status (*write)(struct run *run, const struct run_column *column, struct run_emit *e);
};

static inlay_status run_write_constant(struct run *run, const struct run_column *column,
                                       struct run_emit *e)
{
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        union run_value value;
        const struct run_stretch *s = &run->stretches[i];
        memset(&value, 0, sizeof value);
        column->kind->constant(run, &run->series->entries[s->series], &value);
        TRY(run_put(e, s[1].first_row - s->first_row, &value));
    }
    return run_flush(e);
}

static inlay_status run_write_label(struct run *run, const struct run_column *column,
                                    struct run_emit *e)
{
    uint32_t row = 0, rows = run->stretches[run->n_stretches].first_row;
    for (uint32_t i = run->first_label[column->key]; i < run->first_label[column->key + 1]; i++) {
        const struct run_label *label = &run->labels[i];
        const struct run_stretch *s = &run->stretches[label->stretch];
        union run_value value = {.bytes = run->series->texts.texts[label->value]};
        if (s->first_row > row)
            TRY(run_put(e, s->first_row - row, NULL));
        TRY(run_put(e, s[1].first_row - s->first_row, &value));
        row = s[1].first_row;
    }
    if (rows > row)
        TRY(run_put(e, rows - row, NULL));
    return run_flush(e);
}

static inlay_status run_write_times(struct run *run, const struct run_column *column,
                                    struct run_emit *e)
{
    const struct run_rows *r = run->rows;
    uint64_t piece[RUN_PIECE];
    (void)column;
    for (size_t at = 0; at < r->n;) {
        size_t n = r->n - at < RUN_PIECE ? r->n - at : RUN_PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = r->samples[r->order[at + i]].timestamp_secs;
        inlay_batch batch = {.n_levels = n, .n_values = n, .values = piece};
        TRY(inlay_writer_write(e->writer, e->leaf, &batch));
        at += n;
    }
    return INLAY_OK;
}

static inlay_status run_write_values(struct run *run, const struct run_column *column,
                                     struct run_emit *e)
{
    const struct run_rows *r = run->rows;
    double piece[RUN_PIECE];
    (void)column;
    for (size_t at = 0; at < r->n;) {
        size_t n = r->n - at < RUN_PIECE ? r->n - at : RUN_PIECE;
        for (size_t i = 0; i < n; i++)
            piece[i] = r->samples[r->order[at + i]].value;
        inlay_batch batch = {.n_levels = n, .n_values = n, .values = piece};
        TRY(inlay_writer_write(e->writer, e->leaf, &batch));
        at += n;
    }
    return INLAY_OK;
}

/* Types: quickwit-parquet-engine/src/schema/fields.rs. Labels are nullable, the rest never is. */
#define RUN_TEXT {.kind = INLAY_STRING}
static const struct run_kind
    run_metric_name = {"metric_name", INLAY_BYTE_ARRAY, INLAY_REQUIRED, RUN_TEXT,
                       sizeof(inlay_bytes), run_name, run_write_constant},
    run_timeseries_id = {"timeseries_id", INLAY_INT64, INLAY_REQUIRED, {.kind = INLAY_LOGICAL_NONE},
                         sizeof(int64_t), run_id, run_write_constant},
    run_timestamp_secs = {"timestamp_secs", INLAY_INT64, INLAY_REQUIRED,
                          {.kind = INLAY_INTEGER, .bits = 64}, 0, NULL, run_write_times},
    run_sorted_series = {"sorted_series", INLAY_BYTE_ARRAY, INLAY_REQUIRED,
                         {.kind = INLAY_LOGICAL_NONE}, sizeof(inlay_bytes), run_key,
                         run_write_constant},
    run_metric_type = {"metric_type", INLAY_INT32, INLAY_REQUIRED,
                       {.kind = INLAY_INTEGER, .bits = 8}, sizeof(int32_t), run_type,
                       run_write_constant},
    run_the_value = {"value", INLAY_DOUBLE, INLAY_REQUIRED, {.kind = INLAY_LOGICAL_NONE}, 0, NULL,
                     run_write_values},
    run_a_label = {NULL, INLAY_BYTE_ARRAY, INLAY_OPTIONAL, RUN_TEXT, sizeof(inlay_bytes), NULL,
                   run_write_label};

/* ---- stretches and their labels ---- */

static inlay_status run_find_stretches(struct run *run)
{
    const struct run_rows *r = run->rows;
    for (size_t row = 0; row <= r->n; row++) {
        uint32_t series = row < r->n ? r->samples[r->order[row]].series : 0;
        if (row > 0 && row < r->n && series == run->stretches[run->n_stretches - 1].series)
            continue;
        void *block = run->stretches;
        TRY(mem_grow(run->env, &block, &run->stretches_capacity, (size_t)run->n_stretches + 1,
                     sizeof *run->stretches));
        run->stretches = block;
        run->stretches[run->n_stretches++] = (struct run_stretch){series, (uint32_t)row};
    }
    run->n_stretches--; /* the last one is the end */
    return INLAY_OK;
}

/* Labels by key: a counting sort over the stretches. */
static inlay_status run_find_labels(struct run *run)
{
    const struct series_table *t = run->series;
    void *block;
    uint64_t n = 0;
    run->n_keys = t->key_texts.n;
    TRY(mem_new(run->env, ((size_t)run->n_keys + 2) * sizeof *run->first_label, &block));
    run->first_label = block;
    uint32_t *count = run->first_label + 2;
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        const struct series_entry *e = &t->entries[run->stretches[i].series];
        for (uint32_t k = 0; k < e->n_labels; k++)
            count[t->labels[e->first_label + k].key]++;
        n += e->n_labels;
    }
    if (n > UINT32_MAX || n > SIZE_MAX / sizeof *run->labels)
        return err_set(run->env, INLAY_LIMIT, ERR("too many labels in one run"));
    for (uint32_t k = 2; k <= run->n_keys; k++)
        run->first_label[k] += run->first_label[k - 1];
    /* first_label[k + 1] is now where key k begins; filling moves it to where key k ends */
    TRY(mem_new(run->env, (size_t)n * sizeof *run->labels, &block));
    run->labels = block;
    run->n_labels = (uint32_t)n;
    for (uint32_t i = 0; i < run->n_stretches; i++) {
        const struct series_entry *e = &t->entries[run->stretches[i].series];
        for (uint32_t k = 0; k < e->n_labels; k++) {
            struct series_label label = t->labels[e->first_label + k];
            run->labels[run->first_label[label.key + 1]++] = (struct run_label){i, label.value};
        }
    }
    return INLAY_OK;
}

static bool run_has_label(const struct run *run, uint32_t key)
{
    return run->first_label[key + 1] > run->first_label[key];
}

/* ---- schema: sort columns, sorted_series, the others by name (storage/writer.rs there) ---- */

static void run_add_column(struct run *run, const struct run_kind *kind, inlay_bytes name,
                           uint32_t key)
{
    if (kind->name)
        name = (inlay_bytes){(const uint8_t *)kind->name, strlen(kind->name)};
    run->columns[run->n_columns++] = (struct run_column){.name = name, .kind = kind, .key = key};
}

static int run_compare_columns(const void *ctx, uint32_t a, uint32_t b)
{
    const struct run_column *columns = ctx;
    return sortspec_compare(columns[a].name, columns[b].name);
}

/* All columns in the order of their names; place[] has their numbers. */
static inlay_status run_name_columns(struct run *run)
{
    static const struct run_kind *const fixed[] = {
        &run_metric_name,   &run_metric_type, &run_sorted_series, &run_timeseries_id,
        &run_timestamp_secs, &run_the_value};
    enum { N_FIXED = sizeof fixed / sizeof fixed[0] };
    void *block = NULL;
    run->columns_capacity = (size_t)run->n_keys + N_FIXED;
    TRY(mem_new(run->env, run->columns_capacity * sizeof *run->columns, &block));
    run->columns = block;
    TRY(mem_new(run->env, run->columns_capacity * 2 * sizeof *run->place, &block));
    run->place = block;
    for (size_t i = 0; i < N_FIXED; i++)
        run_add_column(run, fixed[i], (inlay_bytes){NULL, 0}, 0);
    for (uint32_t key = 0; key < run->n_keys; key++)
        if (run_has_label(run, key))
            run_add_column(run, &run_a_label, run->series->key_texts.texts[key], key);
    for (uint32_t i = 0; i < run->n_columns; i++)
        run->place[i] = i;
    series_sort(run->place, run->place + run->n_columns, run->n_columns, run_compare_columns,
                run->columns);
    return INLAY_OK;
}

static struct run_column *run_find_column(const struct run *run, inlay_bytes name)
{
    uint32_t low = 0, high = run->n_columns;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int order = sortspec_compare(run->columns[run->place[mid]].name, name);
        if (order == 0)
            return &run->columns[run->place[mid]];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static inlay_status run_add_leaf(struct run *run, inlay_schema *schema,
                                 const struct run_column *column, uint32_t *leaf_order,
                                 uint32_t *leaf)
{
    inlay_node spec = {.name = column->name,
                       .type = column->kind->type,
                       .repetition = column->kind->repetition,
                       .logical = column->kind->logical};
    uint32_t node;
    leaf_order[(*leaf)++] = (uint32_t)(column - run->columns);
    return inlay_schema_add(schema, 0, &spec, &node);
}

/* Add the columns to the schema. leaf_order[leaf] is the column's number; the first *n_sorting leaves
 * are the sort columns. */
static inlay_status run_make_schema(struct run *run, inlay_schema *schema, uint32_t *leaf_order,
                                    uint32_t *n_sorting)
{
    static const char *const last[] = {"timeseries_id", "timestamp_secs", "sorted_series"};
    const struct sortspec *spec = run->series->spec;
    uint32_t leaf = 0;
    for (uint32_t i = 0; i < spec->n_columns + 3; i++) {
        bool is_last = i >= spec->n_columns;
        const char *text = is_last ? last[i - spec->n_columns] : NULL;
        inlay_bytes name = text ? (inlay_bytes){(const uint8_t *)text, strlen(text)}
                                : spec->columns[i].name;
        struct run_column *column = run_find_column(run, name);
        if (!column)
            continue; /* a label that no series of this run has */
        column->sorted = true;
        column->descending = is_last ? column->kind == &run_timestamp_secs
                                     : spec->columns[i].descending;
        TRY(run_add_leaf(run, schema, column, leaf_order, &leaf));
    }
    *n_sorting = leaf - 1; /* sorted_series is not a column of the sort schema */
    for (uint32_t i = 0; i < run->n_columns; i++)
        if (!run->columns[run->place[i]].sorted)
            TRY(run_add_leaf(run, schema, &run->columns[run->place[i]], leaf_order, &leaf));
    return INLAY_OK;
}

/* ---- the file ---- */

static inlay_status run_describe(struct run *run, const struct run_file *file,
                                 const uint32_t *leaf_order, uint32_t n_sorting)
{
    static const char key[] = "qh.sort_fields";
    inlay_sorting sorting[SORTSPEC_MOST_COLUMNS + 2];
    for (uint32_t i = 0; i < n_sorting; i++)
        sorting[i] = (inlay_sorting){.leaf = i,
                                     .descending = run->columns[leaf_order[i]].descending};
    TRY(inlay_writer_sorting(run->writer, sorting, n_sorting));
    inlay_bytes sort = {(const uint8_t *)file->sort, strlen(file->sort)};
    TRY(inlay_writer_key_value(run->writer, (inlay_bytes){(const uint8_t *)key, sizeof key - 1},
                               &sort));
    for (size_t i = 0; i < file->n_key_values; i++) {
        const inlay_key_value *kv = &file->key_values[i];
        TRY(inlay_writer_key_value(run->writer, kv->key, kv->has_value ? &kv->value : NULL));
    }
    return INLAY_OK;
}

static inlay_status run_write_columns(struct run *run, const uint32_t *leaf_order)
{
    for (uint32_t leaf = 0; leaf < run->n_columns && run->rows->n; leaf++) {
        const struct run_column *column = &run->columns[leaf_order[leaf]];
        struct run_emit emit = {.writer = run->writer, .leaf = leaf, .width = column->kind->width};
        TRY(column->kind->write(run, column, &emit));
        TRY(inlay_writer_end_column(run->writer, leaf));
    }
    return inlay_writer_finish(run->writer);
}

static inlay_status run_write_file(struct run *run, const struct run_file *file,
                                   const inlay_sink *sink, inlay_schema *schema)
{
    inlay_write_options options = {.codec = NULL};
    uint32_t *leaf_order = run->place + run->columns_capacity, n_sorting = 0;
    if (file->write)
        options = *file->write;
    options.flags |= INLAY_WRITE_IN_ORDER;
    options.columns = NULL;
    options.n_columns = 0;
    TRY(run_make_schema(run, schema, leaf_order, &n_sorting));
    TRY(inlay_writer_open(run->env, sink, schema, &options, &run->writer));
    TRY(run_describe(run, file, leaf_order, n_sorting));
    return run_write_columns(run, leaf_order);
}

static void run_close(struct run *run)
{
    inlay_writer_close(run->writer);
    mem_free(run->env, run->stretches, run->stretches_capacity * sizeof *run->stretches);
    mem_free(run->env, run->first_label, ((size_t)run->n_keys + 2) * sizeof *run->first_label);
    mem_free(run->env, run->labels, run->n_labels * sizeof *run->labels);
    mem_free(run->env, run->columns, run->columns_capacity * sizeof *run->columns);
    mem_free(run->env, run->place, run->columns_capacity * 2 * sizeof *run->place);
}

inlay_status run_write(const struct series_table *series, const struct run_rows *rows,
                       const struct run_file *file, const inlay_sink *sink)
{
    struct run run = {.env = series->env, .series = series, .rows = rows};
    inlay_schema *schema = NULL;
    inlay_status status = run_find_stretches(&run);
    if (status == INLAY_OK)
        status = run_find_labels(&run);
    if (status == INLAY_OK)
        status = run_name_columns(&run);
    if (status == INLAY_OK)
        status = inlay_schema_new(run.env, &schema);
    if (status == INLAY_OK)
        status = run_write_file(&run, file, sink, schema);
    inlay_schema_close(schema);
    run_close(&run);
    return status;
}

#endif
